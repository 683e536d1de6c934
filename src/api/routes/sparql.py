"""SPARQL 1.1 Protocol: queries, and the service description."""

from collections.abc import Sequence
from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.access import read_holder
from api.description import describe_service
from api.documents import DOCUMENT_TYPES, respond_with_document
from api.lanes import VisitorsLane
from api.negotiation import HTML, RESULT_TYPES, media_types
from api.notices import notice_headers, undescribed
from api.protocol import QueryRequest, read_query
from api.results import respond
from api.service import LanguageOf, Service, ServiceOf
from api.tokens import Token
from kg.model import Answer
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

    async def run(wanted: Sequence[str]) -> Answer:
        with service.clients.turn(request, holder) as long:
            own = lane.long if long and isinstance(lane, VisitorsLane) else lane
            return await own.answer(query, wanted, dataset=asked.dataset)

    return await respond(
        request,
        service,
        lang,
        run,
        types=types,
        template="results.html",
        volatile=is_volatile(query),
        explain=partial(_missing, service, lang, query),
        notice=partial(notice_headers, service, query),
        query=query,
    )


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
