"""The closure of the whole graph against owlrl, the oracle, and its entailments in numbers."""

from collections import defaultdict
from datetime import date

from rdflib import Graph, URIRef

from kg.graph import ontology_graph
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.building import Built, read_asserted
from kg.pipeline.project import Project
from test_reason import oracle_difference


def test_same_triples_as_owlrl_on_the_whole_graph(whole_graph: Built, project: Project) -> None:
    asserted = read_asserted(project)
    flat = Graph()
    flat.addN((s, p, o, flat) for s, p, o, g in asserted.quads() if g != NAMES.graph("shapes"))
    assert len(flat) > 20_000
    missing, unsound = oracle_difference(flat, ontology_graph(asserted, NAMES), whole_graph.closure)
    assert (missing, unsound) == (set(), set())


def test_latest_dates_by_a_second_route(whole_graph: Built) -> None:
    rows = whole_graph.store.select(
        "PREFIX j: <https://w3id.org/jpstrat/def#>"
        "SELECT ?action ?end { ?action j:deadline/j:endDate ?end ; a j:Action } ORDER BY ?action"
    )
    ends: dict[object, list[date]] = defaultdict(list)
    for row in rows:
        ends[row["action"]].append(date.fromisoformat(str(row["end"])))
    inferred = {
        s: date.fromisoformat(str(o))
        for s, p, o in whole_graph.closure.triples
        if p == JPSTRAT.latestDate
    }
    assert inferred == {action: max(dates) for action, dates in ends.items()}
    assert len(inferred) > 300


def inferred(built: Built, property_: URIRef) -> set[tuple[str, str]]:
    def short(term: object) -> str:
        return str(term).removeprefix(NAMES.base)

    return {(short(s), short(o)) for s, p, o in built.closure.triples if p == property_}


def test_entailments_of_the_issue(whole_graph: Built) -> None:
    measure = "id/measure/ai2019-fu2020"
    parents = inferred(whole_graph, JPSTRAT.responsibleParentOrganization)
    assert (f"{measure}/II-1-20-012", "id/org/cas") in parents
    involved = inferred(whole_graph, JPSTRAT.involvesOrganization)
    assert (f"{measure}/II-1-20-089", "id/org/mhlw") in involved, "through its sub-measure"
    contributes = inferred(whole_graph, JPSTRAT.contributesTo)
    assert (f"{measure}/II-1-20-012", "id/strategy-goal/ai2019/1") in contributes
    assert (f"{measure}/III-1-20-907", "id/target/ai2019-fu2020/III-4-1-t1") in contributes, (
        "a COVID measure contributes through its repost"
    )
    sections = inferred(whole_graph, JPSTRAT.underSection)
    assert (f"{measure}/II-1-20-012", "id/section/ai2019-fu2020/II") in sections
    fields = inferred(whole_graph, JPSTRAT.field)
    assert (f"{measure}/III-1-20-033", "vocab/field/resilience") in fields
    hosts = inferred(whole_graph, JPSTRAT.hosts)
    assert ("id/org/nims", "id/hub/quantum-materials") in hosts
