"""Every message about tables, as a person with a spreadsheet reads it: no Turtle, but cells."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

import pytest
from openpyxl.worksheet.worksheet import Worksheet
from tests.measure_tables import as_csv, as_workbook, measure

from kg.pipeline.entries import open_context
from kg.pipeline.importing import (
    TableContext,
    check_table,
    open_tables,
    read_table_entry,
)
from kg.pipeline.project import Project
from kg.tables import CSV, RULES, XLSX
from kg.tables.measure_columns import BY_KEY, COLUMNS
from kg.validate import Finding, rule_name

QUANTITY: dict[str, object] = {
    "value": "120",
    "unit": "人",
    "comparator": "以上",
    "population-ja": "交換した照明",
    "population-en": "lights",
    "printed": "120人以上",
}
REPOST: dict[str, object] = {
    "status": "再掲",
    "reference": "（１）",
    "reason-ja": "同じ文言",
    "reason-en": "same wording",
}
EMPTIED = ("code", "ja", "en", "status", "section", "targets", "organisations", "deadline", "from")
WRONG: dict[str, tuple[object, ...]] = {
    "code": ("II-1-20-20", "X", "III-1-20-777", "II-1-21-001", "II-2-20-555"),
    "ja": (
        "長" * 70,
        "ＡＩの試み",
        " 端",
        "改行\nあり",
        "ｱｲ",
        "\ue000外字",
        "A trial",
        "幅\u200bなし",
    ),
    "en": ("x" * 120, "日本語", "Ａ trial", "trailing "),
    "status": ("廃止", "再掲", "継続、新規"),
    "section": ("IX-9", "文科省", "III-1"),
    "targets": ("III-1-t1", "文部科学省", "〃"),
    "organisations": ("文化省", "山田太郎"),
    "lead": ("文部科学省", "x"),
    "start": ("2024年度", "x", "2022年度、2023年度"),
    "deadline": ("2022", "R4", "2018年度", "1999年度", "令和4年", "なし", "2022年度～2024年度"),
    "original": ("II-1-20-094", "未解決", "II-1-20-999"),
    "reference": ("（１）",),
    "from": ("x", "20000"),
    "to": ("999999999",),
}
"""What is wrong in a cell of an otherwise sound row."""


HEADERLESS = BY_KEY["organisations"].name
"""A column whose header the workbook misspells."""


def rows() -> Iterator[dict[str, object]]:
    number = iter(range(201, 999))
    for key in EMPTIED:
        yield measure(next(number)) | {key: ""}
    for key, values in WRONG.items():
        for value in values:
            yield measure(next(number)) | {key: value}
    yield measure(next(number)) | {"code": "II-1-20-001"}
    yield {"code": "II-1-20-990", "deadline": "2023年度"}
    twice = measure(next(number))
    yield from (twice, twice | {"ja": "別の題名", "en": "Another title"})
    yield measure(next(number)) | REPOST | {"original": "II-1-20-094"}
    yield measure(next(number)) | REPOST | {"original": "II-1-20-001", "reason-ja": "", "en": "Re"}
    yield measure(next(number)) | QUANTITY | {"unit": "パーセント"}
    for key, values in (
        ("value", ("-5", "0", "多い", "")),
        ("unit", ("x", "")),
        ("printed", ("",)),
    ):
        for value in values:
            yield measure(next(number)) | QUANTITY | {key: value}
    yield measure(next(number)) | QUANTITY | {"population-ja": "ＡＩ", "comparator": ""}
    yield measure(next(number)) | {"from": "5", "to": "9", "passage": "嘘"}
    yield measure(next(number)) | {"from": "11474", "to": "11484", "passage": "嘘"}


def spoil(sheet: Worksheet) -> None:
    """What only a workbook can have wrong, in its last rows and columns."""
    headers = {str(cell.value): cell.column for cell in sheet[1]}
    last, title = sheet.max_row, headers["題名（日本語）"]
    sheet.cell(last, title).value = "=A1"
    sheet.cell(last - 1, headers["達成時期"]).value = date(2022, 4, 1)
    sheet.cell(last - 2, title).value = "照明の交換".encode().decode("cp1252", "replace")
    sheet.cell(1, headers["担当組織"]).value = "担当組識"
    for header in ("備忘", "状況"):
        sheet.cell(1, sheet.max_column + 1).value = header
        sheet.cell(last, sheet.max_column).value = "x"
    sheet.column_dimensions["C"].hidden = True


@pytest.fixture(scope="module")
def tables(project: Project) -> TableContext:
    return open_tables(open_context(project))


@pytest.fixture(scope="module")
def findings(tables: TableContext) -> list[Finding]:
    made = list(rows())
    few = [measure(number) for number in range(801, 807)]
    return [
        finding
        for body, media in (
            (as_csv(made), CSV),
            (as_csv([measure(701)], "cp932"), CSV),
            (as_workbook(few, spoil), XLSX),
        )
        for finding in check_table(tables, read_table_entry(body, "取組", media, tables)).findings
    ]


RDF = re.compile(
    r"\b[a-z]+:[A-Za-z]|\bIRI|Turtle|トリプル|[Tt]riple|プロパティ|\bproperty\b|\bid/|vocab/|@(?:ja|en)\b|#char"
    r"|\^\^|述語|主語|\bgraph/|言語タグ|language tag"
)
"""What speaks of RDF."""


def texts(finding: Finding) -> Iterator[tuple[str, str]]:
    said = finding.explanation
    assert said is not None
    for name in ("title", "field", "problem", "allowed", "nearest", "fix"):
        words = getattr(said, name)
        if words is not None:
            yield from (("ja", words.ja), ("en", words.en))


def rule_names(findings: Iterable[Finding]) -> set[str]:
    return {rule_name(finding.shape) for finding in findings}


def test_no_message_about_a_table_speaks_of_rdf(findings: list[Finding]) -> None:
    assert len(findings) >= 75
    assert len(rule_names(findings)) >= 35
    for finding in findings:
        for lang, text in texts(finding):
            assert not RDF.search(text), (rule_name(finding.shape), lang, text)


def test_every_rule_about_tables_is_met_but_those_of_other_files(findings: list[Finding]) -> None:
    elsewhere = {"TableSheetHidden", "TableSheetSkipped"}
    assert {rule.name for rule in RULES} - rule_names(findings) == elsewhere


def test_every_finding_of_a_cell_names_its_column_and_the_cell_itself(
    findings: list[Finding],
) -> None:
    names = {column.name for column in COLUMNS}
    count = 0
    for finding in findings:
        place, said = finding.place, finding.explanation
        assert said is not None
        if place is not None and place.header in {column.name.ja for column in COLUMNS}:
            # a finding about a whole column has no field
            assert said.field in names or said.field is None, finding
            # the workbook has no column of organisations: only the row can be named
            lacking = place.sheet is not None and said.field == HEADERLESS
            if said.field is not None and not lacking:
                assert said.field.ja == place.header, finding
                count += 1
    assert count >= 65


def test_an_empty_cell_is_told_as_one(findings: list[Finding]) -> None:
    empty = [
        f for f in findings if f.explanation and "の欄に値がありません" in f.explanation.problem.ja
    ]
    assert len(empty) >= 10
    for finding in empty:
        said = finding.explanation
        assert said is not None
        assert said.allowed is None
        assert said.field is not None
        for lang in ("ja", "en"):
            assert said.field.of(lang) in said.problem.of(lang)
            assert said.field.of(lang) in said.fix.of(lang)


def test_things_of_a_row_are_called_by_the_code_of_its_measure(findings: list[Finding]) -> None:
    (percent,) = (f for f in findings if rule_name(f.shape) == "QuantitativeTargetPercent")
    assert percent.explanation is not None
    assert re.fullmatch(r"II-1-20-\d{3} 数値目標", percent.explanation.title.ja)
    assert re.fullmatch(r"II-1-20-\d{3} quantitative target", percent.explanation.title.en)
    reposts = [f for f in findings if rule_name(f.shape) == "MeasureRepostOfRepost"]
    assert reposts
    for finding in reposts:
        said = finding.explanation
        assert said is not None
        assert said.allowed is not None
        assert said.allowed.ja.endswith("（II-1-20-004）")
        assert said.allowed.en.endswith("(II-1-20-004)")
