"""A dry run of a table of many new measures: seconds of each step, and the peak of memory.

`python -m bench tables` puts 10,000 rows of either form into the report;
`python -m bench.tables [ROWS] [xlsx|csv]` prints the figures of one run as JSON.
"""

# ruff: noqa: E501  (the page is text with long table rows)

import csv
import json
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from io import BytesIO, StringIO

from openpyxl import Workbook

from kg.entry import Profile
from kg.pipeline.entries import open_context
from kg.pipeline.importing import check_table, open_tables, read_table_entry
from kg.pipeline.project import find_project
from kg.tables import CSV, XLSX
from kg.validate import rule_name

HEADING = "## Tables"
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
_ROWS = 10_000
_FORMS = ("csv", "xlsx")


@dataclass(frozen=True)
class Imported:
    """Seconds since the start when the graph was there, the table read and all checked; peak of
    memory in MiB; findings by rule.
    """

    form: str
    rows: int
    statements: int
    graph: float
    read: float
    checked: float
    memory: float
    findings: dict[str, int]

    @property
    def row(self) -> str:
        """As a row of the table."""
        told = ", ".join(f"{name} {n:,}" for name, n in self.findings.items()) or "–"
        seconds = " | ".join(f"{s:.1f}" for s in (self.graph, self.read, self.checked))
        return f"| {self.form} | {self.rows:,} | {self.statements:,} | {seconds} | {self.memory:,.0f} | {told} |"


def measure() -> list[Imported]:
    """Each form in a process of its own, so that its memory is its own."""
    found = []
    for form in _FORMS:
        words = [sys.executable, "-m", "bench.tables", str(_ROWS), form]
        done = subprocess.run(words, check=True, stdout=subprocess.PIPE)
        found.append(Imported(**json.loads(done.stdout)))
    return found


def section(figures: Iterable[Imported], load: float) -> str:
    """Part of the report."""
    table = "\n".join(each.row for each in figures)
    return f"""{HEADING}

New measures in a table, read and judged within the graph without writing (`senryaku import` shows a progress bar meanwhile). The load average before the run was {load:.1f}.

| form | rows | statements | graph (s) | + read (s) | + judged (s) | memory (MiB) | findings |
| --- | --- | --- | --- | --- | --- | --- | --- |
{table}
"""


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


def run(count: int, form: str) -> Imported:
    """Read and judge a table of `count` rows in this process."""
    body, media = (as_xlsx(count), XLSX) if form == "xlsx" else (as_csv(count), CSV)
    start = time.perf_counter()
    tables = open_tables(open_context(find_project()))
    graph = time.perf_counter() - start
    table = read_table_entry(body, f"t.{form}", media, tables)
    read = time.perf_counter() - start
    report = check_table(tables, table, Profile.IMPORT)
    checked = time.perf_counter() - start
    told = Counter(rule_name(finding.shape) for finding in report.findings)
    for further in report.further:
        told[rule_name(further.example.shape)] += further.number
    added = len(table.difference.added)
    return Imported(form, table.rows, added, graph, read, checked, _peak(), dict(told))


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else _ROWS
    print(json.dumps(asdict(run(number, (*sys.argv[2:], "xlsx")[0]))))
