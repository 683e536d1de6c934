"""Facts whose place in the text layer a person had to point out, and lists of concepts."""

from rdflib import Literal, URIRef
from rdflib.namespace import SKOS
from rdflib.term import Identifier

from kg.errors import Both
from kg.extract.curation import Lookup, number, term
from kg.extract.slides.mentions import mentions, remainder
from kg.extract.slides.reading import Reading, label
from kg.model import Passage
from kg.namespaces import JPSTRAT, NAMES

_LABELS = {SKOS.prefLabel, SKOS.altLabel}


def read_facts(reading: Reading) -> None:
    """Rows of `slides-facts.tsv`: a subject, a property, a value and the words that say so.

    An empty value is the printed name itself; values and subjects are paths below the base.
    """
    for row in reading.lookups("slides-facts"):
        type_ = term(row, "class") if row["class"] else None
        property_ = term(row, "property")
        proof = reading.first(row, "printed")
        value = _value(row, property_, proof)
        reading.thing(row["subject"], type_).say(property_, value, proof)


def _value(row: Lookup, property_: URIRef, proof: Passage) -> Identifier:
    value = row["value"]
    if property_ in _LABELS:
        return Literal(value, "ja") if value else label(proof)
    if value.startswith("http://"):
        return URIRef(value)
    if not value.startswith(("id/", "vocab/")):
        raise row.error(
            "value",
            Both(
                "id/ か vocab/ で始まるパス、又はURL",
                "a path that starts with id/ or vocab/, or a web address",
            ),
        )
    return URIRef(NAMES.base + value)


def read_lists(reading: Reading) -> None:
    """Lists of `slides-lists.tsv`: each printed term names a concept (`slides-terms.tsv`).

    Raises `ExtractionError` when a list has not the expected number of terms; what else stands
    in it becomes a warning.
    """
    terms: dict[str, dict[str, Lookup]] = {}
    for entry in reading.lookups("slides-terms"):
        terms.setdefault(entry["terms"], {})[entry["printed"]] = entry
    for row in reading.lookups("slides-lists"):
        if row["terms"] not in terms:
            raise row.error("terms", ", ".join(terms))
        _read_list(reading, row, terms[row["terms"]])


def _read_list(reading: Reading, row: Lookup, terms: dict[str, Lookup]) -> None:
    region = reading.region(row)
    printed = mentions(region, terms)
    reading.expect(region, len(printed), number(row, "count"), row["start"])
    left = remainder(region, terms)
    if left:
        reading.warn(
            region, f"一覧に未知の語「{left}」があります", f"unknown words in a list: {left}"
        )
    record = reading.thing(row["subject"], None)
    for passage in printed:
        entry = terms[passage.text]
        concept = NAMES.concept(entry["scheme"], entry["key"])
        record.say(JPSTRAT[row["property"]], concept, passage)
