"""SPARQL 1.1 Graph Store Protocol, by parameter (`?graph=`, `?default`) and by path."""

from collections.abc import Mapping
from functools import partial
from urllib.parse import quote
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.access import AgentOf
from api.addresses import graph_space, service_url
from api.dumps import DumpResponse
from api.errors import RequestMalformed
from api.freshness import KEPT
from api.graphs import WriterOf, carry_out
from api.negotiation import GRAPH_TYPES, HTML, media_types
from api.protocol import FORMAT, LANG, check_iri, read_parameters
from api.rendering import page
from api.service import LanguageOf, Service, ServiceOf
from api.statistics import Counts, statistics
from api.uploads import read_upload
from kg.store.writing import Commit

router = APIRouter(prefix="/graphs", tags=["graphs"])

_LIST_TYPES = ("application/json", HTML)
_CONTENT_TYPES = tuple(media for media in GRAPH_TYPES if media != HTML)


@router.get("", summary="All graphs, or the content of one. グラフの一覧又は一つの内容。")
@router.get("/{path:path}", summary="Content of a graph. グラフの内容。")
async def get_graph(request: Request, service: ServiceOf, lang: LanguageOf) -> Response:
    """Content of the graph that the path, `?graph=` or `?default` names; else a list of all."""
    given = _parameters(request)
    accept, format_ = request.headers.get("accept"), given.get(FORMAT)
    if not _names_one(request, given):
        types = media_types(accept, format_, _LIST_TYPES)
        return await _list(request, service, lang, types[0])
    media = media_types(accept, format_, _CONTENT_TYPES)[0]
    graph = _graph(request, service, given)
    with service.clients.turn(request):
        dump = await service.dump(graph or "", media)
    return DumpResponse(dump, {"Vary": "Accept", **KEPT})


@router.put("", summary="Replace the content of a graph. グラフの内容の置き換え。")
@router.put("/{path:path}", summary="Replace the content of a graph. グラフの内容の置き換え。")
async def put_graph(
    request: Request, service: ServiceOf, agent: AgentOf, writer: WriterOf
) -> Response:
    """Let a graph hold the triples of the body and no others."""
    graph = _graph(request, service, _parameters(request))
    base = graph or _address(request, service)
    upload = await read_upload(request, service.settings.token_upload_bytes, base)
    write = partial(writer.replace, graph, upload.body, upload.media_type, agent, base=base)
    commit = await carry_out(request, service, agent, write)
    return _written(request, service, graph, commit)


@router.post("", summary="Add to a graph, or make one. グラフへの追加又は新しいグラフの作成。")
@router.post("/{path:path}", summary="Add to a graph. グラフへの追加。")
async def post_graph(
    request: Request, service: ServiceOf, agent: AgentOf, writer: WriterOf
) -> Response:
    """Add the triples of the body; where nothing names a graph, to a new one."""
    given = _parameters(request)
    new = None if _names_one(request, given) else str(uuid4())
    graph = _graph(request, service, given) if new is None else graph_space(request, service) + new
    base = graph or _address(request, service)
    upload = await read_upload(request, service.settings.token_upload_bytes, base)
    write = partial(writer.add, graph, upload.body, upload.media_type, agent, base=base)
    commit = await carry_out(request, service, agent, write)
    return _written(request, service, graph, commit, new)


@router.delete("", summary="Remove a graph. グラフの削除。")
@router.delete("/{path:path}", summary="Remove a graph. グラフの削除。")
async def delete_graph(
    request: Request, service: ServiceOf, agent: AgentOf, writer: WriterOf
) -> Response:
    """Remove a named graph, or all triples of the default graph (`?default`)."""
    graph = _graph(request, service, _parameters(request))
    await carry_out(request, service, agent, partial(writer.drop, graph, agent))
    return Response(status_code=204)


def _parameters(request: Request) -> Mapping[str, str]:
    own = (FORMAT, LANG) if _path(request) else ("graph", "default", FORMAT, LANG)
    return read_parameters(request, own)


def _path(request: Request) -> str:
    """What follows `/graphs/`, still escaped: an IRI keeps its escapes."""
    raw: bytes = request.scope["raw_path"]
    return "/".join(raw.decode("ascii", "replace").split("/")[2:])


def _names_one(request: Request, given: Mapping[str, str]) -> bool:
    return bool(_path(request) or given.keys() & {"graph", "default"})


def _graph(request: Request, service: Service, given: Mapping[str, str]) -> str | None:
    """IRI of the graph, None for the default graph; raises `RequestMalformed`."""
    if path := _path(request):
        return check_iri("graph", graph_space(request, service) + path)
    if given.keys() >= {"graph", "default"} or given.get("default"):
        raise RequestMalformed(
            ja="graph=IRI か default（値なし）のどちらか一つにしてください。",
            en="Give either graph=IRI or default (without a value).",
        )
    if "default" in given:
        return None
    if "graph" not in given:
        raise RequestMalformed(
            ja="グラフの指定がありません。?graph=IRI 又は ?default を付けてください。",
            en="No graph is named. Add ?graph=IRI or ?default.",
        )
    return check_iri("graph", given["graph"])


def _address(request: Request, service: Service) -> str:
    return f"{service_url(request, service)}/graphs"


def _written(
    request: Request, service: Service, graph: str | None, commit: Commit, new: str | None = None
) -> Response:
    """201 with the address of a graph that did not exist before, else 204."""
    if not commit.created or graph is None:
        return Response(status_code=204)
    address = _address(request, service)
    own = new or _path(request)
    location = f"{address}/{own}" if own else f"{address}?graph={quote(graph, safe='')}"
    return Response(status_code=201, headers={"Location": location})


async def _list(request: Request, service: Service, lang: str, media: str) -> Response:
    counts = (await statistics(service)).graphs
    if media == HTML:
        return page(request, "graphs.html", lang, graphs=_rows(service, counts))
    entries = [
        {"graph": iri, "triples": count.triples, "url": f"/graphs?graph={quote(iri, safe='')}"}
        for iri, count in counts.items()
    ]
    return JSONResponse({"graphs": entries}, headers={"Vary": "Accept, Accept-Language"})


def _rows(service: Service, counts: Mapping[str, Counts]) -> list[tuple[str, str, int]]:
    return [
        (service.names.short(iri), quote(iri, safe=""), count.triples)
        for iri, count in counts.items()
    ]
