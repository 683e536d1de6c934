"""Descriptions of the data as datasets (VoID, DCAT), and their downloads."""

from urllib.parse import unquote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.datasets import (
    ALL,
    DUMPS,
    WHOLE,
    datasets,
    describe_catalogue,
    describe_datasets,
)
from api.documents import DOCUMENT_TYPES, respond_with_document
from api.dumps import DumpResponse
from api.freshness import KEPT
from api.negotiation import HTML, media_types
from api.protocol import FORMAT, LANG, check_iri, read_parameters, takes_language_only
from api.rendering import page
from api.service import LanguageOf, Service, ServiceOf

router = APIRouter(tags=["catalogue"])
_TYPES = (*DOCUMENT_TYPES, HTML)


@router.get("/.well-known/void", summary="The datasets in VoID. VoIDによるデータセットの記述。")
async def get_void(request: Request, service: ServiceOf) -> Response:
    """Sizes, classes, properties and downloads; browsers are led to the catalogue."""
    types = _types(request)
    if types[0] == HTML:
        return RedirectResponse("/catalog", status_code=303, headers={"Vary": "Accept"})
    return await respond_with_document(request, service, types, describe_datasets)


@router.get("/catalog", summary="The datasets in DCAT. DCATによるデータカタログ。")
async def get_catalogue(request: Request, service: ServiceOf, lang: LanguageOf) -> Response:
    """Each graph with its downloads, as DCAT or as a page."""
    types = _types(request)
    if types[0] == HTML:
        return page(request, "catalogue.html", lang, datasets=await datasets(service))
    return await respond_with_document(request, service, types, describe_catalogue)


@router.get(
    "/dumps/{path:path}",
    summary="Download of a graph or of all. グラフのダウンロード。",
    dependencies=[Depends(takes_language_only)],
)
async def get_dump(request: Request, service: ServiceOf) -> Response:
    """Return the whole graph `NAME.ttl`, or all of them as `all.nq` or `all.trig`."""
    # an IRI in the path is escaped, and has slashes
    raw: bytes = request.scope["raw_path"]
    file = "/".join(raw.decode("ascii", "replace").split("/")[2:])
    name, _, suffix = file.rpartition(".")
    if not name or suffix not in (WHOLE if name == ALL else DUMPS):
        raise HTTPException(404)
    graph = None if name == ALL else _graph(service, unquote(name))
    with service.clients.turn(request):
        dump = await service.dump(graph, DUMPS[suffix])
    attached = {"Content-Disposition": f'attachment; filename="{_file_name(name)}.{suffix}"'}
    return DumpResponse(dump, {**attached, **KEPT})


def _types(request: Request) -> tuple[str, ...]:
    format_ = read_parameters(request, (FORMAT, LANG)).get(FORMAT)
    return media_types(request.headers.get("accept"), format_, _TYPES)


def _graph(service: Service, name: str) -> str:
    """IRI of a graph: a name without a colon is one of ours."""
    return check_iri("graph", name if ":" in name else str(service.names.graph(name)))


def _file_name(name: str) -> str:
    return "".join(c if (c.isascii() and c.isalnum()) or c in "-_" else "_" for c in unquote(name))
