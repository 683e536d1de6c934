"""What the readers of the slides share: the slides, curated lookups, records and warnings."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from rdflib import Literal, URIRef
from rdflib.namespace import ORG, SKOS

from kg.errors import Both, ExtractionError
from kg.extract.builder import RecordBuilder
from kg.extract.curation import Lookup, pattern, read_lookups
from kg.extract.slides.deck import Slide
from kg.extract.slides.mentions import mentions
from kg.extract.slides.spelling import name_of
from kg.model import Draft, Passage, ReadingWarning, SourceText
from kg.namespaces import JPSTRAT, NAMES

_ORG_KINDS = {"org", "committee", "network", "hub", "person", "membership"}
_STANDS_IN_EDITION = {
    JPSTRAT.Strategy,
    JPSTRAT.Milestone,
    JPSTRAT.Programme,
    JPSTRAT.Event,
    ORG.ChangeEvent,
}


@dataclass(frozen=True)
class Found:
    """A match in a passage whose groups are passages again."""

    passage: Passage
    match: re.Match[str]

    def __getitem__(self, group: int | str) -> Passage:
        return self.passage.part(*self.match.span(group))

    def text(self, group: int | str) -> str:
        """Characters of a group without white space; empty when it took no part."""
        return self.match[group] or ""


@dataclass
class Reading:
    """The slides together with the curated lookups; collects records and warnings."""

    document: SourceText
    slides: dict[str, Slide]
    curation: Path
    builders: dict[URIRef, RecordBuilder] = field(default_factory=dict)
    warnings: list[ReadingWarning] = field(default_factory=list)
    organisations: dict[str, str] = field(default_factory=dict)
    """Printed name of an organisation without white space → path of its IRI."""

    @property
    def edition(self) -> URIRef:
        """The slides themselves as an edition."""
        return NAMES.id("edition", self.document.slug)

    def lookups(self, table: str) -> list[Lookup]:
        """Rows of `data/curation/<table>.tsv`."""
        return read_lookups(self.curation, table)

    def thing(self, path: str, type_: URIRef | None) -> RecordBuilder:
        """The record of `path` below `id/`, made on first use; a later type completes it."""
        iri = NAMES.id(*path.split("/"))
        graph = "org" if path.partition("/")[0] in _ORG_KINDS else self.document.slug
        builder = self.builders.setdefault(iri, RecordBuilder(iri, None, graph))
        builder.type = builder.type or type_
        return builder

    def slide(self, row: Lookup) -> Slide:
        """The slide that column `slide` of a row names; raises `CurationError`."""
        if row["slide"] not in self.slides:
            raise row.error("slide", ", ".join(self.slides))
        return self.slides[row["slide"]]

    def first(self, row: Lookup, column: str) -> Passage:
        """First passage on the row's slide that matches the pattern in `column`.

        Raises `ExtractionError` when there is none.
        """
        place = self.slide(row).passage
        found = place.search(pattern(row, column))
        if found is None:
            raise self.unexpected(place, f"{row[column]} × 0", "× 1")
        return found

    def only(self, row: Lookup, column: str) -> Passage:
        """The passage on the row's slide that matches `column`; raises unless there is one."""
        place = self.slide(row).passage
        found = place.find_all(pattern(row, column))
        self.expect(place, len(found), 1, row[column])
        return found[0]

    def region(self, row: Lookup) -> Passage:
        """What stands on the row's slide between the patterns `start` and `end`.

        An empty `end` means the end of the slide. Raises `ExtractionError`.
        """
        place = self.slide(row).passage
        start = self.only(row, "start").end
        rest = self.document.passage(start, place.end)
        stop = (
            rest.search(pattern(row, "end"))
            if row["end"]
            else self.document.passage(place.end, place.end)
        )
        if stop is None:
            raise self.unexpected(rest, f"{row['end']} × 0", "× 1")
        return self.document.passage(start, stop.start)

    def matches(self, passage: Passage, pattern: str) -> list[Found]:
        """Every match of `pattern` in the text of `passage` without white space."""
        return [Found(passage, m) for m in re.finditer(pattern, passage.text)]

    def named(self, printed: Passage) -> URIRef:
        """The thing already read whose label is the printed name; raises `ExtractionError`."""
        name = label(printed)
        for builder in self.builders.values():
            if any(s.property == SKOS.prefLabel and s.value == name for s in builder.statements):
                return builder.iri
        raise self.unexpected(
            printed,
            str(name),
            Both("slides-facts.tsvの行が与える名称", "a name that a row of slides-facts.tsv gives"),
        )

    def organisations_in(self, passage: Passage) -> list[tuple[str, Passage]]:
        """Path and passage of every organisation that a passage names."""
        return [(self.organisations[p.text], p) for p in mentions(passage, self.organisations)]

    def expect(self, place: Passage | None, found: int, expected: int, what: str) -> None:
        """Raise `ExtractionError` unless there are as many as expected, at `place` or anywhere."""
        if found != expected:
            raise self.unexpected(place, f"{what} × {found}", f"× {expected}")

    def unexpected(
        self, place: Passage | None, found: str, expected: str | Both
    ) -> ExtractionError:
        """The error for a place, or for the whole document, that does not read as expected."""
        line = None if place is None else place.line
        return ExtractionError(
            document=self.document.slug, line=line, found=found, expected=expected
        )

    def warn(self, place: Passage, ja: str, en: str) -> None:
        """Note something unexpected at a passage."""
        self.warnings.append(ReadingWarning(self.document.slug, place.line, ja, en))

    def draft(self) -> Draft:
        """The finished records; where each one stands follows from the passages that prove it."""
        for builder in self.builders.values():
            self._place(builder)
        records = tuple(b.build() for b in self.builders.values())
        return Draft(self.document, records, tuple(self.warnings))

    def _place(self, builder: RecordBuilder) -> None:
        if builder.type in _STANDS_IN_EDITION:
            builder.say(JPSTRAT.edition, self.edition)
        starts = {span.start for s in builder.statements for span in s.spans}
        if builder.type != JPSTRAT.DocumentSection:
            for slide in self.slides.values():
                if any(slide.holds(start) for start in starts):
                    builder.say(JPSTRAT.inSection, slide.iri, slide.heading)


def label(passage: Passage) -> Literal:
    """Japanese label of a printed name."""
    return Literal(name_of(passage.raw), "ja")
