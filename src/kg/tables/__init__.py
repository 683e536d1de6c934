"""Tables of measures: cells of a workbook or CSV → statements, and the template of such a table.

`delimited` and `workbook` read files into a `Table`, `measures` reads a table into an entry with
findings about its cells, `template` writes an empty table.
"""

from kg.errors import Both, TableTooLarge, TableUnreadable
from kg.tables.delimited import read_delimited
from kg.tables.findings import RULES, CellFinding, Level, TableRule
from kg.tables.measures import MeasureTable, TableEntry
from kg.tables.sheet import CSV, DEFAULT_LIMITS, TSV, XLSX, Table, TableLimits
from kg.tables.workbook import read_workbook

__all__ = [
    "CSV",
    "DEFAULT_LIMITS",
    "RULES",
    "SUFFIXES",
    "TSV",
    "XLSX",
    "CellFinding",
    "Level",
    "MeasureTable",
    "Table",
    "TableEntry",
    "TableLimits",
    "TableRule",
    "media_of",
    "read_table",
]

SUFFIXES = {".csv": CSV, ".tsv": TSV, ".tab": TSV, ".txt": TSV, ".xlsx": XLSX}
"""Media types by the ends of file names."""
_BYTES = Both("バイト", "bytes")
_EXPECTED = Both("CSV、TSV、XLSXのいずれかにしてください。", "Send CSV, TSV or XLSX.")


def media_of(file: str) -> str | None:
    """Media type of a file by its name; None where it is no table."""
    return next((media for end, media in SUFFIXES.items() if file.lower().endswith(end)), None)


def read_table(body: bytes, file: str, media: str, limits: TableLimits = DEFAULT_LIMITS) -> Table:
    """The cells of a table of one of the media types `CSV`, `TSV`, `XLSX`.

    Raises `TableUnreadable`, `TableRefused`, `TableTooLarge`.
    """
    if len(body) > limits.body:
        found, limit = f"{len(body):,}", f"{limits.body:,}"
        raise TableTooLarge(file=file, found=found, limit=limit, unit=_BYTES)
    if media == XLSX:
        return read_workbook(body, file, limits)
    if media in {CSV, TSV}:
        return read_delimited(body, file, media, limits)
    raise TableUnreadable(file=file, media=media, detail=_EXPECTED)
