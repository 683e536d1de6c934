"""The terms that exist: what the files describe, and the closed lists of other vocabularies."""

import re
from collections.abc import Collection, Iterator
from enum import Enum
from functools import cached_property

from rdflib import Dataset, URIRef
from rdflib.namespace import (
    DCAT,
    DCTERMS,
    FOAF,
    ORG,
    OWL,
    PROV,
    RDF,
    RDFS,
    SH,
    SKOS,
    VANN,
    VOID,
    XSD,
    DefinedNamespace,
)

from kg.errors import UndefinedTerm
from kg.graph.files import NOT_DATA
from kg.graph.iri import compact
from kg.namespaces import STANDARD_PREFIXES, Names
from kg.nearest import NearestIri, nearest_term

CLOSED: tuple[type[DefinedNamespace], ...] = (
    *(DCAT, DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SH, SKOS, VANN, VOID, XSD),
)
"""Lists of the terms of the vocabularies with a standard prefix, as rdflib carries them."""

_STANDARD = tuple(STANDARD_PREFIXES.values())
_NUMBERED = re.compile(re.escape(str(RDF)) + r"_[1-9][0-9]*")
"""Members of RDF containers: the one vocabulary without an end."""

_DEFINED_IN = {"def#": {"def"}, "vocab/": {"def", "vocab"}, "shapes#": {"shapes"}}
"""Start of a name → graphs that may define it; every other name: any graph of facts."""

_NO_FACTS = {"mapping", "shapes"}
"""Graphs that speak about things without describing them."""

_SPAN = "#char="


class Role(Enum):
    """What a name is used as."""

    PROPERTY = "property"
    CLASS = "class"
    ANY = "any"


_KINDS = {
    Role.PROPERTY: {RDF.Property, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty},
    Role.CLASS: {RDFS.Class, OWL.Class},
}


class Vocabulary:
    """Names that may be used with `dataset`, which holds all that the files assert.

    Own names must be described: classes, properties, concepts and shapes in their own graphs,
    things (also spans) in any graph of facts; a graph must be there. A name of another vocabulary
    must be in its closed list, or be declared in the graph `def` (`ontology/stubs.ttl`).
    """

    def __init__(self, dataset: Dataset, names: Names, also: Collection[URIRef] = ()) -> None:
        """Read what `dataset` describes; own names in `also` are described elsewhere."""
        self._names = names
        self._free = f"{names.ontology}/"
        stubs = set(dataset.graph(names.graph("def")).subjects())
        typed = dataset.graph(names.graph("def")).subject_objects(RDF.type)
        self._kinds = [(s, o) for s, o in typed if isinstance(s, URIRef) and self._own(s)]
        self._foreign = {term for vocabulary in CLOSED for term in _terms(vocabulary)}
        self._foreign |= {s for s in stubs if isinstance(s, URIRef) and not self._own(s)}
        self._described = _described(dataset, names) | {names.ontology, *also}
        self._described |= {names.graph(name) for name in NOT_DATA}
        self._described |= {URIRef(graph.identifier) for graph in dataset.graphs()}

    @cached_property
    def _near(self) -> NearestIri:
        # the offsets of a span resemble those of any other: no candidates
        valid = (iri for iri in self._described | self._foreign if _SPAN not in iri)
        return NearestIri(valid, self._names.base)

    def lacks(self, iri: URIRef, *, term: bool = False) -> bool:
        """Whether `iri` is a name of ours or of a standard vocabulary that nothing defines.

        With `term` (a predicate, a class, a datatype) no other name counts as defined either: a
        namespace that is misspelt makes every name in it another one.
        """
        if self._own(iri):
            return iri not in self._described and not iri.startswith(self._free)
        if str(iri).startswith(_STANDARD) and str(iri) not in _STANDARD:
            return iri not in self._foreign and not _NUMBERED.fullmatch(iri)
        return term and iri not in self._foreign

    def error(
        self, iri: URIRef, *, file: object, line: int | str, role: Role = Role.ANY
    ) -> UndefinedTerm:
        """The error about `iri` with the nearest name that may be used in its `role`."""
        near = self.nearest(iri, role)
        return UndefinedTerm(
            file=str(file), line=line, term=self._compact(iri), nearest=near and self._compact(near)
        )

    def nearest(self, iri: URIRef, role: Role = Role.ANY) -> URIRef | None:
        """The name that may be meant by one that is lacked; None where nothing comes near."""
        if role is not Role.ANY:
            near = nearest_term(iri, self._terms(role), self._names.base)
        else:
            near = None if _SPAN in iri else self._near.of(iri)
        return None if near is None else URIRef(near)

    def terms(self, role: Role) -> tuple[URIRef, ...]:
        """Our own terms that may stand in a role."""
        return tuple(sorted({term for term, kind in self._kinds if kind in _KINDS.get(role, ())}))

    def _terms(self, role: Role) -> Iterator[URIRef]:
        """What may stand in a role: of vocabularies, names of properties begin small."""
        yield from (s for s, o in self._kinds if o in _KINDS[role])
        for iri in self._foreign:
            initial = re.split("[#/]", iri)[-1][:1]
            if initial.islower() if role is Role.PROPERTY else initial.isupper():
                yield iri

    def _own(self, iri: object) -> bool:
        return str(iri).startswith(self._names.base)

    def _compact(self, iri: str) -> str:
        prefixes = {space: prefix for prefix, space in self._names.prefixes.items()}
        return compact(iri, prefixes, self._names.base)


def _terms(vocabulary: type[DefinedNamespace]) -> Iterator[URIRef]:
    yield from map(URIRef, dir(vocabulary))
    # words that are no names in Python, such as `class`
    yield from (vocabulary[word] for word in vars(vocabulary).get("_extras", ()))


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
