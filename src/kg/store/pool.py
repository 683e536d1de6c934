"""Lanes: readers that share one set of limits, and the callers that wait for them."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
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
from kg.store.terms import to_json
from kg.store.turns import State, Turn

_LOG = logging.getLogger(__name__)
_RETRY_SECONDS = 1.0
_END_SECONDS = 2.0


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
    loans: int


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
        self._free: list[Reader] = []
        self._waiting: deque[Turn] = deque()
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
        await _ended(self._starting)
        for reader in self._all:
            reader.kill()
        await _ended([asyncio.ensure_future(reader.ended()) for reader in self._all])
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

        Raises `GraphMissing`, `ResultTooLarge`, `QueryTimeout`, `ReaderLost`, `StoreBusy`.
        """
        head, body = await self._ask({"do": "dump", "graph": graph, "media": media_type})
        return Answer(body, head["media"])

    async def try_write(
        self,
        request: Mapping[str, object],
        body: bytes,
        draft: State | None = None,
        *,
        seconds: float | None = None,
    ) -> tuple[dict[str, Any], bytes]:
        """Let a reader try a write, which it does not survive; returns summary and rows.

        `draft` is a copy of a store on disk, which then holds the change. `seconds` is less than
        the wall time of the lane. Raises what the write raises, `QueryTimeout`, `ReaderLost`,
        `StoreBusy`.
        """
        state = self._newest if draft is None else lambda: draft
        return await self._ask(request, body, state, once=True, seconds=seconds)

    def follow(self, position: Position) -> None:
        """Let new readers begin at a position of the journal that has just come to count."""
        self._server.follow(position.sequence)

    @property
    def seconds(self) -> float:
        """Wall time of a request."""
        return self._lane.seconds

    def figures(self) -> LaneFigures:
        """Figures of this moment."""
        readers, done = sum(reader.alive for reader in self._all), self._done
        return LaneFigures(
            readers=readers,
            busy=max(0, readers - len(self._free)),
            waiting=len(self._waiting),
            started=done["started"],
            killed=done["killed"],
            lost=done["lost"],
            timeouts=done["timeouts"],
            refused=done["refused"],
            loans=done["loans"],
        )

    def _newest(self) -> State:
        state = self._state()
        # written by another process, maybe
        self.follow(state.position)
        return state

    async def _ask(
        self,
        request: Mapping[str, object],
        body: bytes = b"",
        state: Callable[[], State] | None = None,
        *,
        once: bool = False,
        seconds: float | None = None,
    ) -> tuple[dict[str, Any], bytes]:
        limit = self._lane.seconds
        seconds = limit if seconds is None else min(seconds, limit)
        loop = asyncio.get_running_loop()
        # the time in the queue counts: nobody waits longer for an answer than the wall time
        deadline = loop.time() + seconds
        turn = Turn({**request}, body, state or self._newest, loop.create_future())
        turn.look()
        reader = await self._take(turn)
        keep = False
        try:
            if not turn.asked:
                reader = await self._other(reader, turn, deadline)
            try:
                answer = await reader.receive(deadline)
            except ReaderOutdated:
                reader = await self._other(reader, turn, deadline)
                answer = await reader.receive(deadline)
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
                self._release(reader)
            else:
                self._replace(reader)
        return answer

    async def _other(self, reader: Reader, turn: Turn, deadline: float) -> Reader:
        """Ask a new reader in the place of one that cannot follow by itself, as it is too old."""
        self._discard(reader)
        async with asyncio.timeout_at(deadline):
            try:
                new = await self._server.fork(self._lane, turn.source)
            except ReaderNotStarted:
                # writes may have been quicker, and the folder is gone by now
                turn.look()
                new = await self._server.fork(self._lane, turn.source)
        self._done["started"] += 1
        self._all.add(new)
        new.send(turn.head, turn.body)
        return new

    async def _take(self, turn: Turn) -> Reader:
        """A reader that nobody else has, in the order of the callers; raises `StoreBusy`."""
        while self._free:
            reader = self._free.pop()
            if reader.alive:
                turn.begin(reader)
                return reader
            self._replace(reader)
        if len(self._waiting) >= self._queue:
            raise self._busy()
        self._waiting.append(turn)
        self._on_waiting(turn)
        loop = asyncio.get_running_loop()
        # what is left is to be worth a reader
        timer = loop.call_later(self._lane.seconds / 2, self._skip, turn)
        try:
            return await turn.reader
        except TimeoutError:
            raise self._busy() from None
        except asyncio.CancelledError:
            self._leave(turn)
            raise
        finally:
            timer.cancel()

    def _on_waiting(self, turn: Turn) -> None:
        """A caller has begun to wait for a reader."""

    def _skip(self, turn: Turn) -> None:
        """End the waiting of a caller whose time is over."""
        if turn in self._waiting:
            self._waiting.remove(turn)
            turn.reader.set_exception(TimeoutError())

    def _leave(self, turn: Turn) -> None:
        """Take a caller that was cancelled out of the queue, and the reader that it got from it."""
        if turn in self._waiting:
            self._waiting.remove(turn)
        elif turn.asked:
            self._done["killed"] += 1
            self._replace(turn.reader.result())
        elif not turn.reader.cancelled() and turn.reader.exception() is None:
            self._release(turn.reader.result())

    def _busy(self) -> StoreBusy:
        self._done["refused"] += 1
        return StoreBusy(waiting=len(self._waiting))

    def _release(self, reader: Reader) -> None:
        """Give a reader to the caller that waits longest, if there is one, or keep it.

        It has the next request before its last answer goes on its way, and so is never idle.
        """
        if not reader.alive:
            self._replace(reader)
            return
        while self._waiting:
            turn = self._waiting.popleft()
            if turn.reader.done():
                continue
            try:
                # what was written while it waited
                turn.look()
            except KgError as error:
                turn.reader.set_exception(error)
                continue
            turn.begin(reader)
            return
        self._free.append(reader)

    async def _add(self) -> None:
        reader = await self._server.fork(self._lane, self._state().source)
        self._done["started"] += 1
        self._all.add(reader)
        self._release(reader)

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
                _LOG.error(ReaderNotStarted.because(error).words())
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), _RETRY_SECONDS)
            else:
                return


async def _ended(work: Collection[asyncio.Future[None]]) -> None:
    """Wait for some work, but not for ever: a fork server that is stuck is killed later."""
    if work:
        _, late = await asyncio.wait(work, timeout=_END_SECONDS)
        for task in late:
            task.cancel()
