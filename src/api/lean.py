"""A shorter way to the two addresses that programs ask most: SPARQL, and the catalogue's queries.

The framework tries its routes one by one and works out what each endpoint depends on; for a small
query that takes longer than the query. Here the same endpoints are called at once, so that the
answers are the same. What guards such a route must therefore stand in its endpoint, not beside it.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api import problems
from api.routes.queries import run_query
from api.routes.sparql import get_sparql, post_sparql
from api.service import Service, read_language, read_service
from kg.errors import KgError

_SPARQL = {"GET": get_sparql, "POST": post_sparql}
_ADDRESS = "/sparql"
_CATALOGUE = "/queries/"
_TEMPLATE = f"{_CATALOGUE}{{name}}"

Endpoint = Callable[[Request, Service, str], Awaitable[Response]]


class Lean:
    """Middleware that calls some endpoints itself and leaves all others to the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        endpoint = _endpoint(scope) if scope["type"] == "http" else None
        if endpoint is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await endpoint(request, read_service(request), read_language(request))
        except KgError as error:
            response = await problems.answer_problem(request, error)
        await response(scope, receive, send)


def _endpoint(scope: Scope) -> Endpoint | None:
    if scope.get("root_path"):
        return None
    path: str = scope["path"]
    if path == _ADDRESS:
        scope["state"]["template"] = path
        return _SPARQL.get(scope["method"])
    name = path.removeprefix(_CATALOGUE)
    catalogue = scope["app"].state.service.catalogue
    if name != path and scope["method"] == "GET" and name in catalogue:
        # the figures about requests are kept by template
        scope["state"]["template"] = _TEMPLATE
        return partial(run_query, name)
    return None
