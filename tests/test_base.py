"""The graph rebuilt under another base gives the same answers, with the other base in them."""

import pytest

from kg.model import Row
from kg.namespaces import BASE, Names
from kg.pipeline.building import Built, build
from kg.pipeline.project import Project
from kg.queries import read_catalogue

OTHER = Names("https://example.org/policy/")


@pytest.fixture(scope="module")
def rebuilt(project: Project) -> Built:
    return build(project, OTHER)


def texts(rows: list[Row]) -> list[list[str]]:
    return [["" if v is None else v.n3() for v in row.values()] for row in rows]


def test_same_answers_under_another_base(
    rebuilt: Built, whole_graph: Built, project: Project
) -> None:
    ours, theirs = (read_catalogue(project.queries, names) for names in (Names(), OTHER))
    assert len(ours) == len(theirs) >= 30
    rows = 0
    for query in ours:
        other = theirs.get(query.name)
        expected = texts(whole_graph.store.select(query.text, query.bind({})))
        found = texts(rebuilt.store.select(other.text, other.bind({})))
        assert found == [[cell.replace(BASE, OTHER.base) for cell in row] for row in expected]
        rows += len(found)
    assert rows > 1000


def test_nothing_of_the_old_base_is_left(rebuilt: Built) -> None:
    rows = rebuilt.store.select(
        f'SELECT ?s {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?s), "{BASE}")'
        f' || STRSTARTS(STR(?p), "{BASE}") || STRSTARTS(STR(?o), "{BASE}")) }} LIMIT 5'
    )
    assert rows == []
