"""The closure on a mini graph, with owlrl as oracle."""

from collections.abc import Iterable
from pathlib import Path

import owlrl
import pytest
from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.namespace import RDF, XSD
from rdflib.term import Node

from kg.namespaces import JPSTRAT, NAMES, Names
from kg.reason import Closure, Rule, compile_rules, infer, read_rules
from kg.store.embedded import EmbeddedStore

ROOT = Path(__file__).parents[1]
RULES = ROOT / "ontology" / "rules"
PREFIXES = f"@base <{NAMES.base}> .\n" + "".join(
    f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in NAMES.prefixes.items()
)
MINI = """
<id/org/cas> a jpstrat:CabinetBody .
<id/org/cas-it> a jpstrat:Office ; org:unitOf <id/org/cas> .
<id/org/mext> a jpstrat:Ministry .
<id/section/e/II> a jpstrat:DocumentSection .
<id/section/e/II-1> a jpstrat:DocumentSection ; jpstrat:inSection <id/section/e/II> ;
    jpstrat:field vfield:health .
<id/section/e/II-1-x> a jpstrat:DocumentSection ; jpstrat:inSection <id/section/e/II-1> .
<id/big-goal/e/II> a jpstrat:BigGoal ; jpstrat:advances <id/strategy-goal/e/1> .
<id/target/e/t1> jpstrat:refines <id/big-goal/e/II> ; jpstrat:inSection <id/section/e/II-1> ;
    jpstrat:deadline <id/period/cy2025> .
<id/period/fy2022> a jpstrat:FiscalYear ; jpstrat:endDate "2023-03-31"^^xsd:date .
<id/period/cy2025> a jpstrat:CalendarYear ; jpstrat:endDate "2025-12-31"^^xsd:date .
<id/measure/e/1> a jpstrat:Measure ;
    jpstrat:code "I-1" ;
    jpstrat:addresses <id/target/e/t1> ;
    jpstrat:responsibleOrganization <id/org/cas-it> ;
    jpstrat:deadline <id/period/fy2022> , <id/period/cy2025> ;
    jpstrat:theme <id/section/e/II-1-x> ;
    jpstrat:status vstatus:new .
<id/measure/e/1/s1> a jpstrat:SubMeasure ;
    jpstrat:partOf <id/measure/e/1> ;
    jpstrat:responsibleOrganization <id/org/mext> ;
    jpstrat:deadline <id/period/fy2022> .
<id/measure/e/2> jpstrat:repostOf <id/measure/e/1> .
<id/measure/e/3> jpstrat:parallelTo <id/measure/e/1> .
<id/measure/e/3/s1> jpstrat:partOf <id/measure/e/3> .
<id/measure/e/3/s1/s1> jpstrat:partOf <id/measure/e/3/s1> ;
    jpstrat:responsibleOrganization <id/org/mext> .
<id/hub/h> jpstrat:hostedBy <id/org/riken> ; jpstrat:hubField vhub:sensor .
<id/org/riken> jpstrat:value "5.0"^^xsd:decimal ; jpstrat:year 5 .
varea:4-1 skos:broader varea:4 .
varea:4 skos:inScheme <vocab/ai-core-area> ; skos:topConceptOf <vocab/ai-core-area> .
"""

Triples = set[tuple[Node, Node, Node]]


def read_ontology() -> Graph:
    ontology = Graph()
    for name in ("jpstrat.ttl", "stubs.ttl"):
        ontology.parse(ROOT / "ontology" / name)
    return ontology


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return read_ontology()


def graph_of(turtle: str, names: Names = NAMES) -> Graph:
    return Graph().parse(data=names.rebase(PREFIXES + turtle), format="turtle")


def store_of(asserted: Graph, ontology: Graph, names: Names = NAMES) -> EmbeddedStore:
    dataset = Dataset()
    for name, graph in {"mini": asserted, "def": ontology}.items():
        for triple in graph:
            dataset.graph(names.graph(name)).add(triple)
    store = EmbeddedStore(names=names)
    store.load(dataset)
    return store


def close(turtle: str, ontology: Graph, extra_rules: Iterable[Rule] = ()) -> Closure:
    return infer(store_of(graph_of(turtle), ontology), ontology, extra_rules, NAMES)


@pytest.fixture(scope="module")
def closure(ontology: Graph) -> Closure:
    return close(MINI, ontology, read_rules(RULES, NAMES))


def iri(name: str) -> URIRef:
    """A full IRI for `prefix:name` or a path under the base."""
    prefix, colon, local = name.partition(":")
    return URIRef(NAMES.prefixes[prefix] + local if colon else NAMES.base + name)


def oracle_difference(
    asserted: Graph, ontology: Graph, closure: Closure
) -> tuple[Triples, Triples]:
    """Triples that only owlrl infers and triples that only the closure infers.

    Compared are statements about data with a predicate, or as type a class, that the ontology
    declares; without `latestDate`, which no axiom yields.
    """
    expanded = ontology + asserted
    given = set(expanded)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(expanded)
    terms = set(ontology.subjects(RDF.type))

    def compared(triple: tuple[Node, Node, Node]) -> bool:
        subject, predicate, value = triple
        return (
            (value if predicate == RDF.type else predicate) in terms
            and subject not in terms
            and predicate != JPSTRAT.latestDate
        )

    expected = {triple for triple in expanded if compared(triple)} - given
    found = {triple for triple in closure.triples if compared(triple)}
    return expected - found, found - expected


def test_agrees_with_owlrl(ontology: Graph, closure: Closure) -> None:
    assert oracle_difference(graph_of(MINI), ontology, closure) == (set(), set())
    assert sum(closure.counts.values()) > 60


def test_the_oracle_notices_a_missing_and_an_invented_triple(
    ontology: Graph, closure: Closure
) -> None:
    missing = (iri("id/measure/e/2"), RDF.type, JPSTRAT.Measure)
    invented = (iri("id/measure/e/2"), RDF.type, JPSTRAT.Programme)
    changed = [t for t in closure.triples if t != missing] + [invented]
    difference = oracle_difference(
        graph_of(MINI), ontology, Closure({"any": tuple(changed)}, rounds=1)
    )
    assert difference == ({missing}, {invented})


@pytest.mark.parametrize(
    "wanted",
    [
        # contributesTo: sub-properties, transitivity, parts, reposts in both directions
        ("id/measure/e/1", "jpstrat:contributesTo", "id/target/e/t1"),
        ("id/target/e/t1", "jpstrat:contributesTo", "id/big-goal/e/II"),
        ("id/measure/e/1", "jpstrat:contributesTo", "id/strategy-goal/e/1"),
        ("id/measure/e/1/s1", "jpstrat:contributesTo", "id/strategy-goal/e/1"),
        ("id/measure/e/2", "jpstrat:contributesTo", "id/target/e/t1"),
        ("id/measure/e/2", "jpstrat:contributesTo", "id/strategy-goal/e/1"),
        # organisations: parents of those responsible, and those of parts of parts
        ("id/measure/e/1", "jpstrat:responsibleParentOrganization", "id/org/cas"),
        ("id/measure/e/1", "jpstrat:involvesOrganization", "id/org/cas-it"),
        ("id/measure/e/1", "jpstrat:involvesOrganization", "id/org/mext"),
        ("id/measure/e/3", "jpstrat:involvesOrganization", "id/org/mext"),
        ("id/org/cas-it", "org:subOrganizationOf", "id/org/cas"),
        ("id/org/cas-it", "org:transitiveSubOrganizationOf", "id/org/cas"),
        ("id/org/cas", "org:hasSubOrganization", "id/org/cas-it"),
        # sections of sections
        ("id/measure/e/1", "jpstrat:underSection", "id/section/e/II-1-x"),
        ("id/measure/e/1", "jpstrat:underSection", "id/section/e/II"),
        ("id/target/e/t1", "jpstrat:underSection", "id/section/e/II"),
        ("id/target/e/t1", "jpstrat:field", "vfield:health"),
        # inverse and symmetric properties
        ("id/measure/e/1", "jpstrat:hasPart", "id/measure/e/1/s1"),
        ("id/measure/e/1", "jpstrat:repostedAs", "id/measure/e/2"),
        ("id/measure/e/1", "jpstrat:parallelTo", "id/measure/e/3"),
        ("id/org/riken", "jpstrat:hosts", "id/hub/h"),
        ("varea:4", "skos:narrower", "varea:4-1"),
        ("varea:4-1", "skos:broaderTransitive", "varea:4"),
        ("vocab/ai-core-area", "skos:hasTopConcept", "varea:4"),
        # types: superclasses, domains, ranges
        ("id/measure/e/1", "rdf:type", "jpstrat:Action"),
        ("id/measure/e/1", "rdf:type", "jpstrat:PolicyElement"),
        ("id/org/mext", "rdf:type", "org:Organization"),
        ("id/hub/h", "rdf:type", "jpstrat:ResearchHub"),
        ("id/measure/e/2", "rdf:type", "jpstrat:Measure"),
        ("id/strategy-goal/e/1", "rdf:type", "jpstrat:StrategyGoal"),
        ("vstatus:new", "rdf:type", "skos:Concept"),
        ("id/period/fy2022", "rdf:type", "jpstrat:YearPeriod"),
    ],
)
def test_infers(closure: Closure, wanted: tuple[str, str, str]) -> None:
    assert tuple(map(iri, wanted)) in set(closure.triples)


@pytest.mark.parametrize(
    "unwanted",
    [
        ("id/org/cas", "jpstrat:involvesOrganization", "id/org/cas-it"),
        ("id/measure/e/1/s1", "jpstrat:involvesOrganization", "id/org/cas-it"),
        ("id/measure/e/3", "jpstrat:contributesTo", "id/target/e/t1"),
        ("id/measure/e/1", "jpstrat:responsibleOrganization", "id/org/cas"),
        ("id/target/e/t1", "rdf:type", "jpstrat:SpecificTarget"),
    ],
)
def test_does_not_infer(closure: Closure, unwanted: tuple[str, str, str]) -> None:
    assert tuple(map(iri, unwanted)) not in set(closure.triples)


def test_latest_date_is_the_end_of_the_last_own_deadline_of_an_action(closure: Closure) -> None:
    found = {(s, o) for s, p, o in closure.triples if p == JPSTRAT.latestDate}
    assert found == {
        (iri("id/measure/e/1"), Literal("2025-12-31", datatype=XSD.date)),
        (iri("id/measure/e/1/s1"), Literal("2023-03-31", datatype=XSD.date)),
    }


def test_files_give_the_same_in_rdflib(ontology: Graph, closure: Closure) -> None:
    rules = read_rules(RULES, NAMES)
    assert len(rules) >= 1
    closed = graph_of(MINI) + ontology
    for triple in closure.triples:
        closed.add(triple)
    for rule in rules:
        assert set(closed.query(rule.query)) == set(closure.derived[rule.id])


def test_inferred_graph_holds_the_closure_and_repeats_no_assertion(ontology: Graph) -> None:
    asserted = graph_of(MINI)
    store = store_of(asserted, ontology)
    before = store.count()
    # latestDate asserted by hand: the rule of the file must not repeat it
    by_hand = (iri("id/measure/e/1"), JPSTRAT.latestDate, Literal("2025-12-31", datatype=XSD.date))
    store.insert(NAMES.graph("mini"), [by_hand])
    closure = infer(store, ontology, read_rules(RULES, NAMES), NAMES)
    inferred = NAMES.graph("inferred").n3()
    held = store.construct(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {inferred} {{ ?s ?p ?o }} }}")
    listed = list(closure.triples)
    assert set(held) == set(listed)
    assert len(listed) == len(set(listed)) == sum(closure.counts.values())
    assert store.count() == before + 1 + len(listed)
    assert not set(listed) & set(asserted)
    assert by_hand not in listed
    assert closure.counts["latest-date"] == 1


def test_a_second_run_infers_nothing(ontology: Graph) -> None:
    store = store_of(graph_of(MINI), ontology)
    infer(store, ontology, read_rules(RULES, NAMES), NAMES)
    again = infer(store, ontology, read_rules(RULES, NAMES), NAMES)
    assert (again.counts, again.rounds) == ({}, 1)


@pytest.mark.parametrize(
    "literal",
    ["jpstrat:parallelTo", "jpstrat:hostedBy", "jpstrat:partOf", "jpstrat:addresses"],
)
def test_a_literal_gets_no_type_and_no_property(ontology: Graph, literal: str) -> None:
    closure = close(f'<id/x> {literal} "text" .', ontology)
    assert {s for s, _, _ in closure.triples} <= {iri("id/x")}


def test_nothing_is_concluded_about_terms(ontology: Graph) -> None:
    closure = close(
        "jpstrat:Measure jpstrat:inSection <id/section/e/II> . jpstrat:code a jpstrat:Measure .",
        ontology,
    )
    assert set(closure.triples) == {
        (iri("id/section/e/II"), RDF.type, JPSTRAT.DocumentSection),
    }


def test_same_closure_under_another_base(ontology: Graph, closure: Closure) -> None:
    names = Names("http://example.org/policy/")
    moved = Graph().parse(data=names.rebase(ontology.serialize(format="turtle")))
    store = store_of(graph_of(MINI, names), moved, names)
    other = infer(store, moved, read_rules(RULES, names), names)
    assert other.counts == closure.counts
    rebased = {tuple(names.rebase(term.n3()) for term in t) for t in closure.triples}
    assert {tuple(term.n3() for term in t) for t in other.triples} == rebased


def test_a_rule_runs_again_only_when_it_reads_something_new(ontology: Graph) -> None:
    class Counting(EmbeddedStore):
        queries: list[str]

        def construct(self, query: str, *args: object) -> list[tuple[Node, Node, Node]]:
            self.queries.append(query)
            return super().construct(query, *args)  # type: ignore[arg-type]

    store = Counting()
    store.queries = []
    store.insert(NAMES.graph("mini"), graph_of(MINI))
    closure = infer(store, ontology, (), NAMES)
    rules = compile_rules(ontology, NAMES)
    runs = {rule.id: store.queries.count(rule.query) for rule in rules}
    assert closure.rounds > 1
    assert runs["domain(status,Measure)"] == runs["subClassOf(Ministry,org:Organization)"] == 1
    assert runs["transitive(contributesTo)"] > 1
    assert len(store.queries) < 1.25 * len(rules)


def test_rounds_do_not_grow_with_the_depth_of_a_hierarchy(ontology: Graph) -> None:
    sections = "".join(
        f"<id/section/e/{n}> jpstrat:inSection <id/section/e/{n + 1}> . " for n in range(64)
    )
    closure = close(sections, ontology)
    assert closure.counts["transitive(underSection)"] == 64 * 63 // 2
    assert closure.rounds <= 8


def test_what_a_file_concludes_is_closed_again(ontology: Graph) -> None:
    query = """PREFIX jpstrat: <https://w3id.org/jpstrat/def#>
    PREFIX dcterms: <http://purl.org/dc/terms/>
    CONSTRUCT { ?m jpstrat:addresses ?t } WHERE { ?m dcterms:relation ?t }"""
    data = "<id/m> dcterms:relation <id/t> . <id/t> jpstrat:refines <id/g> ."
    closure = close(data, ontology, [Rule("related", query)])
    assert (iri("id/m"), JPSTRAT.contributesTo, iri("id/g")) in set(closure.triples)
    assert closure.derived["related"] == ((iri("id/m"), JPSTRAT.addresses, iri("id/t")),)
