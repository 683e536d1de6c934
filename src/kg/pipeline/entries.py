"""Checking what somebody sends: entry → asserted data → closure → report."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rdflib import Dataset, Graph
from rdflib.term import Node

from kg.entry import Entry
from kg.namespaces import NAMES, Names
from kg.pipeline.building import read_asserted
from kg.pipeline.forms import Mode, Profile
from kg.pipeline.project import Project
from kg.pipeline.reading import TURTLE, read_entry
from kg.validate import Finding, Report, validate

__all__ = ["TURTLE", "Context", "Mode", "Profile", "check_entry", "open_context", "read_entry"]


@dataclass(frozen=True)
class Context:
    """What entries are checked against."""

    names: Names
    asserted: Dataset
    shapes: Graph


def open_context(project: Project, names: Names = NAMES, without: Collection[Path] = ()) -> Context:
    """Read the project's files but those `without`; raises `InputError`."""
    asserted = read_asserted(project, names, without)
    return Context(names, asserted, asserted.graph(names.graph("shapes")))


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
