"""Tables of measures as people make them: CSV and workbooks, and one with twelve mistakes."""

import csv
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

Rows = Sequence[Mapping[str, object]]

HEADERS = {
    "code": "番号",
    "ja": "題名（日本語）",
    "en": "題名（英語）",
    "status": "状況",
    "section": "所在の節",
    "targets": "対応する目標",
    "organisations": "担当組織",
    "lead": "主担当組織",
    "start": "開始時期",
    "deadline": "達成時期",
    "original": "再掲の元",
    "reference": "再掲の参照先の記載",
    "reason-ja": "再掲の元の判断理由（日本語）",
    "reason-en": "再掲の元の判断理由（英語）",
    "value": "数値目標の値",
    "unit": "数値目標の単位",
    "comparator": "数値目標の比較の種類",
    "population-ja": "数値目標の対象（日本語）",
    "population-en": "数値目標の対象（英語）",
    "printed": "数値目標の数値の記載",
    "from": "開始位置",
    "to": "終了位置",
    "passage": "原文",
}
KNOWN_SPAN = {"from": "11474", "to": "11484"}
"""A passage whose digest is committed."""


def measure(number: int, **cells: object) -> dict[str, object]:
    """A row that breaks no rule, but for what `cells` say."""
    row: dict[str, object] = {
        "code": f"II-1-20-{number}",
        "ja": f"照明の交換{number}",
        "en": f"Replacing lights {number}",
        "status": "新規",
        "section": "II-1-1",
        "targets": "II-1-1-t1",
        "organisations": "文部科学省",
        "deadline": "2022年度",
        **KNOWN_SPAN,
    }
    return row | {key.replace("_", "-"): value for key, value in cells.items()}


TWELVE = (
    measure(101, organisations="文化省"),
    measure(102, deadline="令和４年度"),
    measure(103, code="ＩＩ－１－２０－１０３"),
    measure(101, ja="別の題名", en="Another title"),
    measure(105, ja=""),
    measure(106, start="2024年度"),
    measure(107, targets="II-1-9-t9"),
    measure(
        108,
        value="120",
        unit="パーセント",
        comparator="以上",
        population_ja="交換した照明",
        population_en="lights replaced",
        printed="120%以上",
    ),
    measure(109),
    measure(110, ja="照明の交換の準備 "),
    measure(
        111,
        status="再掲",
        organisations="経済産業省、文部科学省",
        original="II-1-20-094",
        reference="（１）",
        reason_ja="同じ文言の取組がある。",
        reason_en="A measure there has the same wording.",
    ),
    measure(112, lead="文部科学省"),
)
"""A mistake in each row, the ninth being that of the file's encoding."""


def cells(rows: Rows) -> list[list[object]]:
    """The headers that are used, and a value or None below each."""
    used = [key for key in HEADERS if any(key in row for row in rows)]
    return [
        [HEADERS[key] for key in used],
        *([row.get(key) or None for key in used] for row in rows),
    ]


def as_csv(rows: Rows, encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows(cells(rows))
    return text.getvalue().encode(encoding)


def as_workbook(rows: Rows, change: Callable[[Worksheet], None] = lambda _: None) -> bytes:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "取組"
    for row in cells(rows):
        sheet.append(row)
    change(sheet)
    written = BytesIO()
    book.save(written)
    return written.getvalue()
