"""Tests of the query and update languages and of the result formats."""

from rdflib import Graph, URIRef
from tests.w3c.manifest import BASE, Case, Content, Suite
from tests.w3c.results import Table, parse_result, same_graph, same_result
from tests.w3c.targets import JSON, TURTLE, Target

_MEDIA = {
    "ttl": TURTLE,
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "srx": "application/sparql-results+xml",
    "srj": "application/sparql-results+json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
_SYNTAX_ERRORS = {"QuerySyntaxError", "PrefixUndeclared"}


def run(case: Case, suite: Suite, target: Target) -> str:
    """Run a test; returns why it failed, or nothing."""
    target.clear()
    if case.kind.startswith(("Positive", "Negative")):
        return _run_syntax(case, suite, target)
    load(case.before, suite, target)
    if case.kind == "UpdateEvaluationTest":
        return _run_update(case, suite, target)
    return _run_query(case, suite, target)


def _run_syntax(case: Case, suite: Suite, target: Target) -> str:
    text = _text(case, suite)
    reply = target.update(text) if str(case.text).endswith(".ru") else target.query(text)
    # what asks for LOAD is refused before anybody looks whether it is well-formed
    loads = reply.problem == "QueryRefused" and "LOAD" in text.upper()
    negative = case.kind.startswith("Negative")
    wrong = reply.problem in _SYNTAX_ERRORS or (negative and loads)
    if wrong is negative:
        return ""
    return f"answered with {reply.problem or 'success'}"


def _run_query(case: Case, suite: Suite, target: Target) -> str:
    if case.result is None:
        return "the manifest names no result"
    expected = parse_result(_document(case.result, suite), _media(case.result))
    written = _media(case.result)
    # some tables are written in Turtle
    media = JSON if written == TURTLE and isinstance(expected, Table) else written
    reply = target.query(_text(case, suite), media)
    if reply.problem:
        return f"answered with {reply.problem}"
    if same_result(parse_result(reply.body, reply.media), expected):
        return ""
    return "another result"


def _run_update(case: Case, suite: Suite, target: Target) -> str:
    reply = target.update(_text(case, suite))
    if reply.problem:
        return f"answered with {reply.problem}"
    expected: dict[str | None, Graph] = {None: Graph()}
    for file in case.after.default:
        _parse_into(expected[None], file, suite)
    for label, file in case.after.named:
        _parse_into(expected.setdefault(label, Graph()), file, suite)
    found = target.graphs()
    different = [
        str(name)
        for name in {*found, *expected}
        if not same_graph(found.get(name, Graph()), expected.get(name, Graph()))
    ]
    return f"other content of {', '.join(different)}" if different else ""


def _text(case: Case, suite: Suite) -> str:
    """The query or update with its own address as base."""
    if case.text is None:
        raise ValueError(case)
    return f"BASE <{case.text}>\n{suite.read(case.text).decode()}"


def load(content: Content, suite: Suite, target: Target) -> None:
    """Load the data of a test."""
    for file in content.default:
        target.load(None, _document(file, suite), _media(file))
    for name, file in content.named:
        target.load(name, _document(file, suite), _media(file))


def _document(file: URIRef, suite: Suite) -> bytes:
    """An RDF document with its own address as base, whatever it is loaded into."""
    body = suite.read(file)
    if not str(file).endswith(".ttl"):
        return body
    return f"@base <{file}> .\n".encode() + body


def _parse_into(graph: Graph, file: URIRef, suite: Suite) -> None:
    graph.parse(data=_document(file, suite), format=_media(file), publicID=BASE)


def _media(file: URIRef) -> str:
    return _MEDIA[str(file).rpartition(".")[2]]
