"""Checking what somebody sends, in a process that may be killed (`kg.store.working`).

`Work` reads the project's files and checks a first entry, so that whatever is loaded late is
loaded: a fork can open no file any more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rdflib import Graph, URIRef

from kg.entry import Entry, Statement
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
    TurtleSyntaxError,
    UndefinedTerm,
    UploadInvalid,
)
from kg.namespaces import Names
from kg.pipeline.answers import FORMS, Circumstances, Told, write_answer
from kg.pipeline.entries import TURTLE, Context, Mode, check_entry, open_context, read_entry
from kg.pipeline.project import Project
from kg.store.foreign import read_rdf
from kg.store.uploads import UPLOAD_FORMATS, UploadLimits, check_upload
from kg.validate import Profile, Report, validate
from kg.validate.permitted import refuse_beyond_core

_TOO_DEEP = Both("入れ子が深すぎます。", "It is nested too deeply.")
_FIRST = b"<x> a <def#Measure> ; <def#code> 1 ."
_LIMITS = UploadLimits()


@dataclass(frozen=True)
class Part:
    """A file as it was sent: its name for people, its media type, its bytes."""

    name: str
    media: str
    body: bytes


class Work:
    """Checks entries against the project's files."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        """Facts: `root` (folder of the project), `base` (of all IRIs). Raises `InputError`."""
        self._names = Names(facts["base"])
        self._context = open_context(Project(Path(facts["root"])), self._names)
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
        profile, mode = Profile(head["profile"]), Mode(head["mode"])
        entry = _joined(self._read(part, limits) for part in files)
        if not any(entry.statements):
            raise EntryEmpty
        try:
            report = self._check(entry, profile, mode, shapes, limits)
        except CheckAborted as error:
            raise EntryUncheckable(detail=error.words()) from None
        except RecursionError:
            raise EntryUncheckable(detail=_TOO_DEEP) from None
        about = Circumstances(profile, mode, head["lang"], head["documentation"], self._names)
        told = Told(report, entry, {part.name: part.body for part in files}, about)
        media, answer = write_answer(told, head["media"])
        if len(answer) > head["limit"]:
            raise ReportTooLarge(limit=head["limit"])
        return {"media": media}, answer

    def _warm_up(self) -> None:
        for media, mode in (("application/trig", Mode.ALONE), (TURTLE, Mode.MERGED)):
            entry = read_entry(_FIRST, media, file="x", names=self._names)
            report = check_entry(self._context, entry, Profile.ENTRY, mode)
            about = Circumstances(Profile.ENTRY, mode, "ja", "", self._names)
            told = Told(report, entry, {"x": _FIRST}, about)
            for form in FORMS:
                write_answer(told, form)

    def _read(self, part: Part, limits: UploadLimits) -> Entry:
        if part.media in UPLOAD_FORMATS:
            check_upload(part.body, part.media, limits)
        try:
            return read_entry(
                part.body, part.media, file=part.name, names=self._names, limits=limits
            )
        except (TurtleSyntaxError, LiteralIllTyped, BlankNodeRefused, UndefinedTerm) as error:
            place = {name: error.facts.get(name) for name in ("line", "column")}
            raise UploadInvalid(media=part.media, detail=error.words(), **place) from None

    def _check(
        self, entry: Entry, profile: Profile, mode: Mode, shapes: Part | None, limits: UploadLimits
    ) -> Report:
        if shapes is None:
            return check_entry(self._context, entry, profile, mode)
        given = Graph()
        try:
            for subject, predicate, value, _ in read_rdf(
                shapes.body, shapes.media, self._names.base, limits
            ):
                given.add((subject, predicate, value))
        except UploadInvalid as error:
            raise ShapesRefused(feature=shapes.name, reason=error.words()) from None
        refuse_beyond_core(given)
        try:
            return _against(self._context, entry, mode, given)
        except ShapesInvalid as error:
            raise ShapesRefused(feature="SHACL", reason=error.words()) from None


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


def _joined(entries: Iterable[Entry]) -> Entry:
    """Several entries as one."""
    graphs: dict[URIRef | None, tuple[Statement, ...]] = {}
    whole = Entry(graphs)
    for entry in entries:
        for graph, statements in entry.graphs.items():
            graphs[graph] = graphs.get(graph, ()) + statements
        whole = Entry(
            graphs,
            {**whole.places, **entry.places},
            {**whole.fields, **entry.fields},
            {**whole.subjects, **entry.subjects},
            whole.removed + entry.removed,
        )
    return whole


def _against(context: Context, entry: Entry, mode: Mode, shapes: Graph) -> Report:
    """What shapes of others say about an entry; in the whole graph only what is new."""
    names, known = context.asserted.names, frozenset[tuple[object, ...]]()
    data = Graph()
    vocabularies = {names.graph(name) for name in ("def", "vocab")}
    for s, p, o, g in context.asserted.dataset.quads():
        if g in vocabularies or (mode is Mode.MERGED and g != names.graph("shapes")):
            data.add((s, p, o))
    if mode is Mode.MERGED:
        before = validate(data, shapes, names).findings
        known = frozenset((f.focus, f.shape, f.value, f.path) for f in before)
    for statement in entry.removed:
        data.remove(statement)
    for statement in entry.statements:
        data.add(statement)
    found = validate(data, shapes, names).findings
    fresh = (f for f in found if (f.focus, f.shape, f.value, f.path) not in known)
    return Report(
        tuple(replace(f, place=entry.place(f.focus, f.predicate, f.value)) for f in fresh)
    )
