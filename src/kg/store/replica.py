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
from kg.store.changes import Layout, apply_rows, carry_out
from kg.store.journal import Journal, Position
from kg.store.retention import keep
from kg.store.snapshot import read_snapshot


@dataclass(frozen=True)
class Source:
    """What a replica is made from.

    `snapshot` is a snapshot file, or the folder of a store on disk; None begins empty. `position`
    is that of the journal that the snapshot holds already. `journal` is its folder; None has none.
    `graphs` is what the IRIs of the project's own graphs begin with; None says that graphs are
    plain ones: then the default graph is no union, and a graph that there is not is empty. `base`
    is the base of relative IRIs in queries and updates.
    `writable` is for the draft of a store on disk.
    """

    snapshot: str | None
    prefixes: Mapping[str, str]
    graphs: str | None
    writable: bool = False
    journal: str | None = None
    base: str | None = None
    position: tuple[int, int, str] = (0, 0, Position().sha256)

    @property
    def on_disk(self) -> bool:
        """Whether the store is a folder, which each reader opens by itself."""
        return self.snapshot is not None and Path(self.snapshot).is_dir()

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
        self.engine = _open(source)
        self.confined = False
        self.position = Position(*source.position)
        self._layout = source.layout
        self._journal = None if source.journal is None else Journal(Path(source.journal))

    def finish(self, rows: bytes) -> None:
        """Let a draft on disk hold the change of `rows` with the union, and close it."""
        if self.source.writable:
            apply_rows(self.engine, rows, self._layout)
            self.engine.flush()
            self.engine = ox.Store()

    def follow(self, position: Position | None = None) -> None:
        """Carry out the entries of the journal up to `position`, by default all that count.

        Raises `StorageDamaged`, and `ReaderOutdated` where a load can only be read from a file.
        """
        if self._journal is None or self.source.on_disk:
            return
        end = position or self._journal.position()
        if end.sequence <= self.position.sequence:
            return
        for _, rows, _ in self._journal.rows(self.position, end):
            if self.confined and rows.startswith(ROW):
                raise ReaderOutdated
            carry_out(self.engine, rows, self._layout, self._journal.folder)
        self.position = end


def _open(source: Source) -> ox.Store:
    if source.snapshot is None:
        return ox.Store()
    if not source.on_disk:
        return read_snapshot(Path(source.snapshot))
    return ox.Store(source.snapshot) if source.writable else ox.Store.read_only(source.snapshot)
