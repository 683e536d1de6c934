"""Data that contradict the ontology are refused, and the message names the nodes."""

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import ORG, OWL, SKOS

from kg.errors import Contradiction
from kg.namespaces import JPSTRAT, NAMES
from test_reason import close, graph_of, read_ontology


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return read_ontology()


def refused(turtle: str, ontology: Graph) -> Contradiction:
    with pytest.raises(Contradiction) as caught:
        close(turtle, ontology)
    return caught.value


def test_disjoint_classes(ontology: Graph) -> None:
    error = refused("<id/x> a jpstrat:Measure , jpstrat:Programme .", ontology)
    assert error.facts["nodes"] == f"{NAMES.id('x')} (Measure, Programme)"
    assert "exclude each other" in error.message("en")
    assert "互いに素" in error.message("ja")


def test_disjoint_classes_by_inference(ontology: Graph) -> None:
    error = refused("<id/x> a jpstrat:Office ; jpstrat:status vstatus:new .", ontology)
    assert error.facts["nodes"] == f"{NAMES.id('x')} (Measure, Office)"


def test_disjoint_pair(ontology: Graph) -> None:
    more = ontology + graph_of("jpstrat:Aim owl:disjointWith jpstrat:Action .")
    error = refused("<id/x> a jpstrat:Measure ; jpstrat:refines <id/y> .", more)
    assert error.facts["nodes"] == f"{NAMES.id('x')} (Action, Aim)"


def test_ten_nodes_are_named_and_the_rest_counted(ontology: Graph) -> None:
    both = "".join(f"<id/x{n:02}> a jpstrat:Measure , jpstrat:Programme . " for n in range(13))
    nodes = str(refused(both, ontology).facts["nodes"])
    assert nodes.count("Programme") == 10
    assert "/x09 " in nodes
    assert nodes.endswith("… (+3)")


def test_exactly_ten_nodes_leave_no_rest(ontology: Graph) -> None:
    both = "".join(f"<id/x{n}> a jpstrat:Measure , jpstrat:Programme . " for n in range(10))
    nodes = str(refused(both, ontology).facts["nodes"])
    assert (nodes.count("Programme"), nodes.count("…")) == (10, 0)


ACYCLIC = sorted(
    str(term) for term in read_ontology().subjects(JPSTRAT.acyclic, Literal(True)) if term
)


def test_acyclic_properties_are_those_of_the_contract() -> None:
    assert set(map(URIRef, ACYCLIC)) >= {
        JPSTRAT.contributesTo,
        JPSTRAT.partOf,
        JPSTRAT.underSection,
        ORG.transitiveSubOrganizationOf,
        SKOS.broaderTransitive,
    }


@pytest.mark.parametrize("term", ACYCLIC)
def test_cycles_name_their_nodes(ontology: Graph, term: str) -> None:
    data = f"""<id/a> <{term}> <id/b> . <id/b> <{term}> <id/c> . <id/c> <{term}> <id/a> .
    <id/c> <{term}> <id/d> . <id/e> <{term}> <id/a> ."""
    error = refused(data, ontology)
    assert error.facts["nodes"] == ", ".join(NAMES.id(n) for n in "abc")
    assert "circle" in error.message("en")
    assert "循環" in error.message("ja")


@pytest.mark.parametrize(
    "data",
    [
        "<id/a> jpstrat:partOf <id/b> ; jpstrat:hasPart <id/b> .",
        "<id/a> skos:broader <id/b> ; skos:narrower <id/b> .",
        "<id/a> org:unitOf <id/b> . <id/b> org:subOrganizationOf <id/a> .",
        "<id/a> jpstrat:inSection <id/b> . <id/b> jpstrat:theme <id/a> .",
    ],
)
def test_cycles_over_several_properties(ontology: Graph, data: str) -> None:
    assert refused(data, ontology).facts["nodes"] == f"{NAMES.id('a')}, {NAMES.id('b')}"


@pytest.mark.parametrize(
    "data",
    [
        "<id/org/mext> owl:sameAs <id/org/meti> .",
        "<id/x> owl:sameAs <id/org/mext> , <id/org/meti> .",
    ],
)
def test_different_individuals_that_are_said_to_be_the_same(ontology: Graph, data: str) -> None:
    error = refused(data, ontology)
    assert error.facts["nodes"] == f"{NAMES.id('org', 'meti')} = {NAMES.id('org', 'mext')}"
    assert "different" in error.message("en")


def test_a_different_pair(ontology: Graph) -> None:
    more = ontology + graph_of("<id/a> owl:differentFrom <id/b> .")
    error = refused("<id/b> owl:sameAs <id/a> .", more)
    assert error.facts["nodes"] == f"{NAMES.id('a')} = {NAMES.id('b')}"


def test_irreflexive_property(ontology: Graph) -> None:
    more = ontology + graph_of("jpstrat:totals a owl:IrreflexiveProperty .")
    error = refused("<id/a> jpstrat:totals <id/a> , <id/b> .", more)
    assert error.facts["nodes"] == str(NAMES.id("a"))
    assert "totals" in error.message("en")


def test_asymmetric_property(ontology: Graph) -> None:
    more = ontology + graph_of("jpstrat:totals a owl:AsymmetricProperty .")
    data = "<id/b> jpstrat:totals <id/a> , <id/c> . <id/a> jpstrat:totals <id/b> . "
    error = refused(data + "<id/d> jpstrat:totals <id/d> .", more)
    a, b, d = (NAMES.id(name) for name in "abd")
    assert error.facts["nodes"] == f"{a} – {b}, {d} – {d}"


def test_same_as_between_others_is_no_contradiction(ontology: Graph) -> None:
    closure = close("<id/a> owl:sameAs <id/org/mext> .", ontology)
    assert not [p for _, p, _ in closure.triples if p == OWL.sameAs]
