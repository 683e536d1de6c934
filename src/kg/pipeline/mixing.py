"""Things of classes that exclude each other: told before all else, with no more than they cause.

What a thing of two such classes may have depends on which of them is right. So the rules that say
that a property does not belong to a class keep silent about one that belongs to the other class.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection as Members
from rdflib.namespace import RDF, RDFS, SH
from rdflib.term import Node

from kg.entry import Entry, Statement
from kg.errors import Contradiction
from kg.namespaces import Names
from kg.validate import Finding, Report, Severity


def contradicting(errors: Iterable[Contradiction], names: Names) -> Report:
    """One violation for each thing and each rule that an error tells of: the first error of each.

    The first of the errors about classes is that over the most specific ones.
    """
    told: dict[tuple[str, object], Finding] = {}
    for error in errors:
        for thing, shown in error.cases:
            text = error.about(shown)
            finding = Finding(
                focus=URIRef(thing),
                path=None,
                value=None,
                severity=Severity.VIOLATION,
                shape=URIRef(f"{names.base}shapes#Consistency"),
                message={lang: text.of(lang) for lang in ("ja", "en")},
            )
            told.setdefault((thing, error.facts["rule"]), finding)
    return Report(tuple(told.values()))


def at_causes(report: Report, entry: Entry, graph: Graph) -> Report:
    """The contradictions, those about things of which the entry says nothing at what causes them.

    That is the first statement that has the thing as its value, of those whose property is for
    things of other classes if there are some.
    """
    elsewhere = {f.focus for f in report.findings} - {s for s, *_ in entry.statements}
    causes: dict[Node, list[Statement]] = {thing: [] for thing in elsewhere}
    for statement in entry.statements:
        if statement[2] in causes and statement in entry.places:
            causes[statement[2]].append(statement)

    def unfit(statement: Statement) -> bool:
        classes = _classes(statement[2], graph)
        return any(cls not in classes for cls in graph.objects(statement[1], RDFS.range))

    def placed(finding: Finding) -> Finding:
        said = causes.get(finding.focus)
        if not said:
            return finding
        return replace(finding, place=entry.places[max(said, key=unfit)])

    return replace(report, findings=tuple(map(placed, report.findings)))


def of_several_classes(things: Iterable[Node], graph: Graph) -> set[URIRef]:
    """Those of the things of which `graph` states more than one class."""
    return {
        thing
        for thing in things
        if isinstance(thing, URIRef) and len(set(graph.objects(thing, RDF.type))) > 1
    }


def without_consequences(
    report: Report, mixed: Collection[Node], shapes: Graph, graph: Graph
) -> Report:
    """The findings but those that a property of a thing in `mixed` is of another of its classes."""
    allowed = {thing: _allowed(thing, shapes, graph) for thing in mixed}
    return Report(
        tuple(
            finding
            for finding in report.findings
            if finding.component != SH.ClosedConstraintComponent
            or finding.predicate not in allowed.get(finding.focus, ())
        )
    )


def _allowed(thing: Node, shapes: Graph, graph: Graph) -> set[Node]:
    """Properties that a closed shape of some class of the thing lets it have."""
    return {
        property_
        for cls in _classes(thing, graph)
        for shape in shapes.subjects(SH.targetClass, cls)
        if (shape, SH.closed, Literal(True)) in shapes
        for property_ in _properties(shape, shapes)
    }


def _classes(thing: Node, graph: Graph) -> set[Node]:
    """Classes that `graph` states of a thing, and those above them."""
    return {
        above
        for cls in graph.objects(thing, RDF.type)
        for above in graph.transitive_objects(cls, RDFS.subClassOf)
        if above is not None
    }


def _properties(shape: Node, shapes: Graph) -> Iterator[Node]:
    for property_ in shapes.objects(shape, SH.property):
        yield from shapes.objects(property_, SH.path)
    for head in shapes.objects(shape, SH.ignoredProperties):
        yield from Members(shapes, head)
