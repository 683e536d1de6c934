"""Connections that are lent to a reader, as tests see them: who has them, who answered what."""

import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx
import psutil
from fastapi import FastAPI

import mini
from api.lending import Lender, _Desk
from kg.store.lending import Loan
from kg.store.pool import LaneFigures

CANNED = "/queries/measures-of-organisation"
SECONDS = 10.0
"""How long anything is waited for here."""
_T = TypeVar("_T")
_ID = re.compile(rb"\r\nx-request-id: ([^\r]*)")
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)")
Answer = tuple[bytes, bytes]
"""Head and body."""


def get(query: str | None, headers: str = "", path: str = "/sparql") -> bytes:
    parameters = "" if query is None else f"?query={quote(query)}"
    return f"GET {path}{parameters} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode()


def until(condition: Callable[[], _T], what: str, seconds: float = SECONDS) -> _T:
    """Wait until something holds; gives what it is."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, what
        time.sleep(0.0005)
    return found


class Client:
    """A connection, of which no byte of an answer is lost."""

    def __init__(self, address: tuple[str, int], receive_buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(20)
        self.socket.connect(address)
        self.port: int = self.socket.getsockname()[1]
        self._data = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def receive(self, *, bodiless: bool = False) -> Answer:
        """The next answer; raises `ConnectionError` where the other end closes."""
        while b"\r\n\r\n" not in self._data:
            self._more()
        head, _, self._data = self._data.partition(b"\r\n\r\n")
        found = _LENGTH.search(head)
        size = int(found[1]) if found and not bodiless and b" 304 " not in head[:15] else 0
        while len(self._data) < size:
            self._more()
        body, self._data = self._data[:size], self._data[size:]
        return head, body

    def ask(self, request: bytes) -> Answer:
        self.send(request)
        return self.receive()

    def _more(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionResetError
        self._data += data


def identifier(head: bytes) -> str:
    found = _ID.search(head)
    assert found, head
    return found[1].decode()


class Watched:
    """A service, which of its connections are lent, and what was answered on those."""

    def __init__(self, application: FastAPI) -> None:
        self.application = application
        self.lender: Lender = application.state.lender
        self.noted: dict[str, Sequence[Any]] = {}
        """What was noted, by the identifier of the request."""
        self.twice: list[str] = []
        note = self.lender.note

        def noted(lane: str, host: str, facts: Sequence[Any]) -> None:
            if facts[1] in self.noted:
                self.twice.append(facts[1])
            note(lane, host, facts)
            self.noted[facts[1]] = (lane, *facts)

        self.lender.note = noted

    def desks(self) -> list[_Desk]:
        return list(self.lender._desks.values())

    def loans(self) -> list[Loan]:
        return [loan for desk in self.desks() for loan in list(desk.pool._loans) if loan.open]

    def number(self, client: Client) -> tuple[str, int] | None:
        """Under which number a connection is lent, if it is."""
        for lane, desk in list(self.lender._desks.items()):
            for number, (connection, _) in list(desk._lent.items()):
                if getattr(connection, "client", ("", 0))[1] == client.port:
                    return lane, number
        return None

    def lend(self, client: Client, request: bytes = get("ASK {}")) -> tuple[str, int]:
        """Ask until a connection is lent."""

        def lent() -> tuple[str, int] | None:
            if found := self.number(client):
                return found
            head, _ = client.ask(request)
            assert head.startswith(b"HTTP/1.1 200 "), head
            return None

        return until(lent, "it was never lent")

    def is_back(self, client: Client, number: tuple[str, int]) -> bool:
        return self.number(client) != number

    def by_reader(self, head: bytes, seconds: float = 1.0) -> bool:
        """Whether a reader has answered, which is known when it tells that."""
        end = time.monotonic() + seconds
        while identifier(head) not in self.noted:
            if time.monotonic() > end:
                return False
            time.sleep(0.001)
        return True

    def answered_by_reader(self, client: Client, request: bytes, warm: bytes) -> Answer:
        """Ask on a lent connection until it is a reader that answers."""
        for _ in range(20):
            self.lend(client, warm)
            answer = client.ask(request)
            if self.by_reader(answer[0]):
                return answer
        raise AssertionError("no reader has answered")

    def in_vain(self, client: Client, data: bytes, warm: bytes = get("ASK {}")) -> None:
        """Send on a lent connection what a reader gives back; is there when that has happened.

        Any answer is yet to be received.
        """
        number = self.lend(client, warm)
        client.send(data)
        until(lambda: self.is_back(client, number), "it did not come back")


@contextmanager
def kept_busy(watched: Watched, address: tuple[str, int], request: bytes) -> Iterator[Client]:
    """A lent connection on which somebody asks without a pause, so that its loan goes on."""
    done, failures = Event(), list[BaseException]()
    with Client(address) as client:

        def go_on() -> None:
            try:
                while not done.is_set():
                    head, _ = client.ask(request)
                    assert head.startswith(b"HTTP/1.1 200 "), head
            except (OSError, AssertionError) as error:
                failures.append(error)

        thread = Thread(target=go_on)
        thread.start()
        try:
            until(lambda: failures or watched.number(client), "it was never lent")
            yield client
        finally:
            done.set()
            thread.join()
    assert not failures


def address(client: httpx.Client) -> tuple[str, int]:
    return client.base_url.host, client.base_url.port or 0


LIMITS: dict[str, Any] = {"cache_bytes": 0, "query_seconds": 100_000, "queries_at_once": 20}


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
        for desk in self.watched.desks():
            desk.pool._not_before = 0


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
    """A process does nothing in the meantime."""
    os.kill(pid, signal.SIGSTOP)
    # the second one where the whole run is watched by strace
    still = {psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP}
    try:
        until(lambda: psutil.Process(pid).status() in still, "it goes on")
        yield
    finally:
        # which may have been killed meanwhile
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
