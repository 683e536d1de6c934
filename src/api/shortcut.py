"""Requests that came before, byte for byte: their kept answers without the way to the application.

An answer from memory costs little; to parse its request, to make a task for it and to pass all
layers of the application costs five times as much. So the connection asks here first. What is known
here was answered by `api.cache` from what it keeps, and holds for the same version of the data and
the same address of a client (on which depends whether a proxy is believed).
"""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from cachetools import LRUCache
from starlette.types import Message, Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from api.observation import ID_HEADER, Observer, Seen, identifier, template
from api.plain import LONGEST
from kg.errors import KgError

EXTENSION = "senryaku.request"
"""Extension of a scope: a `Whole` request, where its bytes came alone and at once."""
_ENTRY_BYTES = 1024
"""What an entry takes besides its request and body, about."""
_CHANGING = frozenset(
    {b"connection", b"content-length", b"expect", b"transfer-encoding", b"upgrade"}
)
"""Headers of a request that has a body, or says how its connection goes on."""
_GOES_ON = (b"connection", b"keep-alive")
_END = b"\r\n\r\n"

Headers = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Whole:
    """The bytes of a request, and the address of the client or proxy that they come from."""

    peer: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Known:
    """An answer to `version` of the data, and of its request what is noted about each one."""

    version: str
    status: int
    lines: bytes
    body: bytes
    scope: Scope
    size: int


class Shortcut:
    """Answers that are known by the bytes of their request, in up to `size` bytes (0: none)."""

    def __init__(self, size: int, observer: Observer, version: Callable[[], str]) -> None:
        """`version` is called at each request: what is known of another one is forgotten."""
        self._observer = observer
        self._version = version
        self._known: LRUCache[tuple[str, bytes], _Known] = LRUCache(
            size, getsizeof=lambda known: known.size
        )

    def learn(self, scope: Scope, version: str, start: Message, body: bytes) -> None:
        """Note an answer, if another request of the same bytes would get the same."""
        request = whole_request(scope)
        headers: Sequence[tuple[bytes, bytes]] = start["headers"]
        sized = not body or any(name == b"content-length" for name, _ in headers)
        if request is None or not sized or not is_repeatable(request, scope):
            return
        lines = b"".join(b"%b: %b\r\n" % item for item in headers)
        # the path of the request is noted once more, in two forms
        size = 3 * len(request.data) + len(lines) + len(body) + _ENTRY_BYTES
        known = _Known(version, start["status"], lines, body, _noted(scope), size)
        with suppress(ValueError):
            # too large for all of the memory
            self._known[request.peer, request.data] = known

    def answer(self, peer: str, data: bytes, first: Headers) -> bytes | None:
        """The whole answer to a request, None where it is not known.

        `first` are the headers that the server puts before all others.
        """
        known = self._known.get((peer, data))
        if known is None:
            return None
        if not self._holds(known):
            self._known.clear()
            return None
        started, given = time.perf_counter(), identifier(known.scope)
        lines = [STATUS_LINE[known.status], *(b"%b: %b\r\n" % item for item in first)]
        lines += (known.lines, b"x-request-id: %b\r\n\r\n" % given.encode(), known.body)
        answer = b"".join(lines)
        state = {**known.scope["state"], "id": given}
        seen = Seen(known.status, len(known.body))
        self._observer.note({**known.scope, "state": state}, seen, time.perf_counter() - started)
        return answer

    def _holds(self, known: _Known) -> bool:
        try:
            return known.version == self._version()
        except KgError:
            # a damaged journal is reported on the long way
            return False


def whole_request(scope: Scope) -> Whole | None:
    """The bytes of a request, if they came alone and at once."""
    request: Whole | None = scope.get("extensions", {}).get(EXTENSION, {}).get("whole")
    return request


def is_repeatable(request: Whole, scope: Scope) -> bool:
    """Whether the request is a whole GET that says nothing about what follows it."""
    data = request.data
    plain = data.startswith(b"GET ") and data.find(_END) == len(data) - len(_END)
    usual = plain and len(data) <= LONGEST and scope["http_version"] == "1.1"
    changing = ((n, v.lower()) for n, v in scope["headers"] if n in _CHANGING)
    return bool(usual) and all(item == _GOES_ON for item in changing)


def _noted(scope: Scope) -> Scope:
    """Of a scope, what is noted about its request."""
    state = {"template": template(scope), "cached": scope["state"].get("cached")}
    headers = [item for item in scope["headers"] if item[0] == ID_HEADER.lower().encode()]
    kept = {name: scope[name] for name in ("method", "path", "raw_path")}
    return {**kept, "headers": headers, "state": state}
