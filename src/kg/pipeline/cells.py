"""What is found in tables, in the order of their cells."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from rdflib import Literal, URIRef

from kg.compare import Difference
from kg.entry import Entry
from kg.namespaces import Names
from kg.tables import CellFinding
from kg.validate import Explanation, Finding, Report, Severity


@dataclass(frozen=True)
class TableImport:
    """What a table says and would change.

    `findings` are those about its cells, `rows` the number of rows with a measure, `broken` the
    properties of each thing whose cell could not be read.
    """

    entry: Entry
    findings: tuple[Finding, ...]
    difference: Difference
    rows: int
    broken: Mapping[URIRef, frozenset[URIRef]]


def listed(tables: Iterable[TableImport]) -> Report:
    """What is found in cells: everything that cannot be read, but the same value not without end.

    Of what was read, notes of one kind are told up to a number.
    """
    findings = tuple(finding for table in tables for finding in table.findings)
    return Report(findings).listed(lambda f: f.value if f.severity is Severity.VIOLATION else None)


def by_cell(*findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order of the cells, whatever they are; what is said of a cell, once."""
    once: dict[tuple[object, ...], Finding] = {}
    for finding in chain(*findings):
        said = finding.explanation
        # a measure and its target may lack the same passage
        about = finding.place or finding.focus
        once.setdefault((about, said.problem if said else finding), finding)
    return tuple(sorted(once.values(), key=cell_order))


def cell_order(finding: Finding) -> tuple[bool, str, str, int, int]:
    """What findings in tables are sorted by; those without a place are last."""
    place = finding.place
    if place is None:
        return True, "", "", 0, 0
    return False, place.file, place.sheet or "", place.line or 0, place.column or 0


def follows(finding: Finding, broken: Mapping[URIRef, frozenset[URIRef]], names: Names) -> bool:
    """Whether a finding only says that a value is missing whose cell could not be read."""
    if not isinstance(finding.focus, URIRef) or finding.value is not None:
        return False
    path = finding.path or ""
    return any(names.short(each) in path for each in broken.get(finding.focus, ()))


def cell_finding(found: CellFinding, names: Names) -> Finding:
    """A finding about a cell as one about the thing of its row."""
    explanation = Explanation(
        found.title, found.field, found.problem, found.allowed, found.nearest, found.fix
    )
    return Finding.of_rule(
        found.rule.iri(names),
        found.thing,
        found.rule.text,
        names,
        path=found.predicate,
        value=None if found.value is None else Literal(found.value),
        severity=Severity(found.rule.level.value),
        place=found.place,
        explanation=explanation,
    )
