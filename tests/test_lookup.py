"""What names mean, on the real graph."""

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import ORG, SKOS

from kg.lookup import Found, Lookup, folded
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.building import read_asserted
from kg.pipeline.former import former_names
from kg.pipeline.project import Project

ANY = ORG.Organization
MINISTRY = JPSTRAT.Ministry


@pytest.fixture(scope="module")
def lookup(project: Project) -> Lookup:
    graph = Graph()
    for s, p, o, g in read_asserted(project).quads():
        if g != NAMES.graph("shapes"):
            graph.add((s, p, o))
    return Lookup(graph, NAMES, former_names(project))


def thing(found: Found) -> str | None:
    return NAMES.short(found.thing.iri) if found.thing else None


def others(found: Found) -> list[str]:
    return [NAMES.short(candidate.iri) for candidate in found.candidates]


@pytest.mark.parametrize(
    ("text", "kind", "meant"),
    [
        # ministries: official name, letter of the legend, short form, Latin letters, any width
        *(
            (text, kind, "id/org/mext")
            for text in (
                "文科省",
                "文",
                "文部科学省",
                "MEXT",
                "ＭＥＸＴ",
                " 文 部 科 学 省 ",
                "mext",
            )
            for kind in (ANY, MINISTRY)
        ),
        ("経産省", ANY, "id/org/meti"),
        ("厚労省", ANY, "id/org/mhlw"),
        ("国交省", ANY, "id/org/mlit"),
        ("農水省", ANY, "id/org/maff"),
        ("総務省", ANY, "id/org/mic"),
        ("環境省", ANY, "id/org/moe"),
        ("警察庁", ANY, "id/org/npa"),
        ("個情", ANY, "id/org/ppc"),
        ("Ministry of the Environment", ANY, "id/org/moe"),
        ("id/org/mext", ANY, "id/org/mext"),
        (f"{NAMES.base}id/org/mext", ANY, "id/org/mext"),
        # offices of a body
        ("内閣府（科技）", ANY, "id/org/cao-csti"),
        ("内閣府(知財)", ANY, "id/org/cao-ip"),
        ("内閣府（宇宙開発戦略推進事務局）", ANY, "id/org/cao-space"),
        ("内閣官房（ＩＴ）", ANY, "id/org/cas-it"),
        ("内閣官房健康・医療戦略室", ANY, "id/org/cas-health"),
        ("内閣官房　情報通信技術（ＩＴ）総合戦略室", ANY, "id/org/cas-it"),
        # the legend explains it; the council of that name is written in full elsewhere
        ("CSTI", ANY, "id/org/cao-csti"),
        # institutions, with a legal form and by a name in brackets
        ("国立研究開発法人理化学研究所", ANY, "id/org/riken"),
        ("理研", ANY, "id/org/riken"),
        ("産総研", ANY, "id/org/aist"),
        ("国立大学法人 大阪大学", ANY, "id/org/osaka-u"),
        ("CiNet", ANY, "id/org/nict-cinet"),
        ("脳情報通信融合研究センター", ANY, "id/org/nict-cinet"),
        ("デジタル庁", ANY, "id/org/digital-agency"),
        # concepts by label and notation, in a scheme and as a class
        ("新規", NAMES.scheme("measure-status"), "vstatus:new"),
        ("new", NAMES.scheme("measure-status"), "vstatus:new"),
        ("vstatus:new", NAMES.scheme("measure-status"), "vstatus:new"),
        ("再掲", SKOS.Concept, "vstatus:reposted"),
        # sections by notation and heading
        ("II-1-1", JPSTRAT.DocumentSection, "id/section/ai2019-fu2020/II-1-1"),
        ("Ⅱ－１－１", JPSTRAT.DocumentSection, "id/section/ai2019-fu2020/II-1-1"),
        ("戦略の目的", JPSTRAT.DocumentSection, "id/section/ai2019-fu2020/I-B"),
        # targets and measures
        ("II-1-1-t1", JPSTRAT.SpecificTarget, "id/target/ai2019-fu2020/II-1-1-t1"),
        (
            "全高校卒業生の理数・情報の基礎素養の習得と問題発見・解決型学習の体験",
            JPSTRAT.SpecificTarget,
            "id/target/ai2019-fu2020/II-1-1-t1",
        ),
        ("ⅱ-1-20-001", JPSTRAT.Measure, "id/measure/ai2019-fu2020/II-1-20-001"),
        # periods
        ("2022年度", JPSTRAT.YearPeriod, "id/period/fy2022"),
        ("FY2022", JPSTRAT.YearPeriod, "id/period/fy2022"),
        ("令和４年度", JPSTRAT.YearPeriod, "id/period/fy2022"),
        ("R4年度", JPSTRAT.YearPeriod, "id/period/fy2022"),
        ("令和元年度", JPSTRAT.YearPeriod, "id/period/fy2019"),
        ("平成31年度", JPSTRAT.YearPeriod, "id/period/fy2019"),
        ("令和7年", JPSTRAT.YearPeriod, "id/period/cy2025"),
        ("2025年", JPSTRAT.YearPeriod, "id/period/cy2025"),
    ],
)
def test_a_name_means_one_thing(lookup: Lookup, text: str, kind: URIRef, meant: str) -> None:
    assert thing(lookup.find(text, kind)) == meant


@pytest.mark.parametrize(
    ("text", "kind", "likely"),
    [
        ("文科庁", ANY, "id/org/mext"),
        ("文学省", ANY, "id/org/mext"),
        ("文部省", ANY, "id/org/mext"),
        ("総務庁", ANY, "id/org/mic"),
        ("経済産業局", ANY, "id/org/meti"),
        ("mxet", ANY, "id/org/mext"),
        ("内閣府（防災）", ANY, "id/org/cao"),
        ("Education, Culture", ANY, "id/org/mext"),
        ("学術振興会", ANY, "id/org/jsps"),
        ("新設", NAMES.scheme("measure-status"), "vstatus:new"),
        ("II-1-9", JPSTRAT.DocumentSection, "id/section/ai2019-fu2020/II-1-1"),
        # a hyphen lost is another number
        ("II-11", JPSTRAT.DocumentSection, "id/section/ai2019-fu2020/II-1-1"),
        ("2022年度末", JPSTRAT.YearPeriod, "id/period/fy2022"),
    ],
)
def test_what_is_only_similar_is_a_candidate(
    lookup: Lookup, text: str, kind: URIRef, likely: str
) -> None:
    found = lookup.find(text, kind)
    assert found.thing is None
    assert likely in others(found)
    assert len(found.candidates) <= 3


def test_several_things_of_one_name_are_candidates(lookup: Lookup) -> None:
    found = lookup.find("s1", JPSTRAT.SubMeasure)
    assert found.thing is None
    assert len(found.candidates) > 3
    # parts of two names of offices of the Cabinet Office
    assert thing(lookup.find("内閣府（推進事務局）", ANY)) is None
    assert {"id/org/cao-ip", "id/org/cao-ocean"} <= set(
        others(lookup.find("内閣府（推進事務局）", ANY))
    )


@pytest.mark.parametrize("text", ["", " ", "「」", "ZZZZZZ", "該当なし", "財務省"])
def test_what_resembles_nothing_has_no_candidates(lookup: Lookup, text: str) -> None:
    assert lookup.find(text, ANY) == Found(None)


FORMER = {
    "mext": (
        "文部省",
        "科学技術庁",
        "科技庁",
        "旧文部省",
        "文部省（当時）",
        "文部省（現文部科学省）",
    ),
    "meti": ("通商産業省", "通産省"),
    "mhlw": ("厚生省", "労働省"),
    "mlit": ("建設省", "運輸省", "国土庁", "北海道開発庁"),
    "mic": ("郵政省", "自治省", "総務庁"),
    "moe": ("環境庁",),
    "mod": ("防衛庁",),
    "cao": ("経済企画庁", "経企庁", "沖縄開発庁", "総理府"),
}


def test_former_names_of_ministries_are_candidates_and_no_facts(
    lookup: Lookup, project: Project
) -> None:
    for key, names in FORMER.items():
        for name in names:
            found = lookup.find(name, ANY)
            assert (thing(found), others(found)) == (None, [f"id/org/{key}"]), name
    # what took over is no part of the graph
    assert lookup.find("大蔵省", ANY) == Found(None)
    stated = {str(o) for *_, o, _ in read_asserted(project).quads()}
    told = former_names(project)
    assert len(told) == 21
    assert [each.name for each in told if each.name in stated] == []
    assert {each.year for each in told} == {2001, 2007}


@pytest.mark.parametrize(
    ("text", "likely"),
    [("Ministry of Education", ["id/org/mext"]), ("Ministry of Finance", [])],
)
def test_what_all_ministries_are_called_makes_none_likely(
    lookup: Lookup, text: str, likely: list[str]
) -> None:
    assert others(lookup.find(text, ANY)) == likely


def test_an_office_that_runs_on_from_its_body_is_likely(lookup: Lookup) -> None:
    for text in ("内閣府科技", "内閣府 科技", "内閣府科学技術担当"):
        found = lookup.find(text, ANY)
        assert (thing(found), others(found)[0]) == (None, "id/org/cao-csti")


@pytest.mark.parametrize("text", ["箇所", "か所", "カ所", "ヶ所", "ヵ所", "ｹ所", "個所"])
def test_spellings_of_places_are_one(lookup: Lookup, text: str) -> None:
    assert thing(lookup.find(text, NAMES.scheme("unit"))) == "vunit:site"


def test_a_project_without_former_names_has_none(project_copy: Project) -> None:
    (project_copy.curation / "former-names.tsv").unlink()
    assert former_names(project_copy) == ()


def test_a_body_that_was_reorganised_is_itself_and_names_what_came_of_it(lookup: Lookup) -> None:
    found = lookup.find("IT総合戦略室", ANY)
    assert thing(found) is None
    assert "id/org/cas-it" in others(found)
    found = lookup.find("東京医科歯科大学", ANY)
    assert (thing(found), others(found)) == ("id/org/tmdu", ["id/org/science-tokyo"])


def test_a_class_has_no_things_of_another(lookup: Lookup) -> None:
    assert thing(lookup.find("理研", MINISTRY)) is None
    assert thing(lookup.find("文科省", JPSTRAT.Committee)) is None
    assert thing(lookup.find("新規", NAMES.scheme("unit"))) is None


def test_candidates_have_titles_in_both_languages(lookup: Lookup) -> None:
    mext = lookup.candidate(NAMES.id("org", "mext"))
    assert mext.label.ja == "文部科学省"
    assert mext.label.en.startswith("Ministry of Education")
    assert lookup.candidate(NAMES.id("org", "nobody")).label.ja == "id/org/nobody"


def test_folding() -> None:
    assert folded("ＭＥＸＴ") == folded("mext") == "mext"
    assert folded("健康・医療 戦略室") == folded("健康医療戦略室")
    assert folded("Ⅱ‐１－２０") == "ii-1-20"
    assert folded("II-1-1") != folded("II-11")
    assert folded("AI-related") == folded("AI related")
