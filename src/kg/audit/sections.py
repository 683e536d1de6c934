"""What stands in each section of the documents: expected and loaded counts by class."""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from rdflib import URIRef
from rdflib.namespace import RDF
from rdflib.term import Node

from kg.namespaces import JPSTRAT

Fact = tuple[Node, Node, Node, URIRef]
"""A triple and the named graph that it stands in."""
_NOT_COUNTED = {JPSTRAT.SourceSpan, JPSTRAT.SourceDocument, JPSTRAT.DocumentSection}
_CONCEPT = "Concept"
_SLIDE = re.compile(r"s(\d+)")
_Place = tuple[str, int]
"""Document and offset of a character in it."""


@dataclass(frozen=True)
class ClassCount:
    """Things of one class (its local name; `Concept` for concepts): read, held, the same."""

    name: str
    expected: int
    loaded: int
    agreeing: int


@dataclass(frozen=True)
class SectionCount:
    """What stands in a section with its parts: a measure counts in II-1-1, II-1 and II.

    `depth` is 0 for a chapter or slide, 1 for its sections, and so on; `title` by language, as the
    graph has it.
    """

    document: str
    key: str
    depth: int
    title: Mapping[str, str]
    classes: tuple[ClassCount, ...]

    @property
    def measures(self) -> ClassCount:
        """The measures among the records."""
        none = ClassCount("Measure", 0, 0, 0)
        return next((c for c in self.classes if c.name == "Measure"), none)

    @property
    def records(self) -> ClassCount:
        """All things that stand in the section, measures too."""
        counts = [(c.expected, c.loaded, c.agreeing) for c in self.classes]
        return ClassCount("", *(sum(column) for column in zip((0, 0, 0), *counts, strict=True)))

    @property
    def complete(self) -> bool:
        """Whether the graph has exactly the things that the section prints."""
        total = self.records
        return total.expected == total.loaded == total.agreeing

    def as_json(self) -> dict[str, object]:
        """Plain structure for `--json`."""
        return {
            "document": self.document,
            "section": self.key,
            "title": dict(self.title),
            "expected": self.records.expected,
            "loaded": self.records.loaded,
            "classes": {c.name: {"expected": c.expected, "loaded": c.loaded} for c in self.classes},
        }


def count_sections(
    expected: set[Fact], loaded: set[Fact], titles: Mapping[Node, Mapping[str, str]]
) -> tuple[SectionCount, ...]:
    """Every section that a fresh reading finds, in the order of the documents.

    A thing stands where the graph says (`inSection`, `theme`), else under the heading before its
    first passage, for example a figure, a ministry of the legend or a concept.
    """
    ruler = _Ruler(expected)
    read, held = ruler.contents(expected), ruler.contents(loaded)
    return tuple(
        SectionCount(
            *_names(section),
            ruler.depth(section),
            titles.get(section, {}),
            tuple(_by_class(read[section], held[section])),
        )
        for section in ruler.order
    )


def _names(section: Node) -> tuple[str, str]:
    """Slug of the document and key of a section, from its IRI."""
    document, key = str(section).rsplit("/", 2)[1:]
    return document, key


def _by_class(read: set[tuple[Node, str]], held: set[tuple[Node, str]]) -> list[ClassCount]:
    columns = [Counter(name for _, name in things) for things in (read, held, read & held)]
    return [ClassCount(n, *(c[n] for c in columns)) for n in sorted({n for _, n in read | held})]


class _Ruler:
    """The sections of a fresh reading: their order, what is above each, and where it begins."""

    def __init__(self, facts: set[Fact]) -> None:
        said = _by_property(facts)
        sections = {s for s, o in said[RDF.type] if o == JPSTRAT.DocumentSection}
        starts = {s: places[0] for s, places in _places(said).items() if s in sections}
        self._above = {s: o for s, o in said[JPSTRAT.inSection] if s in sections}
        self._headings = sorted((place, s) for s, place in starts.items())
        self.order = sorted(starts, key=lambda s: (_place_in_order(s), starts[s]))

    def depth(self, section: Node) -> int:
        return len(self._chain(section)) - 1

    def _chain(self, section: Node) -> list[Node]:
        chain = [section]
        while chain[-1] in self._above:
            chain.append(self._above[chain[-1]])
        return chain

    def contents(self, facts: set[Fact]) -> dict[Node, set[tuple[Node, str]]]:
        """Things with the name of their class, by each section that they stand in."""
        said = _by_property(facts)
        classes = dict(said[RDF.type])
        named = defaultdict(set)
        for thing, section in (*said[JPSTRAT.inSection], *said[JPSTRAT.theme]):
            named[thing].add(section)
        contents: dict[Node, set[tuple[Node, str]]] = defaultdict(set)
        for thing, places in _places(said).items():
            if classes.get(thing) in _NOT_COUNTED:
                continue
            name = str(classes.get(thing, _CONCEPT)).rpartition("/")[2].rpartition("#")[2]
            for section in named.get(thing) or self._under(places):
                for one in self._chain(section):
                    contents[one].add((thing, name))
        return contents

    def _under(self, places: list[_Place]) -> set[Node]:
        """The heading before the first passage in each document."""
        first = {document: (document, start) for document, start in reversed(places)}.values()
        found = (bisect_right(self._headings, place, key=lambda h: h[0]) for place in first)
        return {self._headings[n - 1][1] for n in found if n}


def _place_in_order(section: Node) -> tuple[str, int]:
    """Slides by number: the text layer does not keep their headings in order."""
    document, key = _names(section)
    slide = _SLIDE.fullmatch(key)
    return document, int(slide[1]) if slide else 0


def _by_property(facts: set[Fact]) -> dict[Node, list[tuple[Node, Node]]]:
    said = defaultdict(list)
    for s, p, o, _ in facts:
        said[p].append((s, o))
    return said


def _places(said: Mapping[Node, list[tuple[Node, Node]]]) -> dict[Node, list[_Place]]:
    """Where each thing has evidence, in order; from the IRIs of the spans."""
    places = defaultdict(list)
    for thing, span in said[JPSTRAT.evidence]:
        document, _, offsets = str(span).rpartition("/")[2].partition("#char=")
        start = offsets.partition(",")[0]
        if start.isdecimal():  # anything may stand in a file that people edit
            places[thing].append((document, int(start)))
    return {thing: sorted(found) for thing, found in places.items()}
