"""Checking what somebody sends: entry → asserted data → closure → report."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from rdflib import Dataset, Graph, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from kg.entry import Entry, Mode, Profile, Statement
from kg.lookup import FormerName, Lookup
from kg.namespaces import NAMES, Names
from kg.pipeline.bounds import of_no_kind
from kg.pipeline.building import Asserted, load_asserted
from kg.pipeline.former import former_names
from kg.pipeline.graphs import UNNAMED, made_graphs, with_curated
from kg.pipeline.mixing import at_causes, contradicting, of_several_classes, without_consequences
from kg.pipeline.project import Project
from kg.pipeline.reading import TURTLE, read_entry
from kg.reason import Rule, close, find_contradictions, find_mixed, read_rules
from kg.store.embedded import EmbeddedStore
from kg.validate import (
    Check,
    Explainer,
    Key,
    Report,
    Rulebook,
    Severity,
    read_checks,
    run_checks,
)

Progress = Callable[[str, int, int], None]
"""Hears what is being done, and how many things of how many are done."""
_CHECK = "check"

__all__ = [
    "TURTLE",
    "Context",
    "Mode",
    "Profile",
    "check_entry",
    "explained",
    "judge_entry",
    "open_context",
    "placed",
    "read_entry",
]


@dataclass(frozen=True)
class Context:
    """What entries are checked against: the files of a project, and what is made of them once."""

    asserted: Asserted
    rules: tuple[Rule, ...]
    checks: tuple[Check, ...]
    former: tuple[FormerName, ...] = ()
    _rulebooks: dict[Profile, Rulebook] = field(default_factory=dict)
    _known: dict[tuple[Profile, Node], frozenset[Key]] = field(default_factory=dict)
    _alone: list["Context"] = field(default_factory=list)
    _checked: list[frozenset[Key]] = field(default_factory=list)

    def rulebook(self, profile: Profile) -> Rulebook:
        """The shapes that hold in `profile`."""
        if profile not in self._rulebooks:
            self._rulebooks[profile] = self.asserted.rulebook(profile)
        return self._rulebooks[profile]

    def alone(self) -> "Context":
        """The context with the ontology and the concept schemes only."""
        if not self._alone:
            self._alone.append(_vocabularies(self))
        return self._alone[0]

    def known(self, profile: Profile, shapes: Iterable[Node]) -> Iterator[Key]:
        """Findings of the SPARQL constraints of `shapes` in the graph as it is."""
        for shape in shapes:
            if (profile, shape) not in self._known:
                report = self.rulebook(profile).judge_queries(self.asserted.store, {shape})
                self._known[profile, shape] = report.keys
            yield from self._known[profile, shape]

    def checked(self) -> Report:
        """What breaks the rules about named graphs in the store as it is now."""
        report = run_checks(self.asserted.store, self.checks, self.asserted.names)
        # where what stands in no graph is put while it is judged
        return Report(tuple(f for f in report.findings if f.focus != self.unnamed))

    def checked_before(self) -> frozenset[Key]:
        """The keys of `checked` without any entry."""
        if not self._checked:
            self._checked.append(self.checked().keys)
        return self._checked[0]

    @property
    def unnamed(self) -> URIRef:
        """The graph in which statements are judged of which nothing says the graph."""
        return self.asserted.names.graph(UNNAMED)


def open_context(project: Project, names: Names = NAMES, without: Collection[Path] = ()) -> Context:
    """Read the project's files but those `without`; raises `InputError`."""
    return Context(
        load_asserted(project, names, without=without),
        tuple(read_rules(project.ontology / "rules", names)),
        read_checks(project.shapes / "checks", names),
        former_names(project),
    )


def check_entry(
    context: Context,
    entry: Entry,
    profile: Profile = Profile.ENTRY,
    mode: Mode = Mode.MERGED,
    on_step: Progress = lambda *_: None,
) -> Report:
    """What `judge_entry` finds, in words; raises what it raises."""
    return explained(context, entry, profile, judge_entry(context, entry, profile, mode, on_step))


def judge_entry(
    context: Context,
    entry: Entry,
    profile: Profile,
    mode: Mode,
    on_step: Progress = lambda *_: None,
    *,
    in_place: bool = False,
) -> Report:
    """What the rules say about `entry`: what it causes, at its own things and elsewhere.

    With `in_place` it takes the place of files that the context was read without: what these no
    longer say cannot be known, so everything is judged. First what is stated is judged, then,
    unless that breaks a rule, what follows from it. `on_step` hears of the things that are judged.
    All findings are listed, without their places, and none is explained. Raises `CheckAborted` for
    a value that no comparison can bear.
    """
    against = context.alone() if mode is Mode.ALONE else context
    entry = with_curated(entry, context.asserted.graph, context.asserted.names)
    if in_place and mode is Mode.MERGED:
        report = _judged_whole(against, entry, profile)
    else:
        report = _judged(against, entry, profile, on_step)
    report += Report(tuple(made_graphs(entry, context.asserted.dataset, context.asserted.names)))
    report = _with_mixed(against, entry, profile, report)
    if mode is Mode.MERGED:
        report += _of_no_kind(context, entry, profile, report)
    if not report.of(Severity.VIOLATION):
        report += _contradicting(against, entry)
    return report


def explained(context: Context, entry: Entry, profile: Profile, report: Report) -> Report:
    """The findings that are listed, at their places and in words.

    The words name what is meant in the whole graph.
    """
    if not report.findings:
        return report
    report = placed(entry, report.listed())
    names, graph = context.asserted.names, context.asserted.graph
    with _stated(graph, entry):
        lookup = Lookup(graph, names, context.former)
        explainer = Explainer(context.rulebook(profile).shapes, graph, lookup, names)
        return report.explained(explainer.of)


def placed(entry: Entry, report: Report) -> Report:
    """The findings with the places that the entry has for them."""
    findings = (
        f if f.place else replace(f, place=entry.place(f.focus, f.predicate, f.value))
        for f in report.findings
    )
    return replace(report, findings=tuple(findings))


def _of_no_kind(context: Context, entry: Entry, profile: Profile, report: Report) -> Report:
    """What the shapes do not reach: things without a class."""
    shape = URIRef(f"{context.asserted.names.base}shapes#ThingClass")
    told = {finding.focus for finding in report.findings if finding.shape == shape}
    graph, shapes = context.asserted.graph, context.rulebook(profile).shapes
    return Report(tuple(of_no_kind(entry, graph, shapes, context.asserted.names, told)))


def _judged(context: Context, entry: Entry, profile: Profile, on_step: Progress) -> Report:
    """What the shapes say of the things that the entry touches, and did not say before."""
    rulebook, graph = context.rulebook(profile), context.asserted.graph
    changed = [*entry.statements, *entry.removed]
    # what is added only makes ways longer; what is removed has to be walked while it is there
    touched = rulebook.touched(graph, entry.removed)
    # other entries break none of the rules about named graphs
    of_graphs = bool(entry.removed) or any(entry.graphs.keys() - {None})
    checked = Report(())
    with _changed(context, entry) as store:
        touched |= rulebook.touched(graph, changed)
        report = rulebook.judge(
            graph, store, touched, lambda done, total: on_step(_CHECK, done, total)
        )
        if of_graphs:
            checked = context.checked()
    if checked.findings:
        checked = checked.without(context.checked_before())
    there = {f.focus for f in report.findings if (f.focus, None, None) in graph}
    core = rulebook.judge_core(graph, there) if there else Report(())
    queried = {f.shape for f in report.findings if f.component == SH.SPARQLConstraintComponent}
    return report.without(core.keys.union(context.known(profile, queried))) + checked


def _judged_whole(context: Context, entry: Entry, profile: Profile) -> Report:
    """Every violation of the graph with the entry, and what is remarked about its own things."""
    with _changed(context, entry) as store:
        report = context.rulebook(profile).judge(context.asserted.graph, store)
        report += context.checked()
    own = {subject for subject, *_ in entry.statements}
    return Report(
        tuple(f for f in report.findings if f.severity is Severity.VIOLATION or f.focus in own)
    )


def _contradicting(context: Context, entry: Entry) -> Report:
    """What contradicts the ontology in the closed graph."""
    asserted = context.asserted
    with _tried(context, entry) as store:
        close(store, asserted.ontology, context.rules, asserted.names)
        errors = find_contradictions(store, asserted.ontology, asserted.names)
        report = contradicting(errors, asserted.names)
    return at_causes(report, entry, asserted.graph)


def _with_mixed(context: Context, entry: Entry, profile: Profile, report: Report) -> Report:
    """First that things are of classes which exclude each other, then what else was found."""
    asserted, graph = context.asserted, context.asserted.graph
    with _stated(graph, entry):
        things = of_several_classes({subject for subject, *_ in entry.statements}, graph)
    if not things:
        return report
    with _changed(context, entry) as store:
        errors = find_mixed(store, asserted.ontology, asserted.names, things)
        mixed = contradicting(errors, asserted.names)
        focus = {finding.focus for finding in mixed.findings}
        shapes = context.rulebook(profile).shapes
        return mixed + without_consequences(report, focus, shapes, graph)


@contextmanager
def _changed(context: Context, entry: Entry) -> Iterator[EmbeddedStore]:
    """The graph and the store of `context` with `entry`, until the end of the block."""
    # what the entry removes is looked up in the graph as it was
    with _tried(context, entry) as store, _stated(context.asserted.graph, entry):
        yield store


@contextmanager
def _tried(context: Context, entry: Entry) -> Iterator[EmbeddedStore]:
    """The store of `context` with `entry`, until the end of the block."""
    asserted = context.asserted
    gone = _gone(asserted.graph, entry)
    added = {graph: some for graph, some in entry.graphs.items() if graph is not None}
    removed = set(gone)
    unnamed = entry.graphs.get(None, ())
    # what is said again stays in the graph where it is
    new = tuple(s for s in unnamed if s in removed or s not in asserted.graph)
    if new:
        added[context.unnamed] = new
    with asserted.store.trial(added, gone):
        yield asserted.store


def _gone(graph: Graph, entry: Entry) -> list[Statement]:
    return [statement for statement in set(entry.removed) if statement in graph]


@contextmanager
def _stated(graph: Graph, entry: Entry) -> Iterator[None]:
    """`graph` with `entry` until the end of the block."""
    gone = _gone(graph, entry)
    for statement in gone:
        graph.remove(statement)
    new = [statement for statement in set(entry.statements) if statement not in graph]
    graph.addN((*statement, graph) for statement in new)
    try:
        yield
    finally:
        for statement in new:
            graph.remove(statement)
        graph.addN((*statement, graph) for statement in gone)


def _vocabularies(context: Context) -> Context:
    asserted = context.asserted
    kept = Dataset()
    for name in ("def", "vocab", "shapes"):
        graph = kept.graph(asserted.names.graph(name))
        graph.addN((s, p, o, graph) for s, p, o in asserted.dataset.graph(graph.identifier))
    store = EmbeddedStore(names=asserted.names)
    store.load(kept)
    return Context(Asserted(asserted.names, kept, store), context.rules, ())
