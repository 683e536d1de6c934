"""Sections of the document, in the graph `source`."""

import re

from rdflib import Literal
from rdflib.namespace import SKOS

from kg.extract.ai_strategy.outline import Section, plain
from kg.extract.ai_strategy.reading import EDITION, Reading, section_iri
from kg.extract.builder import string
from kg.model import Passage
from kg.namespaces import JPSTRAT, NAMES

_NUMBERING = re.compile(
    r"^(?:[IV]+[.\-－]\d?|\((?:\d(?:―[AB])?|[A-F]|別表\d)\)|【)\s*|】$|\s+(?=[^\x00-\x7f])"
)
_LABEL_LIMIT = 40
"""Longer headings are sentences; their label is written by a person."""


def read_sections(reading: Reading) -> None:
    """Chapters, sections, bracketed headings and appendices; fields by `section-fields.tsv`."""
    for section in reading.outline.sections.values():
        _read_section(reading, section)
    for row in reading.lookups("section-fields"):
        section = reading.outline.sections[row["section"]]
        about = reading.builder(section_iri(section.key), None)
        about.say(JPSTRAT.field, NAMES.concept("field", row["field"]), section.heading)
        reading.add(about)


def _read_section(reading: Reading, section: Section) -> None:
    record = reading.builder(section_iri(section.key), JPSTRAT.DocumentSection, "source")
    record.say(SKOS.notation, string(section.key), section.heading)
    record.say(JPSTRAT.sourceDocument, NAMES.id("source", EDITION))
    label = heading_label(section.heading)
    if len(label) <= _LABEL_LIMIT:
        record.say(SKOS.prefLabel, Literal(label, "ja"), section.heading)
    if section.parent:
        reading.place(record, JPSTRAT.inSection, section.parent)
    reading.add(record)


def heading_label(heading: Passage) -> str:
    """A heading without its number or brackets, in NFKC form."""
    text = plain(heading.raw.strip()).replace("︓", ":")
    while (shorter := _NUMBERING.sub("", text)) != text:
        text = shorter
    return text
