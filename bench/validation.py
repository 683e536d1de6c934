"""A new measure judged within the graph, against pySHACL over the whole graph in the same run."""

# ruff: noqa: E501  (the page is text with long table rows)

import time
from dataclasses import dataclass
from statistics import median

import pyshacl
from rdflib import Graph
from rdflib.namespace import RDF, SH, SKOS
from rdflib.term import Node

from bench.report import Goal
from kg.entry import Entry
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.entries import TURTLE, check_entry, open_context, read_entry
from kg.pipeline.project import find_project
from kg.validate import Profile

HEADING = "## Validation"
MODEL = NAMES.id("measure", "ai2019-fu2020", "II-1-20-002")
"""The measure of the graph that the new one is a copy of, under the code of another one."""
_BOUND = 20
_ROUNDS = 20


@dataclass(frozen=True)
class Validation:
    """Seconds: `entry` for one new measure, `plain` for pySHACL over the graph with it, `whole` for
    the committed data by our engine. `findings` were the same in both.
    """

    entry: float
    plain: float
    whole: float
    findings: int

    @property
    def goal(self) -> Goal:
        """What has a bound."""
        what = "one new measure judged within the graph, and what follows from it; `pyshacl.validate` over the whole graph as peer, so many times slower"
        ratio = self.plain / self.entry
        return Goal(what, self.entry, self.plain, ratio, _BOUND, at_least=True)


def new_measure(graph: Graph) -> Entry:
    """A copy of a measure of the graph with the code of another and without a title."""
    name = MODEL.replace("002", "150")
    lines = [f'<{name}> <{JPSTRAT.code}> "II-1-20-001" .']
    lines += [
        f"<{name}> {p.n3()} {o.n3()} ."
        for _, p, o in graph.triples((MODEL, None, None))
        if p not in {JPSTRAT.code, SKOS.prefLabel}
    ]
    return read_entry("\n".join(lines).encode(), TURTLE, file="new.ttl")


def measure() -> Validation:
    """Our median of some rounds; pySHACL once, because it takes minutes.

    Raises `AssertionError` where the two differ in what they find.
    """
    context = open_context(find_project())
    graph, shapes = context.asserted.graph, context.rulebook(Profile.ENTRY).shapes
    begin = time.perf_counter()
    committed = context.asserted.check()
    whole = time.perf_counter() - begin
    committed.raise_for_violations()
    entry = new_measure(graph)
    seconds = []
    for _ in range(_ROUNDS):
        begin = time.perf_counter()
        report = check_entry(context, entry)
        seconds.append(time.perf_counter() - begin)
    for statement in entry.statements:
        graph.add(statement)
    begin = time.perf_counter()
    _, found, _ = pyshacl.validate(graph, shacl_graph=Graph() + shapes)
    plain = time.perf_counter() - begin
    before = {(f.focus, f.shape, f.component) for f in committed.findings}
    ours = {(f.focus, f.shape, f.component) for f in report.findings}
    assert ours | before == _told(found), (ours | before) ^ _told(found)
    return Validation(median(seconds), plain, whole, len(ours))


def _told(report: Graph) -> set[tuple[Node | None, ...]]:
    """Focus, shape and component of each result of the report itself."""
    (itself,) = report.subjects(RDF.type, SH.ValidationReport)
    return {
        tuple(
            report.value(result, p)
            for p in (SH.focusNode, SH.sourceShape, SH.sourceConstraintComponent)
        )
        for result in report.objects(itself, SH.result)
    }


def section(figures: Validation, load: float) -> str:
    """Part of the report."""
    return f"""{HEADING}

The new measure lacks its titles and has the code of another one: {figures.findings} findings, the same from both. The load average before the run was {load:.1f}.

| what | ours | peer | ratio | goal | |
| --- | --- | --- | --- | --- | --- |
{figures.goal.row}

The committed data with all rules: {figures.whole:.2f} s.
"""
