"""Checking what somebody sends: entry → asserted data → closure → report."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from rdflib import Dataset, Graph, URIRef
from rdflib.term import Node

from kg.entry import Entry, Place, Statement
from kg.graph import read_turtle
from kg.namespaces import NAMES, Names
from kg.pipeline.building import read_asserted
from kg.pipeline.project import Project
from kg.store.foreign import read_rdf
from kg.store.uploads import UploadLimits
from kg.validate import Finding, Report, validate

TURTLE = "text/turtle"
_LINES = frozenset({TURTLE, "application/n-triples"})
"""Media types whose statements have lines that the own reader tells."""


class Profile(StrEnum):
    """Which rules an entry has to keep: `entry` allows no property that its class does not have."""

    ENTRY = "entry"
    IMPORT = "import"


class Mode(StrEnum):
    """Whether an entry is checked by itself (with the vocabularies) or as part of the graph."""

    ALONE = "alone"
    MERGED = "merged"


@dataclass(frozen=True)
class Context:
    """What entries are checked against."""

    names: Names
    asserted: Dataset
    shapes: Graph


def open_context(project: Project, names: Names = NAMES) -> Context:
    """Read the project's files; raises `InputError`."""
    asserted = read_asserted(project, names)
    return Context(names, asserted, asserted.graph(names.graph("shapes")))


def read_entry(
    body: bytes, media: str, *, file: str, names: Names = NAMES, limits: UploadLimits | None = None
) -> Entry:
    """Read RDF of one of `kg.store.uploads.UPLOAD_FORMATS`; `file` is the name shown to people.

    Turtle and N-Triples tell the line of each statement. Raises `TurtleSyntaxError`,
    `LiteralIllTyped`, `UploadInvalid`, `UploadRefused`, `UploadTooLarge`.
    """
    if media in _LINES:
        return _with_lines(body.decode("utf-8-sig"), file, names)
    graphs: dict[URIRef | None, list[Statement]] = defaultdict(list)
    for subject, predicate, object_, graph in read_rdf(body, media, names.base, limits):
        graphs[graph].append((subject, predicate, object_))
    return Entry({graph: tuple(statements) for graph, statements in graphs.items()})


def _with_lines(text: str, file: str, names: Names) -> Entry:
    document = read_turtle(text, file=file, names=names)
    places: dict[Statement, Place] = {}
    subjects: dict[Node, Place] = {}
    for triple, offset in zip(document.triples, document.offsets, strict=True):
        places.setdefault(triple, Place(file, document.line(offset)))
        subjects.setdefault(triple[0], Place(file, document.line(offset)))
    subjects |= {s: Place(file, document.line(o)) for s, o in document.first_subject.items()}
    return Entry({None: document.triples}, places, {}, subjects)


def check_entry(
    context: Context, entry: Entry, profile: Profile = Profile.ENTRY, mode: Mode = Mode.MERGED
) -> Report:
    """What the rules say about `entry`: findings about it, and those that it causes elsewhere."""
    del profile
    whole = Graph()
    vocabularies = {context.names.graph(name) for name in ("def", "vocab")}
    for s, p, o, g in context.asserted.quads():
        if g in vocabularies or (mode is Mode.MERGED and g != context.names.graph("shapes")):
            whole.add((s, p, o))
    before = _known(validate(whole, context.shapes, context.names))
    for statement in entry.statements:
        whole.add(statement)
    report = validate(whole, context.shapes, context.names)
    fresh = (f for f in report.findings if (f.focus, f.shape, f.value) not in before)
    return Report(
        tuple(replace(f, place=entry.place(f.focus, f.predicate, f.value)) for f in fresh)
    )


def _known(report: Report) -> Mapping[tuple[Node, Node, Node | None], Finding]:
    return {(f.focus, f.shape, f.value): f for f in report.findings}
