"""Forms of texts (sh:pattern) in words: who knows no SHACL knows no regular expressions either."""

import re
from collections.abc import Sequence

from rdflib import Graph, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from kg.errors import Both
from kg.lookup import Lookup
from kg.validate.explaining.fitting import Fitting
from kg.validate.explaining.reading import named_shape

_USUAL = (
    (r"\^\\S\+\$", Both("空白のない文字列", "text without blanks")),
    (r"\^\\S", Both("空白で始まらない文字列", "text that does not begin with a blank")),
    (r"\^\[0-9\]\{(\d+)\}\$", Both("数字{n}字", "{n} digits")),
    (
        r"\^\[0-9a-f\]\{(\d+)\}\$",
        Both("0〜9とa〜fの{n}字", "{n} of the characters 0 to 9 and a to f"),
    ),
)
"""Expressions that can be said in a few words; `n` is their number."""
_DESCRIBED = Both("規則の説明に示す形の文字列", "text of the form that the rule describes")


class Patterns:
    """Says what patterns of shapes ask for, with a value of the data that fits them."""

    def __init__(self, shapes: Graph, data: Graph, lookup: Lookup, fitting: Fitting) -> None:
        """Patterns stand in `shapes`, values in `data`, which `lookup` knows."""
        self._shapes, self._data = shapes, data
        self._lookup, self._fitting = lookup, fitting

    def words(self, shape: Node, patterns: Sequence[Node], *, spelt: bool) -> Both:
        """The form in words; if `spelt`, with the expressions themselves.

        Those stand alone where nobody has said in words what they mean.
        """
        said = self._words(shape, patterns)
        expressions = " ".join(f"`{pattern}`" for pattern in patterns)
        if said is None:
            return Both(f"型（{expressions}）どおりの文字列", f"text of the form {expressions}")
        return Both(f"{said.ja}（{expressions}）", f"{said.en} ({expressions})") if spelt else said

    def _words(self, shape: Node, patterns: Sequence[Node]) -> Both | None:
        usual = [_usual(str(pattern)) for pattern in patterns]
        if len(usual) == 1 and usual[0] is not None:
            return usual[0]
        like = self._example(shape)
        if like is not None:
            return Both(f"「{like}」の形の文字列", f'text of the form "{like}"')
        named = named_shape(self._shapes, shape)
        described = named is not None and (named, SH.message, None) in self._shapes
        return _DESCRIBED if described else None

    def _example(self, shape: Node) -> str | None:
        """What some thing that the shape is about has there, or else any thing."""
        path = self._shapes.value(shape, SH.path)
        if not isinstance(path, URIRef):
            return None
        around = self._shapes.subjects(SH.property, shape)
        classes = {c for s in around for c in self._shapes.objects(s, SH.targetClass)}
        values = (
            value
            for cls in sorted(classes, key=str)
            if isinstance(cls, URIRef)
            for thing in sorted(self._lookup.things(cls))
            for value in self._data.objects(thing, path)
        )
        own = next((str(v) for v in values if self._fitting.fits(v, shape)), None)
        if own is not None:
            return own
        fitting = (v for v in self._data.objects(None, path) if self._fitting.fits(v, shape))
        return min(map(str, fitting), default=None)


def _usual(pattern: str) -> Both | None:
    for form, words in _USUAL:
        found = re.fullmatch(form, pattern)
        if found:
            return words.filled(n=found[1] if found.groups() else "")
    return None
