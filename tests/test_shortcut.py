"""Kept answers that are found by the bytes of their request are those of the application."""

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

import mini
from api.errors import RequestMalformed
from api.metrics import Metrics
from api.observation import Observer
from api.protocol import read_parameters
from api.shortcut import EXTENSION, Shortcut, Whole

GET = b"GET /sparql?query=ASK%%7B%%7D HTTP/1.1\r\nHost: x\r\n%b\r\n"
PLAIN = GET % b""
CANNED = b"GET /queries/measures-of-organisation HTTP/1.1\r\nHost: x\r\n\r\n"
VARYING = re.compile(rb"\r\n(?:date|x-request-id): [^\r]*")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    with mini.client(tmp_path) as running:
        yield running


@pytest.fixture
def connection(client: httpx.Client) -> Iterator[socket.socket]:
    url = client.base_url
    with socket.create_connection((url.host, url.port or 0), timeout=10) as opened:
        yield opened


def receive(connection: socket.socket) -> tuple[bytes, bytes]:
    """Head and body of the next answer."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    found = re.search(rb"\r\ncontent-length: (\d+)", head)
    while found and len(body) < int(found[1]):
        body += connection.recv(65536)
    return head, body


def ask(connection: socket.socket, request: bytes) -> tuple[bytes, bytes]:
    connection.sendall(request)
    return receive(connection)


def figure(client: httpx.Client, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0


@pytest.mark.parametrize(
    "request_",
    [
        *(PLAIN, CANNED, GET % b"Connection: keep-alive\r\n"),
        *(GET % b"Origin: http://y\r\n", GET % b"Accept-Encoding: gzip\r\n"),
    ],
)
def test_an_answer_is_the_same_each_time(connection: socket.socket, request_: bytes) -> None:
    answers = [ask(connection, request_) for _ in range(4)]
    assert answers[0][0].startswith(b"HTTP/1.1 200 OK\r\n")
    assert len({(VARYING.sub(b"", head), body) for head, body in answers}) == 1
    assert len({head for head, _ in answers}) == 4, "each answer has an identifier of its own"


def test_what_is_unchanged_stays_so(connection: socket.socket) -> None:
    head, _ = ask(connection, PLAIN)
    found = re.search(rb"\r\netag: ([^\r]*)", head)
    assert found
    request = GET % (b"If-None-Match: %b\r\nX-Request-ID: mine\r\n" % found[1])
    answers = {VARYING.sub(b"", head) + body for head, body in [ask(connection, request)] * 3}
    assert len(answers) == 1
    for _ in range(3):
        head, body = ask(connection, request)
        assert head.startswith(b"HTTP/1.1 304 Not Modified\r\n")
        assert b"\r\nx-request-id: mine" in head
        assert not body


def test_known_requests_are_counted_as_all_others(
    client: httpx.Client, connection: socket.socket
) -> None:
    for _ in range(5):
        ask(connection, CANNED)
    requests = 'senryaku_requests_total{method="GET",route="/queries/{name}",status="2xx"}'
    assert figure(client, requests) == 5
    assert figure(client, 'senryaku_cache_total{outcome="miss"}') == 1
    assert figure(client, 'senryaku_cache_total{outcome="hit"}') == 4


def test_a_body_is_no_request(connection: socket.socket) -> None:
    for _ in range(3):
        ask(connection, PLAIN)
    fields = b"Host: x\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(PLAIN)
    connection.sendall(b"POST /sparql HTTP/1.1\r\n" + fields)
    time.sleep(0.2)
    answer, _ = ask(connection, PLAIN)
    assert answer.startswith(b"HTTP/1.1 415 ")
    # the body was that of the POST: nothing else was answered
    connection.settimeout(0.5)
    with pytest.raises(TimeoutError):
        connection.recv(1)


def test_requests_in_a_row_and_in_parts(connection: socket.socket) -> None:
    for _ in range(3):
        expected = ask(connection, PLAIN)[1]
    connection.sendall(PLAIN + PLAIN)
    received = b""
    while received.count(expected) < 2:
        received += connection.recv(65536)
    connection.sendall(PLAIN[:20])
    time.sleep(0.1)
    assert ask(connection, PLAIN[20:])[1] == expected


def test_who_wants_to_leave_may(client: httpx.Client) -> None:
    url = client.base_url
    for _ in range(3):
        with socket.create_connection((url.host, url.port or 0), timeout=10) as opened:
            assert ask(opened, GET % b"Connection: close\r\n")[0].startswith(b"HTTP/1.1 200")
            assert opened.recv(1) == b""


def scope(request: bytes, address: str = "192.0.2.1") -> dict[str, object]:
    fields = {"method": "GET", "path": "/sparql", "raw_path": b"/sparql", "http_version": "1.1"}
    extensions = {EXTENSION: {"whole": Whole(address, request)}}
    state = {"template": "/sparql"}
    client = (address, 1)
    return {**fields, "headers": [], "extensions": extensions, "state": state, "client": client}


def test_nothing_is_known_of_another_version_address_or_request() -> None:
    version = "1"
    shortcut = Shortcut(10_000, Observer(Metrics(), queries=False), lambda: version)
    start = {"status": 200, "headers": [(b"content-length", b"2")]}

    def known(request: bytes = PLAIN, address: str = "192.0.2.1") -> bool:
        return shortcut.answer(address, request, ()) is not None

    shortcut.learn(scope(PLAIN), version, start, b"{}")
    assert known()
    assert not known(address="192.0.2.2")
    assert not known(CANNED)
    version = "2"
    assert not known()
    version = "1"
    assert not known(), "it was forgotten"


def test_memory_is_bounded() -> None:
    shortcut = Shortcut(10_000, Observer(Metrics(), queries=False), lambda: "1")
    start = {"status": 200, "headers": [(b"content-length", b"1000")]}
    requests = [GET % (b"A: %d\r\n" % number) for number in range(100)]
    for request in requests:
        shortcut.learn(scope(request), "1", start, b" " * 1000)
    known = [r for r in requests if shortcut.answer("192.0.2.1", r, ()) is not None]
    assert 0 < len(known) < 6
    shortcut.learn(scope(PLAIN), "1", start, b" " * 20_000)
    assert shortcut.answer("192.0.2.1", PLAIN, ()) is None


ESCAPES = st.one_of(
    st.sampled_from(
        ("%", "%%", "%4", "%zz", "%41", "%3d", "%3D", "=", "==", "+", "_", "\t", "%0A")
    ),
    st.sampled_from(("=41", "%25", "%2541", "%E6%97%A5", "%ff", "=\n", "%0d", " ", "日", ";", "a")),
)


@given(st.lists(ESCAPES, max_size=12).map("".join))
def test_parameters_are_read_as_the_standard_library_reads_them(value: str) -> None:
    encoded = f"query={value}".encode()
    request = Request({"type": "http", "path": "/", "query_string": encoded, "headers": []})
    try:
        expected = parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        with pytest.raises(RequestMalformed):
            read_parameters(request, ("query",))
    else:
        assert read_parameters(request, ("query",)) == dict(expected)
