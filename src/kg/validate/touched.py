"""Which focus nodes a change touches: those whose constraints look at a statement that changes.

Each shape reads the graph along paths. A statement matters to a focus node when a path of a shape
that begins at the node passes the statement; so the node is found by walking the part of the path
before that step backwards. The result may hold more nodes than need be, never fewer.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, RDFS, SH
from rdflib.paths import AlternativePath as Alternative
from rdflib.paths import InvPath, MulPath, Path, SequencePath
from rdflib.term import Node

from kg.validate.paths import origins, to_path

Way = URIRef | Path | None
"""A path from a focus node to where a step begins; None where it begins at the focus node."""
Step = tuple[URIRef, bool]
"""A property, and whether the step goes against its direction."""

_OF_FOCUS = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
_SHAPES = (SH.node, SH.property, SH["not"], SH.qualifiedValueShape)
_LISTS = (SH["and"], SH["or"], SH.xone)


class Reads:
    """The steps by which the shapes of a shapes graph read data."""

    def __init__(self, shapes: Graph) -> None:
        """Raises `ShapesInvalid` for a path that is none."""
        self._shapes = shapes
        self._before: dict[URIRef, set[tuple[bool, Way]]] = defaultdict(set)
        self._last: dict[Way, tuple[frozenset[Step], bool]] = {}
        for shape in _roots(shapes):
            self._follow(shape, None, frozenset())

    def touched(self, data: Graph, statements: Iterable[tuple[Node, Node, Node]]) -> set[Node]:
        """Nodes of `data` that the shapes may judge in another way with than without `statements`.

        `data` holds the statements.
        """
        subjects: dict[URIRef, set[Node]] = defaultdict(set)
        objects: dict[URIRef, set[Node]] = defaultdict(set)
        for subject, predicate, object_ in statements:
            subjects[URIRef(str(predicate))].add(subject)
            objects[URIRef(str(predicate))].add(object_)
        starts: dict[Way, set[Node]] = defaultdict(set)
        for predicate in subjects:
            for inverse, way in self._before.get(predicate, ()):
                starts[way] |= (objects if inverse else subjects)[predicate]
        leading = _leading(data, set().union(*starts.values()))
        found: set[Node] = set().union(*subjects.values(), *objects.values())
        for way, nodes in starts.items():
            if way is None:
                continue
            ends, empty = self._ends(way)
            # most ways lead to other kinds of things, and to walk each of them takes long
            reached = nodes if empty else nodes & set().union(*(leading[end] for end in ends))
            found |= origins(data, way, reached)
        return found

    def _ends(self, way: URIRef | Path) -> tuple[frozenset[Step], bool]:
        if way not in self._last:
            ends, empty = _last_steps(way)
            self._last[way] = frozenset(ends), empty
        return self._last[way]

    def _follow(self, shape: Node, way: Way, above: frozenset[Node]) -> None:
        if shape in above:
            return
        for property_ in _OF_FOCUS:
            for other in self._shapes.objects(shape, property_):
                self._note(way, (URIRef(str(other)), False))
        path = self._shapes.value(shape, SH.path)
        if path is not None:
            steps = to_path(self._shapes, path)
            for before, step in _steps(steps):
                self._note(_joined(way, before), step)
            way = _joined(way, steps)
        if (shape, SH["class"], None) in self._shapes:
            self._note(way, (RDF.type, False))
        for other in self._inner(shape):
            self._follow(other, way, above | {shape})

    def _inner(self, shape: Node) -> Iterator[Node]:
        """Shapes that judge the values of `shape`."""
        for property_ in _SHAPES:
            yield from self._shapes.objects(shape, property_)
        for property_ in _LISTS:
            for members in self._shapes.objects(shape, property_):
                yield from Collection(self._shapes, members)

    def _note(self, way: Way, step: Step) -> None:
        property_, inverse = step
        self._before[property_].add((inverse, way))


def _roots(shapes: Graph) -> set[Node]:
    kinds = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
    implicit = set(shapes.subjects(RDF.type, SH.NodeShape)) & set(
        shapes.subjects(RDF.type, RDFS.Class)
    )
    return implicit | {shape for kind in kinds for shape in shapes.subjects(kind)}


def _steps(path: URIRef | Path, *, inverse: bool = False) -> Iterator[tuple[Way, Step]]:
    """Each step of a path with the path before it; `inverse` is for a path walked backwards."""
    if isinstance(path, URIRef):
        yield None, (path, inverse)
    elif isinstance(path, InvPath):
        yield from _steps(path.arg, inverse=not inverse)
    elif isinstance(path, Alternative):
        for part in path.args:
            yield from _steps(part, inverse=inverse)
    elif isinstance(path, MulPath):
        again = MulPath(InvPath(path.path) if inverse else path.path, "*")
        for before, step in _steps(path.path, inverse=inverse):
            yield _joined(again, before), step
    elif isinstance(path, SequencePath):
        way: Way = None
        for part in reversed(path.args) if inverse else path.args:
            for before, step in _steps(part, inverse=inverse):
                yield _joined(way, before), step
            way = _joined(way, InvPath(part) if inverse else part)


def _leading(data: Graph, nodes: Iterable[Node]) -> dict[Step, set[Node]]:
    """Which of `nodes` a path in `data` can come to by each step."""
    by_step: dict[Step, set[Node]] = defaultdict(set)
    for node in nodes:
        for predicate in data.predicates(None, node):
            by_step[URIRef(str(predicate)), False].add(node)
        for predicate in data.predicates(node, None):
            by_step[URIRef(str(predicate)), True].add(node)
    return by_step


def _last_steps(path: URIRef | Path, *, inverse: bool = False) -> tuple[set[Step], bool]:
    """The steps that a path may end with, and whether it may have none at all.

    With `inverse`, of a path that is walked backwards.
    """
    if isinstance(path, URIRef):
        return {(path, inverse)}, False
    if isinstance(path, InvPath):
        return _last_steps(path.arg, inverse=not inverse)
    if isinstance(path, MulPath):
        ends, empty = _last_steps(path.path, inverse=inverse)
        return ends, empty or bool(path.zero)
    ends, empty = set[Step](), isinstance(path, SequencePath)
    if isinstance(path, Alternative):
        for part in path.args:
            more, none = _last_steps(part, inverse=inverse)
            ends, empty = ends | more, empty or none
    elif isinstance(path, SequencePath):
        for part in path.args if inverse else reversed(path.args):
            more, empty = _last_steps(part, inverse=inverse)
            ends |= more
            if not empty:
                break
    return ends, empty


def _joined(first: Way, second: Way) -> Way:
    if first is None or second is None:
        return second if first is None else first
    return SequencePath(first, second)
