"""Requests whose header Accept is too large are answered before anything reads it."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.client_limits import ClientLimits
from api.errors import HeaderTooLarge
from api.problems import answer_problem
from kg.errors import Both

_ACCEPT = Both("Acceptヘッダー", "The header Accept is")


class HeaderLimits:
    """Answers 431 where Accept exceeds its limit; the connection bounds all headers together."""

    def __init__(self, app: ASGIApp, limits: ClientLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        error = self._excess(scope) if scope["type"] == "http" else None
        if error is None:
            await self._app(scope, receive, send)
            return
        # what is too large is not read for the answer either
        request = Request({**scope, "headers": []}, receive)
        response = await answer_problem(request, error)
        await response(scope, receive, send)

    def _excess(self, scope: Scope) -> HeaderTooLarge | None:
        found = sum(len(value) for name, value in scope["headers"] if name == b"accept")
        limit = self._limits.accept_bytes
        return HeaderTooLarge(header=_ACCEPT, found=found, limit=limit) if found > limit else None
