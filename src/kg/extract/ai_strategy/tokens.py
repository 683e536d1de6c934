"""Lines of the AI strategy told apart by what they print: headings, bullets, codes, notes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from kg.model import Passage, SourceText


class Kind(Enum):
    """What a line of the document is."""

    CHAPTER = auto()
    PART = auto()
    SECTION = auto()
    COVID = auto()
    APPENDIX = auto()
    BIG_GOAL = auto()
    TARGET = auto()
    FOLLOW_UP = auto()
    MEASURES = auto()
    HEADING = auto()
    STRATEGY_GOAL = auto()
    MEASURE = auto()
    SUB_MEASURE = auto()
    CLAUSE = auto()
    CODE = auto()
    BRACKETED = auto()
    FOOTNOTE = auto()
    PAGE = auto()
    GAP = auto()
    TEXT = auto()


STATUS = r"【(?:継続|更新|新規|再掲)】"
CODE = r"(?:II|III|IV|V)-\d-20-\d{3}"

_PATTERNS: tuple[tuple[Kind, str], ...] = (
    (Kind.CODE, rf"{CODE}$"),
    (Kind.MEASURE, rf"[\uf09f\uf0d8]{STATUS}"),
    (Kind.SUB_MEASURE, "\uf0d8"),
    (Kind.CLAUSE, "\uf09e"),
    (Kind.PART, r"(?:Ⅱ|Ⅲ)－\d\D"),
    (Kind.CHAPTER, r"(?:Ⅰ|Ⅱ|Ⅲ|Ⅳ|Ⅴ)．|はじめに$"),
    (Kind.APPENDIX, r"（別表\d）|（別紙）|（取組）の【】中"),
    (Kind.COVID, r"（新型コロナウイルス対応）$"),
    (Kind.BIG_GOAL, r"＜(?:大)?目標＞$"),
    (Kind.HEADING, r"＜具体目標と取組＞$|^図ＡＩ研究開発"),
    (Kind.TARGET, r"＜具体目標[\d１-９]?＞$"),
    (Kind.FOLLOW_UP, r"＜「『ＡＩ戦略2019』フォローアップ"),
    (Kind.MEASURES, r"[（(]取組[）)]$"),
    (Kind.STRATEGY_GOAL, r"戦略目標[１-９]$"),
    (Kind.BRACKETED, r"【[^】]+】$"),
    (Kind.PAGE, r"\d{1,2}$"),
    (Kind.FOOTNOTE, r"https?://"),
)
_SECTION = re.compile(r"（(?:[１-９](?:―[AB])?|[Ａ-Ｆ])）(?!参照)")
_FOOTNOTE = re.compile(r"\d{1,2} \S")
_SECTION_HEADING_LIMIT = 40
"""A section heading is a line of its own; no heading has more characters."""


@dataclass(frozen=True)
class Token:
    """One line with its kind."""

    kind: Kind
    passage: Passage

    @property
    def text(self) -> str:
        """The line without white space."""
        return self.passage.text


def _kind_of(line: Passage) -> Kind | None:
    if not line.text:
        return Kind.GAP if line.raw else None
    for kind, pattern in _PATTERNS:
        if re.match(pattern, line.text):
            return kind
    if _SECTION.match(line.text) and len(line.text) <= _SECTION_HEADING_LIMIT:
        return Kind.SECTION
    if _FOOTNOTE.match(line.raw):
        return Kind.FOOTNOTE
    return Kind.TEXT


def tokens(document: SourceText) -> Iterator[Token]:
    """Every line that holds something, in order; footnotes swallow their continuation lines."""
    in_footnote = False
    for line in document.lines():
        kind = _kind_of(line)
        in_footnote = kind is Kind.FOOTNOTE or (
            in_footnote and kind is Kind.TEXT and not line.raw.startswith(" ")
        )
        if kind is not None:
            yield Token(Kind.FOOTNOTE if in_footnote else kind, line)
