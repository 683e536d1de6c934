"""The catalogue of canned queries, and each query with its parameters."""

import json
from collections.abc import Mapping, Sequence
from functools import partial

from fastapi import APIRouter, Depends, Request, Response
from starlette.types import Scope

from api.access import mentions_token
from api.negotiation import HTML, TABLE_TYPES, media_types
from api.protocol import FORMAT, LANG, parse_parameters, read_parameters, takes_language_only
from api.rendering import page
from api.results import Plain, give, respond, without_pages
from api.service import LanguageOf, Service, ServiceOf
from kg.errors import SparqlError
from kg.header import broken
from kg.model import Answer
from kg.queries import CannedQuery
from kg.store.volatility import is_volatile

router = APIRouter(prefix="/queries", tags=["queries"])

_LIST_TYPES = ("application/json", HTML)


@router.get("", summary="All canned queries. 問い合わせの一覧。")
async def list_queries(request: Request, service: ServiceOf, lang: LanguageOf) -> Response:
    """Names, titles, questions and parameters of the catalogue as JSON or HTML."""
    format_ = read_parameters(request, (FORMAT, LANG)).get(FORMAT)
    types = media_types(request.headers.get("accept"), format_, _LIST_TYPES)
    if types[0] == HTML:
        return page(request, "queries.html", lang, queries=list(service.catalogue))
    body = json.dumps([_entry(query) for query in service.catalogue], ensure_ascii=False)
    return Response(body, media_type=types[0], headers={"Vary": "Accept, Accept-Language"})


@router.get(
    "/{name}.rq",
    summary="Text of a canned query. 問い合わせの本文。",
    dependencies=[Depends(takes_language_only)],
)
async def get_text(name: str, service: ServiceOf) -> Response:
    """Return the SPARQL text as it runs, with its header."""
    query = service.catalogue.get(name)
    return Response(query.text, media_type="application/sparql-query; charset=utf-8")


@router.get("/{name}", summary="Result of a canned query. 問い合わせの結果。")
async def run_query(name: str, request: Request, service: ServiceOf, lang: LanguageOf) -> Response:
    """Run a query of the catalogue; every other parameter of the URL is one of the query's."""
    query = service.catalogue.get(name)
    request.state.lane = "trusted"
    # an error page shows its form again
    request.state.canned = query
    given = read_parameters(request, (*(p.name for p in query.params), FORMAT, LANG))
    values = {key: value for key, value in given.items() if key not in {FORMAT, LANG}}
    types = media_types(request.headers.get("accept"), given.get(FORMAT), TABLE_TYPES)
    return await respond(
        request,
        service,
        lang,
        partial(_run, service, query, values),
        types=types,
        template="query.html",
        volatile=partial(is_volatile, query.text),
        canned=query,
        values=values,
    )


def plain_canned(service: Service, scope: Scope, accept: str | None) -> Plain | None:
    """How a program is answered that asks a query of the catalogue; None for other requests.

    `accept` is its header of that name; it has no token. Raises `RequestMalformed`.
    """
    name, encoded = scope["path"].removeprefix(f"{router.prefix}/"), scope["query_string"]
    if name not in service.catalogue or mentions_token(encoded):
        return None
    query, parameters = service.catalogue.get(name), parse_parameters(encoded)
    values = dict(parameters)
    types = media_types(accept, None, TABLE_TYPES)
    own = values.keys() <= {parameter.name for parameter in query.params}
    if types[0] == HTML or not own or len(values) < len(parameters):
        return None
    scope["state"].update(template=f"{router.prefix}/{{name}}", lane="trusted", canned=query)
    run, volatile = partial(_run, service, query, values), partial(is_volatile, query.text)
    return partial(give, run, without_pages(types), volatile)


async def _run(
    service: Service, query: CannedQuery, values: Mapping[str, str], types: Sequence[str]
) -> Answer:
    bindings = query.bind(values)
    if bindings:
        query.check(bindings, await service.things())
    try:
        return await service.trusted.answer(query.text, types, bindings)
    except SparqlError as error:
        # a fault of ours, and no concern of the visitor
        raise broken(query.file, error) from error


def _entry(query: CannedQuery) -> dict[str, object]:
    return {
        "name": query.name,
        "url": f"/queries/{query.name}",
        "title": dict(query.title),
        "question": dict(query.question),
        "tags": list(query.tags),
        "params": [
            {
                "name": parameter.name,
                "type": parameter.type,
                "expected": parameter.expected,
                "choices": parameter.choices,
                "required": parameter.required,
                "default": parameter.default,
                "label": dict(parameter.label),
                "description": dict(parameter.description),
            }
            for parameter in query.params
        ],
    }
