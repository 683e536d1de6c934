"""What the graph describes: the values that a parameter for IRIs takes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from rdflib.namespace import RDFS

from kg.errors import NotDescribed
from kg.namespaces import Names
from kg.nearest import NearestIri

_PASSAGE = "#char="
ANYTHING = str(RDFS.Resource)
"""Kind of all things."""


@dataclass(frozen=True)
class Things:
    """IRIs by kind: `kinds` maps each class and each concept scheme to what is of it."""

    kinds: Mapping[str, frozenset[str]]
    names: Names

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str]], names: Names) -> Self:
        """Read the rows (kind, things) of the query `question`."""
        return cls({kind: frozenset(things.split()) for kind, things in rows}, names)

    @staticmethod
    def question(names: Names) -> str:
        """Query for ?kind and its ?things, separated by spaces, which no IRI holds.

        One row for each kind stays far below any limit of rows. Passages are left out: nobody
        asks by their offsets. Of things that are not ours, those that the ontology declares.
        """
        return f"""
            PREFIX skos: <{names.prefixes["skos"]}>
            SELECT ?kind (GROUP_CONCAT(DISTINCT STR(?thing)) AS ?things) {{
                {{ ?thing a ?kind FILTER(STRSTARTS(STR(?thing), "{names.base}")) }}
                UNION {{ GRAPH <{names.graph("def")}> {{ ?thing a ?kind }} FILTER(isIRI(?thing)) }}
                UNION {{ ?thing skos:inScheme ?kind }}
                FILTER(?kind != <{names.def_.SourceSpan}>)
            }} GROUP BY ?kind"""

    def of_kind(self, kind: str) -> frozenset[str]:
        """Things of a class or concept scheme; of `ANYTHING`: all."""
        return self._all if kind == ANYTHING else self.kinds.get(kind, frozenset())

    def nearest(self, iri: str, kind: str = ANYTHING) -> str | None:
        """Thing of a kind whose IRI is most like `iri`; None where nothing comes near."""
        if kind == ANYTHING:
            return self._search.of(iri)
        return NearestIri(self.of_kind(kind), self.names.base).of(iri)

    def missing(self, iris: Iterable[str]) -> Iterator[NotDescribed]:
        """One error for each of `iris` that is ours and that nothing describes.

        Graphs, shapes and passages are left out: they are none of the things.
        """
        others = (str(self.names.graph("")), f"{self.names.base}shapes#")
        for iri in dict.fromkeys(iris):
            ours = iri.startswith(self.names.base) and not iri.startswith(others)
            if ours and _PASSAGE not in iri and iri not in self._all:
                yield NotDescribed(iri=iri, nearest=self.nearest(iri))

    @cached_property
    def _all(self) -> frozenset[str]:
        return frozenset().union(*self.kinds.values())

    @cached_property
    def _search(self) -> NearestIri:
        return NearestIri(self._all, self.names.base)
