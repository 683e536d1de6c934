"""What goes around the layers is answered as what goes through them."""

import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

import mini
from api.express import Express
from api.tokens import TokenStore
from kg.namespaces import NAMES
from test_api_lean import PATHS, QUERIES
from test_shortcut import VARYING, ask, receive

HEADERS = (
    ("Accept", (mini.JSON, mini.CSV, "*/*", "text/html", "application/n-triples", "image/png")),
    ("Accept-Language", ("ja", "en;q=0.4")),
    ("Accept-Encoding", ("gzip", "identity", "br, gzip;q=0.5")),
    ("Origin", ("https://example.org",)),
    ("If-None-Match", ("*", '"x"')),
    ("X-Request-ID", ("mine",)),
    ("Cookie", ("a=b",)),
    ("Connection", ("keep-alive",)),
)
LARGE = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 40"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
SLOW_ANSWER = str(mini.UNION**4).encode()


class Watched:
    """A running service, and how many of its answers went around the layers."""

    def __init__(self, application: FastAPI) -> None:
        self.express: Express = application.state.express
        self.around = self.through = 0
        original = self.express.answer

        async def answer(*asked: object) -> object:
            found = await original(*asked)
            self.around += isinstance(found, bytes)
            self.through += not isinstance(found, bytes)
            return found

        self.express.answer = answer


def get(query: str | None, headers: bytes = b"", path: str = "/sparql", more: str = "") -> bytes:
    parameters = "" if query is None else f"?query={quote(query)}{more}"
    return f"GET {path}{parameters} HTTP/1.1\r\nHost: x\r\n".encode() + headers + b"\r\n"


def opened(client: httpx.Client) -> socket.socket:
    return socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=10)


def bearer(folder: Path) -> dict[str, str]:
    secret = TokenStore(folder).add("a", "admin", [], None, NAMES)[1]
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture(scope="module", params=["0", "1000000"])
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Watched, socket.socket, socket.socket]]:
    """A service as it is, with kept answers or without, and one in which all goes through."""
    folder = tmp_path_factory.mktemp("express")
    (folder / "through").mkdir()
    ours = mini.app(folder, cache_bytes=request.param, query_seconds=100_000)
    theirs = mini.app(folder / "through", cache_bytes=0, query_seconds=100_000)
    watched = Watched(ours)
    never = Watched(theirs)
    theirs.state.express.read = lambda *_: None
    with (
        mini.serve(ours) as client,
        mini.serve(theirs) as other,
        opened(client) as around,
        opened(other) as through,
    ):
        yield watched, around, through
    assert not never.around
    assert not never.through


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    chosen = draw(st.lists(st.sampled_from(HEADERS), max_size=3, unique_by=lambda h: h[0]))
    fields = [f"{name}: {draw(st.sampled_from(values))}\r\n" for name, values in chosen]
    path = draw(st.sampled_from(("/sparql", *PATHS)))
    query = draw(st.sampled_from((*QUERIES, *QUERIES[:3], LARGE, None)))
    more = draw(st.sampled_from(("", "", "", "&format=csv", "&lang=ja", "&organisation=x", "&")))
    return get(query, "".join(fields).encode(), path, more)


def test_the_way_around_is_the_way_through(
    pair: tuple[Watched, socket.socket, socket.socket],
) -> None:
    watched, around, through = pair

    @settings(max_examples=250, deadline=None, derandomize=True)
    @given(request=requests())
    def compare(request: bytes) -> None:
        for number in range(4):
            # where answers are kept, the same one again would not be evaluated
            asked = request.replace(b"?query=", f"?query=%23{time.monotonic_ns()}%0A".encode())
            assert plain(ask(around, asked)) == plain(ask(through, asked)), number

    compare()
    assert watched.around > 50
    assert watched.through > 20


def plain(answer: tuple[bytes, bytes]) -> bytes:
    """An answer without what is another one each time."""
    head, body = answer
    body = re.sub(rb'"instance": ?"[^"]*"', b"", body)
    if body.startswith(b"\x1f\x8b"):
        # the time at which it was compressed
        body = body[:4] + body[8:]
    return VARYING.sub(b"", head) + b"\r\n\r\n" + body


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    with mini.client(tmp_path, readers=1, queries_at_once=2) as running:
        yield running


def warm(connection: socket.socket, headers: bytes = b"") -> None:
    """Make the headers known."""
    for number in range(3):
        assert ask(connection, get(f"ASK {{}} #{number}", headers))[0].startswith(b"HTTP/1.1 200")


def test_what_comes_after_a_request_waits_for_it(client: httpx.Client) -> None:
    with opened(client) as connection:
        warm(connection)
        connection.sendall(get(SLOW))
        time.sleep(0.05)
        connection.sendall(get("ASK {}") + get(None, path="/health"))
        received = b""
        while received.count(b"HTTP/1.1 200") < 3 or not received.endswith(b"}"):
            piece = connection.recv(65536)
            assert piece, received
            received += piece
        slow, _, rest = received.partition(SLOW_ANSWER)
        assert slow.count(b"HTTP/1.1 200") == 1
        assert rest.index(b'"boolean":true') < rest.rindex(b"HTTP/1.1 200")


def test_much_after_a_request_is_not_taken(client: httpx.Client) -> None:
    with opened(client) as connection:
        warm(connection)
        connection.sendall(get(SLOW))
        time.sleep(0.02)
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n" * 2_000_000)


def test_who_leaves_meanwhile_leaves_nothing_behind(client: httpx.Client) -> None:
    for _ in range(4):
        with opened(client) as connection:
            warm(connection)
            connection.sendall(get(SLOW + f" #{time.monotonic_ns()}"))
            time.sleep(0.02)
    end = time.monotonic() + 20
    while client.get("/sparql", params={"query": "ASK {}"}).status_code != 200:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_an_answer_under_way_is_given_at_the_end(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as threads:
        with mini.client(tmp_path) as client:
            connection = opened(client)
            warm(connection)
            connection.sendall(get(SLOW))
            answer = threads.submit(receive, connection)
            time.sleep(0.05)
        head, body = answer.result()
        assert head.startswith(b"HTTP/1.1 200")
        assert b"\r\nconnection: close" in head
        assert SLOW_ANSWER in body
        assert connection.recv(1) == b""
        connection.close()


def test_an_answer_to_older_data_has_no_tag(tmp_path: Path) -> None:
    later = str((mini.UNION + 1) ** 4).encode()
    with mini.client(tmp_path) as client, opened(client) as connection:
        warm(connection)
        assert b"\r\netag: " in ask(connection, get("ASK {} #x"))[0]
        connection.sendall(get(SLOW))
        time.sleep(0.05)
        headers = bearer(tmp_path) | {"Content-Type": "text/turtle"}
        made = client.put("/graphs/notes", content="<x:a> <x:b> 1 .", headers=headers)
        assert made.status_code == 201
        head, body = receive(connection)
        # it began before the write; a query that turns out to be long begins anew
        assert any(answer in body for answer in (SLOW_ANSWER, later))
        assert b"\r\netag: " not in head
        # it was not kept
        head, body = ask(connection, get(SLOW))
        assert b"\r\netag: " in head
        assert later in body


def test_equal_requests_are_asked_once(tmp_path: Path) -> None:
    application = mini.app(tmp_path, readers=1, queue=0, queries_at_once=20)
    with mini.serve(application) as client, ThreadPoolExecutor(8) as threads:
        connections = [opened(client) for _ in range(8)]
        warm(connections[0])
        # with one reader and no queue a second evaluation would be refused
        found = list(threads.map(lambda c: ask(c, get(SLOW)), connections))
        assert all(SLOW_ANSWER in body for _, body in found)
        for connection in connections:
            connection.close()


def test_a_refusal_is_shared_too(tmp_path: Path) -> None:
    application = mini.app(tmp_path, readers=1, queue=0, queries_at_once=20, query_timeout=1)
    with mini.serve(application) as client, ThreadPoolExecutor(8) as threads:
        connections = [opened(client) for _ in range(8)]
        warm(connections[0])
        begun = time.monotonic()
        found = list(threads.map(lambda c: ask(c, get(mini.SLOW)), connections))
        assert all(head.startswith(b"HTTP/1.1 504") for head, _ in found)
        assert time.monotonic() - begun < 4
        for connection in connections:
            connection.close()


def test_headers_that_say_more_go_through(tmp_path: Path) -> None:
    application = mini.app(tmp_path, cache_bytes=0)
    watched = Watched(application)
    token = bearer(tmp_path)["Authorization"]
    others = (f"Authorization: {token}", "If-None-Match: *", "X-Request-ID: a")
    with mini.serve(application) as client, opened(client) as connection:
        warm(connection)
        assert (watched.around, watched.through) == (1, 1)
        for other in others:
            for number in range(3):
                ask(connection, get(f"ASK {{}} #{number}", f"{other}\r\n".encode()))
        assert (watched.around, watched.through) == (1, 1)
        # a token in a URL is refused on either way
        secret = token.removeprefix("Bearer ")
        assert ask(connection, get(f"ASK {{}} #{secret}"))[0].startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize(
    "path", ["/sparql?query=", "/queries/measures-of-organisation?organisation="]
)
def test_what_the_parser_refuses_is_not_run(tmp_path: Path, path: str) -> None:
    application = mini.app(tmp_path)
    watched = Watched(application)
    with mini.serve(application) as client:
        for size in (7_000, 20_000, 66_000):
            with opened(client) as connection:
                warm(connection)
                connection.sendall(f"GET {path}{'a' * size} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                assert receive(connection)[0].startswith(b"HTTP/1.1 400")
    # that of 7,000 bytes is wrong in another way, and the three that were to warm up
    assert watched.through + watched.around <= 10
    assert not watched.express._answers.flights._under_way


def test_a_fault_is_answered_by_the_application(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = mini.app(tmp_path)
    with mini.serve(application) as client, opened(client) as connection:
        warm(connection)

        async def fault(*_: object) -> bytes:
            raise ZeroDivisionError

        monkeypatch.setattr(application.state.express, "_answer", fault)
        head, body = ask(connection, get("ASK {} #once more"))
        assert head.startswith(b"HTTP/1.1 200")
        assert b"true" in body
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [
        ZeroDivisionError
    ]


def test_memory_of_headers_is_bounded(tmp_path: Path) -> None:
    application = mini.app(tmp_path, cache_bytes=0)
    forms = application.state.express._forms
    with mini.serve(application) as client, opened(client) as connection:
        for number in range(150):
            ask(connection, get("ASK {}", b"A: %d%b\r\n" % (number, b"x" * 7000)))
    assert 10 < len(forms) < 140
