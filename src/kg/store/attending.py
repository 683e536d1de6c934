"""Loans: connections of clients that a reader has for a moment, and answers on by itself.

A small query costs less than the change between the process that has the connection and the one
that has the data. So the service lends a connection whose client asks one small thing after the
other to a reader that is idle. It keeps the connection open, and reads it again when it comes back
or when the reader dies. A request is only taken off the connection when its answer is there: one
that is not answered here is still unread, and the service answers it as any other.

What requests and answers look like is known to a clerk, which the service brings along.
"""

import json
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from kg.store.confinement import taking_descriptors
from kg.store.frames import FRAME

DESCRIPTORS = 256
"""Descriptors that a reader may have: its own, and more connections than any loan has."""
POSSIBLE = hasattr(select, "epoll")
"""Whether the system can do this: Linux can."""
_IDLE_SECONDS = 0.01
"""Without a request in this time, a loan is of no use."""
_BATCH, _BATCH_SECONDS = 32, 0.05
"""What was answered is told after so many requests, or after this time."""
_CHANNEL_BYTES = 64 * 1024
_AT_ONCE = 8
"""Connections that are looked at before the channel and the clock are."""
_MARK = socket.SOL_SOCKET, socket.SO_RCVTIMEO
"""What sockets that never wait have no use for: it stays when a process that has one is killed."""
_WHOLE, _TORN = struct.pack("ll", 0, 0), struct.pack("ll", 1, 0)

Evaluate = Callable[[str, list[str], Mapping[str, Any]], tuple[str, bytes]]
"""Media type and bytes of the result of a query in one of the media types, with its bindings."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole answer, what the service notes about it, and whether the connection is to stay.

    Without `data` the query was evaluated, but its answer is a matter of the service.
    """

    data: bytes = b""
    facts: list[object] = field(default_factory=list)
    stays: bool = False


class Clerk(Protocol):
    """Knows the language that clients speak; no request is of more than `longest` bytes."""

    longest: int

    def begin(self, facts: Mapping[str, Any], evaluate: Evaluate) -> None:
        """Begin a loan with what the service says about it."""

    def form(self, facts: Mapping[str, Any]) -> object:
        """What is known about the requests of a connection."""

    def answer(self, form: Any, data: bytes) -> Answered | None:
        """Answer a request; None for what is not one, or is not to be answered here."""


@dataclass(frozen=True, eq=False, slots=True)
class _Lent:
    number: int
    connection: socket.socket
    form: object


def is_torn(connection: socket.socket) -> bool:
    """Whether a request was taken off a connection, and its answer is not known to be whole."""
    return connection.getsockopt(*_MARK, len(_TORN)) != _WHOLE


def tear(connection: socket.socket) -> None:
    """Note that a request is about to be taken off a connection."""
    connection.setsockopt(*_MARK, _TORN)


def mend(connection: socket.socket) -> None:
    """Note that an answer is whole, or that what is left of it is known."""
    connection.setsockopt(*_MARK, _WHOLE)


class Attendance:
    """One loan, from the side of the reader."""

    def __init__(
        self,
        channel: socket.socket,
        clerk: Clerk,
        events: "select.epoll",
        *,
        seconds: float,
        holds: Callable[[], bool],
    ) -> None:
        """`holds` says whether the data are still those with which the loan began.

        `events` was made before this process may open nothing any more.
        """
        self._channel = channel
        self._clerk = clerk
        self._events = events
        self._holds = holds
        self._end = time.monotonic() + seconds
        self._told = time.monotonic()
        self._unread = b""
        self._descriptors: list[int] = []
        self._lent: dict[int, _Lent] = {}
        self._seen: list[list[object]] = []
        self._back: list[tuple[int, int, bool, float]] = []
        self._rests: list[bytes] = []
        self._over = self._closed = False

    def run(self) -> tuple[dict[str, object], bytes]:
        """Answer until nobody asks, the time is over, the data change, or the service wants it.

        Returns what the service has yet to be told.
        """
        self._send({"attending": True})
        self._events.register(self._channel, select.EPOLLIN)
        try:
            while not self._closed:
                seconds = -1 if self._over else _IDLE_SECONDS
                self._attend(self._events.poll(seconds, _AT_ONCE))
        finally:
            self._events.unregister(self._channel)
            self._return_all()
        return self._report(closed=True)

    def _attend(self, happened: list[tuple[int, int]]) -> None:
        channel = self._channel.fileno()
        # whoever waits for this reader goes first
        if any(descriptor == channel for descriptor, _ in happened):
            self._obey()
        for descriptor, _ in happened:
            if time.monotonic() >= self._end:
                # who is not served now still is there
                break
            if lent := self._lent.get(descriptor):
                self._serve(lent)
        now = time.monotonic()
        if not self._over and (not happened or now >= self._end):
            self._finish()
        elif self._back or len(self._seen) >= _BATCH or now - self._told >= _BATCH_SECONDS:
            self._tell()

    def _obey(self) -> None:
        """Take what the service lends, or end."""
        for message in self._messages():
            if "close" in message:
                self._over = self._closed = True
                self._return_all()
                continue
            connection = socket.socket(fileno=self._descriptors.pop(0))
            lent = _Lent(message["take"], connection, self._clerk.form(message["form"]))
            self._lent[connection.fileno()] = lent
            self._events.register(connection, select.EPOLLIN)
            if self._over:
                self._return(lent)

    def _messages(self) -> Iterator[dict[str, Any]]:
        with taking_descriptors():
            data, descriptors, _, _ = socket.recv_fds(
                self._channel, _CHANNEL_BYTES, DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
            )
        if not data:
            raise ConnectionError
        self._descriptors += descriptors
        self._unread += data
        while len(self._unread) >= FRAME.size:
            head, _ = FRAME.unpack_from(self._unread)
            due = FRAME.size + head
            if len(self._unread) < due:
                break
            text, self._unread = self._unread[FRAME.size : due], self._unread[due:]
            yield json.loads(text)

    def _serve(self, lent: _Lent) -> None:
        """Answer the request that a connection has, or give the connection back."""
        try:
            data = lent.connection.recv(self._clerk.longest + 1, socket.MSG_PEEK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        # after the request has come: what was acknowledged before it is in its answer
        if not self._holds():
            self._finish()
            return
        begun = time.perf_counter()
        answered = self._clerk.answer(lent.form, data) if data else None
        if answered is None:
            self._return(lent)
            return
        if not answered.data:
            self._return(lent, slow=True, seconds=time.perf_counter() - begun)
            return
        # not before there is an answer: after this nobody else can give one
        if not _taken(lent.connection, len(data)):
            self._return(lent)
            return
        rest = _sent(lent.connection, answered.data)
        self._seen.append([lent.number, *answered.facts])
        # others are not to wait for a client that reads slowly
        if rest or not answered.stays:
            self._return(lent, rest, slow=True)
            # only the service can send the rest, whatever becomes of this process
            self._tell()

    def _finish(self) -> None:
        self._over = True
        self._return_all()
        self._tell(over=True)

    def _return_all(self) -> None:
        for lent in list(self._lent.values()):
            self._return(lent)

    def _return(
        self, lent: _Lent, rest: bytes = b"", *, slow: bool = False, seconds: float = 0.0
    ) -> None:
        self._events.unregister(lent.connection)
        del self._lent[lent.connection.fileno()]
        lent.connection.close()
        self._back.append((lent.number, len(rest), slow, seconds))
        self._rests.append(rest)

    def _tell(self, **more: bool) -> None:
        self._told = time.monotonic()
        if more or self._seen or self._back:
            self._send(*self._report(**more))

    def _report(self, **more: bool) -> tuple[dict[str, object], bytes]:
        report = {"seen": self._seen, "back": self._back, **more}, b"".join(self._rests)
        self._seen, self._back, self._rests = [], [], []
        return report

    def _send(self, head: Mapping[str, object], body: bytes = b"") -> None:
        text = json.dumps(head).encode()
        self._channel.sendall(FRAME.pack(len(text), len(body)) + text + body)


def _taken(connection: socket.socket, size: int) -> bool:
    """Take a request off a connection, for good; False when it is not there any more."""
    try:
        tear(connection)
        return len(connection.recv(size)) == size
    except OSError:
        return False


def _sent(connection: socket.socket, data: bytes) -> bytes:
    """Send what the system takes at once; returns the rest."""
    try:
        # whoever waits for the answer may take this processor as soon as it is sent, and this
        # process may be killed meanwhile: so it is held back until it is noted that it is whole
        rest = data[connection.send(data, socket.MSG_MORE) :]
    except BlockingIOError:
        return data
    except OSError:
        # it has left, which the service will see
        return b""
    if not rest:
        mend(connection)
    with suppress(OSError):
        # sends what is held back
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return rest
