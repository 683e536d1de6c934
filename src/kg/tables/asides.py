"""Rows of a table that are about no measure: totals, headings, notes below the table."""

import re
from collections.abc import Mapping

from kg.errors import Both
from kg.tables.columns import Kind
from kg.tables.headers import Headers
from kg.tables.measure_columns import COLUMNS
from kg.tables.sheet import Cell, Form
from kg.tables.values import is_damaged, plain, read_code, repeats

REQUIRED = tuple(c.key for c in COLUMNS if c.required and c.kind is not Kind.CODE)
"""Keys of what each measure needs besides its code."""
_WHOLE = re.compile(
    r"(?:[合小総累]計|総合計|計)(?:\(?\d*[件行項目取組]*\)?)?|注|備考|出典|出所|資料"
    r"|(?:sub|grand)?totals?|sum|notes?|sources?",
    re.IGNORECASE,
)
"""What stands alone in a cell, without blanks, brackets and stops."""
_AROUND = re.compile(r"\s|^[【\[(〔]+|[】\])〕:.。、]+$")
_START = re.compile(
    r"[※*†‡]|\(?(?:注|備考|出典|出所|資料|notes?|sources?)\s*\d*\s*[:).、]", re.IGNORECASE
)
_CODE = re.compile(r"[IVX]+-\d+-\d+-\d+", re.IGNORECASE)
_LIKE_A_CODE = re.compile(r"[A-Za-z0-9.-]+")
NO_MEASURE = Both(
    "「{value}」の行には取組の番号がなく、取組の行ではないようです。",
    "The row {value!r} has no code and seems to be about no measure.",
)
DELETE = Both(
    "取組の行なら番号を書き、そうでなければこの行を消してください。"
    "残すなら、番号の欄を「記入例」で始めると読み飛ばされます。",
    "Write the code if it is about a measure, else delete the row. To keep it, let its code begin"
    " with: example. Then it is not read.",
)


def aside(cells: Mapping[int, Cell], headers: Headers) -> str | None:
    """What a row says that is a total, a heading or a note; None where it may be about a measure.

    That is its code, or where it has none the first of its cells.
    """
    code = next((n for n, column in headers.columns.items() if column.key == "code"), 0)
    filled = [code] if code in cells else sorted(n for n in cells if n in headers.columns)
    text = plain(cells[filled[0]].text) if filled else ""
    if not text or _CODE.search(read_code(text)):
        return None
    cell = cells.get(code)
    if cell is not None and _is_no_code(cell) and _says_little(cells, headers):
        return text
    said = _WHOLE.fullmatch(_AROUND.sub("", text)) or _START.match(text) or repeats(text)
    return text if said else None


def _is_no_code(cell: Cell) -> bool:
    sound = cell.form is Form.TEXT and not is_damaged(cell.text)
    return sound and not _LIKE_A_CODE.fullmatch(plain(cell.text))


def _says_little(cells: Mapping[int, Cell], headers: Headers) -> bool:
    """Whether a row has hardly anything that each measure must have."""
    there = {column.key for n, column in headers.columns.items() if n in cells}
    return len(there.intersection(REQUIRED)) < len(REQUIRED) / 2
