"""The line of a text, or row of a table, where something is wrong, with the wrong value marked."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from rdflib import URIRef

from kg.entry import Place
from kg.tables import Table
from kg.tables.headers import find_headers
from kg.validate import Finding

_LONGEST = 160
_AROUND = 60


class Excerpt(NamedTuple):
    """A piece of a line: what stands before the wrong value, that value, what follows."""

    before: str
    wrong: str
    after: str


class Shown(NamedTuple):
    """A cell of a row below its header; `wrong` is the one that is meant."""

    header: str
    text: str
    wrong: bool


def row_excerpt(place: Place | None, tables: Mapping[str, Table]) -> list[Shown]:
    """The row of a place in the tables by file; none for texts, or for a row that is not there.

    A cell that is empty is shown where it is the wrong one.
    """
    table = None if place is None else tables.get(place.file)
    if place is None or place.line is None or table is None:
        return []
    sheet = next((sheet for sheet in table.sheets if sheet.name == place.sheet), None)
    headers = None if sheet is None else find_headers(sheet)
    if sheet is None or headers is None or place.line <= headers.row:
        return []
    cells = sheet.rows.get(place.line, {})
    texts = {column: cell.text for column, cell in cells.items()}
    return [
        Shown(header, _cut(texts.get(column, "")), column == place.column)
        for column, header in headers.texts.items()
        if column in texts or column == place.column
    ]


def _cut(text: str) -> str:
    return text if len(text) <= _AROUND else text[:_AROUND] + "…"


def excerpt(finding: Finding, files: Mapping[str, bytes]) -> Excerpt | None:
    """The line of the finding's place in the files by name; None for tables, or without a place."""
    place = finding.place
    if place is None or place.line is None or place.header is not None:
        return None
    text = _line(files.get(place.file, b""), place.line)
    if text is None:
        return None
    start, end = next((found.span() for found in _found(finding, text)), (0, 0))
    return _shortened(text[:start], text[start:end], text[end:])


def _line(body: bytes, number: int) -> str | None:
    start = 0
    for _ in range(number - 1):
        start = body.find(b"\n", start) + 1
        if not start:
            return None
    end = body.find(b"\n", start)
    line = body[start : end if end >= 0 else len(body)]
    return line.decode("utf-8", "replace").strip().removeprefix("\ufeff")


def _found(finding: Finding, text: str) -> Iterator[re.Match[str]]:
    """Where the wrong value stands in a line, the most certain first; nowhere if it is missing."""
    value = finding.value
    if value is None:
        return
    spelt = str(value)
    names = [spelt, *(spelt.rpartition(sign)[2] for sign in "#/" if isinstance(value, URIRef))]
    for name in filter(None, names):
        quoted = re.escape(name)
        for form in (rf"(?<=[\"'<]){quoted}(?=[\"'>])", rf"(?<![\w-]){quoted}(?![\w-])"):
            yield from re.finditer(form, text)


def _shortened(before: str, wrong: str, after: str) -> Excerpt:
    if len(before) + len(wrong) + len(after) <= _LONGEST:
        return Excerpt(before, wrong, after)
    before = before if len(before) <= _AROUND else "…" + before[-_AROUND:]
    after = after if len(after) <= _AROUND else after[:_AROUND] + "…"
    wrong = wrong if len(wrong) <= _LONGEST else wrong[:_LONGEST] + "…"
    return Excerpt(before, wrong, after)
