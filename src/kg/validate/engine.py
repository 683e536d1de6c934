"""pySHACL at its one home: a graph and shapes in, a report out."""

import re
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from operator import itemgetter
from traceback import walk_tb
from typing import NamedTuple

from pyparsing import ParseBaseException
from pyshacl.errors import ReportableRuntimeError, ShapeRecursionWarning, ValidationFailure
from pyshacl.graph_abstraction import DataGraph
from pyshacl.shape import Shape
from pyshacl.validator import Validator
from rdflib import Graph, Literal
from rdflib.namespace import RDF, RDFS, SH
from rdflib.paths import Path
from rdflib.term import Node

from kg.errors import Both, CheckAborted, ShapesInvalid
from kg.namespaces import Names
from kg.validate.reaching import Reaching, reaching_paths
from kg.validate.report import Finding, Report, Severity
from kg.validate.results import Prefixes, Result, Results, view

_CRASHES = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError),
    *(ValueError, ParseBaseException),
)
"""What comes out of pySHACL where it does not expect what it finds."""


_INVALID = (ReportableRuntimeError, ValidationFailure, re.error)
"""What pySHACL says of shapes that it cannot use."""
_RECURSIVE = Both(
    "シェイプが、自分自身を（直接又は他のシェイプを通して）使っています。",
    "A shape uses itself, directly or by way of other shapes.",
)
TOO_LONG = Both(
    "つながりが長すぎて、最後までたどれません。", "A chain is too long to be followed to its end."
)
_TRUE_OR_FALSE = (SH.closed, SH.deactivated, SH.uniqueLang, SH.qualifiedValueShapesDisjoint)
"""Parameters that count when they are the literal `true`, and not some other spelling of it."""
_TARGETS = (SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)
_APART = frozenset({RDFS.subClassOf, RDFS.isDefinedBy, RDFS.seeAlso})
"""Properties by which something may point to a shape without using it as one."""
_AT_ONCE = 500
"""Focus nodes that are judged before `on_step` hears of them."""
Step = Callable[[int, int], None]
"""Hears how many focus nodes of how many are judged."""
_Targets = tuple[frozenset[Node], frozenset[Node], frozenset[Node], frozenset[Node]]
"""Nodes, classes, properties of which the objects, and of which the subjects are focus nodes."""


def validate(data: Graph, shapes: Graph, names: Names) -> Report:
    """Check `data` against SHACL `shapes`.

    The data must hold the subclass axioms, so that the shapes of a class reach the things of its
    subclasses; nothing is inferred, imported or run as script, and neither argument changes. Raises
    `ShapesInvalid`, and `CheckAborted` where pySHACL breaks off.
    """
    return Engine(shapes, names).validate(data)


class Engine:
    """pySHACL with shapes that are made ready once."""

    def __init__(self, shapes: Graph, names: Names) -> None:
        """`shapes` stay as they are."""
        self._shapes, self._names = shapes, names
        self._copy = _copy(shapes)
        self._copy.namespace_manager = Prefixes(self._copy)
        _aim(self._copy)
        self._paths: dict[Node, Path] | None = None

    def validate(
        self,
        data: Graph,
        focus: Collection[Node] | None = None,
        on_step: Step = lambda *_: None,
    ) -> Report:
        """Check `data`; with `focus`, these focus nodes only, of which `on_step` hears.

        Raises `ShapesInvalid`, and `CheckAborted` where pySHACL breaks off.
        """
        with warnings.catch_warnings():
            # pySHACL leaves out what it cannot decide of recursive shapes: no report to rely on.
            warnings.simplefilter("error", ShapeRecursionWarning)
            try:
                return self._report(data, focus, on_step)
            except ShapeRecursionWarning as error:
                raise ShapesInvalid(detail=_RECURSIVE) from error
            except RecursionError as error:
                raise CheckAborted(shape=_shape_at(error), detail=TOO_LONG) from error
            except _INVALID as error:
                raise ShapesInvalid(detail=error) from error
            except _CRASHES as error:
                raise _aborted(error, data + self._shapes) from error

    def _report(self, data: Graph, focus: Collection[Node] | None, on_step: Step) -> Report:
        results = Results(self._shapes, self._names)
        once: dict[tuple[int | str, ...], Finding] = {}
        validator = Validator(DataGraph.from_rdflib_graph(view(data)), shacl_graph=self._copy)
        if self._paths is None:
            self._paths = reaching_paths(self._copy)
        reaching = Reaching(data, self._copy, self._paths)
        for found in _run(validator, reaching, focus, on_step):
            finding = results.finding(found)
            once.setdefault((*_order(finding), *finding.message.values()), finding)
        return Report(tuple(finding for _, finding in sorted(once.items(), key=itemgetter(0))))


def _copy(shapes: Graph) -> Graph:
    """The shapes for pySHACL, which adds triples of its own and takes the value of "1" for true."""
    copy = Graph() + shapes
    for parameter in _TRUE_OR_FALSE:
        for shape, value in shapes.subject_objects(parameter):
            if str(value) != "true":
                copy.remove((shape, parameter, value))
    return copy


def _aim(shapes: Graph) -> None:
    """Give property shapes the targets of the node shapes that hold them, in place of the link.

    That says the same, and pySHACL judges all focus nodes of a target together, but those of a link
    one by one. A link stays where the node shape is more than a holder: it is closed, or is
    deactivated, or other shapes point to it, or it is a property shape itself; and where a property
    shape is none (it has no path), or looks at those beside it.
    """
    for shape in set(shapes.subjects(SH.property)):
        targets = [(kind, target) for kind in _TARGETS for target in shapes.objects(shape, kind)]
        if (shape, RDF.type, RDFS.Class) in shapes:
            targets.append((SH.targetClass, shape))
        pointed = any(p not in _APART for _, p in shapes.subject_predicates(shape))
        kept = any((shape, p, None) in shapes for p in (SH.path, SH.closed, SH.deactivated))
        parts = set(shapes.objects(shape, SH.property))
        bound = any(
            (part, SH.path, None) not in shapes
            or (part, SH.qualifiedValueShapesDisjoint, None) in shapes
            for part in parts
        )
        if not targets or pointed or kept or bound:
            continue
        for part in parts:
            shapes.remove((shape, SH.property, part))
            shapes.addN((part, kind, target, shapes) for kind, target in targets)


def _run(
    validator: Validator, reaching: Reaching, focus: Collection[Node] | None, on_step: Step
) -> Iterator[Result]:
    """Run all shapes; with `focus`, each with those of its own focus nodes that are among them.

    pySHACL's option of that name also takes values away from nested shapes, and finds all focus
    nodes first.
    """
    data, executor = validator.data_graph, validator.make_executor()
    shapes = validator.shacl_graph.shapes
    if focus is None:
        for shape in shapes:
            if shape.node in reaching:
                yield from reaching.results(shape.node, shape.focus_nodes(data))
            else:
                yield from shape.validate(executor, data)[1]
        return
    waiting = list(focus)
    for start in range(0, len(waiting), _AT_ONCE):
        traits = {node: _traits(data, node) for node in waiting[start : start + _AT_ONCE]}
        known: dict[_Targets, list[Node]] = {}
        for shape in shapes:
            targets = _targets(shape)
            if targets not in known:
                known[targets] = _among(traits, targets)
            if shape.node in reaching:
                yield from reaching.results(shape.node, known[targets])
            elif known[targets]:
                yield from shape.validate(executor, data, focus=known[targets])[1]
        on_step(min(start + _AT_ONCE, len(waiting)), len(waiting))


class _Traits(NamedTuple):
    """What makes a node a focus node: its classes, with those above them, and its properties."""

    classes: set[Node]
    of: set[Node]
    """Properties that it has."""
    to: set[Node]
    """Properties that it is a value of."""


def _traits(data: Graph, node: Node) -> _Traits:
    kinds = data.objects(node, RDF.type)
    classes = {
        above
        for kind in kinds
        for above in data.transitive_objects(kind, RDFS.subClassOf)
        if above is not None
    }
    return _Traits(classes, set(data.predicates(node)), set(data.predicates(object=node)))


def _targets(shape: Shape) -> _Targets:
    # pySHACL has not given this method its types
    targets = shape.target()  # type: ignore[no-untyped-call]
    nodes, kinds, implicit, objects_of, subjects_of = map(frozenset, targets)
    return nodes, kinds | implicit, objects_of, subjects_of


def _among(traits: Mapping[Node, _Traits], targets: _Targets) -> list[Node]:
    """Nodes of `traits` that are focus nodes of a shape with `targets` (SHACL, 2.1.3)."""
    nodes, kinds, objects_of, subjects_of = targets
    return [
        node
        for node, own in traits.items()
        if node in nodes
        or not own.classes.isdisjoint(kinds)
        or not own.of.isdisjoint(subjects_of)
        or not own.to.isdisjoint(objects_of)
    ]


def _aborted(error: Exception, graph: Graph) -> CheckAborted:
    """Say what is known: the shape at work, and a literal that no comparison can bear."""
    said = f"{type(error).__name__}: {error}"
    triples = (t for t in graph if isinstance(t[2], Literal) and t[2].ill_typed)
    wrong = next((" ".join(term.n3() for term in triple) for triple in triples), None)
    more = Both(f"（型に合わないリテラル: {wrong}）", f" (ill-typed literal: {wrong})")
    detail = Both(said + more.ja, said + more.en) if wrong else said
    return CheckAborted(shape=_shape_at(error), detail=detail)


def _shape_at(error: Exception) -> str:
    """The shape that was at work when pySHACL broke off."""
    frames = (frame for frame, _ in walk_tb(error.__traceback__))
    shapes = [s.node for s in (f.f_locals.get("self") for f in frames) if isinstance(s, Shape)]
    return shapes[-1].n3() if shapes else "–"


def _order(finding: Finding) -> tuple[int, str, str, str, str, str]:
    value = "" if finding.value is None else finding.value.n3()
    rank = list(Severity).index(finding.severity)
    where = str(finding.focus), str(finding.shape), str(finding.path)
    return rank, *where, value, str(finding.component)
