"""Programmes of a ministry and the fiscal years in which they run."""

from rdflib import Literal
from rdflib.namespace import SKOS

from kg.extract.builder import RecordBuilder
from kg.extract.curation import Lookup
from kg.extract.dates import year_range
from kg.extract.slides.reading import Reading
from kg.extract.slides.spelling import name_of
from kg.namespaces import JPSTRAT, NAMES


def read_programmes(reading: Reading) -> None:
    """Programmes of `slides-programmes.tsv`.

    Raises `ExtractionError` when a name or a range of years does not stand exactly once on its
    slide, or when a range has not the printed length.
    """
    for row in reading.lookups("slides-programmes"):
        programme = reading.thing(f"programme/{row['programme']}", JPSTRAT.Programme)
        proof = [reading.only(row, column) for column in ("name", "qualifier") if row[column]]
        title = "".join(name_of(part.raw) for part in proof)
        programme.say(SKOS.prefLabel, Literal(title, "ja"), *proof)
        ministry = NAMES.id(*row["responsible"].split("/"))
        programme.say(
            JPSTRAT.responsibleOrganization, ministry, reading.only(row, "responsible_printed")
        )
        if row["years"]:
            _read_years(reading, row, programme)


def _read_years(reading: Reading, row: Lookup, programme: RecordBuilder) -> None:
    printed = reading.only(row, "years")
    first, last = year_range(printed.text)
    programme.say(JPSTRAT.startPeriod, NAMES.period(year=first, fiscal=True), printed)
    programme.say(JPSTRAT.endPeriod, NAMES.period(year=last, fiscal=True), printed)
    for length in reading.matches(reading.slide(row).passage, rf"{row['years']}の(\d)カ年"):
        reading.expect(length[1], last - first + 1, int(length.text(1)), printed.text)
