"""A connection to engines that misbehave, over real HTTP."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from tests.engines import free_port
from tests.mini import JSON, TURTLE

from kg.errors import (
    KgError,
    QueryFailed,
    RemoteFailed,
    RemoteTimeout,
    RemoteUnavailable,
    ResultTooLarge,
)
from kg.model import Answer
from kg.namespaces import NAMES
from kg.store.connection import Connection, ConnectionLimits, Credentials
from kg.store.output import Limits
from kg.store.remote import Engine, RemoteLane

ROWS = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"1"}}]}}'
SELECT = "SELECT ?x { ?s ?p ?x }"


@dataclass
class Script:
    """What the engine answers, one after the other; the last one again and again."""

    steps: list[Callable[[BaseHTTPRequestHandler], None]]
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


def reply(
    body: bytes = ROWS, status: int = 200, media: str = JSON, **headers: str
) -> Callable[[BaseHTTPRequestHandler], None]:
    def step(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", media)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return step


def hang(handler: BaseHTTPRequestHandler) -> None:
    reply(Content_Length="1000")(handler)
    time.sleep(2)


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Send a byte now and then, which no timeout between bytes would end."""
    reply(b"", Content_Length="1000")(handler)
    for _ in range(20):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


@contextmanager
def engine(*steps: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[tuple[str, Script]]:
    script = Script(list(steps))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            script.headers.append(dict(self.headers.items()))
            script.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            step = script.steps.pop(0) if len(script.steps) > 1 else script.steps[0]
            try:
                step(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            del args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/sparql", script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(
    url: str,
    query: str = SELECT,
    media: str = JSON,
    *,
    times: int = 1,
    seconds: float = 5,
    credentials: Credentials | None = None,
    **limits: int,
) -> list[Answer | KgError]:
    async def run() -> list[Answer | KgError]:
        outcomes: list[Answer | KgError] = []
        patience = ConnectionLimits(**limits)
        async with Connection(credentials or Credentials(), patience) as connection:
            lane = RemoteLane(
                Engine(url, NAMES, ()),
                connection,
                Limits(1000, 10**6),
                seconds=seconds,
                trusted=True,
                requests=4,
                queue=4,
            )
            for _ in range(times):
                try:
                    outcomes.append(await lane.answer(query, [media]))
                except KgError as error:
                    outcomes.append(error)
        return outcomes

    return asyncio.run(run())


def error_of(url: str, query: str = SELECT, media: str = JSON, **options: float) -> KgError:
    (outcome,) = ask(url, query, media, **options)  # type: ignore[arg-type]  # seconds or limits
    assert isinstance(outcome, KgError)
    return outcome


@pytest.mark.parametrize("status", [502, 503, 504, 429])
def test_a_passing_failure_is_tried_again(status: int) -> None:
    with engine(reply(b"", status), hang_up, reply()) as (url, script):
        (outcome,) = ask(url)
        assert isinstance(outcome, Answer)
        assert len(script.bodies) == 3
        assert len(set(script.bodies)) == 1


@pytest.mark.parametrize(
    ("step", "kind", "requests"),
    [
        (reply(b"", 502), RemoteFailed, 3),
        (reply(b"", 503, Retry_After="7"), RemoteUnavailable, 3),
        (reply(b"", 504), RemoteTimeout, 3),
        (hang_up, RemoteFailed, 3),
        (reply(b"no", 500, "text/plain"), RemoteFailed, 1),
        (reply(b"no", 401, "text/plain"), RemoteFailed, 1),
        (reply(b"no", 400, "text/plain"), QueryFailed, 1),
        (reply(b"", 302, Location="http://127.0.0.1:9/"), RemoteFailed, 1),
        (reply(b"<html>Log in!</html>", 200, "text/html"), RemoteFailed, 1),
        (reply(ROWS[:-9]), RemoteFailed, 1),
        (reply(b"[]"), RemoteFailed, 1),
        (reply(Content_Encoding="gzip"), RemoteFailed, 1),
        (reply(X_SQL_State="S1TAT"), RemoteFailed, 1),
        (reply(X_SPARQL_MaxRows="1"), ResultTooLarge, 1),
    ],
)
def test_each_failure_has_its_error(
    step: Callable[[BaseHTTPRequestHandler], None], kind: type[KgError], requests: int
) -> None:
    with engine(step) as (url, script):
        error = error_of(url, failures=9)
        assert type(error) is kind
        assert len(script.bodies) == requests


def test_an_engine_that_is_not_there() -> None:
    assert type(error_of(f"http://127.0.0.1:{free_port()}/sparql")) is RemoteFailed


@pytest.mark.parametrize("step", [hang, drip])
def test_the_time_is_for_all_of_it(step: Callable[[BaseHTTPRequestHandler], None]) -> None:
    with engine(step) as (url, _):
        start = time.monotonic()
        error = error_of(url, seconds=0.4)
        assert type(error) is RemoteTimeout
        assert time.monotonic() - start < 1


def test_the_reason_is_a_line_of_text() -> None:
    page = b"<html><body>" + b"x" * 5000
    with engine(reply(page, 500, "text/html")) as (url, _):
        assert error_of(url).facts["reason"] == "Internal Server Error"
    text = b"Virtuoso 37000 Error\x07:\nsyntax error\n\nSPARQL query: secret" + b"x" * 5000
    with engine(reply(text, 500, "text/plain")) as (url, _):
        assert error_of(url).facts["reason"] == "Virtuoso 37000 Error : syntax error"
    with engine(reply(b"y" * 5000, 500, "text/plain")) as (url, _):
        assert error_of(url).facts["reason"] == "y" * 200


def test_a_large_answer_is_not_read() -> None:
    with engine(reply(b" " * 200_000 + ROWS)) as (url, _):
        error = error_of(url, size=100_000)
        assert error.facts == {"limit": 100_000, "unit": "bytes"}


def nested_rows(depth: int) -> bytes:
    node = '{"type":"uri","value":"http://example.org/"}'
    start = f'{{"type":"triple","value":{{"subject":{node},"predicate":{node},"object":'
    term = start * depth + node + "}}" * depth
    return ROWS.replace(b'{"type":"literal","value":"1"}', term.encode())


def test_nesting_cannot_end_the_process() -> None:
    with engine(reply(nested_rows(100_000))) as (url, _):
        assert type(error_of(url)) is RemoteFailed
    with engine(reply(nested_rows(3))) as (url, _):
        assert isinstance(ask(url)[0], Answer)
    term = b"<a:a> <a:a> " + b"<<( <a:a> <a:a> " * 100_000 + b"<a:a>" + b" )>>" * 100_000 + b" ."
    with engine(reply(term, media="application/n-triples")) as (url, _):
        assert type(error_of(url, "CONSTRUCT WHERE { ?s ?p ?o }", TURTLE)) is RemoteFailed


def test_an_engine_that_fails_is_left_alone_for_a_while() -> None:
    steps = [reply(b"no", 500, "text/plain")] * 2
    with engine(*steps, reply()) as (url, script):

        async def run() -> list[str]:
            limits = ConnectionLimits(failures=2, pause=1)
            async with Connection(Credentials(), limits) as connection:
                request = connection.request("POST", url, headers={}, content=b"q")
                seen = []
                for pause in (0, 0, 0, 1.1, 0):
                    await asyncio.sleep(pause)
                    try:
                        await connection.send(request, 5)
                        seen.append("answer")
                    except KgError as error:
                        seen.append(type(error).__name__)
                return seen

        assert asyncio.run(run()) == [
            *("RemoteFailed", "RemoteFailed", "RemoteUnavailable", "answer", "answer")
        ]
        assert len(script.bodies) == 4


def test_a_wrong_query_is_no_failure_of_the_engine() -> None:
    with engine(reply(b"no", 400, "text/plain")) as (url, script):
        outcomes = ask(url, times=4, failures=2)
        assert {type(outcome) for outcome in outcomes} == {QueryFailed}
        assert len(script.bodies) == 4


def test_the_pause_is_stated() -> None:
    with engine(reply(b"no", 500, "text/plain")) as (url, _):
        *_, last = ask(url, times=3, failures=2, pause=30)
        assert isinstance(last, RemoteUnavailable)
        assert last.facts["retry"] == 30


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        (Credentials(), None),
        (Credentials("user", "word"), "Basic dXNlcjp3b3Jk"),
        (Credentials("user", "word", "token"), "Bearer token"),
    ],
)
def test_credentials_are_sent_and_never_shown(
    credentials: Credentials, expected: str | None
) -> None:
    with engine(reply()) as (url, script):
        ask(url, credentials=credentials)
        assert script.headers[0].get("Authorization") == expected
    assert "word" not in repr(credentials)
    assert "token=" not in repr(credentials)


def test_neither_proxies_nor_compression(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with engine(reply()) as (url, script):
        (outcome,) = ask(url)
        assert isinstance(outcome, Answer)
        assert json.loads(outcome.body) == json.loads(ROWS)
        assert script.headers[0]["Accept-Encoding"] == "identity"
