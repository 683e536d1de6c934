"""Terms of ours that nothing defines: a misspelt name is found before it becomes a wrong answer."""

from collections.abc import Iterable

from rdflib import Dataset, Literal, URIRef
from rdflib.term import Node

from kg.errors import UndefinedTerm
from kg.graph.files import SourceFile
from kg.graph.iri import compact
from kg.namespaces import Names
from kg.nearest import NearestIri

_DEFINED_IN = {"def#": {"def"}, "vocab/": {"def", "vocab"}, "shapes#": {"shapes"}}
"""Start of a name → graphs that may define it; every other name: any graph of facts."""

_NO_FACTS = {"mapping", "shapes"}
"""Graphs that speak about things without describing them."""

_SPAN = "#char="


def undefined_terms(
    dataset: Dataset, files: Iterable[SourceFile], names: Names
) -> list[UndefinedTerm]:
    """One error for each own IRI that is used but described nowhere, and each file that uses it.

    Classes, properties, concepts and shapes must be subjects in their own graphs, things (also
    spans) in any graph of facts; graph names and the versions of the ontology need no description.
    Each error points to the first line of its file where the name stands; files keep their order.
    """
    described = _described(dataset, names)
    missing = _used(dataset, names) - described
    if not missing:
        return []
    search = _Search(described, names)
    errors: list[UndefinedTerm] = []
    placed: set[URIRef] = set()
    for file in files:
        document = file.read(names)
        # `first_use` is in the order of the text.
        for iri in [iri for iri in document.first_use if iri in missing]:
            line = document.line(document.first_use[iri])
            errors.append(search.error(iri, file=str(file.path), line=line))
            placed.add(iri)
    # A dataset may hold more than its files say; what is missing there is not passed over.
    return errors + [search.error(iri, file="–", line="–") for iri in sorted(missing - placed)]


def _used(dataset: Dataset, names: Names) -> set[URIRef]:
    """Own IRIs in any place of a triple that need a description."""
    terms: set[Node] = set()
    for graph in dataset.graphs():
        for triple in graph:
            terms.update(triple)
    iris = {term for term in terms if isinstance(term, URIRef)}
    iris |= {term.datatype for term in terms if isinstance(term, Literal) and term.datatype}
    free = (str(names.graph("")), f"{names.ontology}/")
    own = {iri for iri in iris if iri.startswith(names.base) and not str(iri).startswith(free)}
    return own - {names.ontology}


def _described(dataset: Dataset, names: Names) -> set[URIRef]:
    """Own IRIs that are subjects in a graph that may describe them."""
    found: set[URIRef] = set()
    for graph in dataset.graphs():
        name = str(graph.identifier).removeprefix(names.graph(""))
        for subject in set(graph.subjects()):
            if isinstance(subject, URIRef) and subject.startswith(names.base):
                start = _start(subject, names)
                if name in _DEFINED_IN[start] if start else name not in _NO_FACTS:
                    found.add(subject)
    return found


def _start(iri: URIRef, names: Names) -> str | None:
    own = iri.removeprefix(names.base)
    return next((start for start in _DEFINED_IN if own.startswith(start)), None)


class _Search:
    """Errors with the nearest valid name."""

    def __init__(self, described: set[URIRef], names: Names) -> None:
        self._base = names.base
        self._prefixes = {iri: prefix for prefix, iri in names.prefixes.items()}
        # the offsets of a span resemble those of any other: no candidates
        self._near = NearestIri((iri for iri in described if _SPAN not in iri), names.base)

    def error(self, iri: URIRef, *, file: str, line: int | str) -> UndefinedTerm:
        near = None if _SPAN in iri else self._near.of(iri)
        return UndefinedTerm(
            file=file, line=line, term=self._compact(iri), nearest=near and self._compact(near)
        )

    def _compact(self, iri: str) -> str:
        return compact(iri, self._prefixes, self._base)
