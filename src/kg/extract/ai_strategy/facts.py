"""Single facts of running text: the strategy, its editions, the AI core centres."""

import re

from rdflib import Literal, URIRef
from rdflib.namespace import SKOS, XSD

from kg.extract.ai_strategy.reading import EDITION, Reading
from kg.extract.builder import string
from kg.extract.curation import PRINTED, Lookup, term
from kg.namespaces import NAMES

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NAMES = (SKOS.prefLabel, SKOS.altLabel)
_ORG_KINDS = ("org", "network", "committee")


def read_facts(reading: Reading) -> None:
    """Rows of `document-facts.tsv`: subject, property, value and the words that say so.

    Subjects and values with a slash are paths below `id/` (or begin with `vocab/`). A row with a
    `section` says where its subject stands. Raises `CurationError` when the document does not
    print the words.
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
        reading.add(record.say(property_, _value(row, property_), passage))


def _value(row: Lookup, property_: URIRef) -> URIRef | Literal:
    text = row["value"]
    if property_ in _NAMES:
        return Literal(text, "ja")
    if text.startswith("vocab/"):
        return URIRef(NAMES.base + text)
    if "/" in text:
        return NAMES.id(*text.split("/"))
    return Literal(text, datatype=XSD.date) if _DATE.fullmatch(text) else string(text)
