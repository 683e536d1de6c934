"""A store on disk: one folder for each position of the journal, which never changes again.

The folder of the next position is made by hard links from the one before it, within milliseconds,
and gets its name when it is whole, before the journal says that it counts. So a reader only ever
opens folders that are complete, and the folder of a write that was not acknowledged bears a name
that no journal knows. Folders are a cache: one that is missing, or not as it was sealed, is made
again from an older one and the journal, in the end from the snapshot.
"""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path

import pyoxigraph as ox

from kg.errors import StorageDamaged
from kg.store.changes import carry_out, emptied_by
from kg.store.digests import Digester, Digests, matters
from kg.store.emptying import empty_on_disk
from kg.store.journal import Journal, Position
from kg.store.nesting import on_a_large_stack
from kg.store.replica import Source
from kg.store.retention import keep, mark_used, remove_left, remove_old

_SEAL = "seal.json"
_ENGINE = "engine"
_DRAFT = "draft-"
_LOCK = ".senryaku-lock"


@dataclass(frozen=True)
class Disk:
    """The folders of one store below `folder`.

    `name` is what their names begin with. `fill` loads the content of position 0 into an empty
    engine. `source` is that of a replica but for its snapshot and position. Without a `journal`
    there is position 0 only.
    """

    folder: Path
    name: str
    fill: Callable[[ox.Store], None]
    source: Source
    journal: Journal | None
    digests: Digester = field(default_factory=Digester)

    def at(self, position: Position) -> Source:
        """Source of a replica at a position that has a folder."""
        path = self._path(position) / _ENGINE
        fields = (position.sequence, position.offset, position.sha256)
        return replace(self.source, snapshot=str(path), on_disk=True, position=fields)

    def prepare(self, end: Position) -> None:
        """Make sure that a position has a folder that is as it was sealed.

        Raises `StorageDamaged`, `OSError`, and what `fill` raises.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with _alone(self.folder):
            # what was left behind by a process that was killed
            remove_left(self.folder.glob(f"{_DRAFT}*"))
            self._prepare(end)

    def _prepare(self, end: Position) -> None:
        start = next(self._true_positions(end), None)
        if start is None:
            start = Position()
            with self._new_draft() as draft:
                engine = ox.Store(draft)
                self.fill(engine)
                engine.flush()
                del engine
                self.seal(draft, start)
        if start != end:
            with self.draft(start) as draft:
                on_a_large_stack(partial(self._carry_out, draft, start, end))
                self.seal(draft, end)

    def _carry_out(self, draft: Path, start: Position, end: Position) -> None:
        engine, layout = ox.Store(draft), self.source.layout
        for folder, rows in self._rows(start, end):
            if gone := emptied_by(rows):
                engine.flush()
                del engine
                empty_on_disk(draft, gone, layout)
                engine = ox.Store(draft)
            carry_out(engine, rows, layout, folder)
        engine.flush()

    @contextmanager
    def draft(self, position: Position) -> Iterator[Path]:
        """A copy of the store at a position, to be changed; it is gone at the end if not sealed."""
        with self._new_draft() as draft:
            _link(self._path(position) / _ENGINE, draft)
            yield draft

    def seal(self, draft: Path, position: Position) -> None:
        """Let a draft, which nobody has open any more, be the store at a position."""
        target = self._path(position)
        digests = self.digests.of(draft)
        seal = {"position": asdict(position), "files": digests}
        (draft.parent / _SEAL).write_text(json.dumps(seal, indent=1), encoding="utf-8")
        if target.exists():
            with tempfile.TemporaryDirectory(dir=self.folder, prefix=_DRAFT) as rubbish:
                target.rename(Path(rubbish, "damaged"))
        draft.parent.rename(target)
        mark_used(target)
        remove_old(self._folders())

    @contextmanager
    def _new_draft(self) -> Iterator[Path]:
        outer = Path(tempfile.mkdtemp(dir=self.folder, prefix=_DRAFT))
        held = os.open(outer, os.O_RDONLY)
        try:
            keep(held)
            yield outer / _ENGINE
        finally:
            os.close(held)
            shutil.rmtree(outer, ignore_errors=True)

    def _path(self, position: Position) -> Path:
        return self.folder / f"{self.name}-{position.sequence}-{position.sha256[:16]}"

    def _folders(self) -> list[Path]:
        return list(self.folder.glob(f"{self.name}-*-*"))

    def _true_positions(self, end: Position) -> Iterator[Position]:
        """Positions on the way to `end` whose folders are as they were sealed, newest first."""
        sealed = [(folder, _read_seal(folder)) for folder in self._folders()]
        found = [(seal[0], seal[1], folder) for folder, seal in sealed if seal]
        for position, digests, folder in sorted(found, key=lambda item: item[0], reverse=True):
            if self._leads(position, end) and digests == self.digests.of(folder / _ENGINE):
                mark_used(folder)
                yield position

    def _leads(self, start: Position, end: Position) -> bool:
        """Whether the journal goes on from a position to `end`."""
        if start.sequence > end.sequence:
            return False
        try:
            for _ in self._rows(start, end):
                pass
        except StorageDamaged:
            return False
        return True

    def _rows(self, start: Position, end: Position) -> Iterator[tuple[Path, bytes]]:
        if self.journal is not None:
            for _, rows, _ in self.journal.rows(start, end):
                yield self.journal.folder, rows


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let no other process make stores in a folder while the block runs."""
    with (folder / _LOCK).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read_seal(folder: Path) -> tuple[Position, Digests] | None:
    try:
        seal = json.loads((folder / _SEAL).read_text(encoding="utf-8"))
        return Position(**seal["position"]), dict(seal["files"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _link(source: Path, target: Path) -> None:
    """Copy an engine's folder; its files of sorted data never change and are shared.

    The engine would keep its logs for ever, one more with each write.
    """
    target.mkdir()
    for path in source.iterdir():
        if path.suffix == ".sst":
            os.link(path, target / path.name)
        elif matters(path):
            shutil.copyfile(path, target / path.name)
