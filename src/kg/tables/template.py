"""An empty table of measures to fill in: a workbook with lists to choose from, or CSV with CSVW."""

import csv
import json
from collections.abc import Sequence
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from kg.errors import Both
from kg.namespaces import Names
from kg.tables.columns import Column, Kind
from kg.tables.measure_columns import COLUMNS
from kg.tables.resolving import Resolver
from kg.tables.sheet import NOTES

_ROWS = 2_000
"""Rows of a workbook that offer lists."""
_SHEET, _LISTS = "取組 Measures", "lists"
_HEAD = PatternFill("solid", start_color="D9E2F3")
_EXAMPLE_FONT = Font(italic=True, color="808080")
_WIDE, _NARROW, _MOST_PROMPT = 28, 16, 250
_LISTED = frozenset({Kind.THING, Kind.PERIOD})
_UNLISTED = frozenset({"repost-of"})
_EXAMPLE = {
    "code": Both("記入例 II-1-20-999", "example II-1-20-999"),
    "title-ja": Both("公民館の照明の交換", "公民館の照明の交換"),
    "title-en": Both(*["Replacing the lights of community halls"] * 2),
    "status": Both("新規", "new"),
    "section": Both("II-1-1", "II-1-1"),
    "targets": Both("II-1-1-t1、II-1-1-t2", "II-1-1-t1、II-1-1-t2"),
    "organisations": Both("総・環境省", "MIC、Ministry of the Environment"),
    "deadlines": Both("令和４年度", "FY2022"),
    "deadline-text": Both("令和４年度", "令和４年度"),
    "value": Both("1000", "1000"),
    "unit": Both("箇所", "site"),
    "comparator": Both("以上", "at least"),
    "population-ja": Both("照明を交換した公民館", "照明を交換した公民館"),
    "population-en": Both(*["community halls with new lights"] * 2),
    "value-text": Both("1,000箇所以上", "1,000箇所以上"),
    "start-char": Both("100", "100"),
    "end-char": Both("140", "140"),
}
_DATATYPES = {Kind.NUMBER: "decimal", Kind.POSITION: "nonNegativeInteger"}
_SEPARATOR = "、"


def offered() -> list[Column]:
    """Columns of the template."""
    return [column for column in COLUMNS if column.offered]


def workbook(resolver: Resolver, lang: str) -> bytes:
    """A workbook with both headers, an example, lists in `lang` and notes."""
    book = Workbook()
    sheet, notes, lists = book.active, book.create_sheet(NOTES), book.create_sheet(_LISTS)
    if not isinstance(sheet, Worksheet):
        raise TypeError(sheet)
    sheet.title = _SHEET
    lists.sheet_state = Worksheet.SHEETSTATE_HIDDEN
    for number, column in enumerate(offered(), start=1):
        _head(sheet, number, column, lang)
        choices = _choices(resolver, column, lang)
        for row, choice in enumerate(choices, start=1):
            lists.cell(row, number, choice)
        _validate(sheet, number, column, len(choices), lang)
    sheet.freeze_panes = "B3"
    _explain(notes)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def delimited(lang: str) -> bytes:
    """CSV in UTF-8 with a byte order mark, so that spreadsheets take it for what it is."""
    text = StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow([column.name.of(lang) for column in offered()])
    rows.writerow([_example(column, lang) for column in offered()])
    return text.getvalue().encode("utf-8-sig")


def metadata(file: str, edition: str, names: Names, lang: str) -> str:
    """CSVW metadata of the CSV named `file`: what its columns are called, hold and mean.

    `lang` is that of its headers.
    """
    columns = [_described(column, names) for column in offered()]
    whole = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": lang}],
        "url": file,
        # Without it, readers take the headers in a language for those of another.
        "lang": lang,
        "dc:title": _texts(_TITLE),
        "dc:description": _texts(_ABOUT),
        "dialect": {"encoding": "utf-8", "header": True, "headerRowCount": 1, "delimiter": ","},
        "tableSchema": {
            "aboutUrl": f"{names.id('measure', edition)}/{{code}}",
            "columns": columns,
        },
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _described(column: Column, names: Names) -> dict[str, object]:
    described: dict[str, object] = {
        "name": column.key.replace("-", "_"),
        "titles": {"ja": column.name.ja, "en": column.name.en},
        "dc:description": _texts(column.note),
        "datatype": _DATATYPES.get(column.kind, "string"),
        "required": column.required,
        "propertyUrl": str(column.predicate(names)),
    }
    if column.many:
        described["separator"] = _SEPARATOR
    if column.lang:
        described["lang"] = column.lang
    return described


def _texts(words: Both) -> list[dict[str, str]]:
    return [{"@value": words.of(lang), "@language": lang} for lang in ("ja", "en")]


def _example(column: Column, lang: str) -> str:
    return _EXAMPLE[column.key].of(lang) if column.key in _EXAMPLE else ""


def _head(sheet: Worksheet, number: int, column: Column, lang: str) -> None:
    for row, name in enumerate(column.name, start=1):
        cell = sheet.cell(row, number, name)
        cell.font = Font(bold=column.required)
        cell.fill = _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    example = sheet.cell(3, number, _example(column, lang) or None)
    example.font = _EXAMPLE_FONT
    letter = get_column_letter(number)
    sheet.column_dimensions[letter].width = _WIDE if column.lang else _NARROW
    # As text, or spreadsheets make dates of codes and years.
    example.number_format = sheet.column_dimensions[letter].number_format = "@"


def _choices(resolver: Resolver, column: Column, lang: str) -> Sequence[str]:
    if column.kind not in _LISTED or column.key in _UNLISTED:
        return ()
    choices = resolver.choices(column)
    if column.kind is not Kind.PERIOD:
        return [resolver.written(choice, column).of(lang) for choice in choices]
    shown = [resolver.shown(choice).of(lang) for choice in choices]
    if lang != "ja":
        # A bare year would be taken for either kind.
        shown = [text if text.startswith("FY") else f"CY{text}" for text in shown]
    return shown


def _validate(sheet: Worksheet, number: int, column: Column, count: int, lang: str) -> None:
    """Offer a list and say what belongs into the column; other words may be typed as well."""
    letter = get_column_letter(number)
    source = f"={_LISTS}!${letter}$1:${letter}${count}" if count else None
    rule = DataValidation(
        type="list" if source else None,
        formula1=source,
        allow_blank=True,
        showErrorMessage=False,
        showInputMessage=True,
        promptTitle=column.name.of(lang)[:32],
        prompt=column.note.of(lang)[:_MOST_PROMPT],
    )
    rule.add(f"{letter}3:{letter}{_ROWS}")
    sheet.add_data_validation(rule)


def _explain(notes: Worksheet) -> None:
    for row in _GENERAL:
        notes.append(list(row))
    notes.append([])
    notes.append(["見出し", "Header", "必須 Required", "説明", "Explanation"])
    for column in offered():
        required = "○" if column.required else ""
        notes.append([*column.name, required, *column.note])
    for letter, width in zip("ABCDE", (30, 30, 16, 60, 60), strict=True):
        notes.column_dimensions[letter].width = width


_TITLE = Both("取組の表", "Table of measures")
_ABOUT = Both(
    "1行に一つの取組を書く。「記入例」で始まる行は読まない。",
    "One measure in each row. Rows whose code begins with “example” are not read.",
)
_GENERAL = (
    _TITLE,
    _ABOUT,
    Both(
        "複数の値は「、」で区切る。略称、和暦、全角でもよい。",
        "Separate values by commas. Short forms and Japanese eras will do.",
    ),
    Both(
        "空のセルは何も言わない。登録済みの値を除くときは「なし」と書く。",
        "An empty cell says nothing. To remove a value that is committed, write: none.",
    ),
    Both(
        "題名と注記は自分の言葉で書く。「原文」は照合だけに使い、保存しない。",
        "Titles and notes are in your own words. A passage is compared and never kept.",
    ),
    Both(
        "確かめる: senryaku import 表 ／ 書き込む: senryaku import 表 --write",
        "Check: senryaku import TABLE; write: senryaku import TABLE --write",
    ),
)
