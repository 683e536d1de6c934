"""The printed tallies of how many items of a field progressed as planned in fiscal 2019."""

import re

from kg.errors import Both, ExtractionError
from kg.extract.ai_strategy.outline import plain
from kg.extract.ai_strategy.reading import Reading, section_iri
from kg.extract.builder import integer
from kg.model import Passage
from kg.namespaces import JPSTRAT, NAMES

_FIELDS = {
    JPSTRAT.totalItems: r"全関連施策項目数：(\d+)項目",
    JPSTRAT.itemsWithProgress: r"取組の進められた項目数：(\d+)項目",
    JPSTRAT.itemsDue: r"取組期限とした項目数：(\d+)項目",
    JPSTRAT.itemsOnSchedule: r"計画通りに進捗した項目数：(\d+)項目",
}
_BLOCK = r"「[^」]{2,30}」関連の個別施策の進捗状況：.+?計画通りに進捗した項目数：\d+項目"
_YEAR = r"(\d{4})年度内を取組期限"


def read_progress(reading: Reading) -> None:
    """Progress blocks by `progress.tsv`; printings of the same block must agree.

    Raises `ExtractionError`.
    """
    document = reading.outline.document
    printed: dict[str, list[Passage]] = {}
    for block in document.passage(0, len(document.text)).find_all(_BLOCK):
        printed.setdefault(plain(block.text).partition("」")[0].strip("「"), []).append(block)
    rows = {row["printed"]: row for row in reading.lookups("progress")}
    if printed.keys() != rows.keys():
        raise _fail(reading, next(iter(printed.values()))[0], sorted(printed), sorted(rows))
    for name, blocks in printed.items():
        _read_block(reading, rows[name]["key"], rows[name]["sections"].split(), blocks)


def _fail(reading: Reading, block: Passage, found: object, expected: object) -> ExtractionError:
    return ExtractionError(
        document=reading.outline.document.slug, line=block.line, found=found, expected=expected
    )


def _read_block(reading: Reading, key: str, sections: list[str], blocks: list[Passage]) -> None:
    iri = NAMES.id("progress", "ai2019-fu2020", key)
    record = reading.builder(iri, JPSTRAT.ProgressBlock).say(JPSTRAT.edition, reading.edition)
    for property_, pattern in _FIELDS.items():
        found = [b.search(pattern, 1) for b in blocks]
        figures = {f.text for f in found if f is not None}
        if len(figures) != 1 or None in found:
            raise _fail(
                reading,
                blocks[0],
                sorted(figures),
                Both("どの掲載でも同じ数値", "the same figure in each printing"),
            )
        record.say(property_, integer(int(figures.pop())), *(f for f in found if f))
    for section in sections:
        record.say(JPSTRAT.coversSection, section_iri(section), blocks[0].part(0, 30))
    year = re.search(_YEAR, blocks[0].text)
    if year:
        period = NAMES.period(year=int(year[1]), fiscal=True)
        record.say(JPSTRAT.referencePeriod, period, blocks[0])
    reading.add(record)
    edition = reading.builder(reading.edition, None)
    reading.add(edition.say(JPSTRAT.hasProgress, iri, blocks[0]))
