"""Errors as RFC 9457 problems: the only place that gives an error its HTTP status."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api import errors as refusals
from api.errors import MediaTypeUnsupported, RequestError, RequestMalformed
from api.middleware import HEADERS
from api.negotiation import language
from api.problem_page import MEDIA_TYPE, problem_page, wants_page
from api.rendering import link
from api.service import read_service
from kg import errors
from kg.errors import Both, KgError, NotDescribed, UnknownQuery
from kg.nearest import nearest_name

_LOG = logging.getLogger(__name__)
RETRY_SECONDS = 2
"""When to try again, as a busy service says."""


@dataclass(frozen=True)
class Problem:
    """Status and titles of an error class."""

    status: HTTPStatus
    ja: str
    en: str


_FAULT = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "サーバー側の誤り", "Fault of the server")

PROBLEMS: Mapping[type[KgError], Problem] = {
    KgError: _FAULT,
    errors.InputError: _FAULT,
    errors.PathMissing: _FAULT,
    errors.FileUnreadable: _FAULT,
    errors.DocumentMissing: _FAULT,
    errors.PathMismatched: _FAULT,
    errors.OutputRefused: _FAULT,
    errors.DocumentUnknown: _FAULT,
    errors.DocumentTruncated: _FAULT,
    errors.TurtleSyntaxError: _FAULT,
    errors.LiteralIllTyped: _FAULT,
    errors.BlankNodeRefused: _FAULT,
    errors.WordingDamaged: _FAULT,
    errors.FileMisplaced: _FAULT,
    errors.UndefinedTerm: _FAULT,
    errors.CurationError: _FAULT,
    errors.ShapesInvalid: _FAULT,
    errors.ExtractionError: _FAULT,
    errors.UnknownAbbreviation: _FAULT,
    errors.Contradiction: _FAULT,
    errors.RulesBroken: _FAULT,
    errors.CheckAborted: _FAULT,
    errors.CommentsLost: _FAULT,
    errors.CatalogueError: _FAULT,
    errors.QueryHeaderError: _FAULT,
    errors.UnknownQuery: Problem(HTTPStatus.NOT_FOUND, "問い合わせがない", "No such query"),
    errors.UnknownParameter: Problem(HTTPStatus.BAD_REQUEST, "引数がない", "No such parameter"),
    errors.ParameterInvalid: Problem(
        HTTPStatus.BAD_REQUEST, "引数の値が正しくない", "Invalid parameter value"
    ),
    errors.SparqlError: Problem(HTTPStatus.BAD_REQUEST, "問い合わせの誤り", "Error in the query"),
    errors.QuerySyntaxError: Problem(
        HTTPStatus.BAD_REQUEST, "SPARQLの構文エラー", "SPARQL syntax error"
    ),
    errors.PrefixUndeclared: Problem(
        HTTPStatus.BAD_REQUEST, "宣言のない接頭辞", "Undeclared prefix"
    ),
    errors.QueryFailed: Problem(
        HTTPStatus.BAD_REQUEST, "実行できない問い合わせ", "Query cannot be evaluated"
    ),
    errors.DatasetConflict: Problem(
        HTTPStatus.BAD_REQUEST, "グラフの二重の指定", "Graphs chosen twice"
    ),
    errors.QueryRefused: Problem(HTTPStatus.FORBIDDEN, "許可されない問い合わせ", "Query refused"),
    errors.QueryTooLong: Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "問い合わせ文が長すぎる", "Query text too long"
    ),
    errors.QueryTooDeep: Problem(
        HTTPStatus.BAD_REQUEST, "入れ子が深すぎる", "Query nested too deeply"
    ),
    errors.QueryTooComplex: Problem(
        HTTPStatus.BAD_REQUEST, "複雑すぎる問い合わせ", "Query too complex"
    ),
    errors.StoreError: _FAULT,
    errors.UnknownGraph: Problem(HTTPStatus.BAD_REQUEST, "グラフがない", "No such graph"),
    errors.UnknownDatasetGraph: Problem(HTTPStatus.BAD_REQUEST, "グラフがない", "No such graph"),
    errors.QueryTimeout: Problem(HTTPStatus.GATEWAY_TIMEOUT, "時間切れ", "Time limit exceeded"),
    errors.ResultTooLarge: Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "結果が大きすぎる", "Result too large"
    ),
    errors.ReaderLost: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, "問い合わせの異常終了", "Query ended abnormally"
    ),
    errors.ReaderOutdated: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, "大きなデータの読み込み直後", "Large data just loaded"
    ),
    errors.StoreBusy: Problem(HTTPStatus.SERVICE_UNAVAILABLE, "混雑", "Service busy"),
    errors.FormatUnavailable: Problem(
        HTTPStatus.NOT_ACCEPTABLE, "返せない形式", "Format not available"
    ),
    errors.RemoteFailed: Problem(
        HTTPStatus.BAD_GATEWAY, "問い合わせ先のエラー", "Engine behind the service failed"
    ),
    errors.RemoteTimeout: Problem(
        HTTPStatus.GATEWAY_TIMEOUT, "問い合わせ先の時間切れ", "Engine behind the service is slow"
    ),
    errors.RemoteUnavailable: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "問い合わせ先を利用できない",
        "Engine behind the service is not available",
    ),
    errors.RemoteOutdated: _FAULT,
    errors.ReaderNotStarted: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, "問い合わせを始められない", "Query cannot be started"
    ),
    errors.SnapshotInvalid: _FAULT,
    errors.FolderUnwritable: _FAULT,
    errors.WritingError: _FAULT,
    errors.WritingOff: Problem(HTTPStatus.FORBIDDEN, "書き込みは無効", "Writing is off"),
    errors.RemoteReadOnly: Problem(
        HTTPStatus.FORBIDDEN, "このサービスからは書き込めない", "Not writable through this service"
    ),
    errors.GraphReadOnly: Problem(HTTPStatus.FORBIDDEN, "読み取り専用のグラフ", "Read-only graph"),
    errors.GraphNotAllowed: Problem(HTTPStatus.FORBIDDEN, "許可のないグラフ", "Graph not allowed"),
    errors.GraphNotNamed: Problem(HTTPStatus.BAD_REQUEST, "グラフの指定がない", "No graph named"),
    errors.GraphMissing: Problem(HTTPStatus.NOT_FOUND, "グラフがない", "No such graph"),
    errors.GraphTooLarge: Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "グラフが大きすぎる", "Graph too large for this"
    ),
    errors.UpdateFailed: Problem(
        HTTPStatus.BAD_REQUEST, "実行できない更新", "Update cannot be carried out"
    ),
    errors.UploadInvalid: Problem(HTTPStatus.BAD_REQUEST, "RDFとして読めないデータ", "Invalid RDF"),
    errors.UploadRefused: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "許可されないデータ", "Upload refused"
    ),
    errors.UploadTooLarge: Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "データが大きすぎる", "Upload too large"
    ),
    errors.EntryRejected: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "規則を満たさないデータ", "Entry breaks the rules"
    ),
    errors.StorageFailed: Problem(
        HTTPStatus.INSUFFICIENT_STORAGE, "保存できない", "Cannot be saved"
    ),
    errors.StorageUncertain: Problem(HTTPStatus.INSUFFICIENT_STORAGE, "保存が不明", "Maybe saved"),
    errors.StorageConflict: _FAULT,
    errors.StorageDamaged: _FAULT,
    errors.StorageLocked: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, "書き込み中", "Another process writes"
    ),
    errors.NotDescribed: Problem(HTTPStatus.NOT_FOUND, "記述がない", "Not described"),
    RequestError: Problem(HTTPStatus.BAD_REQUEST, "要求の誤り", "Error in the request"),
    RequestMalformed: Problem(HTTPStatus.BAD_REQUEST, "要求の誤り", "Malformed request"),
    MediaTypeUnsupported: Problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "本文の形式が対象外", "Body type not supported"
    ),
    refusals.QuadsUnsupported: Problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "複数のグラフの形式", "A format of several graphs"
    ),
    refusals.UrlTooLong: Problem(HTTPStatus.REQUEST_URI_TOO_LONG, "URLが長すぎる", "URL too long"),
    refusals.HeaderTooLarge: Problem(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "ヘッダーが大きすぎる", "Header too large"
    ),
    refusals.AccessError: _FAULT,
    refusals.TokenRequired: Problem(HTTPStatus.UNAUTHORIZED, "トークンが必要", "Token required"),
    refusals.TokenRejected: Problem(
        HTTPStatus.UNAUTHORIZED, "使えないトークン", "Token not accepted"
    ),
    refusals.TokenMisplaced: Problem(
        HTTPStatus.BAD_REQUEST, "トークンの場所の誤り", "Token in the wrong place"
    ),
    refusals.RoleInsufficient: Problem(
        HTTPStatus.FORBIDDEN, "権限のない役割", "Role not sufficient"
    ),
    refusals.ClientLimited: Problem(
        HTTPStatus.TOO_MANY_REQUESTS, "要求が多すぎる", "Too many requests"
    ),
    refusals.ClientBusy: Problem(
        HTTPStatus.TOO_MANY_REQUESTS, "同時の問い合わせが多すぎる", "Too many queries at once"
    ),
    refusals.ClientExhausted: Problem(
        HTTPStatus.TOO_MANY_REQUESTS, "使える時間の超過", "Query time used up"
    ),
    refusals.TokenInvalid: _FAULT,
    refusals.TokenUnknown: _FAULT,
    refusals.TokensDamaged: _FAULT,
    refusals.NotReady: Problem(HTTPStatus.SERVICE_UNAVAILABLE, "準備中", "Not ready"),
}
"""Status and titles of every error class of the project."""

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
    if problem is _FAULT:
        _LOG.error("%s", error)
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
    title = _FAULT.ja if _language(request) == "ja" else _FAULT.en
    return _response(request, _FAULT.status, {"type": "about:blank", "title": title}, {}, "")


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
    return language(request.query_params.get("lang"), request.headers.get("accept-language"))
