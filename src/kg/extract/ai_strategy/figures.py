"""Figures: quantitative targets of aims and actions, and values that the follow-up reports."""

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import dropwhile, takewhile

from rdflib import URIRef
from rdflib.namespace import XSD
from rdflib.term import Literal

from kg.errors import Both
from kg.extract.ai_strategy.outline import Block, plain
from kg.extract.ai_strategy.reading import Reading, aim_iri, measure_iri, research_iri
from kg.extract.ai_strategy.tokens import Kind, Token, tokens
from kg.extract.ai_strategy.years import period_of
from kg.extract.builder import RecordBuilder, decimal, string
from kg.extract.curation import PRINTED, Lookup, number
from kg.extract.dates import say_dates
from kg.model import Passage
from kg.namespaces import JPSTRAT, NAMES

UNITS = {
    "人": "person",
    "名": "person",
    "%": "percent",
    "講座": "course",
    "箇所": "site",
    "倍": "fold",
    "機関": "institution",
    "地区": "district",
    "グループ": "group",
    "自治体": "municipality",
    "USドル": "usd-per-hour",
}
_UNIT = "|".join(UNITS)
_FIGURE = re.compile(rf"(約)?\D*?([\d,.]+)(万)?の?({_UNIT})")
_RATIO = re.compile(r"(\d)校に(\d)人")
_CANDIDATE = r"約?[\d１-９][\d,.]*万?(?:人|名|％|%|講座|箇所|倍|校に)"
_TEN_THOUSAND = 10_000


@dataclass(frozen=True)
class Figure:
    """A printed figure: number, unit key, comparator key, and whether it counts per year."""

    value: Literal
    unit: str
    comparator: str
    per_year: bool


def parse_figure(printed: str, footnote: str = "") -> Figure:
    """Read a printed figure such as 約25万人卒/年; `footnote` is a number glued to it.

    Raises `ValueError` when no figure can be read.
    """
    text = plain(without_footnote(printed, footnote))
    at_least = "以上" in text
    per_year = "/年" in text or "年率" in text
    ratio = _RATIO.search(text)
    if ratio:
        value = Literal(Decimal(ratio[2]) / Decimal(ratio[1]), datatype=XSD.decimal)
        return Figure(value, "person-per-school", "at-least" if at_least else "exactly", per_year)
    found = _FIGURE.search(text)
    if found is None:
        msg = f"no figure in {printed!r}"
        raise ValueError(msg)
    digits = found[2].replace(",", "")
    value = decimal(str(int(digits) * _TEN_THOUSAND) if found[3] else digits)
    comparator = "about" if found[1] else "at-least" if at_least else "exactly"
    return Figure(value, UNITS[found[4]], comparator, per_year)


def without_footnote(printed: str, footnote: str) -> str:
    """A printed figure without the number of a footnote that the text layer glued to it."""
    return re.sub(rf"(?<=\D){footnote}(?=卒|/|$)", "", printed) if footnote else printed


def read_figures(reading: Reading) -> None:
    """Quantitative targets by `figures.tsv`; a figure without a row there is a warning."""
    blocks = {b.key: b for b in reading.outline.blocks}
    rows = reading.lookups("figures")
    targets: dict[str, list[Passage]] = {}
    explained: dict[str, list[tuple[int, int]]] = {}
    for row in rows:
        block = blocks.get(row["owner"])
        passage = _find(block, row["printed"]) if block is not None else None
        if block is None or passage is None:
            raise row.error("printed", PRINTED)
        explained.setdefault(block.key, []).append((passage.start, passage.end))
        if row["kind"] == "target":
            printed = targets.setdefault(block.key, [])
            printed.append(passage)
            _read_target(reading, row, printed)
    for block in blocks.values():
        _warn_unexplained(reading, block, explained.get(block.key, []))


def _find(block: Block, printed: str) -> Passage | None:
    return next((m for p in block.passages if (m := p.search(re.escape(printed)))), None)


def _warn_unexplained(reading: Reading, block: Block, explained: list[tuple[int, int]]) -> None:
    for passage in block.passages:
        for figure in passage.find_all(_CANDIDATE):
            if not any(start <= figure.start < end for start, end in explained):
                reading.warn(
                    figure,
                    f"数値「{figure.text}」の扱いが決まっていません（figures.tsvに行を加えてください）",
                    f"nothing says what the figure {figure.text!r} is (add a row to figures.tsv)",
                )


def owner_iri(key: str) -> URIRef:
    """IRI of the thing that a figure belongs to, from its key in the outline."""
    kinds = {"measure": measure_iri, "research": research_iri}
    return kinds.get(key.partition("/")[0], aim_iri)(key)


def _read_target(reading: Reading, row: Lookup, printed: list[Passage]) -> None:
    """Read the last of the figures printed so far for the row's owner."""
    owner, passage = owner_iri(row["owner"]), printed[-1]
    iri = URIRef(f"{owner}/q{len(printed)}")
    record = say_figure(reading, iri, JPSTRAT.QuantitativeTarget, row, passage)
    if row["part_of"]:
        whole = printed[number(row, "part_of") - 1]
        both = passage.document.passage(whole.start, passage.end)
        record.say(JPSTRAT.partOf, URIRef(f"{owner}/q{row['part_of']}"), both)
    year = passage.search(r"\d{4}年度?")
    if year is not None:
        record.say(JPSTRAT.targetPeriod, period_of(year), year)
    reading.add(record)
    reading.add(reading.builder(owner, None).say(JPSTRAT.hasTarget, iri, passage))


def say_figure(
    reading: Reading, iri: URIRef, type_: URIRef, row: Lookup, passage: Passage
) -> RecordBuilder:
    """A record with the value, unit and comparator of a printed figure."""
    try:
        figure = parse_figure(passage.text, row["footnote"])
    except ValueError as error:
        raise row.error(
            "printed", Both("単位の分かる数値", "a figure with a known unit")
        ) from error
    proof = [passage]
    if row["footnote"]:
        proof += _footnote(reading, row["footnote"])
    record = reading.builder(iri, type_)
    record.say(JPSTRAT.value, figure.value, *proof)
    record.say(JPSTRAT.unit, NAMES.concept("unit", figure.unit), passage)
    record.say(JPSTRAT.comparator, NAMES.concept("comparator", figure.comparator), passage)
    record.say(JPSTRAT.valueText, string(without_footnote(passage.text, row["footnote"])), passage)
    if figure.per_year:
        record.say(JPSTRAT.perPeriod, NAMES.concept("per-period", "year"), passage)
    return record


def _footnote(reading: Reading, mark: str) -> list[Passage]:
    """The lines of a footnote: it explains where a target figure comes from."""
    document = reading.outline.document
    from_here = dropwhile(lambda t: not _begins(t, mark), tokens(document))
    first = next(from_here, None)
    if first is None:
        return []
    rest = takewhile(lambda t: t.kind is Kind.FOOTNOTE and not _begins(t, r"\d+"), from_here)
    last = [first, *rest][-1]
    return [document.passage(first.passage.start, last.passage.end)]


def _begins(token: Token, mark: str) -> bool:
    return token.kind is Kind.FOOTNOTE and bool(re.match(rf"{mark} \S", token.passage.raw))


def read_observations(reading: Reading) -> None:
    """Values that the document reports as reached or measured, by `observations.tsv`."""
    document = reading.outline.document
    counts: dict[str, int] = {}
    for row in reading.lookups("observations"):
        context = document.passage(0, len(document.text)).search(row["context"])
        passage = context.search(re.escape(row["printed"])) if context is not None else None
        if context is None or passage is None:
            raise row.error("context", PRINTED)
        counts[row["owner"]] = counts.get(row["owner"], 0) + 1
        owner = NAMES.id(*row["owner"].split("/"))
        iri = URIRef(f"{owner}/o{counts[row['owner']]}")
        record = say_figure(reading, iri, JPSTRAT.ObservedValue, row, passage)
        date = context.search(r"\d{4}年\d{1,2}月\d{1,2}日(?=現在)")
        if date is not None:
            say_dates(record, date)
        if row["period"]:
            record.say(JPSTRAT.referencePeriod, NAMES.id("period", row["period"]), context)
        reading.add(record)
        reading.add(reading.builder(owner, None).say(JPSTRAT.hasObservedValue, iri, passage))
