"""The connection to a reader, from the side of the service: frames, answers, deadlines.

A stream of asyncio wakes its task for every part of a message and needs another task's help for a
deadline; for a small query that takes longer than the query. Here a message wakes its task once.
"""

import asyncio
import socket
from collections import deque
from typing import cast

from kg.store.frames import FRAME

_PASSED = 16 * 1024
"""Bytes of a message that the system takes as a whole or not at all."""
Message = tuple[bytes, bytes]
"""The head of a message and its body."""


class Channel(asyncio.Protocol):
    """One end of a connection on which each message is waited for by at most one caller."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._transport: asyncio.Transport | None = None
        self._parts: list[bytes] = []
        self._size = 0
        self._due = 0
        self._arrived: deque[Message] = deque()
        self._waiting: asyncio.Future[Message] | None = None
        self._lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Collect parts of a message until it is whole."""
        self._parts.append(data)
        self._size += len(data)
        while self._size >= (self._due or FRAME.size):
            if self._due:
                self._deliver()
            else:
                self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits that nothing will come, whatever the reason was."""
        del exc
        self._lost = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError())

    def send(self, head: bytes, body: bytes) -> None:
        """Send a message; one that cannot be sent shows where its answer is waited for."""
        if self._transport is not None and not self._lost:
            self._transport.write(b"".join((FRAME.pack(len(head), len(body)), head, body)))

    def pass_on(self, head: bytes, descriptor: int | None = None) -> bool:
        """Send a message without a body now, with a descriptor; False where that cannot be."""
        if self._transport is None or self._lost or self._transport.get_write_buffer_size():
            return False
        message = FRAME.pack(len(head), 0) + head
        if len(message) > _PASSED:
            return False
        try:
            descriptors = () if descriptor is None else (descriptor,)
            return socket.send_fds(self._end, [message], descriptors) == len(message)
        except OSError:
            return False

    async def receive(self, deadline: float | None = None) -> Message:
        """Wait for the next message, until `deadline` on the loop's clock.

        Raises `ConnectionError` once the other end is gone, `TimeoutError`.
        """
        if self._arrived:
            return self._arrived.popleft()
        if self._lost:
            raise ConnectionError
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        timer = None if deadline is None else loop.call_at(deadline, self._late, self._waiting)
        try:
            return await self._waiting
        finally:
            self._waiting = None
            if timer is not None:
                timer.cancel()

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()

    def _begin(self) -> None:
        """Read how long a message is."""
        head, body = FRAME.unpack_from(self._joined())
        self._due = FRAME.size + head + body

    def _deliver(self) -> None:
        data, due = self._joined(), self._due
        head, _ = FRAME.unpack_from(data)
        message = data[FRAME.size : FRAME.size + head], data[FRAME.size + head : due]
        rest = data[due:]
        self._parts, self._size, self._due = [rest], len(rest), 0
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(message)
        else:
            self._arrived.append(message)

    def _joined(self) -> bytes:
        if len(self._parts) > 1:
            self._parts = [b"".join(self._parts)]
        return self._parts[0]

    @staticmethod
    def _late(waiting: asyncio.Future[Message]) -> None:
        if not waiting.done():
            waiting.set_exception(TimeoutError())
