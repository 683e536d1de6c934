"""CORS: pages of other sites may read all that anybody may read, never with credentials.

They may not write: a form of theirs with a token would otherwise be answered in their sight.
"""

from collections.abc import Iterable

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_VARY = b"vary"
_ORIGIN = b"origin"
_WANTED = b"access-control-request-method"
_READING = frozenset({"GET", "HEAD"})
_READING_POSTS = frozenset({"/sparql", "/validate"})
"""Paths whose POST reads."""


class Origins:
    """The framework's middleware for CORS, which is spared where no `Origin` comes.

    A response to a request without one says all the same that it depends on it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._shared = CORSMiddleware(
            app, allow_origins=["*"], allow_methods=["GET", "HEAD", "POST"]
        )
        self._closed = CORSMiddleware(app, allow_origins=[])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        foreign = any(name == _ORIGIN for name, _ in scope.get("headers", ()))
        if foreign or scope["type"] != "http":
            layer = self._shared if _reads(scope) else self._closed
            await layer(scope, receive, send)
            return

        async def send_varying(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _varied(message.get("headers", ()))}
            await send(message)

        await self._app(scope, receive, send_varying)


def _reads(scope: Scope) -> bool:
    """Whether a request only reads, or asks whether such a one may be sent."""
    if scope["type"] != "http":
        return True
    wanted = (value.decode("latin-1") for name, value in scope["headers"] if name == _WANTED)
    method = next(wanted, "GET") if scope["method"] == "OPTIONS" else scope["method"]
    return method in _READING or (method == "POST" and scope["path"] in _READING_POSTS)


def _varied(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Add `Origin` to what a response varies with."""
    varied = [(name, value + b", Origin" if name == _VARY else value) for name, value in headers]
    return varied if any(name == _VARY for name, _ in varied) else [*varied, (_VARY, b"Origin")]
