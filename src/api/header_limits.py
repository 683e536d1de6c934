"""Requests whose headers are too large are answered before anything reads them."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import HeaderTooLarge
from api.limits import Limits
from api.problems import answer_problem
from kg.errors import Both

_ALL = Both("ヘッダー全体", "The headers together are")
_ACCEPT = Both("Acceptヘッダー", "The header Accept is")
_BETWEEN = 4
"""Bytes around a name and a value: colon, space, end of line."""


class HeaderLimits:
    """Answers 431 where all headers, or Accept, exceed their limit."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
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
        size = accept = 0
        for name, value in scope["headers"]:
            size += len(name) + len(value) + _BETWEEN
            if name == b"accept":
                accept += len(value)
        for header, found, limit in (
            (_ALL, size, self._limits.header_bytes),
            (_ACCEPT, accept, self._limits.accept_bytes),
        ):
            if found > limit:
                return HeaderTooLarge(header=header, found=found, limit=limit)
        return None
