"""Checkpoints of a store in memory: where a start goes on from, instead of all that was written.

A checkpoint is a snapshot (`kg.store.snapshot`) beside the journal, and a cache: its key says which
base and which position of the journal it holds, with what engine, and its hash proves its content.
One that is of something else, or damaged, is as good as none.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyoxigraph as ox

from kg.errors import PathMissing, SnapshotInvalid, StorageDamaged
from kg.store.journal import Journal, Position
from kg.store.snapshot import ENGINE, read_header, read_snapshot, write_snapshot

_NAME = "checkpoint-{}"
_DRAFT, _LOCK = "checkpoint-draft", "checkpoint-lock"
_MOST_STATEMENTS = 2_000_000
"""Writing down more takes gigabytes; whoever has more uses a store on disk."""


def write_checkpoint(engine: ox.Store, journal: Path, base: str, position: Position) -> None:
    """Write what an engine holds at a position of the journal in a folder; older ones go.

    Does nothing while another process writes one, or for too large a store. Raises `OSError`.
    """
    if len(engine) > _MOST_STATEMENTS:
        return
    with _alone(journal) as alone:
        if alone:
            draft = journal / _DRAFT
            # of a process that was killed
            shutil.rmtree(draft, ignore_errors=True)
            new = draft / "checkpoint"
            write_snapshot(engine, new, _key(base, position))
            new.replace(journal / _NAME.format(position.sequence))
            draft.rmdir()
            for path, sequence in _found(journal):
                if sequence != position.sequence:
                    path.unlink()


def read_checkpoint(journal: Journal, base: str) -> tuple[ox.Store, Position] | None:
    """The store at a position that leads to the end of the journal, if there is a true one.

    Raises `StorageDamaged`.
    """
    end = journal.position()
    for path, sequence in sorted(_found(journal.folder), key=lambda item: -item[1]):
        with suppress(SnapshotInvalid, PathMissing, OSError, ValueError):
            header = read_header(path)
            position = Position(**json.loads(header.key)["position"])
            true = header.key == _key(base, position) and sequence == position.sequence
            if true and _leads(journal, position, end):
                engine = read_snapshot(path, header.key)
                for graph in header.graphs:
                    # also those that are empty
                    engine.add_graph(ox.NamedNode(graph))
                return engine, position
    return None


def _key(base: str, position: Position) -> str:
    return json.dumps({"engine": ENGINE, "base": base, "position": vars(position)})


def _leads(journal: Journal, start: Position, end: Position) -> bool:
    """Whether the next entry of the journal is one that follows `start`."""
    if start.sequence >= end.sequence:
        return start == end
    try:
        next(journal.rows(start, end))
    except StorageDamaged:
        return False
    return True


def _found(journal: Path) -> Iterator[tuple[Path, int]]:
    for path in journal.glob(_NAME.format("*")):
        number = path.name.removeprefix(_NAME.format(""))
        if number.isdecimal():
            yield path, int(number)


@contextmanager
def _alone(journal: Path) -> Iterator[bool]:
    """Whether no other process writes a checkpoint, and none does while the block runs."""
    lock = os.open(journal / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(lock)
