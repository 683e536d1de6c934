"""Reading the tables of `data/curation`: what a person decided, each row with a reason."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rdflib import URIRef

from kg.errors import Both, CurationError, PathMissing
from kg.namespaces import NAMES
from kg.nearest import nearest_name

PRINTED = Both("文書に印字されている語", "words that the document prints")
"""What a row must name to be found."""


@dataclass(frozen=True)
class Lookup:
    """One row of a curation table."""

    file: str
    row: int
    fields: dict[str, str]

    def __getitem__(self, name: str) -> str:
        """A field of the row; raises `CurationError` where the table has no such column."""
        if name not in self.fields:
            there = ", ".join(self.fields)
            value = nearest_name(name, self.fields) or there
            raise CurationError(file=self.file, row=1, field=name, value=value, expected=name)
        return self.fields[name]

    def error(self, name: str, expected: str | Both) -> CurationError:
        """The error that says why field `name` of this row cannot be used."""
        return CurationError(
            file=self.file, row=self.row, field=name, value=self.fields.get(name), expected=expected
        )


def read_lookups(folder: Path, table: str) -> list[Lookup]:
    """Rows of `<table>.tsv`: tab-separated, with a header and a `reason` column.

    Raises `PathMissing`, `CurationError` (wrong number of fields, empty reason).
    """
    path = folder / f"{table}.tsv"
    if not path.is_file():
        raise PathMissing(path=path, expected=f"data/curation/{table}.tsv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(_rows(path, csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)))


def _rows(path: Path, rows: Iterator[list[str]]) -> Iterator[Lookup]:
    header = next(rows, [])
    for number, row in enumerate(rows, start=2):
        lookup = Lookup(path.name, number, dict(zip(header, row, strict=False)))
        if len(row) != len(header):
            raise CurationError(
                file=path.name,
                row=number,
                field=header[min(len(row), len(header) - 1)],
                value=Both(f"全部で{len(row)}欄", f"{len(row)} fields in all"),
                expected=Both(
                    f"タブ区切りの{len(header)}欄: {', '.join(header)}",
                    f"{len(header)} fields between tabs: {', '.join(header)}",
                ),
            )
        if not lookup["reason"].strip():
            raise lookup.error("reason", Both("理由", "a reason"))
        yield lookup


def term(row: Lookup, column: str) -> URIRef:
    """Class or property whose prefixed name stands in `column`; raises `CurationError`."""
    return _expanded(row, column, row[column])


def terms(row: Lookup, column: str) -> list[URIRef]:
    """Classes or properties whose prefixed names, apart by spaces, stand in `column`."""
    return [_expanded(row, column, name) for name in row[column].split()]


def _expanded(row: Lookup, column: str, name: str) -> URIRef:
    prefix, _, local = name.partition(":")
    if prefix not in NAMES.prefixes or not local:
        raise row.error(column, Both("接頭辞付きの名前", "a prefixed name"))
    return URIRef(NAMES.prefixes[prefix] + local)


def number(row: Lookup, column: str) -> int:
    """Whole number in `column`; raises `CurationError`."""
    if not row[column].isdecimal():
        raise row.error(column, Both("整数", "a whole number"))
    return int(row[column])


def pattern(row: Lookup, column: str) -> str:
    """Regular expression in `column`; raises `CurationError`."""
    try:
        re.compile(row[column])
    except re.error as error:
        raise row.error(
            column, Both(f"正規表現（{error}）", f"a regular expression ({error})")
        ) from error
    return row[column]
