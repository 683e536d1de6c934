"""Names that people write → things of the graph: titles, abbreviations, codes, former names."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, RDFS, SKOS

from kg.errors import Both
from kg.namespaces import Names

_NEAR = 50
"""Least similarity (per cent) of a candidate."""
_MARKS = re.compile(r"[\s・·,，、.。‐-―－_()（）「」【】\[\]]+")


@dataclass(frozen=True)
class Candidate:
    """A thing that a name may mean, and how people call it."""

    iri: URIRef
    label: Both


@dataclass(frozen=True)
class Found:
    """What a name means: one thing, or None and those that it may mean, the likeliest first."""

    thing: Candidate | None
    candidates: tuple[Candidate, ...] = ()


def folded(text: str) -> str:
    """Text as names are compared: NFKC, small letters, without blanks and punctuation."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text)).casefold()


class Lookup:
    """Every name of every typed thing of a graph, by class."""

    def __init__(self, graph: Graph, names: Names) -> None:
        """Read the names in `graph`, which holds the subclass axioms too."""
        self._graph = graph
        self._properties = (
            *(SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel, SKOS.notation, FOAF.name),
            *(RDFS.label, DCTERMS.title),
            *(names.def_.abbreviation, names.def_.code, names.def_.reading),
        )
        self._names = names
        self._known: dict[URIRef, dict[str, set[URIRef]]] = {}

    def find(self, text: str, kind: URIRef, *, most: int = 3) -> Found:
        """What `text` means among the things of class (or in the concept scheme) `kind`."""
        known = self._of(kind)
        means = known.get(folded(text), set())
        if len(means) == 1:
            return Found(self.candidate(next(iter(means))))
        if means:
            return Found(None, tuple(map(self.candidate, sorted(means))))
        near = process.extract(
            folded(text), list(known), scorer=fuzz.ratio, score_cutoff=_NEAR, limit=most * 3
        )
        things = dict.fromkeys(thing for name, *_ in near for thing in sorted(known[name]))
        return Found(None, tuple(map(self.candidate, list(things)[:most])))

    def candidate(self, thing: URIRef) -> Candidate:
        """A thing with its title; its IRI stands for a title that is missing."""
        texts = {
            label.language: str(label)
            for property_ in (RDFS.label, SKOS.prefLabel)
            for label in self._graph.objects(thing, property_)
            if isinstance(label, Literal)
        }
        other = next(iter(texts.values()), self._names.short(thing))
        return Candidate(thing, Both(texts.get("ja", other), texts.get("en", other)))

    def _of(self, kind: URIRef) -> dict[str, set[URIRef]]:
        if kind not in self._known:
            found: dict[str, set[URIRef]] = defaultdict(set)
            for thing in self._things(kind):
                for name in self._called(thing):
                    found[folded(name)].add(thing)
            self._known[kind] = dict(found)
        return self._known[kind]

    def _things(self, kind: URIRef) -> Iterator[URIRef]:
        subclasses = self._graph.transitive_subjects(RDFS.subClassOf, kind)
        typed: Iterable[object] = (
            thing for cls in subclasses for thing in self._graph.subjects(RDF.type, cls)
        )
        in_scheme = self._graph.subjects(SKOS.inScheme, kind)
        for thing in dict.fromkeys((*typed, *in_scheme)):
            if isinstance(thing, URIRef):
                yield thing

    def _called(self, thing: URIRef) -> Iterator[str]:
        for property_ in self._properties:
            yield from (str(name) for name in self._graph.objects(thing, property_))
        yield thing.rpartition("/")[2]
        yield str(thing)
