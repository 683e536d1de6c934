"""Budget lines: printed amounts paired with programmes, and totals that must add up."""

from dataclasses import dataclass
from decimal import Decimal

from kg.extract.builder import RecordBuilder, decimal, integer, string
from kg.extract.curation import Lookup
from kg.extract.dates import year_of
from kg.extract.slides.reading import Found, Reading
from kg.namespaces import JPSTRAT, NAMES

YEN_PER_UNIT = 100_000_000
"""Amounts are printed in units of 100 million yen (億円)."""

_BUDGET = (
    r"(?P<fiscal_year>(?P<year>令和\d+|R\d+)年度)"
    r"(?P<stage>政府予算案|第?3次補正予算|予算額)[:：]?(?P<printed>(?P<amount>[\d,.]+)億円)"
)
_STAGES = {
    "政府予算案": "draft",
    "予算額": "initial",
    "第3次補正予算": "supplementary-3",
    "3次補正予算": "supplementary-3",
}


@dataclass(frozen=True)
class _Line:
    """A printed amount with the row that says to which programme it belongs."""

    row: Lookup
    match: Found

    @property
    def key(self) -> str:
        """`<programme>/b<n>`."""
        return self.row["line"]

    @property
    def amount(self) -> Decimal:
        """Amount in units of 100 million yen."""
        return Decimal(self.match.text("amount").replace(",", ""))


def read_budgets(reading: Reading) -> None:
    """Budget lines of `slides-budgets.tsv`, whose rows follow the printed order on each slide.

    Raises `ExtractionError` when the slides print other amounts than the rows expect, or when a
    printed total is not the sum of its parts.
    """
    lines = _pair(reading)
    by_key = {line.key: line for line in lines}
    for line in lines:
        record = _describe(reading, line)
        parts = [part for part in lines if part.row["total"] == line.key]
        if parts:
            _read_total(reading, record, line, parts)
        if line.row["total"] and line.row["total"] not in by_key:
            raise line.row.error("total", ", ".join(by_key))


def _pair(reading: Reading) -> list[_Line]:
    rows = reading.lookups("slides-budgets")
    lines = []
    for notation, slide in reading.slides.items():
        expected = [row for row in rows if row["slide"] == notation]
        found = reading.matches(slide.passage, _BUDGET)
        reading.expect(slide.passage, len(found), len(expected), "億円")
        lines += [_Line(row, match) for row, match in zip(expected, found, strict=True)]
    for line in lines:
        if line.match.text("printed") != line.row["printed"]:
            place = line.match["printed"]
            raise reading.unexpected(place, line.match.text("printed"), line.row["printed"])
    return lines


def _describe(reading: Reading, line: _Line) -> RecordBuilder:
    record = reading.thing(f"programme/{line.key}", JPSTRAT.BudgetLine)
    programme = reading.thing(f"programme/{line.key.partition('/')[0]}", None)
    match, printed = line.match, line.match["printed"]
    year = NAMES.period(year=year_of(match.text("year")), fiscal=True)
    stage = NAMES.concept("budget-stage", _STAGES[match.text("stage")])
    record.say(JPSTRAT.amount, decimal(match.text("amount")), printed)
    record.say(JPSTRAT.amountInYen, integer(int(line.amount * YEN_PER_UNIT)), printed)
    record.say(JPSTRAT.valueText, string(printed.text), printed)
    record.say(JPSTRAT.budgetYear, year, match["fiscal_year"])
    record.say(JPSTRAT.budgetStage, stage, match["stage"])
    programme.say(JPSTRAT.hasBudget, record.iri, printed)
    return record


def _read_total(reading: Reading, record: RecordBuilder, total: _Line, parts: list[_Line]) -> None:
    added = sum(part.amount for part in parts)
    place = total.match["printed"]
    if added != total.amount:
        raise reading.unexpected(place, place.text, f"{added}億円")
    for part in parts:
        iri = NAMES.id("programme", *part.key.split("/"))
        record.say(JPSTRAT.totals, iri, place)
