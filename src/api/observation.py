"""What is known about each request afterwards: an identifier, figures, a line in the log."""

import logging
import re
import time
from dataclasses import dataclass
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.logs import REQUESTS, log_request
from api.metrics import Metrics

ID_HEADER = "X-Request-ID"
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_NO_ROUTE = "none"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})


@dataclass
class _Seen:
    """What an answer turned out to be; status 0 until it begins."""

    status: int = 0
    size: int = 0


class Observation:
    """Counts and logs all requests; outside of everything that may answer one."""

    def __init__(self, app: ASGIApp, metrics: Metrics, *, queries: bool) -> None:
        """`queries`: whether the log holds the texts of queries."""
        self._app = app
        self._metrics = metrics
        self._queries = queries

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen, started, identifier = _Seen(), time.perf_counter(), _identifier(scope)
        scope.setdefault("state", {})["id"] = identifier
        header = (ID_HEADER.lower().encode(), identifier.encode())

        async def send_observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), header]}
            elif message["type"] == "http.response.body":
                seen.size += len(message.get("body", b""))
            await send(message)

        self._metrics.running.inc()
        try:
            await self._app(scope, receive, send_observed)
        except Exception:
            # the framework answers it, outside of all middleware
            seen.status = 500
            raise
        finally:
            self._metrics.running.dec()
            self._note(scope, seen, time.perf_counter() - started)

    def _note(self, scope: Scope, seen: _Seen, seconds: float) -> None:
        state, route = scope["state"], _template(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        problem = state.get("problem")
        self._metrics.answered(route, method, seen.status, seconds, problem)
        if not REQUESTS.isEnabledFor(logging.INFO):
            return
        facts = {
            "id": state["id"],
            "method": method,
            # still escaped, and without what follows the question mark
            "path": scope.get("raw_path", b"").decode("ascii", "backslashreplace"),
            "status": seen.status,
            "seconds": round(seconds, 6),
            "bytes": seen.size,
            "lane": state.get("lane"),
            "agent": state.get("agent"),
            "problem": problem,
        }
        log_request(facts | ({"query": state.get("query")} if self._queries else {}))


def _template(scope: Scope) -> str:
    """Template of the path: of the route that answered, or what one that answered for it says."""
    path: str | None = getattr(scope.get("route"), "path", None) or scope["state"].get("template")
    if path is None and scope["path"] in {route.path for route in scope["app"].state.own}:
        path = scope["path"]
    return path or _NO_ROUTE


def _identifier(scope: Scope) -> str:
    """The identifier that a proxy or client gave the request, else a new one."""
    given = [value for name, value in scope["headers"] if name == ID_HEADER.lower().encode()]
    if len(given) == 1 and _ID.fullmatch(given[0]):
        return str(given[0].decode())
    return uuid4().hex
