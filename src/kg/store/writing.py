"""The writer: tries a write in a reader, judges it, and appends it to the journal.

Any process with the journal of a store may write; the lock of the journal lets one at a time. A
write is whole or nothing: what the trial says is appended as one entry, and all readers carry out
the entry before they answer what is asked after it.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kg.errors import GraphNotAllowed, GraphReadOnly
from kg.model import Agent, QueryDataset
from kg.store.disk import Disk
from kg.store.journal import Journal, Position, Write, prepare
from kg.store.pool import ReaderPool
from kg.store.turns import State

Gate = Callable[[str, bytes], Awaitable[None]]
"""Judges a change of a graph: its IRI, and the rows of the change; raises `EntryRejected`."""


@dataclass(frozen=True)
class Commit:
    """A write that is on the disk.

    `version` is the number of its entry in the journal, or of the last one when nothing changed;
    `created` says that a graph came into being; `added` and `removed` count quads.
    """

    version: int
    created: bool
    added: int
    removed: int


@dataclass(frozen=True)
class Writer:
    """Writes to the graphs of a store but those in `read_only`.

    `sandbox` has readers for trials. `gates` judge what is written to a graph. A write waits
    `seconds` for another one.
    """

    journal: Journal
    sandbox: ReaderPool
    read_only: Collection[str]
    seconds: float
    disk: Disk | None = None
    gates: Mapping[str, Gate] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def update(self, text: str, agent: Agent, *, using: QueryDataset | None = None) -> Commit:
        """Carry out a SPARQL update; `using` is the dataset that the request chooses.

        Raises `QuerySyntaxError`, `QueryRefused`, `UpdateFailed`, `GraphNotNamed`, and what each
        write raises.
        """
        request = {"do": "update", "dataset": using and (using.default, using.named)}
        return await self._commit(request, text.encode("utf-8", "surrogatepass"), agent)

    async def replace(
        self, graph: str | None, body: bytes, media_type: str, agent: Agent, *, base: str
    ) -> Commit:
        """Let a graph (None: the default graph) hold what `body` says, and nothing else.

        Raises `UploadInvalid`, `UploadRefused`, `GraphNotNamed`, and what each write raises.
        """
        return await self._upload(graph, body, media_type, agent, base, add=False)

    async def add(
        self, graph: str | None, body: bytes, media_type: str, agent: Agent, *, base: str
    ) -> Commit:
        """Add what `body` says to a graph (None: the default graph); raises as `replace`."""
        return await self._upload(graph, body, media_type, agent, base, add=True)

    async def drop(self, graph: str | None, agent: Agent) -> Commit:
        """Remove a graph, or empty the default graph (None).

        Raises `GraphMissing`, `GraphNotNamed`, and what each write raises.
        """
        return await self._commit({"do": "drop", "graph": graph or ""}, b"", agent)

    async def _upload(
        self,
        graph: str | None,
        body: bytes,
        media_type: str,
        agent: Agent,
        base: str,
        *,
        add: bool,
    ) -> Commit:
        request = {"do": "upload", "graph": graph or "", "media": media_type, "base": base}
        return await self._commit({**request, "add": add}, body, agent)

    async def _commit(self, request: Mapping[str, object], body: bytes, agent: Agent) -> Commit:
        """Try, judge, append.

        Raises `GraphReadOnly`, `GraphNotAllowed`, `EntryRejected`, `StorageFailed`,
        `StorageLocked`, `StorageDamaged`, and what a lane raises.
        """
        work = asyncio.create_task(self._committed(request, body, agent))
        # a caller that goes away must not leave half a commit
        return await asyncio.shield(work)

    async def _committed(self, request: Mapping[str, object], body: bytes, agent: Agent) -> Commit:
        async with self._turn, self._alone() as position, self._draft(position) as draft:
            summary, rows = await self.sandbox.try_write(request, body, draft)
            self._judge(summary, agent)
            for graph in summary["graphs"]:
                if graph in self.gates:
                    await self.gates[graph](graph, rows)
            end = position
            if rows:
                end = await self._append(
                    position,
                    Write(
                        agent=agent.id,
                        name=agent.name,
                        action=str(request["do"]),
                        request=hashlib.sha256(body).hexdigest(),
                        graphs=tuple(summary["graphs"]),
                        added=summary["added"],
                        removed=summary["removed"],
                        rows=rows,
                    ),
                    draft,
                )
            created = bool(summary["created"])
            return Commit(end.sequence, created, summary["added"], summary["removed"])

    async def _append(self, position: Position, write: Write, draft: State | None) -> Position:
        prepared = prepare(position, write)
        if self.disk is not None and draft is not None and draft.source is not None:
            # readers that see the new position find its folder
            path = Path(draft.source.snapshot or "")
            await asyncio.to_thread(self.disk.seal, path, prepared.end)
        await asyncio.to_thread(self.journal.append, prepared)
        return prepared.end

    def _judge(self, summary: Mapping[str, Any], agent: Agent) -> None:
        for graph in dict.fromkeys([*summary["targets"], *summary["graphs"]]):
            if graph in self.read_only:
                raise GraphReadOnly(graph=graph)
            if agent.graphs is not None and graph not in agent.graphs:
                expected = ", ".join(sorted(agent.graphs))
                raise GraphNotAllowed(graph=graph, agent=agent.name, expected=expected)

    @asynccontextmanager
    async def _draft(self, position: Position) -> AsyncIterator[State | None]:
        """A copy of a store on disk to write to; None for a store in memory."""
        if self.disk is None:
            yield None
            return
        await asyncio.to_thread(self.disk.prepare, position)
        with self.disk.draft(position) as path:
            source = replace(self.disk.at(position), snapshot=str(path), writable=True)
            yield State(position, source)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[Position]:
        writing = self.journal.writing(self.seconds)
        position = await asyncio.to_thread(writing.__enter__)
        try:
            yield position
        finally:
            await asyncio.to_thread(writing.__exit__, None, None, None)
