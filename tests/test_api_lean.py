"""The short way answers exactly as the framework's routes do."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

import mini
from api.lean import Lean

QUERIES = (
    "ASK {}",
    "SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 3",
    "SELECT ?s { ?s ?p 'nothing' }",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 0",
    "SELECT (NOW() AS ?t) { FILTER(false) }",
    "SELECT ?x {",
    "SELECT * { ?s skos:prefLabel ?o }",
    "ASK { SERVICE <http://127.0.0.1:9/> {} }",
    "INSERT DATA { <a:a> <a:b> <a:c> }",
    "ASK FROM <https://w3id.org/jpstrat/graph/orgg> {}",
    "",
    "日本",
)
PATHS = (
    "/sparql",
    "/sparql/",
    "/queries/measures-of-organisation",
    "/queries/measures-of-organisation.rq",
    "/queries/measures-of-organization",
    "/queries/",
)
ACCEPT = st.sampled_from(
    (
        *(None, "*/*", mini.JSON, mini.CSV, mini.TURTLE, "text/html", "image/png", "broken"),
        "text/html;q=0.5, application/sparql-results+xml;q=0.9",
    )
)
PARAMETER = st.one_of(
    st.tuples(st.just("query"), st.sampled_from(QUERIES)),
    st.tuples(st.just("format"), st.sampled_from(("json", "csv", "turtle", "html", "nope"))),
    st.tuples(st.just("lang"), st.sampled_from(("ja", "en", "fr"))),
    st.tuples(st.just("organisation"), st.sampled_from(("mext", "id/org/mext", "nobody"))),
    st.tuples(st.sampled_from(("update", "default-graph-uri", "?")), st.just("x")),
)
TYPES = st.sampled_from(
    (
        *(None, "application/x-www-form-urlencoded", "application/sparql-query", "text/plain"),
        "application/sparql-query; charset=shift_jis",
    )
)


@st.composite
def requests(draw: st.DrawFn) -> httpx.Request:
    method = draw(st.sampled_from(("GET", "GET", "POST", "HEAD", "OPTIONS", "PUT")))
    headers = {
        "Accept": draw(ACCEPT),
        "Accept-Language": draw(st.sampled_from((None, "ja", "en", "de, ja;q=0.5"))),
        "Origin": draw(st.sampled_from((None, "https://example.org"))),
        "Content-Type": draw(TYPES) if method == "POST" else None,
    }
    url = httpx.URL("http://x" + draw(st.sampled_from(PATHS)))
    if parameters := draw(st.lists(PARAMETER, max_size=3)):
        url = url.copy_with(query=str(httpx.QueryParams(parameters)).encode())
    content = None
    if method == "POST":
        query = draw(st.sampled_from(QUERIES))
        form = str(httpx.QueryParams({"query": query})).encode()
        content = draw(st.sampled_from((form, query.encode(), b"\xff", b"")))
    given_ = {name: value for name, value in headers.items() if value is not None}
    return httpx.Request(method, url, headers=given_, content=content)


@asynccontextmanager
async def asking(application: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application)
    async with (
        application.router.lifespan_context(application),
        httpx.AsyncClient(transport=transport) as client,
    ):
        yield client


class Both:
    """The service as it is, and without the short way; one event loop for both."""

    def __init__(self, folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        ours, plain = (mini.app(self._made(folder / n), cache_bytes=0) for n in ("a", "b"))
        own = len(plain.user_middleware)
        plain.user_middleware = [m for m in plain.user_middleware if m.cls is not Lean]
        assert len(plain.user_middleware) == own - 1
        self._contexts = [asking(ours), asking(plain)]
        self.clients = [self.loop.run_until_complete(c.__aenter__()) for c in self._contexts]

    @staticmethod
    def _made(folder: Path) -> Path:
        folder.mkdir()
        return folder

    def answers(self, request: httpx.Request) -> list[tuple[int, dict[str, str], bytes]]:
        found = []
        for client in self.clients:
            response = self.loop.run_until_complete(client.send(request))
            headers = dict(response.headers)
            # each request has a name of its own
            assert headers.pop("x-request-id")
            found.append((response.status_code, headers, response.content))
        return found

    def close(self) -> None:
        for context in self._contexts:
            self.loop.run_until_complete(context.__aexit__(None, None, None))
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    services = Both(tmp_path_factory.mktemp("lean"))
    yield services
    services.close()


def test_the_short_way_answers_as_the_route_does(both: Both) -> None:
    seen = set()

    @settings(max_examples=400, deadline=None, derandomize=True)
    @given(request=requests())
    def compare(request: httpx.Request) -> None:
        short, long = both.answers(request)
        assert short == long
        seen.add(short[0])

    compare()
    assert seen >= {200, 400, 404, 405, 406, 415}
