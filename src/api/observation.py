"""What is known about each request afterwards: an identifier, figures, a line in the log."""

import logging
import re
import time
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.logs import REQUESTS, log_request
from api.metrics import Metrics
from api.plain import new_identifier

ID_HEADER = "X-Request-ID"
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_NO_ROUTE = "none"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})


_ID_NAME = ID_HEADER.lower().encode()


@dataclass
class Seen:
    """What an answer turned out to be: its status, 0 until it begins, and bytes of its body."""

    status: int = 0
    size: int = 0


class Observer:
    """Keeps what is known about requests that are answered."""

    def __init__(self, metrics: Metrics, *, queries: bool) -> None:
        """`queries`: whether the log holds the texts of queries."""
        self.metrics = metrics
        self._queries = queries

    def note(self, scope: Scope, seen: Seen, seconds: float) -> None:
        """Count a request, and write its line in the log."""
        state, route = scope["state"], template(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        problem = state.get("problem")
        self.metrics.answered(route, method, seen.status, seconds, problem)
        if outcome := state.get("cached"):
            self.metrics.cached(outcome)
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


class Observation:
    """Observes all requests; outside of everything that may answer one."""

    def __init__(self, app: ASGIApp, observer: Observer) -> None:
        self._app = app
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen, given = Seen(), identifier(scope)
        state = scope.setdefault("state", {})
        state["id"] = given
        started = state.setdefault("started", time.perf_counter())
        header = (_ID_NAME, given.encode())

        async def send_observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), header]}
            elif message["type"] == "http.response.body":
                seen.size += len(message.get("body", b""))
            await send(message)

        self._observer.metrics.running.inc()
        try:
            await self._app(scope, receive, send_observed)
        # any fault is only noted here and goes on: the framework answers it, outside of middleware
        except Exception:
            seen.status = 500
            raise
        finally:
            self._observer.metrics.running.dec()
            self._observer.note(scope, seen, time.perf_counter() - started)


def template(scope: Scope) -> str:
    """Template of the path: of the route that answered, or what one that answered for it says."""
    path: str | None = getattr(scope.get("route"), "path", None) or scope["state"].get("template")
    if path is None and scope["path"] in scope["app"].state.paths:
        path = scope["path"]
    return path or _NO_ROUTE


def identifier(scope: Scope) -> str:
    """The identifier that a proxy or client gave the request, else a new one."""
    given = [value for name, value in scope["headers"] if name == _ID_NAME]
    if len(given) == 1 and _ID.fullmatch(given[0]):
        return str(given[0].decode())
    return new_identifier()
