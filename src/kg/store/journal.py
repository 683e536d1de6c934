"""The journal: every write that was accepted, in order, append-only, on the disk before it counts.

A folder holds three files. `journal` is a sequence of entries, each a line of JSON (`Entry`) and
then its rows: RDF Patch, `A` and `D` before an N-Quads statement, `AG` and `DG` before the name of
a graph that came or went, `E` before that of one that lost all that it held (`kg.store.emptying`),
`L` before a body that was loaded (`kg.store.bodies`). Each entry carries the hash of the one before
it and of itself, so that a changed byte is noticed. `committed` says how far the journal counts: it
is written after the entry is on the disk, so an entry behind it was never acknowledged and may be
torn, and a journal that ends before it was cut short. `lock` makes whoever holds it the only
writer, in any process.

A reader process uses this module, so it knows nothing of rdflib.
"""

import fcntl
import hashlib
import json
import os
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from kg.errors import StorageDamaged, StorageFailed, StorageLocked, StorageUncertain, reason
from kg.store.durable import create, read_all, write_all

_JOURNAL, _COMMITTED, _LOCK = "journal", "committed", "lock"
_POLL_SECONDS = 0.005
_NO_HASH = "0" * 64
_HEAD = 4096
_ATTEMPTS = 5


@dataclass(frozen=True, order=True)
class Position:
    """How far a journal goes: number of entries, bytes, and the hash of the last entry."""

    sequence: int = 0
    offset: int = 0
    sha256: str = _NO_HASH

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """Read what `format` wrote; raises `ValueError`."""
        text, _, check = line.decode("ascii").rstrip("\n").rpartition(" ")
        if not text or int(check, 16) != zlib.crc32(text.encode()):
            msg = "the checksum is wrong"
            raise ValueError(msg)
        sequence, offset, sha256 = text.split(" ")
        return cls(int(sequence), int(offset), sha256)

    def format(self) -> bytes:
        """One line of a fixed length, with a checksum."""
        text = f"{self.sequence:020d} {self.offset:020d} {self.sha256}"
        return f"{text} {zlib.crc32(text.encode()):08x}\n".encode("ascii")


@dataclass(frozen=True)
class Entry:
    """Who wrote what and when.

    `time` is UTC, `agent` and `name` those of the token, `request` the SHA-256 of what was sent,
    `graphs` the graphs that it changed, `added` and `removed` numbers of quads, `size` the bytes of
    the rows, `previous` and `sha256` the chain of hashes.
    """

    sequence: int
    time: str
    agent: str
    name: str
    action: str
    request: str
    graphs: tuple[str, ...]
    added: int
    removed: int
    size: int
    previous: str
    sha256: str = ""

    def digest(self, rows: bytes) -> str:
        """Its own hash, over its other fields and the rows."""
        # `asdict` takes most of the time of a start with a long journal
        bare = json.dumps(vars(self) | {"sha256": ""}, sort_keys=True)
        return hashlib.sha256(bare.encode() + b"\n" + rows).hexdigest()


@dataclass(frozen=True)
class Write:
    """A write that may be appended: who (id, name), SHA-256 of the request, rows of the change."""

    agent: str
    name: str
    action: str
    request: str
    graphs: tuple[str, ...]
    added: int
    removed: int
    rows: bytes


@dataclass(frozen=True)
class Prepared:
    """An entry as it will stand in the journal, and the positions before and after it."""

    start: Position
    end: Position
    text: bytes


def prepare(position: Position, write: Write) -> Prepared:
    """Make the entry for a write at a position."""
    entry = Entry(
        sequence=position.sequence + 1,
        time=datetime.now(UTC).isoformat(timespec="milliseconds"),
        agent=write.agent,
        name=write.name,
        action=write.action,
        request=write.request,
        graphs=write.graphs,
        added=write.added,
        removed=write.removed,
        size=len(write.rows),
        previous=position.sha256,
    )
    entry = replace(entry, sha256=entry.digest(write.rows))
    text = json.dumps(asdict(entry), ensure_ascii=False).encode() + b"\n" + write.rows
    return Prepared(
        position, Position(entry.sequence, position.offset + len(text), entry.sha256), text
    )


class Journal:
    """The journal in a folder; several processes may use it at the same time."""

    def __init__(self, folder: Path) -> None:
        """Open the journal of `folder`, which is made when it is missing.

        Raises `OSError`, `StorageLocked` while a backup is put in its place.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self.path = folder / _JOURNAL
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self._journal = os.open(self.path, flags | os.O_APPEND, 0o600)
        _share(self._journal, folder)
        if not os.fstat(self._journal).st_size:
            create(folder / _COMMITTED, Position().format())
        self._committed = self._opened(folder / _COMMITTED)
        self._known: tuple[bytes | None, Position] = (None, Position())
        self._refused: Position | None = None

    def close(self) -> None:
        """Close the files."""
        os.close(self._journal)
        os.close(self._committed)

    def position(self) -> Position:
        """Return how far the journal counts now; costs a system call.

        Raises `StorageDamaged`.
        """
        for attempt in range(_ATTEMPTS):
            line = os.pread(self._committed, 256, 0)
            if line == self._known[0]:
                break
            try:
                self._known = (line, Position.parse(line))
            except ValueError as error:
                # a writer may be half through with it
                if attempt == _ATTEMPTS - 1:
                    raise self._damaged("a position", str(error), _COMMITTED) from None
                time.sleep(_POLL_SECONDS)
        return self._known[1]

    def rows(self, start: Position, end: Position) -> Iterator[tuple[Entry, bytes, Position]]:
        """Yield the entries between two positions, each checked, with its rows and its end.

        Raises `StorageDamaged`.
        """
        while start.sequence < end.sequence:
            found = self._entry(start)
            if found is None:
                raise self._damaged(f"entry {start.sequence + 1}", "–")
            yield found
            start = found[2]
        if start != end:
            raise self._damaged(end.sha256, start.sha256)

    def verify(self) -> Position:
        """Read the whole journal and return its position; raises `StorageDamaged`."""
        end = self.position()
        for _ in self.rows(Position(), end):
            pass
        return end

    @contextmanager
    def writing(self, seconds: float) -> Iterator[Position]:
        """Be the only writer while the block runs; gives the position to write at.

        What a writer left behind that was killed is finished or cut off first: an entry that is
        complete counts, a torn one does not. Raises `StorageLocked` when another one is not done
        within `seconds`, `StorageDamaged`, `OSError`.
        """
        lock = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._acquire(lock, seconds)
            self._cut_refused()
            yield self._recovered()
        finally:
            os.close(lock)

    def recover(self, seconds: float) -> None:
        """Let all that is on the disk count, as after a power cut `committed` may be an old one.

        Whoever else writes has done so already, and is waited for `seconds`. Raises
        `StorageDamaged`, `OSError`.
        """
        with suppress(StorageLocked), self.writing(seconds):
            os.fsync(self._committed)

    def append(self, prepared: Prepared) -> None:
        """Append an entry, and return once the disk has it.

        The caller is the writer (`writing`). Raises `StorageFailed`: then nothing was appended; and
        `StorageUncertain` where the disk does not even let go of what it has taken.
        """
        try:
            write_all(self._journal, prepared.text)
            os.fsync(self._journal)
            os.pwrite(self._committed, prepared.end.format(), 0)
        except OSError as error:
            facts = {"folder": self.folder, "reason": reason(error)}
            self._refused = prepared.start
            try:
                self._cut_refused()
            except OSError:
                # it may be whole: then another process, or a later start, takes it for one
                raise StorageUncertain(**facts) from None
            raise StorageFailed(**facts) from None

    def _cut_refused(self) -> None:
        """Cut off an entry of this process that was not acknowledged; raises `OSError`."""
        if self._refused is not None:
            # unless somebody has taken it for a whole one and gone on
            if self.position() == self._refused:
                os.ftruncate(self._journal, self._refused.offset)
                os.fsync(self._journal)
            self._refused = None

    def _acquire(self, lock: int, seconds: float) -> None:
        end = time.monotonic() + seconds
        while True:
            try:
                return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    raise StorageLocked(folder=self.folder) from None
                time.sleep(_POLL_SECONDS)

    def _recovered(self) -> Position:
        position = self.position()
        size = os.fstat(self._journal).st_size
        if size < position.offset:
            raise self._damaged(f"{position.offset} bytes", f"{size} bytes")
        while position.offset < size:
            found = self._entry(position)
            if found is None:
                # never acknowledged: its writer died in the middle of it
                os.ftruncate(self._journal, position.offset)
                break
            position = found[2]
            os.fsync(self._journal)
            os.pwrite(self._committed, position.format(), 0)
        return position

    def _entry(self, start: Position) -> tuple[Entry, bytes, Position] | None:
        """The entry at a position, or None where there is no whole and true one."""
        head = self._head(start.offset)
        try:
            fields = json.loads(head)
            entry = Entry(**(fields | {"graphs": tuple(fields["graphs"])}))
        except (ValueError, TypeError, KeyError):
            return None
        offset = start.offset + len(head) + 1
        rows = read_all(self._journal, entry.size, offset)
        in_order = entry.sequence == start.sequence + 1 and entry.previous == start.sha256
        if not in_order or entry.sha256 != entry.digest(rows):
            return None
        return entry, rows, Position(entry.sequence, offset + len(rows), entry.sha256)

    def _opened(self, committed: Path) -> int:
        try:
            return os.open(committed, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            raise self._damaged("a position", "–", _COMMITTED) from None

    def _head(self, offset: int) -> bytes:
        """The line at an offset without its end; empty where the file ends before."""
        size = _HEAD
        while True:
            line, end, _ = os.pread(self._journal, size, offset).partition(b"\n")
            if end:
                return line
            if len(line) < size:
                return b""
            size *= 4

    def _damaged(self, expected: str, found: str, file: str = _JOURNAL) -> StorageDamaged:
        return StorageDamaged(file=self.folder / file, expected=expected, found=found)


@contextmanager
def unused(folder: Path) -> Iterator[None]:
    """Let nobody open the journal of a folder; raises `StorageLocked` when somebody has."""
    with (folder / _JOURNAL).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StorageLocked(folder=folder) from None
        yield


def _share(journal: int, folder: Path) -> None:
    try:
        fcntl.flock(journal, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(journal)
        raise StorageLocked(folder=folder) from None
