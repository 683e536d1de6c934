"""What could stand where an unknown name stands: values of a property, or terms."""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from rapidfuzz import fuzz, process
from rdflib import Graph, URIRef
from rdflib.namespace import RDF, RDFS, SH, SKOS
from rdflib.term import Node

from kg.errors import Both
from kg.lookup import Lookup
from kg.validate.explaining.members import TERMS, listed_by, with_members
from kg.validate.explaining.reading import parameters, steps_of
from kg.validate.explaining.requirements import Requirements
from kg.validate.explaining.wording import Wording, listed

_ALIKE, _MOST = 70, 3
"""Least similarity (per cent) of a term that is shown, and how many are."""


class Offers:
    """Phrases for what is allowed; what was asked once is kept."""

    def __init__(self, shapes: Graph, data: Graph, lookup: Lookup, wording: Wording) -> None:
        """`data` and `lookup` know the things, with the ontology and the concept schemes."""
        self._shapes, self._data = shapes, data
        self._lookup, self._wording = lookup, wording
        self._requirements = Requirements(shapes, data, wording, lookup)
        self._leads_to = lru_cache(maxsize=None)(self._kinds)
        self.values = lru_cache(maxsize=None)(self._values)
        self.terms = lru_cache(maxsize=None)(self._terms)

    def kinds(self, predicate: URIRef, focus: Node) -> tuple[URIRef, ...]:
        """Classes and concept schemes of the values of a property; none where nothing says them.

        What the shapes of the classes of `focus` say counts more than what others do, and that
        more than the ontology.
        """
        return self._leads_to(predicate, frozenset(self._data.objects(focus, RDF.type)))

    def _kinds(self, predicate: URIRef, classes: frozenset[Node]) -> tuple[URIRef, ...]:
        shapes = sorted(self._paths(predicate), key=str)
        own = [shape for shape in shapes if self._is_of(shape, classes)]
        found = [kind for shape in own for kind in self._kinds_of(shape)]
        found = found or [kind for shape in shapes for kind in self._kinds_of(shape)]
        found = found or list(self._data.objects(predicate, RDFS.range))
        # a scheme says more than that a concept is wanted
        found = [kind for kind in found if self._scheme(kind)] or found
        return tuple(dict.fromkeys(kind for kind in found if isinstance(kind, URIRef)))

    def scheme_of(self, name: URIRef) -> tuple[URIRef, ...]:
        """The concept scheme that the IRI of an unknown concept names, if there is one."""
        scheme = URIRef(str(name).rpartition("/")[0])
        return (scheme,) if self._scheme(scheme) else ()

    def _values(self, kinds: tuple[URIRef, ...]) -> Both | None:
        """What is of one of the classes or schemes; None where there are none."""
        if not kinds:
            return None
        return with_members(self._phrase(kinds), kinds, self._lookup, self._wording)

    def _phrase(self, kinds: Sequence[URIRef]) -> Both:
        schemes = [self._wording.thing(kind) for kind in kinds if self._scheme(kind)]
        classes = [self._wording.thing(kind) for kind in kinds if not self._scheme(kind)]
        words = [Both(f"{each.ja}の概念", f"a concept of {each.en}") for each in schemes]
        words += [Both(f"{e.ja}に属するもの", f"a thing of the class {e.en}") for e in classes]
        return Both("又は".join(w.ja for w in words), " or ".join(w.en for w in words))

    def _terms(self, name: URIRef, known: tuple[URIRef, ...], sort: Both) -> Both:
        """How many terms of a `sort` there are, those that are spelt most alike, and the list."""
        names = {_local(term): term for term in known}
        near = process.extract(
            _local(name),
            sorted(names),
            scorer=fuzz.ratio,
            processor=str.casefold,
            score_cutoff=_ALIKE,
            limit=_MOST,
        )
        where = listed_by(TERMS)
        ja = f"オントロジーの{sort.ja}全{len(known)}件のどれか"
        en = f"one of the {len(known)} {sort.en} of the ontology"
        if not near:
            return Both(f"{ja}［{where.ja}］", f"{en} [{where.en}]")
        alike = listed([self._wording.thing(names[text]) for text, *_ in near])
        return Both(f"{ja}［例: {alike.ja}。{where.ja}］", f"{en} [such as {alike.en}; {where.en}]")

    def _paths(self, predicate: URIRef) -> Iterator[Node]:
        """Shapes about the values of a property, or about the schemes that these are in."""
        for shape, path in self._shapes.subject_objects(SH.path):
            if steps_of(self._shapes, path) in ([predicate], [predicate, SKOS.inScheme]):
                yield shape

    def _kinds_of(self, shape: Node) -> Collection[Node]:
        if isinstance(self._shapes.value(shape, SH.path), URIRef):
            return self._requirements.kinds(shape)
        return parameters(self._shapes, shape, "In")

    def _is_of(self, shape: Node, classes: Collection[Node]) -> bool:
        targets = {
            target
            for holder in self._shapes.subjects(SH.property, shape)
            for target in self._shapes.objects(holder, SH.targetClass)
        }
        return any(
            not targets.isdisjoint(self._data.transitive_objects(cls, RDFS.subClassOf))
            for cls in classes
        )

    def _scheme(self, kind: Node) -> bool:
        return (None, SKOS.inScheme, kind) in self._data


def _local(iri: str) -> str:
    return iri[max(iri.rfind("#"), iri.rfind("/")) + 1 :]
