"""SPARQL 1.1 Protocol: updates."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.access import AgentOf
from api.graphs import WriterOf, counted, graph_names
from api.protocol import read_update
from api.service import ServiceOf
from kg.store.guard import check_dataset

router = APIRouter(tags=["sparql"])


@router.post(
    "/update", summary="Carry out the update of a form or body. フォーム又は本文の更新の実行。"
)
async def post_update(
    request: Request, service: ServiceOf, agent: AgentOf, writer: WriterOf
) -> JSONResponse:
    """SPARQL 1.1 Protocol, update via POST: form parameter `update`, or the text as the body."""
    asked = await read_update(request, service.settings.token_query_bytes)
    if asked.using is not None and not service.plain:
        chosen, base = (*asked.using.default, *asked.using.named), str(service.names.graph(""))
        check_dataset(chosen, base=base, graphs=await graph_names(service))
    write = writer.update(asked.update, agent, using=asked.using)
    commit = await counted(request, write)
    return JSONResponse(
        {"version": commit.version, "added": commit.added, "removed": commit.removed}
    )
