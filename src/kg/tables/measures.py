"""A table of measures → an entry, and findings about its cells."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from rapidfuzz.distance import Prefix
from rdflib import Graph, URIRef
from rdflib.namespace import RDF
from rdflib.term import Node

from kg.entry import Entry
from kg.errors import Both, HeadersMissing
from kg.lookup import Lookup
from kg.model import SourceText
from kg.namespaces import Names
from kg.nearest import nearest_name
from kg.tables import findings as rules
from kg.tables.about import Part, about_encoding, about_headers, about_hidden, about_skipped
from kg.tables.asides import DELETE, NO_MEASURE, REQUIRED, aside
from kg.tables.assembly import UNRESOLVED, Assembly, target_of
from kg.tables.evidence import Evidence
from kg.tables.findings import CellFinding
from kg.tables.headers import Headers, find_headers, is_headers, nearest_header
from kg.tables.measure_columns import BY_KEY, COLUMNS
from kg.tables.reading import Reader, Row, renamed
from kg.tables.resolving import Resolver
from kg.tables.sheet import Cell, Table
from kg.tables.values import plain, repeats

EXAMPLE = ("記入例", "例:", "例：", "example")
"""How the code of a row begins that only shows how to fill in the table."""
_STEP = 100
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class TableEntry:
    """What a table says: its entry, findings about its cells, and the number of its measures.

    `broken` are the properties of each thing whose cell could not be read.
    """

    entry: Entry
    findings: tuple[CellFinding, ...]
    rows: int
    broken: Mapping[URIRef, frozenset[URIRef]]


class MeasureTable:
    """Reads tables of measures of one edition into entries."""

    def __init__(
        self,
        known: Graph,
        lookup: Lookup,
        names: Names,
        edition: str,
        documents: Mapping[str, SourceText],
    ) -> None:
        """`known` is everything that is committed; `documents` are official texts by slug."""
        self._known = known
        self._names = names
        self._edition = edition
        self._resolver = Resolver(known, lookup, names, edition)
        kinds = (names.def_.FiscalYear, names.def_.CalendarYear)
        found = (period for kind in kinds for period in known.subjects(RDF.type, kind))
        periods = frozenset(period for period in found if isinstance(period, URIRef))
        self._reader = Reader(self._resolver, names, periods)
        self._evidence = Evidence(known, documents, names, edition)

    def read(self, table: Table, on_step: Progress = lambda *_: None) -> TableEntry:
        """The entry of a table; raises `HeadersMissing` where no sheet has headers."""
        findings = list(about_encoding(table, self._names))
        rows: list[Row] = []
        headed = {sheet: find_headers(sheet) for sheet in table.sheets}
        parts = [Part(table.file, sheet, found) for sheet, found in headed.items() if found]
        if not parts:
            raise _no_headers(table)
        findings += about_skipped(
            table, [s for s, found in headed.items() if not found], self._names
        )
        hidden = [sheet for sheet in table.hidden if find_headers(sheet)]
        findings += about_hidden(table, hidden, self._names)
        for part in parts:
            findings += about_headers(part, self._names)
            rows += self._rows(part, on_step)
        assembly = self._assembled(rows)
        findings += [finding for row in rows for finding in row.findings]
        broken: dict[URIRef, frozenset[URIRef]] = defaultdict(frozenset)
        for row in rows:
            for thing in (row.thing, target_of(row.thing)):
                broken[thing] |= row.broken
        measures = sum(not row.aside for row in rows)
        return TableEntry(assembly.entry(), tuple(sorted(findings, key=_order)), measures, broken)

    def _rows(self, part: Part, on_step: Progress) -> Iterator[Row]:
        headers, whole = part.headers, len(part.sheet.rows)
        for done, (number, cells) in enumerate(part.sheet.rows.items(), start=1):
            if done % _STEP == 0 or done == whole:
                on_step(part.file, done, whole)
            if number <= headers.row or is_headers(cells, headers) or _is_example(cells, headers):
                continue
            if any(cell.merged is None for n, cell in cells.items() if n in headers.columns):
                yield self._row(part, number, cells)

    def _row(self, part: Part, number: int, cells: Mapping[int, Cell]) -> Row:
        row = Row(part.row_iri(number, self._names), Both(f"{number}行目", f"row {number}"))
        for position, column in part.headers.columns.items():
            row.cells[column.key] = part.place(number, position)
        row.cells.setdefault("code", part.place(number, 1))
        # what stands below a misspelt header is there, and not missing
        misspelt = (each.nearest for each in part.headers.unknown if each.nearest)
        row.broken |= {column.predicate(self._names) for column in misspelt}
        text = aside(cells, part.headers)
        if text is not None:
            problem, column = NO_MEASURE.filled(value=text), BY_KEY["code"]
            row.find(rules.CODE_MISSING, column, self._names, problem, DELETE, value=text)
            row.aside = True
            return row
        for position, column in part.headers.columns.items():
            cell = cells.get(position)
            if cell is not None and repeats(cell.text):
                above = _above(part, number, position)
                self._reader.repeated(row, column, plain(cell.text), above)
            elif cell is not None:
                self._reader.read(row, column, cell)
        self._reader.compare(row)
        return row

    def _assembled(self, rows: list[Row]) -> Assembly:
        """Statements of the rows: first all codes, as a row may repost one further down."""
        first: dict[str, Row] = {}
        usable = [row for row in rows if self._named(row, first)]
        assembly = Assembly(self._names, self._edition, self._known)
        for row in usable:
            original = self._original(row, first)
            assembly.add(row, original, self._evidence.span(row))
        return assembly

    def _named(self, row: Row, first: dict[str, Row]) -> bool:
        """Make a row be about the measure of its code; False where it has none or one of before."""
        column, text = BY_KEY["code"], row.texts.get("code")
        if text is None:
            if column.predicate(self._names) not in row.broken:
                row.find(rules.CODE_MISSING, column, self._names, _NO_CODE, _GIVE_CODE)
            return False
        code = self._reader.code(row, column, text)
        renamed(row, self._measure(code), Both(code, code))
        if code in first:
            problem = _TWICE.filled(code=code, place=_row_of(first[code], row))
            row.find(rules.CODE_TWICE, column, self._names, problem, _OTHER_CODE, value=text)
            return False
        first[code] = row
        self._doubt_new(row, code)
        return True

    def _doubt_new(self, row: Row, code: str) -> None:
        """Name the nearest measures where a row says too little to describe a new one."""
        missing = [key for key in REQUIRED if key not in row.texts]
        if self._is_known(row.thing) or len(missing) <= len(REQUIRED) / 2:
            return
        # of several that are as near, the one that begins alike: the end is mistyped more often
        choices = sorted(self._codes, key=lambda c: -Prefix.similarity(code, c))
        near = nearest_name(code, choices)
        row.find(
            *(rules.CODE_NEW, BY_KEY["code"], self._names, _NOT_YET.filled(code=code)),
            _OLD_OR_NEW,
            value=row.texts["code"],
            nearest=Both(near, near) if near else None,
        )

    @cached_property
    def _codes(self) -> list[str]:
        """Codes of the committed measures of the edition."""
        own = self._names.id("edition", self._edition)
        of_edition = self._known.subjects(self._names.def_.edition, own)
        things = (thing for thing in of_edition if self._is_known(thing))
        return sorted(str(self._known.value(thing, self._names.def_.code)) for thing in things)

    def _is_known(self, thing: Node) -> bool:
        return (thing, RDF.type, self._names.def_.Measure) in self._known

    def _original(self, row: Row, codes: Mapping[str, Row]) -> URIRef | None:
        """The measure that a row reposts; None where it names none."""
        column, text = BY_KEY["repost-of"], row.texts.get("repost-of")
        if text is None:
            return None
        code = self._reader.code(row, column, text)
        if code in codes:
            return codes[code].thing
        iri = URIRef(text) if text.startswith(self._names.base) else self._measure(code)
        if self._is_known(iri):
            return iri
        if code.casefold() in {UNRESOLVED, "未解決"}:
            row.texts["repost-of"] = UNRESOLVED
            return None
        return self._by_title(row, text)

    def _by_title(self, row: Row, text: str) -> URIRef | None:
        column = BY_KEY["repost-of"]
        found = self._resolver.one(text, column)
        own = f"/{self._edition}/"
        if found.thing is not None and own in found.thing.iri:
            return found.thing.iri
        near = [str(each.iri).rpartition("/")[2] for each in found.candidates if own in each.iri]
        row.find(
            *(rules.NAME_UNKNOWN, column, self._names),
            _NO_ORIGINAL.filled(value=text),
            _GIVE_ORIGINAL,
            value=text,
            nearest=Both("、".join(near), " | ".join(near)) if near else None,
        )
        return None

    def _measure(self, code: str) -> URIRef:
        return self._names.id("measure", self._edition, quote(code, safe=""))


def _order(finding: CellFinding) -> tuple[str, int, int]:
    place = finding.place
    return place.sheet or "", place.line or 0, place.column or 0


def _row_of(row: Row, other: Row) -> Both:
    """Where a row stands, as told in another one."""
    place = row.cells["code"]
    same = place.sheet == other.cells["code"].sheet
    return (_ROW if same else _ROW_OF_SHEET).filled(line=place.line, sheet=place.sheet)


def _above(part: Part, row: int, column: int) -> str | None:
    """What a sign for the value above stands for."""
    first, numbered = part.headers.row, reversed(part.sheet.rows.items())
    rows = (cells for number, cells in numbered if first < number < row)
    texts = (cells[column].text.strip() for cells in rows if column in cells)
    return next((text for text in texts if not repeats(text)), None)


def _is_example(cells: Mapping[int, Cell], headers: Headers) -> bool:
    position = next((n for n, c in headers.columns.items() if c.key == "code"), 0)
    text = cells[position].text if position in cells else ""
    return plain(text).casefold().startswith(EXAMPLE)


def _no_headers(table: Table) -> HeadersMissing:
    rows = [row for sheet in table.sheets for row in list(sheet.rows.values())[:3]]
    texts = [plain(cell.text) for row in rows for cell in list(row.values())[:50]]
    names = [column.name for column in COLUMNS if column.required]
    expected = Both("、".join(n.ja for n in names), ", ".join(n.en for n in names))
    return HeadersMissing(file=table.file, expected=expected, nearest=nearest_header(texts))


_NO_CODE = Both("番号がありません。", "The code is missing.")
_GIVE_CODE = Both("「II-1-20-001」の形の番号を書いてください。", "Give a code such as II-1-20-001.")
_TWICE = Both("番号 {code} は{place}にもあります。", "The code {code} stands in {place}, too.")
_ROW = Both("{line}行目", "row {line}")
_ROW_OF_SHEET = Both("シート「{sheet}」の{line}行目", "row {line} of the sheet {sheet!r}")
_NOT_YET = Both("番号 {code} の取組はまだありません。", "There is no measure {code} yet.")
_OLD_OR_NEW = Both(
    "今ある取組を直すなら、番号を直してください。新しい取組なら、必須の欄をすべて書いてください。",
    "To change a measure that there is, correct the code. For a new one, fill every column that is"
    " required.",
)
_OTHER_CODE = Both(
    "どちらかの行の番号を直すか、行を消してください。", "Correct the code of one row, or remove it."
)
_NO_ORIGINAL = Both("再掲の元「{value}」は見当たりません。", "There is no measure {value!r}.")
_GIVE_ORIGINAL = Both(
    "元の取組の番号を書いてください。特定できなければ「未解決」と書きます。",
    "Give the code of the original; if there is none, write: unresolved.",
)
