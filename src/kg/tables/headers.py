"""The row of headers of a sheet: which column says what."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from kg.lookup import folded
from kg.tables.columns import Column
from kg.tables.measure_columns import COLUMNS, headers
from kg.tables.sheet import SEARCHED, Cell, Sheet
from kg.tables.values import plain

_FEWEST = 2
_NEAR = 70
_MARKS = re.compile(
    r"^(?:[※*●○◎]|\(?\d{1,2}[.)])\s*"
    r"|\s*(?:[※*]\d*|【(?:必須|任意)】|[(\[](?:必須|任意|required|optional)[)\]])+$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Unknown:
    """A header that is none, and the known one that it resembles most."""

    column: int
    text: str
    nearest: Column | None


@dataclass(frozen=True)
class Headers:
    """What the columns of a sheet are: `columns` by number, those that stand twice, the others.

    `row` is the row that they were read from, `texts` what stands there.
    """

    row: int
    columns: Mapping[int, Column]
    texts: Mapping[int, str]
    twice: tuple[int, ...]
    unknown: tuple[Unknown, ...]


def find_headers(sheet: Sheet) -> Headers | None:
    """The headers of a sheet: the row with the most of them; None where there is no such row."""
    known = headers()
    rows = list(sheet.rows.items())[:SEARCHED]
    counted = [(len(_columns(cells, known)), -number) for number, cells in rows]
    best, row = max(counted, default=(0, 0))
    if best < _FEWEST:
        return None
    return _read(-row, sheet.rows[-row], known)


def is_headers(cells: Mapping[int, Cell], found: Headers) -> bool:
    """Whether a row repeats the headers, in whichever language."""
    known = headers()
    same = sum(_column(cell.text, known) == found.columns.get(n, 0) for n, cell in cells.items())
    return same >= _FEWEST and same * 2 > len(cells)


def nearest_header(texts: list[str]) -> str | None:
    """The header that one of `texts` resembles most."""
    names = [name for column in COLUMNS for name in column.name]
    found = [process.extractOne(text, names, scorer=fuzz.ratio, score_cutoff=50) for text in texts]
    best = max((each for each in found if each), key=lambda each: each[1], default=None)
    return best[0] if best else None


def _read(row: int, cells: Mapping[int, Cell], known: Mapping[str, Column]) -> Headers:
    columns: dict[int, Column] = {}
    twice: list[int] = []
    unknown: list[tuple[int, str]] = []
    for number, cell in cells.items():
        column = _column(cell.text, known)
        if column is None:
            unknown.append((number, plain(cell.text)))
        elif column in columns.values():
            twice.append(number)
        else:
            columns[number] = column
    texts = {number: " ".join(cell.text.split()) for number, cell in cells.items()}
    there = {column.key for column in columns.values()}
    others = tuple(Unknown(n, text, _nearest(text, known, there)) for n, text in unknown)
    return Headers(row, columns, texts, tuple(twice), others)


def _columns(cells: Mapping[int, Cell], known: Mapping[str, Column]) -> set[str]:
    found = (_column(cell.text, known) for cell in cells.values())
    return {column.key for column in found if column}


def _column(text: str, known: Mapping[str, Column]) -> Column | None:
    """The column of a header; one in both languages has a line break or a slash in it.

    Marks of what is required or numbered may stand around it.
    """
    text = _MARKS.sub("", plain(text))
    whole = known.get(folded(text))
    if whole is not None:
        return whole
    parts = text.replace("\n", "/").split("/")
    each = {known[folded(part)].key: known[folded(part)] for part in parts if folded(part) in known}
    return next(iter(each.values())) if len(each) == 1 else None


def _nearest(text: str, known: Mapping[str, Column], there: set[str]) -> Column | None:
    missing = [name for name, column in known.items() if column.key not in there]
    found = process.extractOne(folded(text), missing, scorer=fuzz.ratio, score_cutoff=_NEAR)
    return known[found[0]] if found else None
