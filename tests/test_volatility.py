import time

import pytest

from kg.store.volatility import is_volatile

VOLATILE = [
    "SELECT (NOW() AS ?t) {}",
    "SELECT (now () AS ?t) {}",
    "SELECT (RAND() AS ?r) {}",
    "ASK { FILTER(RAND() < 0.5) }",
    "SELECT (UUID() AS ?u) {}",
    "SELECT (StrUuid() AS ?u) {}",
    'SELECT (BNODE("a") AS ?b) {}',
    "SELECT (\\u004eOW() AS ?t) {}",
    "CONSTRUCT { [] <p:p> ?o } WHERE { ?s ?p ?o }",
    "CONSTRUCT { _:x <p:p> ?o } WHERE { ?s ?p ?o }",
    "CONSTRUCT { ?s <p:p> (1 2) } WHERE { ?s ?p ?o }",
]
STEADY = [
    "ASK {}",
    'SELECT ("NOW() RAND()" AS ?text) {} # NOW()',
    "SELECT ?now { ?now <http://example.org/RAND> ?uuid }",
    "PREFIX now: <http://example.org/> SELECT ?s { ?s now:rand ?o }",
    "SELECT ?o { [] <p:p> ?o }",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
]


@pytest.mark.parametrize("query", VOLATILE)
def test_time_chance_and_new_nodes_are_volatile(query: str) -> None:
    assert is_volatile(query)


@pytest.mark.parametrize("query", STEADY)
def test_words_that_call_nothing_are_not(query: str) -> None:
    assert not is_volatile(query)


@pytest.mark.parametrize(
    ("query", "volatile"),
    [
        ("." * 65_536, False),
        ("NOW" + "." * 65_536, True),
        ("CONSTRUCT[" + "<" * 65_536, True),
        ("CONSTRUCT" + "<" * 65_536, False),
        ('"' * 65_536, False),
    ],
)
def test_hostile_texts_take_next_to_no_time(query: str, *, volatile: bool) -> None:
    begun = time.perf_counter()
    assert is_volatile(query) is volatile
    # token by token it takes 0.2 seconds
    assert time.perf_counter() - begun < 0.05
