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
