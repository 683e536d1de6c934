"""pySHACL at its one home: a graph and shapes in, a report out."""

import re
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from traceback import walk_tb

from pyparsing import ParseBaseException
from pyshacl.errors import ReportableRuntimeError, ShapeRecursionWarning, ValidationFailure
from pyshacl.graph_abstraction import DataGraph
from pyshacl.shape import Shape
from pyshacl.validator import Validator
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, SH
from rdflib.term import Node

from kg.errors import Both, CheckAborted, ShapesInvalid
from kg.namespaces import Names
from kg.validate.paths import path_text
from kg.validate.report import Finding, Report, Severity, severity_of

_LANGUAGES = ("ja", "en")
_CRASHES = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError),
    *(ValueError, ParseBaseException),
)
"""What comes out of pySHACL where it does not expect what it finds."""


_INVALID = (ReportableRuntimeError, ShapeRecursionWarning, ValidationFailure, re.error)
"""What pySHACL says of shapes that it cannot use."""
_UNSAID = Both("規則を満たしません。", "A rule is broken.")
"""For a SPARQL constraint without a message; pySHACL has one for all others."""
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
        _aim(self._copy)

    def validate(
        self,
        data: Graph,
        focus: Collection[Node] | None = None,
        on_step: Step = lambda *_: None,
    ) -> Report:
        """Check `data`; with `focus`, these focus nodes only, of which `on_step` hears.

        Raises `ShapesInvalid`, and `CheckAborted` where pySHACL breaks off.
        """
        found = self._results(data, focus, on_step)
        findings = (_finding(found, result, self._shapes, self._names) for result in _nodes(found))
        once = {(*_order(finding), *finding.message.values()): finding for finding in findings}
        return Report(tuple(sorted(once.values(), key=_order)))

    def _results(self, data: Graph, focus: Collection[Node] | None, on_step: Step) -> Graph:
        """Return the validation report as a graph."""
        with warnings.catch_warnings():
            # pySHACL leaves out what it cannot decide of recursive shapes: no report to rely on.
            warnings.simplefilter("error", ShapeRecursionWarning)
            try:
                validator = Validator(DataGraph.from_rdflib_graph(data), shacl_graph=self._copy)
                return _focused(validator, focus, on_step)
            except _INVALID as error:
                raise ShapesInvalid(detail=error) from error
            except _CRASHES as error:
                raise _aborted(error, data + self._shapes) from error


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


def _focused(validator: Validator, focus: Collection[Node] | None, on_step: Step) -> Graph:
    """Run all shapes; each with those of its own focus nodes that are among `focus`.

    pySHACL's option of that name also takes values away from nested shapes, and finds all focus
    nodes first.
    """
    found: Graph
    if focus is None:
        # pySHACL has not given this method its types, nor `target` below
        _, found, _ = validator.run()  # type: ignore[no-untyped-call]
        return found
    data, executor = validator.data_graph, validator.make_executor()
    shapes, waiting = validator.shacl_graph.shapes, list(focus)
    results: list[tuple[object, ...]] = []
    for start in range(0, len(waiting), _AT_ONCE):
        classes = {node: _classes(data, node) for node in waiting[start : start + _AT_ONCE]}
        known: dict[_Targets, list[Node]] = {}
        for shape in shapes:
            targets = _targets(shape)
            if targets not in known:
                known[targets] = _among(classes, targets, data)
            if known[targets]:
                found_here = shape.validate(executor, data, focus=known[targets])[1]
                # the texts are not used, and joining them takes the square of their number
                results += (("", node, triples) for _, node, triples in found_here)
        on_step(min(start + _AT_ONCE, len(waiting)), len(waiting))
    found, _ = validator.create_validation_report(validator.shacl_graph, not results, results)
    return found


def _classes(data: Graph, node: Node) -> set[Node]:
    """Classes of `node`, with those above them."""
    kinds = data.objects(node, RDF.type)
    return {
        above
        for kind in kinds
        for above in data.transitive_objects(kind, RDFS.subClassOf)
        if above is not None
    }


def _targets(shape: Shape) -> _Targets:
    # without types, as `run` above
    targets = shape.target()  # type: ignore[no-untyped-call]
    nodes, kinds, implicit, objects_of, subjects_of = map(frozenset, targets)
    return nodes, kinds | implicit, objects_of, subjects_of


def _among(classes: Mapping[Node, set[Node]], targets: _Targets, data: Graph) -> list[Node]:
    """Nodes of `classes` that are focus nodes of a shape with `targets` (SHACL, 2.1.3)."""
    nodes, kinds, objects_of, subjects_of = targets
    if not (nodes or kinds or objects_of or subjects_of):
        return []
    return [
        node
        for node, own in classes.items()
        if node in nodes
        or not own.isdisjoint(kinds)
        or any((node, property_, None) in data for property_ in subjects_of)
        or any((None, property_, node) in data for property_ in objects_of)
    ]


def _aborted(error: Exception, graph: Graph) -> CheckAborted:
    """Say what is known: the shape at work, and a literal that no comparison can bear."""
    frames = (frame for frame, _ in walk_tb(error.__traceback__))
    shapes = [s.node for s in (f.f_locals.get("self") for f in frames) if isinstance(s, Shape)]
    said = f"{type(error).__name__}: {error}"
    triples = (t for t in graph if isinstance(t[2], Literal) and t[2].ill_typed)
    wrong = next((" ".join(term.n3() for term in triple) for triple in triples), None)
    more = Both(f"（型に合わないリテラル: {wrong}）", f" (ill-typed literal: {wrong})")
    detail = Both(said + more.ja, said + more.en) if wrong else said
    return CheckAborted(shape=shapes[-1].n3() if shapes else "–", detail=detail)


def _nodes(found: Graph) -> Iterator[Node]:
    """Results of the report itself: those that only explain another one stand below `sh:detail`."""
    for report in found.subjects(RDF.type, SH.ValidationReport):
        yield from found.objects(report, SH.result)


def _finding(found: Graph, result: Node, shapes: Graph, names: Names) -> Finding:
    return Finding(
        focus=next(found.objects(result, SH.focusNode)),
        predicate=_first_step(found, result, shapes),
        component=found.value(result, SH.sourceConstraintComponent),
        path=_path(found, result, shapes, names),
        value=found.value(result, SH.value),
        severity=severity_of(found.value(result, SH.resultSeverity)),
        shape=next(found.objects(result, SH.sourceShape)),
        message=_messages(found, result),
    )


def _path(found: Graph, result: Node, shapes: Graph, names: Names) -> str | None:
    """Text of the result's path."""
    path = _path_node(found, result, shapes)
    return None if path is None else path_text(shapes, path, names)


def _first_step(found: Graph, result: Node, shapes: Graph) -> URIRef | None:
    path = _path_node(found, result, shapes)
    if path is not None and (path, RDF.first, None) in shapes:
        path = shapes.value(path, RDF.first)
    return path if isinstance(path, URIRef) else None


def _path_node(found: Graph, result: Node, shapes: Graph) -> Node | None:
    """The result's path; one of several steps is read in the shapes, where it is whole."""
    path = found.value(result, SH.resultPath)
    if isinstance(path, BNode):
        return shapes.value(next(found.objects(result, SH.sourceShape)), SH.path)
    return path


def _messages(found: Graph, result: Node) -> dict[str, str]:
    """Texts by language; where the shape has none in a language, the one it has stands in."""
    if (result, SH.resultMessage, None) not in found:
        return _UNSAID._asdict()
    texts = sorted(m for m in found.objects(result, SH.resultMessage) if isinstance(m, Literal))
    by_language = {text.language: str(text) for text in reversed(texts)}
    return {lang: by_language.get(lang) or str(texts[0]) for lang in _LANGUAGES}


def _order(finding: Finding) -> tuple[int, str, str, str, str, str]:
    value = "" if finding.value is None else finding.value.n3()
    rank = list(Severity).index(finding.severity)
    where = str(finding.focus), str(finding.shape), str(finding.path)
    return rank, *where, value, str(finding.component)
