"""What is wrong with a cell, or was read as something else than it says."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rdflib import URIRef

from kg.entry import Place
from kg.errors import Both
from kg.namespaces import Names


class Level(StrEnum):
    """How bad it is; only a violation keeps the table from being written."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"


@dataclass(frozen=True)
class TableRule:
    """A rule about cells: its name in IRIs, how bad it is to break it, and what it says."""

    name: str
    level: Level
    text: Both

    def iri(self, names: Names) -> URIRef:
        """IRI in the pattern of the shapes."""
        return names.rule(self.name)


def _rule(name: str, level: Level, ja: str, en: str) -> TableRule:
    return TableRule(name, level, Both(ja, en))


CODE_MISSING = _rule(
    "TableCodeMissing",
    Level.VIOLATION,
    "表の各行には取組の番号が必要です。",
    "Each row of a table has the code of its measure.",
)
CODE_TWICE = _rule(
    "TableCodeTwice",
    Level.VIOLATION,
    "同じ番号は表の中で一度だけ使えます。",
    "A code stands in one row of a table only.",
)
CODE_NEW = _rule(
    "TableCodeNew",
    Level.WARNING,
    "ない番号の行は新しい取組になるので、必須の欄がすべて必要です。",
    "A row with a code that no measure has describes a new one, with all that is required.",
)
NAME_UNKNOWN = _rule(
    "TableNameUnknown",
    Level.VIOLATION,
    "セルの名前は、グラフにあるものを一つだけ指します。",
    "A name in a cell means exactly one thing of the graph.",
)
YEAR_UNKNOWN = _rule(
    "TableYearUnknown",
    Level.VIOLATION,
    "時期は「2022年度」又は「2022年」の形で書きます。",
    "A time is written as FY2022 (fiscal year) or CY2022 (calendar year).",
)
NUMBER_UNKNOWN = _rule(
    "TableNumberUnknown",
    Level.VIOLATION,
    "数の欄には数だけを書きます。",
    "A column of numbers holds numbers only.",
)
REPEATED = _rule(
    "TableRepeated",
    Level.VIOLATION,
    "セルには、上の値を繰り返す記号でなく、値を書きます。",
    "A cell holds a value, not a sign for the value above.",
)
FORMULA = _rule(
    "TableFormula",
    Level.VIOLATION,
    "セルには式でなく値を書きます。",
    "A cell holds a value, not a formula.",
)
DATE_FOR_NUMBER = _rule(
    "TableDateForText",
    Level.VIOLATION,
    "表計算ソフトの日付は使えません。文字列で書きます。",
    "Dates of the spreadsheet cannot be used; write them as text.",
)
ENCODING_BROKEN = _rule(
    "TableEncodingBroken",
    Level.VIOLATION,
    "文字化けした文字は使えません。",
    "Text must not hold characters that a wrong encoding has damaged.",
)
HEADER_UNKNOWN = _rule(
    "TableHeaderUnknown",
    Level.WARNING,
    "見出しのない列、知らない見出しの列は読みません。",
    "A column without a known header is not read.",
)
HEADER_MISSPELT = _rule(
    "TableHeaderMisspelt",
    Level.VIOLATION,
    "見出しはひな型のとおりに書きます。",
    "Headers are written as in the template.",
)
HEADER_TWICE = _rule(
    "TableHeaderTwice",
    Level.VIOLATION,
    "同じ見出しの列は一つだけです。",
    "There is one column for each header.",
)
COLUMN_HIDDEN = _rule(
    "TableColumnHidden",
    Level.WARNING,
    "非表示の列も読みます。",
    "Hidden columns are read, too.",
)
REASON_MISSING = _rule(
    "TableReasonMissing",
    Level.VIOLATION,
    "再掲の元を判断した理由が、日本語と英語で必要です。",
    "The original of a repost needs a reason, in Japanese and in English.",
)
POSITION_MISSING = _rule(
    "TablePositionMissing",
    Level.VIOLATION,
    "原文の位置には、開始位置、終了位置、原文の三つが必要です。",
    "Evidence needs its start, its end and the passage.",
)
EVIDENCE_OLD = _rule(
    "TableEvidenceOld",
    Level.WARNING,
    "値を変える取組の根拠箇所は、新しい値を裏づけるものにします。",
    "Evidence of what changes is to prove the new value.",
)
POSITION_WRONG = _rule(
    "TablePositionInDocument",
    Level.VIOLATION,
    "開始位置は終了位置より前にあり、終了位置は典拠文書の文字数を超えません。",
    "A passage starts before its end, and ends within its document.",
)
PASSAGE_ELSEWHERE = _rule(
    "TablePassageElsewhere",
    Level.VIOLATION,
    "原文は、示した位置にそのとおりに載っています。",
    "The passage stands at its position, word for word.",
)
READ_AS = _rule(
    "TableReadAs",
    Level.INFO,
    "書き方をそろえて読みました。",
    "Read in the usual form.",
)
SHEET_HIDDEN = _rule(
    "TableSheetHidden",
    Level.WARNING,
    "非表示のシートは読みません。",
    "A hidden sheet is not read.",
)
SHEET_SKIPPED = _rule(
    "TableSheetSkipped",
    Level.INFO,
    "見出しのないシートは読みません。",
    "A sheet without headers is not read.",
)

RULES = (
    *(CODE_MISSING, CODE_TWICE, CODE_NEW, NAME_UNKNOWN, YEAR_UNKNOWN, NUMBER_UNKNOWN),
    *(REPEATED, FORMULA, DATE_FOR_NUMBER, ENCODING_BROKEN, HEADER_UNKNOWN, HEADER_MISSPELT),
    *(HEADER_TWICE, COLUMN_HIDDEN),
    *(REASON_MISSING, POSITION_MISSING, POSITION_WRONG, PASSAGE_ELSEWHERE),
    *(EVIDENCE_OLD, READ_AS, SHEET_HIDDEN, SHEET_SKIPPED),
)
"""Every rule about tables."""


@dataclass(frozen=True)
class CellFinding:
    """One cell that breaks a rule, in words; `thing` is what its row is about.

    `title` names the thing or the row, `field` the column; `value` is what the cell says (None for
    a passage, which is never shown). `nearest` is what could stand there instead.
    """

    rule: TableRule
    place: Place
    thing: URIRef
    title: Both
    field: Both | None
    predicate: URIRef | None
    value: str | None
    problem: Both
    fix: Both
    allowed: Both | None = None
    nearest: Both | None = None

    @property
    def message(self) -> Mapping[str, str]:
        """The rule by language."""
        return {"ja": self.rule.text.ja, "en": self.rule.text.en}
