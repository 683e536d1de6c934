"""The AI strategy read from the real document; facts checked by hand against the text."""

from pathlib import Path

import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import RDF, SKOS

from kg.errors import (
    CurationError,
    DocumentTruncated,
    DocumentUnknown,
    ExtractionError,
    PathMissing,
    UnknownAbbreviation,
)
from kg.extract import extract, read_document
from kg.extract.ai_strategy.figures import parse_figure
from kg.model import Draft, SourceText
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.authoring import find_documents
from kg.pipeline.project import Project

SLUG = "ai2019-fu2020"


@pytest.fixture(scope="module")
def document(sources: Path, project: Project) -> SourceText:
    return next(d for d in find_documents(sources, project) if d.slug == SLUG)


@pytest.fixture(scope="module")
def draft(document: SourceText, project: Project) -> Draft:
    return extract(document, project.curation)


def changed(document: SourceText, old: str, new: str) -> SourceText:
    assert old in document.text
    return SourceText(SLUG, document.text.replace(old, new, 1), "changed")


def measure(code: str) -> URIRef:
    return NAMES.id("measure", SLUG, code)


def values(draft: Draft, subject: URIRef, property_: URIRef) -> set[str]:
    return {
        str(s.value).removeprefix(NAMES.base)
        for r in draft.records
        if r.iri == subject
        for s in r.statements
        if s.property == property_ and s.value is not None
    }


def count(draft: Draft, type_: URIRef) -> int:
    return sum(r.type == type_ for r in draft.records)


def test_reads_without_a_warning(draft: Draft) -> None:
    assert [w.message("en") for w in draft.warnings] == []


@pytest.mark.parametrize(
    ("type_", "number"),
    [
        (JPSTRAT.Measure, 272),
        (JPSTRAT.SubMeasure, 15),
        (JPSTRAT.SpecificTarget, 43),
        (JPSTRAT.BigGoal, 8),
        (JPSTRAT.StrategyGoal, 4),
        (JPSTRAT.AimClause, 31),
        (JPSTRAT.ResearchItem, 23 + 10),
        (JPSTRAT.ResearchEffort, 44),
        (JPSTRAT.ProgressBlock, 6),
        (JPSTRAT.GuidingPrinciple, 6),
        (JPSTRAT.Ministry, 12),
        (JPSTRAT.Office, 10),
    ],
)
def test_counts_of_the_document(draft: Draft, type_: URIRef, number: int) -> None:
    assert count(draft, type_) == number


@pytest.mark.parametrize(
    ("code", "property_", "expected"),
    [
        ("II-1-20-001", JPSTRAT.deadline, set()),
        ("III-1-20-031", JPSTRAT.deadline, set()),
        ("II-1-20-063", JPSTRAT.deadline, {"id/period/cy2020", "id/period/fy2021"}),
        ("III-1-20-033", JPSTRAT.deadline, {"id/period/cy2020", "id/period/cy2030"}),
        ("III-1-20-056", JPSTRAT.deadline, {"id/period/fy2020", "id/period/fy2022"}),
        ("II-1-20-089", JPSTRAT.deadline, set()),
        ("II-1-20-090", JPSTRAT.partOf, {f"id/measure/{SLUG}/II-1-20-089"}),
        ("III-1-20-019/s2", JPSTRAT.deadline, {"id/period/fy2025"}),
        ("III-2-20-010/s1", JPSTRAT.startPeriod, {"id/period/fy2020"}),
        ("III-2-20-008", JPSTRAT.responsibleSector, {"vocab/responsible-sector/other-ministries"}),
        ("III-4-20-007", JPSTRAT.repostReference, {"III－１（８）"}),
        ("II-1-20-094", JPSTRAT.repostReference, {"（１）"}),
        ("III-1-20-901", JPSTRAT.status, {"vocab/measure-status/reposted"}),
        ("III-1-20-901", JPSTRAT.addresses, set()),
        ("IV-1-20-001", JPSTRAT.addresses, {f"id/big-goal/{SLUG}/IV"}),
        ("II-1-20-012", JPSTRAT.theme, {f"id/section/{SLUG}/II-1-1-h4"}),
        (
            "III-1-20-057",
            JPSTRAT.responsibleOrganization,
            {"id/org/cao-csti", "id/org/mic", "id/org/meti", "id/org/mlit"},
        ),
        (
            "III-1-20-056",
            JPSTRAT.responsibleOrganization,
            {"id/org/cas-it", "id/org/cao-space", "id/org/meti", "id/org/mlit", "id/org/moe"},
        ),
    ],
)
def test_facts_read_by_hand(draft: Draft, code: str, property_: URIRef, expected: set[str]) -> None:
    assert values(draft, measure(code), property_) == expected


def test_wording_that_runs_over_a_page_has_two_passages(draft: Draft) -> None:
    for code in ("III-1-20-056", "III-1-20-904"):
        record = next(r for r in draft.records if r.iri == measure(code))
        spans = [s.spans for s in record.statements if s.property == JPSTRAT.wording]
        assert [len(s) for s in spans] == [2]


def test_lead_organization_is_never_read(draft: Draft) -> None:
    said = {s.property for r in draft.records for s in r.statements}
    assert JPSTRAT.responsibleOrganization in said
    assert JPSTRAT.leadOrganization not in said


def test_efforts_take_several_dates_in_order(draft: Draft) -> None:
    item = "t1/4-3/4"
    found = [
        values(draft, NAMES.id("research", SLUG, f"{item}/e{n}"), JPSTRAT.deadline)
        for n in (1, 2, 3)
    ]
    assert found == [{"id/period/fy2020"}, {"id/period/fy2025"}, {"id/period/fy2030"}]


def test_every_statement_of_an_official_name_is_a_label_of_the_document(draft: Draft) -> None:
    labels = {
        str(s.value) for r in draft.records for s in r.statements if s.property == SKOS.prefLabel
    }
    assert {"経済産業省", "リテラシー教育", "情報通信技術(IT)総合戦略室"} <= labels


def test_spans_are_slices_of_the_text(draft: Draft, document: SourceText) -> None:
    dataset = draft.dataset()
    source, edition = (dataset.graph(NAMES.graph(name)) for name in ("source", SLUG))
    assert len(list(source.subjects(RDF.type, JPSTRAT.SourceSpan))) > 1500
    code = next(
        s
        for s in edition.objects(measure("II-1-20-001"), JPSTRAT.evidence)
        if (s, JPSTRAT.supports, JPSTRAT.code) in source
    )
    start, end = (int(n) for n in str(code).partition("#char=")[2].split(","))
    assert document.text[start:end] == "II-1-20-001"


@pytest.mark.parametrize(
    ("printed", "footnote", "expected"),
    [
        ("約25万人卒/年", "", ("250000", "person", "about", True)),
        ("約100万人15/年", "15", ("1000000", "person", "about", True)),
        ("約2,000人18/年", "18", ("2000", "person", "about", True)),
        ("年率平均３％以上", "", ("3", "percent", "at-least", True)),
        ("2022年度までに４校に１人以上", "", ("0.25", "person-per-school", "at-least", False)),
        ("2025年度に全国200箇所", "", ("200", "site", "exactly", False)),
        ("約100名／年", "", ("100", "person", "about", True)),
        ("72.0USドル", "", ("72.0", "usd-per-hour", "exactly", False)),
    ],
)
def test_printed_figures(printed: str, footnote: str, expected: tuple[object, ...]) -> None:
    figure = parse_figure(printed, footnote)
    assert figure.value == Literal(expected[0], datatype=figure.value.datatype)
    assert (figure.unit, figure.comparator, figure.per_year) == expected[1:]


def test_unknown_abbreviation_names_line_and_nearest(
    document: SourceText, project: Project
) -> None:
    broken = changed(document, "【ＩＴ・総・文・経】", "【ＩＴ・総・文・経産】")
    with pytest.raises(UnknownAbbreviation) as error:
        extract(broken, project.curation)
    assert error.value.facts["value"] == "経産"
    assert error.value.facts["nearest"] == "経"
    assert "747" in error.value.message("ja")


def test_a_missing_code_stops_the_reading(document: SourceText, project: Project) -> None:
    with pytest.raises(ExtractionError, match="bullets without a code"):
        extract(changed(document, "II-1-20-008 \n", "\n"), project.curation)


def test_a_gap_in_the_codes_stops_the_reading(document: SourceText, project: Project) -> None:
    with pytest.raises(ExtractionError, match="a gap in the codes") as error:
        extract(changed(document, "II-1-20-010", "II-1-20-099"), project.curation)
    assert "欠番" in error.value.message("ja")
    assert "gap" not in error.value.message("ja")


def test_a_gap_names_its_own_line(document: SourceText, project: Project) -> None:
    with pytest.raises(ExtractionError) as error:
        extract(changed(document, "III-2-20-020", "III-2-20-022"), project.curation)
    assert error.value.facts["line"] == 4029


@pytest.mark.parametrize("length", [0, 30_000, 60_000, 72_000])
def test_a_cut_text_is_an_error_with_its_line(
    document: SourceText, project: Project, length: int
) -> None:
    with pytest.raises(ExtractionError) as error:
        extract(SourceText(SLUG, document.text[:length], "cut"), project.curation)
    assert int(str(error.value.facts["line"])) > 0


def test_a_measure_without_ministries_is_a_warning(document: SourceText, project: Project) -> None:
    lost = changed(document, "不断の改善・充実【文】 ", "不断の改善・充実 ")
    (warning,) = extract(lost, project.curation).warnings
    assert warning.line == 644


def test_a_year_of_an_era_in_parentheses_is_a_warning(
    document: SourceText, project: Project
) -> None:
    era = changed(
        document,
        "ＩＴパスポート試験等の出題の見直し（2021年度）",
        "ＩＴパスポート試験等の出題の見直し（令和３年度）",
    )
    (warning,) = extract(era, project.curation).warnings
    assert "令和３年度" in warning.en


def test_a_year_of_unknown_meaning_is_a_loud_warning(
    document: SourceText, project: Project
) -> None:
    changed_text = changed(
        document, "警察活動の高度化・効率化のための", "2019年度の警察活動の高度化のための"
    )
    (warning,) = extract(changed_text, project.curation).warnings
    assert "2019年度" in warning.message("ja")
    assert str(warning.line) in warning.message("en")


def test_a_stray_line_among_measures_is_a_warning(document: SourceText, project: Project) -> None:
    stray = changed(
        document,
        "導入促進（2022 年度）【ＩＴ・総・文・経】 \n",
        "導入促進（2022 年度）【ＩＴ・総・文・経】 \n\n迷子の行 \n",
    )
    assert len(extract(stray, project.curation).warnings) == 1


def test_unexpected_count_is_an_error(document: SourceText, project: Project) -> None:
    with pytest.raises(ExtractionError, match="expected 3"):
        extract(changed(document, "③ 持続性ある社会", "① ③ 持続性ある社会"), project.curation)


def test_lookup_without_match_names_its_row(
    document: SourceText, project: Project, tmp_path: Path
) -> None:
    for table in project.curation.glob("*.tsv"):
        (tmp_path / table.name).write_text(table.read_text("utf-8"), "utf-8")
    figures = tmp_path / "figures.tsv"
    figures.write_text(figures.read_text("utf-8").replace("約50", "約51"), "utf-8")
    with pytest.raises(CurationError) as error:
        extract(document, tmp_path)
    assert error.value.facts["file"] == "figures.tsv"
    assert error.value.facts["row"] == 1 + next(
        n for n, line in enumerate(figures.read_text("utf-8").splitlines()) if "約51" in line
    )


class TestWrongFiles:
    def test_missing(self, project: Project, tmp_path: Path) -> None:
        with pytest.raises(PathMissing):
            read_document(tmp_path / "no.txt", project.curation)

    def test_truncated(self, document: SourceText, project: Project, tmp_path: Path) -> None:
        path = tmp_path / "cut.txt"
        path.write_text(document.text[:30_000], "utf-8")
        with pytest.raises(DocumentTruncated) as error:
            read_document(path, project.curation)
        assert "72,575" in error.value.message("en")

    def test_cut_inside_a_character(
        self, document: SourceText, project: Project, tmp_path: Path
    ) -> None:
        path = tmp_path / "cut.txt"
        path.write_bytes(document.text.encode()[:90_001])
        with pytest.raises(UnicodeDecodeError):
            path.read_text("utf-8")
        with pytest.raises(DocumentTruncated):
            read_document(path, project.curation)

    def test_same_beginning_but_other_year(
        self, document: SourceText, project: Project, tmp_path: Path
    ) -> None:
        path = tmp_path / "2021.txt"
        path.write_text(document.text.replace("-20-", "-21-"), "utf-8")
        with pytest.raises(DocumentUnknown, match="another year"):
            read_document(path, project.curation)

    def test_other_year(self, document: SourceText, project: Project, tmp_path: Path) -> None:
        path = tmp_path / "2021.txt"
        path.write_text("令和3年の文書\n" + document.text.replace("-20-", "-21-"), "utf-8")
        with pytest.raises(DocumentUnknown, match="another year"):
            read_document(path, project.curation)

    @pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xfe\x00"])
    def test_something_else(self, project: Project, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "x.txt"
        path.write_bytes(content)
        with pytest.raises(DocumentUnknown) as error:
            read_document(path, project.curation)
        assert "AI戦略2019フォローアップ" in error.value.message("ja")
