"""Values in the text of a query, against the engine that takes them beside it."""

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg.errors import QueryFailed
from kg.store.lexer import tokens
from kg.store.substitution import Term, substitute

P = "http://example.org/p"
HOSTILE = [
    '" } DROP ALL #',
    "' . ?s ?p ?o } #",
    '"""',
    "\\",
    '\\"',
    "\n}",
    "\r\n",
    "<http://example.org/>",
    "?v",
    '"@en',
    '"^^<http://example.org/>',
    "\x00\x01\x7f",
    "\u2028戦略🗾",
]
TEXT = "SELECT ?v ?x WHERE { ?x <http://example.org/p> ?v } ORDER BY ?v ?x"


def filled(term: ox.Literal | ox.NamedNode) -> ox.Store:
    store = ox.Store()
    for number, value in enumerate((term, ox.Literal("other"), ox.NamedNode(P))):
        subject = ox.NamedNode(f"http://example.org/{number}")
        store.add(ox.Quad(subject, ox.NamedNode(P), value))
    return store


def rows(store: ox.Store, query: str, bindings: dict[str, Term] | None = None) -> list[list[str]]:
    given_ = {ox.Variable(name): term for name, term in (bindings or {}).items()}
    result = store.query(query, substitutions=given_)
    assert isinstance(result, ox.QuerySolutions)
    return [[str(term) for term in row] for row in result]


literals = st.one_of(
    st.builds(ox.Literal, st.text(st.characters(codec="utf-8"))),
    st.builds(ox.Literal, st.sampled_from(HOSTILE)),
    st.builds(lambda text: ox.Literal(text, language="ja"), st.sampled_from(HOSTILE)),
    st.builds(ox.Literal, st.integers(-(2**62), 2**62)),
)


@given(literals)
@example(ox.Literal("II-1-20-001"))
@settings(max_examples=500, deadline=None)
def test_a_value_means_what_it_means_beside_the_text(term: ox.Literal) -> None:
    store = filled(term)
    # a text that engines may read in two ways is not sent
    if "\\u" in term.value or "\\U" in term.value:
        with pytest.raises(QueryFailed):
            substitute(TEXT, {"v": term})
        return
    text = substitute(TEXT, {"v": term})
    assert rows(store, text) == rows(store, TEXT, {"v": term})
    assert len(rows(store, text)) >= 1


@given(literals, st.permutations(["?v", "?x", "{", "}", "(", ")", "#", "SELECT", "'", "VALUES"]))
@settings(max_examples=300, deadline=None)
def test_nothing_but_the_variable_changes(term: ox.Literal, words: list[str]) -> None:
    """Also in texts that are no queries: the tokens around the value stay as they were."""
    text = " ".join(words)
    try:
        result = substitute(text, {"v": term})
    except QueryFailed:
        return
    before = [token.text for token in tokens(text)]
    after = [token.text for token in tokens(result)]
    if "?v" not in before:
        assert result == text
        return
    place = before.index("?v")
    assert after[:place] == before[:place]
    tail = before[place + 1 :]
    assert not tail or after[-len(tail) :] == tail or "sameTerm" in after


@pytest.mark.parametrize("value", ["\\u0022", "a\\U00000022", "\\\\u005C"])
def test_what_engines_read_differently_is_not_sent(value: str) -> None:
    with pytest.raises(QueryFailed, match="every engine"):
        substitute(TEXT, {"v": ox.Literal(value)})


V = ox.NamedNode("v:v")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT ?v { ?v ?p $v }", "SELECT (<v:v> AS ?v) { <v:v> ?p <v:v> }"),
        ("ASK { ?vv ?v '?v' } # ?v", "ASK { ?vv <v:v> '?v' }"),
        (
            "SELECT ?v (COUNT(?x) AS ?n) { ?x ?p ?v } GROUP BY ?v ORDER BY DESC(?v)",
            (
                "SELECT (<v:v> AS ?v) (COUNT(?x) AS ?n) { ?x ?p <v:v> } GROUP BY ?given1 "
                "ORDER BY DESC(?v)"
            ),
        ),
        (
            "SELECT ?v { ?v ?p ?o { SELECT ?o { ?o ?v 1 } } { SELECT ?v { ?v ?q ?r } } }",
            (
                "SELECT (<v:v> AS ?v) { <v:v> ?p ?o { SELECT ?o { ?o ?v 1 } }"
                " { SELECT (<v:v> AS ?given1) { <v:v> ?q ?r } } }"
            ),
        ),
        (
            "SELECT ?v { VALUES ?v { <a:a> } ?v ?p ?given1 }",
            (
                "SELECT (<v:v> AS ?v) { VALUES ?given2 { <a:a> } FILTER(sameTerm(?given2, <v:v>))"
                " <v:v> ?p ?given1 }"
            ),
        ),
        (
            "CONSTRUCT { ?v ?p 1 } WHERE { ?v ?p 2 }",
            "CONSTRUCT { <v:v> ?p 1 } WHERE { <v:v> ?p 2 }",
        ),
    ],
)
def test_where_values_go(text: str, expected: str) -> None:
    result = substitute(text, {"v": V})
    assert [t.text for t in tokens(result)] == [t.text for t in tokens(expected)]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?v { BIND(1 AS ?v) }",
        "SELECT ?v { ?x ?p ?v FILTER(BOUND(?v)) }",
        "SELECT ?v { ?x ?p ?v } VALUES ?v { 1 }",
    ],
)
def test_places_without_a_value_are_named(text: str) -> None:
    with pytest.raises(QueryFailed, match=r"\?v stands in"):
        substitute(text, {"v": V})


def test_a_blank_node_is_no_value() -> None:
    with pytest.raises(QueryFailed):
        substitute(TEXT, {"v": ox.BlankNode("b")})


def test_without_values_the_text_stays() -> None:
    assert substitute(TEXT, {}) == TEXT
    assert substitute(TEXT, {"other": V}) == TEXT
