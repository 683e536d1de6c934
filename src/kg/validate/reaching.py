"""Property shapes that only ask whether a path that repeats leads anywhere, judged all at once.

pySHACL walks the path of each focus node anew, which takes the square of the length of a chain: a
minute for a thousand things, each part of the next. Who reaches something is found for all of them
in one walk back from where the path ends. What is found is what pySHACL finds; tests hold it to it.
"""

from collections.abc import Iterable, Iterator, Mapping

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, SH
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.term import Node

from kg.validate.paths import leading, to_path
from kg.validate.results import Result

_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
_SAYING = frozenset(
    {
        *(RDF.type, SH.path, SH.minCount, SH.severity, SH.message, SH.name, SH.description),
        *(SH.order, SH.group, *_TARGETS),
    }
)
"""What a shape may say in words of SHACL without having another constraint."""


def reaching_paths(shapes: Graph) -> dict[Node, Path]:
    """The paths of the property shapes of `shapes` that ask for one value of a path that repeats.

    Only of shapes with a message, as pySHACL words it for others. Raises `ShapesInvalid` for a path
    that is none.
    """
    found = {}
    for shape in shapes.subjects(SH.minCount, Literal(1)):
        said = [p for p in shapes.predicates(shape) if str(p).startswith(str(SH))]
        once = all(said.count(p) == 1 for p in (SH.path, SH.minCount))
        if once and _SAYING.issuperset(said) and SH.message in said:
            path = to_path(shapes, next(shapes.objects(shape, SH.path)))
            if isinstance(path, Path) and _repeats(path):
                found[shape] = path
    return found


def _repeats(path: URIRef | Path) -> bool:
    if isinstance(path, MulPath):
        return bool(path.more) or _repeats(path.path)
    if isinstance(path, InvPath):
        return _repeats(path.arg)
    return isinstance(path, AlternativePath | SequencePath) and any(map(_repeats, path.args))


class Reaching:
    """Judges such shapes in a graph that stays as it is."""

    def __init__(self, data: Graph, shapes: Graph, paths: Mapping[Node, Path]) -> None:
        """`paths` are the `reaching_paths` of `shapes`."""
        self._data, self._shapes, self._paths = data, shapes, paths
        self._leading: dict[Node, set[Node] | None] = {}

    def __contains__(self, shape: Node) -> bool:
        return shape in self._paths

    def results(self, shape: Node, focus: Iterable[Node]) -> Iterator[Result]:
        """A result for each node of `focus` from which the path of `shape` leads nowhere."""
        if shape not in self._leading:
            self._leading[shape] = leading(self._data, self._paths[shape])
        there = self._leading[shape]
        if there is not None:
            yield from (self._result(shape, node) for node in focus if node not in there)

    def _result(self, shape: Node, focus: Node) -> Result:
        node = BNode()
        severity = self._shapes.value(shape, SH.severity, default=SH.Violation)
        facts = (
            (SH.focusNode, focus),
            (SH.resultPath, self._shapes.value(shape, SH.path)),
            (SH.resultSeverity, severity),
            (SH.sourceShape, shape),
            (SH.sourceConstraintComponent, SH.MinCountConstraintComponent),
            *((SH.resultMessage, text) for text in self._shapes.objects(shape, SH.message)),
        )
        return "", node, [(node, predicate, value) for predicate, value in facts]
