"""Workbooks made to do harm are refused before they cost anything, with a reason."""

import io
import resource
import struct
import zipfile
from collections.abc import Callable

import pytest
from tests.measure_tables import as_workbook, measure

from kg.errors import TableError, TableRefused, TableTooLarge, TableUnreadable
from kg.tables import CSV, XLSX, read_table

SHEET = "xl/worksheets/sheet1.xml"
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "&%c;&%c;&%c;&%c;">' % (c + 1, c, c, c, c) for c in range(97, 115))
    + b"]><worksheet><sheetData><row><c><v>&s;</v></c></row></sheetData></worksheet>"
)


def changed(part: str, content: Callable[[bytes], bytes], *more: tuple[str, bytes]) -> bytes:
    """A sound workbook with another content of one part, and with more parts."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(as_workbook([measure(211)]))) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, content(body) if name == part else body)
        for name, body in more:
            new.writestr(name, body)
    return written.getvalue()


def refused(body: bytes, error: type[TableError]) -> TableError:
    before = resource.getrusage(resource.RUSAGE_SELF)
    with pytest.raises(error) as caught:
        read_table(body, "t.xlsx", XLSX)
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert after.ru_utime - before.ru_utime < 5
    assert after.ru_maxrss - before.ru_maxrss < 400_000
    assert caught.value.message("ja") != caught.value.message("en")
    return caught.value


def test_a_zip_bomb() -> None:
    body = changed(SHEET, lambda _: b" " * 300 * 2**20)
    assert len(body) < 2**20
    refused(body, TableTooLarge)


def test_a_zip_that_lies_about_its_size() -> None:
    body = bytearray(changed(SHEET, lambda _: b" " * 30 * 2**20))
    name = SHEET.encode()
    central = body.rfind(name) - 46
    assert body[central : central + 4] == b"PK\x01\x02"
    body[central + 24 : central + 28] = struct.pack("<I", 1000)
    refused(bytes(body), TableUnreadable)


def test_many_small_elements() -> None:
    cells = b'<c r="A1"/>' * 9_000_000
    body = changed(SHEET, lambda _: b"<worksheet><sheetData><row>" + cells)
    refused(body, TableTooLarge)


def test_many_parts() -> None:
    parts = [(f"xl/media/{number}.bin", b"") for number in range(2000)]
    refused(changed("", bytes, *parts), TableTooLarge)


def test_entities() -> None:
    refused(changed(SHEET, lambda _: BOMB), TableRefused)
    utf16 = BOMB.decode().replace("?>", ' encoding="utf-16"?>', 1).encode("utf-16")
    refused(changed(SHEET, lambda _: utf16), TableError)


def test_external_entities_are_not_fetched() -> None:
    external = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><sst>&e;</sst>'
    refused(changed("xl/styles.xml", lambda _: external), TableRefused)


def test_links_to_other_workbooks() -> None:
    link = ("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    refused(changed("", bytes, link), TableRefused)


def test_a_cell_far_away() -> None:
    def far(body: bytes) -> bytes:
        row = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
        return body.replace(b"</sheetData>", row + b"</sheetData>")

    refused(changed(SHEET, far), TableTooLarge)


def test_a_far_corner_within_rows_and_columns() -> None:
    def far(body: bytes) -> bytes:
        row = b'<row r="49999"><c r="GR49999" t="inlineStr"><is><t>x</t></is></c></row>'
        return body.replace(b"</sheetData>", row + b"</sheetData>")

    refused(changed(SHEET, far), TableTooLarge)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"PK\x03\x04",
        b"not a package",
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
        as_workbook([measure(211)])[:-200],
        changed(SHEET, lambda _: b"<worksheet><sheetData>"),
        changed(SHEET, lambda _: b"\x00\x01\x02"),
        changed("xl/workbook.xml", lambda _: b"<workbook/>"),
        changed("[Content_Types].xml", lambda _: b"<Types/>"),
    ],
)
def test_what_is_no_workbook(body: bytes) -> None:
    with pytest.raises(TableError):
        read_table(body, "t.xlsx", XLSX)


def test_any_byte_changed_is_no_fault() -> None:
    whole, refusals = as_workbook([measure(211)]), 0
    for position in range(0, len(whole), max(1, len(whole) // 150)):
        body = whole[:position] + bytes([whole[position] ^ 0x55]) + whole[position + 1 :]
        try:
            read_table(body, "t.xlsx", XLSX)
        except TableError:
            refusals += 1
    assert refusals > 50


def test_endless_cells_of_csv() -> None:
    with pytest.raises(TableError):
        read_table(b'a,b\n"' + b"x" * 200_000 + b'",c\n', "t.csv", CSV)
    with pytest.raises(TableTooLarge):
        read_table(b"a,b\n" + b"," * 10_000 + b"\n", "t.csv", CSV)
    with pytest.raises(TableTooLarge):
        read_table(b"a,b\n" * 60_000, "t.csv", CSV)
