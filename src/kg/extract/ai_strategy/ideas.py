"""Basic ideas (principles, roles of the state, talent), R&D approaches, fields, the annex."""

from rdflib import URIRef

from kg.errors import ExtractionError
from kg.extract.ai_strategy.reading import Reading, aim_iri, section_iri
from kg.extract.coverage import uncovered
from kg.extract.curation import PRINTED, Lookup, pattern
from kg.model import Passage
from kg.namespaces import JPSTRAT, NAMES

_YEAR = r"(?:[\d１-９０]{4}年|令和.{1,2}年|平成.{1,2}年|[昨本今同]年)"
_MONTH = _YEAR + r"[\d１-９]{1,2}月(?:[\d１-９]{1,2}日)?"
WHOLE = "*"
"""In a table's `section` field: the whole document."""


def read_principles(reading: Reading) -> None:
    """Guiding principles of I-C and considerations of I-D, each a paragraph with ①②③."""
    for row in reading.lookups("principles"):
        content = _content(reading, row)
        passage = content.search(row["pattern"])
        if passage is None:
            raise row.error("pattern", PRINTED)
        iri = NAMES.id("principle", "ai2019-fu2020", row["key"])
        record = reading.element(iri, JPSTRAT.GuidingPrinciple, row["section"])
        reading.add(record.word(passage))


def _content(reading: Reading, row: Lookup) -> Passage:
    if row["section"] == WHOLE:
        document = reading.outline.document
        return document.passage(0, len(document.text))
    section = reading.outline.sections.get(row["section"])
    if section is None:
        raise row.error("section", f"one of {', '.join(reading.outline.sections)}")
    return section.content


def read_concepts(reading: Reading) -> None:
    """Concepts that a section names (`concepts.tsv`), each with the words that name it.

    The subject of a row gets the concept; where the section is the one that introduces it, the
    concept itself gets the evidence, so that each leads to its own passage. Raises
    `CurationError`.
    """
    for row in reading.lookups("concepts"):
        content = _content(reading, row)
        passage = content.search(row["pattern"])
        if passage is None:
            raise row.error("pattern", PRINTED)
        concept = NAMES.concept(*row["concept"].split("/"))
        property_ = JPSTRAT[row["property"]]
        subject = _subject(reading, row["subject"])
        reading.add(reading.builder(subject, None).say(property_, concept, passage))
        if row["defines"] == "yes":
            about = reading.builder(concept, None)
            about.say(JPSTRAT.inSection, section_iri(row["section"]), passage)
            reading.add(about)


def _subject(reading: Reading, key: str) -> URIRef:
    if key == "edition":
        return reading.edition
    kind, _, rest = key.partition("/")
    return section_iri(rest) if kind == "section" else aim_iri(key)


def check_dates(reading: Reading) -> None:
    """Warn of every printed month that no record accounts for.

    `document-left-out.tsv` lists those left out on purpose. Raises `CurationError` for a row of it
    that is no longer needed.
    """
    document = reading.outline.document
    whole = document.passage(0, len(document.text))
    excuses = [
        (passage, row)
        for row in reading.lookups("document-left-out")
        for passage in whole.find_all(pattern(row, "printed")) or [document.passage(0, 0)]
    ]
    for month in uncovered(whole.find_all(_MONTH), reading.records, excuses):
        reading.warn(
            month,
            f"「{month.text}」に対応する記述がありません",
            f"no record accounts for {month.text!r}",
        )


def check_counts(reading: Reading) -> None:
    """Everything that the document prints a known number of times, by `expected-counts.tsv`.

    Raises `ExtractionError`.
    """
    for row in reading.lookups("expected-counts"):
        content = _content(reading, row)
        found = len(content.find_all(row["pattern"]))
        if found != int(row["expected"]):
            raise ExtractionError(
                document=reading.outline.document.slug,
                line=None if row["section"] == WHOLE else content.line,
                found=f"{found} {row['what']}",
                expected=row["expected"],
            )
