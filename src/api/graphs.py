"""The named graphs of the store, and who writes to them."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Protocol

from fastapi import Depends, Request

from api.access import confirm
from api.service import Service, ServiceOf
from kg.errors import RemoteReadOnly, WritingOff
from kg.model import Agent
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


class Write(Protocol):
    """A method of the writer with all its arguments but `allowed`."""

    def __call__(self, *, allowed: Callable[[], None]) -> Awaitable[Commit]:
        """Write, once `allowed` does not raise."""


async def carry_out(request: Request, service: Service, agent: Agent, write: Write) -> Commit:
    """Write within the share of a token, and count it.

    Raises `ClientBusy`, `ClientExhausted`, `TokenRejected` for a token that holds no more, and what
    the write raises.
    """
    with service.clients.turn(request, agent):
        # it may wait for others, and its token may be revoked meanwhile
        commit = await write(allowed=partial(confirm, request, service))
    request.app.state.metrics.committed(commit.version)
    return commit


WriterOf = Annotated[Writer, Depends(read_writer)]
