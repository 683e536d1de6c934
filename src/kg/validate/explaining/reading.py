"""What the shapes say: parameters of a constraint, paths, and the rule that a shape belongs to."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal

from rdflib import BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.term import Node

COMPONENTS: Mapping[str, URIRef] = MappingProxyType(
    {
        "Class": SH["class"],
        "Datatype": SH.datatype,
        "NodeKind": SH.nodeKind,
        "MinCount": SH.minCount,
        "MaxCount": SH.maxCount,
        "MinExclusive": SH.minExclusive,
        "MinInclusive": SH.minInclusive,
        "MaxExclusive": SH.maxExclusive,
        "MaxInclusive": SH.maxInclusive,
        "MinLength": SH.minLength,
        "MaxLength": SH.maxLength,
        "Pattern": SH.pattern,
        "LanguageIn": SH.languageIn,
        "UniqueLang": SH.uniqueLang,
        "Equals": SH.equals,
        "Disjoint": SH.disjoint,
        "LessThan": SH.lessThan,
        "LessThanOrEquals": SH.lessThanOrEquals,
        "Not": SH["not"],
        "And": SH["and"],
        "Or": SH["or"],
        "Xone": SH.xone,
        "Node": SH.node,
        "Property": SH.property,
        "QualifiedMinCount": SH.qualifiedMinCount,
        "QualifiedMaxCount": SH.qualifiedMaxCount,
        "Closed": SH.closed,
        "HasValue": SH.hasValue,
        "In": SH["in"],
        "SPARQL": SH.sparql,
    }
)
"""Every constraint component of SHACL Core and SHACL-SPARQL by its name, with its parameter.

The IRI of a component is its name between `sh:` and `ConstraintComponent`.
"""
LISTS = frozenset({"LanguageIn", "And", "Or", "Xone", "In"})
"""Components whose parameter is a list."""
_REPEATED: tuple[tuple[URIRef, Literal["*", "+", "?"]], ...] = (
    (SH.zeroOrMorePath, "*"),
    (SH.oneOrMorePath, "+"),
    (SH.zeroOrOnePath, "?"),
)


def component_name(component: Node | None) -> str:
    """`MinCount` for `sh:MinCountConstraintComponent`; "" for none."""
    local = "" if component is None else str(component).removeprefix(str(SH))
    return {"SPARQLConstraintComponent": "SPARQL"}.get(
        local, local.removesuffix("ConstraintComponent")
    )


def parameters(shapes: Graph, shape: Node, component: str) -> list[Node]:
    """Values of the parameter of `component` in `shape`, those of a list one by one."""
    found = sorted(shapes.objects(shape, COMPONENTS[component]), key=str)
    if component not in LISTS:
        return found
    return [member for head in found for member in Collection(shapes, head)]


def components_of(shapes: Graph, shape: Node) -> list[str]:
    """Names of the components that constrain a shape, in the order of `COMPONENTS`."""
    return [name for name, parameter in COMPONENTS.items() if (shape, parameter, None) in shapes]


def inner_shapes(shapes: Graph, shape: Node) -> Iterator[Node]:
    """Shapes that values must, may or must not fit: of sh:node, sh:not, sh:and, sh:or, sh:xone."""
    for component in ("Node", "Not", "And", "Or", "Xone"):
        yield from parameters(shapes, shape, component)


def named_shape(shapes: Graph, shape: Node) -> URIRef | None:
    """The shape itself, or the nearest one with a name around it; None where none has a name."""
    waiting, seen = [shape], set[Node]()
    while waiting:
        node = waiting.pop(0)
        seen.add(node)
        if isinstance(node, URIRef):
            return node
        waiting += sorted(set(shapes.subjects(None, node)) - seen, key=str)
    return None


def rule_name(shape: Node) -> str:
    """Name of a rule for people: what stands last in its IRI, such as `MeasureCode`."""
    if isinstance(shape, BNode):
        return ""
    return re.split(r"[#/]", str(shape))[-1]


def documentation(shape: Node, base: str) -> str:
    """Address of the rule on the page `base`: `…/shapes#MeasureCode`."""
    return f"{base}#{rule_name(shape)}"


def path_of(shapes: Graph, path: Node) -> URIRef | Path:
    """Path of a property shape as rdflib walks it."""
    if isinstance(path, URIRef):
        return path
    if (path, RDF.first, None) in shapes:
        return SequencePath(*(path_of(shapes, step) for step in Collection(shapes, path)))
    for alternatives in shapes.objects(path, SH.alternativePath):
        return AlternativePath(*(path_of(shapes, p) for p in Collection(shapes, alternatives)))
    for inverse in shapes.objects(path, SH.inversePath):
        return InvPath(path_of(shapes, inverse))
    for predicate, times in _REPEATED:
        for inner in shapes.objects(path, predicate):
            return MulPath(path_of(shapes, inner), times)
    raise ValueError(path)


def steps_of(shapes: Graph, path: Node | None) -> list[Node]:
    """Steps of a path that is a sequence; one step is itself; none without a path."""
    if path is None:
        return []
    return list(Collection(shapes, path)) if (path, RDF.first, None) in shapes else [path]
