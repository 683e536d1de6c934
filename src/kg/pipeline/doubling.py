"""What would be told twice: things that the graph has already, rules that hold both ways."""

from dataclasses import replace

from rdflib import Literal
from rdflib.namespace import RDF, SH

from kg.entry import Entry
from kg.errors import Both
from kg.pipeline.entries import Context
from kg.validate import Finding, Report, Wording

_TAKEN = Both("「{title}」は既にグラフにあります。", '"{title}" is in the graph already. ')
_OTHER = Both(
    "新しいものなら別の番号（IRI）を付け、既にあるものを直すなら、その値を書き換えてください。",
    "Give a new thing another code (IRI); to correct the one that is there, replace its values.",
)

_TWICE = (SH.MaxCountConstraintComponent, SH.UniqueLangConstraintComponent)


def told_of_doubles(context: Context, entry: Entry, report: Report) -> Report:
    """The report, in which second values of a thing of the graph are told as such.

    The first such finding of each thing says which thing there is, and all of them what to do.
    """
    graph, names = context.asserted.graph, context.asserted.names
    wording = Wording(graph, graph, names)
    removed, stated = set(entry.removed), set(entry.statements)
    own = {s for s, *_ in stated}

    def second(finding: Finding) -> bool:
        """Whether a finding is about a value beside one that the graph has."""
        if finding.component not in _TWICE or finding.focus not in own:
            return False
        known = (finding.focus, RDF.type, None) in graph
        old = set(graph.triples((finding.focus, finding.predicate, None))) - removed - stated
        return known and bool(old)

    doubles = {id(f): f for f in sorted(filter(second, report.findings), key=_order)}
    firsts = {f.focus: f for f in reversed(doubles.values())}

    def tell(finding: Finding) -> Finding:
        said = finding.explanation
        if said is None or id(finding) not in doubles:
            return finding
        problem = said.problem
        if finding is firsts[finding.focus]:
            known = _TAKEN.filled(title=wording.title(finding.focus))
            problem = Both(known.ja + problem.ja, known.en + problem.en)
        return replace(finding, explanation=replace(said, problem=problem, fix=_OTHER))

    return replace(report, findings=tuple(map(tell, report.findings)))


def without_mirrored(entry: Entry, report: Report) -> Report:
    """The findings but those about things of the graph that tell what one of the entry tells.

    Rules that queries check, such as that of a code which two things have, find both of them.
    """
    own = {subject for subject, *_ in entry.statements}
    queried = [f for f in report.findings if f.component == SH.SPARQLConstraintComponent]
    told = [f for f in queried if f.focus in own]
    about = {(f.shape, f.predicate, f.focus) for f in told}
    # what both have, where a rule shows that in place of the other thing
    about |= {(f.shape, f.predicate, f.value) for f in told if isinstance(f.value, Literal)}
    left = (
        f
        for f in report.findings
        if f.component != SH.SPARQLConstraintComponent
        or f.focus in own
        or (f.shape, f.predicate, f.value) not in about
    )
    return replace(report, findings=tuple(left))


def _order(finding: Finding) -> tuple[int, int]:
    place = finding.place
    return (place.line or 0, place.column or 0) if place else (0, 0)
