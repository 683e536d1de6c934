"""Loading large files into a store: read once, kept as bodies, loaded in bulk, journaled.

Nobody waits for the reading: only then is the lock of the journal taken. On disk a draft is filled
and sealed; in memory the readers are forked again from a process that has loaded the bodies. All
files of a command are one entry of the journal, so all of them are loaded or none.
"""

import gzip
import hashlib
import io
import re
import tempfile
import zlib
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO
from xml.parsers import expat

import pyoxigraph as ox

from kg.errors import (
    Both,
    FileUnreadable,
    GraphNotNamed,
    GraphReadOnly,
    ParameterInvalid,
    PathMismatched,
    PathMissing,
    StorageFailed,
    UploadRefused,
    reason,
)
from kg.model import Agent
from kg.nearest import nearest_name
from kg.store.bodies import Body, BodyWriter, Hashed, bodies_folder, bodies_of
from kg.store.changes import Layout, carry_out
from kg.store.disk import Disk
from kg.store.journal import Journal, Prepared, Write, prepare
from kg.store.nesting import on_a_large_stack
from kg.store.retention import keep, remove_old

FORMATS: dict[str, ox.RdfFormat] = {
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".ttl": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
}
"""Forms of RDF by the ends of file names; `.gz` may follow."""

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*\Z")
_GZ = ".gz"
_UNFINISHED = "unfinished-"
_PIECE = 1 << 16
OnStep = Callable[[str, int, int], None]
"""Is told the name of a file, and how many of its bytes are done."""


@dataclass(frozen=True)
class Loaded:
    """A load that is on the disk: number of its entry, and statements that were read."""

    version: int
    statements: int


@dataclass(frozen=True)
class Loader:
    """Loads into the graphs of a store but those in `read_only`.

    `seconds` is how long it waits for another writer.
    """

    journal: Journal
    disk: Disk | None
    layout: Layout
    read_only: Collection[str]
    seconds: float

    def load(
        self,
        files: Sequence[Path],
        graph: str | None,
        agent: Agent,
        on_step: OnStep = lambda *_: None,
    ) -> Loaded:
        """Add the statements of all files to a graph (None: the default graph), or of none.

        Raises `PathMissing`, `PathMismatched`, `FileUnreadable`, `ParameterInvalid`,
        `GraphReadOnly`, `GraphNotNamed`, `StorageFailed`, `StorageLocked`,
        `StorageDamaged`, `OSError` for a file that may not be read.
        """
        self._judge(graph)
        forms = [_form(file) for file in files]
        folder = bodies_folder(self.journal.folder)
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            # what a load left behind that was killed
            remove_old(folder.glob(f"{_UNFINISHED}*"), kept=0)
            with ExitStack() as stack:
                made = [
                    _make_body(file, form, graph or "", _unfinished(stack, folder), on_step)
                    for file, form in zip(files, forms, strict=True)
                ]
                return self._commit(made, agent, on_step)
        except OSError as error:
            if error.filename in {str(file) for file in files}:
                raise
            raise StorageFailed(folder=folder, reason=reason(error)) from None

    def _judge(self, graph: str | None) -> None:
        if graph is None and self.layout.union:
            raise GraphNotNamed
        if graph is not None and not _IRI.match(graph):
            expected = Both("絶対IRI", "an absolute IRI")
            facts = {"parameter": "--graph", "value": graph, "expected": expected}
            raise ParameterInvalid(query="senryaku store load", **facts)
        if graph in self.read_only:
            raise GraphReadOnly(graph=graph)

    def _commit(self, made: Sequence[tuple[Body, Path]], agent: Agent, on_step: OnStep) -> Loaded:
        bodies = [body for body, _ in made]
        rows = b"".join(body.row() for body in bodies)
        count = sum(body.count for body in bodies)
        write = Write(
            agent=agent.id,
            name=agent.name,
            action="load",
            request=hashlib.sha256(rows).hexdigest(),
            graphs=tuple({body.graph: None for body in bodies}),
            added=count,
            removed=0,
            rows=rows,
        )
        with self.journal.writing(self.seconds) as position, ExitStack() as on_failure:
            for body, unfinished in made:
                path = body.path(self.journal.folder)
                if not path.exists():
                    path.hardlink_to(unfinished)
                    on_failure.callback(path.unlink)
            prepared = prepare(position, write)
            if self.disk is not None:
                self._fill(self.disk, prepared, write, on_step)
            self.journal.append(prepared)
            on_failure.pop_all()
        return Loaded(prepared.end.sequence, count)

    def _fill(self, disk: Disk, prepared: Prepared, write: Write, on_step: OnStep) -> None:
        """Make the folder of the next position."""
        bodies = bodies_of(write.rows)
        total = sum(body.size * (1 + (self.layout.union and not body.blank)) for body in bodies)
        done = 0

        def on_bytes(count: int) -> None:
            nonlocal done
            done += count
            on_step("store", done, total)

        def fill(draft: Path) -> None:
            engine = ox.Store(draft)
            carry_out(engine, write.rows, self.layout, self.journal.folder, on_bytes)
            engine.flush()

        disk.prepare(prepared.start)
        with disk.draft(prepared.start) as draft:
            on_a_large_stack(partial(fill, draft))
            disk.seal(draft, prepared.end)


def _form(file: Path) -> ox.RdfFormat:
    """How a file is to be read; raises `PathMissing`, `PathMismatched`."""
    if not file.is_file():
        raise PathMissing(path=file, expected=", ".join(FORMATS))
    suffixes = [suffix.lower() for suffix in file.suffixes]
    last = (suffixes[:-1] if suffixes[-1:] == [_GZ] else suffixes)[-1:]
    if not last or last[0] not in FORMATS:
        raise PathMismatched(
            path=file,
            found=last[0] if last else "–",
            expected=f"{', '.join(FORMATS)} ({_GZ})",
            nearest=nearest_name(last[0], FORMATS) if last else None,
        )
    return FORMATS[last[0]]


def _unfinished(stack: ExitStack, folder: Path) -> IO[bytes]:
    # the caller's stack closes it, where the rule looks for a block of this function
    name = tempfile.NamedTemporaryFile(dir=folder, prefix=_UNFINISHED)  # noqa: SIM115
    stack.enter_context(name)
    keep(name.fileno())
    return name.file


def _make_body(
    file: Path, form: ox.RdfFormat, graph: str, target: IO[bytes], on_step: OnStep
) -> tuple[Body, Path]:
    """Read a file and write it as a body; returns that and where it is.

    Raises `FileUnreadable`, `StorageFailed`, `OSError` when the body cannot be written.
    """
    total, done = file.stat().st_size, 0

    def on_bytes(count: int) -> None:
        nonlocal done
        done += count
        on_step(file.name, done, total)

    writer = BodyWriter(target)
    try:
        with file.open("rb") as raw:
            if form == ox.RdfFormat.RDF_XML:
                _refuse_doctype(_unpacked(file, raw))
                raw.seek(0)
            hashed = Hashed(raw, on_bytes)
            text = _unpacked(file, io.BufferedReader(hashed, _PIECE))
            on_a_large_stack(partial(_translate, text, form, graph, writer))
            source = hashed.hexdigest()
    except UploadRefused as error:
        detail = error.facts["reason"]
        raise FileUnreadable(file=file, line="–", column="–", detail=detail) from None
    except (SyntaxError, ValueError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _unreadable(file, error) from None
    body = Body(
        graph=graph,
        sha256=writer.finish(),
        size=writer.size,
        count=writer.count,
        blank=writer.blank,
        file=file.name,
        source=source,
    )
    return body, Path(target.name)


def _translate(text: IO[bytes], form: ox.RdfFormat, graph: str, writer: BodyWriter) -> None:
    quads = ox.parse(
        text,
        form,
        base_iri=graph or None,
        without_named_graphs=True,
        rename_blank_nodes=True,
    )
    ox.serialize(quads, writer, ox.RdfFormat.N_TRIPLES)


def _unpacked(file: Path, raw: io.BufferedReader) -> io.BufferedReader:
    if file.suffix.lower() != _GZ:
        return raw
    return io.BufferedReader(gzip.GzipFile(fileobj=raw), _PIECE)


def _refuse_doctype(xml: io.BufferedReader) -> None:
    """Refuse a document type, as the engine expands its entities without limit.

    It can only stand before the first element. Raises `SyntaxError`.
    """
    begun = False

    def on_element(*_: object) -> None:
        nonlocal begun
        begun = True

    def on_doctype(*_: object) -> None:
        msg = "DOCTYPE"
        raise SyntaxError(msg)

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = on_element, on_doctype
    try:
        while not begun and (piece := xml.read(_PIECE)):
            parser.Parse(piece, False)
    except expat.ExpatError as error:
        raise SyntaxError(str(error), ("", error.lineno, error.offset + 1, None)) from None


def _unreadable(file: Path, error: Exception) -> FileUnreadable:
    """The engine's complaint, without the place where it repeats it."""
    said = re.sub(r"\AParser error at line [\w ]+: ", "", getattr(error, "msg", str(error)))
    return FileUnreadable(
        file=file,
        line=getattr(error, "lineno", None) or "–",
        column=getattr(error, "offset", None) or "–",
        detail=Both(f"読み取りの結果: {said}", f"The parser says: {said}"),
    )
