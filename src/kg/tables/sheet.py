"""A table as it was sent: sheets of cells with their texts, before anything is understood."""

from dataclasses import dataclass, field
from enum import StrEnum

from kg.entry import LONGEST

CSV = "text/csv"
TSV = "text/tab-separated-values"
SEARCHED = 30
"""Rows in which the headers may stand."""
NOTES = "説明 Notes"
"""Name of the sheet of the template that explains the others."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Form(StrEnum):
    """What a cell holds; all but text and number need a word to whoever wrote it."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    FORMULA = "formula"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell as it stands; `serial` is the number behind a date.

    `merged` is the number of the row whose value it shares.
    """

    text: str
    form: Form = Form.TEXT
    serial: int | None = None
    merged: int | None = None


@dataclass(frozen=True, eq=False)
class Sheet:
    """Rows that are not empty, by the number that a spreadsheet shows; columns count from 1."""

    name: str | None
    rows: dict[int, dict[int, Cell]]
    hidden: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Table:
    """The sheets of a file that people see, and the encoding of its text (None: a workbook).

    `hidden` are the tops of sheets that people do not see.
    """

    file: str
    sheets: tuple[Sheet, ...]
    encoding: str | None = None
    hidden: tuple[Sheet, ...] = ()


@dataclass(frozen=True)
class TableLimits:
    """Bounds of what is read: bytes (packed and unpacked), elements of XML, rows and columns.

    `cells` is the area of a sheet from its first to its last cell; `text` the length of one cell.
    """

    body: int = 20 * 2**20
    unpacked: int = 200 * 2**20
    elements: int = 8_000_000
    parts: int = 1_000
    rows: int = 50_000
    columns: int = 200
    cells: int = 2_000_000
    text: int = LONGEST


DEFAULT_LIMITS = TableLimits()


def column_letters(column: int) -> str:
    """Letters of a column as spreadsheets show them: 1 is A, 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass
class Rows:
    """Rows in the making: keeps the cells that hold something."""

    kept: dict[int, dict[int, Cell]] = field(default_factory=dict)

    def put(self, row: int, column: int, cell: Cell) -> None:
        """Keep a cell unless it is empty."""
        if cell.text.strip():
            self.kept.setdefault(row, {})[column] = cell
