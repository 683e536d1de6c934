"""SHACL paths as those of rdflib, and as text that people can read and paste into a query."""

from functools import cache
from typing import Literal

from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.term import Node

from kg.errors import ShapesInvalid
from kg.namespaces import Names

_REPEATED: dict[URIRef, Literal["*", "+", "?"]] = {
    SH.zeroOrMorePath: "*",
    SH.oneOrMorePath: "+",
    SH.zeroOrOnePath: "?",
}
_UNARY = {
    SH.inversePath: "^{}",
    SH.zeroOrMorePath: "{}*",
    SH.oneOrMorePath: "{}+",
    SH.zeroOrOnePath: "{}?",
}


def to_path(shapes: Graph, path: Node) -> URIRef | Path:
    """The SHACL path `path` as one that rdflib walks; raises `ShapesInvalid` where it is none."""
    if isinstance(path, URIRef):
        return path
    if (path, RDF.first, None) in shapes:
        return SequencePath(*(to_path(shapes, part) for part in Collection(shapes, path)))
    for members in shapes.objects(path, SH.alternativePath):
        return AlternativePath(*(to_path(shapes, part) for part in Collection(shapes, members)))
    for inner in shapes.objects(path, SH.inversePath):
        return InvPath(to_path(shapes, inner))
    for predicate, sign in _REPEATED.items():
        for inner in shapes.objects(path, predicate):
            return MulPath(to_path(shapes, inner), sign)
    raise ShapesInvalid(detail=f"{path.n3()} is no path")


def origins(
    data: Graph, way: URIRef | Path, ends: set[Node], *, inverse: bool = False
) -> set[Node]:
    """Where `way` may begin that leads to one of `ends`; with `inverse`, walked backwards.

    From all ends at once: rdflib walks a repeated path from each of them, one call within another,
    which takes the square of a chain's length, and ends at Python's limit for a long one.
    """
    if isinstance(way, InvPath):
        return origins(data, way.arg, ends, inverse=not inverse)
    if isinstance(way, AlternativePath):
        return set().union(*(origins(data, part, ends, inverse=inverse) for part in way.args))
    if isinstance(way, SequencePath):
        for part in way.args if inverse else reversed(way.args):
            ends = origins(data, part, ends, inverse=inverse)
        return ends
    if isinstance(way, MulPath):
        return _repeated(data, way, ends, inverse=inverse)
    if inverse:
        return {node for end in ends for node in data.objects(end, way)}
    return {node for end in ends for node in data.subjects(way, end)}


def _repeated(data: Graph, way: MulPath, ends: set[Node], *, inverse: bool) -> set[Node]:
    found = set(ends) if way.zero else set[Node]()
    last = ends
    while last:
        last = origins(data, way.path, last, inverse=inverse) - found
        found |= last
        if not way.more:
            break
    return found


def leading(data: Graph, way: URIRef | Path, *, inverse: bool = False) -> set[Node] | None:
    """Where `way` leads anywhere at all; None where it does so from every node.

    With `inverse`, walked backwards.
    """
    if isinstance(way, InvPath):
        return leading(data, way.arg, inverse=not inverse)
    if isinstance(way, AlternativePath):
        found = [leading(data, part, inverse=inverse) for part in way.args]
        return None if None in found else set[Node]().union(*(some for some in found if some))
    if isinstance(way, SequencePath):
        ends: set[Node] | None = None
        for part in way.args if inverse else reversed(way.args):
            if ends is None:
                ends = leading(data, part, inverse=inverse)
            else:
                ends = origins(data, part, ends, inverse=inverse)
        return ends
    if isinstance(way, MulPath):
        # who can go the way once need not go on
        return None if way.zero else leading(data, way.path, inverse=inverse)
    return set(data.objects(None, way) if inverse else data.subjects(way, None))


def path_text(shapes: Graph, path: Node, names: Names) -> str:
    """SPARQL property path of the SHACL path `path` in `shapes`, with the prefixes of `names`.

    Raises `ShapesInvalid` for a node that is no path.
    """
    return _text(shapes, path, _prefixes(names))


@cache
def _prefixes(names: Names) -> Graph:
    prefixes = Graph(bind_namespaces="none")
    for prefix, iri in names.prefixes.items():
        prefixes.bind(prefix, iri)
    return prefixes


def _text(shapes: Graph, path: Node, prefixes: Graph) -> str:
    if isinstance(path, URIRef):
        return path.n3(prefixes.namespace_manager)
    if (path, RDF.first, None) in shapes:
        return " / ".join(_members(shapes, path, prefixes))
    for alternatives in shapes.objects(path, SH.alternativePath):
        return " | ".join(_members(shapes, alternatives, prefixes))
    for predicate, form in _UNARY.items():
        for inner in shapes.objects(path, predicate):
            text = _text(shapes, inner, prefixes)
            return form.format(text if isinstance(inner, URIRef) else f"({text})")
    raise ShapesInvalid(detail=f"{path.n3()} is no path")


def _members(shapes: Graph, members: Node, prefixes: Graph) -> list[str]:
    texts = (_text(shapes, member, prefixes) for member in Collection(shapes, members))
    return [f"({text})" if " " in text else text for text in texts]
