"""Findings about a file, a sheet or a column rather than a cell."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from rdflib import URIRef

from kg.entry import Place
from kg.errors import Both
from kg.namespaces import Names
from kg.tables import findings as rules
from kg.tables.findings import CellFinding, TableRule
from kg.tables.headers import Headers
from kg.tables.sheet import NOTES, Sheet, Table, column_letters


@dataclass(frozen=True)
class Part:
    """A sheet of a file with its headers."""

    file: str
    sheet: Sheet
    headers: Headers

    def place(self, row: int, position: int) -> Place:
        """A cell by the numbers of its row and column."""
        header = self.headers.texts.get(position, column_letters(position))
        return Place(self.file, row, position, header, self.sheet.name)

    def row_iri(self, row: int, names: Names) -> URIRef:
        """IRI of a row without a code, with a fragment of RFC 7111."""
        return URIRef(f"{table_iri(self.file, names)}#row={row}")

    def column_finding(
        self, rule: TableRule, position: int, fix: Both, names: Names, nearest: Both | None = None
    ) -> CellFinding:
        """What is wrong with a column."""
        place = self.place(self.headers.row, position)
        letters = column_letters(position)
        problem = _COLUMN[rule].filled(header=place.header, letters=letters)
        title = self.sheet.name or self.file
        return CellFinding(
            *(rule, place, table_iri(self.file, names), Both(title, title), None, None),
            *(place.header, problem, fix),
            nearest=nearest,
        )


def table_iri(file: str, names: Names) -> URIRef:
    """IRI of a table, for findings only: the graph says nothing of it."""
    return URIRef(f"{names.base}table/{quote(file)}")


def about_encoding(table: Table, names: Names) -> Iterator[CellFinding]:
    """A note on a file that is not UTF-8."""
    name = _ENCODINGS.get(table.encoding or "")
    if name is not None:
        read = _READ_ENCODING.filled(name=name)
        place = Place(table.file)
        yield _about(table, rules.READ_AS, place, problem=read, fix=_SAVE_UTF8, names=names)


def about_skipped(table: Table, sheets: Iterable[Sheet], names: Names) -> Iterator[CellFinding]:
    """Notes on sheets that hold something, and no headers."""
    for sheet in sheets:
        if sheet.rows and sheet.name != NOTES:
            place = Place(table.file, sheet=sheet.name)
            problem = _NO_HEADERS.filled(sheet=sheet.name)
            yield _about(
                table, rules.SHEET_SKIPPED, place, problem=problem, fix=_NOTHING, names=names
            )


def about_hidden(table: Table, sheets: Iterable[Sheet], names: Names) -> Iterator[CellFinding]:
    """Warnings of hidden sheets that have headers."""
    for sheet in sheets:
        place = Place(table.file, sheet=sheet.name)
        problem = _HIDDEN_SHEET.filled(sheet=sheet.name)
        yield _about(
            table, rules.SHEET_HIDDEN, place, problem=problem, fix=_SHOW_SHEET, names=names
        )


def about_headers(part: Part, names: Names) -> Iterator[CellFinding]:
    """Columns that are not read, or not seen."""
    headers = part.headers
    for position in headers.twice:
        yield part.column_finding(rules.HEADER_TWICE, position, _DROP_ONE, names)
    for unknown in headers.unknown:
        near = unknown.nearest
        rule = rules.HEADER_MISSPELT if near else rules.HEADER_UNKNOWN
        nearest = near.name if near else None
        fix = _RENAME if near else _LEFT_OUT
        yield part.column_finding(rule, unknown.column, fix, names, nearest)
    for position, row in _beside(part).items():
        place = part.place(row, position)
        problem = _NO_HEADER.filled(letters=column_letters(position), line=row)
        title = Both(*(part.sheet.name or part.file,) * 2)
        # the value may be a passage and is not shown
        yield CellFinding(
            *(rules.HEADER_UNKNOWN, place, table_iri(part.file, names), title, None, None),
            *(None, problem, _GIVE_HEADER),
        )
    for position in sorted(part.sheet.hidden & headers.columns.keys()):
        yield part.column_finding(rules.COLUMN_HIDDEN, position, _SHOW, names)


def _beside(part: Part) -> dict[int, int]:
    """Columns that hold something below the headers and have none, and their first row."""
    first: dict[int, int] = {}
    for number, cells in part.sheet.rows.items():
        if number > part.headers.row:
            for position in cells.keys() - part.headers.texts.keys():
                first.setdefault(position, number)
    return dict(sorted(first.items()))


def _about(
    table: Table, rule: TableRule, place: Place, *, problem: Both, fix: Both, names: Names
) -> CellFinding:
    title = place.sheet or table.file
    thing = table_iri(table.file, names)
    return CellFinding(rule, place, thing, Both(title, title), None, None, None, problem, fix)


_ENCODINGS = {
    "cp932": Both("Shift_JIS（CP932）", "Shift_JIS (CP932)"),
    "euc_jp": Both("EUC-JP", "EUC-JP"),
    "utf-16": Both("UTF-16", "UTF-16"),
}
_READ_ENCODING = Both("ファイルを{name}として読みました。", "The file was read as {name}.")
_SAVE_UTF8 = Both(
    "できればUTF-8で保存してください（Excelでは「CSV UTF-8」）。",
    "Save it as UTF-8 if you can (in Excel: CSV UTF-8).",
)
_NO_HEADERS = Both(
    "シート「{sheet}」には見出しの行がないので、読みませんでした。",
    "The sheet {sheet!r} has no row of headers and was not read.",
)
_HIDDEN_SHEET = Both(
    "シート「{sheet}」は非表示なので、読みませんでした。",
    "The sheet {sheet!r} is hidden and was not read.",
)
_SHOW_SHEET = Both(
    "取り込むなら表示し、取り込まないならこのままで構いません。",
    "Show it to have it read; else nothing needs to be done.",
)
_NOTHING = Both("このままで構いません。", "Nothing needs to be done.")
_COLUMN = {
    rules.HEADER_TWICE: Both(
        "{letters}列の見出し「{header}」は、他の列にもあります。",
        "Another column has the header {header!r} of column {letters}, too.",
    ),
    rules.HEADER_MISSPELT: Both(
        "{letters}列の見出し「{header}」はありません。",
        "There is no header {header!r} (column {letters}).",
    ),
    rules.HEADER_UNKNOWN: Both(
        "{letters}列「{header}」は読みませんでした。",
        "Column {letters} ({header!r}) was not read.",
    ),
    rules.COLUMN_HIDDEN: Both(
        "{letters}列「{header}」は非表示ですが、読みました。",
        "Column {letters} ({header!r}) is hidden; it was read.",
    ),
}
_DROP_ONE = Both("どちらかの列を消してください。", "Remove one of the columns.")
_RENAME = Both("見出しを書き直してください。", "Correct the header.")
_LEFT_OUT = Both(
    "読ませたい列なら、ひな型（`senryaku template`、サービスでは`/validate`）の見出しに"
    "してください。",
    "To have it read, give it a header of the template (`senryaku template`, or `/validate`).",
)
_NO_HEADER = Both(
    "{letters}列には見出しがないので、{line}行目などの値を読みませんでした。",
    "Column {letters} has no header: what stands there, as in row {line}, was not read.",
)
_GIVE_HEADER = Both(
    "覚え書きなら、このままで構いません。"
    "列がずれているなら直してください（CSVでは、コンマを含む値を引用符で囲みます）。",
    "A remark may stay. If values have slipped into the next column, put them back (in CSV, write"
    " quotes around a value with a comma).",
)
_SHOW = Both("表示して内容を確かめてください。", "Show the column and check it.")
