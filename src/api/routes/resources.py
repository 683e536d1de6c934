"""Descriptions of the graph's own IRIs, by content negotiation or by suffix."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from rdflib import URIRef
from rdflib.term import Identifier

from api.freshness import KEPT
from api.negotiation import GRAPH_TYPES, HTML, SUFFIXES, media_types
from api.protocol import FORMAT, LANG, read_parameters
from api.rendering import Shown, page, show
from api.service import JsonTerm, LanguageOf, Service, ServiceOf
from kg.errors import NotDescribed

router = APIRouter(tags=["resources"])

_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/-]+")
_SUFFIX = re.compile(rf"\.({'|'.join(SUFFIXES)})\Z")

_THING = """
    { GRAPH ?graph { ?thing ?property ?value } BIND(?thing AS ?subject) }
    UNION { ?thing jpstrat:evidence ?subject . GRAPH ?graph { ?subject ?property ?value } }
    UNION { ?subject skos:inScheme ?thing . GRAPH ?graph { ?subject ?property ?value } }
    FILTER(?graph != <%(shapes)s>)"""
"""A thing: its own triples, those of the spans that prove it, those of the concepts in it."""
_ONTOLOGY = "VALUES ?graph { <%(def)s> } GRAPH ?graph { ?subject ?property ?value }"
"""The ontology with all its terms: their IRIs differ from its own in the fragment only."""

_SHAPES = "VALUES ?graph { <%(shapes)s> } GRAPH ?graph { ?subject ?property ?value }"
"""The rules, each with its messages."""


@router.get("/id/{path:path}", summary="Description of a thing. ものの記述。")
@router.get(
    "/vocab/{path:path}", summary="Description of a concept or scheme. 概念又は概念体系の記述。"
)
async def describe_thing(request: Request, service: ServiceOf, lang: LanguageOf) -> Response:
    """Describe `<base>id/…` or `<base>vocab/…`; a suffix such as `.ttl` chooses the format."""
    path, types = _read(request)
    if not _PATH.fullmatch(path):
        raise await _not_described(service, service.names.base + path)
    thing = URIRef(service.names.base + path)
    described = await service.rows("SELECT ?thing { ?thing ?p ?o } LIMIT 1", {"thing": thing})
    if not described:
        raise await _not_described(service, thing)
    description = _Description(thing, _THING, {"thing": thing})
    return await _respond(request, service, lang, description, types)


@router.get("/def", summary="The ontology. オントロジー。")
@router.get(
    "/def.{suffix}",
    summary="The ontology in the format of the suffix. 拡張子の形式のオントロジー。",
)
async def describe_ontology(request: Request, service: ServiceOf, lang: LanguageOf) -> Response:
    """Describe the ontology with all its classes and properties."""
    path, types = _read(request)
    if service.names.base + path != str(service.names.ontology):
        raise await _not_described(service, service.names.base + path)
    description = _Description(service.names.ontology, _ONTOLOGY, {})
    return await _respond(request, service, lang, description, types)


@router.get("/shapes", summary="The rules that data keep. データの規則。")
@router.get(
    "/shapes.{suffix}",
    summary="The rules in the format of the suffix. 拡張子の形式のデータの規則。",
)
async def describe_shapes(request: Request, service: ServiceOf, lang: LanguageOf) -> Response:
    """Describe the SHACL shapes: each rule in words as HTML, else as RDF."""
    path, types = _read(request)
    thing = URIRef(f"{service.names.base}shapes")
    if service.names.base + path != str(thing):
        raise await _not_described(service, service.names.base + path)
    if types[0] == HTML:
        suffixes = [] if service.plain else list(SUFFIXES)
        rules = await service.validations.rules()
        response = page(
            request, "rules.html", lang, rules=rules, suffixes=suffixes, lists=service.lists
        )
        response.headers.update(KEPT)
        return response
    return await _respond(request, service, lang, _Description(thing, _SHAPES, {}), types)


def _read(request: Request) -> tuple[str, Sequence[str]]:
    """Path under the base, and the media types that would do; a suffix chooses one of them."""
    path, suffix = _split(request.url.path)
    given = read_parameters(request, (LANG,) if suffix else (FORMAT, LANG))
    if suffix:
        return path, (SUFFIXES[suffix],)
    return path, media_types(request.headers.get("accept"), given.get(FORMAT), GRAPH_TYPES)


@dataclass(frozen=True)
class _Description:
    """`pattern` binds ?subject, ?property, ?value and ?graph."""

    thing: URIRef
    pattern: str
    bindings: Mapping[str, Identifier]

    def query(self, service: Service, head: str, tail: str = "") -> str:
        names = service.names
        graphs = {"shapes": names.graph("shapes"), "def": names.graph("def")}
        prologue = service.prologue("jpstrat", "rdfs", "skos")
        return f"{prologue}{head} WHERE {{ {self.pattern % graphs} {tail} }}"


async def _respond(
    request: Request,
    service: Service,
    lang: str,
    description: _Description,
    types: Sequence[str],
) -> Response:
    if types[0] == HTML:
        return await _page(request, service, lang, description)
    query = description.query(service, "CONSTRUCT { ?subject ?property ?value }")
    answer = await service.trusted.answer(query, types, description.bindings)
    headers = {"Vary": "Accept, Accept-Language", **KEPT}
    return Response(answer.body, media_type=answer.media_type, headers=headers)


async def _page(
    request: Request, service: Service, lang: str, description: _Description
) -> Response:
    query = description.query(
        service, "SELECT ?thing ?subject ?property ?value ?graph ?ja ?en", _LABELS
    )
    rows = await service.rows(f"{query} ORDER BY ?subject ?property ?value", description.bindings)
    subjects: dict[str, dict[_Line, None]] = {str(description.thing): {}}
    for row in rows:
        subjects.setdefault(row["subject"]["value"], {})[_line(service, row, lang)] = None
    response = page(
        request,
        "resource.html",
        lang,
        iri=str(description.thing),
        title=_title(rows, str(description.thing), lang),
        path=request.url.path,
        suffixes=list(SUFFIXES),
        subjects={iri: list(lines) for iri, lines in subjects.items()},
    )
    response.headers.update(KEPT)
    return response


def _title(rows: list[Mapping[str, JsonTerm]], thing: str, lang: str) -> str:
    """Label of the thing itself in `lang`; its IRI when it has none."""
    for row in rows:
        named = row["property"]["value"].endswith(("#prefLabel", "#label", "/title"))
        if named and row["subject"]["value"] == thing and row["value"].get("xml:lang") == lang:
            return row["value"]["value"]
    return thing


_LABELS = """
    OPTIONAL { ?value skos:prefLabel|rdfs:label ?ja FILTER(LANG(?ja) = "ja") }
    OPTIONAL { ?value skos:prefLabel|rdfs:label ?en FILTER(LANG(?en) = "en") }"""


@dataclass(frozen=True)
class _Line:
    """One triple on a page; `label` names the value for people."""

    property: Shown
    value: Shown
    label: str
    graph: str


def _line(service: Service, row: Mapping[str, JsonTerm], lang: str) -> _Line:
    names = service.names
    label = row.get(lang, {}).get("value", "")
    graph = row["graph"]["value"].removeprefix(str(names.graph("")))
    return _Line(show(names, row["property"]), show(names, row["value"]), label, graph)


def _split(path: str) -> tuple[str, str]:
    """Path under the base, and the suffix of a format ("" without one)."""
    found = _SUFFIX.search(path)
    return (path[1 : found.start()], found[1]) if found else (path[1:], "")


async def _not_described(service: Service, iri: str) -> NotDescribed:
    """Say so, with the most similar IRI that is described."""
    things = await service.things()
    return NotDescribed(iri=iri, nearest=things.nearest(iri))
