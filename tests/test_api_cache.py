import asyncio
import gzip
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from rdflib import Literal, URIRef
from rdflib.namespace import SKOS

import mini
from api.opening import open_service
from api.service import Service
from kg.namespaces import NAMES
from kg.queries import read_catalogue
from kg.store.embedded import EmbeddedStore
from kg.store.snapshot import write_snapshot

NAMES_OF = f"{mini.PREFIXES} SELECT ?name {{ <{NAMES.id('org', 'mext')}> skos:prefLabel ?name }}"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
CHANCE = "SELECT (RAND() AS ?n) {}"
MANY = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
CANNED = "/queries/measures-of-organisation"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with mini.client(tmp_path_factory.mktemp("cache")) as running:
        yield running


def ask(client: httpx.Client, query: str, **headers: str) -> httpx.Response:
    return client.get("/sparql", params={"query": query}, headers=headers)


def test_an_etag_spares_the_answer(client: httpx.Client) -> None:
    first = ask(client, COUNT)
    assert first.headers["cache-control"] == "no-cache"
    etag = first.headers["etag"]
    for tags in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = ask(client, COUNT, **{"If-None-Match": tags})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
        assert "Accept-Encoding" in again.headers["vary"]
    assert ask(client, COUNT, **{"If-None-Match": '"other"'}).content == first.content
    head = client.head("/sparql", params={"query": COUNT}, headers={"If-None-Match": etag})
    assert head.status_code == 304


@pytest.mark.parametrize(
    "path", ["/", f"/sparql?query={COUNT}", CANNED, "/id/org/mext", "/id/org/mext.ttl"]
)
def test_every_answer_from_the_data_has_an_etag_of_its_own(client: httpx.Client, path: str) -> None:
    found = [
        client.get(path, headers=headers)
        for headers in (
            {"Accept": "text/html", "Accept-Language": "en"},
            {"Accept": "text/html", "Accept-Language": "ja"},
            {"Accept": "text/html", "Accept-Encoding": "identity"},
            {"Accept": "*/*"},
        )
    ]
    assert [response.status_code for response in found] == [200] * 4
    assert len({response.headers["etag"] for response in found}) == 4


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (f"/sparql?query={CHANCE}", {}),
        ("/sparql?query=nonsense", {}),
        ("/health", {}),
        ("/version", {}),
        (f"/sparql?query={COUNT}", {"Authorization": "Bearer x"}),
    ],
)
def test_what_may_change_or_is_wrong_is_not_kept(
    client: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    response = client.get(path, headers=headers | {"If-None-Match": "*"})
    assert response.status_code in {200, 400, 401}
    assert "etag" not in response.headers


def test_chance_is_new_each_time(client: httpx.Client) -> None:
    assert len({ask(client, CHANCE).content for _ in range(5)}) == 5


def test_a_post_is_kept_by_its_body_and_has_no_etag(client: httpx.Client) -> None:
    answers = [client.post("/sparql", data={"query": query}) for query in (COUNT, MANY, COUNT)]
    assert answers[0].content == answers[2].content != answers[1].content
    assert not any("etag" in answer.headers for answer in answers)
    tagged = client.post("/sparql", data={"query": COUNT}, headers={"If-None-Match": "*"})
    assert tagged.status_code == 200


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_large_answers_are_compressed_once_for_each_coding(
    client: httpx.Client, coding: str
) -> None:
    plain = ask(client, MANY, **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    for _ in range(2):
        packed = client.build_request(
            "GET", "/sparql", params={"query": MANY}, headers={"Accept-Encoding": coding}
        )
        response = client.send(packed, stream=True)
        raw = b"".join(response.iter_raw())
        assert response.headers["content-encoding"] == coding
        assert int(response.headers["content-length"]) == len(raw) < len(plain.content) / 2
        assert response.headers["etag"] != plain.headers["etag"]
        assert coding != "gzip" or gzip.decompress(raw) == plain.content
    small = ask(client, COUNT, **{"Accept-Encoding": coding})
    assert "content-encoding" not in small.headers
    refused = ask(client, MANY, **{"Accept-Encoding": f"{coding};q=0"})
    assert "content-encoding" not in refused.headers
    assert refused.content == plain.content


def test_equal_requests_at_once_are_asked_once(tmp_path: Path) -> None:
    application = mini.app(tmp_path, readers=1, queue=0, queries_at_once=20)

    async def crowd() -> list[httpx.Response]:
        transport = httpx.ASGITransport(application)
        async with (
            application.router.lifespan_context(application),
            httpx.AsyncClient(transport=transport, base_url="http://x") as client,
        ):
            slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
            asked = (client.get("/sparql", params={"query": slow}) for _ in range(20))
            return await asyncio.gather(*asked)

    # with one reader and no queue a second evaluation would be refused
    assert {(answer.status_code, answer.content) for answer in asyncio.run(crowd())} == {
        (
            200,
            b'{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"literal","value":"'
            + str(mini.UNION**3).encode()
            + b'","datatype":"http://www.w3.org/2001/XMLSchema#integer"}}]}}',
        )
    }


SHARES = {"queries_at_once": 50, "query_seconds": 100_000}
"""More than the tests ask for."""


class Services:
    """Two versions of the data, and an application with and one without a memory on them."""

    def __init__(self, folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()
        self.kept, self.plain = mini.app(folder), mini.app(folder, cache_bytes=0)
        self.versions = [self._open(folder, n) for n in range(2)]
        self.clients = [self._client(app) for app in (self.kept, self.plain)]
        self.choose(0)

    def _open(self, folder: Path, number: int) -> Service:
        data = mini.dataset()
        if number:
            # another value, and another number of statements
            thing = URIRef(NAMES.id("org", "mext"))
            data.graph(NAMES.graph("curated")).add((thing, SKOS.prefLabel, Literal("new", "en")))
        store = EmbeddedStore()
        store.load(data)
        path = folder / f"{number}.snapshot"
        write_snapshot(store.engine, path, "mini")
        catalogue = read_catalogue(folder / "queries", NAMES)
        opening = open_service(mini.chosen(folder, **SHARES), path, catalogue)
        return self.loop.run_until_complete(self._stack.enter_async_context(opening))

    def _client(self, app: FastAPI) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x")

    def choose(self, number: int) -> None:
        for app in (self.kept, self.plain):
            app.state.service = self.versions[number]

    def close(self) -> None:
        self.loop.run_until_complete(self._stack.aclose())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    opened = Services(tmp_path_factory.mktemp("versions"))
    yield opened
    opened.close()


REQUESTS = st.tuples(
    st.sampled_from(("GET", "GET", "POST", "HEAD")),
    st.sampled_from(("/sparql", "/sparql", "/id/org/mext", CANNED, "/")),
    st.sampled_from((NAMES_OF, COUNT, "SELECT ?x {", MANY)),
    st.sampled_from((None, "json", "csv", "html")),
    st.sampled_from(("*/*", mini.TURTLE, "text/html")),
    st.sampled_from(("en", "ja")),
    st.sampled_from(("identity", "gzip", "zstd, br")),
)


class Machine(RuleBasedStateMachine):
    """Requests and writes in any order; `services` and `statuses` are set by the test."""

    services: Services
    statuses: set[int]

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, bytes] = {}
        self.version = 0
        self.services.choose(0)

    @rule()
    def write(self) -> None:
        self.version = 1 - self.version
        self.services.choose(self.version)

    @rule(
        requests=st.lists(REQUESTS, min_size=1, max_size=4),
        write=st.sampled_from((None, 0.0, 0.001, 0.002, 0.003)),
    )
    def ask(self, requests: list[tuple[str, ...]], write: float | None) -> None:
        """Some at once; a write may come `write` seconds later, while they are on their way."""
        self.services.loop.run_until_complete(self._ask(requests, write))

    async def _ask(self, requests: list[tuple[str, ...]], write: float | None) -> None:
        kept, plain = self.services.clients
        before = [await plain.send(self._request(plain, r, "")) for r in requests]
        tags = ", ".join(self.known)
        asked = [asyncio.create_task(kept.send(self._request(kept, r, tags))) for r in requests]
        if write is not None:
            await asyncio.sleep(write)
            self.write()
        got = await asyncio.gather(*asked)
        after = [await plain.send(self._request(plain, r, "")) for r in requests]
        for right, answer, later in zip(before, got, after, strict=True):
            self._compare(answer, [right, later])

    def _request(
        self, client: httpx.AsyncClient, request: tuple[str, ...], tags: str
    ) -> httpx.Request:
        method, path, query, format_, accept, language, coding = request
        headers = {"Accept": accept, "Accept-Language": language, "Accept-Encoding": coding}
        if tags and method != "POST":
            headers["If-None-Match"] = tags
        parameters = {"query": query} if path == "/sparql" else {}
        if format_ is not None and path != "/":
            parameters["format"] = format_
        if method == "POST":
            return client.build_request("POST", "/sparql", data={"query": query}, headers=headers)
        return client.build_request(method, path, params=parameters, headers=headers)

    def _compare(self, answer: httpx.Response, right: list[httpx.Response]) -> None:
        self.statuses.add(answer.status_code)
        if answer.status_code == 304:
            body = self.known[answer.headers["etag"]]
            whole = [r for r in right if r.request.method == "HEAD" or r.content == body]
            assert whole
            return
        assert (answer.status_code, answer.content) in [(r.status_code, r.content) for r in right]
        assert answer.headers.get("content-type") == right[0].headers.get("content-type")
        if "etag" in answer.headers and answer.request.method == "GET":
            etag = answer.headers["etag"]
            assert self.known.setdefault(etag, answer.content) == answer.content


def test_what_is_kept_is_what_would_be_answered(services: Services) -> None:
    Machine.services, Machine.statuses = services, set()
    run_state_machine_as_test(
        Machine,
        settings=settings(max_examples=40, stateful_step_count=20, deadline=None, derandomize=True),
    )
    assert Machine.statuses == {200, 304, 400, 406}
