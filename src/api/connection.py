"""One connection of a client: what it may cost before and while the application is asked.

The server's own protocol bounds neither headers nor time. A client that sends a byte now and then,
or headers without end, or that never reads its answer, would hold memory and a descriptor for ever.
"""

import asyncio
import json
import socket
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.server import ServerState

from api.answering import AnsweringProtocol
from api.express import Express
from api.lending import Lender
from api.middleware import HEADERS
from api.shortcut import Shortcut
from kg.errors import Both

_TARGET_BYTES = 256 * 1024
"""Longest request target: a query text of 64 KiB in which every byte is escaped, and parameters."""
_BUSY_SECONDS = 2
_UNSENT = 16 * 1024
"""Bytes that the system keeps for a connection beyond those that are on their way."""
_SLOWEST = 4096
"""Bytes in a second that a client must read: less than any line of today carries."""
_TOO_LARGE = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
_DETAILS = {
    HTTPStatus.BAD_REQUEST: Both("HTTPとして読めません。", "This is not HTTP."),
    HTTPStatus.REQUEST_TIMEOUT: Both(
        "要求が時間内に届きませんでした。", "The request did not arrive in time."
    ),
    HTTPStatus.REQUEST_URI_TOO_LONG: Both(
        "URLが長すぎます。POSTで送ってください。", "The URL is too long. Send a POST."
    ),
    _TOO_LARGE: Both("ヘッダー全体が大きすぎます。", "The headers together are too large."),
    HTTPStatus.SERVICE_UNAVAILABLE: Both(
        "混み合っています。少し待ってからもう一度お試しください。",
        "The service is busy. Try again in a moment.",
    ),
}


@dataclass(frozen=True)
class Bounds:
    """What a connection may take: bytes of all header fields, seconds, connections at once.

    `head` is the time for a request line and its headers, `body` that for a body; in each `drain` a
    client must read something of its answer. `unsent` are the bytes of answers that all clients
    together have yet to read.
    """

    header_bytes: int
    connections: int
    head: float
    body: float
    drain: float
    unsent: int


class _RefusedError(Exception):
    """A request that ends its connection; the parser stops at it."""


class BoundedProtocol(AnsweringProtocol):
    """HTTP/1.1 by httptools within `Bounds`; a class of its own is made for each server."""

    bounds: Bounds
    unread: "set[BoundedProtocol]"
    """Connections of this server whose clients have yet to read something."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._deadline: asyncio.TimerHandle | None = None
        self._drain: asyncio.TimerHandle | None = None
        # bytes that were unread when that was looked at last, and those read in this time
        self._unread = self._read = 0
        self._began = False
        self._reading_head = True
        self._head_bytes = 0
        self._header_bytes = 0
        self._refusal = HTTPStatus.BAD_REQUEST

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection, unless there are too many."""
        super().connection_made(cast("asyncio.Transport", transport))
        opened = transport.get_extra_info("socket")
        if opened is not None and opened.family != socket.AF_UNIX:
            # a small answer would wait 40 ms for the client to confirm its headers
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # the system would take megabytes, and not say for a minute that a slow client reads
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT)
        if len(self.connections) > self.bounds.connections:
            self._end(HTTPStatus.SERVICE_UNAVAILABLE)
        else:
            self._allow(self.bounds.head)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget all deadlines."""
        self._forget()
        if self._drain is not None:
            self._drain.cancel()
        self.unread.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse; headers that do not end are refused before they are complete."""
        if self.transport.is_closing():
            return
        # what was sent together with the end of another request is not counted
        counted = self._began
        super().data_received(data)
        if counted and self._reading_head:
            self._head_bytes += len(data)
            if self._head_bytes > _TARGET_BYTES + self.bounds.header_bytes:
                self._end(_TOO_LARGE)

    def on_whole_request(self) -> None:
        """Its answer is no matter of the connection."""
        self._forget()

    def on_message_begin(self) -> None:
        """Start the time of a request's head."""
        super().on_message_begin()
        self._began = self._reading_head = True
        self._head_bytes = self._header_bytes = 0
        self._allow(self.bounds.head)

    def on_url(self, url: bytes) -> None:
        """Collect the target; one that is too long ends the connection."""
        super().on_url(url)
        if len(self.url) > _TARGET_BYTES:
            self._refuse(HTTPStatus.REQUEST_URI_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header; too many bytes of them end the connection."""
        self._header_bytes += len(name) + len(value) + len(b": \r\n")
        if self._header_bytes > self.bounds.header_bytes:
            self._refuse(_TOO_LARGE)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start the application, and the time of the body."""
        self._began = self._reading_head = False
        self._allow(self.bounds.body)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is here: how long its answer takes is no matter of the connection."""
        self._forget()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with the next request; what the client has not read yet it must read in time."""
        super().on_response_complete()
        if self.transport.get_write_buffer_size():
            self._watch()

    def pause_writing(self) -> None:
        """The client reads slower than we write."""
        super().pause_writing()
        self._watch()
        self._relieve()

    def resume_writing(self) -> None:
        """The client has read most of what was written."""
        super().resume_writing()
        self._count()

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser refuses as a problem, whatever `msg` the base class has."""
        del msg
        self._end(self._refusal)

    def _refuse(self, status: HTTPStatus) -> None:
        """Let the parser stop here, which leads to `send_400_response`."""
        self._refusal = status
        raise _RefusedError

    def _allow(self, seconds: float) -> None:
        self._forget()
        self._deadline = self.loop.call_later(seconds, self._late)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        """Time is over; a connection that never sent a byte is closed without a word."""
        if self._reading_head and not self._began:
            self.transport.close()
        else:
            self._end(HTTPStatus.REQUEST_TIMEOUT)

    def _watch(self) -> None:
        """Begin to watch whether the client reads, unless that is watched already."""
        # what has been written since is not what was read
        self._unread = self.transport.get_write_buffer_size()
        if self._drain is None:
            self._read = 0
            self.unread.add(self)
            self._drain = self.loop.call_later(self.bounds.drain, self._drained)

    def _count(self) -> None:
        """Count what was read since that was looked at last."""
        unread = self.transport.get_write_buffer_size()
        self._read += max(0, self._unread - unread)
        self._unread = unread

    def _drained(self) -> None:
        """Go on watching a client that reads slowly; leave one that hardly reads."""
        self._drain = None
        self._count()
        if not self._unread:
            self.unread.discard(self)
        elif self._read < _SLOWEST * self.bounds.drain:
            self.transport.abort()
        else:
            self._watch()

    def _relieve(self) -> None:
        """Leave clients that do not read while there is too much for them in memory.

        Of the address for which there is most, the connection for which there is most.
        """
        sizes = {c: c.transport.get_write_buffer_size() for c in self.unread}
        while len(sizes) > 1 and sum(sizes.values()) > self.bounds.unsent:
            shares: Counter[str] = Counter()
            for connection, size in sizes.items():
                shares[connection.host] += size
            largest = max(sizes, key=lambda c: (shares[c.host], sizes[c]))
            del sizes[largest]
            self.unread.discard(largest)
            largest.transport.abort()

    def _end(self, status: HTTPStatus) -> None:
        """Answer with a status, unless another answer is due or under way, and close."""
        self._forget()
        cycle = self.cycle
        asked = cycle is not None and not cycle.response_complete
        if not (asked and self._reading_head) and not (asked and cycle.response_started):
            self.transport.write(_answer(status))
        if asked:
            # the application learns that nobody listens
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.close()
        self._watch()


def _answer(status: HTTPStatus) -> bytes:
    """A whole response, in both languages: nothing of the request is known well enough."""
    problem = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": "{1} {0}".format(*_DETAILS[status]),
    }
    body = json.dumps(problem, ensure_ascii=False).encode()
    headers = {
        **HEADERS,
        "Content-Type": "application/problem+json",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(_BUSY_SECONDS)
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def bounded(
    bounds: Bounds, shortcut: Shortcut, express: Express, lender: Lender
) -> type[BoundedProtocol]:
    """A protocol class with its bounds, as the server asks for a class."""
    answering = {"shortcut": shortcut, "express": express, "lender": lender}
    return type("Connection", (BoundedProtocol,), {"bounds": bounds, "unread": set(), **answering})
