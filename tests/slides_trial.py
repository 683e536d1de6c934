"""Made-up slides with made-up curation tables, for the tests of the readers."""

import hashlib
from pathlib import Path

from rdflib import URIRef

from kg.extract.slides.deck import Slide
from kg.extract.slides.reading import Reading
from kg.model import SourceText
from kg.namespaces import NAMES


class Maker:
    """Builds a reading of made-up text with made-up tables, all of it on one slide."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def table(self, name: str, header: str, *rows: str) -> None:
        """Write a table whose cells are separated by bars; a reason is added."""
        lines = [f"{header}|reason", *(f"{row}|because" for row in rows)]
        text = "".join(line.replace("|", "\t") + "\n" for line in lines)
        (self.folder / f"{name}.tsv").write_text(text, encoding="utf-8")

    def reading(self, text: str, notation: str = "s1") -> Reading:
        document = SourceText("trial", text, hashlib.sha256(text.encode()).hexdigest())
        whole = document.passage(0, len(text))
        iri = NAMES.id("section", "trial", notation)
        return Reading(
            document, {notation: Slide(notation, iri, whole, whole, (), "")}, self.folder
        )


def values(reading: Reading, path: str, property_: URIRef) -> list[object]:
    statements = reading.builders[NAMES.id(*path.split("/"))].statements
    return [s.value for s in statements if s.property == property_]


def proofs(reading: Reading, path: str, property_: URIRef) -> list[str]:
    statements = reading.builders[NAMES.id(*path.split("/"))].statements
    text = reading.document.text
    return [text[x.start : x.end] for s in statements if s.property == property_ for x in s.spans]


def organisation_tables(make: Maker) -> None:
    make.table(
        "organisations",
        "printed|slug|class|unit_of",
        "甲大学|ko-u|ResearchInstitution|",
        "甲大|ko-u||",
        "甲大AIC|ko-aic|ResearchCentre|ko-u",
        "乙省|otsu||",
        "丙本部|hei|Committee|",
    )


ORGANISATIONS = "甲大学 甲大 甲大AIC 乙省 丙本部\n"
