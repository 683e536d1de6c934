"""A replica: the engine of one process, loaded from a snapshot, that follows the journal.

A fork server loads it once, and each reader that it forks has its own from then on. A reader
process uses this module.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg.errors import ReaderOutdated
from kg.store.bodies import ROW
from kg.store.changes import EMPTIED, Layout, apply_rows, carry_out, emptied_by
from kg.store.checkpoint import read_checkpoint, write_checkpoint
from kg.store.emptying import emptied, empty_on_disk
from kg.store.journal import Journal, Position
from kg.store.retention import keep
from kg.store.snapshot import read_header, read_snapshot

FAR = 2**20
"""Bytes of the journal that a reader carries out itself: it takes some 0.1 s."""


@dataclass(frozen=True)
class Source:
    """What a replica is made from.

    `snapshot` is a snapshot file, or with `on_disk` the folder of a store, which each reader opens
    by itself; None begins empty. `position`
    is that of the journal that the snapshot holds already. `journal` is its folder; None has none.
    `graphs` is what the IRIs of the project's own graphs begin with; None says that graphs are
    plain ones: then the default graph is no union, and a graph that there is not is empty. `base`
    is the base of relative IRIs in queries and updates.
    `writable` is for the draft of a store on disk.
    """

    snapshot: str | None
    prefixes: Mapping[str, str]
    graphs: str | None
    on_disk: bool = False
    writable: bool = False
    journal: str | None = None
    base: str | None = None
    position: tuple[int, int, str] = (0, 0, Position().sha256)

    @property
    def layout(self) -> Layout:
        """Which graphs make up the default graph."""
        outside = frozenset[str]() if self.graphs is None else frozenset({f"{self.graphs}shapes"})
        return Layout(union=self.graphs is not None, outside=outside)


class Replica:
    """An engine and how far in the journal it is; one that is `confined` opens no files."""

    def __init__(self, source: Source) -> None:
        """Load the snapshot, check it, and open the journal.

        Raises `PathMissing`, `SnapshotInvalid`, `StorageDamaged`, `OSError`.
        """
        self.source = source
        if source.on_disk:
            # as long as this process lives, nobody removes the folder
            self._held = os.open(Path(source.snapshot or "").parent, os.O_RDONLY)
            keep(self._held)
        self.confined = False
        self._layout = source.layout
        self._journal = None if source.journal is None else Journal(Path(source.journal))
        self.engine, self.position = self._begun()

    def finish(self, rows: bytes) -> None:
        """Let a draft on disk hold the change of `rows` with the union, and close it."""
        if self.source.writable:
            if gone := emptied_by(rows):
                folder = Path(self.source.snapshot or "")
                self.engine.flush()
                # nobody may have it open
                self.engine = ox.Store()
                empty_on_disk(folder, gone, self._layout)
                self.engine = ox.Store(folder)
            apply_rows(self.engine, rows, self._layout)
            self.engine.flush()
            self.engine = ox.Store()

    def newest(self) -> Position:
        """How far the journal counts; raises `StorageDamaged`."""
        return self.position if self._journal is None else self._journal.position()

    def behind(self) -> int:
        """How many bytes of the journal are new; raises `StorageDamaged`."""
        if self._journal is None or self.source.on_disk:
            return 0
        return max(0, self._journal.position().offset - self.position.offset)

    def write_checkpoint(self) -> None:
        """Let the next start begin here; raises `OSError`."""
        if self._journal is not None:
            base = _base(self.source)
            write_checkpoint(self.engine, self._journal.folder, base, self.position)

    def _begun(self) -> tuple[ox.Store, Position]:
        start = Position(*self.source.position)
        if self._journal is None or self.source.on_disk:
            return _open(self.source), start
        return read_checkpoint(self._journal, _base(self.source)) or (_open(self.source), start)

    def follow(self, position: Position | None = None) -> None:
        """Carry out the entries of the journal up to `position`, by default all that count.

        Raises `StorageDamaged`, and `ReaderOutdated` where a load can only be read from a file, or
        so much is new, or goes, that nobody should wait for it.
        """
        if self._journal is None or self.source.on_disk:
            return
        end = position or self._journal.position()
        if end.sequence <= self.position.sequence:
            return
        if self.confined and end.offset - self.position.offset > FAR:
            raise ReaderOutdated
        for _, rows, _ in self._journal.rows(self.position, end):
            if self.confined and rows.startswith((ROW, EMPTIED)):
                raise ReaderOutdated
            if gone := emptied_by(rows):
                self.engine = emptied(self.engine, gone, self._layout)
            carry_out(self.engine, rows, self._layout, self._journal.folder)
        self.position = end


def _base(source: Source) -> str:
    """What a store began with."""
    return "" if source.snapshot is None else read_header(Path(source.snapshot)).sha256


def _open(source: Source) -> ox.Store:
    if source.snapshot is None:
        return ox.Store()
    if not source.on_disk:
        return read_snapshot(Path(source.snapshot))
    return ox.Store(source.snapshot) if source.writable else ox.Store.read_only(source.snapshot)
