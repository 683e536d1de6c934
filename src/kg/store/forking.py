"""Fork servers and readers from the side of the service: start, fork, ask, kill."""

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict
from functools import partial
from types import TracebackType
from typing import Any, Self

import kg.errors
from kg.errors import Both, KgError, ReaderLost, ReaderNotStarted
from kg.store.channel import Channel
from kg.store.forkserver import arguments
from kg.store.reader import Lane
from kg.store.replica import Source

_LOG = logging.getLogger(__name__)
_LOAD_SECONDS = 600.0
"""To load what people have written: some five seconds for a million statements."""
_START_SECONDS = 30.0
_FORK_SECONDS = 60.0
"""Longer than a fork takes that first follows a large load; a request has its own time."""
_END_SECONDS = 2.0
_ALLOCATOR = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=127"}
"""Small queries free many pieces of memory, which glibc would put together each time; others ignore
this."""
_GONE = "–"
"""Reason of a reader's end that nobody saw."""


class Reader:
    """One reader process and the connection to it; `source` is what its store was made from."""

    def __init__(
        self,
        server: "ForkServer",
        pid: int,
        channel: Channel,
        source: Source,
    ) -> None:
        self._server = server
        self._pid = pid
        self._channel = channel
        self.source = source

    @property
    def alive(self) -> bool:
        """Whether nobody has seen its end."""
        return self._server.has(self._pid)

    def send(self, request: Mapping[str, object], body: bytes) -> None:
        """Send a request; whether it came shows where its answer is received."""
        self._channel.send(json.dumps(request).encode(), body)

    async def receive(self, deadline: float | None = None) -> tuple[dict[str, Any], bytes]:
        """Wait for the next message, until `deadline` on the loop's clock.

        Raises what the reader raised, `ReaderLost`, `TimeoutError`.
        """
        try:
            text, body = await self._channel.receive(deadline)
        except ConnectionError:
            async with asyncio.timeout_at(deadline):
                reason = await self._server.reason(self._pid)
            raise ReaderLost(reason=reason) from None
        head = json.loads(text)
        _raise_problem(head)
        return head, body

    def pass_on(self, message: Mapping[str, object], descriptor: int | None = None) -> bool:
        """Send a message now, with a descriptor; False where that cannot be.

        For a reader that is waiting for such messages (`kg.store.attending`).
        """
        return self._channel.pass_on(json.dumps(message).encode(), descriptor)

    def kill(self) -> None:
        """End the process now, whatever it is doing."""
        self._server.kill(self._pid)
        self._channel.close()

    async def ended(self) -> None:
        """Wait until the process is gone: freeing gigabytes takes the system its time."""
        await self._server.reason(self._pid)


class ForkServer:
    """The fork server of a store; one that is lost is replaced at the next fork.

    Used as `async with ForkServer(source)` in one event loop, which it never blocks.
    """

    def __init__(
        self,
        source: Source,
        clerk: Mapping[str, object] | None = None,
        work: Mapping[str, object] | None = None,
    ) -> None:
        """`clerk` is what readers are told that may get connections: see `kg.store.forkserver`.

        `work` names a `module` and `facts` for work of another kind: see `kg.store.working`.
        """
        self._source = source
        self._work = work
        self._clerk = clerk
        self._process: Process | None = None
        self._control: socket.socket | None = None
        self._listener: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._forked: asyncio.Future[dict[str, Any]] | None = None
        self._number = 0
        self._ends: dict[int, asyncio.Future[str]] = {}
        self._told = 0
        self.size: int | None = None

    async def __aenter__(self) -> Self:
        """Start the process and wait until it has loaded the store.

        Raises `SnapshotInvalid`, `PathMissing`, `StorageDamaged`, `ReaderNotStarted`.
        """
        async with self._turn:
            await self._start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process and all its readers."""
        await self._stop()

    async def fork(self, lane: Lane, source: Source | None = None) -> Reader:
        """Fork a reader; `source` is for a store on disk, which each reader opens by itself.

        Raises `ReaderNotStarted`, `StorageDamaged`, and what starting raises.
        """
        source = source or self._source
        ours, theirs = socket.socketpair()
        async with AsyncExitStack() as on_failure:
            on_failure.callback(ours.close)
            with theirs:
                pid = await self._fork(lane, source, theirs)
            on_failure.callback(self.kill, pid)
            loop = asyncio.get_running_loop()
            _, channel = await loop.create_unix_connection(partial(Channel, ours), sock=ours)
            on_failure.callback(channel.close)
            reader = Reader(self, pid, channel, source)
            await self._ready(reader)
            on_failure.pop_all()
        return reader

    def kill(self, pid: int) -> None:
        """Kill a reader."""
        self._tell({"kill": pid})

    def _tell(self, message: Mapping[str, int]) -> None:
        # whether it is gone shows where its messages are read
        if self._control is not None:
            with suppress(OSError):
                self._control.sendall(json.dumps(message).encode() + b"\n")

    def has(self, pid: int) -> bool:
        """Whether a reader of that pid has not ended."""
        return pid in self._ends

    def follow(self, sequence: int) -> None:
        """Let the process carry out the journal up to an entry now, not at the next fork."""
        if sequence > self._told and self._control is not None and not self._source.on_disk:
            self._told = sequence
            self._tell({"follow": sequence})

    async def reason(self, pid: int) -> str:
        """Wait until a reader has ended; returns the name of the signal or the exit code."""
        end = self._ends.get(pid)
        return _GONE if end is None else await asyncio.shield(end)

    async def _fork(self, lane: Lane, source: Source, theirs: socket.socket) -> int:
        request: dict[str, object] = {"lane": asdict(lane)}
        if source.on_disk:
            request["source"] = asdict(source)
        async with self._turn:
            # the answer to a caller who has gone away may come later
            self._number += 1
            line = json.dumps({**request, "number": self._number}).encode() + b"\n"
            if self._control is None:
                await self._start()
            answer = self._forked = asyncio.get_running_loop().create_future()
            # started above, unless that raised
            try:
                socket.send_fds(self._alive(), [line], [theirs.fileno()])
            except OSError:
                raise ReaderNotStarted(reason=_GONE) from None
            async with asyncio.timeout(_FORK_SECONDS):
                message = await answer
        _raise_problem(message)
        if "forked" not in message:
            raise ReaderNotStarted(reason=message.get("failed", _GONE))
        return int(message["forked"])

    def _alive(self) -> socket.socket:
        if self._control is None:
            raise ReaderNotStarted(reason=_GONE)
        return self._control

    async def _ready(self, reader: Reader) -> None:
        try:
            async with asyncio.timeout(_START_SECONDS):
                await reader.receive()
        except TimeoutError:
            raise ReaderNotStarted(reason=f"{_START_SECONDS:g} s") from None
        except ReaderLost as error:
            raise ReaderNotStarted(reason=error.facts["reason"]) from None

    async def _start(self) -> None:
        ours, theirs = socket.socketpair()
        async with AsyncExitStack() as on_failure:
            on_failure.callback(ours.close)
            with theirs:
                self._process = await _spawn(self._source, self._work, theirs)
            on_failure.push_async_callback(self._process.wait)
            on_failure.callback(_kill, self._process)
            incoming, sink = await asyncio.open_unix_connection(sock=ours.dup())
            on_failure.callback(sink.close)
            await self._loaded(incoming, self._process)
            if self._clerk is not None:
                await _write_all(sink, json.dumps(self._clerk).encode() + b"\n")
            on_failure.pop_all()
        self._control = ours
        self._listener = asyncio.create_task(self._listen(incoming, sink))

    async def _loaded(self, incoming: asyncio.StreamReader, process: Process) -> None:
        try:
            async with asyncio.timeout(_LOAD_SECONDS):
                line = await incoming.readline()
        except TimeoutError:
            raise ReaderNotStarted(reason=f"{_LOAD_SECONDS:g} s") from None
        if not line:
            raise ReaderNotStarted(reason=_end(await process.wait()))
        message = json.loads(line)
        _raise_problem(message)
        self.size = message["size"]

    async def _listen(self, incoming: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Note what the process tells until it is gone."""
        try:
            while line := await incoming.readline():
                message = json.loads(line)
                if "exited" in message:
                    self._exited(message["exited"], message["code"])
                elif (
                    message["number"] == self._number
                    and self._forked is not None
                    and not self._forked.done()
                ):
                    pid = message.get("forked")
                    if pid is not None:
                        self._ends[pid] = asyncio.get_running_loop().create_future()
                    self._forked.set_result(message)
        except ConnectionError:
            # it was killed with messages of ours unread
            return
        finally:
            sink.close()
            self._lost()

    def _exited(self, pid: int, code: int) -> None:
        end = self._ends.pop(pid, None)
        if end is not None and not end.done():
            end.set_result(_end(code))

    def _lost(self) -> None:
        """The process is gone: its readers are to be replaced as they end."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._forked is not None and not self._forked.done():
            self._forked.set_result({"failed": _GONE})
        for pid, end in self._ends.items():
            # nobody reaps them for us any more
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            if not end.done():
                end.set_result(_GONE)
        self._ends.clear()

    async def _stop(self) -> None:
        if self._control is not None:
            with suppress(OSError):
                self._control.shutdown(socket.SHUT_WR)
        if self._listener is not None:
            await asyncio.wait({self._listener}, timeout=_END_SECONDS)
        if self._process is not None:
            # it has ended by itself, unless it is stuck
            _kill(self._process)
            await self._process.wait()
        if self._listener is not None:
            await self._listener


async def _spawn(
    source: Source, work: Mapping[str, object] | None, connection: socket.socket
) -> Process:
    return await asyncio.create_subprocess_exec(
        *arguments(source, work),
        stdin=connection.fileno(),
        stdout=DEVNULL,
        # nothing of the service's environment is any business of a hostile query
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **_ALLOCATOR},
    )


async def _write_all(sink: asyncio.StreamWriter, data: bytes) -> None:
    """Send data and wait until nothing of it is left here; who is gone is noticed elsewhere."""
    sink.transport.set_write_buffer_limits(high=0)
    sink.write(data)
    with suppress(ConnectionError):
        await sink.drain()


def _end(code: int) -> str:
    """How a process ended: the name of the signal, or the exit code."""
    return signal.Signals(-code).name if code < 0 else f"exit {code}"


def _kill(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()


def _raise_problem(head: Mapping[str, Any]) -> None:
    if "error" in head:
        facts = {k: Both(**v) if isinstance(v, dict) else v for k, v in head["facts"].items()}
        error: type[KgError] = getattr(kg.errors, head["error"])
        raise error(**facts)
