"""Checking what somebody sends, in a process that may be killed (`kg.store.working`).

`Work` reads the project's files and checks a first entry, so that whatever is loaded late is
loaded: a fork can open no file any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

from rdflib import Graph

from kg.compare import Difference, changed
from kg.entry import Entry
from kg.errors import (
    BlankNodeRefused,
    Both,
    CheckAborted,
    EntryEmpty,
    EntryUncheckable,
    LiteralIllTyped,
    ReportTooLarge,
    ShapesInvalid,
    ShapesRefused,
    TableError,
    TurtleSyntaxError,
    UploadInvalid,
    UploadRefused,
)
from kg.lookup import Lookup
from kg.namespaces import Names
from kg.pipeline.answers import FORMS, Told, write_answer
from kg.pipeline.checking import check_named
from kg.pipeline.entries import Context, Mode, Profile, open_context
from kg.pipeline.importing import (
    TableImport,
    check_table,
    open_tables,
    read_table_entry,
)
from kg.pipeline.project import Project, software_version
from kg.pipeline.reading import TURTLE, read_entry
from kg.store.foreign import read_rdf
from kg.store.uploads import UPLOAD_FORMATS, UploadLimits, check_upload
from kg.tables import CSV, DEFAULT_LIMITS, TSV, XLSX
from kg.validate import Finding, Report, validate
from kg.validate.output import Outcome
from kg.validate.permitted import refuse_beyond_core

TABLES = (CSV, TSV, XLSX)
"""Media types of tables."""
_TOO_DEEP = Both("入れ子が深すぎます。", "It is nested too deeply.")
_ALONE = Both(
    "表は一つだけ、ほかのファイルと分けて送ってください。",
    "Send one table, and no other file with it.",
)
_NO_RDF = Both("RDFで書いてください。", "Write them as RDF.")
_FIRST = b"<x> a <def#Measure> ; <def#code> 1 ."
_LIMITS = UploadLimits()


@dataclass(frozen=True)
class Part:
    """A file as it was sent: its name for people, its media type, its bytes."""

    name: str
    media: str
    body: bytes


@dataclass(frozen=True)
class _Asked:
    """How an entry is to be checked."""

    profile: Profile
    mode: Mode
    lang: str
    media: str
    rules_page: str


class Work:
    """Checks entries against the project's files."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        """Facts: `root` (folder of the project), `base` (of all IRIs). Raises `InputError`."""
        self._names = Names(facts["base"])
        self._context = open_context(Project(Path(facts["root"])), self._names)
        self._tables = open_tables(self._context)
        self._lookup = Lookup(self._context.asserted.graph, self._names)
        self._warm_up()

    def answer(self, head: Mapping[str, Any], body: bytes) -> tuple[dict[str, object], bytes]:
        """Check the files in `body`; returns the report in the media type that `head` names.

        `head` has `files` and `shapes` (`name`, `media` and `size` of each, in the order of
        `body`), `profile`, `mode`, `lang`, `media`, `documentation` (what a link to a rule begins
        with), `depth` and `limit` (bytes of the answer). Raises `EntryError`, `UploadInvalid`,
        `UploadRefused`, `UploadTooLarge`.
        """
        files, shapes = _parts(head, body)
        limits = replace(_LIMITS, bytes=max(1, len(body)), depth=head["depth"])
        asked = _Asked(
            Profile(head["profile"]),
            Mode(head["mode"]),
            head["lang"],
            head["media"],
            head["documentation"],
        )
        try:
            told = self._told(files, shapes, asked, limits)
            media, answer = write_answer(told, asked.media, asked.lang)
        except CheckAborted as error:
            raise EntryUncheckable(detail=error.words()) from None
        except RecursionError:
            raise EntryUncheckable(detail=_TOO_DEEP) from None
        if len(answer) > head["limit"]:
            raise ReportTooLarge(limit=head["limit"])
        return {"media": media}, answer

    def _warm_up(self) -> None:
        header = "番号,題名\nII-1-20-999,試験\n".encode()
        for media, body in (("application/trig", _FIRST), (TURTLE, _FIRST), (CSV, header)):
            part = Part("x", media, body)
            for mode in Mode:
                asked = _Asked(Profile.ENTRY, mode, "ja", TURTLE, "")
                told = self._told([part], None, asked, _LIMITS)
            for form in FORMS:
                write_answer(told, form, "ja")

    def _told(
        self, files: list[Part], shapes: Part | None, asked: _Asked, limits: UploadLimits
    ) -> Told:
        if any(file.media in TABLES for file in files):
            if len(files) > 1:
                raise UploadRefused(feature=files[0].name, reason=_ALONE)
            table = self._read_table(files[0])
            entry, difference = table.entry, table.difference
        else:
            read = (self._read(file, limits, f"e{n}b") for n, file in enumerate(files, start=1))
            table, entry = None, reduce(add, read)
            difference = self._difference(entry)
        if not any(entry.statements) and not (table and table.findings):
            raise EntryEmpty
        own = self._context.asserted.dataset.graph(self._names.graph("shapes"))
        given = own if shapes is None else self._own_shapes(shapes, limits)
        outcome = Outcome(
            report=self._check(entry, table, asked, None if shapes is None else given),
            files=tuple(file.name for file in files),
            profile=asked.profile,
            mode=asked.mode,
            rules_page=asked.rules_page,
            shapes=given,
            version=software_version(),
            names=self._names,
        )
        bodies = {file.name: file.body for file in files}
        return Told(outcome, bodies, difference, sum(1 for _ in entry.statements))

    def _check(
        self, entry: Entry, table: TableImport | None, asked: _Asked, shapes: Graph | None
    ) -> Report:
        if shapes is not None:
            try:
                report = _against(self._context, entry, asked.mode, shapes)
            except ShapesInvalid as error:
                raise ShapesRefused(feature="SHACL", reason=error.words()) from None
            return Report(table.findings) + report if table else report
        if table is not None:
            return check_table(self._tables, table, asked.profile, asked.mode)
        return check_named(self._context, entry, asked.profile, asked.mode)

    def _difference(self, entry: Entry) -> Difference:
        graph = self._context.asserted.graph
        return changed(graph, entry.statements, entry.removed, self._lookup, self._names)

    def _read(self, part: Part, limits: UploadLimits, blank: str) -> Entry:
        if part.media in UPLOAD_FORMATS:
            check_upload(part.body, part.media, limits)
        try:
            return read_entry(
                part.body,
                part.media,
                file=part.name,
                names=self._names,
                limits=limits,
                blank=blank,
            )
        except (TurtleSyntaxError, LiteralIllTyped, BlankNodeRefused) as error:
            place = {name: error.facts.get(name) for name in ("line", "column")}
            raise UploadInvalid(media=part.media, detail=error.words(), **place) from None

    def _read_table(self, part: Part) -> TableImport:
        limits = replace(DEFAULT_LIMITS, body=max(1, len(part.body)))
        try:
            return read_table_entry(part.body, part.name, part.media, self._tables, limits=limits)
        except TableError as error:
            raise UploadRefused(feature=part.name, reason=error.words()) from None

    def _own_shapes(self, shapes: Part, limits: UploadLimits) -> Graph:
        given = Graph()
        try:
            for subject, predicate, value, _ in read_rdf(
                shapes.body, shapes.media, self._names.base, limits
            ):
                given.add((subject, predicate, value))
        except (UploadInvalid, KeyError) as error:
            reason = error.words() if isinstance(error, UploadInvalid) else _NO_RDF
            raise ShapesRefused(feature=shapes.name, reason=reason) from None
        refuse_beyond_core(given)
        return given


def _parts(head: Mapping[str, Any], body: bytes) -> tuple[list[Part], Part | None]:
    """The files, and the shapes where there are some."""
    parts: list[Part] = []
    start = 0
    given = [*head["files"], *([head["shapes"]] if head["shapes"] else [])]
    for part in given:
        end = start + part["size"]
        parts.append(Part(part["name"], part["media"], body[start:end]))
        start = end
    return (parts[:-1], parts[-1]) if head["shapes"] else (parts, None)


def _against(context: Context, entry: Entry, mode: Mode, shapes: Graph) -> Report:
    """What shapes of others say about an entry; in the whole graph only what is new."""
    asserted = context.asserted
    known: frozenset[tuple[object, ...]] = frozenset()
    data = Graph()
    vocabularies = [asserted.names.graph(name) for name in ("def", "vocab")]
    graphs = [asserted.graph] if mode is Mode.MERGED else map(asserted.dataset.graph, vocabularies)
    for graph in graphs:
        data += graph
    if mode is Mode.MERGED:
        before = validate(data, shapes, asserted.names).findings
        known = frozenset(map(_same, before))
    for statement in entry.removed:
        data.remove(statement)
    data.addN((*statement, data) for statement in entry.statements)
    found = validate(data, shapes, asserted.names).findings
    fresh = (finding for finding in found if _same(finding) not in known)
    return Report(
        tuple(replace(f, place=entry.place(f.focus, f.predicate, f.value)) for f in fresh)
    )


def _same(finding: Finding) -> tuple[object, ...]:
    return finding.focus, finding.shape, finding.value, finding.path
