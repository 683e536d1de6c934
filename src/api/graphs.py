"""The named graphs of the store, and who writes to them."""

from collections.abc import Awaitable
from typing import Annotated

from fastapi import Depends, Request

from api.service import Service, ServiceOf
from kg.errors import RemoteReadOnly, WritingOff
from kg.store.writing import Commit, Writer

_NAMES = "SELECT ?graph { GRAPH ?graph {} } ORDER BY ?graph"


async def graph_names(service: Service) -> list[str]:
    """IRIs of the named graphs, sorted; graphs that a blank node names have none."""
    rows = await service.rows(_NAMES)
    return [row["graph"]["value"] for row in rows if row["graph"]["type"] == "uri"]


def read_writer(service: ServiceOf) -> Writer:
    """Writer of the service; raises `WritingOff`, `RemoteReadOnly` where there is none."""
    if isinstance(service.settings.store, str):
        raise RemoteReadOnly
    if service.writer is None:
        raise WritingOff
    return service.writer


async def counted(request: Request, write: Awaitable[Commit]) -> Commit:
    """Wait for a write and count it; raises what the write raises."""
    commit = await write
    request.app.state.metrics.committed(commit.version)
    return commit


WriterOf = Annotated[Writer, Depends(read_writer)]
