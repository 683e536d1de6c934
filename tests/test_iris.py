"""kg.store.iris: which IRIs a SPARQL text names, and where."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.store.iris import Use, named_iris
from kg.store.lexer import Places, position, token_near, tokens

HEAD = "BASE <http://a/b/>\nPREFIX : <c#> # <http://no/>\nprefix p: <http://p/>\n"


def used(text: str) -> list[tuple[str, int]]:
    return [(use.iri, use.line) for use in named_iris(HEAD + text) if use.prefix is None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * { <d> :e ?f }", [("http://a/b/d", 4), ("http://a/b/c#e", 4)]),
        ("ASK {\n ?s p:x|^p:y ?o }", [("http://p/x", 5), ("http://p/y", 5)]),
        ("ASK { ?s p:g\\/h <\\u0041> }", [("http://p/g/h", 4), ("http://a/b/A", 4)]),
        ("ASK { ?s ?p '<s>', \"p:x\", '''p:y''', 'v'^^p:t } # p:z", [("http://p/t", 4)]),
        ("ASK { FILTER(?a < ?b && ?c > 1) ?s other:x _:p }", []),
        (
            "ASK { ?s <//h/i> <../e>, <#f> }",
            [("http://h/i", 4), ("http://a/e", 4), ("http://a/b/#f", 4)],
        ),
    ],
)
def test_iris_are_whole_and_have_their_lines(text: str, expected: list[tuple[str, int]]) -> None:
    assert used(text) == expected


def test_declarations_are_told_apart() -> None:
    assert list(named_iris(HEAD)) == [
        Use("http://a/b/c#", 2, 10, "", "PREFIX"),
        Use("http://p/", 3, 11, "p", "PREFIX"),
    ]


def test_the_word_before_an_iri_is_known() -> None:
    text = "SELECT * FROM <d>\nfrom named p:x { graph <e> { :f a p:T } }"
    uses = [use for use in named_iris(HEAD + text) if use.prefix is None]
    assert [(use.after, use.line, use.column) for use in uses] == [
        ("FROM", 4, 15),
        ("NAMED", 5, 12),
        ("GRAPH", 5, 24),
        ("", 5, 30),
        ("A", 5, 35),
    ]


def test_places_of_many_names_take_time_in_proportion() -> None:
    text = "<a>\n<b>" * 20_000
    begun = time.perf_counter()
    found = [(use.line, use.column) for use in named_iris(text)]
    # counted from the beginning each time, it takes many seconds
    assert time.perf_counter() - begun < 2
    assert found[:3] == [(1, 1), (2, 1), (2, 4)]
    assert found[-1] == (20_001, 1)
    assert token_near(text, 20_001, 1) == list(tokens(text))[-1]


@given(st.text(alphabet="<>ab:\n \t'", max_size=60))
def test_places_in_order_are_those_of_each_alone(text: str) -> None:
    places = Places(text)
    for token in tokens(text):
        assert places.of(token.start) == position(text, token.start)
