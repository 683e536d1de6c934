"""Names, dates, lists, facts, editions and events of made-up slides."""

from datetime import date
from pathlib import Path

import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import FOAF, SKOS

from kg.errors import CurationError, ExtractionError
from kg.extract.dates import first_and_last_day, year_of, year_range
from kg.extract.slides.coverage import check_counts
from kg.extract.slides.events import read_events, read_milestones
from kg.extract.slides.facts import read_facts, read_lists
from kg.extract.slides.mentions import mentions, remainder
from kg.extract.slides.reading import Reading
from kg.extract.slides.spelling import as_printed, name_of
from kg.extract.slides.strategies import read_editions, read_figures, read_terms
from kg.namespaces import JPSTRAT, NAMES
from slides_trial import Maker, proofs, values


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("量子 ﾃﾞｰﾀ 室", "量子データ室"),
        ("計画２０２０", "計画2020"),
        ("網（AI\nJapan)", "網（AI Japan）"),
        ("R&D ユニット", "R&Dユニット"),
        ("イノベ―ション", "イノベーション"),
        ("2016～2020年度", "2016～2020年度"),
        ("\uf06c ｢柱｣", "「柱」"),
    ],
)
def test_name_of(printed: str, expected: str) -> None:
    assert name_of(printed) == expected


def test_as_printed_keeps_the_characters() -> None:
    assert as_printed(" 東大 総長\n ﾃﾞｰﾀ ") == "東大 総長 ﾃﾞｰﾀ"


@pytest.mark.parametrize(
    ("printed", "first", "last"),
    [
        ("令和元年6月", date(2019, 6, 1), date(2019, 6, 30)),
        ("平成31年2月", date(2019, 2, 1), date(2019, 2, 28)),
        ("令和２年２月", date(2020, 2, 1), date(2020, 2, 29)),
        ("2019年12月16日", date(2019, 12, 16), date(2019, 12, 16)),
        ("令和２年度", date(2020, 4, 1), date(2021, 3, 31)),
        ("2025年", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_first_and_last_day(printed: str, first: date, last: date) -> None:
    assert first_and_last_day(printed) == (first, last)


@pytest.mark.parametrize("printed", ["", "6月", "昭和60年", "令和2年6月頃"])
def test_what_is_no_date_is_refused(printed: str) -> None:
    with pytest.raises(ValueError, match="no date"):
        first_and_last_day(printed)


def test_year_ranges_and_years() -> None:
    assert year_range("H30～R4年度") == (2018, 2022)
    assert year_range("2016～2020年度") == (2016, 2020)
    assert year_of("令和3") == 2021
    with pytest.raises(ValueError, match="no range"):
        year_range("R2年度")
    with pytest.raises(ValueError, match="no year"):
        year_of("３年度")


# Lists


def test_the_longer_name_wins_and_the_rest_is_told(make: Maker) -> None:
    reading = make.reading("甲研 AIC、甲研、乙社 等")
    passage = reading.slides["s1"].passage
    assert [p.text for p in mentions(passage, ["甲研", "甲研AIC"])] == ["甲研AIC", "甲研"]
    assert remainder(passage, ["甲研", "甲研AIC"]) == "乙社"
    assert remainder(passage, ["甲研", "甲研AIC", "乙社"]) == ""


def list_tables(make: Maker, count: str) -> None:
    make.table(
        "slides-lists",
        "subject|property|terms|slide|start|end|count",
        f"strategy/x|technologyField|fields|s1|分野：|以上|{count}",
    )
    make.table(
        "slides-terms",
        "terms|printed|scheme|key",
        "fields|光技術|technology-field|photonics",
        "fields|音技術|technology-field|sound",
    )


def test_a_list_gives_one_concept_for_each_term(make: Maker) -> None:
    list_tables(make, "2")
    reading = make.reading("分野：光技\n術、音技術など以上\n")
    read_lists(reading)
    assert values(reading, "strategy/x", JPSTRAT.technologyField) == [
        NAMES.concept("technology-field", "photonics"),
        NAMES.concept("technology-field", "sound"),
    ]
    assert proofs(reading, "strategy/x", JPSTRAT.technologyField) == ["光技\n術", "音技術"]
    assert reading.warnings == []


def test_an_unknown_term_of_a_list_is_a_warning_with_its_line(make: Maker) -> None:
    list_tables(make, "2")
    reading = make.reading("表題\n分野：光技術、熱技術、音技術以上\n")
    read_lists(reading)
    assert [(w.line, "熱技術" in w.ja, "熱技術" in w.en) for w in reading.warnings] == [
        (2, True, True)
    ]


@pytest.mark.parametrize("text", ["分野：光技術以上", "分野：光技術、音技術", "光技術、音技術以上"])
def test_a_list_of_another_length_or_place_is_an_error(make: Maker, text: str) -> None:
    list_tables(make, "2")
    with pytest.raises(ExtractionError):
        read_lists(make.reading(text))


def test_a_count_that_is_no_number_names_its_row(make: Maker) -> None:
    list_tables(make, "two")
    with pytest.raises(CurationError, match=r"slides-lists\.tsv row 2, field count"):
        read_lists(make.reading("分野：光技術以上"))


# Facts


def test_a_fact_row_proves_its_value(make: Maker) -> None:
    make.table(
        "slides-facts",
        "subject|class|property|value|slide|printed",
        "strategy/x|jpstrat:Strategy|skos:prefLabel||s1|計画２０３０",
        "strategy/x||jpstrat:positionedIn|id/strategy/y|s1|大計画の下",
        "network/n|jpstrat:ResearchNetwork|foaf:homepage|http://example.org/|s1|example",
    )
    reading = make.reading("計画２０３０は大計画の下 example")
    read_facts(reading)
    assert values(reading, "strategy/x", SKOS.prefLabel) == [Literal("計画2030", "ja")]
    assert values(reading, "strategy/x", JPSTRAT.positionedIn) == [NAMES.id("strategy", "y")]
    assert values(reading, "network/n", FOAF.homepage) == [URIRef("http://example.org/")]
    assert reading.builders[NAMES.id("network", "n")].graph == "org"
    assert reading.builders[NAMES.id("strategy", "x")].graph == "trial"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("strategy/x|Strategy|skos:prefLabel||s1|計画", "class"),
        ("strategy/x||nope:label||s1|計画", "property"),
        ("strategy/x||jpstrat:positionedIn|strategy/y|s1|計画", "value"),
        ("strategy/x||skos:prefLabel||s9|計画", "slide"),
        ("strategy/x||skos:prefLabel||s1|計(画", "printed"),
    ],
)
def test_a_bad_fact_row_is_named(make: Maker, row: str, field: str) -> None:
    make.table("slides-facts", "subject|class|property|value|slide|printed", row)
    with pytest.raises(CurationError, match=f"row 2, field {field}"):
        read_facts(make.reading("計画"))


def test_words_that_are_not_on_the_slide_are_an_error(make: Maker) -> None:
    make.table(
        "slides-facts",
        "subject|class|property|value|slide|printed",
        "strategy/x|jpstrat:Strategy|skos:prefLabel||s1|別の計画",
    )
    with pytest.raises(ExtractionError, match=r"trial line 1: found 別の計画 × 0"):
        read_facts(make.reading("計画"))


# Editions, figures, events, milestones


def edition_reading(make: Maker, says: str) -> Reading:
    make.table(
        "slides-facts",
        "subject|class|property|value|slide|printed",
        "committee/c|jpstrat:Committee|skos:prefLabel||s1|推進会議",
    )
    make.table(
        "slides-editions",
        "printed|edition|strategy|says",
        f"甲戦略|edition/a|strategy/a|{says}",
        "乙戦略|edition/b|strategy/b|strategy dates",
        "丙戦略|edition/c|strategy/c|",
    )
    reading = make.reading(
        "推進会議 令和元年6月に「甲戦略」を策定（推進会議決定）\n"
        "令和2年1月に「乙戦略」を策定 (推進会議に報告)\n"
        "令和2年2月に「丙戦略」を策定（推進会議決定）"
    )
    read_facts(reading)
    read_editions(reading)
    return reading


def test_editions_say_what_only_the_slides_say(make: Maker) -> None:
    reading = edition_reading(make, "")
    assert reading.builders[NAMES.id("edition", "a")].type is None
    assert values(reading, "edition/a", JPSTRAT.startDate) == []
    assert values(reading, "edition/a", JPSTRAT.decidedBy) == [NAMES.id("committee", "c")]
    assert reading.builders[NAMES.id("edition", "b")].type == JPSTRAT.StrategyEdition
    assert values(reading, "edition/b", JPSTRAT.reportedTo) == [NAMES.id("committee", "c")]
    assert [str(v) for v in values(reading, "edition/b", JPSTRAT.endDate)] == ["2020-01-31"]


def test_an_unknown_kind_of_statement_names_its_row(make: Maker) -> None:
    with pytest.raises(CurationError, match="field says"):
        edition_reading(make, "everything")


def test_the_term_of_a_plan_is_two_days(make: Maker) -> None:
    make.table(
        "slides-facts",
        "subject|class|property|value|slide|printed",
        "strategy/p|jpstrat:Strategy|skos:prefLabel||s1|第４期甲計画",
    )
    reading = make.reading("第４期甲計画（2011～2015年度）")
    read_facts(reading)
    read_terms(reading)
    assert [str(v) for v in values(reading, "strategy/p", JPSTRAT.startDate)] == ["2011-04-01"]
    assert [str(v) for v in values(reading, "strategy/p", JPSTRAT.endDate)] == ["2016-03-31"]


def test_a_figure_belongs_to_its_owner(make: Maker) -> None:
    make.table(
        "slides-figures",
        "owner|n|slide|printed|unit|comparator",
        "edition/e|1|s1|７拠点以上|hub|at-least",
    )
    reading = make.reading("７拠点以上")
    read_figures(reading)
    assert [str(v) for v in values(reading, "edition/e/q1", JPSTRAT.value)] == ["7"]
    assert values(reading, "edition/e", JPSTRAT.hasTarget) == [NAMES.id("edition", "e", "q1")]


def test_a_second_row_of_an_event_is_further_evidence(make: Maker) -> None:
    make.table(
        "slides-events",
        "event|slide|before|date|after|concerns|topic",
        "founded|s1|網（|2019年12月16日|設立）|network/n org/o|",
        "founded|s1||令和元年12月|に網を設立|network/n|",
    )
    reading = make.reading("網（2019年12月16日設立）\n令和元年12月に網を設立")
    read_events(reading)
    assert [str(v) for v in values(reading, "event/founded", JPSTRAT.startDate)] == ["2019-12-16"]
    assert values(reading, "event/founded", JPSTRAT.concerns) == [
        NAMES.id("network", "n"),
        NAMES.id("org", "o"),
        NAMES.id("network", "n"),
    ]


def test_milestones_are_due_in_calendar_years(make: Maker) -> None:
    text = "2030年 甲 (Top Level)\n2025年 乙 (Mid Level)\n2020年 丙 (First Level)"
    reading = make.reading(text)
    read_milestones(reading)
    assert values(reading, "milestone/trial/translation-2025", JPSTRAT.deadline) == [
        NAMES.period(year=2025, fiscal=False)
    ]
    make.table("slides-counts", "class|count", "jpstrat:Milestone|3")
    check_counts(reading)
    fewer = make.reading(text.replace("Mid Level", "Mid"))
    read_milestones(fewer)
    with pytest.raises(ExtractionError, match="jpstrat:Milestone × 2; expected × 3"):
        check_counts(fewer)
