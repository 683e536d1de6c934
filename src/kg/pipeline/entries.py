"""Checking what somebody sends: entry → asserted data → closure → report."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum

from rdflib import Dataset, URIRef
from rdflib.term import Node

from kg.entry import Entry, Place, Statement
from kg.graph import read_turtle
from kg.namespaces import NAMES, Names
from kg.pipeline.building import Asserted, load_asserted
from kg.pipeline.project import Project
from kg.reason import Rule, close, find_contradictions, read_rules
from kg.store.embedded import EmbeddedStore
from kg.store.foreign import read_rdf
from kg.store.uploads import UploadLimits
from kg.validate import Finding, Profile, Report, Rulebook, Severity

_Key = tuple[Node, Node, str | None, Node | None, Node | None]
"""What tells one finding from another."""
TURTLE = "text/turtle"
_LINES = frozenset({TURTLE, "application/n-triples"})
"""Media types whose statements have lines that the own reader tells."""


class Mode(StrEnum):
    """Whether an entry is checked by itself (with the vocabularies) or as part of the graph."""

    ALONE = "alone"
    MERGED = "merged"


@dataclass(frozen=True)
class Context:
    """What entries are checked against: the files of a project, and what is made of them once."""

    asserted: Asserted
    rules: tuple[Rule, ...]
    _rulebooks: dict[Profile, Rulebook] = field(default_factory=dict)
    _known: dict[Profile, frozenset[_Key]] = field(default_factory=dict)

    def rulebook(self, profile: Profile) -> Rulebook:
        """The shapes that hold in `profile`."""
        if profile not in self._rulebooks:
            self._rulebooks[profile] = self.asserted.rulebook(profile)
        return self._rulebooks[profile]

    def known(self, profile: Profile) -> frozenset[_Key]:
        """Findings of SPARQL constraints in the graph as it is."""
        if profile not in self._known:
            constraints = self.rulebook(profile).constraints
            found = (f for c in constraints for f in c.findings(self.asserted.store))
            self._known[profile] = frozenset(map(_key, found))
        return self._known[profile]


def open_context(project: Project, names: Names = NAMES) -> Context:
    """Read the project's files; raises `InputError`."""
    return Context(
        load_asserted(project, names), tuple(read_rules(project.ontology / "rules", names))
    )


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
    """What the rules say about `entry`: findings about it, and those that it causes elsewhere.

    First what it states is judged, then, unless that breaks a rule, what follows from it. Raises
    `CheckAborted` for a value that no comparison can bear.
    """
    if mode is Mode.ALONE:
        context = _vocabularies(context)
    report = _judged(context, entry, profile)
    if not report.of(Severity.VIOLATION):
        report += _contradicting(context, entry)
    return Report(
        tuple(replace(f, place=entry.place(f.focus, f.predicate, f.value)) for f in report.findings)
    )


def _judged(context: Context, entry: Entry, profile: Profile) -> Report:
    """What the shapes say of the things that the entry touches, and did not say before."""
    rulebook, graph = context.rulebook(profile), context.asserted.graph
    changed = [*entry.statements, *entry.removed]
    touched = rulebook.touched(graph, changed)
    with _changed(context, entry) as store:
        touched |= rulebook.touched(graph, changed)
        report = rulebook.judge(graph, store, touched)
    own = set(entry.subjects) | {subject for subject, *_ in entry.statements}
    others = {f.focus for f in report.findings} - own
    before = context.known(profile)
    if others:
        core = rulebook.judge_core(graph, others)
        before |= frozenset(map(_key, core.findings))
    return Report(tuple(f for f in report.findings if f.focus in own or _key(f) not in before))


def _contradicting(context: Context, entry: Entry) -> Report:
    """What contradicts the ontology in the closed graph."""
    asserted = context.asserted
    with _changed(context, entry) as store:
        close(store, asserted.ontology, context.rules, asserted.names)
        errors = list(find_contradictions(store, asserted.ontology, asserted.names))
    return Report(
        tuple(
            Finding(
                focus=URIRef(thing),
                path=None,
                value=None,
                severity=Severity.VIOLATION,
                shape=URIRef(f"{asserted.names.base}shapes#Consistency"),
                message={lang: error.message(lang) for lang in ("ja", "en")},
            )
            for error in errors
            for thing in error.things
        )
    )


@contextmanager
def _changed(context: Context, entry: Entry) -> Iterator[EmbeddedStore]:
    """The graph and the store of `context` with `entry`, until the end of the block."""
    asserted = context.asserted
    graph = asserted.graph
    gone = [statement for statement in set(entry.removed) if statement in graph]
    for statement in gone:
        graph.remove(statement)
    new = [statement for statement in set(entry.statements) if statement not in graph]
    graph.addN((*statement, graph) for statement in new)
    try:
        with asserted.store.trial(asserted.names.graph("entry"), entry.statements, gone):
            yield asserted.store
    finally:
        for statement in new:
            graph.remove(statement)
        graph.addN((*statement, graph) for statement in gone)


def _vocabularies(context: Context) -> Context:
    """The context with the ontology and the concept schemes only."""
    asserted = context.asserted
    kept = Dataset()
    for name in ("def", "vocab", "shapes"):
        graph = kept.graph(asserted.names.graph(name))
        graph.addN((s, p, o, graph) for s, p, o in asserted.dataset.graph(graph.identifier))
    store = EmbeddedStore(names=asserted.names)
    store.load(kept)
    return Context(Asserted(asserted.names, kept, store), context.rules)


def _key(finding: Finding) -> _Key:
    return finding.focus, finding.shape, finding.path, finding.value, finding.component
