"""Reader processes from the side of the service: start, ask, kill, replace."""

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

from rdflib.term import Identifier

import kg.errors
from kg.errors import Both, KgError, QueryTimeout, ReaderLost, ReaderNotStarted, StoreBusy
from kg.model import Answer, QueryDataset
from kg.store.reader import FRAME, Config
from kg.store.terms import to_json

_LOG = logging.getLogger(__name__)
_START_SECONDS = 30.0
_RETRY_SECONDS = 1.0
_HEAD_START_SECONDS = 0.5
_BUFFER = 1024 * 1024


class Reader:
    """One reader process and the connection to it."""

    def __init__(
        self, process: Process, source: asyncio.StreamReader, sink: asyncio.StreamWriter
    ) -> None:
        self._process = process
        self._source = source
        self._sink = sink

    @classmethod
    async def start(cls, config: Config) -> Self:
        """Start a process and wait until it has loaded its snapshot.

        Raises `SnapshotInvalid`, `PathMissing`, `ReaderNotStarted`.
        """
        ours, theirs = socket.socketpair()
        async with AsyncExitStack() as on_failure:
            on_failure.callback(ours.close)
            with theirs:
                process = await _spawn(config, theirs)
            on_failure.push_async_callback(process.wait)
            on_failure.callback(_kill, process)
            source, sink = await asyncio.open_unix_connection(sock=ours, limit=_BUFFER)
            on_failure.callback(sink.close)
            reader = cls(process, source, sink)
            await reader._loaded()
            on_failure.pop_all()
        return reader

    async def ask(self, request: Mapping[str, object]) -> tuple[dict[str, Any], bytes]:
        """Send a request and wait for its answer; raises what the reader raised."""
        text = json.dumps(request).encode()
        self._sink.write(FRAME.pack(len(text), 0) + text)
        return await self._receive()

    def kill(self) -> None:
        """End the process now, whatever it is doing."""
        _kill(self._process)
        self._sink.close()

    async def ended(self) -> None:
        """Wait until the process is gone: freeing gigabytes takes the system its time."""
        await self._process.wait()

    async def _loaded(self) -> None:
        try:
            async with asyncio.timeout(_START_SECONDS):
                await self._receive()
        except TimeoutError:
            raise ReaderNotStarted(reason=f"{_START_SECONDS:g} s") from None
        except ReaderLost as error:
            raise ReaderNotStarted(reason=error.facts["reason"]) from None

    async def _receive(self) -> tuple[dict[str, Any], bytes]:
        try:
            head_size, body_size = FRAME.unpack(await self._source.readexactly(FRAME.size))
            head = json.loads(await self._source.readexactly(head_size))
            body = await self._source.readexactly(body_size)
        except (asyncio.IncompleteReadError, ConnectionError):
            code = await self._process.wait()
            reason = signal.Signals(-code).name if code < 0 else f"exit {code}"
            raise ReaderLost(reason=reason) from None
        if "error" in head:
            facts = {k: Both(**v) if isinstance(v, dict) else v for k, v in head["facts"].items()}
            raise getattr(kg.errors, head["error"])(**facts)
        return head, body


async def _spawn(config: Config, connection: socket.socket) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "kg.store.reader", json.dumps(asdict(config))),
        stdin=connection.fileno(),
        stdout=DEVNULL,
        # nothing of the service's environment is any business of a hostile query
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def _kill(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()


class ReaderPool:
    """Reader processes that share one snapshot and one set of limits.

    Used as `async with ReaderPool(…)` in one event loop, which it never blocks.
    """

    def __init__(self, config: Config, *, readers: int, queue: int) -> None:
        """`readers` processes; `queue` callers may wait for one."""
        self._config = config
        self._size = readers
        self._queue = queue
        self._waiting = 0
        self._free: asyncio.LifoQueue[Reader] = asyncio.LifoQueue()
        self._all: set[Reader] = set()
        self._starting: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Start the first reader and wait for it; the others come while it answers.

        Raises `SnapshotInvalid`, `PathMissing`, `ReaderNotStarted`.
        """
        await self._add()
        self._in_background(self._grow())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill the readers."""
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
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
    ) -> Answer:
        """Serialise the result of a query, in the first of the media types in `accept` that fits.

        `dataset` replaces that of the query's FROM and of the store.
        Raises `QuerySyntaxError`, `QueryRefused`, `UnknownGraph`, `QueryFailed`, `QueryTimeout`,
        `ResultTooLarge`, `ReaderLost`, `StoreBusy`, `FormatUnavailable`.
        """
        terms = {name: to_json(term) for name, term in (bindings or {}).items()}
        request: dict[str, object] = {"query": query, "accept": list(accept), "bindings": terms}
        if dataset is not None:
            request["dataset"] = (dataset.default, dataset.named)
        reader = await self._take()
        try:
            async with asyncio.timeout(self._config.seconds):
                head, body = await reader.ask(request)
        except KgError as error:
            if isinstance(error, ReaderLost):
                self._replace(reader)
            else:
                self._free.put_nowait(reader)
            raise
        except TimeoutError:
            self._replace(reader)
            raise QueryTimeout(seconds=f"{self._config.seconds:g}") from None
        except BaseException:
            # the caller was cancelled: the answer would reach the next one
            self._replace(reader)
            raise
        self._free.put_nowait(reader)
        return Answer(body, head["media"])

    async def _take(self) -> Reader:
        if self._free.empty() and self._waiting >= self._queue:
            raise StoreBusy(waiting=self._waiting)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._config.seconds):
                return await self._free.get()
        except TimeoutError:
            raise StoreBusy(waiting=self._waiting) from None
        finally:
            self._waiting -= 1

    async def _add(self) -> None:
        reader = await Reader.start(self._config)
        self._all.add(reader)
        self._free.put_nowait(reader)

    async def _grow(self) -> None:
        """Start the other readers, once the first answer has had the processors for itself."""
        await asyncio.sleep(_HEAD_START_SECONDS)
        await asyncio.gather(*(self._add_at_last() for _ in range(self._size - 1)))

    def _replace(self, reader: Reader) -> None:
        self._in_background(self._replacement(reader))

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _replacement(self, reader: Reader) -> None:
        reader.kill()
        await self._add_at_last()
        await reader.ended()
        self._all.discard(reader)

    async def _add_at_last(self) -> None:
        """Start a reader, however often that fails: a full disk or memory may come to an end."""
        while True:
            try:
                return await self._add()
            except (KgError, OSError, TimeoutError) as error:
                _LOG.error("cannot start a reader: %s", error)
                await asyncio.sleep(_RETRY_SECONDS)
