"""Data that contradict the ontology are refused, and the message names the nodes."""

import re
from itertools import pairwise

import pytest
from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import ORG, OWL, RDF, SKOS

from kg.errors import Contradiction
from kg.namespaces import JPSTRAT, NAMES
from kg.reason.titles import Titles
from kg.store.embedded import EmbeddedStore
from test_reason import close, graph_of, read_ontology


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return read_ontology()


def refused(turtle: str, ontology: Graph) -> Contradiction:
    with pytest.raises(Contradiction) as caught:
        close(turtle, ontology)
    return caught.value


def nodes(error: Contradiction, lang: str = "en") -> str:
    return str(error.fact("nodes", lang))


def test_disjoint_classes(ontology: Graph) -> None:
    error = refused("<id/x> a jpstrat:Measure , jpstrat:Programme .", ontology)
    assert nodes(error) == 'id/x is of the classes "measure" and "programme"'
    assert error.things == (str(NAMES.id("x")),)
    assert "exclude each other" in error.message("en")
    assert error.message("ja") == (
        "データがオントロジーと矛盾します。互いに素な（同時には属せない）種類に属しています: "
        "「id/x」は「取組」と「事業」。"
    )


def test_things_are_called_by_their_titles(ontology: Graph) -> None:
    titled = 'a jpstrat:Measure , jpstrat:Programme ; skos:prefLabel "試み"@ja , "A trial"@en .'
    error = refused(f"<id/x> {titled}", ontology)
    assert nodes(error) == '"A trial" (id/x) is of the classes "measure" and "programme"'
    assert nodes(error, "ja") == "「試み」（id/x）は「取組」と「事業」"
    ((thing, shown),) = error.cases
    assert thing == str(NAMES.id("x"))
    assert error.about(shown).en == error.message("en")
    long = "長" * 80
    error = refused(f'<id/x> skos:prefLabel "{long}"@ja ; jpstrat:repostOf <id/x> .', ontology)
    assert nodes(error, "ja") == f"「{'長' * 60}…」（id/x）"


def forbidding_terms() -> set[URIRef]:
    """Terms that some axiom forbids something of."""
    ontology = read_ontology()
    lists = [Collection(ontology, head) for head in ontology.objects(None, OWL.members)]
    return {
        *(term for members in lists for term in members if isinstance(term, URIRef)),
        *map(URIRef, (*IRREFLEXIVE, *ASYMMETRIC, *ACYCLIC)),
    }


def test_every_term_that_an_axiom_speaks_of_has_words_in_both_languages(ontology: Graph) -> None:
    terms = forbidding_terms()
    assert len(terms) >= 53
    store = EmbeddedStore()
    dataset = Dataset()
    graph = dataset.graph(NAMES.graph("def"))
    graph += ontology
    store.load(dataset)
    titles = Titles(store, NAMES)
    for term in terms:
        kind = titles.kind(str(term))
        assert NAMES.short(str(term)) not in kind, term
        assert not re.search("[A-Za-z]{2,}", kind.ja), term
        assert re.fullmatch(r'"[A-Za-z0-9 -]+"', kind.en), term


def test_disjoint_classes_by_inference(ontology: Graph) -> None:
    error = refused("<id/x> a jpstrat:Office ; jpstrat:status vstatus:new .", ontology)
    assert nodes(error) == 'id/x is of the classes "measure" and "office"'


def neighbours() -> list[tuple[str, str]]:
    """Each class of an axiom over disjoint classes with the one after it in the axiom."""
    ontology = read_ontology()
    axioms = [list(Collection(ontology, head)) for head in ontology.objects(None, OWL.members)]
    return sorted((str(a), str(b)) for axiom in axioms for a, b in pairwise(axiom))


def test_axioms_over_disjoint_classes_are_found() -> None:
    assert len(neighbours()) == 3 + 5 + 19 + 36 - 4


@pytest.mark.parametrize(("one", "other"), neighbours())
def test_each_disjoint_class(ontology: Graph, one: str, other: str) -> None:
    error = refused(f"<id/x> a <{one}> , <{other}> .", ontology)
    assert nodes(error).startswith('id/x is of the classes "')
    assert "exclude each other" in error.message("en")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "<id/m> jpstrat:deadline <id/org/mext>",
            'id/org/mext is of the classes "organisation" and "year period"',
        ),
        (
            "<id/m> jpstrat:inSection <id/org/mext>",
            'id/org/mext is of the classes "document section" and "ministry"',
        ),
        (
            "<id/m> jpstrat:status <id/org/mext>",
            'id/org/mext is of the classes "concept" and "ministry"',
        ),
        (
            "<id/m> jpstrat:evidence <id/org/mext>",
            'id/org/mext is of the classes "ministry" and "source span"',
        ),
        (
            "<id/m> jpstrat:hasBudget <id/org/mext>",
            'id/org/mext is of the classes "budget line" and "ministry"',
        ),
        (
            "<id/org/mext> jpstrat:deadline <id/p>",
            'id/org/mext is of the classes "organisation" and "policy element"',
        ),
        (
            "<id/t> a jpstrat:SpecificTarget ; jpstrat:addresses <id/g>",
            'id/t is of the classes "action" and "aim"',
        ),
        (
            "<id/h> a jpstrat:ResearchHub . <id/x> jpstrat:inNetwork <id/h>",
            'id/h is of the classes "research hub" and "research network"',
        ),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(ontology: Graph, statement: str, said: str) -> None:
    error = refused(f"<id/org/mext> a jpstrat:Ministry . {statement} .", ontology)
    assert nodes(error) == said


def test_disjoint_pair(ontology: Graph) -> None:
    more = ontology + graph_of("jpstrat:Committee owl:disjointWith org:Role .")
    error = refused("<id/x> a jpstrat:Committee , org:Role .", more)
    assert nodes(error) == 'id/x is of the classes "role" and "committee"'


def test_ten_nodes_are_named_and_the_rest_counted(ontology: Graph) -> None:
    both = "".join(f"<id/x{n:02}> a jpstrat:Measure , jpstrat:Programme . " for n in range(13))
    error = refused(both, ontology)
    assert nodes(error).count("programme") == 10
    assert "/x09 " in nodes(error)
    assert nodes(error).endswith(" and 3 more")
    assert nodes(error, "ja").endswith("、ほか3件")
    assert len(error.things) == 13


def test_exactly_ten_nodes_leave_no_rest(ontology: Graph) -> None:
    both = "".join(f"<id/x{n}> a jpstrat:Measure , jpstrat:Programme . " for n in range(10))
    said = nodes(refused(both, ontology))
    assert (said.count("programme"), said.count("more")) == (10, 0)


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
    assert nodes(error) == "id/a, id/b, id/c"
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
    assert nodes(refused(data, ontology)) == "id/a, id/b"


@pytest.mark.parametrize(
    "data",
    [
        "<id/org/mext> owl:sameAs <id/org/meti> .",
        "<id/x> owl:sameAs <id/org/mext> , <id/org/meti> .",
    ],
)
def test_different_individuals_that_are_said_to_be_the_same(ontology: Graph, data: str) -> None:
    error = refused(data, ontology)
    assert nodes(error) == "id/org/meti = id/org/mext"
    assert "different" in error.message("en")


def test_a_different_pair(ontology: Graph) -> None:
    more = ontology + graph_of("<id/a> owl:differentFrom <id/b> .")
    error = refused("<id/b> owl:sameAs <id/a> .", more)
    assert nodes(error) == "id/a = id/b"


def members(kind: URIRef) -> list[str]:
    return sorted(str(term) for term in read_ontology().subjects(RDF.type, kind))


IRREFLEXIVE = members(OWL.IrreflexiveProperty)
ASYMMETRIC = members(OWL.AsymmetricProperty)


def test_properties_that_never_return_are_those_of_the_contract() -> None:
    assert set(map(URIRef, IRREFLEXIVE)) == {
        JPSTRAT.parallelTo,
        JPSTRAT.positionedIn,
        JPSTRAT.repostOf,
        JPSTRAT.totals,
    }
    assert set(ASYMMETRIC) == set(IRREFLEXIVE) - {str(JPSTRAT.parallelTo)}


@pytest.mark.parametrize("term", IRREFLEXIVE)
def test_irreflexive_property(ontology: Graph, term: str) -> None:
    error = refused(f"<id/a> <{term}> <id/a> , <id/b> .", ontology)
    assert nodes(error) == "id/a"
    assert term.partition("#")[2] in error.message("en")
    assert "自分自身" in error.message("ja")


@pytest.mark.parametrize("term", ASYMMETRIC)
def test_asymmetric_property(ontology: Graph, term: str) -> None:
    data = f"<id/b> <{term}> <id/a> , <id/c> . <id/a> <{term}> <id/b> ."
    error = refused(data, ontology)
    assert nodes(error) == "id/a – id/b"
    assert term.partition("#")[2] in error.message("en")
    assert "互いを" in error.message("ja")


def test_same_as_between_others_is_no_contradiction(ontology: Graph) -> None:
    closure = close("<id/a> owl:sameAs <id/org/mext> .", ontology)
    assert not [p for _, p, _ in closure.triples if p == OWL.sameAs]
