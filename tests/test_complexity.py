"""What makes the planner slow is counted, and ordinary queries stay far below the limits."""

import time
from pathlib import Path

import pytest
from tests.hostile.corpus import chains, nesting
from tests.hostile.requests import MAX_BYTES, Hostile

from kg.errors import QueryRefused, QueryTooComplex, QueryTooDeep
from kg.pipeline.project import Project
from kg.store.complexity import ANONYMOUS, GRANTED, QueryLimits, excess
from kg.store.guard import check_query, check_update
from kg.store.lexer import tokens

NONE = QueryLimits(depth=10**9, patterns=10**9, groups=10**9, operators=10**9)
HOSTILE = [*nesting(), *chains()]


def counted(text: str, measure: str) -> int:
    """The count, as the lowest limit that a text keeps."""
    low = 0
    while True:
        limits = QueryLimits(**{**vars(NONE), measure: low})
        if excess(tokens(text), limits) is None:
            return low
        low += 1


@pytest.mark.parametrize(
    ("patterns", "text"),
    [
        (0, "ASK {}"),
        (1, "ASK { ?s ?p ?o }"),
        (1, "CONSTRUCT WHERE { ?s a ?o . }"),
        (2, "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"),
        (3, "ASK { ?s ?p ?o ; ?q ?r, 'x'@en . }"),
        (2, "ASK { ?s ?p 'x'^^<u:d> ; ?q 1.5 ; . }"),
        (3, "PREFIX e: <u:> ASK { ?s e:a/e:b/e:c ?o }"),
        (4, "ASK { ?s <u:a>|^<u:b>/<u:c> ?o }"),
        (5, "ASK { ?s (<u:a>/<u:b>)*/<u:c>+ ?o }"),
        (4, "ASK { ?s !(<u:a>|^<u:b>) ?o }"),
        (3, "ASK { [ ?p 1 ; ?q 2 ] ?r 3 }"),
        (5, "ASK { ?s ?p (1 2) }"),
        (2, "ASK { ?s ?p ?o FILTER(?o > 1 && STR(?s) = 'x') ?s ?p 2 }"),
        (2, "ASK { ?s ?p ?o FILTER REGEX(?o, 'x') OPTIONAL { ?s ?p 2 } }"),
        (2, "ASK { BIND(1 + 2 AS ?x) ?s ?p ?o VALUES (?a ?b) { (1 2) (3 4) } ?s ?p 2 }"),
        (1, "ASK { GRAPH ?g { ?s ?p ?o } VALUES ?x { 1 2 3 } }"),
        (1, "SELECT (COUNT(?s) AS ?n) FROM <u:a> { ?s ?p ?o } GROUP BY ?o HAVING (?n > 1)"),
        (2, "ASK { { SELECT ?s (MAX(?o) AS ?m) { ?s ?p ?o } GROUP BY ?s ORDER BY ?s } ?s ?p ?m }"),
        (2, "ASK { ?s ?p ?o FILTER NOT EXISTS { ?s ?p 1 } }"),
        (150, "ASK { " + "?s ?p ?o . " * 150 + "}"),
    ],
)
def test_patterns_and_steps_are_counted(patterns: int, text: str) -> None:
    assert counted(text, "patterns") == patterns


@pytest.mark.parametrize(
    ("measure", "count", "text"),
    [
        ("operators", 3, "SELECT (1+1 AS ?x) (?a*2 AS ?y) {} LIMIT 1"),
        ("operators", 5, "ASK { FILTER(?a<=1 || ?b!=2 && !?c) }"),
        ("operators", 1, "ASK { FILTER(?a IN (1, 2, 3)) }"),
        ("operators", 3, "ASK { FILTER(1-1-1) }"),
        ("operators", 3, "ASK { FILTER(?a<1+2*3>4) }"),
        ("groups", 4, "ASK { {} UNION {} VALUES ?a { 1 } }"),
        ("depth", 3, "ASK { { FILTER(1) } }"),
    ],
)
def test_operators_groups_and_depth_are_counted(measure: str, count: int, text: str) -> None:
    assert counted(text, measure) >= count
    assert counted(text, measure) <= count + 2


@pytest.mark.parametrize("request_", HOSTILE, ids=lambda request: request.name)
def test_nesting_and_chains_are_refused_at_once(request_: Hostile) -> None:
    text = request_.parts[0].split(b"\r\n\r\n", 1)[1].decode()
    start = time.perf_counter()
    with pytest.raises((QueryTooDeep, QueryTooComplex)) as caught:
        check_query(text, allowed_graphs_base=None)
    assert time.perf_counter() - start < 1
    assert {"line", "column", "limit", "found"} <= set(caught.value.facts)
    assert caught.value.message("ja") != caught.value.message("en")


def test_holders_of_tokens_may_ask_for_more() -> None:
    text = "ASK { " + "?s ?p ?o . " * 200 + "}"
    check_query(text, GRANTED, allowed_graphs_base=None)
    with pytest.raises(QueryTooComplex) as caught:
        check_query(text, allowed_graphs_base=None)
    assert "at most 150 triple patterns" in caught.value.message("en")


def test_what_a_glued_word_may_hide_is_counted() -> None:
    sum_ = "1+" * 2000
    for text in (
        f"ASK {{ ?s ?p trueFILTER({sum_}1) }}",
        "ASK { ?s ?p trueFILTER(1) " + "?s ?p ?o . " * 200 + "}",
        f"ASK {{ FILTER(?a<{sum_}1>2) }}",
        f"ASK {{ FILTER(1<1+'>'||{sum_}1) #'\n }}",
    ):
        with pytest.raises(QueryTooComplex):
            check_query(text, allowed_graphs_base=None)


def test_our_queries_stay_far_below_the_limits(project: Project) -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(project.queries.glob("*.rq"))]
    half = QueryLimits(depth=50, patterns=75, groups=50, operators=500)
    assert len(texts) > 90
    for text in texts:
        check_query(text, half, allowed_graphs_base="https://w3id.org/jpstrat/graph/")


def test_the_suites_stay_below_the_limits(suites: Path) -> None:
    folder = suites / "sparql11"
    queries = [path for path in sorted(folder.rglob("*.rq")) if "bad" not in path.name]
    updates = [path for path in sorted(folder.rglob("*.ru")) if "bad" not in path.name]
    assert (len(queries) > 300, len(updates) > 100) == (True, True)
    refused = []
    for path in (*queries, *updates):
        text = path.read_text(encoding="utf-8")
        try:
            if path.suffix == ".rq":
                check_query(text, ANONYMOUS, allowed_graphs_base=None)
            else:
                check_update(text, ANONYMOUS)
        except QueryRefused as error:
            refused.append((path.name, error.facts.get("feature")))
    assert {feature for _, feature in refused} <= {"SERVICE", "LOAD"}


@pytest.mark.parametrize(
    "unit", ["1 ", "?a", "<u:a> ", "FROM <u:a>", "'a' ", "PREFIX a:<u:>", "1,"]
)
def test_the_longest_text_takes_little_time(unit: str) -> None:
    count = (MAX_BYTES - 100) // len(unit)
    text = f"ASK {{ VALUES ?a {{ {unit * count} }} }}"
    # of this process: others may keep the machine busy
    start = time.process_time()
    check_query(text, allowed_graphs_base=None)
    assert time.process_time() - start < 2
