"""Findings as the validation report of SHACL."""

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, SH
from rdflib.term import Node

from kg.validate.output.outcome import Outcome, paragraph
from kg.validate.report import Finding, Severity

_SEVERITIES = {
    Severity.VIOLATION: SH.Violation,
    Severity.WARNING: SH.Warning,
    Severity.INFO: SH.Info,
}


def report_graph(outcome: Outcome) -> Graph:
    """The W3C's `sh:ValidationReport` with messages in both languages.

    It conforms where nothing was found at all; of which rules there are more findings than results
    stands in its `rdfs:comment`. Of an entry that could not be read there is none:
    raises `ValueError`.
    """
    if outcome.unreadable:
        msg = "nothing was checked"
        raise ValueError(msg)
    graph, report = Graph(), BNode("report")
    graph.add((report, RDF.type, SH.ValidationReport))
    graph.add((report, SH.conforms, Literal(outcome.conforms)))
    for number, finding in enumerate(outcome.report.findings, start=1):
        result = BNode(f"r{number}")
        graph.add((report, SH.result, result))
        _add(graph, result, finding, outcome)
    for further in outcome.report.further:
        rule, more = outcome.rule(further.example), outcome.more(further)
        for lang in ("ja", "en"):
            said = Literal(f"{rule}: {more.of(lang)}", lang=lang)
            graph.add((report, RDFS.comment, said))
    return graph


def _add(graph: Graph, result: BNode, finding: Finding, outcome: Outcome) -> None:
    graph.add((result, RDF.type, SH.ValidationResult))
    graph.add((result, SH.focusNode, finding.focus))
    graph.add((result, SH.resultSeverity, _SEVERITIES[finding.severity]))
    graph.add((result, SH.sourceShape, finding.shape))
    # SHACL wants a component of every result: ours stands for rules that no engine judges
    component = finding.component or URIRef(f"{outcome.names.base}shapes#RuleComponent")
    graph.add((result, SH.sourceConstraintComponent, component))
    if finding.value is not None:
        graph.add((result, SH.value, finding.value))
    path = _path(graph, finding, outcome.shapes, str(result))
    if path is not None:
        graph.add((result, SH.resultPath, path))
    said = outcome.explained(finding)
    for lang in ("ja", "en"):
        graph.add((result, SH.resultMessage, Literal(paragraph(said, lang), lang=lang)))


def _path(graph: Graph, finding: Finding, shapes: Graph, label: str) -> Node | None:
    """The path of the shape, copied node by node; of a shape without one, the property at fault."""
    path = shapes.value(finding.shape, SH.path)
    if path is None:
        return finding.predicate
    return _copied(graph, path, shapes, f"{label}p")


def _copied(graph: Graph, node: Node, shapes: Graph, label: str) -> Node:
    if isinstance(node, URIRef) or not isinstance(node, BNode):
        return node
    copy = BNode(label)
    for number, (predicate, value) in enumerate(sorted(shapes.predicate_objects(node))):
        graph.add((copy, predicate, _copied(graph, value, shapes, f"{label}{number}")))
    return copy
