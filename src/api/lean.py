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
from api.cache import evaluated
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
    """Middleware that calls some endpoints itself and leaves all others to the application.

    `passed` is told of each request that has come so far: nothing before has refused it.
    """

    def __init__(self, app: ASGIApp, passed: Callable[[Scope], None]) -> None:
        self._app = app
        self._passed = passed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if done := evaluated(scope):
            await done.response(scope, receive, send)
            return
        endpoint = short_way(scope) if scope["type"] == "http" else None
        if endpoint is None:
            await self._app(scope, receive, send)
            return
        self._passed(scope)
        response = await evaluate(endpoint, Request(scope, receive))
        await response(scope, receive, send)


async def evaluate(endpoint: Endpoint, request: Request) -> Response:
    """Call an endpoint; what it refuses is answered as a problem."""
    try:
        return await endpoint(request, read_service(request), read_language(request))
    except KgError as error:
        return await problems.answer_problem(request, error)


def short_way(scope: Scope) -> Endpoint | None:
    """The endpoint of a request, if there is a shorter way to it."""
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
