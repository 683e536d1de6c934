"""Errors as RFC 9457 problems; their statuses are in `api.statuses`."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api import errors as refusals
from api.middleware import HEADERS
from api.negotiation import language
from api.problem_page import MEDIA_TYPE, problem_page, wants_page
from api.rendering import link
from api.service import read_service
from api.statuses import FAULT, PROBLEMS
from kg.errors import Both, KgError, NotDescribed, UnknownQuery
from kg.nearest import nearest_name

_LOG = logging.getLogger(__name__)
RETRY_SECONDS = 2
"""When to try again, as a busy service says."""

_JAPANESE = {
    HTTPStatus.NOT_FOUND: "このアドレスには何もありません",
    HTTPStatus.METHOD_NOT_ALLOWED: "このアドレスでは使えないメソッドです",
}
_DETAILS = {
    HTTPStatus.NOT_FOUND: Both("{path} はありません。", "There is nothing at {path}."),
    HTTPStatus.METHOD_NOT_ALLOWED: Both(
        "{path} で {method} は使えません。使えるメソッド: {allowed}。",
        "{path} does not take {method}. It takes: {allowed}.",
    ),
}
"""What the framework refuses, in words."""
_CHALLENGES: Mapping[type[KgError], str] = {
    refusals.TokenRequired: 'Bearer realm="senryaku"',
    refusals.TokenRejected: 'Bearer realm="senryaku", error="invalid_token"',
    refusals.TokenMisplaced: 'Bearer realm="senryaku", error="invalid_request"',
    refusals.RoleInsufficient: 'Bearer realm="senryaku", error="insufficient_scope"',
}
_MEMBERS = (
    *("line", "column", "near", "feature", "parameter"),
    *("expected", "choices", "available", "limit", "found", "unit"),
)
"""Facts that a client may see as members of their own."""


def install(app: FastAPI, routes: Sequence[APIRoute]) -> None:
    """Answer every error of `app` as a problem: a page for browsers, else JSON.

    `routes` are all of its own: a mistyped path may have meant the path of one of them.
    """
    app.state.own = routes
    app.state.paths = frozenset(route.path for route in routes)
    app.add_exception_handler(KgError, answer_problem)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_fault)


async def answer_problem(request: Request, error: Exception) -> Response:
    """Answer a `KgError` as a problem."""
    # the framework calls this for KgError only
    if not isinstance(error, KgError):
        raise error
    request.state.problem = type(error).__name__
    problem, lang = PROBLEMS[type(error)], _language(request)
    if problem is FAULT:
        _LOG.error(error.words())
        return _fault(request)
    facts = {name: error.fact(name, lang) for name in _MEMBERS}
    members = {name: fact for name, fact in facts.items() if fact is not None}
    nearest = error.facts.get("nearest")
    body = {
        "type": f"/problems#{type(error).__name__}",
        "title": problem.ja if lang == "ja" else problem.en,
        "detail": error.message(lang),
        **members,
        **({"hint": nearest} if nearest else {}),
    }
    headers = _headers(problem.status, error)
    return _response(request, problem.status, body, headers, _hint_link(request, error))


def _headers(status: HTTPStatus, error: KgError) -> dict[str, str]:
    """When to come again, and what RFC 6750 says about a token that is missing or wrong."""
    challenge = next((c for kind, c in _CHALLENGES.items() if isinstance(error, kind)), None)
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        headers["Retry-After"] = str(error.facts.get("retry") or RETRY_SECONDS)
    return headers


async def _on_http_error(request: Request, error: Exception) -> Response:
    """Answer what the framework itself refuses: no such path, no such method."""
    if not isinstance(error, HTTPException):
        raise error
    status, lang, path = HTTPStatus(error.status_code), _language(request), request.url.path
    headers, near = dict(error.headers or {}), None
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = _allowed(request)
        # it asks for just this, and is refused nowhere
        if request.method == "OPTIONS":
            return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)
    if status == HTTPStatus.NOT_FOUND:
        paths = (route.path for route in request.app.state.own)
        # templates of paths are no paths
        near = nearest_name(path, [path for path in paths if "{" not in path])
    facts = {"path": path, "method": request.method, "allowed": headers.get("Allow")}
    body = {
        "type": "about:blank",
        "title": _JAPANESE.get(status, status.phrase) if lang == "ja" else status.phrase,
        **({"detail": _DETAILS[status].of(lang).format(**facts)} if status in _DETAILS else {}),
        **({"hint": near} if near else {}),
    }
    return _response(request, status, body, headers, near or "")


def _allowed(request: Request) -> str:
    """Methods of a path, as the header Allow lists them; one without a route holds files."""
    path = request.url.path
    own = (route for route in request.app.state.own if route.path_regex.match(path))
    methods = {method for route in own for method in route.methods} or {"GET"}
    reading = {"HEAD"} if "GET" in methods else set()
    return ", ".join(sorted({"OPTIONS", *methods, *reading}))


async def _on_fault(request: Request, error: Exception) -> Response:
    """Answer a fault of the service without telling how it is made; the server logs it."""
    del error
    response = _fault(request)
    # the framework answers a fault outside of all middleware
    response.headers.update(HEADERS)
    if identifier := getattr(request.state, "id", None):
        response.headers["X-Request-ID"] = identifier
    return response


def _fault(request: Request) -> Response:
    title = FAULT.ja if _language(request) == "ja" else FAULT.en
    return _response(request, FAULT.status, {"type": "about:blank", "title": title}, {}, "")


def _response(
    request: Request,
    status: HTTPStatus,
    body: Mapping[str, object],
    headers: Mapping[str, str],
    address: str,
) -> Response:
    lang, problem = _language(request), {"status": status.value, **body}
    response = (
        problem_page(request, lang, problem, status, address)
        if wants_page(request)
        else JSONResponse(problem, status, media_type=MEDIA_TYPE)
    )
    response.headers.update(
        {"Content-Language": lang, "Vary": "Accept, Accept-Language", **headers}
    )
    return response


def _hint_link(request: Request, error: KgError) -> str:
    """Address of the nearest thing or query; empty for other hints."""
    nearest = str(error.facts.get("nearest") or "")
    if isinstance(error, NotDescribed) and nearest:
        return link(read_service(request).names, nearest)
    return f"/queries/{nearest}" if isinstance(error, UnknownQuery) and nearest else ""


def _language(request: Request) -> str:
    # a form says it in a field
    requested = getattr(request.state, "lang", None) or request.query_params.get("lang")
    return language(requested, request.headers.get("accept-language"))
