"""Measures and sub-measures: status, code, ministries, deadlines, reposts."""

import re
from collections import Counter
from itertools import count

from kg.errors import Both, ExtractionError
from kg.extract.ai_strategy.outline import Block
from kg.extract.ai_strategy.reading import Reading, aim_iri, measure_iri
from kg.extract.ai_strategy.tokens import STATUS, Kind
from kg.extract.ai_strategy.years import say_years
from kg.extract.builder import RecordBuilder, string
from kg.model import Passage
from kg.namespaces import JPSTRAT, NAMES

STATUS_KEYS = {"継続": "continued", "更新": "updated", "新規": "new", "再掲": "reposted"}
_REFERENCE = r"（((?:(?:II|III|IV|V)－[\d１-９])?（[\d１-９](?:[―－][AB])?）)参照）"
_PARTIES = r"【[^】]+】$"


def read_measures(reading: Reading) -> None:
    """All measures and sub-measures; counts are compared with `expected-counts.tsv`.

    Raises `ExtractionError` for a gap in a series of codes or an unexpected count.
    """
    blocks = reading.outline.of(Kind.MEASURE)
    _check_series(reading, blocks)
    for block in blocks:
        _read_measure(reading, block)
    parts: Counter[int] = Counter()
    for block in reading.outline.of(Kind.SUB_MEASURE):
        if block.parent is None:
            continue
        parts[id(block.parent)] += 1
        block.key = f"{block.parent.key}/s{parts[id(block.parent)]}"
        _read_sub_measure(reading, block, block.parent)


def _check_series(reading: Reading, blocks: list[Block]) -> None:
    numbers: dict[str, list[int]] = {}
    for block in blocks:
        series, _, number = block.key.removeprefix("measure/").rpartition("-")
        numbers.setdefault(f"{series}-{number[0]}", []).append(int(number))
    for series, found in numbers.items():
        expected = list(range(found[0], found[0] + len(found)))
        if found != expected or found[0] % 100 != 1:
            first = found[0] - found[0] % 100 + 1
            gap, after = next(p for p in zip(count(first), found, strict=False) if p[0] != p[1])
            last = next(b for b in blocks if b.key == f"measure/{series[:-2]}-{after:03d}")
            raise ExtractionError(
                document=reading.outline.document.slug,
                line=last.passages[0].line,
                found=Both(f"番号{series}の欠番", f"a gap in the codes {series}"),
                expected=f"{gap:03d}",
            )


def _read_measure(reading: Reading, block: Block) -> None:
    if block.code is None:
        raise ExtractionError(
            document=reading.outline.document.slug,
            line=block.passages[0].line,
            found=Both("番号のない取組", "a measure without a code"),
            expected=Both("ページの箇条の後の番号", "a code after the page's bullets"),
        )
    record = reading.element(measure_iri(block.key), JPSTRAT.Measure, block.section)
    record.say(JPSTRAT.code, string(block.code.text), block.code)
    tag = block.passages[0].search(STATUS)
    if tag is not None:
        status = NAMES.concept("measure-status", STATUS_KEYS[tag.text.strip("【】")])
        record.say(JPSTRAT.status, status, tag)
    if block.theme:
        reading.place(record, JPSTRAT.theme, block.theme)
    if block.aim:
        record.say(JPSTRAT.addresses, aim_iri(block.aim), reading.outline.marker(block.aim))
    if block.section.endswith("-covid"):
        heading = reading.outline.sections[block.section].heading
        situation = heading.part(1, len(heading.text) - 1)
        record.say(JPSTRAT.responseTo, NAMES.concept("response", "covid19"), situation)
    if block.parent is not None:
        _say_part(record, block.parent)
    _say_reference(reading, record, block)
    _say_action(reading, record, block)
    reading.add(record)


def _read_sub_measure(reading: Reading, block: Block, parent: Block) -> None:
    record = reading.element(measure_iri(block.key), JPSTRAT.SubMeasure, block.section)
    _say_part(record, parent)
    _say_action(reading, record, block)
    reading.add(record)


def _say_part(record: RecordBuilder, parent: Block) -> None:
    """Relate a part to its measure, whose bullet stands above it and whose code identifies it."""
    proof = () if parent.code is None else (parent.code,)
    record.say(JPSTRAT.partOf, measure_iri(parent.key), *proof)


def _say_reference(reading: Reading, record: RecordBuilder, block: Block) -> None:
    """The printed reference of a repost; a measure counts as one by its tag or by （再掲）.

    Which measure is the original is nowhere printed: that is for people to judge.
    """
    if "再掲" not in block.text:
        return
    mark = next(m for p in block.passages if (m := p.search("【再掲】|（再掲）")))
    found = [m for p in block.passages if (m := p.search(_REFERENCE, 1))]
    for reference in found:
        record.say(JPSTRAT.repostReference, string(reference.text), mark, reference)
    if not found:
        reading.warn(mark, "再掲の参照先が読み取れません", "a repost without a reference")


def _say_action(reading: Reading, record: RecordBuilder, block: Block) -> None:
    say_years(reading, record, block)
    bracket = block.passages[-1].search(_PARTIES)
    if bracket is not None and not re.fullmatch(STATUS, bracket.text):
        say_parties(reading, record, bracket)
    elif block.kind is Kind.MEASURE and not _has_parts(reading, block):
        reading.warn(
            block.passages[-1],
            "取組に担当の括弧がありません",
            "a measure without a bracket of ministries",
        )
    record.word(*(p for p in block.passages if p.text))


def _has_parts(reading: Reading, block: Block) -> bool:
    return any(b.parent is block for b in reading.outline.blocks)


def say_parties(reading: Reading, record: RecordBuilder, bracket: Passage) -> None:
    """Organisations and sectors of a bracket, proven by the bracket."""
    organisations, sectors = reading.parties(bracket)
    for organisation in organisations:
        record.say(JPSTRAT.responsibleOrganization, organisation, bracket)
    for sector in sectors:
        record.say(JPSTRAT.responsibleSector, sector, bracket)
