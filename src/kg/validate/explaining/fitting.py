"""Whether a value would satisfy a shape: to try out the values that a message suggests.

No validation: only what core SHACL asks of one value by itself, without a report. A suggestion
that does not fit is not made; a constraint that is not tried here (of counts, pairs, other nodes)
refuses nothing.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache, partial

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, SH, XSD
from rdflib.term import BNode, Node

from kg.validate.explaining.reading import parameters

_BOUNDS = ("MinExclusive", "MinInclusive", "MaxExclusive", "MaxInclusive")
_FLAGS = {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE, "x": re.VERBOSE}
_KINDS: Mapping[Node, tuple[type, ...]] = {
    SH.IRI: (URIRef,),
    SH.BlankNode: (BNode,),
    SH.Literal: (Literal,),
    SH.BlankNodeOrIRI: (BNode, URIRef),
    SH.BlankNodeOrLiteral: (BNode, Literal),
    SH.IRIOrLiteral: (URIRef, Literal),
}


class Fitting:
    """Tries values on the constraints of shapes."""

    def __init__(self, shapes: Graph, data: Graph) -> None:
        """`data` says the classes of things, and holds the subclass axioms."""
        self._shapes, self._data = shapes, data
        # a report asks for the same shapes once for each finding
        self._parameters = cache(partial(parameters, shapes))
        self._tried: Mapping[str, Callable[[Node, Node, Node], bool]] = {
            "Class": self._class,
            "Datatype": self._datatype,
            "NodeKind": self._node_kind,
            "Pattern": self._pattern,
            "MinLength": self._min_length,
            "MaxLength": self._max_length,
            "Not": self._not,
            "Node": self._node,
            **{name: partial(_in_bound, name) for name in _BOUNDS},
        }

    def fits(self, value: Node, shape: Node) -> bool:
        """Whether nothing that `shape` asks of a single value speaks against `value`."""
        return all(
            tried(value, shape, parameter)
            for component, tried in self._tried.items()
            for parameter in self._parameters(shape, component)
        ) and self._in_lists(value, shape)

    def is_a(self, value: Node, cls: Node) -> bool:
        """Whether a thing is of a class or of one of its subclasses."""
        return any(
            cls in self._data.transitive_objects(own, RDFS.subClassOf)
            for own in self._data.objects(value, RDF.type)
        )

    def _in_lists(self, value: Node, shape: Node) -> bool:
        """The constraints whose parameter is a list."""
        tags = [str(tag).casefold() for tag in self._parameters(shape, "LanguageIn")]
        if tags and (language_of(value) or "").casefold() not in tags:
            return False
        allowed = self._parameters(shape, "In")
        if allowed and value not in allowed:
            return False
        if not all(self.fits(value, inner) for inner in self._parameters(shape, "And")):
            return False
        anyof, one = (self._parameters(shape, name) for name in ("Or", "Xone"))
        if anyof and not any(self.fits(value, inner) for inner in anyof):
            return False
        return not one or sum(self.fits(value, inner) for inner in one) == 1

    def _class(self, value: Node, shape: Node, cls: Node) -> bool:
        del shape
        return self.is_a(value, cls)

    def _datatype(self, value: Node, shape: Node, datatype: Node) -> bool:
        del shape
        if not isinstance(value, Literal) or value.ill_typed:
            return False
        return datatype_of(value) == datatype

    def _node_kind(self, value: Node, shape: Node, kind: Node) -> bool:
        del shape
        return isinstance(value, _KINDS.get(kind, (Node,)))

    def _pattern(self, value: Node, shape: Node, pattern: Node) -> bool:
        letters = "".join(str(flags) for flags in self._shapes.objects(shape, SH.flags))
        flags = sum(flag for letter, flag in _FLAGS.items() if letter in letters)
        return not isinstance(value, BNode) and bool(re.search(str(pattern), str(value), flags))

    def _min_length(self, value: Node, shape: Node, length: Node) -> bool:
        del shape
        return len(str(value)) >= int(str(length))

    def _max_length(self, value: Node, shape: Node, length: Node) -> bool:
        del shape
        return len(str(value)) <= int(str(length))

    def _not(self, value: Node, shape: Node, inner: Node) -> bool:
        del shape
        return not self.fits(value, inner)

    def _node(self, value: Node, shape: Node, inner: Node) -> bool:
        del shape
        return self.fits(value, inner)


def comparable(value: Node, bound: Node) -> bool:
    """Whether two literals have values that can be ordered: numbers, or values of one datatype."""
    if not isinstance(value, Literal) or not isinstance(bound, Literal):
        return False
    if value.ill_typed or bound.ill_typed:
        return False
    numbers = [isinstance(literal.value, int | float | Decimal) for literal in (value, bound)]
    return all(numbers) or (not any(numbers) and datatype_of(value) == datatype_of(bound))


def compares(component: str, value: Node, bound: Node) -> bool:
    """Whether `value` is on the allowed side of a bound; not where the two cannot be compared."""
    if not isinstance(value, Literal) or not comparable(value, bound):
        return False
    less, more = value < bound, value > bound
    equal = not less and not more
    sides = {"Min": more, "Max": less}
    return sides[component[:3]] or (equal and component.endswith("Inclusive"))


def _in_bound(component: str, value: Node, shape: Node, bound: Node) -> bool:
    del shape
    return compares(component, value, bound)


def language_of(value: Node) -> str | None:
    """Language tag of a text."""
    return value.language if isinstance(value, Literal) else None


def datatype_of(value: Literal) -> URIRef:
    """Datatype of a literal, also of a plain text and of one with a language."""
    return RDF.langString if value.language else value.datatype or XSD.string
