"""Answers that are kept as long as the data stay the same, and 304 for those who have them.

A route takes part by setting `Cache-Control: no-cache` (`KEPT`) on its response. It promises that
a response of status 200 depends on nothing but the version of the data and what `Answers.key` reads
of a request. Whoever keeps such a response must ask before each use, which costs no evaluation: its
ETag is a hash of the same two. So nothing stale is ever shown, and no errors are kept.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.flights import Landing
from api.freshness import KEPT
from api.kept import Answers, Kept
from api.middleware import HEADERS
from api.observation import template
from api.plain import etag
from api.service import read_service
from api.shortcut import Shortcut
from kg.errors import KgError

_VARY = "Accept, Accept-Language, Accept-Encoding, Origin"
_POST = "/sparql"
"""The path whose POST reads and changes nothing."""
_POST_BYTES = 256 * 1024
"""Longest body that is part of a key: a form whose query is as long as it may be."""
_COUNTED = ("/sparql", "/dumps/", "/graphs")
"""How paths begin whose requests count as queries of a client, also while they wait."""
_OWN = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS})
"""Refusals that concern one client, not the request."""

Headers = list[tuple[bytes, bytes]]
Land = Callable[[Landing[Kept]], None]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """A response that an endpoint made before its request came into the application.

    `state` is what is known about the request, `version` that of the data when it came. `land` ends
    what others wait for, `dressed` takes the headers that a response has after all layers, if it
    may be kept.
    """

    response: Response
    state: Mapping[str, object]
    version: str
    land: Land
    dressed: Callable[[Headers], None]


def evaluated(scope: Scope) -> Evaluated | None:
    """The response that there is already."""
    found: Evaluated | None = scope.get("state", {}).get("evaluated")
    return found


class ResponseCache:
    """Middleware that keeps responses, and answers 304."""

    def __init__(self, app: ASGIApp, answers: Answers, shortcut: Shortcut) -> None:
        self._app = app
        self.answers = answers
        self.shortcut = shortcut

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        done = evaluated(scope)
        version = done.version if done else _may_keep(scope) and _version(scope)
        if not version:
            await self._app(scope, receive, send)
            return
        body = b""
        if scope["method"] == "POST":
            body, receive = await _read(receive)
            if len(body) > _POST_BYTES:
                await self._app(scope, receive, send)
                return
        exchange = _Exchange(self, scope, version, body, send)
        if done:
            await self._finish(exchange, done, receive)
        elif exchange.known:
            await exchange.send_not_modified()
        elif self.answers.on:
            await self._share(exchange, receive)
        else:
            await self._app(scope, receive, exchange.send)

    async def _finish(self, exchange: "_Exchange", done: Evaluated, receive: Receive) -> None:
        exchange.land, exchange.dressed = done.land, done.dressed
        try:
            await self._app(exchange.scope, receive, exchange.send)
        finally:
            done.land(Landing(left=not exchange.started))

    async def _share(self, exchange: "_Exchange", receive: Receive) -> None:
        """Answer from memory; of equal requests at the same time one asks the application."""
        kept = self.answers.find(exchange.version, exchange.key)
        if kept is not None:
            await exchange.resend(kept)
        elif exchange.key in self.answers.flights:
            await self._follow(exchange, receive)
        else:
            await self._lead(exchange, receive)

    async def _lead(self, exchange: "_Exchange", receive: Receive) -> None:
        land = exchange.land = self.answers.flights.begin(exchange.key)
        try:
            await self._app(exchange.scope, receive, exchange.send)
        finally:
            land(Landing(left=not exchange.started))

    async def _follow(self, exchange: "_Exchange", receive: Receive) -> None:
        """Wait for an equal request, and answer as it was answered."""
        request = Request(exchange.scope)
        try:
            with _turn(request):
                landing = await self.answers.flights.landing(exchange.key)
        except KgError as error:
            await exchange.refuse(await problems.answer_problem(request, error))
            return
        if landing.left:
            await self._lead(exchange, receive)
        elif landing.response is None:
            await self._app(exchange.scope, receive, exchange.send)
        else:
            await exchange.resend(landing.response)


class _Exchange:
    """One request and its response on the way out."""

    def __init__(
        self, cache: ResponseCache, scope: Scope, version: str, body: bytes, send: Send
    ) -> None:
        self.scope = scope
        self.version = version
        self.key = cache.answers.key(scope, body, version)
        self._cache = cache
        self._send = send
        self.land: Land = nobody_waits
        self.dressed: Callable[[Headers], None] | None = None
        self.started = False
        self._start: Message | None = None
        self._tagged = False
        self._parts: list[bytes] = []
        self._size = 0
        # a condition on a POST means something else
        self._asked = frozenset(_asked(scope)) if scope["method"] == "GET" else frozenset()
        self._etag = etag(self.key)

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

    async def resend(self, kept: Kept) -> None:
        """Answer with a kept response."""
        if kept.start["status"] != HTTPStatus.OK:
            await kept.send(self._send)
        elif "*" in self._asked:
            await self.send_not_modified()
        else:
            self.scope["state"]["template"] = kept.template
            self._known_as("hit", kept.start, kept.body)
            await kept.send(self._send)

    async def refuse(self, response: Response) -> None:
        """Answer without the application, with the headers that it would add."""
        response.headers.update(HEADERS)
        if any(name == b"origin" for name, _ in self.scope["headers"]):
            response.headers["Access-Control-Allow-Origin"] = "*"
        await response(self.scope, _nothing, self._send)

    def _known_as(self, outcome: str, start: Message, body: bytes) -> None:
        self.scope["state"]["cached"] = outcome
        if self.scope["method"] == "GET":
            self._cache.shortcut.learn(self.scope, self.version, start, body)

    async def send(self, message: Message) -> None:
        """Pass a message on, with an ETag where there can be one, and keep what may be kept."""
        if message["type"] == "http.response.start":
            self._begin(message)
        elif message["type"] == "http.response.body" and self._start is not None:
            self._collect(self._start, message)
        await self._send(message)

    def _begin(self, message: Message) -> None:
        self.started = True
        self._tagged = may_keep(message) and _version(self.scope) == self.version
        if self._tagged:
            self.scope["state"]["cached"] = "miss"
            if self.dressed is not None:
                self.dressed(message["headers"])
            if self.scope["method"] == "GET":
                MutableHeaders(scope=message)["ETag"] = self._etag
        refused = message["status"] >= HTTPStatus.BAD_REQUEST and message["status"] not in _OWN
        if self._tagged or refused:
            self._start = message
        else:
            self.land(Landing())

    def _collect(self, start: Message, message: Message) -> None:
        """Keep a body that ends, and forget one that becomes too large."""
        body = message.get("body", b"")
        self._size += len(body)
        self._parts.append(body)
        if not self._cache.answers.fits(self._size):
            self._start = None
            self._parts.clear()
            self.land(Landing())
        elif not message.get("more_body"):
            copied = {**start, "headers": list(start["headers"])}
            kept = Kept(copied, b"".join(self._parts), template(self.scope))
            if self._tagged:
                self._cache.answers.keep(self.version, self.key, kept)
            # before it is sent: nobody is to wait for a client that reads slowly
            self.land(Landing(kept))


def may_keep(start: Message) -> bool:
    """Whether the route lets its response be kept."""
    headers: dict[bytes, bytes] = dict(start["headers"])
    kept = headers.get(b"cache-control") == KEPT["Cache-Control"].encode()
    return kept and b"etag" not in headers and bool(start["status"] == HTTPStatus.OK)


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


def _turn(request: Request) -> AbstractContextManager[object]:
    """A client's share: to wait for an answer is to have a query that runs."""
    counted = request.scope["path"].startswith(_COUNTED)
    return read_service(request).clients.turn(request) if counted else nullcontext()


def nobody_waits(landing: Landing[Kept]) -> None:
    """End what nobody waits for."""
    del landing


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


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
