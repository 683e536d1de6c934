"""SPARQL 1.1 Protocol: queries, and the service description."""

from collections.abc import Sequence
from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.types import Scope

from api.access import mentions_token, read_holder
from api.clients import Turn
from api.description import describe_service
from api.documents import DOCUMENT_TYPES, respond_with_document
from api.lanes import VisitorsLane
from api.negotiation import HTML, RESULT_TYPES, media_types
from api.notices import notice_headers, undescribed
from api.plain import query_alone, unescaped
from api.protocol import QueryRequest, read_query
from api.results import Given, Plain, give, respond, without_pages
from api.service import Lane, LanguageOf, Service, ServiceOf
from api.tokens import Token
from kg.model import Answer, QueryDataset
from kg.store.volatility import is_volatile

router = APIRouter(tags=["sparql"])


@router.get(
    "/sparql",
    summary="Evaluate ?query=, or describe the service. 問い合わせの実行又はサービスの記述。",
)
async def get_sparql(request: Request, service: ServiceOf, lang: LanguageOf) -> Response:
    """SPARQL 1.1 Protocol, query via GET; without a query: the service description."""
    holder = await read_holder(request, service)
    asked = await read_query(request, _longest(service, holder))
    if asked.query is None:
        return await _description(request, service, asked.format)
    return await _answer(request, service, lang, asked, holder)


@router.post(
    "/sparql", summary="Evaluate the query of a form or body. フォーム又は本文の問い合わせの実行。"
)
async def post_sparql(request: Request, service: ServiceOf, lang: LanguageOf) -> Response:
    """SPARQL 1.1 Protocol, query via POST: form parameter `query`, or the text as the body."""
    holder = await read_holder(request, service)
    asked = await read_query(request, _longest(service, holder))
    return await _answer(request, service, lang, asked, holder)


async def _answer(
    request: Request,
    service: Service,
    lang: str,
    asked: QueryRequest,
    holder: Token | None,
) -> Response:
    query = asked.query or ""
    types = media_types(request.headers.get("accept"), asked.format, RESULT_TYPES)
    request.state.lane = "free" if holder is None else "granted"
    lane = service.lanes[request.state.lane]
    run = partial(_run, lane, service.clients.turn(request, holder), query, asked.dataset)
    return await respond(
        request,
        service,
        lang,
        run,
        types=types,
        template="results.html",
        volatile=partial(is_volatile, query),
        explain=partial(_missing, service, lang, query),
        notice=partial(notice_headers, service, query),
        query=query,
    )


def plain_query(service: Service, scope: Scope, accept: str | None) -> Plain | None:
    """How a program is answered whose GET has no parameter but a query; None for other requests.

    `accept` is its header of that name; it has no token. Raises `RequestMalformed`.
    """
    value = query_alone(scope["query_string"], service.settings.query_bytes)
    if value is None:
        return None
    types = media_types(accept, None, RESULT_TYPES)
    if types[0] == HTML or mentions_token(value):
        return None
    query = unescaped(value)
    scope["state"].update(template="/sparql", lane="free", query=query)
    return partial(_give, service, scope["client"], query, without_pages(types))


async def _give(
    service: Service, client: tuple[str, int] | None, query: str, types: Sequence[str]
) -> Given:
    turn = service.clients.visit(client[0] if client else "")
    run = partial(_run, service.free, turn, query, None)
    volatile, notice = partial(is_volatile, query), partial(notice_headers, service, query)
    return await give(run, types, volatile, notice)


async def _run(
    lane: Lane, turn: Turn, query: str, dataset: QueryDataset | None, types: Sequence[str]
) -> Answer:
    with turn as long:
        own = lane.long if long and isinstance(lane, VisitorsLane) else lane
        return await own.answer(query, types, dataset=dataset)


def _longest(service: Service, holder: Token | None) -> int:
    """Bytes that the text of a query may have."""
    settings = service.settings
    return settings.query_bytes if holder is None else settings.token_query_bytes


async def _missing(service: Service, lang: str, query: str) -> Sequence[str]:
    return [error.message(lang) for error in await undescribed(service, query)]


async def _description(request: Request, service: Service, format_: str | None) -> Response:
    types = media_types(request.headers.get("accept"), format_, (*DOCUMENT_TYPES, HTML))
    if types[0] == HTML:
        return RedirectResponse("/", status_code=303, headers={"Vary": "Accept"})
    return await respond_with_document(request, service, types, describe_service)
