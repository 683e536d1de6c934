"""Names in cells → things of one edition, with what was likely meant where there is none."""

from collections.abc import Iterator, Mapping

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
_SEVERAL = 2


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
        self._exact: dict[tuple[tuple[URIRef, ...], str], Found | None] = {}
        self._keys: dict[tuple[URIRef, ...], Mapping[str, Candidate]] = {}

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
        if found := self._meant(whole, self._classes(column)):
            yield whole, found
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

    def written(self, candidate: Candidate, column: Column) -> Both:
        """How a thing is written in a cell of a column so that it is read as that thing.

        Where the text of one language means another thing, that of the other stands in its place:
        CSTI is the office that the documents print so, and not the council of that title.
        """
        shown = self.shown(candidate)
        other = dict(zip(shown, reversed(shown), strict=True))
        ja, en = (t if self.one(t, column).thing == candidate else other[t] for t in shown)
        return Both(ja, en)

    def choices(self, column: Column) -> list[Candidate]:
        """Every thing that a column may name, by IRI."""
        if column.of not in self._choices:
            self._choices[column.of] = self._of_kinds(self._classes(column))
        return self._choices[column.of]

    def named(self, text: str, column: Column) -> list[Candidate]:
        """Everything that single words of a text name, once."""
        return self._named(text, self._classes(column))

    def _of_kinds(self, kinds: tuple[URIRef, ...]) -> list[Candidate]:
        things = {
            thing
            for kind in kinds
            for cls in self._graph.transitive_subjects(RDFS.subClassOf, kind)
            for thing in self._graph.subjects(RDF.type, cls)
            if isinstance(thing, URIRef)
        }
        things |= {
            thing
            for kind in kinds
            for thing in self._graph.subjects(SKOS.inScheme, kind)
            if isinstance(thing, URIRef)
        }
        fitting = (t for t in things if self._fits(t, kinds))
        return [self._lookup.candidate(thing) for thing in sorted(fitting)]

    def _last_of_known(self, parts: list[str], first: int, column: Column) -> int:
        """End of the longest known name that begins with part `first`; else of that part."""
        for last in range(len(parts), first + 1, -1):
            name = "".join(parts[first:last]).strip()
            if name and (last - first) % 2 and self._meant(name, self._classes(column)):
                return last
        return first + 1

    def _classes(self, column: Column) -> tuple[URIRef, ...]:
        if column.of not in self._kinds:
            self._kinds[column.of] = column.classes(self._names)
        return self._kinds[column.of]

    def _of_any(self, text: str, kinds: tuple[URIRef, ...]) -> Found:
        return self._meant(text, kinds) or Found(None, self._near(text, kinds))

    def _meant(self, text: str, kinds: tuple[URIRef, ...]) -> Found | None:
        """The one thing that a text names; None where it names none or several."""
        key = kinds, text
        if key not in self._exact:
            self._exact[key] = self._read(text, kinds)
        return self._exact[key]

    def _read(self, text: str, kinds: tuple[URIRef, ...]) -> Found | None:
        for kind in kinds:
            found = self._lookup.find(text, kind, most=0)
            if found.thing and self._fits(found.thing.iri, kinds):
                return found
            fitting = (each for each in found.candidates if self._fits(each.iri, kinds))
            exact = [each for each in fitting if self._is_called(each, text)]
            if len(exact) == 1:
                return Found(exact[0])
        keyed = self._keyed(text, kinds)
        return Found(keyed) if keyed else None

    def _near(self, text: str, kinds: tuple[URIRef, ...]) -> tuple[Candidate, ...]:
        near = self._named(text, kinds)
        if len(near) < _SEVERAL:
            found = (self._lookup.find(text, kind, most=_MOST * 3) for kind in kinds)
            means = (each for f in found for each in (f.thing, *f.candidates) if each)
            near = list(dict.fromkeys(each for each in means if self._fits(each.iri, kinds)))
        return tuple(near[:_MOST])

    def _is_called(self, candidate: Candidate, text: str) -> bool:
        return folded(text) in {folded(name) for name in self.shown(candidate)}

    def _keyed(self, text: str, kinds: tuple[URIRef, ...]) -> Candidate | None:
        """What the first word is the key of: the template offers a key with its title.

        Where anything else is named beside it, several things are meant or the wrong one.
        """
        key, _, rest = plain(text).partition(" ")
        thing = self._by_key(kinds).get(folded(key))
        if thing is None or folded(rest) in {"", *map(folded, thing.label)}:
            return thing
        return thing if self._named(text, kinds) == [thing] else None

    def _named(self, text: str, kinds: tuple[URIRef, ...]) -> list[Candidate]:
        """Everything that single words of a text name, once."""
        words = [word for part in parts_of(plain(text))[::2] for word in part.split()]
        found = (self._exactly(word, kinds) for word in words)
        return list(dict.fromkeys(filter(None, found)))

    def _exactly(self, word: str, kinds: tuple[URIRef, ...]) -> Candidate | None:
        """What a word names by itself; it holds no blank, so that no title follows a key."""
        found = self._meant(word, kinds)
        return found.thing if found else None

    def _by_key(self, kinds: tuple[URIRef, ...]) -> Mapping[str, Candidate]:
        """The things of the edition by the folded key of their IRI."""
        if kinds not in self._keys:
            own = (each for each in self._of_kinds(kinds) if self._edition in each.iri)
            self._keys[kinds] = {folded(each.iri.partition(self._edition)[2]): each for each in own}
        return self._keys[kinds]

    def _fits(self, thing: URIRef, kinds: tuple[URIRef, ...]) -> bool:
        return self._bound.isdisjoint(kinds) or self._edition in thing
