"""Names that people write → things of the graph: titles, abbreviations, codes, former names.

What a text means is decided by rules that add no fact: the same words in another width or case;
the usual short form of a ministry (文科省 for 文部科学省); an office named together with its body,
or in brackets after it (内閣府（科技）); a body with its legal form (国立大学法人…); a year of a
Japanese era. Whatever is merely similar is a candidate and never a match.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, ORG, RDF, RDFS, SKOS
from rdflib.term import Node

from kg.errors import Both
from kg.namespaces import Names

_NEAR = 50
"""Least similarity (per cent) of a candidate."""
_SHORT = 3
"""Characters of a Japanese name that only one with the same first character resembles."""
_SHORTEST = 2
"""Characters of a text that may be looked for inside longer names."""
_DASHES = re.compile(r"[‐‑‒–—―−－]")
_PLACES = re.compile(r"[かカヵケヶ個]所")
"""Other spellings of 箇所."""
_MARKS = re.compile(r"[\s・·,，、。_()（）「」『』【】〔〕\[\]]+|(?<!\d)[.-](?!\d)")
"""Blanks and punctuation, but the hyphens and points between figures: II-1-1 is not II-11."""
_IN_BRACKETS = re.compile(r"(?P<body>[^()]+)\((?P<part>[^()]+)\)")
_LATIN_IN_BRACKETS = re.compile(r"(?P<name>[^()]+)\((?P<short>[A-Za-z0-9 .&-]+)\)")
_LEGAL_FORMS = re.compile(
    r"^(?:国立研究開発法人|国立大学法人|独立行政法人|大学共同利用機関法人|公立大学法人|学校法人"
    r"|(?:一般|公益|特例)?(?:社団|財団)法人|特殊法人|株式会社|\(株\))|(?:株式会社|\(株\))$"
)
_FORMERLY = re.compile(r"^(?:旧|\(旧\))|\((?:当時|旧|現[^()]*)\)$")
"""What is written around a name that is a former one."""
_GENERIC = re.compile(r"^ministryof")
"""What names of bodies share, folded: it makes none of them resemble another."""
_NOTHING = re.compile("")
_ERAS = ((("令和", "R"), 2019, 9999), (("平成", "H"), 1989, 2019), (("昭和", "S"), 1926, 1989))
"""Names of Japanese eras with their first and last year."""


@dataclass(frozen=True)
class Candidate:
    """A thing that a name may mean, and how people call it."""

    iri: URIRef
    label: Both


@dataclass(frozen=True)
class Found:
    """What a name means: one thing, or None and those that it may mean, the likeliest first.

    Beside a thing that was reorganised since, the candidates are what came of it.
    """

    thing: Candidate | None
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True)
class FormerName:
    """A name of a body up to `year`, and that of the body that took its work over.

    A hint for readers and no fact of the graph: it makes a candidate and never a match.
    """

    name: str
    successor: str
    year: int


def folded(text: str) -> str:
    """Text as names are compared: NFKC, small letters, without blanks and punctuation."""
    even = _DASHES.sub("-", unicodedata.normalize("NFKC", text)).strip()
    even = _PLACES.sub("箇所", even)
    return _MARKS.sub("", even).casefold()


class Lookup:
    """Every name of every typed thing of a graph, by class; read when a class is first asked for.

    Where one name belongs to several things, the one whose `jpstrat:abbreviation` it is goes first:
    such a name was explained by the source that uses it.
    """

    def __init__(self, graph: Graph, names: Names, former: Iterable[FormerName] = ()) -> None:
        """Search in `graph`, which holds the subclass axioms too."""
        self._graph = graph
        self._names = names
        self._former = {folded(each.name): each for each in former}
        own = names.def_
        self._properties = (
            *(SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel, SKOS.notation, FOAF.name),
            *(RDFS.label, DCTERMS.title, own.code, own.reading),
        )
        self._known: dict[URIRef, dict[str, set[URIRef]]] = {}

    def find(self, text: str, kind: URIRef, *, most: int = 3) -> Found:
        """What `text` means among the things of class (or in the concept scheme) `kind`.

        With `most` 0 nothing is looked for that is merely similar.
        """
        known = self._of(kind)
        means: set[URIRef] = set()
        for reading in self._readings(text):
            means = means or known.get(folded(reading), set())
        means = means or self._in_brackets(text, kind)
        if len(means) > 1:
            means = {thing for thing in means if self._is_abbreviation(text, thing)} or means
        if len(means) == 1:
            thing = next(iter(means))
            return Found(self.candidate(thing), tuple(map(self.candidate, self._successors(thing))))
        if means:
            return Found(None, tuple(map(self.candidate, sorted(means))))
        former = self.former(text)
        if former is not None:
            after = sorted(known.get(folded(former.successor), ()))
            return Found(None, tuple(map(self.candidate, after)))
        near = self._near(text, kind, most) if most else []
        return Found(None, tuple(map(self.candidate, near)))

    def former(self, text: str) -> FormerName | None:
        """The former name of a body that `text` is; None where it is none that is known."""
        even = unicodedata.normalize("NFKC", text).strip()
        return self._former.get(folded(_FORMERLY.sub("", even)))

    def candidate(self, thing: URIRef) -> Candidate:
        """A thing with its title; its IRI stands for a title that is missing."""
        texts = {
            label.language: str(label)
            for property_ in (DCTERMS.title, RDFS.label, SKOS.prefLabel)
            for label in self._graph.objects(thing, property_)
            if isinstance(label, Literal)
        }
        other = next(iter(texts.values()), self._names.short(thing))
        return Candidate(thing, Both(texts.get("ja", other), texts.get("en", other)))

    def _readings(self, text: str) -> Iterator[str]:
        """The text as it stands, then without the legal form of a body."""
        yield text
        even = unicodedata.normalize("NFKC", text).strip()
        yield _LEGAL_FORMS.sub("", even)

    def _in_brackets(self, text: str, kind: URIRef) -> set[URIRef]:
        """The office that stands in brackets after its body, by its name or a part of it."""
        found = _IN_BRACKETS.fullmatch(unicodedata.normalize("NFKC", text).strip())
        if found is None:
            return set()
        return self._part_of(folded(found["body"]), folded(found["part"]), kind)

    def _run_on(self, wanted: str, kind: URIRef) -> list[URIRef]:
        """Offices whose body stands before a part of their name: 内閣府科技."""
        ends = range(_SHORTEST, len(wanted) - 1)
        found = (self._part_of(wanted[:end], wanted[end:], kind) for end in ends)
        return [office for offices in found for office in sorted(offices)]

    def _part_of(self, body: str, wanted: str, kind: URIRef) -> set[URIRef]:
        """Offices of a body by their name or a part of it; both are folded."""
        bodies = self._of(ORG.Organization).get(body, set())
        if not bodies:
            return set()
        offices = {office for each in bodies for office in self._offices(each)}
        offices &= set(self.things(kind))
        by_name = {office: [folded(name) for name in self._called(office)] for office in offices}
        exact = {office for office, names in by_name.items() if wanted in names}
        if exact or len(wanted) < _SHORTEST:
            return exact
        return {o for o, names in by_name.items() if any(_contains(n, wanted) for n in names)}

    def _near(self, text: str, kind: URIRef, most: int) -> list[URIRef]:
        known, wanted = self._of(kind), folded(text)
        if not wanted:
            return []
        # of three characters one says what a body does: 財務省 is not 総務省
        short = len(wanted) <= _SHORT and not wanted.isascii()
        shared = _GENERIC if _GENERIC.match(wanted) else _NOTHING
        choices = {
            name: shared.sub("", name)
            for name in sorted(known)
            if shared.match(name) and (not short or name[0] == wanted[0])
        }
        own = shared.sub("", wanted)
        near = process.extract(own, choices, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=most * 3)
        names = [name for *_, name in near]
        if len(wanted) >= _SHORTEST and len(names) < most:
            names += sorted((name for name in known if wanted in name), key=len)
        things = (thing for name in names for thing in sorted(known[name]))
        return list(dict.fromkeys((*self._run_on(wanted, kind), *things)))[:most]

    def _is_abbreviation(self, text: str, thing: URIRef) -> bool:
        short = self._texts(thing, self._names.def_.abbreviation)
        return folded(text) in map(folded, short)

    def _of(self, kind: URIRef) -> dict[str, set[URIRef]]:
        if kind not in self._known:
            found: dict[str, set[URIRef]] = defaultdict(set)
            for thing in self.things(kind):
                for name in self._called(thing):
                    found[folded(name)].add(thing)
            found.pop("", None)
            self._known[kind] = dict(found)
        return self._known[kind]

    def things(self, kind: URIRef) -> Iterator[URIRef]:
        """Everything of a class (or of its subclasses), or in a concept scheme."""
        subclasses = self._graph.transitive_subjects(RDFS.subClassOf, kind)
        typed: Iterable[object] = (
            thing for cls in subclasses for thing in self._graph.subjects(RDF.type, cls)
        )
        in_scheme = self._graph.subjects(SKOS.inScheme, kind)
        for thing in dict.fromkeys((*typed, *in_scheme)):
            if isinstance(thing, URIRef):
                yield thing

    def _called(self, thing: URIRef) -> Iterator[str]:
        """Names of a thing: what the graph says, what follows from that, and its IRI."""
        own = list(self._own_names(thing))
        yield from own
        classes = set(self._graph.objects(thing, RDF.type))
        if self._names.def_.Ministry in classes:
            yield from filter(None, map(_short_form, own))
        for body in self._bodies(thing):
            # an office is often written together with its body: 内閣官房健康・医療戦略室
            yield from (f"{of}{name}" for of in self._own_names(body) for name in own)
        yield from self._years(thing, classes)
        yield thing.rpartition("/")[2]
        yield thing.removeprefix(self._names.base)
        yield self._names.short(thing)
        yield str(thing)

    def _own_names(self, thing: URIRef) -> Iterator[str]:
        for property_ in (*self._properties, self._names.def_.abbreviation):
            for name in self._texts(thing, property_):
                yield name
                found = _LATIN_IN_BRACKETS.fullmatch(unicodedata.normalize("NFKC", name))
                if found:
                    yield found["name"]
                    yield found["short"]

    def _years(self, thing: URIRef, classes: set[Node]) -> Iterator[str]:
        """A period by the year of its era: 令和4年度, R4年度; the first one is 元年, too."""
        unit = "年度" if self._names.def_.FiscalYear in classes else "年"
        for year in self._graph.objects(thing, self._names.def_.year):
            if not isinstance(year, Literal) or not str(year).isdecimal():
                continue
            for eras, first, last in _ERAS:
                if first <= int(year) <= last:
                    count = int(year) - first + 1
                    yield from (f"{era}{count}{unit}" for era in eras)
                    yield from (f"{era}元{unit}" for era in eras if count == 1)

    def _bodies(self, office: URIRef) -> Iterator[URIRef]:
        for body in self._graph.objects(office, ORG.unitOf):
            if isinstance(body, URIRef):
                yield body

    def _offices(self, body: URIRef) -> Iterator[URIRef]:
        for office in self._graph.subjects(ORG.unitOf, body):
            if isinstance(office, URIRef):
                yield office

    def _successors(self, thing: URIRef) -> list[URIRef]:
        """What a reorganisation (org:ChangeEvent) made of a body."""
        events = self._graph.subjects(ORG.originalOrganization, thing)
        after = {o for e in events for o in self._graph.objects(e, ORG.resultingOrganization)}
        return sorted(o for o in after - {thing} if isinstance(o, URIRef))

    def _texts(self, thing: URIRef, property_: URIRef) -> Iterator[str]:
        yield from (str(o) for o in self._graph.objects(thing, property_))


def _short_form(name: str) -> str | None:
    """The usual short form of a ministry: of each word of two characters the first, and the last.

    経済・産業・省 → 経産省. None for a name of another build.
    """
    two_words = re.fullmatch(r"[一-鿿]{4}[省庁]", name)
    return name[0::2] if two_words else None


def _contains(name: str, wanted: str) -> bool:
    """Whether the characters of `wanted` stand in `name` in their order."""
    rest = iter(name)
    return all(character in rest for character in wanted)
