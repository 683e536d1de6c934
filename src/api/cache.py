"""Answers that are kept as long as the data stay the same, and 304 for those who have them.

A route takes part by setting `Cache-Control: no-cache` (`KEPT`) on its response. It promises that
a response of status 200 depends on nothing but the version of the data and what `_key` reads of a
request. Whoever keeps such a response must ask before each use, which costs no evaluation: its ETag
is a hash of the same two. So nothing stale is ever shown, and no errors are kept.
"""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

from cachetools import LRUCache
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.middleware import HEADERS
from api.observation import template
from api.shortcut import Shortcut

KEPT: Mapping[str, str] = {"Cache-Control": "no-cache"}
"""Header of a response that may be kept, if one asks whether it still holds."""
PASSING: Mapping[str, str] = {"Cache-Control": "no-store"}
"""Header of a response that is another one each time."""

_SELECTING = frozenset(
    {b"accept", b"accept-encoding", b"accept-language", b"content-type", b"host"}
)
"""Headers of a request on which a response may depend."""
_VARY = "Accept, Accept-Language, Accept-Encoding, Origin"
_POST = "/sparql"
"""The path whose POST reads and changes nothing."""
_POST_BYTES = 256 * 1024
"""Longest body that is part of a key: a form whose query is as long as it may be."""
_SHARE = 8
"""One answer takes at most this fraction of the memory."""
_ENTRY_BYTES = 1024
"""What an entry takes besides its body, about."""

_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A finished response."""

    start: Message
    body: bytes
    template: str
    """Of the path, for the figures."""

    async def send(self, send: Send) -> None:
        # whoever is outside may change the headers of the message it gets
        await send({**self.start, "headers": list(self.start["headers"])})
        await send({"type": "http.response.body", "body": self.body})


class ResponseCache:
    """Middleware that keeps responses in up to `size` bytes (0: none), and answers 304.

    `edition` is what responses depend on besides the data: the software and its settings.
    """

    def __init__(self, app: ASGIApp, size: int, edition: str, shortcut: Shortcut) -> None:
        self._app = app
        self.edition = edition
        self.shortcut = shortcut
        self._size = size
        self._version = ""
        self._kept: LRUCache[_Key, _Kept] = LRUCache(
            max(1, size), getsizeof=lambda kept: len(kept.body) + _ENTRY_BYTES
        )
        self._flights: dict[_Key, asyncio.Future[None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not _may_keep(scope) or not (version := _version(scope)):
            await self._app(scope, receive, send)
            return
        body = b""
        if scope["method"] == "POST":
            body, receive = await _read(receive)
            if len(body) > _POST_BYTES:
                await self._app(scope, receive, send)
                return
        exchange = _Exchange(self, scope, version, body, send)
        if exchange.known:
            await exchange.send_not_modified()
        elif self._size:
            await self._share(exchange, receive)
        else:
            await self._app(scope, receive, exchange.send)

    async def _share(self, exchange: "_Exchange", receive: Receive) -> None:
        """Answer from memory; of equal requests at the same time one asks the application."""
        if exchange.version != self._version:
            # what is older is of no use to anybody
            self._kept.clear()
            self._version = exchange.version
        flight = (exchange.version, exchange.key)
        if exchange.key not in self._kept and flight in self._flights:
            await asyncio.shield(self._flights[flight])
        kept = self._kept.get(exchange.key) if exchange.version == self._version else None
        if kept is not None:
            await exchange.resend(kept)
        elif flight in self._flights:
            await self._app(exchange.scope, receive, exchange.send)
        else:
            await self._lead(flight, exchange, receive)

    async def _lead(self, flight: _Key, exchange: "_Exchange", receive: Receive) -> None:
        landing = self._flights[flight] = asyncio.get_running_loop().create_future()
        try:
            await self._app(exchange.scope, receive, exchange.send)
        finally:
            del self._flights[flight]
            landing.set_result(None)

    def keep(self, version: str, key: _Key, kept: _Kept) -> None:
        """Remember a response of `version`, unless it is too large or out of date."""
        if version == self._version and len(kept.body) + _ENTRY_BYTES <= self._size // _SHARE:
            with suppress(ValueError):
                self._kept[key] = kept


class _Exchange:
    """One request and its response on the way out."""

    def __init__(
        self,
        cache: ResponseCache,
        scope: Scope,
        version: str,
        body: bytes,
        send: Send,
    ) -> None:
        self.scope = scope
        self.version = version
        self.key = _key(scope, body)
        self._cache = cache
        self._send = send
        self._start: Message | None = None
        self._parts: list[bytes] = []
        # a condition on a POST means something else
        self._asked = frozenset(_asked(scope)) if scope["method"] == "GET" else frozenset()
        self._etag = _etag(cache.edition, version, self.key)

    @property
    def known(self) -> bool:
        """Whether the client has the answer: only this service can have given it this ETag."""
        return self._etag in self._asked

    async def send_not_modified(self) -> None:
        """Say that what the client has still holds."""
        headers = {**HEADERS, **KEPT, "ETag": self._etag, "Vary": _VARY}
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        if any(name == b"origin" for name, _ in self.scope["headers"]):
            raw.append((b"access-control-allow-origin", b"*"))
        start = {"type": "http.response.start", "status": 304, "headers": raw}
        self._known_as("not-modified", start, b"")
        await self._send(start)
        await self._send({"type": "http.response.body", "body": b""})

    async def resend(self, kept: _Kept) -> None:
        """Answer with a kept response."""
        if "*" in self._asked:
            await self.send_not_modified()
        else:
            self.scope["state"]["template"] = kept.template
            self._known_as("hit", kept.start, kept.body)
            await kept.send(self._send)

    def _known_as(self, outcome: str, start: Message, body: bytes) -> None:
        self.scope["state"]["cached"] = outcome
        if self.scope["method"] == "GET":
            self._cache.shortcut.learn(self.scope, self.version, start, body)

    async def send(self, message: Message) -> None:
        """Pass a message on, with an ETag where there can be one, and keep what may be kept."""
        if message["type"] == "http.response.start" and self._may_keep(message):
            self._start = message
            self.scope["state"]["cached"] = "miss"
            if self.scope["method"] == "GET":
                MutableHeaders(scope=message)["ETag"] = self._etag
        elif message["type"] == "http.response.body" and self._start is not None:
            self._parts.append(message.get("body", b""))
            if not message.get("more_body"):
                start = {**self._start, "headers": list(self._start["headers"])}
                kept = _Kept(start, b"".join(self._parts), template(self.scope))
                self._cache.keep(self.version, self.key, kept)
        await self._send(message)

    def _may_keep(self, start: Message) -> bool:
        """Whether the route lets its response be kept, and no write came between."""
        headers: dict[bytes, bytes] = dict(start["headers"])
        kept = headers.get(b"cache-control") == KEPT["Cache-Control"].encode()
        fresh = kept and b"etag" not in headers and _version(self.scope) == self.version
        return fresh and bool(start["status"] == HTTPStatus.OK)


def _may_keep(scope: Scope) -> bool:
    """Whether a request may be answered from memory; one with a token never is."""
    if scope["type"] != "http" or any(name == b"authorization" for name, _ in scope["headers"]):
        return False
    method: str = scope["method"]
    return method == "GET" or (method == "POST" and bool(scope["path"] == _POST))


def _version(scope: Scope) -> str:
    """Version of the data; empty when it is not known, and nothing may be kept."""
    version: str = scope["app"].state.service.version
    return version


def _key(scope: Scope, body: bytes) -> _Key:
    """Everything of a request on which a response may depend."""
    headers = scope["headers"]
    selecting = tuple(item for item in headers if item[0] in _SELECTING)
    foreign = any(name in {b"origin", b"cookie"} for name, _ in headers)
    return (
        *(scope["method"], scope["scheme"], scope.get("root_path", ""), scope["path"]),
        *(scope["query_string"], selecting, foreign, body),
    )


def _etag(edition: str, version: str, key: _Key) -> str:
    digest = hashlib.sha256(repr((edition, version, key)).encode()).hexdigest()
    return f'"{digest[:32]}"'


def _asked(scope: Scope) -> Iterable[str]:
    """ETags that the client has, without the mark of a weak one: a proxy may have put it there."""
    for name, value in scope["headers"]:
        if name == b"if-none-match":
            for tag in value.decode("latin-1").split(","):
                yield tag.strip().removeprefix("W/")


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """Read a body, or a little more of it than a key may hold; the application gets it again."""
    seen: list[Message] = []
    size = 0
    more = True
    while more and size <= _POST_BYTES:
        message = await receive()
        seen.append(message)
        size += len(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)
    rest = iter(seen)

    async def again() -> Message:
        return next(rest, None) or await receive()

    if seen[-1]["type"] != "http.request":
        # half of a body is no key
        return b" " * (_POST_BYTES + 1), again
    return b"".join(message.get("body", b"") for message in seen), again
