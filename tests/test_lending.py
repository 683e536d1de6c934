"""Readers that have connections of clients: killed, slow, needed by others, told to end."""

import asyncio
import os
import signal
import socket
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from tests.engines import oxigraph, send
from tests.lent import (
    CANNED,
    Client,
    Running,
    answer_to,
    get,
    kept_busy,
    numbered,
    running,
    stopped,
    until,
)

import mini
from kg.namespaces import NAMES
from kg.store.attending import is_torn, tear
from kg.store.lending import Loan
from kg.store.pushing import Content

LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
LONG_ANSWER = str(mini.UNION**4).encode()
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 9000"


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
    lent = [found for desk in service.watched.desks() for found in list(desk._lent.values())]
    return [connection._socket for connection, _ in lent]


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
            desk = large.watched.lender._desks["free"]
            connection: Any = desk._lent[number[1]][0]
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
    until(lambda: not any(desk._lent for desk in left._desks.values()), "a connection is lent")


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


def test_an_engine_elsewhere_gets_no_connections(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with oxigraph() as elsewhere:
        asyncio.run(send(elsewhere, Content.read(mini.snapshot(tmp_path), NAMES)))
        with (
            running(tmp_path, store=elsewhere.where.query) as service,
            Client(service.where) as client,
        ):
            for request in (get("ASK {}"), get(None, path=CANNED)):
                for _ in range(30):
                    assert client.ask(request)[0].startswith(b"HTTP/1.1 200 ")
                    assert service.watched.number(client) is None
        assert not service.watched.noted
    assert not [record for record in caplog.records if record.exc_info]
