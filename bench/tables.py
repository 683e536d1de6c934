"""A dry run of a table of many new measures: seconds of each step, and the peak of memory.

python -m bench.tables [ROWS] [xlsx|csv]
"""

import csv
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from io import BytesIO, StringIO

from openpyxl import Workbook

from kg.entry import Profile
from kg.pipeline.entries import open_context
from kg.pipeline.importing import check_table, open_tables, read_table_entry
from kg.pipeline.project import find_project
from kg.tables import CSV, XLSX

HEADERS = (
    *("番号", "題名（日本語）", "題名（英語）", "状況", "節", "対応する目標", "担当府省等"),
    *("達成時期", "着手時期", "開始位置", "終了位置", "原文"),
)
_ORGANISATIONS = ("文部科学省", "文・経", "内閣官房健康・医療戦略室、厚", "経産省/総務省")
_YEARS = ("2022年度", "令和５年度", "2024年", "2023年度、2025年度")
_CHAPTERS = {
    "II-1": "II-1-1",
    "II-2": "II-2-1-A",
    "III-1": "III-1-1",
    "III-2": "III-2-1",
    "III-3": "III-3",
    "III-4": "III-4-1",
}
"""Sections of new measures by the first part of their code, of which each has 899."""
_FIRST = 100


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """New measures, each written as somebody might write it."""
    for number in range(count):
        chapter, section = list(_CHAPTERS.items())[number % len(_CHAPTERS)]
        start = 100 + number * 7
        yield (
            f"{chapter}-20-{_FIRST + number // len(_CHAPTERS)}",
            f"取組の題名その{number}",
            f"Title of measure {number}",
            "新規",
            section,
            f"{section}-t1",
            _ORGANISATIONS[number % 4],
            _YEARS[number % 4],
            "2021年度",
            str(start),
            str(start + 47),
            f"文{number}",
        )


def as_xlsx(count: int) -> bytes:
    """The rows as a workbook."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("取組")
    sheet.append(HEADERS)
    for row in rows(count):
        sheet.append(row)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def as_csv(count: int) -> bytes:
    """The rows as CSV."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADERS)
    writer.writerows(rows(count))
    return text.getvalue().encode()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(count: int, form: str) -> None:
    """Print a line for each step."""
    body, media = (as_xlsx(count), XLSX) if form == "xlsx" else (as_csv(count), CSV)
    start = time.perf_counter()

    def step(name: str) -> None:
        print(f"{name:10} {time.perf_counter() - start:7.1f} s  {_peak():7.0f} MiB", flush=True)

    step("begin")
    tables = open_tables(open_context(find_project()))
    step("graph")
    table = read_table_entry(body, f"t.{form}", media, tables)
    step("read")
    report = check_table(tables, table, Profile.IMPORT)
    step("check")
    print(f"rows {table.rows:,}, statements {len(table.difference.added):,}")
    print(Counter(str(finding.shape).rpartition("#")[2] for finding in report.findings))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, (*sys.argv[2:], "xlsx")[0])
