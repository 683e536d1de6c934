"""Years printed in an aim or action: deadlines, starts, and those that are neither."""

import re
from dataclasses import dataclass

from rdflib import URIRef

from kg.extract.ai_strategy.outline import Block
from kg.extract.ai_strategy.reading import Reading
from kg.extract.builder import RecordBuilder, string
from kg.model import Passage
from kg.namespaces import JPSTRAT, NAMES

_MENTION = r"\d{4}年(?:\d+月|度)?～?|令和.{1,2}年度"
_YEAR = r"\d{4}年度?～?"
_PARENTHESIS = r"[（(][^（）()]*[）)]"


@dataclass(frozen=True)
class _Mention:
    passage: Passage
    in_parenthesis: bool


def period_of(year: Passage) -> URIRef:
    """Year period of a passage such as `2020年度` (fiscal) or `2020年` (calendar)."""
    return NAMES.period(year=int(year.text[:4]), fiscal="度" in year.text)


def say_years(reading: Reading, record: RecordBuilder, block: Block) -> None:
    """Deadlines and start periods of a block.

    A year in the innermost parentheses is a time of achievement, with ～ a start; years
    elsewhere need a row in `years.tsv` that says what they are, else there is a warning.
    """
    decided = {
        row["printed"]: row["meaning"]
        for row in reading.lookups("years")
        if row["owner"] == block.key
    }
    for mention in _mentions(block):
        text = mention.passage.text
        meaning = decided.get(text)
        if meaning is None and mention.in_parenthesis and re.fullmatch(_YEAR, text):
            meaning = "start" if text.endswith("～") else "deadline"
        if meaning == "deadline":
            period = period_of(mention.passage)
            record.say(JPSTRAT.deadline, period, mention.passage)
            record.say(JPSTRAT.deadlineText, string(text), mention.passage)
        elif meaning == "start":
            record.say(JPSTRAT.startPeriod, period_of(mention.passage), mention.passage)
            record.say(JPSTRAT.deadlineText, string(text), mention.passage)
        elif meaning is None:
            reading.warn(
                mention.passage,
                f"「{text}」が達成時期かどうか分かりません（years.tsvに行を加えてください）",
                f"cannot tell what the year {text!r} is (add a row to years.tsv)",
            )


def _mentions(block: Block) -> list[_Mention]:
    found = []
    for passage in block.passages:
        brackets = [(b.start, b.end) for b in passage.find_all(_PARENTHESIS)]
        for year in passage.find_all(_MENTION):
            inside = any(start <= year.start < end for start, end in brackets)
            found.append(_Mention(year, inside))
    return found
