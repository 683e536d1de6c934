"""A table of measures → entry → report and difference → the files of the data."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF

from kg.compare import Difference, changed
from kg.entry import Entry
from kg.errors import EditionUnknown
from kg.graph.amending import amend, amended
from kg.lookup import Lookup
from kg.model import SourceText
from kg.namespaces import Names
from kg.nearest import nearest_name
from kg.pipeline.entries import Context, Mode, Profile, check_entry
from kg.tables import DEFAULT_LIMITS, CellFinding, MeasureTable, TableLimits, read_table
from kg.validate import Explanation, Finding, Report, Severity

EDITION = "ai2019-fu2020"
"""The edition whose measures are in the project."""
Progress = Callable[[str, int, int], None]


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


@dataclass(frozen=True)
class TableContext:
    """What tables are read against: made once for many tables."""

    context: Context
    lookup: Lookup

    @property
    def names(self) -> Names:
        """Names under the base of the context."""
        return self.context.asserted.names

    @property
    def known(self) -> Graph:
        """The union of the committed graphs."""
        return self.context.asserted.graph


def open_tables(context: Context) -> TableContext:
    """What tables are read against, from what entries are checked against."""
    asserted = context.asserted
    return TableContext(context, Lookup(asserted.graph, asserted.names))


def editions(tables: TableContext) -> list[str]:
    """Names of the editions that there are."""
    found = tables.known.subjects(RDF.type, tables.names.def_.StrategyEdition)
    return sorted(str(edition).rpartition("/")[2] for edition in found)


def read_table_entry(
    body: bytes,
    file: str,
    media: str,
    tables: TableContext,
    *,
    edition: str = EDITION,
    limits: TableLimits = DEFAULT_LIMITS,
    documents: Iterable[SourceText] = (),
    on_step: Progress = lambda *_: None,
) -> TableImport:
    """Read a table (`kg.tables.CSV`, `TSV` or `XLSX`) as measures of `edition`.

    `file` is the name shown to people; `documents` are official texts to look passages up in.
    Raises `TableError`, and `EditionUnknown` with the nearest edition.
    """
    names, known = tables.names, tables.known
    there = editions(tables)
    if edition not in there:
        nearest = nearest_name(edition, there)
        raise EditionUnknown(edition=edition, expected=", ".join(there), nearest=nearest)
    texts = {document.slug: document for document in documents}
    reader = MeasureTable(known, tables.lookup, names, edition, texts)
    read = reader.read(read_table(body, file, media, limits), on_step)
    added = read.entry.statements
    return TableImport(
        read.entry,
        tuple(_finding(each, names) for each in read.findings),
        changed(known, added, read.entry.removed, tables.lookup, names),
        read.rows,
        read.broken,
    )


def check_table(
    tables: TableContext,
    table: TableImport,
    profile: Profile = Profile.ENTRY,
    mode: Mode = Mode.MERGED,
) -> Report:
    """Everything that is wrong with a table: its cells, and its entry as `check_entry` sees it.

    What the rules miss because a cell could not be read is left out: the cell is named already.
    """
    report = check_entry(tables.context, table.entry, profile, mode)
    names = tables.names
    rest = (each for each in report.findings if not _follows(each, table.broken, names))
    return Report(table.findings) + Report(tuple(rest))


def write_table(tables: TableContext, table: TableImport, report: Report, data: Path) -> list[Path]:
    """Write what a table changes into the files below `data`/ttl; returns those that changed.

    All of them change or none. Raises `RulesBroken` where `report` has violations, `CommentsLost`,
    and what the system refuses.
    """
    report.raise_for_violations()
    added = {
        graph: [statement for statement in statements if statement not in tables.known]
        for graph, statements in table.entry.graphs.items()
        if graph is not None
    }
    for statement in table.difference.removed:
        for *_, home in tables.context.asserted.dataset.quads((*statement, None)):
            added.setdefault(URIRef(str(home)), [])
    folder = data / "ttl"
    return amend(folder, amended(folder, added, table.difference.removed, tables.known))


def _finding(found: CellFinding, names: Names) -> Finding:
    explanation = Explanation(
        found.title, found.field, found.problem, found.allowed, found.nearest, found.fix
    )
    return Finding(
        focus=found.thing,
        path=None if found.predicate is None else names.short(found.predicate),
        value=None if found.value is None else Literal(found.value),
        severity=Severity(found.rule.level.value),
        shape=found.rule.iri(names),
        message=found.message,
        place=found.place,
        predicate=found.predicate,
        explanation=explanation,
    )


def _follows(finding: Finding, broken: Mapping[URIRef, frozenset[URIRef]], names: Names) -> bool:
    """Whether a finding only says that a value is missing whose cell could not be read."""
    if not isinstance(finding.focus, URIRef) or finding.value is not None:
        return False
    path = finding.path or ""
    return any(names.short(each) in path for each in broken.get(finding.focus, ()))
