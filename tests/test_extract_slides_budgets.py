"""Programmes, budgets and the checks of the whole, on made-up slides."""

from pathlib import Path

import pytest
from rdflib import Literal
from rdflib.namespace import SKOS

from kg.errors import CurationError, ExtractionError, PathMissing
from kg.extract.slides import SLUG
from kg.extract.slides.budgets import read_budgets
from kg.extract.slides.coverage import check_counts, check_coverage
from kg.extract.slides.deck import split_slides
from kg.extract.slides.programmes import read_programmes
from kg.model import SourceText
from kg.namespaces import JPSTRAT, NAMES
from slides_trial import Maker, proofs, values


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


# Programmes and budgets


def programme_tables(make: Maker) -> None:
    make.table(
        "slides-programmes",
        "programme|slide|name|qualifier|years|responsible|responsible_printed",
        "p|s1|甲の研究|（地上）|R2～R6年度|org/mic|乙省の取組",
    )
    make.table(
        "slides-budgets",
        "line|slide|printed|total",
        "p/b1|s1|5.5億円|all/b1",
        "q/b1|s1|1,014億円|all/b1",
        "q/b2|s1|3億円|",
        "all/b1|s1|1,019.5億円|",
    )


BUDGETS = (
    "乙省の取組「甲の研究」（地上）（R2～R6年度）令和3年度政府予算案：5.5億円\n"
    "令和3年度 政府予算案：1,014億円 令和2年度第3次補正予算：3億円\n"
    "【令和3年度政府予算案1,019.5億円】（R2～R6年度の5カ年）"
)


def test_programmes_have_years_and_a_ministry(make: Maker) -> None:
    programme_tables(make)
    reading = make.reading(BUDGETS.replace("（R2～R6年度の5カ年）", ""))
    read_programmes(reading)
    assert values(reading, "programme/p", SKOS.prefLabel) == [Literal("甲の研究（地上）", "ja")]
    assert values(reading, "programme/p", JPSTRAT.endPeriod) == [
        NAMES.period(year=2024, fiscal=True)
    ]
    assert values(reading, "programme/p", JPSTRAT.responsibleOrganization) == [
        NAMES.id("org", "mic")
    ]


def test_years_that_contradict_their_printed_length_are_an_error(make: Maker) -> None:
    programme_tables(make)
    text = BUDGETS.replace("（R2～R6年度）", "").replace("5カ年", "4カ年")
    with pytest.raises(ExtractionError, match="× 5; expected × 4"):
        read_programmes(make.reading(text))


def test_budget_lines_are_paired_in_order_and_totals_add_up(make: Maker) -> None:
    programme_tables(make)
    reading = make.reading(BUDGETS)
    read_budgets(reading)
    assert [str(v) for v in values(reading, "programme/q/b1", JPSTRAT.amount)] == ["1014"]
    assert [int(str(v)) for v in values(reading, "programme/p/b1", JPSTRAT.amountInYen)] == [
        550_000_000
    ]
    assert values(reading, "programme/q/b2", JPSTRAT.budgetStage) == [
        NAMES.concept("budget-stage", "supplementary-3")
    ]
    assert values(reading, "programme/all/b1", JPSTRAT.totals) == [
        NAMES.id("programme", "p", "b1"),
        NAMES.id("programme", "q", "b1"),
    ]
    assert proofs(reading, "programme/p/b1", JPSTRAT.budgetYear) == ["令和3年度"]


@pytest.mark.parametrize(
    ("printed", "changed", "expected"),
    [
        ("1,019.5億円", "1,019.6億円", "1,019.5億円"),
        ("：3億円", "：4億円", "3億円"),
        ("令和2年度第3次補正予算：3億円", "", "× 4"),
    ],
)
def test_other_amounts_are_an_error(make: Maker, printed: str, changed: str, expected: str) -> None:
    programme_tables(make)
    with pytest.raises(ExtractionError, match=f"expected {expected}"):
        read_budgets(make.reading(BUDGETS.replace(printed, changed)))


def test_a_total_that_is_not_the_sum_is_an_error(make: Maker) -> None:
    programme_tables(make)
    table = make.folder / "slides-budgets.tsv"
    table.write_text(table.read_text(encoding="utf-8").replace("1,019.5", "1,000"), "utf-8")
    with pytest.raises(ExtractionError, match=r"expected 1019\.5億円"):
        read_budgets(make.reading(BUDGETS.replace("1,019.5", "1,000")))


# Checks of the whole


def test_a_date_that_no_record_accounts_for_is_a_warning(make: Maker) -> None:
    make.table("slides-left-out", "slide|printed", "s1|今月下旬")
    reading = make.reading("令和2年6月\n今月下旬\n座長")
    check_coverage(reading)
    assert [(w.line, w.en.split()[-1]) for w in reading.warnings] == [
        (1, "'令和2年6月'"),
        (3, "'座長'"),
    ]


def test_an_excuse_that_is_not_needed_names_its_row(make: Maker) -> None:
    make.table("slides-left-out", "slide|printed", "s1|来月")
    with pytest.raises(CurationError, match=r"slides-left-out\.tsv row 2"):
        check_coverage(make.reading("来月"))


def test_another_number_of_records_is_an_error(make: Maker) -> None:
    make.table("slides-counts", "class|count", "jpstrat:Event|1")
    with pytest.raises(ExtractionError, match="jpstrat:Event × 0; expected × 1"):
        check_counts(make.reading("何か"))


def test_slides_need_their_table(tmp_path: Path) -> None:
    with pytest.raises(PathMissing):
        split_slides(SourceText(SLUG, "1表題", ""), tmp_path)
