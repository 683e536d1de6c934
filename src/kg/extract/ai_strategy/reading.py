"""What the readers of the AI strategy share: names, the legend, curated lookups, warnings."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from rdflib import URIRef

from kg.errors import UnknownAbbreviation
from kg.extract.ai_strategy.outline import Outline, plain
from kg.extract.builder import RecordBuilder
from kg.extract.curation import Lookup, read_lookups
from kg.model import Passage, ReadingWarning, Record
from kg.namespaces import JPSTRAT, NAMES
from kg.nearest import nearest_name

EDITION = "ai2019-fu2020"
STRATEGY = "ai2019"
SECTORS = {"その他関係府省等": "other-ministries", "民間が主導": "private-led"}


@dataclass
class Reading:
    """The outline together with the curated lookups; collects records and warnings."""

    outline: Outline
    curation: Path
    records: list[Record] = field(default_factory=list)
    warnings: list[ReadingWarning] = field(default_factory=list)
    abbreviations: dict[str, URIRef] = field(default_factory=dict)

    @property
    def edition(self) -> URIRef:
        """The edition that the document is."""
        return NAMES.id("edition", EDITION)

    def lookups(self, table: str) -> list[Lookup]:
        """Rows of `data/curation/<table>.tsv`."""
        return read_lookups(self.curation, table)

    def builder(self, iri: URIRef, type_: URIRef | None, graph: str = EDITION) -> RecordBuilder:
        """A new record in one of the document's graphs."""
        return RecordBuilder(iri, type_, graph)

    def element(self, iri: URIRef, type_: URIRef, section: str) -> RecordBuilder:
        """A new policy element of the edition, standing in `section`."""
        return self.stand(self.builder(iri, type_), section)

    def stand(self, record: RecordBuilder, section: str) -> RecordBuilder:
        """Say that a record belongs to the edition and stands in `section`."""
        record.say(JPSTRAT.edition, self.edition)
        return self.place(record, JPSTRAT.inSection, section)

    def place(self, record: RecordBuilder, property_: URIRef, section: str) -> RecordBuilder:
        """Say that a record stands in a section, which the section's heading proves."""
        heading = self.outline.section(section).heading
        return record.say(property_, section_iri(section), heading)

    def add(self, record: RecordBuilder) -> None:
        """Keep a finished record."""
        self.records.append(record.build())

    def warn(self, passage: Passage, ja: str, en: str) -> None:
        """Note something unexpected at a passage."""
        self.warnings.append(ReadingWarning(self.outline.document.slug, passage.line, ja, en))

    def parties(self, bracket: Passage) -> tuple[list[URIRef], list[URIRef]]:
        """Organisations and sectors that a bracket such as 【文・経】 prints.

        Raises `UnknownAbbreviation` with the nearest entry of the legend.
        """
        organisations, sectors = [], []
        for name in re.split("[・、･]", plain(bracket.text).strip("【】()")):
            if name in SECTORS:
                sectors.append(NAMES.concept("responsible-sector", SECTORS[name]))
            elif name in self.abbreviations:
                organisations.append(self.abbreviations[name])
            else:
                raise UnknownAbbreviation(
                    document=self.outline.document.slug,
                    line=bracket.line,
                    value=name,
                    nearest=nearest_name(name, self.abbreviations),
                )
        return organisations, sectors


def section_iri(key: str) -> URIRef:
    """IRI of a section of this edition."""
    return NAMES.id("section", EDITION, key)


def aim_iri(key: str) -> URIRef:
    """IRI of an aim from its key in the outline (`target/II-1-1-t1`, `big-goal/II-1/c2`)."""
    kind, _, rest = key.partition("/")
    owner = STRATEGY if kind == "strategy-goal" else EDITION
    return NAMES.id(kind, owner, rest)


def measure_iri(key: str) -> URIRef:
    """IRI of a measure or sub-measure from its key in the outline (`measure/II-1-20-001`)."""
    return NAMES.id("measure", EDITION, key.partition("/")[2])


def research_iri(key: str) -> URIRef:
    """IRI of a research item or effort from its key (`research/t1/4-1/2/e1`)."""
    return NAMES.id("research", EDITION, key.partition("/")[2])
