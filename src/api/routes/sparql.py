"""SPARQL 1.1 Protocol (queries) and the service description."""

import asyncio
from functools import partial
from itertools import islice

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF

from api.negotiation import HTML, RESULT_TYPES, TURTLE, media_types
from api.protocol import QueryRequest, read_query
from api.results import respond
from api.service import LanguageOf, Service, ServiceOf
from kg.store.iris import named_iris
from kg.store.volatility import is_volatile

router = APIRouter(tags=["sparql"])

_SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_FORMATS = Namespace("http://www.w3.org/ns/formats/")
_DESCRIPTION_TYPES = {
    TURTLE: "turtle",
    "application/n-triples": "nt",
    "application/ld+json": "json-ld",
    "application/rdf+xml": "xml",
}
_NAMED = 5
"""Undescribed IRIs at most that the page of an empty result names."""
_RESULT_FORMATS = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "JSON-LD", "RDF_XML", "TriG", "N-Quads"),
)


@router.get(
    "/sparql",
    summary="Evaluate ?query=, or describe the service. 問い合わせの実行又はサービスの記述。",
)
async def get_sparql(request: Request, service: ServiceOf, lang: LanguageOf) -> Response:
    """SPARQL 1.1 Protocol, query via GET; without a query: the service description."""
    asked = await read_query(request)
    if asked.query is None:
        return _description(request, service, asked.format)
    return await _answer(request, service, lang, asked.query, asked)


@router.post(
    "/sparql", summary="Evaluate the query of a form or body. フォーム又は本文の問い合わせの実行。"
)
async def post_sparql(request: Request, service: ServiceOf, lang: LanguageOf) -> Response:
    """SPARQL 1.1 Protocol, query via POST: form parameter `query`, or the text as the body."""
    asked = await read_query(request)
    return await _answer(request, service, lang, asked.query or "", asked)


async def _answer(
    request: Request, service: Service, lang: str, query: str, asked: QueryRequest
) -> Response:
    types = media_types(request.headers.get("accept"), asked.format, RESULT_TYPES)
    run = partial(service.free.answer, query)
    return await respond(
        request,
        service,
        lang,
        run,
        types=types,
        template="results.html",
        volatile=is_volatile(query),
        explain=partial(_missing, service, lang, query),
        query=query,
    )


async def _missing(service: Service, lang: str, query: str) -> list[str]:
    """Name the first few IRIs of ours in a query that nothing describes, with the nearest."""
    things = await service.things()

    def search() -> list[str]:
        iris = (use.iri for use in named_iris(query) if use.prefix is None)
        return [error.message(lang) for error in islice(things.missing(iris), _NAMED)]

    # of eight thousand things the nearest takes its time
    return await asyncio.to_thread(search)


def _description(request: Request, service: Service, format_: str | None) -> Response:
    accept = request.headers.get("accept")
    chosen = media_types(accept, format_, (*_DESCRIPTION_TYPES, HTML))[0]
    if chosen == HTML:
        return RedirectResponse("/", status_code=303, headers={"Vary": "Accept"})
    body = _describe(request, service).serialize(format=_DESCRIPTION_TYPES[chosen])
    return Response(body, media_type=chosen, headers={"Vary": "Accept"})


def _describe(request: Request, service: Service) -> Graph:
    url = service.settings.public_url or str(request.base_url).rstrip("/")
    this, dataset, default = URIRef(f"{url}/sparql"), BNode(), BNode()
    graph = Graph()
    graph.bind("sd", _SD)
    graph.add((this, RDF.type, _SD.Service))
    graph.add((this, _SD.endpoint, this))
    graph.add((this, _SD.supportedLanguage, _SD.SPARQL11Query))
    graph.add((this, _SD.defaultDataset, dataset))
    graph.add((dataset, RDF.type, _SD.Dataset))
    graph.add((dataset, _SD.defaultGraph, default))
    graph.add((default, RDF.type, _SD.Graph))
    text = "The union of all named graphs except the shapes."
    graph.add((default, DCTERMS.description, Literal(text, lang="en")))
    text = "shapesを除く全ての名前付きグラフの和。"
    graph.add((default, DCTERMS.description, Literal(text, lang="ja")))
    for name in _RESULT_FORMATS:
        graph.add((this, _SD.resultFormat, _FORMATS[name]))
    return graph
