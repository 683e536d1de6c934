"""Readers that have connections of clients: killed, slow, needed by others, told to end."""

import asyncio
import logging
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import psutil
import pytest
from tests.engines import oxigraph, send
from tests.lent import Client, Watched, address, get, identifier, kept_busy, until
from tests.resilience.server import MODES, server

import mini
from kg.namespaces import NAMES
from kg.store.lending import Loan
from kg.store.loans import is_torn, tear
from kg.store.pool import LaneFigures
from kg.store.pushing import Content
from test_shortcut import figure

LIMITS: dict[str, Any] = {"cache_bytes": 0, "query_seconds": 100_000, "queries_at_once": 20}
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
LONG_ANSWER = str(mini.UNION**4).encode()
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 9000"


@dataclass(frozen=True)
class Running:
    """A service that lends for a long time."""

    watched: Watched
    client: httpx.Client

    @property
    def where(self) -> tuple[str, int]:
        return address(self.client)

    def figures(self) -> LaneFigures:
        found: LaneFigures = self.watched.application.state.service.pools["brief"].figures()
        return found

    def readers(self) -> int:
        return self.figures().readers

    def lost(self) -> int:
        return self.figures().lost

    def loan(self, client: Client) -> Loan:
        """The loan that a connection belongs to."""

        def found() -> Loan | None:
            lent = self.watched.number(client)
            having = (one for one in self.watched.loans() if lent and lent[1] in one.lent)
            return next(having, None)

        return until(found, "it is not lent")

    def lend_again(self) -> None:
        """Forget that somebody has just asked what is not small."""
        for line in self.watched.lines():
            line._pool._not_before = 0


@contextmanager
def running(folder: Path, **settings: Any) -> Iterator[Running]:
    chosen = {"loan": 10, **LIMITS, **settings}
    application = mini.app(folder, **chosen)
    watched = Watched(application)
    with mini.serve(application, mini.chosen(folder, **chosen)) as client:
        yield Running(watched, client)
    assert not watched.twice


def numbered(number: object) -> bytes:
    return get(f"SELECT ('{number}' AS ?n) {{}}", f"Accept: {mini.CSV}\r\n")


def answer_to(number: object) -> bytes:
    return f"n\r\n{number}\r\n".encode()


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        until(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED, "it goes on")
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def all_lent(service: Running, clients: list[Client]) -> Loan:
    """One loan of all the connections, none of which waits for anything."""

    def found() -> Loan | None:
        for client in clients:
            assert client.ask(numbered("warm"))[1] == answer_to("warm")
        return next((one for one in service.watched.loans() if len(one.lent) == len(clients)), None)

    loan = until(found, "they are not in one loan")
    until(lambda: not any(map(is_torn, sockets(service))), "an answer is under way")
    return loan


def sockets(service: Running) -> list[socket.socket]:
    """The ends of lent connections that the service has."""
    lent = [found for line in service.watched.lines() for found in list(line._lent.values())]
    return [connection._socket for connection, _ in lent]  # type: ignore[attr-defined]


def test_what_a_killed_reader_has_not_answered_is_answered_once(tmp_path: Path) -> None:
    with running(tmp_path, readers=1) as service, ExitStack() as stack:
        clients = [stack.enter_context(Client(service.where)) for _ in range(6)]
        size = service.readers()
        killed = attempt = 0
        while killed < 5:
            attempt += 1
            assert attempt < 50
            service.lend_again()
            loan = all_lent(service, clients)
            with stopped(loan.reader._pid):
                if not loan.open or len(loan.lent) < len(clients):
                    # it has ended meanwhile, as nobody asked
                    continue
                for number, client in enumerate(clients):
                    client.send(numbered(f"{attempt}-{number}"))
                os.kill(loan.reader._pid, signal.SIGKILL)
                killed += 1
            for number, client in enumerate(clients):
                assert client.receive()[1] == answer_to(f"{attempt}-{number}")
            for client in clients:
                # nothing else came, and the connection goes on
                assert client.ask(numbered("after"))[1] == answer_to("after")
            until(lambda: service.readers() == size, "readers are missing")
        assert service.lost() == killed


def test_nobody_gets_the_answer_of_another_whenever_readers_are_killed(tmp_path: Path) -> None:
    """Who loses a connection may ask again; each answer that is given is the right one."""
    ended, kills = Event(), 0
    with running(tmp_path) as service, ThreadPoolExecutor() as threads:
        size = service.readers()

        def ask(name: int) -> tuple[int, int]:
            number = lost = 0
            client = Client(service.where)
            while not ended.is_set():
                number += 1
                begun = time.monotonic()
                try:
                    head, body = client.ask(numbered(f"{name}-{number}"))
                except ConnectionError:
                    client.socket.close()
                    client, lost = Client(service.where), lost + 1
                else:
                    assert (head[:12], body) == (b"HTTP/1.1 200", answer_to(f"{name}-{number}"))
                assert time.monotonic() - begun < 3
            client.socket.close()
            return number, lost

        asking = [threads.submit(ask, name) for name in range(4)]
        try:
            for _ in range(25):
                service.lend_again()
                loan = until(lambda: next(iter(service.watched.loans()), None), "no loan")
                until(lambda loan=loan: len(loan.lent) > 1 or not loan.open, "nothing was lent")
                time.sleep(0.003)
                # if its loan ended before, another one of the same reader may have been hit
                with suppress(ProcessLookupError):
                    os.kill(loan.reader._pid, signal.SIGKILL)
                    kills += 1
                until(lambda loan=loan: not loan.lent and not loan.open, "it goes on")
        finally:
            ended.set()
        done = [task.result() for task in asking]
        until(lambda: service.readers() == size, "readers are missing")
    assert kills > 15
    assert sum(number for number, _ in done) > 500
    # it takes microseconds to give an answer for which a request was taken off a connection
    assert sum(lost for _, lost in done) <= 10


def test_a_connection_with_half_an_answer_is_not_used_again(tmp_path: Path) -> None:
    with running(tmp_path) as service, Client(service.where) as client:
        loan = all_lent(service, [client])
        (opened,) = sockets(service)
        with stopped(loan.reader._pid):
            assert client.port == opened.getpeername()[1]
            tear(opened)
            os.kill(loan.reader._pid, signal.SIGKILL)
        with pytest.raises(ConnectionError):
            client.receive()


def test_what_takes_long_ends_the_loan_and_harms_nobody(tmp_path: Path) -> None:
    with running(tmp_path, brief_cpu=0.1) as service:
        size = service.readers()
        with kept_busy(service.watched, service.where, get("ASK {}")):
            for number in range(3):
                service.lend_again()
                with Client(service.where) as client:
                    service.watched.in_vain(client, get(f"{LONG} #{number}"))
                    head, body = client.receive()
                    assert head.startswith(b"HTTP/1.1 200 ")
                    assert LONG_ANSWER in body
        until(lambda: service.readers() == size, "readers are missing")
        # each was tried once more as a brief one
        assert service.lost() == 6


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("large")
    with running(folder, brief_cpu=10, write_timeout=1) as service:
        yield service


def learned(service: Running) -> bytes:
    """The body of the large answer, the look of which is then known."""
    with Client(service.where) as client:
        bodies = {client.ask(get(LARGE))[1] for _ in range(3)}
    (body,) = bodies
    assert len(body) > 2_000_000
    return body


def test_a_large_answer_to_a_slow_client_arrives_whole(large: Running) -> None:
    expected, by_readers = learned(large), 0
    for _ in range(20):
        with Client(large.where, receive_buffer=4096) as client:
            large.watched.lend(client)
            client.send(get(LARGE))
            time.sleep(0.1)
            client._data = client.socket.recv(2000)
            time.sleep(0.1)
            head, body = client.receive()
            assert body == expected
            by_readers += large.watched.by_reader(head, 0.2)
            # the connection goes on
            assert b"true" in client.ask(get("ASK {}"))[1]
        if by_readers == 3:
            return
    pytest.fail("no reader has answered")


def test_who_never_reads_is_left(large: Running) -> None:
    learned(large)
    for _ in range(3):
        with Client(large.where, receive_buffer=4096) as client:
            number = large.watched.lend(client)
            line = large.watched.lender._lines["free"]
            connection: Any = line._lent[number[1]][0]
            client.send(get(LARGE))
            begun = time.monotonic()
            until(lambda c=connection: c.transport.is_closing(), "it was not left")
            assert 0.5 < time.monotonic() - begun < 3
            with pytest.raises(ConnectionError):
                client.receive()
    with Client(large.where) as other:
        assert b"true" in other.ask(get("ASK {}"))[1]


@pytest.mark.parametrize("how", ["in order", "hard"])
def test_who_closes_in_the_middle_does_no_harm(large: Running, how: str) -> None:
    learned(large)
    lost = large.lost()
    with kept_busy(large.watched, large.where, get("ASK {}")):
        for number in range(12):
            with Client(large.where, receive_buffer=4096) as client:
                large.watched.lend(client)
                client.send(get(LARGE if number % 2 else f"ASK {{}} #{number}"))
                if number % 3:
                    client.socket.recv(1000)
                if how == "hard":
                    linger = struct.pack("ii", 1, 0)
                    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    assert large.lost() == lost
    left = large.watched.application.state.lender
    until(lambda: not any(line._lent for line in left._lines.values()), "a connection is lent")


def test_who_waits_gets_a_reader_that_has_connections(tmp_path: Path) -> None:
    with (
        running(tmp_path, readers=1, brief_cpu=5, query_timeout=5) as service,
        ExitStack() as stack,
    ):
        stack.enter_context(kept_busy(service.watched, service.where, get("ASK {}")))
        (loan,) = service.watched.loans()
        others = [stack.enter_context(Client(service.where)) for _ in range(2)]
        others[0].send(get(mini.SLOW))
        until(lambda: service.figures().busy == service.readers() == 2, "a reader is idle")
        begun = time.monotonic()
        for number in range(5):
            assert others[1].ask(numbered(number))[1] == answer_to(number)
        # the long query has half of its time before it makes room for others
        assert time.monotonic() - begun < 1.5
        assert not loan.open


def records(caplog: pytest.LogCaptureFixture) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for record in list(caplog.records):
        if record.name == "api.requests":
            facts: dict[str, Any] = record.request  # type: ignore[attr-defined]
            found.setdefault(facts["id"], []).append(facts)
    return found


@pytest.mark.parametrize("lane", ["free", "trusted"])
def test_each_request_is_counted_and_noted_once(
    tmp_path: Path, lane: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "api.requests")
    path, route = ("/sparql", "/sparql") if lane == "free" else (CANNED, "/queries/{name}")
    requests = 1500
    name = f'senryaku_requests_total{{method="GET",route="{route}",status="2xx"}}'
    sizes: dict[str, int] = {}
    with running(tmp_path, loan=1, log_queries=True) as service:
        with Client(service.where) as one, Client(service.where) as other:
            for number in range(requests):
                client = one if number % 2 else other
                text = f"ASK {{}} #{number}" if lane == "free" else None
                head, body = client.ask(get(text, path=path))
                sizes[identifier(head)] = len(body)
        until(lambda: figure(service.client, name) == requests, "some were not counted")
    assert len(sizes) == requests, "each answer has an identifier of its own"
    found = {i: lines for i, lines in records(caplog).items() if lines[0]["path"] == path}
    assert found.keys() == sizes.keys()
    for given, (facts,) in found.items():
        assert (facts["method"], facts["status"], facts["lane"]) == ("GET", 200, lane)
        assert facts["bytes"] == sizes[given]
        assert 0 < facts["seconds"] < 5
    if lane == "free":
        texts = {lines[0]["query"] for lines in found.values()}
        assert texts == {f"ASK {{}} #{number}" for number in range(requests)}
    assert len(service.watched.noted) > requests / 3


CANNED = "/queries/measures-of-organisation"


def test_who_has_asked_too_much_on_lent_connections_is_refused(tmp_path: Path) -> None:
    limit = 0.3
    with running(tmp_path, loan=1, query_seconds=limit) as service, Client(service.where) as client:

        def spent() -> float:
            return sum(facts[4] for facts in list(service.watched.noted.values()))

        end = time.monotonic() + 60
        while client.ask(get("SELECT * { ?s ?p ?o }"))[0].startswith(b"HTTP/1.1 200"):
            assert time.monotonic() < end
        assert client.ask(get("ASK {}"))[0].startswith(b"HTTP/1.1 429 ")
        # at most what a loan takes that began before
        assert 0.05 < spent() < limit + 1.2
        assert service.watched.number(client) is None


def test_a_service_with_loans_ends_in_order(tmp_path: Path) -> None:
    settings = {"SENRYAKU_CACHE_BYTES": "0", "SENRYAKU_LOAN": "10", "SENRYAKU_SHUTDOWN": "15"}
    more = {"SENRYAKU_QUERY_SECONDS": "100000", "SENRYAKU_QUERIES_AT_ONCE": "20"}
    with server(tmp_path, MODES[0], settings | more) as served:
        served.start()
        url = httpx.URL(served.url)
        given: list[int] = []

        def ask() -> None:
            number = 0
            with Client((url.host, url.port or 0)) as client:
                try:
                    while True:
                        number += 1
                        assert client.ask(numbered(number))[1] == answer_to(number)
                except ConnectionError:
                    # nothing of an answer is lost
                    assert not client._data
            given.append(number)

        threads = [Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        begun = time.monotonic()
        assert served.stop() == 0
        taken = time.monotonic() - begun
        for thread in threads:
            thread.join()
        said = served.said()
    assert taken < 3
    assert len(given) == 4
    assert min(given) > 100
    assert not re.search("never retrieved|destroyed|Traceback", said), said


CONFINED = """
import os, resource, socket
from kg.store.confinement import confine, taking_descriptors
ours, theirs = socket.socketpair()
socket.send_fds(ours, [b"x"], [0])
confine(2**30, files=False, descriptors=256)
def opens():
    try:
        os.close(os.dup(0))
        return True
    except OSError:
        return False
print(opens(), resource.getrlimit(resource.RLIMIT_NOFILE))
with taking_descriptors():
    print(opens(), len(socket.recv_fds(theirs, 1, 4)[1]))
print(opens(), resource.getrlimit(resource.RLIMIT_NOFILE))
try:
    with taking_descriptors():
        raise ValueError
except ValueError:
    print(opens())
"""


def test_a_reader_opens_nothing_but_what_it_is_given() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CONFINED], capture_output=True, text=True, check=True, timeout=30
    )
    lines = done.stdout.splitlines()
    assert lines == ["False (0, 256)", "True 1", "False (0, 256)", "False"]


def test_inside_of_a_loan_a_reader_may_open_nothing(tmp_path: Path) -> None:
    with (
        running(tmp_path) as service,
        kept_busy(service.watched, service.where, get("ASK {}")) as keeper,
    ):
        pid = service.loan(keeper).reader._pid
        with stopped(pid):
            limits = Path(f"/proc/{pid}/limits").read_text("ascii")
            descriptors = psutil.Process(pid).num_fds()
    found = re.search(r"Max open files +(\d+) +(\d+)", limits)
    assert found
    assert found.groups() == ("0", "256")
    assert 0 < descriptors < 40


def test_an_engine_elsewhere_gets_no_connections(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with oxigraph() as elsewhere:
        asyncio.run(send(elsewhere, Content.read(mini.snapshot(tmp_path), NAMES)))
        with (
            running(tmp_path, store=elsewhere.where.query) as service,
            Client(service.where) as client,
        ):
            for number in range(30):
                for request in (get(f"ASK {{}} #{number}"), get(None, path=CANNED)):
                    assert client.ask(request)[0].startswith(b"HTTP/1.1 200 ")
                    assert service.watched.number(client) is None
        assert not service.watched.noted
    assert not [record for record in caplog.records if record.exc_info]
