"""Every query of the catalogue, in two engines, against rows verified in the official text.

`tests/expected/<query>.yaml` lists cases: the parameters as a person types them, how many rows
there are, rows (some of their columns; all rows when `complete`), and the route by which the rows
were verified without the graph. IRIs are written without the base; a missing value is `null`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDFS
from rdflib.term import Identifier, Node

from kg.errors import ParameterInvalid
from kg.model import Row
from kg.namespaces import NAMES
from kg.pipeline.building import Built
from kg.queries import CannedQuery, Parameter, Things, read_catalogue
from kg.queries.structure import check_catalogue
from kg.store.embedded import EmbeddedStore

ROOT = Path(__file__).parents[1]
CATALOGUE = read_catalogue(ROOT / "queries", NAMES)
FILES = sorted((ROOT / "tests" / "expected").glob("*.yaml"))
INTERNAL = ("acyclic",)
"""Annotations that steer the build and say nothing about the data."""

Text = dict[str, str | None]
Triple = tuple[Identifier, Identifier, Identifier]


@dataclass(frozen=True)
class Case:
    """What one query must answer to one set of parameters."""

    query: CannedQuery
    params: dict[str, str]
    rows: list[Text]
    complete: bool
    route: str
    count: int | None = None

    @property
    def name(self) -> str:
        bound = ",".join(f"{k}={v}" for k, v in self.params.items())
        return f"{self.query.name}[{bound}]"


def read_cases(path: Path) -> list[Case]:
    entries: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [Case(query=CATALOGUE.get(path.stem), **entry) for entry in entries]


CASES = [case for path in FILES for case in read_cases(path)]
PARAMETERS = [(query, parameter) for query in CATALOGUE for parameter in query.params]
REFERENCES = [(query, parameter) for query, parameter in PARAMETERS if parameter.kind]
CHOICES = sorted({p.choices for _, p in PARAMETERS if p.choices})


def text(term: Identifier | None) -> str | None:
    return None if term is None else str(term).removeprefix(NAMES.base)


def written(term: Node | None) -> str | None:
    """N-Triples form: 5 and "5" and 5.0 differ."""
    return None if term is None else term.n3()


def pick(row: Text, columns: Iterable[str]) -> Text:
    return {column: row[column] for column in columns}


def follow_each_other(wanted: Sequence[Text], rows: Sequence[Text]) -> bool:
    """Whether `wanted` stand among `rows` in the same order."""
    rest = iter(rows)
    return all(any(pick(row, want) == want for row in rest) for want in wanted)


def unknown(parameter: Parameter) -> Identifier:
    """A value of the right form that stands for nothing in the graph."""
    if parameter.type in {"iri", "concept"}:
        return URIRef(f"{NAMES.base}{parameter.prefix or 'id/'}no-such-thing")
    return Literal(1868) if parameter.type in {"integer", "year"} else Literal("no such thing")


def order_columns(query: CannedQuery) -> list[str]:
    return re.findall(r"\?(\w+)", query.text.rpartition("ORDER BY")[2])


def test_each_query_has_expected_rows() -> None:
    assert {path.stem for path in FILES} == {query.name for query in CATALOGUE}
    assert len(CATALOGUE) == len(FILES) >= 96
    assert len(CASES) >= 234


def test_the_texts_of_all_queries_can_be_bound() -> None:
    check_catalogue(CATALOGUE)


@pytest.mark.parametrize("query", CATALOGUE, ids=lambda query: query.name)
def test_cases_cover_the_parameters(query: CannedQuery) -> None:
    cases = [case for case in CASES if case.query is query]
    required = {parameter.name for parameter in query.params if parameter.required}
    assert any(case.params.keys() == required for case in cases)
    assert {p.name for p in query.params} == {name for case in cases for name in case.params}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_expected_rows(case: Case, whole_graph: Built) -> None:
    bindings = case.query.bind(case.params)
    answer = whole_graph.store.select(case.query.text, bindings)
    rows = [{column: text(term) for column, term in row.items()} for row in answer]
    assert len(case.route.split()) > 2
    if case.complete:
        columns = [want.keys() for want in case.rows]
        assert [pick(row, c) for row, c in zip(rows, columns, strict=False)] == case.rows
        assert len(rows) == case.count == len(case.rows)
    else:
        assert case.rows
        assert follow_each_other(case.rows, rows)
        assert case.count in {None, len(rows)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_both_engines_agree(case: Case, whole_graph: Built, union: Graph) -> None:
    bindings = case.query.bind(case.params)
    rows = whole_graph.store.select(case.query.text, bindings)
    result = union.query(case.query.text, initBindings=bindings)
    other = [[written(row.get(v)) for v in result.vars or ()] for row in result.bindings]
    assert other == [[written(term) for term in row.values()] for row in rows]


@pytest.mark.parametrize(
    ("query", "parameter"), PARAMETERS, ids=lambda value: getattr(value, "name", None)
)
def test_an_unknown_value_gives_no_rows(
    query: CannedQuery, parameter: Parameter, whole_graph: Built
) -> None:
    assert whole_graph.store.select(query.text, {parameter.name: unknown(parameter)}) == []


@pytest.fixture(scope="module")
def things(whole_graph: Built) -> Things:
    rows = whole_graph.store.select(Things.question(NAMES))
    return Things.of(((str(row["kind"]), str(row["things"])) for row in rows), NAMES)


@pytest.mark.parametrize(
    ("query", "parameter"), REFERENCES, ids=lambda value: getattr(value, "name", None)
)
def test_a_parameter_takes_what_its_column_and_its_choices_hold(
    query: CannedQuery, parameter: Parameter, whole_graph: Built, things: Things
) -> None:
    """A class that is too narrow would refuse values that have rows."""
    found = {row[parameter.name] for row in whole_graph.store.select(query.text)} - {None}
    if parameter.choices:
        rows = whole_graph.store.select(CATALOGUE.get(parameter.choices).text)
        found |= {next(iter(row.values())) for row in rows}
    assert found
    refused = [str(v) for v in found if v is not None and not parameter.takes(v, things)]
    assert refused == []


def test_parameters_for_iris_are_found() -> None:
    assert len(REFERENCES) >= 96


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_values_of_the_cases_are_taken(case: Case, things: Things) -> None:
    case.query.check(case.query.bind(case.params), things)


@pytest.mark.parametrize(
    ("query", "parameter"), REFERENCES, ids=lambda value: getattr(value, "name", None)
)
def test_an_unknown_value_is_refused(
    query: CannedQuery, parameter: Parameter, things: Things
) -> None:
    with pytest.raises(ParameterInvalid):
        query.check({parameter.name: unknown(parameter)}, things)


@pytest.mark.parametrize(
    ("name", "parameter", "value", "nearest"),
    [
        ("measures-by-organisation", "organisation", "mex", "mext"),
        ("measures-by-organisation", "organisation", "MEXT", "mext"),
        ("measures-by-organisation", "organisation", "health", "cas-health"),
        ("measures-by-organisation", "organisation", "vocab/field/health", None),
        ("status-counts-by-section", "status", "nwe", "new"),
        ("sub-measures", "measure", "II-1-20-001", "ai2019-fu2020/II-1-20-001"),
        ("sub-measures", "measure", "ai2019-fu2020/II-1-20-999", "ai2019-fu2020/II-1-20-009"),
        ("budgets-by-programme", "stage", "inital", "initial"),
    ],
)
def test_a_mistyped_value_gets_the_nearest(
    name: str, parameter: str, value: str, nearest: str | None, things: Things
) -> None:
    query = CATALOGUE.get(name)
    with pytest.raises(ParameterInvalid) as caught:
        query.check(query.bind({parameter: value}), things)
    assert caught.value.facts["nearest"] == nearest


@pytest.fixture(scope="module")
def graphs(whole_graph: Built) -> dict[str, list[Triple]]:
    """Triples of each named graph."""
    names = whole_graph.store.select("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g")
    query = "CONSTRUCT { ?s ?p ?o } { GRAPH <%s> { ?s ?p ?o } }"
    return {
        str(row["g"]).removeprefix(NAMES.graph("")): whole_graph.store.construct(query % row["g"])
        for row in names
    }


@pytest.mark.parametrize("query", CATALOGUE, ids=lambda query: query.name)
def test_the_named_graphs_are_enough_and_needed(
    query: CannedQuery, whole_graph: Built, graphs: dict[str, list[Triple]]
) -> None:
    rows = whole_graph.store.select(query.text)
    assert select_from(query, graphs, query.graphs) == rows
    for left_out in query.graphs if rows else ():
        rest = [name for name in query.graphs if name != left_out]
        assert select_from(query, graphs, rest) != rows, left_out


def select_from(
    query: CannedQuery, graphs: dict[str, list[Triple]], names: Iterable[str]
) -> list[Row]:
    store = EmbeddedStore()
    for name in names:
        store.insert(NAMES.graph(name), graphs[name])
    return store.select(query.text)


@pytest.mark.parametrize("query", CATALOGUE, ids=lambda query: query.name)
def test_the_order_of_rows_is_total(query: CannedQuery, whole_graph: Built) -> None:
    rows = whole_graph.store.select(query.text)
    columns = order_columns(query)
    assert columns
    keys = [tuple(row[column] for column in columns) for row in rows]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("name", CHOICES)
def test_choices_list_each_value_once(name: str, whole_graph: Built) -> None:
    rows = whole_graph.store.select(CATALOGUE.get(name).text)
    first = [next(iter(row.values())) for row in rows]
    assert None not in first
    assert len(set(first)) == len(first) > 1


def test_choices_are_found() -> None:
    assert len(CHOICES) >= 18


def terms_of(query: str) -> set[str]:
    """Own terms that a query asks with; a comment or a text that names one asks nothing."""
    asking = re.sub(r'"[^"\n]*"|(?:^|(?<=\s))#.*', "", query, flags=re.MULTILINE)
    return set(re.findall(r"\bjpstrat:(\w+)", asking))


def test_terms_in_comments_and_texts_do_not_count() -> None:
    prefix = "PREFIX jpstrat: <https://w3id.org/jpstrat/def#>\n"
    query = '#+ en: jpstrat:a\nSELECT ?x { ?x jpstrat:b "jpstrat:c" . # jpstrat:d\n}'
    assert terms_of(prefix + query) == {"b"}


def test_each_term_of_the_ontology_is_used_by_a_query(union: Graph) -> None:
    terms = {
        str(term).partition("#")[2] for term in union.subjects(RDFS.isDefinedBy, NAMES.ontology)
    }
    assert len(terms) > 130
    asked = {name for q in CATALOGUE for name in terms_of(q.text)}
    assert asked - terms == set()
    assert terms - asked - set(INTERNAL) == set()


def test_unmatched_rows_are_noticed() -> None:
    rows: list[Text] = [{"a": "1", "b": "x"}, {"a": "2", "b": None}, {"a": "3", "b": "y"}]
    assert follow_each_other([{"a": "1"}, {"b": "y"}], rows)
    assert not follow_each_other([{"b": "y"}, {"a": "1"}], rows)
    assert not follow_each_other([{"a": "2", "b": "x"}], rows)
    assert not follow_each_other([{"a": "1"}, {"a": "1"}], rows)
