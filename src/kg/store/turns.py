"""Callers of a lane: what each asks, of which state of the store."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from kg.store.forking import Reader
from kg.store.journal import Position
from kg.store.replica import Source


@dataclass(frozen=True)
class State:
    """What the next request is to see: how far the journal counts, and a store that is so far.

    `source` is given where the store lies on disk, as each position has a folder of its own.
    """

    position: Position
    source: Source | None = None

    def fields(self) -> tuple[int, int, str]:
        """The position, as a reader is told."""
        return self.position.sequence, self.position.offset, self.position.sha256


@dataclass(eq=False)
class Turn:
    """A caller: its request, the store it is to see, and the reader that it gets.

    `asked` says that the reader has the request already.
    """

    head: dict[str, object]
    body: bytes
    state: Callable[[], State]
    reader: asyncio.Future[Reader]
    source: Source | None = None
    asked: bool = False

    def look(self) -> None:
        """See what counts by now; raises `StorageDamaged`."""
        state = self.state()
        self.head["position"] = state.fields()
        self.source = state.source

    def begin(self, reader: Reader) -> None:
        """Take a reader and ask it, unless its store is another one."""
        if self.source is None or reader.source == self.source:
            reader.send(self.head, self.body)
            self.asked = True
        self.reader.set_result(reader)
