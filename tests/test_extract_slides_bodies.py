"""Organisations, rosters and hubs of made-up slides."""

from pathlib import Path

import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import FOAF, ORG, SKOS

from kg.errors import CurationError, ExtractionError
from kg.extract.slides.hubs import read_hubs
from kg.extract.slides.organisations import read_organisations
from kg.extract.slides.reading import Reading
from kg.extract.slides.rosters import read_rosters
from kg.namespaces import JPSTRAT, NAMES
from slides_trial import ORGANISATIONS, Maker, organisation_tables, proofs, values


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


# Organisations and rosters


def test_organisations_get_names_units_and_paths(make: Maker) -> None:
    organisation_tables(make)
    reading = make.reading(ORGANISATIONS)
    read_organisations(reading)
    assert reading.organisations["乙省"] == "org/otsu"
    assert NAMES.id("org", "otsu") not in reading.builders
    assert values(reading, "org/ko-u", SKOS.prefLabel) == [Literal("甲大学", "ja")]
    assert values(reading, "org/ko-u", SKOS.altLabel) == [Literal("甲大", "ja")]
    assert values(reading, "org/ko-aic", ORG.unitOf) == [NAMES.id("org", "ko-u")]
    assert reading.builders[NAMES.id("committee", "hei")].type == JPSTRAT.Committee


def test_an_organisation_that_is_not_printed_names_its_row(make: Maker) -> None:
    organisation_tables(make)
    with pytest.raises(CurationError, match=r"organisations\.tsv row 4"):
        read_organisations(make.reading("甲大学 甲大 乙省 丙本部"))


def roster_reading(make: Maker, text: str, *rosters: str) -> Reading:
    organisation_tables(make)
    make.table("slides-people", "printed|surname", "山川補佐官|山川")
    make.table("slides-rosters", "body|slide|heading|start|end|holders|rank|count", *rosters)
    reading = make.reading(ORGANISATIONS + text)
    read_organisations(reading)
    read_rosters(reading)
    return reading


def test_people_are_read_with_roles_and_affiliations(make: Maker) -> None:
    text = (
        "検討会\n座長：田中 一郎 甲大学 教授\n鈴木次郎\n\n佐々木 三郎 甲大AIC所長/丙本部員\n"
        "事務局：乙省\nチーム長：山川補佐官\n木村 四 民間【副座長】\n以上"
    )
    row = "committee/c|s1|検討会|検討会|以上|people||6"
    reading = roster_reading(make, text, row)
    people = [values(reading, f"person/p{n:03}", FOAF.name) for n in range(1, 6)]
    assert people == [
        [Literal("田中一郎")],
        [Literal("鈴木次郎")],
        [Literal("佐々木三郎")],
        [Literal("山川")],
        [Literal("木村四")],
    ]
    roles = {
        str(iri).rpartition("/")[2]: [str(v).rpartition("/")[2] for v in _all(builder, ORG.role)]
        for iri, builder in reading.builders.items()
        if "/membership/c/" in iri
    }
    assert roles == {
        "p001": ["chair"],
        "p002": ["member"],
        "p003": ["member"],
        "otsu": ["secretariat"],
        "p004": ["team-leader"],
        "p005": ["vice-chair"],
    }
    assert values(reading, "membership/c/p003", JPSTRAT.affiliation) == [
        NAMES.id("org", "ko-aic"),
        NAMES.id("committee", "hei"),
    ]
    assert values(reading, "membership/c/p001", JPSTRAT.affiliationText) == [Literal("甲大学 教授")]
    assert proofs(reading, "membership/c/p001", ORG.member) == ["田中 一郎"]
    assert values(reading, "membership/c/p004", JPSTRAT.affiliationText) == [Literal("補佐官")]


def _all(builder: object, property_: URIRef) -> list[object]:
    return [s.value for s in builder.statements if s.property == property_]  # type: ignore[attr-defined]


def test_one_person_on_two_rosters_is_numbered_once_by_first_appearance(make: Maker) -> None:
    text = "第一会\n座長：田中 一郎\n第二会\n主査 田中一郎\n鈴木次郎\n以上"
    reading = roster_reading(
        make,
        text,
        "committee/b|s1|第二会|第二会|以上|people||2",
        "committee/a|s1|第一会|第一会|第二会|people||1",
    )
    assert NAMES.id("membership", "a", "p001") in reading.builders
    assert NAMES.id("membership", "b", "p001") in reading.builders
    assert values(reading, "person/p002", FOAF.name) == [Literal("鈴木次郎")]


def test_posts_and_organisations_are_members_without_a_person(make: Maker) -> None:
    text = (
        "親会\n議長：長官 議長代理：甲大臣 構成員：他の大臣\n子会（課長級）\n乙省 丙本部 等\n以上"
    )
    reading = roster_reading(
        make,
        text,
        "committee/a|s1|親会|親会|子会|posts||3",
        "committee/b|s1|子会|子会（課長級）|以上|organisations|課長級|2",
    )
    assert values(reading, "membership/a/acting-chair", JPSTRAT.affiliationText) == [
        Literal("甲大臣")
    ]
    assert values(reading, "membership/a/chair", ORG.member) == []
    assert values(reading, "membership/b/hei", ORG.member) == [NAMES.id("committee", "hei")]
    assert values(reading, "membership/b/otsu", JPSTRAT.affiliationText) == [Literal("課長級")]
    assert not [iri for iri in reading.builders if "/person/" in iri]
    assert reading.warnings == []


def test_a_line_or_a_body_that_is_not_known_is_a_warning(make: Maker) -> None:
    reading = roster_reading(
        make,
        "第一会\n田中 一郎\n詳細は別紙を参照のこと\n子会\n乙省 丁庁\n以上",
        "committee/a|s1|第一会|第一会|子会|people||1",
        "committee/b|s1|子会|子会|以上|organisations||1",
    )
    assert sorted(w.line for w in reading.warnings) == [4, 6]


def test_a_roster_of_another_length_is_an_error(make: Maker) -> None:
    with pytest.raises(ExtractionError, match=r"第一会 × 1; expected × 2"):
        roster_reading(
            make, "第一会\n田中 一郎\n以上", "committee/a|s1|第一会|第一会|以上|people||2"
        )


def test_a_kind_of_holder_that_does_not_exist_names_its_row(make: Maker) -> None:
    with pytest.raises(CurationError, match="field holders: 'cats'"):
        roster_reading(make, "第一会\n以上", "committee/a|s1|第一会|第一会|以上|cats||0")


# Hubs


HUB_NAMES = "天地玄黄宇宙洪荒"
HUBS = "国内８拠点における研究（Head Quarter)\n甲大学\n" + "\n".join(
    f"量子{name}（{'バイオ）（' if name == '玄' else ''}甲大）" for name in HUB_NAMES
)


def hub_reading(make: Maker, text: str) -> Reading:
    organisation_tables(make)
    network = "s10|network/quantum-innovation-hubs"
    names = ["玄（バイオ）" if name == "玄" else name for name in HUB_NAMES]
    rows = [f"量子{name}|h{i}|life||{network}" for i, name in enumerate(names)]
    rows[-1] = f"量子{HUB_NAMES[-1]}|h7|life|org/otsu|{network}"
    make.table("slides-hubs", "printed|hub|field|also_hosted_by|slide|network", *rows)
    reading = make.reading(text + ORGANISATIONS.replace("甲大学", "", 1), "s10")
    read_organisations(reading)
    read_hubs(reading)
    return reading


def test_hubs_have_hosts_fields_and_a_network(make: Maker) -> None:
    reading = hub_reading(make, HUBS)
    assert values(reading, "hub/h2", SKOS.prefLabel) == [Literal("量子玄（バイオ）", "ja")]
    assert values(reading, "hub/h2", JPSTRAT.hostedBy) == [NAMES.id("org", "ko-u")]
    assert values(reading, "hub/h7", JPSTRAT.hostedBy) == [
        NAMES.id("org", "ko-u"),
        NAMES.id("org", "otsu"),
    ]
    assert proofs(reading, "hub/h0", JPSTRAT.inNetwork) == ["国内８拠点における"]


@pytest.mark.parametrize(
    ("printed", "changed"),
    [
        ("国内８拠点", "国内７拠点"),
        ("量子天（甲大）", ""),
        ("量子天（甲大）", "量子天（丁大）"),
        ("量子天（甲大）", "量子月（甲大）"),
        ("（Head Quarter)", ""),
    ],
)
def test_other_hubs_are_an_error(make: Maker, printed: str, changed: str) -> None:
    with pytest.raises(ExtractionError):
        hub_reading(make, HUBS.replace(printed, changed))
