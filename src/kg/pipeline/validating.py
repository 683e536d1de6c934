"""Checking what somebody sends, in a process that may be killed (`kg.store.working`).

`Work` reads the project's files and checks a first entry, so that whatever is loaded late is
loaded: a fork can open no file any more.
"""

import codecs
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from encodings.aliases import aliases
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

from rdflib import Graph
from rdflib.namespace import SH
from rdflib.term import Node

from kg.compare import changed
from kg.entry import Entry, Mode, Place, Profile
from kg.errors import (
    BlankNodeRefused,
    Both,
    CheckAborted,
    EntryEmpty,
    EntryUncheckable,
    KgError,
    LiteralIllTyped,
    PatternRefused,
    ReportTooLarge,
    ShapesInvalid,
    ShapesRefused,
    TableError,
    TurtleSyntaxError,
    UploadInvalid,
    UploadRefused,
)
from kg.namespaces import Names
from kg.pipeline.answers import FORMS, PAGE, Told, write_answer
from kg.pipeline.cells import TableImport, listed
from kg.pipeline.entries import Context, open_context
from kg.pipeline.forms import MEDIA_TYPES, METADATA, TABLES, TEMPLATE, Form
from kg.pipeline.importing import open_tables, read_table_entry, template_files
from kg.pipeline.judging import check_together
from kg.pipeline.project import Project, software_version
from kg.pipeline.reading import read_entry
from kg.pipeline.rules import read_shape_rules
from kg.store.foreign import read_rdf
from kg.store.uploads import UPLOAD_FORMATS, UploadLimits, check_upload
from kg.tables import DEFAULT_LIMITS, TableLimits, read_table
from kg.validate import Key, Report, read_checks, validate
from kg.validate.output import Outcome
from kg.validate.permitted import refuse_beyond_core, slow_pattern

_TABLES = frozenset(MEDIA_TYPES[form] for form in TABLES)
_TOO_DEEP = Both("入れ子が深すぎます。", "It is nested too deeply.")
_NO_RDF = Both("RDFで書いてください。", "Write them as RDF.")
_TABLE = "番号,題名\nII-1-20-999,試験\n"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_FIRST = (
    f"<x> a <def#Measure> ; <def#code> 1, true, 1.0, 1e0, 'P1Y'^^<{_XSD}duration>,"
    f" '2020-01-01T00:00:00Z'^^<{_XSD}dateTime>, '2020-01-01'^^<{_XSD}date>,"
    f" '10:00:00'^^<{_XSD}time>, '2020'^^<{_XSD}gYear>, 'a0'^^<{_XSD}hexBinary>,"
    f" 'YQ=='^^<{_XSD}base64Binary>, '<a/>'^^<{_RDF}XMLLiteral>, '<p>'^^<{_RDF}HTML>,"
    f" '{{}}'^^<{_RDF}JSON> ."
).encode()
"""With literals of all kinds, as some are read by what is loaded when it is needed."""
_LIMITS = UploadLimits()
_NUMBERS = ("line", "column")
_SHOWN = 200
"""Characters of a pattern that are shown."""


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
        project = Project(Path(facts["root"]))
        self._context = open_context(project, self._names)
        checks = read_checks(project.shapes / "checks", self._names)
        told = read_shape_rules(self._context.asserted.dataset, checks, self._names)
        self._rules = json.dumps(asdict(told), ensure_ascii=False).encode()
        self._tables = open_tables(self._context)
        self._templates = {lang: self._template(lang) for lang in ("ja", "en")}
        self._warm_up()

    def answer(self, head: Mapping[str, Any], body: bytes) -> tuple[dict[str, object], bytes]:
        """Check the files in `body`; returns the report in the media type that `head` names.

        `head` has `files` and `shapes` (`name`, `media` and `size` of each, in the order of
        `body`), `profile`, `mode`, `lang`, `media` (or `entry`), `documentation` (what a link to a
        rule begins with), `depth` and `limit` (bytes of the answer). Where the head is `about`
        "rules", those (`kg.pipeline.rules.Rules`) are the answer, as JSON with each text as
        `[ja, en]`; where it is about "template", that file of `TEMPLATE` in `lang` which `name`
        names. Raises `EntryError`, `UploadInvalid`, `UploadRefused`, `UploadTooLarge`.
        """
        if head.get("about") == "rules":
            return {"media": "application/json"}, self._rules
        if head.get("about") == "template":
            return {}, self._templates[head["lang"]][head["name"]]
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

    def _template(self, lang: str) -> dict[str, bytes]:
        """The files of an empty table; made at once, as a fork can open no temporary file."""
        names = {name.removesuffix(METADATA) for name in TEMPLATE}
        files = (template_files(self._tables, name, lang) for name in sorted(names))
        return {name: body for some in files for name, body in some.items()}

    def _warm_up(self) -> None:
        for encoding in set(aliases.values()):
            # those of other systems
            with suppress(LookupError):
                codecs.lookup(encoding)
        for form, body, mode in (
            (Form.TRIG, _FIRST, Mode.ALONE),
            (Form.TURTLE, _FIRST, Mode.MERGED),
            (Form.CSV, _TABLE.encode("cp932"), Mode.MERGED),
            (Form.XLSX, self._templates["ja"]["template.xlsx"], Mode.MERGED),
        ):
            asked = _Asked(Profile.ENTRY, mode, "ja", "", "")
            with suppress(EntryEmpty):
                told = self._told([Part("x", MEDIA_TYPES[form], body)], None, asked, _LIMITS)
        for media in FORMS:
            write_answer(told, media, "ja")

    def _told(
        self, files: list[Part], shapes: Part | None, asked: _Asked, limits: UploadLimits
    ) -> Told:
        entry, tables = Entry({}), []
        for number, file in enumerate(files, start=1):
            if file.media in _TABLES:
                tables.append(self._read_table(file))
            else:
                entry += self._read(file, limits, f"e{number}b")
        entry = reduce(add, (table.entry for table in tables), entry)
        if not any(entry.statements) and not any(table.findings for table in tables):
            raise EntryEmpty
        own = self._context.asserted.dataset.graph(self._names.graph("shapes"))
        given = own if shapes is None else self._own_shapes(shapes, limits)
        outcome = Outcome(
            report=self._check(entry, tables, asked, None if shapes is None else given),
            files=tuple(file.name for file in files),
            profile=asked.profile,
            mode=asked.mode,
            rules_page=asked.rules_page,
            shapes=given,
            version=software_version(),
            names=self._names,
        )
        bodies = {file.name: file.body for file in files}
        known = self._context.asserted.graph
        if len(files) == len(tables) == 1:
            # the table has it already
            difference = tables[0].difference
        else:
            difference = changed(
                known, entry.statements, entry.removed, self._tables.lookup, self._names
            )
        shown = {
            file.name: read_table(file.body, file.name, file.media, _bounds(file))
            for file in files
            if file.media in _TABLES and asked.media == PAGE
        }
        return Told(outcome, bodies, difference, entry, known, shown)

    def _check(
        self, entry: Entry, tables: list[TableImport], asked: _Asked, shapes: Graph | None
    ) -> Report:
        if shapes is None:
            return check_together(self._context, entry, tables, asked.profile, asked.mode)
        try:
            return listed(tables) + _against(self._context, entry, asked.mode, shapes)
        except ShapesInvalid as error:
            raise ShapesRefused(feature="SHACL", reason=error.words()) from None

    def _read(self, part: Part, limits: UploadLimits, blank: str) -> Entry:
        try:
            if part.media in UPLOAD_FORMATS:
                check_upload(part.body, part.media, limits)
            return read_entry(
                part.body,
                part.media,
                file=part.name,
                names=self._names,
                limits=limits,
                blank=blank,
            )
        except (TurtleSyntaxError, LiteralIllTyped, BlankNodeRefused) as error:
            place = {name: error.facts.get(name) for name in _NUMBERS}
            raise UploadInvalid(media=part.media, detail=_once(error, part.name), **place) from None
        except UploadRefused as error:
            said, where = error.facts["reason"], _place(error, part.name)
            texts = said if isinstance(said, Both) else (said, said)
            reason = Both(*(f"{where}: {text}" for text in texts))
            raise UploadRefused(**{**error.facts, "reason": reason}) from None

    def _read_table(self, part: Part) -> TableImport:
        limits = _bounds(part)
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
        slow = slow_pattern(given)
        if slow is not None:
            place = self._place_of(slow.pattern, shapes, limits)
            raise PatternRefused(
                place=place.text("en"),
                line=place.line,
                pattern=str(slow.pattern)[:_SHOWN],
                reason=slow.danger.reason,
                instead=slow.danger.instead,
            )
        return given

    def _place_of(self, pattern: Node, shapes: Part, limits: UploadLimits) -> Place:
        """Where a pattern stands in `shapes`, as far as the format tells."""
        with suppress(KgError):
            entry = self._read(shapes, limits, "s")
            for subject, predicate, value in entry.statements:
                if (predicate, value) == (SH.pattern, pattern):
                    place = entry.place(subject, predicate, value)
                    return place or Place(shapes.name)
        return Place(shapes.name)


def _bounds(table: Part) -> TableLimits:
    """The limits of a table, of which the length of the request has its own."""
    return replace(DEFAULT_LIMITS, body=max(1, len(table.body)))


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
    known: frozenset[Key] = frozenset()
    data = Graph()
    vocabularies = [asserted.names.graph(name) for name in ("def", "vocab")]
    graphs = [asserted.graph] if mode is Mode.MERGED else map(asserted.dataset.graph, vocabularies)
    for graph in graphs:
        data += graph
    if mode is Mode.MERGED:
        known = validate(data, shapes, asserted.names).keys
    for statement in entry.removed:
        data.remove(statement)
    data.addN((*statement, data) for statement in entry.statements)
    report = validate(data, shapes, asserted.names).without(known).listed()
    placed = (replace(f, place=entry.place(f.focus, f.predicate, f.value)) for f in report.findings)
    return replace(report, findings=tuple(placed))


def _once(error: KgError, file: str) -> Both:
    """What an error says, with the file only: the answer has the line and column before it."""
    place = _place(error, file)
    ja, en = (f"{file}: {error.message(lang).removeprefix(f'{place}: ')}" for lang in ("ja", "en"))
    return Both(ja, en)


def _place(error: KgError, file: str) -> str:
    numbers = (error.facts.get(name) for name in _NUMBERS)
    return ":".join([file, *(str(n) for n in numbers if n is not None)])
