"""The writer: tries a write in a reader, judges it, and appends it to the journal.

Any process with the journal of a store may write; the lock of the journal lets one at a time. A
write is whole or nothing: what the trial says is appended as one entry, and all readers carry out
the entry before they answer what is asked after it.
"""

import asyncio
import hashlib
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
)
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kg.errors import GraphNotAllowed, GraphReadOnly, StorageFailed, StoreBusy, reason
from kg.model import Agent, QueryDataset
from kg.store.disk import Disk
from kg.store.journal import Journal, Position, Write, prepare
from kg.store.pool import ReaderPool
from kg.store.turns import State

Gate = Callable[[str, bytes], Awaitable[None]]
"""Judges a change of a graph: its IRI, and the rows of the change; raises `EntryRejected`."""
Allowed = Callable[[], None]
"""Raises when whoever asked may not write any more."""


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
class _Request:
    """A write that somebody asks for until `deadline` (on the loop's clock)."""

    what: Mapping[str, object]
    body: bytes
    agent: Agent
    allowed: Allowed
    deadline: float

    def seconds(self) -> float:
        """What is left of its time."""
        return max(0.0, self.deadline - asyncio.get_running_loop().time())


@dataclass(frozen=True)
class Writer:
    """Writes to the graphs of a store but those in `read_only`.

    `sandbox` has readers for trials. `gates` judge what is written to a graph. A write takes no
    longer than `seconds`, with the time that it waits for others, of which at most `queue` wait.
    Each method calls `allowed` once it is the writer, as rights may be gone by then: what that
    raises ends the write.
    """

    journal: Journal
    sandbox: ReaderPool
    read_only: Collection[str]
    seconds: float
    disk: Disk | None = None
    queue: int = 16
    gates: Mapping[str, Gate] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _running: set[asyncio.Task[Commit]] = field(default_factory=set)

    async def update(
        self,
        text: str,
        agent: Agent,
        *,
        using: QueryDataset | None = None,
        allowed: Allowed = lambda: None,
    ) -> Commit:
        """Carry out a SPARQL update; `using` is the dataset that the request chooses.

        Raises `QuerySyntaxError`, `QueryRefused`, `UpdateFailed`, `GraphNotNamed`, and what each
        write raises.
        """
        what = {"do": "update", "dataset": using and (using.default, using.named)}
        return await self._commit(what, text.encode("utf-8", "surrogatepass"), agent, allowed)

    async def replace(
        self,
        graph: str | None,
        body: bytes,
        media_type: str,
        agent: Agent,
        *,
        base: str,
        allowed: Allowed = lambda: None,
    ) -> Commit:
        """Let a graph (None: the default graph) hold what `body` says, and nothing else.

        Raises `UploadInvalid`, `UploadRefused`, `GraphNotNamed`, and what each write raises.
        """
        what = {"do": "upload", "graph": graph or "", "media": media_type, "base": base}
        return await self._commit({**what, "add": False}, body, agent, allowed)

    async def add(
        self,
        graph: str | None,
        body: bytes,
        media_type: str,
        agent: Agent,
        *,
        base: str,
        allowed: Allowed = lambda: None,
    ) -> Commit:
        """Add what `body` says to a graph (None: the default graph); raises as `replace`."""
        what = {"do": "upload", "graph": graph or "", "media": media_type, "base": base}
        return await self._commit({**what, "add": True}, body, agent, allowed)

    async def drop(
        self, graph: str | None, agent: Agent, *, allowed: Allowed = lambda: None
    ) -> Commit:
        """Remove a graph, or empty the default graph (None).

        Raises `GraphMissing`, `GraphNotNamed`, and what each write raises.
        """
        return await self._commit({"do": "drop", "graph": graph or ""}, b"", agent, allowed)

    async def drain(self) -> None:
        """Wait until all writes are done, also those whose callers have gone away."""
        if self._running:
            await asyncio.wait(self._running)

    async def _commit(
        self, what: Mapping[str, object], body: bytes, agent: Agent, allowed: Allowed
    ) -> Commit:
        """Try, judge, append.

        Raises `GraphReadOnly`, `GraphNotAllowed`, `EntryRejected`, `StorageFailed`,
        `StorageUncertain`, `StorageLocked`, `StorageDamaged`, `StoreBusy`, and what a lane raises.
        """
        if len(self._running) > self.queue:
            raise StoreBusy(waiting=len(self._running) - 1)
        deadline = asyncio.get_running_loop().time() + self.seconds
        work = asyncio.create_task(self._committed(_Request(what, body, agent, allowed, deadline)))
        self._running.add(work)
        work.add_done_callback(self._running.discard)
        # a caller that goes away must not leave half a commit
        return await asyncio.shield(work)

    async def _committed(self, request: _Request) -> Commit:
        async with (
            self._first(request),
            self._alone(request) as position,
            self._draft(position) as draft,
        ):
            request.allowed()
            if graph := request.what.get("graph"):
                # to try it may take long, which only those who may write it are to cause
                self._judge([str(graph)], request.agent)
            summary, rows = await self.sandbox.try_write(
                request.what, request.body, draft, seconds=request.seconds()
            )
            self._judge([*summary["targets"], *summary["graphs"]], request.agent)
            for graph in summary["graphs"]:
                if graph in self.gates:
                    await self.gates[graph](graph, rows)
            end = position
            if rows:
                write = _write(request, summary, rows)
                end = await self._append(position, write, draft)
            created = bool(summary["created"])
            return Commit(end.sequence, created, summary["added"], summary["removed"])

    @asynccontextmanager
    async def _first(self, request: _Request) -> AsyncIterator[None]:
        """Be the only writer of this process; raises `StoreBusy`."""
        try:
            async with asyncio.timeout_at(request.deadline):
                await self._turn.acquire()
        except TimeoutError:
            raise StoreBusy(waiting=len(self._running) - 1) from None
        try:
            yield
        finally:
            self._turn.release()

    async def _append(self, position: Position, write: Write, draft: State | None) -> Position:
        prepared = prepare(position, write)
        if self.disk is not None and draft is not None and draft.source is not None:
            # readers that see the new position find its folder
            path = Path(draft.source.snapshot or "")
            with _saving(self.disk.folder):
                await asyncio.to_thread(self.disk.seal, path, prepared.end)
        await asyncio.to_thread(self.journal.append, prepared)
        self.sandbox.follow(prepared.end)
        return prepared.end

    def _judge(self, graphs: Iterable[str], agent: Agent) -> None:
        """Raise `GraphReadOnly` or `GraphNotAllowed` for the first graph of which that is true."""
        for graph in graphs:
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
        with ExitStack() as stack:
            with _saving(self.disk.folder):
                await asyncio.to_thread(self.disk.prepare, position)
                path = stack.enter_context(self.disk.draft(position))
            source = replace(self.disk.at(position), snapshot=str(path), writable=True)
            yield State(position, source)

    @asynccontextmanager
    async def _alone(self, request: _Request) -> AsyncIterator[Position]:
        """Be the only writer of all processes; raises `StorageLocked`."""
        writing = self.journal.writing(request.seconds())
        with _saving(self.journal.folder):
            position = await asyncio.to_thread(writing.__enter__)
        try:
            yield position
        finally:
            await asyncio.to_thread(writing.__exit__, None, None, None)


def _write(request: _Request, summary: Mapping[str, Any], rows: bytes) -> Write:
    return Write(
        agent=request.agent.id,
        name=request.agent.name,
        action=str(request.what["do"]),
        request=hashlib.sha256(request.body).hexdigest(),
        graphs=tuple(summary["graphs"]),
        added=summary["added"],
        removed=summary["removed"],
        rows=rows,
    )


@contextmanager
def _saving(folder: Path) -> Iterator[None]:
    """Raise `StorageFailed` for what the file system refuses."""
    try:
        yield
    except OSError as error:
        raise StorageFailed(folder=folder, reason=reason(error)) from None
