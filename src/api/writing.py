"""What the routes expect of the writer of the store."""

from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends

from api.service import ServiceOf
from kg.errors import WritingOff
from kg.model import Agent, QueryDataset


@dataclass(frozen=True)
class Commit:
    """A write that lasts: position in the journal, and the triples added and removed.

    `created` says that the graph did not exist before.
    """

    version: int
    created: bool
    added: int
    removed: int


class Writer(Protocol):
    """Applies each write wholly or not at all; a graph of None is the default graph."""

    async def update(self, text: str, agent: Agent, *, using: QueryDataset | None = None) -> Commit:
        """Carry out a SPARQL update; `using` is the dataset of its WHERE clauses."""

    async def replace(
        self, graph: str | None, body: bytes, media_type: str, agent: Agent, *, base: str
    ) -> Commit:
        """Let a graph hold the triples of `body` and no others."""

    async def add(
        self, graph: str | None, body: bytes, media_type: str, agent: Agent, *, base: str
    ) -> Commit:
        """Add the triples of `body` to a graph."""

    async def drop(self, graph: str | None, agent: Agent) -> Commit:
        """Remove a graph; raises `GraphMissing`."""


def read_writer(service: ServiceOf) -> Writer:
    """Writer of the service; raises `WritingOff` where there is none."""
    writer: Writer | None = service.writer
    if writer is None:
        raise WritingOff
    return writer


WriterOf = Annotated[Writer, Depends(read_writer)]
