"""Single facts of running text: the strategy, its editions, the AI core centres."""

from rdflib import Literal, URIRef
from rdflib.namespace import SKOS

from kg.extract.ai_strategy.reading import EDITION, Reading
from kg.extract.builder import RecordBuilder, string
from kg.extract.curation import PRINTED, Lookup, term
from kg.extract.dates import say_dates
from kg.model import Passage
from kg.namespaces import JPSTRAT, NAMES

_NAMES = (SKOS.prefLabel, SKOS.altLabel)
_ORG_KINDS = ("org", "network", "committee")


def read_facts(reading: Reading) -> None:
    """Rows of `document-facts.tsv`: subject, property, value and the words that say so.

    Subjects and values with a slash are paths below `id/` (or begin with `vocab/`). A `dateText`
    gives the first and last day too. A row with a `section` says where its subject stands.
    Raises `CurationError` when the document does not print the words.
    """
    document = reading.outline.document
    whole = document.passage(0, len(document.text))
    for row in reading.lookups("document-facts"):
        passage = whole.search(row["printed"])
        if passage is None:
            raise row.error("printed", PRINTED)
        kind, *rest = row["subject"].split("/")
        type_ = term(row, "class") if row["class"] else None
        graph = "org" if kind in _ORG_KINDS else EDITION
        record = reading.builder(NAMES.id(kind, *rest), type_, graph)
        if row["section"]:
            reading.stand(record, row["section"])
        property_ = term(row, "property")
        if property_ == JPSTRAT.dateText:
            _say_dates(row, record, passage)
        else:
            record.say(property_, _value(row, property_), passage)
        reading.add(record)


def _say_dates(row: Lookup, record: RecordBuilder, passage: Passage) -> None:
    if passage.text != row["value"]:
        raise row.error("value", passage.text)
    say_dates(record, passage)


def _value(row: Lookup, property_: URIRef) -> URIRef | Literal:
    text = row["value"]
    if property_ in _NAMES:
        return Literal(text, "ja")
    if text.startswith("vocab/"):
        return URIRef(NAMES.base + text)
    if "/" in text:
        return NAMES.id(*text.split("/"))
    return string(text)
