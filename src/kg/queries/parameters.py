"""Parameters of a query: what a person may write, and the term that the engine is given for it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from rdflib import Literal, URIRef
from rdflib.term import Identifier

from kg.namespaces import Names
from kg.queries.header import ParameterType
from kg.queries.things import ANYTHING, Things

_FULL = re.compile(r"""https?://[^\x00-\x20<>"{}|\\^`]+""")
_KEY = re.compile(r"[A-Za-z0-9_~%=,.#:-]+(?:/[A-Za-z0-9_~%=,.#:-]+)*")
_OWN = ("id/", "vocab/", "def#")
_CODE = r"[IVX]+-[0-9]-[0-9]{2}-[0-9]{3}"
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_YEAR = re.compile(r"(19|20)[0-9]{2}")
_EXAMPLES = {"integer": "123", "year": "1900…2099", "string": "…"}
_FEW = 12
"""Values at most that a message lists."""


@dataclass(frozen=True)
class Parameter:
    """A projected variable of a query that a value can be bound to.

    `label` and `description` map "ja" and "en" to texts; `choices` is the name of the query whose
    first column lists the values; `prefix` (`id/org/`) allows bare keys (`mext`); `kind` is the IRI
    of the class (`class_name`: `org:Organization`) or concept scheme that a value must be of, None
    for what is no IRI; `line` is where the query's file declares the parameter.
    """

    name: str
    type: ParameterType
    label: Mapping[str, str]
    description: Mapping[str, str]
    required: bool
    default: str | None
    choices: str | None
    pattern: str | None
    prefix: str | None
    class_name: str | None
    kind: str | None
    line: int

    @property
    def expected(self) -> str:
        """Form of a value, readable in every language."""
        if self.type in {"iri", "concept"}:
            starts = [self.prefix] if self.prefix else _OWN
            form = " | ".join([*(f"{start}…" for start in starts), "IRI"])
            return f"{self.class_name} ({form})" if self.class_name else form
        if self.type == "code":
            return self.pattern or _CODE
        return self.pattern or _EXAMPLES[self.type]

    def term(self, value: str, names: Names) -> Identifier:
        """RDF term that `value` stands for; raises `ValueError` for one of the wrong form."""
        if self.type in {"iri", "concept"}:
            return self._iri(value, names)
        if self.type in {"integer", "year"}:
            form = _YEAR if self.type == "year" else _INTEGER
            # NFKC: full-width digits are digits.
            return Literal(int(_matching(form, unicodedata.normalize("NFKC", value))))
        if self.type == "code":
            code = unicodedata.normalize("NFKC", value).upper()
            return Literal(_matching(self.pattern or _CODE, code))
        return Literal(_matching(self.pattern, value) if self.pattern else value)

    def takes(self, term: Identifier, things: Things) -> bool:
        """Whether `term` is among the values; what is no IRI has been checked by its form."""
        return self.kind is None or str(term) in things.of_kind(self.kind)

    def nearest(self, term: Identifier, things: Things) -> str | None:
        """Return the value most like `term`, as a person may write it."""
        near = things.nearest(str(term), self.kind or ANYTHING)
        return near and self.short(near, things.names)

    def values(self, things: Things) -> str:
        """All values as a person may write them; where they are many, their form."""
        concepts = things.of_kind(self.kind) if self.kind and self.type == "concept" else ()
        if not 0 < len(concepts) <= _FEW:
            return self.expected
        return " | ".join(self.short(concept, things.names) for concept in sorted(concepts))

    def short(self, iri: str, names: Names) -> str:
        """IRI as a person may write it: without the base, and without the prefix."""
        return iri.removeprefix(names.base + (self.prefix or "")).removeprefix(names.base)

    def _iri(self, value: str, names: Names) -> URIRef:
        if _FULL.fullmatch(value):
            return URIRef(value)
        prefix, colon, local = value.partition(":")
        if colon and prefix in names.prefixes:
            return URIRef(names.prefixes[prefix] + _matching(_KEY, local))
        if value.startswith(_OWN):
            return URIRef(names.base + _matching(_KEY, value))
        if not self.prefix:
            raise ValueError(value)
        return URIRef(names.base + self.prefix + _matching(_KEY, value))


def _matching(form: str | re.Pattern[str], value: str) -> str:
    if not re.fullmatch(form, value):
        raise ValueError(value)
    return value
