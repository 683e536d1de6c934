"""The appended tables: AI Core research items and efforts (1), AI for cyber security (2)."""

import re
from dataclasses import dataclass
from itertools import pairwise

from kg.errors import Both, ExtractionError
from kg.extract.ai_strategy.measures import say_parties
from kg.extract.ai_strategy.outline import Block
from kg.extract.ai_strategy.reading import Reading, research_iri
from kg.extract.ai_strategy.tokens import Kind
from kg.extract.ai_strategy.years import period_of
from kg.extract.builder import RecordBuilder, string
from kg.extract.curation import PRINTED, Lookup
from kg.model import Passage
from kg.namespaces import JPSTRAT, NAMES

_TIME = r"\d{4}年度(?:着手)?|量子戦略で検討"
_ROW_END = rf"((?:{_TIME})+)(【[^】]+】)"
_AREA = r"(?<!\d-){}\.(?:AICore–[A-Za-z]+|[^A-Z]{{5}}AI)"
"""How a row of table 1 begins that prints a research area; `{}` is its number."""
_SAME_GROUP = "+"
_PHASES = {"予防": "prevention", "検知": "detection", "対処": "response"}
_TABLE_2_ROW = r"(?:(予防|検知|対処)のためのAI)?(.+?)(\d{4}年度)(【[^】]+】|\([^)]+\))"
_TABLE_2_HEAD = "今後の研究開発・実証重点項目個別項目達成時期担当"


def read_table_1(reading: Reading) -> None:
    """Items and efforts of table 1, whose cells `table1.tsv` tells apart by their first words.

    A row's dates belong to its efforts in order; one date belongs to all of them. Raises
    `ExtractionError` for another number of dates, `CurationError` for words not found.
    """
    table = reading.outline.section("t1").content
    rows = reading.lookups("table1")
    starts = [_locate(table, row, "item_anchor", row["item_anchor"]) for row in rows]
    for row, (start, end) in zip(rows, pairwise([*starts, len(table.text)]), strict=True):
        printed_area = table.search(_AREA.format(re.escape(row["area"])))
        if printed_area is None:
            raise row.error("area", PRINTED)
        _read_item(reading, row, table.part(start, end), printed_area)


def _locate(passage: Passage, row: Lookup, field: str, anchor: str) -> int:
    position = passage.text.find(anchor)
    if position < 0:
        raise row.error(field, PRINTED)
    return position


def _read_item(reading: Reading, row: Lookup, cells: Passage, printed_area: Passage) -> None:
    anchors = row["effort_anchors"].split("|")
    cuts = [_locate(cells, row, "effort_anchors", anchor.lstrip(_SAME_GROUP)) for anchor in anchors]
    key = f"research/t1/{row['area']}/{row['item']}"
    item = reading.element(research_iri(key), JPSTRAT.ResearchItem, "t1")
    area = NAMES.concept("ai-core-area", row["area"])
    name = cells.part(0, cuts[0])
    reading.add(item.say(JPSTRAT.researchArea, area, printed_area).word(name))
    number = 0
    groups = [i for i, anchor in enumerate(anchors) if not anchor.startswith(_SAME_GROUP)]
    for first, last in pairwise([*groups, len(anchors)]):
        end = cuts[last] if last < len(cuts) else len(cells.text)
        group = cells.part(cuts[first], end)
        splits = [cut - cuts[first] for cut in cuts[first + 1 : last]]
        number = _read_group(reading, _Item(key, cells), group, splits, number)


@dataclass(frozen=True)
class _Item:
    """An item of table 1: its key in the outline and all cells of its rows."""

    key: str
    cells: Passage


def _read_group(
    reading: Reading, item: _Item, group: Passage, splits: list[int], number: int
) -> int:
    ending = re.search(_ROW_END, group.text)
    if ending is None:
        raise _fail(
            reading,
            group,
            Both("達成時期と担当のない行", "no date and ministry"),
            Both("行の後に達成時期と担当", "a date and a bracket after the row"),
        )
    text = group.part(0, ending.start())
    lead, efforts = _efforts(text, splits)
    times = group.part(*ending.span(1)).find_all(_TIME)
    owner = group.part(*ending.span(2))
    row = group.document.passage(item.cells.start, owner.end)
    if len(times) not in (1, len(efforts)):
        raise _fail(
            reading,
            group,
            Both(f"達成時期{len(times)}件", f"{len(times)} dates"),
            Both(f"1件又は{len(efforts)}件", f"1 or {len(efforts)} dates"),
        )
    for position, effort in enumerate(efforts):
        number += 1
        time = times[position if len(times) > 1 else 0]
        key = f"{item.key}/e{number}"
        record = reading.element(research_iri(key), JPSTRAT.ResearchEffort, "t1")
        record.say(JPSTRAT.partOf, research_iri(item.key), row).word(*lead, effort)
        _say_time(record, time)
        say_parties(reading, record, owner)
        reading.add(record)
        block = Block(Kind.TEXT, "t1", key=key, passages=[*lead, effort])
        reading.outline.blocks.append(block)
    return number


def _fail(
    reading: Reading, passage: Passage, found: str | Both, expected: str | Both
) -> ExtractionError:
    slug = reading.outline.document.slug
    return ExtractionError(document=slug, line=passage.line, found=found, expected=expected)


def _efforts(text: Passage, splits: list[int]) -> tuple[list[Passage], list[Passage]]:
    """Lead-in (if any) and efforts of a row: one for each line that begins with a bullet."""
    bullets = [
        line.start for line in text.document.lines(text.start, text.end) if "・" in line.raw[:1]
    ]
    if bullets:
        document = text.document
        lead = [document.passage(text.start, bullets[0])] if bullets[0] > text.start else []
        return lead, [document.passage(a, b) for a, b in pairwise([*bullets, text.end])]
    return [], [text.part(a, b) for a, b in pairwise([0, *splits, len(text.text)])]


def _say_time(record: RecordBuilder, time: Passage) -> None:
    if not time.text[0].isdigit():
        record.say(JPSTRAT.deferredTo, NAMES.id("strategy", "quantum-innovation"), time)
    elif time.text.endswith("着手"):
        record.say(JPSTRAT.startPeriod, period_of(time), time)
    else:
        record.say(JPSTRAT.deadline, period_of(time), time)
    record.say(JPSTRAT.deadlineText, string(time.text), time)


def read_table_2(reading: Reading) -> None:
    """Rows of table 2 with their phase of cyber defence; raises `ExtractionError`."""
    table = reading.outline.section("t2").content
    start = table.text.index(_TABLE_2_HEAD) + len(_TABLE_2_HEAD)
    phase: Passage | None = None
    for number, row in enumerate(re.finditer(_TABLE_2_ROW, table.text[start:]), start=1):
        spans = {g: (start + row.start(g), start + row.end(g)) for g in range(1, 5)}
        if row[1]:
            phase = table.part(*spans[1])
        if phase is None:
            raise _fail(
                reading, table, Both("段階の前の行", "a row before any phase"), "予防, 検知, 対処"
            )
        key = f"research/t2/{number}"
        record = reading.element(research_iri(key), JPSTRAT.ResearchItem, "t2")
        record.say(JPSTRAT.cyberPhase, NAMES.concept("cyber-phase", _PHASES[phase.text]), phase)
        _say_time(record, table.part(*spans[3]))
        say_parties(reading, record, table.part(*spans[4]))
        reading.add(record.word(table.part(*spans[2])))
