"""kg.validate.backtracking: patterns that may take for ever, and those that may not."""

import re
from random import Random
from time import perf_counter

import pytest
from rdflib.namespace import SH

from kg.validate.automaton import Steps
from kg.validate.backtracking import LONGEST, danger
from test_shapes import all_shapes

NESTED = (
    *("(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*)*x", r"(\w+\s?)+$", "(x+x+)+y", "(a?b?)*c"),
    *(r"(\s*\S+)*$", "(a|b|ab)*c", r"^(\d+|\d{3})+$", "^(?=(a+)+$)b", "(a*){20}b", "(a?){30}a{30}"),
    *("((a{1,99}){1,99}){1,99}b", "(あ|[ぁ-ん])*。", r"(\d{1,9}){1,9}x", "((a|a){2}){12}b"),
    *(
        "([A-Z]+[A-Za-z]*)+$",
        r"^(([a-z])+.)+[A-Z]([a-z])+$",
        "(?:a|a){20}b",
        "(a*?)*?b",
        "(?>a+)+b",
    ),
    *("(a{,}){,}b", "((a+)+b){０}", r"(\f|\s)+x", "(a(?=b*)|a)*c"),
    *(r"(?:(?=\w)|(?=.)){20}b", r"(?:^|\b|a){20}b", "(?:(?:^)?){30}b", "(?:(?:(?!b))+){30}b"),
)
IN_A_ROW = (
    "a*(?=a*(?=a*(?=a*b)))",
    "((?=a*(?!a*b))a)*c",
    "a*a*a*a*a*b",
    ".*年.*月.*日",
    r"\w+\d*[a-z0-9]+$",
    ".*,.*,.*,$",
    "a{1,50}a{2,}a*b",
)
OTHERWISE = (
    *(r"(.)\1", "(?P<x>a)(?P=x)", "(?i)a", "(b)?(?(1)a)"),
    *(r"([\101]|\w)+!", r"[\N{DIGIT ONE}]|\d"),
    *("a?" * 30 + "a" * 30, "(a|a)" * 30, "a" * (LONGEST + 1), "(?:" + ".?x" * 300 + ")*"),
)
ORDINARY = (
    *(r"^\d{4}-\d{2}-\d{2}$", "^[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}$", "^fy20[0-9]{2}$"),
    *("^(令和|平成)([0-9]{1,2}|元)年度?$", "^[IVX]+-[0-9]-[0-9]{2}-[0-9]{3}$", "^[A-Z]{2}\\d{4,}$"),
    *("^[0-9]{13}$", "^sha256:[0-9a-f]{64}$", "^[A-Za-z0-9_-]{1,64}$", "^II", r"^〒?\d{3}-\d{4}$"),
    *(
        r"^0\d{1,4}-\d{1,4}-\d{4}$",
        r"^https?://[^\s/]+(/[^\s]*)?$",
        "^urn:[a-z0-9][a-z0-9-]{0,31}:.+$",
    ),
    *(r"^[\w.+-]+@[\w-]+(\.[\w-]+)+$", r"^(\d+,)*\d+$", r"^\w+(, \w+)*$", r"\d+(,\d{3})*円$"),
    *(
        "^[ぁ-んァ-ヶ一-龠ー]+$",
        "^(継続|更新|新規|再掲)$",
        "^[^「」]*「[^」]+」[^「」]*$",
        "^.*人工知能.*$",
    ),
    *(r"^(?:[0-9]{1,3}\.){3}[0-9]{1,3}$", "^([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}$", "^(ab?)*$", "^a+$"),
    *(r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$", "^[a-z]{2}(-[A-Z]{2})?$", "^[^年]*年[^月]*月.*$"),
    *(
        r"^(?=.*\d)(?=.*[a-z]).{8,}$",
        "^(foo|bar|baz)+$",
        r"^\S+$",
        r"^[\u3040-\u30ff]+$",
        "[]a]{2}+",
        r"^[^\\0-9]{,3}a{}$",
        r"^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])(?!.*\s).{8,}$",
        "^(?:(?!済).)*$",
        r"^(?:\s*,?)?[0-9]*$",
        r"^(?:(?=\d)[0-9a-f]|[g-z])+$",
    ),
)
QUICK = 1.0
"""Seconds, of the tenths that the largest may take."""


@pytest.mark.parametrize("text", NESTED)
def test_what_reads_the_same_in_two_ways_again_and_again_is_refused(text: str) -> None:
    found = danger(text, Steps())
    assert found is not None
    assert "何通りにも" in found.reason.ja
    assert "in many ways" in found.reason.en
    assert "(a+)+" in found.instead.ja


@pytest.mark.parametrize("text", IN_A_ROW)
def test_many_repetitions_of_the_same_are_refused(text: str) -> None:
    found = danger(text, Steps())
    assert found is not None
    assert "three or more" in found.reason.en
    assert "三つ以上" in found.reason.ja


@pytest.mark.parametrize("text", OTHERWISE)
def test_what_is_not_understood_or_too_large_is_refused_at_once(text: str) -> None:
    start = perf_counter()
    found = danger(text, Steps())
    assert perf_counter() - start < QUICK
    assert found is not None
    assert found.reason.ja.endswith("。")
    assert found.instead.en.endswith(".")


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_patterns_pass(text: str) -> None:
    assert re.compile(text)
    for ignore_case in (False, True):
        assert danger(text, Steps(3000), ignore_case=ignore_case) is None


def test_the_patterns_of_our_shapes_pass() -> None:
    patterns = {str(pattern) for pattern in all_shapes().objects(None, SH.pattern)}
    assert len(patterns) >= 5
    steps = Steps()
    for pattern in patterns:
        assert danger(pattern, steps) is None


def test_the_part_at_fault_is_named() -> None:
    for text, part in (
        (r"^x(\w+\s?)+$", r"(\w+\s?)+"),
        ("ab(c|c)*d", "(c|c)*"),
        ("x.*年.*月.*日", ".*年.*月.*"),
    ):
        found = danger(text, Steps())
        assert found is not None
        assert f"「{part}」" in found.reason.ja
        assert part in found.reason.en


def test_capitals_are_the_same_where_they_are_to_be() -> None:
    assert danger("(a|A)*b", Steps()) is None
    assert danger("(a|A)*b", Steps(), ignore_case=True) is not None


def test_what_is_no_pattern_is_left_to_whoever_uses_it() -> None:
    for text in ("((", "a**", "[", "a{99999999999}"):
        assert danger(text, Steps()) is None


def test_what_several_patterns_may_cost_is_bounded() -> None:
    steps = Steps(5000)
    patterns = [f"^(a{n}|b)*$" for n in range(500)]
    assert danger(patterns[0], steps) is None
    refused = next(found for text in patterns if (found := danger(text, steps)) is not None)
    assert "複雑すぎて" in refused.reason.ja


def expression(chance: Random, depth: int) -> str:
    """Some expression of letters that often stand for the same character."""
    if depth == 0:
        return chance.choice(("a", "b", "ab", ".", r"\w", "[^b]", "1", r"\d", "^", r"\b"))
    parts = [expression(chance, depth - 1) for _ in range(chance.randint(1, 3))]
    form, count = chance.choice(("{}", "(?:{})", "(?:{})", "(?:{})", "(?={})", "(?!{})")), ""
    if form != "{}":
        count = chance.choice(("*", "+", "?", "{2}", "{1,9}", "{3,}", "{,3}", "{8}", "{20}", ""))
    return form.format(chance.choice(("", "|")).join(parts)) + count


def test_what_passes_is_searched_in_no_time() -> None:
    """Texts of forty characters, of which an exponential search would never end."""
    chance = Random(11)  # noqa: S311 - the same expressions in each run
    texts = [part * (40 // len(part)) + "\n!" for part in ("a", "b", "ab", "1a", "aab")]
    passed = refused = 0
    for _ in range(1500):
        text = expression(chance, chance.randint(2, 4))
        start = perf_counter()
        found = danger(text, Steps())
        assert perf_counter() - start < QUICK, text
        if found is not None:
            refused += 1
            continue
        passed += 1
        compiled = re.compile(f"^{text}$")
        for said in texts:
            start = perf_counter()
            compiled.search(said)
            assert perf_counter() - start < QUICK, (text, said)
    assert passed >= 300
    assert refused >= 300
