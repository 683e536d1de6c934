"""Editions of the strategies, the terms of plans and the printed figures."""

import re
import unicodedata

from kg.errors import Both
from kg.extract.builder import decimal, string
from kg.extract.curation import Lookup
from kg.extract.dates import day, fiscal_years, say_dates, year_range
from kg.extract.slides.reading import Found, Reading
from kg.extract.slides.spelling import name_of
from kg.namespaces import JPSTRAT, NAMES

_EDITION = (
    r"(?P<date>令和.年\d+月)に「(?P<name>[^」]+)」を策定"
    r"[（(](?P<body>[^（()]+会議)(?P<verb>決定|に報告)[）)]"
)
_VERBS = {"決定": JPSTRAT.decidedBy, "に報告": JPSTRAT.reportedTo}
_SAYS = {"strategy", "dates"}
_TERM = r"(?P<name>第.期[^（）]+計画)（(?P<years>\d{4}～\d{4}年度)）"


def read_editions(reading: Reading) -> None:
    """Editions whose decision or report the slides date (`slides-editions.tsv`).

    Raises `ExtractionError` when there are not as many as rows, or one has no row.
    """
    rows = {row["printed"]: row for row in reading.lookups("slides-editions")}
    whole = reading.document.passage(0, len(reading.document.text))
    found = reading.matches(whole, _EDITION)
    reading.expect(whole, len(found), len(rows), "策定")
    for match in found:
        row = rows.get(name_of(match["name"].raw))
        if row is None:
            raise reading.unexpected(match["name"], match.text("name"), ", ".join(rows))
        _read_edition(reading, row, match)


def _read_edition(reading: Reading, row: Lookup, match: Found) -> None:
    """An edition that the slides alone describe or date says so in column `says`."""
    says = row["says"].split()
    if not set(says) <= _SAYS:
        raise row.error("says", " ".join(sorted(_SAYS)))
    described_here = "strategy" in says
    edition = reading.thing(row["edition"], JPSTRAT.StrategyEdition if described_here else None)
    edition.say(JPSTRAT.editionOf, NAMES.id(*row["strategy"].split("/")), match["name"])
    body = match["body"]
    decision = body.document.passage(body.start, match["verb"].end)
    edition.say(_VERBS[match.text("verb")], reading.named(body), decision)
    if "dates" in says:
        say_dates(edition, match["date"])


def read_terms(reading: Reading) -> None:
    """First and last day of the plans that print their fiscal years."""
    whole = reading.document.passage(0, len(reading.document.text))
    for match in reading.matches(whole, _TERM):
        years = match["years"]
        first, last = fiscal_years(*year_range(years.text))
        plan = reading.builders[reading.named(match["name"])]
        plan.say(JPSTRAT.startDate, day(first), years).say(JPSTRAT.endDate, day(last), years)
        plan.say(JPSTRAT.dateText, string(years.text), years)


def read_figures(reading: Reading) -> None:
    """Quantitative targets of `slides-figures.tsv`, numbered by owner."""
    for row in reading.lookups("slides-figures"):
        printed = reading.only(row, "printed")
        number = re.search(r"\d+", unicodedata.normalize("NFKC", printed.text))
        if number is None:
            raise row.error("printed", Both("数値", "a figure"))
        target = reading.thing(f"{row['owner']}/q{row['n']}", JPSTRAT.QuantitativeTarget)
        target.say(JPSTRAT.value, decimal(number[0]), printed)
        target.say(JPSTRAT.unit, NAMES.concept("unit", row["unit"]), printed)
        target.say(JPSTRAT.comparator, NAMES.concept("comparator", row["comparator"]), printed)
        target.say(JPSTRAT.valueText, string(printed.text), printed)
        reading.thing(row["owner"], None).say(JPSTRAT.hasTarget, target.iri, printed)
