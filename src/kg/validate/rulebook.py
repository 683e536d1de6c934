"""The project's shapes made ready: what a change touches is judged, and nothing else."""

from collections.abc import Collection, Container, Iterable, Mapping
from functools import cached_property

from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS, SH
from rdflib.term import Node

from kg.entry import Profile
from kg.model import Store
from kg.namespaces import Names
from kg.validate.constraints import SparqlConstraint, read_constraints
from kg.validate.engine import Engine, Step
from kg.validate.report import Finding, Report, Severity
from kg.validate.touched import Reads

_JUDGING = frozenset(
    {SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.sparql}
)
_BOUNDS = frozenset(
    {
        SH.MinExclusiveConstraintComponent,
        SH.MinInclusiveConstraintComponent,
        SH.MaxExclusiveConstraintComponent,
        SH.MaxInclusiveConstraintComponent,
    }
)
_ORDERS: Mapping[Node | None, URIRef] = {
    SH.LessThanConstraintComponent: SH.lessThan,
    SH.LessThanOrEqualsConstraintComponent: SH.lessThanOrEquals,
}
_OF_ANY_PROPERTY = ("ThingLink", "ThingRange")
"""Rules about what a property leads to, which hold of all: one about that property says more."""


class Rulebook:
    """Shapes in core SHACL, which pySHACL judges, and SHACL-SPARQL, which a store answers."""

    def __init__(self, shapes: Graph, names: Names, profile: Profile) -> None:
        """Shapes that are `dcterms:isPartOf` another profile than `profile` judge nothing."""
        self._names = names
        self.shapes = Graph()
        others = {_iri(names, other) for other in Profile if other is not profile}
        left_out = {shape for other in others for shape in shapes.subjects(DCTERMS.isPartOf, other)}
        for s, p, o in shapes:
            if s not in left_out or p not in _JUDGING:
                self.shapes.add((s, p, o))
        self._core = Graph()
        self._core.addN((s, p, o, self._core) for s, p, o in self.shapes if p != SH.sparql)

    def judge(
        self,
        data: Graph,
        store: Store,
        focus: Collection[Node] | None = None,
        on_step: Step = lambda *_: None,
    ) -> Report:
        """Judge `data`, which `store` holds as its default graph.

        With `focus` the core shapes look at these nodes only, and `on_step` hears of them; the
        SPARQL constraints always look at all.
        """
        report = self.judge_core(data, focus, on_step) + self.judge_queries(store)
        return self._without_general(report)

    def _without_general(self, report: Report) -> Report:
        """The findings but those of `_OF_ANY_PROPERTY` on a value that breaks another rule too."""
        general = {URIRef(f"{self._names.base}shapes#{name}") for name in _OF_ANY_PROPERTY}
        told = {
            (f.focus, f.predicate, f.value)
            for f in report.of(Severity.VIOLATION)
            if f.shape not in general
        }
        return Report(
            tuple(
                f
                for f in report.findings
                if f.shape not in general
                # a rule about a choice of properties names none
                or told.isdisjoint((f.focus, p, f.value) for p in (f.predicate, None))
            )
        )

    def judge_queries(self, store: Store, shapes: Container[Node] | None = None) -> Report:
        """Judge what `store` holds by the SPARQL constraints alone, or by those of `shapes`."""
        chosen = (c for c in self.constraints if shapes is None or c.shape in shapes)
        return Report(tuple(f for c in chosen for f in c.findings(store, self._names)))

    def judge_core(
        self,
        data: Graph,
        focus: Collection[Node] | None = None,
        on_step: Step = lambda *_: None,
    ) -> Report:
        """Judge `data` by the core shapes alone."""
        return self._without_comparisons(self._engine.validate(data, focus, on_step))

    def _without_comparisons(self, report: Report) -> Report:
        """The findings but those that compare values of which one is of no right datatype."""
        untyped = [f for f in report.findings if f.component == SH.DatatypeConstraintComponent]
        bounded = {(f.focus, f.shape, f.value) for f in untyped}
        ordered = {(f.focus, f.predicate, f.value) for f in untyped}
        fields = {(f.focus, f.predicate) for f in untyped}

        def says_nothing(finding: Finding) -> bool:
            if finding.component in _BOUNDS:
                return (finding.focus, finding.shape, finding.value) in bounded
            order = _ORDERS.get(finding.component)
            if order is None:
                return False
            own = (finding.focus, finding.predicate, finding.value) in ordered
            after = self.shapes.value(finding.shape, order)
            return own or (finding.focus, after) in fields

        return Report(tuple(f for f in report.findings if not says_nothing(f)))

    def touched(self, data: Graph, statements: Iterable[tuple[Node, Node, Node]]) -> set[Node]:
        """Focus nodes that core shapes may judge in another way with than without `statements`."""
        return self._reads.touched(data, statements)

    @cached_property
    def constraints(self) -> tuple[SparqlConstraint, ...]:
        """The SHACL-SPARQL constraints."""
        return read_constraints(self.shapes)

    @cached_property
    def _engine(self) -> Engine:
        return Engine(self._core, self._names)

    @cached_property
    def _reads(self) -> Reads:
        return Reads(self._core)


def _iri(names: Names, profile: Profile) -> URIRef:
    return URIRef(f"{names.base}shapes#{profile.capitalize()}Profile")
