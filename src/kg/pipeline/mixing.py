"""Things of classes that exclude each other: told before all else, with no more than they cause.

What a thing of two such classes must and may have depends on which of them is right. So the rules
that say that a property does not belong to a class keep silent about one that belongs to the other
class, and what only one of them lacks is not told before the class is settled.
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
from kg.validate import Finding, Report

_COUNTS = frozenset(
    (
        *(SH.MinCountConstraintComponent, SH.MaxCountConstraintComponent),
        *(SH.QualifiedMinCountConstraintComponent, SH.QualifiedMaxCountConstraintComponent),
    )
)
"""How many values a class asks for."""
_HOLDING = (SH.property, SH.node)
_OTHER_TARGETS = (SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)


def contradicting(errors: Iterable[Contradiction], names: Names) -> Report:
    """One violation for each thing and each rule that an error tells of: the first error of each.

    The first of the errors about classes is that over the most specific ones.
    """
    told: dict[tuple[str, object], Finding] = {}
    for error in errors:
        for thing, shown in error.cases:
            rule, text = names.rule("Consistency"), error.about(shown)
            finding = Finding.of_rule(rule, URIRef(thing), text, names)
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
    """The findings but those that are wrong about a thing in `mixed` only as it is of one class.

    These are that it has a property of another of its classes, and how many values one class asks
    for which another does not.
    """
    allowed = {thing: _allowed(thing, shapes, graph) for thing in mixed}

    def caused(finding: Finding) -> bool:
        if finding.focus not in allowed:
            return False
        if finding.component == SH.ClosedConstraintComponent:
            return finding.predicate in allowed[finding.focus]
        return finding.component in _COUNTS and not _of_each(finding, shapes, graph)

    return Report(tuple(finding for finding in report.findings if not caused(finding)))


def _of_each(finding: Finding, shapes: Graph, graph: Graph) -> bool:
    """Whether a rule holds for each class of a thing by itself, or whatever its class."""
    around, waiting = set[Node](), [finding.shape]
    while waiting:
        shape = waiting.pop()
        around.add(shape)
        holders = {holder for by in _HOLDING for holder in shapes.subjects(by, shape)}
        waiting += holders - around
    if any((shape, by, None) in shapes for shape in around for by in _OTHER_TARGETS):
        return True
    targets = {target for shape in around for target in shapes.objects(shape, SH.targetClass)}
    classes = graph.objects(finding.focus, RDF.type)
    return all(not targets.isdisjoint(_above(cls, graph)) for cls in classes)


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
    return {above for cls in graph.objects(thing, RDF.type) for above in _above(cls, graph)}


def _above(cls: Node, graph: Graph) -> set[Node]:
    """A class and those above it."""
    every = graph.transitive_objects(cls, RDFS.subClassOf)
    return {above for above in every if above is not None}


def _properties(shape: Node, shapes: Graph) -> Iterator[Node]:
    for property_ in shapes.objects(shape, SH.property):
        yield from shapes.objects(property_, SH.path)
    for head in shapes.objects(shape, SH.ignoredProperties):
        yield from Members(shapes, head)
