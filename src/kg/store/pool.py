"""Lanes: readers that share one set of limits, and the callers that wait for them."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from rdflib.term import Identifier

from kg.errors import KgError, QueryTimeout, ReaderLost, ReaderNotStarted, ReaderOutdated, StoreBusy
from kg.model import Answer, QueryDataset
from kg.store.forking import ForkServer, Reader
from kg.store.journal import Position
from kg.store.reader import Lane
from kg.store.replica import Source
from kg.store.terms import to_json

_LOG = logging.getLogger(__name__)
_RETRY_SECONDS = 1.0


@dataclass(frozen=True)
class State:
    """What the next request is to see: how far the journal counts, and a store that is so far.

    `source` is given where the store lies on disk, as each position has a folder of its own.
    """

    position: Position
    source: Source | None = None


@dataclass(frozen=True)
class LaneFigures:
    """What a pool is doing (`readers`, `busy`, `waiting`), and what it has done since its start."""

    readers: int
    busy: int
    waiting: int
    started: int
    killed: int
    lost: int
    timeouts: int
    refused: int


class ReaderPool:
    """Readers of one lane.

    Used as `async with ReaderPool(…)` in one event loop, which it never blocks.
    """

    def __init__(
        self,
        server: ForkServer,
        lane: Lane,
        *,
        readers: int,
        queue: int,
        state: Callable[[], State] = lambda: State(Position()),
    ) -> None:
        """`readers` processes; `queue` callers may wait for one.

        `state` is called at each request.
        """
        self._server = server
        self._lane = lane
        self._size = readers
        self._queue = queue
        self._state = state
        self._waiting = 0
        self._free: asyncio.LifoQueue[Reader] = asyncio.LifoQueue()
        self._all: set[Reader] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()
        self._done: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        """Fork the readers.

        Raises `ReaderNotStarted` and what a fork server raises.
        """
        await asyncio.gather(*(self._add() for _ in range(self._size)))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill the readers."""
        self._closing.set()
        for reader in self._all:
            reader.kill()
        # a fork that is under way takes a millisecond, and one that fails is not tried again
        await asyncio.gather(*self._starting)
        for reader in self._all:
            reader.kill()
        await asyncio.gather(*(reader.ended() for reader in self._all))
        self._all.clear()

    async def answer(
        self,
        query: str,
        accept: Iterable[str],
        bindings: Mapping[str, Identifier] | None = None,
        dataset: QueryDataset | None = None,
        *,
        seconds: float | None = None,
    ) -> Answer:
        """Serialise the result of a query, in the first of the media types in `accept` that fits.

        `seconds` is less than the wall time of the lane.

        Raises `QuerySyntaxError`, `QueryRefused`, `UnknownGraph`, `QueryFailed`, `QueryTimeout`,
        `ResultTooLarge`, `ReaderLost`, `StoreBusy`, `FormatUnavailable`.
        """
        request: dict[str, object] = {
            "do": "query",
            "accept": list(accept),
            "bindings": {name: to_json(term) for name, term in (bindings or {}).items()},
            "dataset": dataset and (dataset.default, dataset.named),
        }
        text = query.encode("utf-8", "surrogatepass")
        head, body = await self._ask(request, text, seconds=seconds)
        return Answer(body, head["media"])

    async def dump(self, graph: str | None, media_type: str) -> Answer:
        """Write a graph ("" is the default one), or with None all of them.

        Raises `GraphMissing`, `QueryTimeout`, `ReaderLost`, `StoreBusy`.
        """
        head, body = await self._ask({"do": "dump", "graph": graph, "media": media_type})
        return Answer(body, head["media"])

    async def try_write(
        self, request: Mapping[str, object], body: bytes, draft: State | None = None
    ) -> tuple[dict[str, Any], bytes]:
        """Let a reader try a write, which it does not survive; returns summary and rows.

        `draft` is a copy of a store on disk, which then holds the change. Raises what the write
        raises, `QueryTimeout`, `ReaderLost`, `StoreBusy`.
        """
        return await self._ask(request, body, draft, once=True)

    def figures(self) -> LaneFigures:
        """Figures of this moment."""
        readers, done = sum(reader.alive for reader in self._all), self._done
        return LaneFigures(
            readers=readers,
            busy=max(0, readers - self._free.qsize()),
            waiting=self._waiting,
            started=done["started"],
            killed=done["killed"],
            lost=done["lost"],
            timeouts=done["timeouts"],
            refused=done["refused"],
        )

    async def _ask(
        self,
        request: Mapping[str, object],
        body: bytes = b"",
        state: State | None = None,
        *,
        once: bool = False,
        seconds: float | None = None,
    ) -> tuple[dict[str, Any], bytes]:
        state = state or self._state()
        seconds = min(seconds or self._lane.seconds, self._lane.seconds)
        reader = await self._take()
        keep = False
        try:
            async with asyncio.timeout(seconds):
                reader = await self._current(reader, state)
                whole = {**request, "position": _fields(state.position)}
                try:
                    answer = await reader.ask(whole, body)
                except ReaderOutdated:
                    reader = await self._forked(reader, state.source)
                    answer = await reader.ask(whole, body)
            keep = not once
        except KgError as error:
            keep = not once and not isinstance(error, (ReaderLost, ReaderNotStarted))
            self._done["lost"] += isinstance(error, ReaderLost)
            raise
        except TimeoutError:
            self._done.update(("timeouts", "killed"))
            raise QueryTimeout(seconds=f"{seconds:g}") from None
        except asyncio.CancelledError:
            self._done["killed"] += 1
            raise
        finally:
            # one whose caller was cancelled would give its answer to the next
            if keep:
                self._free.put_nowait(reader)
            else:
                self._replace(reader)
        return answer

    async def _current(self, reader: Reader, state: State) -> Reader:
        """A reader whose store is so far; only one on disk cannot follow by itself."""
        if state.source is None or reader.source == state.source:
            return reader
        return await self._forked(reader, state.source)

    async def _forked(self, reader: Reader, source: Source | None) -> Reader:
        """A new reader in the place of one that has become too old."""
        self._discard(reader)
        new = await self._server.fork(self._lane, source)
        self._done["started"] += 1
        self._all.add(new)
        return new

    async def _take(self) -> Reader:
        if self._free.empty() and self._waiting >= self._queue:
            self._done["refused"] += 1
            raise StoreBusy(waiting=self._waiting)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._lane.seconds):
                while not (reader := await self._free.get()).alive:
                    self._replace(reader)
                return reader
        except TimeoutError:
            self._done["refused"] += 1
            raise StoreBusy(waiting=self._waiting) from None
        finally:
            self._waiting -= 1

    async def _add(self) -> None:
        reader = await self._server.fork(self._lane, self._state().source)
        self._done["started"] += 1
        self._all.add(reader)
        self._free.put_nowait(reader)

    def _replace(self, reader: Reader) -> None:
        self._discard(reader)
        self._in_background(self._add_at_last())

    def _discard(self, reader: Reader) -> None:
        reader.kill()
        self._in_background(self._forget(reader))

    async def _forget(self, reader: Reader) -> None:
        await reader.ended()
        self._all.discard(reader)

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _add_at_last(self) -> None:
        """Fork a reader, however often that fails: a full disk or memory may come to an end."""
        while not self._closing.is_set():
            try:
                await self._add()
            except (KgError, OSError, TimeoutError) as error:
                _LOG.error("cannot start a reader: %s", error)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), _RETRY_SECONDS)
            else:
                return


def _fields(position: Position) -> tuple[int, int, str]:
    return position.sequence, position.offset, position.sha256
