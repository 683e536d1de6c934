"""Whole graphs as files: written once for each version of the data, and sent from there.

A download may be far larger than any other answer. So it is made by a lane of its own, kept on the
disk rather than in memory, and costs no reader when it is asked for again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from fastapi import Response
from starlette.types import Receive, Scope, Send

from kg.errors import StorageFailed, reason
from kg.model import Answer

_CHUNK = 256 * 1024
"""Bytes that are sent at a time."""

Key = tuple[str, str | None, str]
"""Version of the data, graph, media type."""
Make = Callable[[], Awaitable[Answer]]
"""Asks a lane for a graph."""


@dataclass(frozen=True)
class Dump:
    """A finished download: its file, the bytes in it, its media type."""

    path: Path
    size: int
    media_type: str


class Dumps:
    """Downloads of one version of the data, of up to `size` bytes together.

    Used as `async with Dumps(…)`; the files last as long as the block.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._folder = TemporaryDirectory(prefix="senryaku-dumps-")
        self._numbers = count()
        self._kept: OrderedDict[Key, Dump] = OrderedDict()
        self._making: dict[Key, asyncio.Task[Dump]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the files."""
        for task in self._making.values():
            task.cancel()
        await asyncio.gather(*self._making.values(), return_exceptions=True)
        self._folder.cleanup()

    async def get(self, key: Key, make: Make) -> Dump:
        """The download of a key; `make` is awaited unless it is there or on its way.

        Raises what `make` raises, and `StorageFailed`.
        """
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key not in self._making:
            task = asyncio.create_task(self._make(key, make))
            self._making[key] = task
            task.add_done_callback(lambda done: self._made(key, done))
        # who goes away must not take it from those who wait too
        return await asyncio.shield(self._making[key])

    def _made(self, key: Key, task: asyncio.Task[Dump]) -> None:
        del self._making[key]
        if not task.cancelled():
            # seen, even where nobody waits any more
            task.exception()

    async def _make(self, key: Key, make: Make) -> Dump:
        answer = await make()
        path = Path(self._folder.name) / str(next(self._numbers))
        try:
            await asyncio.to_thread(path.write_bytes, answer.body)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise StorageFailed(folder=path.parent, reason=reason(error)) from None
        self._kept[key] = dump = Dump(path, len(answer.body), answer.media_type)
        self._tidy(key)
        return dump

    def _tidy(self, newest: Key) -> None:
        """Remove downloads of other versions, and the ones that were asked for longest ago."""
        size = sum(dump.size for dump in self._kept.values())
        for key, dump in list(self._kept.items()):
            if key != newest and (key[0] != newest[0] or size > self._size):
                # whoever is reading it has it open
                dump.path.unlink()
                size -= dump.size
                del self._kept[key]


class DumpResponse(Response):
    """A response whose body is a file; it can be removed as soon as this is made."""

    def __init__(self, dump: Dump, headers: Mapping[str, str]) -> None:
        sized = {**headers, "Content-Length": str(dump.size)}
        super().__init__(None, headers=sized, media_type=dump.media_type)
        self._file = dump.path.open("rb")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file piece by piece, as fast as the client reads."""
        del scope, receive
        with self._file:
            headers = self.raw_headers
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            more = True
            while more:
                piece = await asyncio.to_thread(self._file.read, _CHUNK)
                more = len(piece) == _CHUNK
                await send({"type": "http.response.body", "body": piece, "more_body": more})
