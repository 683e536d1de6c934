"""Bodies of loads: files of N-Triples that an entry of the journal refers to by their hash.

Ten million statements are no rows of an entry: nobody could hold them in memory. They lie in a
file of their own beside the journal, and the entry has one row for each, `L` and then a line of
JSON (`Body`). A body is made by reading what came in, so whatever its form was, it is N-Triples
now, with the labels of blank nodes that all replicas are to use. It is compressed (Zstandard) and
bears the SHA-256 of its bytes as its name.

A reader process uses this module, so it knows nothing of rdflib.
"""

import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

import pyoxigraph as ox
import zstandard

from kg.errors import StorageDamaged
from kg.store.nesting import check_lines

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

ROW = b"L "
"""What the row of a load begins with; an entry has no other rows beside such ones."""
_FOLDER = "bodies"
_PIECE = 1 << 20
_LEVEL = 1
OnBytes = Callable[[int], None]
"""Is told how many bytes have been read."""


@dataclass(frozen=True)
class Body:
    """A body and where it goes: `graph` is an IRI, or "" for the default graph.

    `sha256` and `size` (bytes) are those of the file, `count` is its number of statements, `blank`
    says that there may be blank nodes in it. `file` is the name of the file that was read and
    `source` the SHA-256 of its bytes.
    """

    graph: str
    sha256: str
    size: int
    count: int
    blank: bool
    file: str
    source: str

    @classmethod
    def parse(cls, statement: bytes) -> Self:
        """Read what follows the `L` of a row."""
        return cls(**json.loads(statement))

    def row(self) -> bytes:
        """As a row of the journal."""
        return ROW + json.dumps(asdict(self), ensure_ascii=False).encode() + b"\n"

    def path(self, journal: Path) -> Path:
        """Where it lies, by the folder of the journal."""
        return bodies_folder(journal) / f"{self.sha256}.nt.zst"


def bodies_folder(journal: Path) -> Path:
    """Folder of the bodies, by the folder of the journal."""
    return journal / _FOLDER


def bodies_of(rows: bytes) -> list[Body]:
    """The bodies that the rows of an entry refer to."""
    if not rows.startswith(ROW):
        return []
    return [Body.parse(line.removeprefix(ROW)) for line in rows.splitlines()]


def find_body(body: Body, journal: Path) -> None:
    """Raise `StorageDamaged` unless there is a file of its size; nothing is read."""
    path = body.path(journal)
    found = path.stat().st_size if path.exists() else "–"
    if found != body.size:
        raise StorageDamaged(file=path, expected=body.size, found=found)


def check_body(body: Body, journal: Path) -> None:
    """Raise `StorageDamaged` unless the file is there and as it was written."""
    with _opened(body, journal) as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != body.sha256:
        raise StorageDamaged(file=body.path(journal), expected=body.sha256, found=found)


def load_body(
    store: ox.Store,
    body: Body,
    journal: Path,
    targets: Sequence[ox.NamedNode | ox.DefaultGraph],
    on_bytes: OnBytes = lambda _: None,
) -> None:
    """Add the statements of a body to each of the graphs, without holding them in memory.

    Raises `StorageDamaged`, `OSError`; then some of them may have been added.
    """
    for graph in targets:
        if isinstance(graph, ox.NamedNode):
            store.add_graph(graph)
    with _opened(body, journal) as file:
        if body.blank:
            # the engine would give each blank node another label in each graph and replica
            quads = ox.parse(_checked(file, body, on_bytes), ox.RdfFormat.N_TRIPLES, lenient=True)
            store.bulk_extend(_in_graphs(quads, targets))
            return
        for graph in targets:
            file.seek(0)
            text = _checked(file, body, on_bytes)
            store.bulk_load(text, ox.RdfFormat.N_TRIPLES, to_graph=graph, lenient=True)


def _in_graphs(
    quads: Iterable[ox.Quad], graphs: Sequence[ox.NamedNode | ox.DefaultGraph]
) -> Iterator[ox.Quad]:
    for quad in quads:
        subject, predicate, object_, _ = quad
        for graph in graphs:
            yield ox.Quad(subject, predicate, object_, graph)


@contextmanager
def _opened(body: Body, journal: Path) -> Iterator[io.BufferedReader]:
    path = body.path(journal)
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise StorageDamaged(file=path, expected=body.sha256, found="–") from None
    with file:
        yield file


def _checked(file: IO[bytes], body: Body, on_bytes: OnBytes) -> io.BufferedReader:
    return io.BufferedReader(_Text(file, body, on_bytes), _PIECE)


class _Text(io.RawIOBase):
    """The N-Triples of a body; its last byte is only given away when the hash is right."""

    def __init__(self, file: IO[bytes], body: Body, on_bytes: OnBytes) -> None:
        self._hashed = Hashed(file, on_bytes)
        whole = io.BufferedReader(self._hashed, _PIECE)
        self._text = zstandard.ZstdDecompressor().stream_reader(whole)
        self._body = body

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read some bytes; raises `StorageDamaged`."""
        view = memoryview(buffer).cast("B")
        try:
            data = self._text.read(len(view))
        except zstandard.ZstdError as error:
            raise self._damaged(str(error)) from None
        if not data and (found := self._hashed.hexdigest()) != self._body.sha256:
            raise self._damaged(found)
        view[: len(data)] = data
        return len(data)

    def _damaged(self, found: str) -> StorageDamaged:
        body = self._body
        return StorageDamaged(file=f"{body.sha256}.nt.zst", expected=body.sha256, found=found)


class Hashed(io.RawIOBase):
    """A file that is read from its beginning to its end, and the SHA-256 of what was read."""

    def __init__(self, file: IO[bytes], on_bytes: OnBytes) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._on_bytes = on_bytes

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read some bytes."""
        view = memoryview(buffer).cast("B")
        data = self._file.read(len(view))
        view[: len(data)] = data
        self._hash.update(data)
        self._on_bytes(len(data))
        return len(data)

    def hexdigest(self) -> str:
        """SHA-256 of the whole file: what nobody has read yet is read now."""
        while self.read(_PIECE):
            pass
        return self._hash.hexdigest()


class BodyWriter(io.BytesIO):
    """Takes N-Triples, compresses them into a file, and counts."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL).compressobj()
        self._hash = hashlib.sha256()
        self._last = self._line = b""
        self.size = self.count = 0
        self.blank = False

    def write(self, piece: "ReadableBuffer", /) -> int:
        """Take the next piece; raises `UploadRefused` for terms that are nested too deep."""
        # of bytes, which is what the engine writes, this is no copy
        data = bytes(piece)
        self.count += data.count(b"\n")
        # also where the two characters stand in a literal: that costs time only
        self.blank = self.blank or b"_:" in self._last + data
        if self._line or b"<<(" in self._last + data:
            # raises for what nobody could load again
            *lines, self._line = (self._line + data).split(b"\n")
            check_lines((*lines, self._line))
        self._last = data[-2:]
        self._put(self._compressor.compress(data))
        return len(data)

    def finish(self) -> str:
        """Let the disk have it all; returns the SHA-256 of the file; raises `OSError`."""
        self._put(self._compressor.flush())
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._hash.hexdigest()

    def _put(self, data: bytes) -> None:
        self._hash.update(data)
        self.size += len(data)
        self._file.write(data)
