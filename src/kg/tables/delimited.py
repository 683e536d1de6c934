"""CSV and TSV: bytes of whatever encoding Japanese offices use → a table."""

import codecs
import csv
from collections.abc import Iterator

from charset_normalizer import from_bytes

from kg.errors import Both, TableTooLarge, TableUnreadable
from kg.tables.sheet import TSV, Cell, Form, Rows, Sheet, Table, TableLimits

_JAPANESE = ("cp932", "euc_jp")
"""Encodings besides UTF-8 that tables come in; the first is what Excel writes in Japan."""
_ROWS, _COLUMNS, _CHARACTERS = (
    Both("行", "rows"),
    Both("列", "columns"),
    Both("文字", "characters in a cell"),
)


def read_delimited(body: bytes, file: str, media: str, limits: TableLimits) -> Table:
    """Read CSV or TSV; raises `TableUnreadable`, `TableTooLarge`."""
    text, encoding = _decoded(body, file, media)
    delimiter = "\t" if media == TSV else _delimiter(text)
    rows, number = Rows(), 0
    try:
        reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
        for number, record in enumerate(reader, start=1):
            _refuse_large(number, record, file, limits)
            for column, value in enumerate(record, start=1):
                form = Form.FORMULA if value.lstrip().startswith("=") else Form.TEXT
                rows.put(number, column, Cell(value, form))
    except csv.Error as error:
        raise TableUnreadable(file=file, media=media, detail=_broken(error, number + 1)) from error
    return Table(file, (Sheet(None, rows.kept),), encoding)


def _lines(text: str) -> Iterator[str]:
    """Lines that end as CSV lines do: other separators of Unicode stay inside a cell."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _decoded(body: bytes, file: str, media: str) -> tuple[str, str]:
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if body.startswith(mark):
            return _as(body, encoding, file, media), encoding
    try:
        return body.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        best = from_bytes(body, cp_isolation=list(_JAPANESE)).best()
        if best is None:
            raise TableUnreadable(file=file, media=media, detail=_not_utf8(body, error)) from error
        return _as(body, best.encoding, file, media), best.encoding


def _as(body: bytes, encoding: str, file: str, media: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise TableUnreadable(file=file, media=media, detail=_not_utf8(body, error)) from error


def _not_utf8(body: bytes, error: UnicodeDecodeError) -> Both:
    line = body.count(b"\n", 0, error.start) + 1
    byte = f"0x{body[error.start]:02X}" if error.start < len(body) else "–"
    return Both(
        f"{line}行目のバイト {byte} はUTF-8でもShift_JIS（CP932）でもありません。"
        "UTF-8で保存し直してください。",
        f"Byte {byte} in line {line} is neither UTF-8 nor Shift_JIS (CP932). Save it as UTF-8.",
    )


def _broken(error: csv.Error, row: int) -> Both:
    if "unexpected end" in str(error):
        return Both(
            f'{row}行目の引用符（"）が、ファイルの終わりまで閉じていません。',
            f'The quote (") that opens in row {row} is not closed before the end of the file.',
        )
    return Both(
        f'{row}行目の引用符（"）か区切りが正しくありません。値の中の引用符は二つ重ねて書きます。',
        f'Quotes (") or separators of row {row} are wrong. Write a quote inside a value twice.',
    )


def _delimiter(text: str) -> str:
    """The separator that stands most often in the first line that holds something."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max((",", "\t", ";"), key=first.count)


def _refuse_large(number: int, record: list[str], file: str, limits: TableLimits) -> None:
    longest = max(map(len, record), default=0)
    for found, limit, unit in (
        (number, limits.rows, _ROWS),
        (len(record), limits.columns, _COLUMNS),
        (longest, limits.text, _CHARACTERS),
    ):
        if found > limit:
            raise TableTooLarge(file=file, found=f"{found:,}", limit=f"{limit:,}", unit=unit)
