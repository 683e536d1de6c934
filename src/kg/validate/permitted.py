"""What shapes of others may ask for: core SHACL and nothing that is a program."""

from dataclasses import dataclass

from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, SH
from rdflib.term import Node

from kg.errors import Both, ShapesRefused
from kg.validate.automaton import Steps
from kg.validate.backtracking import Danger, danger

_CORE = frozenset(
    (
        *("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf", "property", "path"),
        *("inversePath", "alternativePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"),
        *(
            "node",
            "not",
            "and",
            "or",
            "xone",
            "class",
            "datatype",
            "nodeKind",
            "minCount",
            "maxCount",
        ),
        *(
            "minExclusive",
            "minInclusive",
            "maxExclusive",
            "maxInclusive",
            "minLength",
            "maxLength",
            "pattern",
            "flags",
        ),
        *("languageIn", "uniqueLang", "equals", "disjoint", "lessThan", "lessThanOrEquals"),
        *(
            "qualifiedValueShape",
            "qualifiedMinCount",
            "qualifiedMaxCount",
            "qualifiedValueShapesDisjoint",
        ),
        *("closed", "ignoredProperties", "hasValue", "in", "deactivated", "severity", "message"),
        *("name", "description", "order", "group", "defaultValue"),
    )
)
"""Properties of SHACL's own vocabulary that no engine has to run anything for."""
_TYPES = frozenset({"NodeShape", "PropertyShape", "Shape", "PropertyGroup"})
_REASON = Both(
    "SHACL Coreだけを使えます。SPARQL、JavaScript、規則、関数、式は実行しません。",
    "Only core SHACL is used here: no SPARQL, JavaScript, rules, functions or expressions.",
)
_ELSEWHERE = Both(
    "他の場所のシェイプは取り寄せません。内容をここに含めてください。",
    "No shapes are fetched from elsewhere. Put them here.",
)
_NONE = Both("シェイプが一つもありません。", "It holds no shape.")
_SPACE = str(SH)


def refuse_beyond_core(shapes: Graph) -> None:
    """Raise `ShapesRefused` for shapes that use more than core SHACL, import some, or are none."""
    for _, predicate, value in shapes:
        if predicate == OWL.imports:
            raise ShapesRefused(feature="owl:imports", reason=_ELSEWHERE)
        _refuse(predicate, _CORE)
        if predicate == RDF.type and isinstance(value, URIRef):
            _refuse(value, _TYPES)
    targets = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)
    types = (SH.NodeShape, SH.PropertyShape)
    found = any((None, target, None) in shapes for target in targets)
    if not found and not any((None, RDF.type, kind) in shapes for kind in types):
        raise ShapesRefused(feature="SHACL", reason=_NONE)


@dataclass(frozen=True)
class SlowPattern:
    """A pattern of a shape by which a search may take for ever, and why."""

    shape: Node
    pattern: Node
    danger: Danger


def slow_pattern(shapes: Graph) -> SlowPattern | None:
    """The first pattern of `shapes` by which a search may take for ever."""
    steps = Steps()
    for shape, pattern in sorted(shapes.subject_objects(SH.pattern), key=str):
        flags = "".join(map(str, shapes.objects(shape, SH.flags))).lower()
        found = danger(str(pattern), steps, ignore_case="i" in flags)
        if found is not None:
            return SlowPattern(shape, pattern, found)
    return None


def _refuse(term: object, allowed: frozenset[str]) -> None:
    name = str(term).removeprefix(_SPACE)
    if name != str(term) and name not in allowed:
        raise ShapesRefused(feature=f"sh:{name[:80]}", reason=_REASON)
