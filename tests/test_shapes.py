"""The SHACL shapes: their form, what they say about the committed data, and their examples."""

import re
from functools import cache
from pathlib import Path

import pyshacl
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import FOAF, ORG, RDF, RDFS, SH, SKOS
from rdflib.term import Node

from kg.graph import read_dataset, read_turtle
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.building import load_asserted
from kg.pipeline.project import Project
from kg.validate import Report, Severity, validate

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "tests" / "shapes"
SHAPE_FILES = sorted((ROOT / "shapes").glob("*.ttl"))
VALID = sorted(EXAMPLES.glob("*/valid-*.ttl"))
INVALID = sorted(EXAMPLES.glob("*/invalid-*.ttl"))

LANGUAGES = {"ja", "en"}
CORE_ONLY = (SH.sparql, SH.js, SH.rule, SH.target, SH.expression, SH.select, SH.ask)
OF_NO_CLASS = {"title", "evidence"}
"""Files about a property that many classes have."""

WITHOUT_DEADLINE = {
    "II-1-20-001",
    "II-1-20-089",
    "III-1-20-031",
    "III-2-20-010",
    "III-4-20-008",
}
"""Measures for which the text prints no achievement year, or only in their parts."""
OF_UNKNOWN_BODY = {"innovation-promotion-office", "national-security-secretariat"}
"""Offices of which the sources do not say to which body they belong."""


def read_graph(path: Path) -> Graph:
    graph = Graph()
    text = path.read_text(encoding="utf-8")
    document = read_turtle(text, file=path.name, names=NAMES, blank=path.stem)
    graph.addN((s, p, o, graph) for s, p, o in document.triples)
    return graph


@cache
def all_shapes() -> Graph:
    whole = Graph()
    for path in SHAPE_FILES:
        whole += read_graph(path)
    return whole


def texts(graph: Graph, subject: Node, predicate: URIRef) -> dict[str | None, str]:
    """Texts by language; each language once."""
    literals = [o for o in graph.objects(subject, predicate) if isinstance(o, Literal)]
    found = {literal.language: str(literal) for literal in literals}
    assert len(found) == len(literals)
    return found


def local(shape: Node) -> str:
    return str(shape).removeprefix(f"{NAMES.base}shapes#")


def kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def test_shape_files_are_found() -> None:
    assert len(SHAPE_FILES) >= 35
    assert len(set(all_shapes().subjects(RDF.type, SH.NodeShape))) >= 34
    assert len(set(all_shapes().subjects(SH.path))) >= 103


@pytest.mark.parametrize("path", SHAPE_FILES, ids=lambda p: p.stem)
def test_shapes_can_be_read_by_people(path: Path) -> None:
    graph = read_graph(path)
    shapes = set(graph.subjects(RDF.type, SH.PropertyShape))
    assert shapes == set(graph.subjects(SH.path))
    for shape in shapes:
        assert isinstance(shape, URIRef)
        assert re.fullmatch(r"[A-Z][A-Za-z0-9]+", local(shape)), shape
        assert texts(graph, shape, SH.name).keys() == LANGUAGES, shape
        assert texts(graph, shape, SH.message).keys() == LANGUAGES, shape
        assert graph.value(shape, SH.severity) in {SH.Violation, SH.Warning, SH.Info}, shape
    for shape in graph.subjects(RDF.type, SH.NodeShape):
        assert isinstance(shape, URIRef)
        assert texts(graph, shape, RDFS.label).keys() == LANGUAGES, shape
    for shape in set(graph.subjects(RDF.type)):
        assert list(graph.objects(shape, RDFS.isDefinedBy)) == [NAMES.graph("shapes")], shape


@pytest.mark.parametrize("path", SHAPE_FILES, ids=lambda p: p.stem)
def test_a_file_is_about_the_class_of_its_name(path: Path) -> None:
    graph = read_graph(path)
    targets = {re.split(r"[#/]", str(c))[-1] for c in graph.objects(None, SH.targetClass)}
    assert {kebab(target) for target in targets} == ({path.stem} - OF_NO_CLASS)
    for target in graph.objects(None, SH.targetClass):
        assert str(target).startswith((str(JPSTRAT), str(ORG), str(SKOS), str(FOAF)))


def test_each_property_shape_is_used_and_says_something_of_its_own() -> None:
    shapes = all_shapes()
    properties = set(shapes.subjects(SH.path))
    assert properties == set(shapes.objects(None, SH.property))
    for lang in LANGUAGES:
        messages = {texts(shapes, shape, SH.message)[lang] for shape in properties}
        assert len(messages) == len(properties)


def test_shapes_are_core_shacl() -> None:
    shapes = all_shapes()
    assert [p for p in CORE_ONLY if (None, p, None) in shapes] == []
    conforms, _, report = pyshacl.validate(Graph(), shacl_graph=shapes, meta_shacl=True)
    assert conforms, report


@pytest.fixture(scope="module")
def report(project: Project) -> Report:
    """What the rules say about the committed data."""
    return load_asserted(project).check()


def test_the_committed_data_break_no_rule(report: Report) -> None:
    report.raise_for_violations()
    assert report.of(Severity.VIOLATION) == ()


def test_the_warnings_are_the_measures_without_a_deadline(report: Report) -> None:
    warnings = report.of(Severity.WARNING)
    assert {local(w.shape) for w in warnings} == {"MeasureDeadline"}
    assert {str(w.focus).rpartition("/")[2] for w in warnings} == WITHOUT_DEADLINE
    assert len(warnings) == len(WITHOUT_DEADLINE)


def test_the_remarks_are_the_offices_of_an_unknown_body(report: Report) -> None:
    remarks = report.of(Severity.INFO)
    assert {local(r.shape) for r in remarks} == {"OfficeParent"}
    assert {str(r.focus).rpartition("/")[2] for r in remarks} == OF_UNKNOWN_BODY


@pytest.fixture(scope="module")
def known(project: Project) -> Graph:
    """What examples may speak of: ontology, vocabularies, and the things of `context.ttl`."""
    asserted = read_dataset(project.ontology, project.data, None, None, NAMES)
    graph = read_graph(EXAMPLES / "context.ttl")
    for name in ("def", "vocab"):
        graph += asserted.graph(NAMES.graph(name))
    return graph


def with_surroundings(example: Graph, known: Graph) -> Graph:
    """The example, the class tree, and all that is known of what it speaks of.

    Whole vocabularies around each example would take two minutes.
    """
    whole = Graph()
    whole += known.triples((None, RDFS.subClassOf, None))
    whole += example
    waiting, seen = set(example.all_nodes()), set()
    while waiting:
        thing = waiting.pop()
        seen.add(thing)
        if not str(thing).startswith(str(JPSTRAT)):
            about = list(known.triples((thing, None, None)))
            whole += about
            waiting |= {o for _, _, o in about} - seen
    return whole


def test_examples_are_found_for_each_shape() -> None:
    assert {path.parent.name for path in VALID} == {path.stem for path in SHAPE_FILES}
    assert len(VALID) >= 42
    tripped = {(path.parent.name, path.stem.split("-")[1]) for path in INVALID}
    wanted = {
        (path.stem, local(shape))
        for path in SHAPE_FILES
        for shape in read_graph(path).subjects(SH.severity)
    }
    assert tripped == wanted
    assert len(INVALID) >= 175
    strays = set(EXAMPLES.rglob("*")) - {*VALID, *INVALID, EXAMPLES / "context.ttl"}
    assert all(path.is_dir() for path in strays)


def test_the_surroundings_of_the_examples_are_valid(known: Graph) -> None:
    assert validate(known, all_shapes(), NAMES).findings == ()


@pytest.mark.parametrize("path", VALID, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_valid_example(path: Path, known: Graph) -> None:
    whole = with_surroundings(read_graph(path), known)
    assert validate(whole, all_shapes(), NAMES).findings == ()


@pytest.mark.parametrize("path", INVALID, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_invalid_example_trips_the_shape_of_its_name(path: Path, known: Graph) -> None:
    example = read_graph(path)
    findings = validate(with_surroundings(example, known), all_shapes(), NAMES).findings
    assert {local(finding.shape) for finding in findings} == {path.stem.split("-")[1]}
    assert {finding.focus for finding in findings} <= set(example.all_nodes())
