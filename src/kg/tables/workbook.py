"""XLSX: a package that is looked through before anything of it is unpacked → a table."""

import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from io import BytesIO
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile, ZipInfo

from defusedxml import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell as BookCell
from openpyxl.utils.datetime import WINDOWS_EPOCH
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from kg.errors import Both, TableRefused, TableTooLarge, TableUnreadable
from kg.tables.sheet import SEARCHED, XLSX, Cell, Form, Rows, Sheet, Table, TableLimits

_CHUNK = 2**16
_LEAP_DAY_OF_1900 = 60
_OLE = bytes.fromhex("d0cf11e0")
_BROKEN = (
    *(BadZipFile, zlib.error, InvalidFileException, ParseError, EOFError, NotImplementedError),
    *(AttributeError, LookupError, OverflowError, TypeError, ValueError, RuntimeError, OSError),
)
"""What comes out of the libraries where a package is not as they expect.

openpyxl checks little by itself: a byte changed anywhere ends in any of these, down to a
NotImplementedError of zipfile for a way of packing that it does not know (test_tables_hostile).
"""
_BYTES, _ELEMENTS, _PARTS, _ROWS, _COLUMNS, _CELLS, _CHARACTERS = (
    Both("バイト", "bytes unpacked"),
    Both("要素", "XML elements"),
    Both("部品", "parts"),
    Both("行", "rows"),
    Both("列", "columns"),
    Both("セル", "cells"),
    Both("文字", "characters in a cell"),
)


def read_workbook(body: bytes, file: str, limits: TableLimits) -> Table:
    """Read the sheets, of hidden ones the top.

    Raises `TableUnreadable`, `TableRefused`, `TableTooLarge`.
    """
    if body.startswith(_OLE):
        raise TableUnreadable(file=file, media=XLSX, detail=_OLD)
    with _translated(file):
        _look_through(body, file, limits)
        with warnings.catch_warnings():
            # Styles and extensions that the library leaves out are nothing that a table says.
            warnings.simplefilter("ignore", UserWarning)
            book = load_workbook(BytesIO(body), keep_links=False)
        if not book.worksheets:
            raise TableUnreadable(file=file, media=XLSX, detail=_DAMAGED)
        seen = [s for s in book.worksheets if s.sheet_state == Worksheet.SHEETSTATE_VISIBLE]
        hidden = [sheet for sheet in book.worksheets if sheet not in seen]
        sheets = tuple(_sheet(sheet, file, limits) for sheet in seen)
        return Table(file, sheets, hidden=tuple(_top(sheet, limits) for sheet in hidden))


_OLD = Both(
    "パスワード付きか古い形式（.xls）です。パスワードなしの.xlsxで保存し直してください。",
    "It has a password or is of the old kind (.xls). Save it as .xlsx without a password.",
)
_DAMAGED = Both(
    "XLSXとして壊れています。表計算ソフトで開いて保存し直してください。",
    "It is damaged or no XLSX. Open it in a spreadsheet and save it again.",
)
_ENTITIES = Both("XMLの実体宣言（DTD）", "XML entities (a DTD)")
_NO_ENTITIES = Both(
    "表計算ソフトはこれを書きません。保存し直してください。",
    "No spreadsheet writes these. Save the table again.",
)
_LINKS = Both("他のブックへのリンク", "links to other workbooks")
_NO_LINKS = Both("リンクを値に置き換えてください。", "Replace them by their values.")


@contextmanager
def _translated(file: str) -> Iterator[None]:
    try:
        yield
    except DefusedXmlException as error:
        raise TableRefused(file=file, feature=_ENTITIES, reason=_NO_ENTITIES) from error
    except _BROKEN as error:
        raise TableUnreadable(file=file, media=XLSX, detail=_DAMAGED) from error


def _look_through(body: bytes, file: str, limits: TableLimits) -> None:
    """Refuse what is larger than it looks or points elsewhere, unpacking a piece at a time."""
    with ZipFile(BytesIO(body)) as package:
        parts = package.infolist()
        declared = sum(part.file_size for part in parts)
        _bound(len(parts), limits.parts, _PARTS, file)
        _bound(declared, limits.unpacked, _BYTES, file)
        if any(part.filename.startswith("xl/externalLinks/") for part in parts):
            raise TableRefused(file=file, feature=_LINKS, reason=_NO_LINKS)
        unpacked = elements = 0
        for part in parts:
            for piece in _pieces(package, part):
                unpacked += len(piece)
                _bound(unpacked, limits.unpacked, _BYTES, file)
                if part.filename.endswith((".xml", ".rels")):
                    elements += piece.count(b"<")
                    _bound(elements, limits.elements, _ELEMENTS, file)
                    if b"<!" in piece and (b"<!DOCTYPE" in piece or b"<!ENTITY" in piece):
                        raise TableRefused(file=file, feature=_ENTITIES, reason=_NO_ENTITIES)


def _pieces(package: ZipFile, part: ZipInfo) -> Iterator[bytes]:
    with package.open(part) as stream:
        while piece := stream.read(_CHUNK):
            yield piece


def _bound(found: int, limit: int, unit: Both, file: str) -> None:
    if found > limit:
        raise TableTooLarge(file=file, found=f"{found:,}", limit=f"{limit:,}", unit=unit)


def _sheet(sheet: Worksheet, file: str, limits: TableLimits) -> Sheet:
    _bound(sheet.max_row, limits.rows, _ROWS, file)
    _bound(sheet.max_column, limits.columns, _COLUMNS, file)
    # The library makes a cell for each place of this area.
    _bound(sheet.max_row * sheet.max_column, limits.cells, _CELLS, file)
    rows = Rows()
    for cells in sheet.iter_rows():
        for cell in cells:
            if cell.value is not None and isinstance(cell, BookCell):
                read = _cell(cell)
                _bound(len(read.text), limits.text, _CHARACTERS, file)
                rows.put(cell.row, cell.column, read)
    _spread(sheet, rows, limits)
    return Sheet(sheet.title, dict(sorted(rows.kept.items())), _hidden(sheet, limits))


def _top(sheet: Worksheet, limits: TableLimits) -> Sheet:
    """The rows of a sheet that may hold headers: nothing else is asked of a hidden one."""
    rows = Rows()
    for cells in sheet.iter_rows(max_row=SEARCHED, max_col=min(sheet.max_column, limits.columns)):
        for cell in cells:
            if cell.value is not None and isinstance(cell, BookCell):
                rows.put(cell.row, cell.column, _cell(cell))
    return Sheet(sheet.title, rows.kept)


def _cell(cell: BookCell) -> Cell:
    value = cell.value
    if cell.data_type == "f":
        text = value if isinstance(value, str) else getattr(value, "text", None)
        return Cell(str(text or "="), Form.FORMULA)
    if cell.data_type == "e":
        return Cell(str(value), Form.ERROR)
    if isinstance(value, datetime | date | time):
        serial = 0 if isinstance(value, time) else _serial(value)
        return Cell(value.isoformat().removesuffix("T00:00:00"), Form.DATE, serial)
    if isinstance(value, bool):
        return Cell(str(value).lower())
    if isinstance(value, int | float):
        return Cell(_number(value, str(cell.number_format)), Form.NUMBER)
    return Cell(str(value))


def _serial(day: date) -> int:
    """The number that a spreadsheet keeps for a day; before March 1900 it counts one day less."""
    count = day.toordinal() - WINDOWS_EPOCH.toordinal()
    return count if count > _LEAP_DAY_OF_1900 else count - 1


def _number(value: float, form: str) -> str:
    """A number as people see it: 1.2 in a cell for percentages is 120 %."""
    if form.endswith("%"):
        return f"{value * 100:.10g}%"
    return str(int(value)) if float(value).is_integer() else repr(value)


def _spread(sheet: Worksheet, rows: Rows, limits: TableLimits) -> None:
    """Give the value of merged cells to every row that they span."""
    for merged in sheet.merged_cells.ranges:
        top, column = merged.min_row, merged.min_col
        cell = rows.kept.get(top, {}).get(column)
        if cell is not None:
            for row in range(top + 1, min(merged.max_row, limits.rows) + 1):
                rows.put(row, column, Cell(cell.text, cell.form, cell.serial, top))


def _hidden(sheet: Worksheet, limits: TableLimits) -> frozenset[int]:
    hidden: set[int] = set()
    for letters, dimension in sheet.column_dimensions.items():
        if dimension.hidden and letters:
            first = dimension.min or 1
            last = min(dimension.max or first, limits.columns)
            hidden.update(range(first, last + 1))
    return frozenset(hidden)
