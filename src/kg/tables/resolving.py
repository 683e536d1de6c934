"""Names in cells → things of one edition, with what was likely meant where there is none."""

from collections.abc import Iterator

from rdflib import Graph, URIRef
from rdflib.namespace import RDF, RDFS, SKOS

from kg.errors import Both
from kg.lookup import Candidate, FormerName, Found, Lookup, folded
from kg.namespaces import Names
from kg.tables.columns import Column
from kg.tables.values import parts_of, plain

_OF_EDITION = ("DocumentSection", "SpecificTarget", "BigGoal", "AimClause")
"""Classes whose things belong to one edition, and whose IRI names it."""
_MOST = 3


class Resolver:
    """Looks names up, each once: columns repeat the same few names over thousands of rows."""

    def __init__(self, graph: Graph, lookup: Lookup, names: Names, edition: str) -> None:
        """Look up among the things of `graph`; `edition` is the last part of its IRI."""
        self._graph = graph
        self._lookup = lookup
        self._names = names
        self._edition = f"/{edition}/"
        self._bound = {names.def_[name] for name in _OF_EDITION}
        self._kinds: dict[str, tuple[URIRef, ...]] = {}
        self._choices: dict[str, list[Candidate]] = {}
        self._found: dict[tuple[str, str], Found] = {}

    def one(self, text: str, column: Column) -> Found:
        """What `text` means in `column`."""
        key = column.of, text
        if key not in self._found:
            self._found[key] = self._of_any(text, self._classes(column))
        return self._found[key]

    def several(self, text: str, column: Column) -> Iterator[tuple[str, Found]]:
        """What the names in a list mean.

        Names may hold what separates names elsewhere (健康・医療戦略室): the longest that is known
        counts.
        """
        whole = text.strip()
        if self.one(whole, column).thing:
            yield whole, self.one(whole, column)
            return
        parts, first = parts_of(text), 0
        while first < len(parts):
            last = self._last_of_known(parts, first, column)
            name = "".join(parts[first:last]).strip()
            if name:
                yield name, self.one(name, column)
            first = last + 1

    def former(self, text: str) -> FormerName | None:
        """The former name of a body that `text` is; None where it is none that is known."""
        return self._lookup.former(text)

    def is_of(self, thing: URIRef, scheme: str) -> bool:
        """Whether a thing is a concept of a scheme."""
        return str(thing).startswith(f"{self._names.scheme(scheme)}/")

    def shown(self, candidate: Candidate) -> Both:
        """How a thing is written in a cell: sections and targets with the key of their IRI."""
        if self._edition not in candidate.iri:
            return candidate.label
        key = candidate.iri.partition(self._edition)[2]
        return Both(f"{key} {candidate.label.ja}", f"{key} {candidate.label.en}")

    def choices(self, column: Column) -> list[Candidate]:
        """Every thing that a column may name, by IRI."""
        if column.of not in self._choices:
            self._choices[column.of] = self._chosen_from(column)
        return self._choices[column.of]

    def _chosen_from(self, column: Column) -> list[Candidate]:
        things = {
            thing
            for kind in self._classes(column)
            for cls in self._graph.transitive_subjects(RDFS.subClassOf, kind)
            for thing in self._graph.subjects(RDF.type, cls)
            if isinstance(thing, URIRef)
        }
        things |= {
            thing
            for kind in self._classes(column)
            for thing in self._graph.subjects(SKOS.inScheme, kind)
            if isinstance(thing, URIRef)
        }
        fitting = (t for t in things if self._fits(t, self._classes(column)))
        return [self._lookup.candidate(thing) for thing in sorted(fitting)]

    def _last_of_known(self, parts: list[str], first: int, column: Column) -> int:
        """End of the longest known name that begins with part `first`; else of that part."""
        for last in range(len(parts), first + 1, -1):
            name = "".join(parts[first:last]).strip()
            if name and (last - first) % 2 and self.one(name, column).thing:
                return last
        return first + 1

    def _classes(self, column: Column) -> tuple[URIRef, ...]:
        if column.of not in self._kinds:
            self._kinds[column.of] = column.classes(self._names)
        return self._kinds[column.of]

    def _of_any(self, text: str, kinds: tuple[URIRef, ...]) -> Found:
        near: dict[Candidate, None] = {}
        readings = list(self._readings(text, kinds))
        for kind in kinds:
            for reading in readings:
                found = self._lookup.find(reading, kind, most=_MOST * 3)
                means = [found.thing] if found.thing else list(found.candidates)
                fitting = [each for each in means if each and self._fits(each.iri, kinds)]
                if found.thing and fitting:
                    return found
                exact = [each for each in fitting if self._is_called(each, text)]
                if len(exact) == 1:
                    return Found(exact[0])
                near.update(dict.fromkeys(fitting))
        return Found(None, tuple(near)[:_MOST])

    def _is_called(self, candidate: Candidate, text: str) -> bool:
        return folded(text) in {folded(name) for name in self.shown(candidate)}

    def _readings(self, text: str, kinds: tuple[URIRef, ...]) -> Iterator[str]:
        """The text, and its first word: what the template offers is a key with its title.

        Where another key follows, two things are meant and not one.
        """
        yield text
        key, _, rest = plain(text).partition(" ")
        second = rest.strip().partition(" ")[0]
        if rest and key.isascii() and not (second.isascii() and self._is_known(second, kinds)):
            yield key

    def _is_known(self, name: str, kinds: tuple[URIRef, ...]) -> bool:
        found = (self._lookup.find(name, kind).thing for kind in kinds)
        return any(each is not None and self._fits(each.iri, kinds) for each in found)

    def _fits(self, thing: URIRef, kinds: tuple[URIRef, ...]) -> bool:
        return self._bound.isdisjoint(kinds) or self._edition in thing
