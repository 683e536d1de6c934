"""The graph in engines elsewhere: all queries of the catalogue, and what a service may ask."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from tests.engines import Running, oxigraph, send, virtuoso
from tests.mini import CSV, JSON, TURTLE
from tests.test_competency import CASES, CATALOGUE

from kg.errors import (
    QueryFailed,
    QueryRefused,
    QuerySyntaxError,
    RemoteFailed,
    RemoteOutdated,
    ResultTooLarge,
    StoreBusy,
    UnknownGraph,
)
from kg.model import QueryDataset
from kg.namespaces import NAMES
from kg.pipeline.building import Built
from kg.store.connection import Connection, ConnectionLimits
from kg.store.embedded import EmbeddedStore
from kg.store.features import FEATURES, Finding, examine
from kg.store.lexer import tokens
from kg.store.output import Limits
from kg.store.pushing import Content, Places, places, verify
from kg.store.remote import Engine, RemoteLane

KNOWN = yaml.safe_load(Path(__file__).with_name("engines.yaml").read_text(encoding="utf-8"))
ENGINES = ["oxigraph", "virtuoso"]
GUIDE = Path(__file__).parents[1] / "docs" / "explain" / "engines.md"
_SECONDS = 60
_ORG = str(NAMES.graph("org"))
_ELSEWHERE = "http://example.org/secret"


@dataclass(frozen=True)
class Filled:
    """An engine that the graph was sent to."""

    running: Running
    content: Content

    @asynccontextmanager
    async def lane(self, rows: int = 50_000, **options: Any) -> AsyncIterator[RemoteLane]:
        chosen = {"seconds": _SECONDS, "trusted": False, "requests": 4, "queue": 16} | options
        async with Connection(self.running.credentials, ConnectionLimits()) as connection:
            engine = Engine(self.running.where.query, NAMES, self.content.named(NAMES))
            yield RemoteLane(engine, connection, Limits(rows, 10 * 2**20), **chosen)

    def ask(self, query: str, media: str = JSON, **options: Any) -> bytes:
        dataset = options.pop("dataset", None)

        async def run() -> bytes:
            async with self.lane(**options) as lane:
                return (await lane.answer(query, [media], dataset=dataset)).body

        return asyncio.run(run())

    def rows(self, query: str, **options: Any) -> list[dict[str, str]]:
        table = json.loads(self.ask(query, **options))
        return [
            {name: term["value"] for name, term in row.items()}
            for row in table["results"]["bindings"]
        ]


@pytest.fixture(scope="module")
def content(whole_graph: Built) -> Content:
    return Content.of(engine_of(whole_graph), "sha256:abc", NAMES)


def engine_of(built: Built) -> Any:
    assert isinstance(built.store, EmbeddedStore)
    return built.store.engine


@pytest.fixture(scope="module", params=ENGINES)
def filled(
    request: pytest.FixtureRequest, content: Content, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Filled]:
    folder = tmp_path_factory.mktemp(request.param)
    with oxigraph() if request.param == "oxigraph" else virtuoso(folder) as running:
        asyncio.run(send(running, content))
        # a graph of somebody else, in the same engine
        with httpx.Client(auth=running.credentials.auth(), trust_env=False) as client:
            address = f"{running.where.graphs}?graph={_ELSEWHERE}"
            triple = f'<{_ELSEWHERE}> <{_ELSEWHERE}> "secret" .'
            client.put(
                address, content=triple, headers={"Content-Type": "text/turtle"}
            ).raise_for_status()
        yield Filled(running, content)


async def answers(filled: Filled) -> dict[str, object]:
    found: dict[str, object] = {}
    async with filled.lane() as lane:
        for case in CASES:
            bindings = case.query.bind(case.params)
            answer = await lane.answer(case.query.text, [JSON], bindings)
            found[case.name] = json.loads(answer.body)
    return found


def test_all_queries_give_the_same_answers(filled: Filled, whole_graph: Built) -> None:
    """Same rows, types and order as embedded, with and without parameters, or listed as wrong."""
    elsewhere = asyncio.run(answers(filled))
    assert isinstance(whole_graph.store, EmbeddedStore)
    wrong = set()
    for case in CASES:
        here = whole_graph.store.answer(case.query.text, [JSON], case.query.bind(case.params))
        if elsewhere[case.name] != json.loads(here.body):
            wrong.add(case.query.name)
    assert len(elsewhere) >= 234
    assert wrong == KNOWN[filled.running.name]["queries"].keys()


async def features(filled: Filled) -> list[Finding]:
    async with filled.lane(trusted=True) as lane:

        async def ask(query: str) -> bytes:
            return (await lane.answer(query, [JSON])).body

        return await examine(ask, NAMES, sent=True)


def test_the_features_that_an_engine_gets_wrong_are_known(filled: Filled) -> None:
    wrong = {f.feature.name.en for f in asyncio.run(features(filled)) if not f.right}
    assert wrong == KNOWN[filled.running.name]["features"].keys()


def test_the_embedded_store_gets_all_features_right(whole_graph: Built) -> None:
    async def ask(query: str) -> bytes:
        return whole_graph.store.answer(query, [JSON]).body

    findings = asyncio.run(examine(ask, NAMES, sent=True))
    assert [f.feature.name.en for f in findings if not f.right] == []
    assert len(findings) == len(FEATURES) >= 31
    unsent = asyncio.run(examine(ask, NAMES, sent=False))
    assert [f.skipped for f in unsent] == [f.sent for f in FEATURES]


def words(text: str) -> set[str]:
    """Keywords, functions and operators."""
    return {
        token.text.upper()
        for token in tokens(text)
        if token.kind == "mark" or (token.kind == "word" and not token.text[0].isdigit())
    }


def test_whatever_the_queries_use_is_a_feature() -> None:
    used = set().union(*(words(query.text) for query in CATALOGUE))
    examined = set().union(*(words(feature.query) for feature in FEATURES))
    assert len(used) >= 50
    assert used - examined - {"PREFIX"} == set()


def test_the_guide_names_what_is_known_to_be_wrong() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    named = [name for known in KNOWN.values() for name in (*known["features"], *known["queries"])]
    assert len(named) > 20
    assert [name for name in named if name not in guide] == []


def test_only_our_graphs_are_in_reach(filled: Filled) -> None:
    every = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    assert {row["g"] for row in filled.rows(every)} == set(filled.content.named(NAMES))
    one = "SELECT DISTINCT ?g FROM <ORG> { GRAPH ?g { ?s ?p ?o } }".replace("ORG", _ORG)
    assert filled.rows(one) == []
    named = one.replace("FROM", "FROM NAMED")
    assert filled.rows(named) == [{"g": _ORG}]
    assert filled.rows(f"SELECT ?o {{ GRAPH <{_ELSEWHERE}> {{ ?s ?p ?o }} }}") == []
    assert filled.rows("SELECT ?s { ?s ?p 'secret' }") == []
    with pytest.raises(QueryRefused):
        filled.ask(one.replace(_ORG, _ELSEWHERE))


def test_a_request_chooses_graphs(filled: Filled) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    of_org = filled.rows(count, dataset=QueryDataset(default=(_ORG,)))
    assert of_org == [{"n": str(filled.content.counts[_ORG])}]
    assert filled.rows(count, dataset=QueryDataset(named=(_ORG,))) == [{"n": "0"}]
    with pytest.raises(UnknownGraph) as caught:
        filled.ask(count, dataset=QueryDataset(default=(_ORG + "s",)))
    assert caught.value.facts["nearest"] == _ORG
    with pytest.raises(UnknownGraph):
        filled.ask(count, dataset=QueryDataset(named=(_ELSEWHERE,)))


def test_every_format_is_ours(filled: Filled, whole_graph: Built) -> None:
    select = CATALOGUE.get("big-goals").text
    graph = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{_ORG}> {{ ?s ?p ?o }} }}"
    for media in (CSV, "application/sparql-results+xml", "text/tab-separated-values"):
        assert filled.ask(select, media) == whole_graph.store.answer(select, [media]).body
    for media in (TURTLE, "application/n-triples", "application/trig"):
        assert filled.ask(graph, media) == whole_graph.store.answer(graph, [media]).body
    assert json.loads(filled.ask("ASK { ?s ?p ?o }")) == {"head": {}, "boolean": True}
    assert json.loads(filled.ask("ASK { <a:a> ?p ?o }")) == {"head": {}, "boolean": False}


def test_limits_are_errors(filled: Filled) -> None:
    query = "SELECT ?s { ?s ?p ?o } LIMIT 11"
    assert len(filled.rows(query, rows=11)) == 11
    with pytest.raises(ResultTooLarge):
        filled.rows(query, rows=10)
    with pytest.raises(ResultTooLarge):
        filled.ask("CONSTRUCT WHERE { ?s ?p ?o }", TURTLE, rows=10)


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("SELECT ?s { ?s ?p ", QuerySyntaxError),
        ("SELECT ?s { ?s foaf:name ?o }", QuerySyntaxError),
        ("SELEKT ?s { ?s ?p ?o }", QuerySyntaxError),
        ("SELECT ?s { SERVICE <http://example.org/> { ?s ?p ?o } }", QueryRefused),
        ("DROP ALL", QueryRefused),
    ],
)
def test_errors_of_a_query_are_the_visitors(
    filled: Filled, query: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        filled.ask(query)


def test_what_only_the_engine_sees_is_told(filled: Filled) -> None:
    with pytest.raises((QuerySyntaxError, QueryFailed)) as caught:
        filled.ask("SELECT ?s WHERE { ?s ?p ?o } ORDER LIMIT BY")
    assert "<" not in str(caught.value)


def test_a_full_queue_is_said(filled: Filled) -> None:
    async def run() -> None:
        async with filled.lane(requests=1, queue=0) as lane:
            asked = [lane.answer("SELECT ?s { ?s ?p ?o }", [JSON]) for _ in range(3)]
            outcomes = await asyncio.gather(*asked, return_exceptions=True)
            assert any(isinstance(outcome, StoreBusy) for outcome in outcomes)
            assert not all(isinstance(outcome, Exception) for outcome in outcomes)

    asyncio.run(run())


def test_another_graph_is_noticed(filled: Filled) -> None:
    async def check(content: Content) -> None:
        async with Connection(filled.running.credentials, ConnectionLimits()) as connection:
            await verify(connection, filled.running.where.query, NAMES, content, _SECONDS)

    asyncio.run(check(filled.content))
    with pytest.raises(RemoteOutdated):
        asyncio.run(check(replace(filled.content, mark="sha256:def")))
    fewer = {**filled.content.graphs, _ORG: b""}
    with pytest.raises(RemoteOutdated) as caught:
        asyncio.run(check(replace(filled.content, graphs=fewer)))
    assert caught.value.facts["graph"] == _ORG


def test_updates_send_the_same_graph(content: Content) -> None:
    with oxigraph() as running:
        updates = Places(running.where.query, running.where.update)
        sent = asyncio.run(send(running, content, updates))
        assert sent == list(content.graphs)
        graphs = httpx.get(
            running.where.query,
            params={"query": "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"},
            headers={"Accept": CSV},
            trust_env=False,
        ).text
        assert graphs.count("\n") == len(content.graphs) + 2
        assert "incoming" not in graphs


def test_an_unfinished_send_is_no_graph(content: Content) -> None:
    with oxigraph() as running:
        broken = replace(content, graphs={**content.graphs, _ORG: b"<a> <b> nonsense"})
        with pytest.raises(RemoteFailed):
            asyncio.run(send(running, broken))

        async def check() -> None:
            async with Connection(running.credentials, ConnectionLimits()) as connection:
                await verify(connection, running.where.query, NAMES, content, _SECONDS)

        with pytest.raises(RemoteOutdated) as caught:
            asyncio.run(check())
        assert caught.value.facts["found"] == "unfinished"


def test_rows_that_virtuoso_cuts_off_are_an_error(content: Content, tmp_path: Path) -> None:
    with virtuoso(tmp_path, max_rows=10) as running:
        some = replace(content, graphs={_ORG: content.graphs[_ORG]})
        asyncio.run(send(running, some))
        filled = Filled(running, some)
        query = f"SELECT ?s {{ GRAPH <{_ORG}> {{ ?s ?p ?o }} }}"
        assert len(filled.rows(f"{query} LIMIT 9")) == 9
        with pytest.raises(ResultTooLarge):
            filled.rows(query)


@pytest.mark.parametrize(
    ("query", "update", "graphs"),
    [
        ("http://a:7878/query", "http://a:7878/update", "http://a:7878/store"),
        ("https://a/ds/sparql", "https://a/ds/update", "https://a/ds/data"),
        (
            "https://a/repositories/r",
            "https://a/repositories/r/statements",
            "https://a/repositories/r/rdf-graphs/service",
        ),
        (
            "http://a:8890/sparql",
            "http://a:8890/sparql-auth",
            "http://a:8890/sparql-graph-crud-auth",
        ),
        ("https://a:8182/sparql", "https://a:8182/sparql", "https://a:8182/sparql/gsp/"),
        ("https://a/sparql", "", ""),
    ],
)
def test_urls_for_writing_follow_from_that_for_queries(
    query: str, update: str, graphs: str
) -> None:
    assert places(query) == Places(query, update, graphs)
    assert places(query, "https://u") == Places(query, "https://u", "")
