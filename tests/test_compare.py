"""The difference of two graphs in words: things that come and go, values that change."""

import pytest
from rdflib import Graph

from kg.compare import Difference, changed, difference
from kg.lookup import Lookup
from kg.namespaces import NAMES

PREFIXES = """
@prefix j: <https://w3id.org/jpstrat/def#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@base <https://w3id.org/jpstrat/id/> .
"""
TERMS = """
j:Measure rdfs:label "measure"@en , "取組"@ja .
j:Ministry rdfs:label "ministry"@en , "省"@ja .
j:deadline rdfs:label "deadline"@en , "達成時期"@ja .
j:addresses rdfs:label "target addressed"@en , "対応する目標"@ja .
<period/fy2022> skos:prefLabel "FY2022"@en , "2022年度"@ja .
<period/fy2023> skos:prefLabel "FY2023"@en , "2023年度"@ja .
"""
ONE = """
<measure/x/II-1> a j:Measure ; j:code "II-1" ; skos:prefLabel "First"@en , "一つ目"@ja ;
  j:deadline <period/fy2022> .
"""
CHANGED = ONE.replace("fy2022", "fy2023")
TWO = """
<measure/x/II-10> a j:Measure ; j:code "II-10" ; skos:prefLabel "Tenth"@en , "十"@ja .
<measure/x/II-2> a j:Measure ; j:code "II-2" ; skos:prefLabel "Second"@en , "二つ目"@ja .
<org/x> a j:Ministry ; skos:prefLabel "Ministry X"@en , "X省"@ja .
"""


def graph(text: str) -> Graph:
    return Graph().parse(data=PREFIXES + TERMS + text, format="turtle")


def between(before: str, after: str) -> Difference:
    old, new = graph(before), graph(after)
    return difference(old, new, Lookup(old, NAMES), NAMES)


@pytest.mark.parametrize(
    ("before", "after", "ja", "en"),
    [
        (ONE, ONE, ["グラフは変わりません。"], ["No change."]),
        (
            ONE,
            CHANGED,
            ["II-1の達成時期を2022年度から2023年度に変更します。"],
            ["Changes the deadline of II-1 from FY2022 to FY2023."],
        ),
        (
            ONE,
            ONE + "<measure/x/II-1> j:deadline <period/fy2023> .",
            ["II-1の達成時期に2023年度を追加します。"],
            ["Adds FY2023 to the deadline of II-1."],
        ),
        (
            ONE,
            ONE.replace("j:deadline <period/fy2022>", "j:status <x>"),
            [
                "II-1の達成時期から2022年度を除きます。",
                "II-1のjpstrat:statusにid/xを追加します。",
            ],
            [
                "Removes FY2022 from the deadline of II-1.",
                "Adds id/x to the jpstrat:status of II-1.",
            ],
        ),
        (
            ONE,
            ONE + TWO,
            [
                "取組を2件追加します。",
                "省を1件追加します。",
                "追加（取組）: II-2「二つ目」",
                "追加（取組）: II-10「十」",
                "追加（省）: X省",
            ],
            [
                "Adds 2 measures.",
                "Adds 1 ministry.",
                "New measure: II-2 (Second)",
                "New measure: II-10 (Tenth)",
                "New ministry: Ministry X",
            ],
        ),
        (
            ONE + TWO,
            ONE,
            [
                "取組を2件削除します。",
                "省を1件削除します。",
                "削除（取組）: II-2「二つ目」",
                "削除（取組）: II-10「十」",
                "削除（省）: X省",
            ],
            [
                "Removes 2 measures.",
                "Removes 1 ministry.",
                "Removed measure: II-2 (Second)",
                "Removed measure: II-10 (Tenth)",
                "Removed ministry: Ministry X",
            ],
        ),
    ],
)
def test_lines(before: str, after: str, ja: list[str], en: list[str]) -> None:
    found = between(before, after)
    assert found.lines("ja") == ja
    assert found.lines("en") == en
    assert bool(found) == (before != after)


def test_json_says_the_same() -> None:
    told = between(ONE, CHANGED + TWO).as_json("en")
    assert told["statements"] == {"added": 12, "removed": 1}
    assert told["classes"] == [
        {"class": "measure", "added": 2, "removed": 0},
        {"class": "ministry", "added": 1, "removed": 0},
    ]
    assert told["changed"] == [
        {
            "id": "https://w3id.org/jpstrat/id/measure/x/II-1",
            "label": "II-1 (First)",
            "class": "measure",
            "property": "https://w3id.org/jpstrat/def#deadline",
            "propertyLabel": "deadline",
            "before": ["FY2022"],
            "after": ["FY2023"],
            "text": "Changes the deadline of II-1 from FY2022 to FY2023.",
        }
    ]
    assert told["lines"] == between(ONE, CHANGED + TWO).lines("en")


def test_statements_that_are_there_already_change_nothing() -> None:
    whole = graph(ONE)
    lookup = Lookup(whole, NAMES)
    assert not changed(whole, set(whole), (), lookup, NAMES)
    # what is taken away and put back
    assert not changed(whole, set(whole), set(whole), lookup, NAMES)
    # what is not there cannot go
    assert not changed(whole, (), set(graph(TWO)) - set(whole), lookup, NAMES)


def test_long_texts_are_cut_in_lines_only() -> None:
    long = "長" * 200
    found = between(ONE, ONE.replace("一つ目", long))
    (line,) = found.lines("ja")
    assert "…" in line
    assert any(long == str(o) for _, _, o in found.added)
