"""Rows of a table that are about no measure: totals, ditto marks, notes below the table."""

import re
from collections.abc import Mapping

from kg.errors import Both
from kg.tables.headers import Headers
from kg.tables.sheet import Cell
from kg.tables.values import plain

_WHOLE = re.compile(
    r"[合小総累]計|総合計|計|[〃々\"]|同上|同|注|備考|出典|出所|資料"
    r"|(?:sub|grand )?total|sum|ditto|notes?|sources?",
    re.IGNORECASE,
)
_START = re.compile(
    r"[※*†‡]|\(?(?:注|備考|出典|出所|資料|notes?|sources?)\s*\d*\s*[:).、]", re.IGNORECASE
)
_CODE = re.compile(r"[IVX]+-\d", re.IGNORECASE)
NO_MEASURE = Both(
    "「{value}」の行には取組の番号がなく、取組の行ではないようです。",
    "The row {value!r} has no code and seems to be about no measure.",
)
DELETE = Both(
    "この行を消してください。残すなら、番号の欄を「記入例」で始めると読み飛ばされます。",
    "Delete the row. To keep it, let its code begin with: example. Then it is not read.",
)


def aside(cells: Mapping[int, Cell], headers: Headers) -> str | None:
    """What a row says that is a total, a ditto or a note; None where it may be about a measure.

    That is its code, or where it has none the first of its cells.
    """
    code = next((n for n, column in headers.columns.items() if column.key == "code"), 0)
    filled = [code] if code in cells else sorted(n for n in cells if n in headers.columns)
    text = plain(cells[filled[0]].text) if filled else ""
    said = _WHOLE.fullmatch(text) or _START.match(text)
    return text if said and not _CODE.search(text) else None
