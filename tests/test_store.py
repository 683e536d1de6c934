import re
from itertools import product

import pyoxigraph as ox
import pytest
from rdflib import BNode, Dataset, Graph, Literal, URIRef, Variable
from rdflib.namespace import RDF, RDFS, SKOS, XSD

import mini
from kg.errors import (
    FormatUnavailable,
    PrefixUndeclared,
    QueryFailed,
    QueryRefused,
    QuerySyntaxError,
    ResultTooLarge,
    UnknownGraph,
)
from kg.model import Store
from kg.namespaces import JPSTRAT, NAMES, Names
from kg.store.embedded import EmbeddedStore
from kg.store.evaluation import (
    BOOLEAN_FORMATS,
    SOLUTION_FORMATS,
    evaluate,
    is_empty,
    serialise,
)
from kg.store.output import Limits
from kg.store.terms import from_engine, to_engine, to_json
from kg.store.triples import TRIPLE_FORMATS, serialise_triples

MEASURE = NAMES.id("measure", "m", "II-1")


@pytest.fixture(scope="module")
def store() -> Store:
    return mini.store()


def test_every_quad_is_loaded(store: Store) -> None:
    assert store.count() == mini.QUADS


def test_default_graph_is_the_union_without_shapes(store: Store) -> None:
    rows = store.select("SELECT ?s ?p ?o { ?s ?p ?o }")
    assert len(rows) == mini.UNION
    triples = {(r["s"], r["p"], r["o"]) for r in rows}
    expected = {(s, p, o) for s, p, o, g in mini.dataset().quads() if g != NAMES.graph("shapes")}
    assert triples == expected


def test_a_triple_in_two_graphs_is_one_solution(store: Store) -> None:
    rows = store.select("SELECT ?code { ?m ?p ?code }", {})
    assert [str(r["code"]) for r in rows].count("II-1") == 1
    graphs = store.select('SELECT ?g { GRAPH ?g { ?m ?p "II-1" } } ORDER BY ?g')
    assert [r["g"] for r in graphs] == [NAMES.graph("ai2019-fu2020"), NAMES.graph("curated")]


def test_shapes_are_there_when_named(store: Store) -> None:
    (row,) = store.select(f"SELECT ?s {{ GRAPH <{NAMES.graph('shapes')}> {{ ?s a ?c }} }}")
    assert row["s"] == URIRef(NAMES.base + "shapes#Measure")


def test_from_replaces_the_union(store: Store) -> None:
    query = f"SELECT ?s FROM <{NAMES.graph('shapes')}> {{ ?s a ?c }}"  # noqa: S608
    assert [r["s"] for r in store.select(query)] == [URIRef(NAMES.base + "shapes#Measure")]


def test_insert_counts_what_is_new_to_the_graph() -> None:
    store = mini.store()
    known = (NAMES.id("org", "mext"), SKOS.prefLabel, Literal("文部科学省", lang="ja"))
    new = (NAMES.id("org", "mext"), SKOS.prefLabel, Literal("文科省", lang="ja"))
    assert store.insert(NAMES.graph("org"), [known, new, new]) == 1
    assert store.insert(NAMES.graph("inferred"), [known]) == 1
    assert store.count() == mini.QUADS + 2
    rows = store.select("SELECT ?o { ?s ?p ?o FILTER(LANG(?o) = 'ja') }")
    assert [str(r["o"]) for r in rows].count("文部科学省") == 1


def test_insert_into_shapes_stays_out_of_the_union() -> None:
    store = EmbeddedStore()
    assert store.insert(NAMES.graph("shapes"), [(MEASURE, RDFS.label, Literal("x"))]) == 1
    assert store.select("SELECT ?s { ?s ?p ?o }") == []


def test_load_is_all_or_nothing() -> None:
    bad = Dataset()
    bad.graph(NAMES.graph("org")).add((MEASURE, RDFS.label, Literal("x")))
    bad.default_graph.add((MEASURE, RDFS.label, Literal("in no named graph")))
    store = EmbeddedStore()
    with pytest.raises(ValueError, match="outside the named graphs"):
        store.load(bad)
    assert store.count() == 0


@pytest.mark.parametrize(
    "triple",
    [
        (Literal("x"), RDFS.label, Literal("x")),
        (MEASURE, BNode(), Literal("x")),
        (URIRef("http://a b"), RDFS.label, Literal("x")),
    ],
)
def test_what_is_not_rdf_is_refused(triple: tuple) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (the engine words one of the three)
        EmbeddedStore().insert(NAMES.graph("org"), [triple])


def test_bindings_reach_the_engine_as_terms(store: Store) -> None:
    query = "SELECT ?s ?o { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?o }"
    (row,) = store.select(query, {"o": Literal("教育", lang="ja")})
    assert row["s"] == MEASURE
    assert store.select(query, {"o": Literal("教育")}) == []
    assert store.select(query, {"o": Literal('" } UNION { ?s ?p ?o } #')}) == []


def test_unbound_is_none_and_unprojected_binding_is_an_error(store: Store) -> None:
    assert store.select("SELECT ?a ?b { VALUES (?a ?b) { (1 UNDEF) } }") == [
        {"a": Literal("1", datatype=XSD.integer), "b": None}
    ]
    with pytest.raises(QueryFailed, match="projection"):
        store.select("SELECT ?o { ?s ?p ?o }", {"s": MEASURE})


def test_construct_gives_each_triple_once(store: Store) -> None:
    query = "CONSTRUCT { ?m a <http://x/y> } WHERE { ?m ?p ?o }"
    subjects = store.select("SELECT DISTINCT ?s { ?s ?p ?o }")
    triples = store.construct(query)
    assert len(triples) == len(set(triples)) == len(subjects)


def test_another_form_is_named(store: Store) -> None:
    with pytest.raises(QueryFailed, match="no SELECT"):
        store.select("ASK {}")
    with pytest.raises(QueryFailed, match="no CONSTRUCT"):
        store.construct("SELECT ?s { ?s ?p ?o }")


@pytest.mark.parametrize(
    "term",
    [
        URIRef("http://x/日本#a=1,2"),
        BNode("b1"),
        Literal("a"),
        Literal('"quoted"\n^^<x>\\'),
        Literal("教育", lang="ja"),
        Literal("きょういく", lang="ja-hrkt"),
        Literal("01", datatype=XSD.integer, normalize=False),
        Literal("1.50", datatype=XSD.decimal, normalize=False),
        Literal("2020-04-01", datatype=XSD.date),
        Literal("x", datatype=URIRef("http://x/own")),
    ],
)
def test_terms_survive_the_way_there_and_back(term: URIRef | BNode | Literal) -> None:
    back = from_engine(to_engine(term))
    assert (type(back), back.n3()) == (type(term), term.n3())


def test_terms_that_cannot_be_converted() -> None:
    node = ox.NamedNode("http://x")
    with pytest.raises(TypeError):
        to_engine(Variable("x"))
    with pytest.raises(TypeError):
        to_json(Variable("x"))
    with pytest.raises(TypeError):
        from_engine(ox.Triple(node, node, node))


def test_disk_store_answers_the_same(tmp_path) -> None:
    on_disk = EmbeddedStore(tmp_path / "store")
    on_disk.load(mini.dataset())
    query = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"
    assert on_disk.select(query) == mini.store().select(query)
    assert on_disk.count() == mini.QUADS


def test_other_base_has_its_own_shapes_graph() -> None:
    names = Names("https://example.org/kg/")
    store = EmbeddedStore(names=names)
    store.insert(names.graph("shapes"), [(MEASURE, RDFS.label, Literal("x"))])
    store.insert(NAMES.graph("shapes"), [(MEASURE, RDFS.label, Literal("y"))])
    assert [str(r["o"]) for r in store.select("SELECT ?o { ?s ?p ?o }")] == ["y"]


# answers


@pytest.mark.parametrize(
    ("media", "start"),
    [
        (mini.JSON, b'{"head":'),
        ("application/sparql-results+xml", b"<?xml"),
        (mini.CSV, b"code\r\nII-1\r\n"),
        ("text/tab-separated-values", b'?code\n"II-1"\n'),
        ("application/json", b'{"head":'),
    ],
)
def test_select_formats(store: Store, media: str, start: bytes) -> None:
    query = f"{mini.PREFIXES} SELECT ?code {{ ?m jpstrat:code ?code }} ORDER BY ?code"
    answer = store.answer(query, ["image/png", mini.TURTLE, media])
    assert answer.media_type == media
    assert answer.body.startswith(start)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
@pytest.mark.parametrize("media", TRIPLE_FORMATS)
def test_construct_formats_hold_the_same_graph(store: Store, media: str) -> None:
    query = f"{mini.PREFIXES} CONSTRUCT {{ ?m ?p ?o }} WHERE {{ ?m a jpstrat:Measure ; ?p ?o }}"
    answer = store.answer(query, [media])
    # of a single graph, TriG is Turtle and N-Quads is N-Triples
    names = {"application/json": "json-ld", "application/trig": "turtle", "text/plain": "nt"}
    names |= {"application/xml": "xml", "text/xml": "xml", "application/n-quads": "nt"}
    triples = set(Graph().parse(data=answer.body, format=names.get(media, media)))
    assert triples == set(store.construct(query))
    assert len(triples) == 13


def test_turtle_is_stable_and_declares_only_what_it_needs(store: Store) -> None:
    query = f"{mini.PREFIXES} DESCRIBE <{MEASURE}>"
    bodies = {store.answer(query, [mini.TURTLE]).body for _ in range(5)}
    bodies |= {mini.store().answer(query, [mini.TURTLE]).body for _ in range(5)}
    assert len(bodies) == 1
    text = bodies.pop().decode()
    declared = [line.split()[1] for line in text.splitlines() if line.startswith("@prefix")]
    assert declared == ["jpstrat:", "rdf:", "skos:", "vstatus:"]
    assert "a jpstrat:Measure" in text


def test_xml_is_stable(store: Store) -> None:
    query = f"{mini.PREFIXES} DESCRIBE <{MEASURE}>"
    assert len({store.answer(query, ["application/rdf+xml"]).body for _ in range(10)}) == 1


def test_ask_has_no_table(store: Store) -> None:
    assert store.answer("ASK {}", [mini.CSV, mini.JSON]).media_type == mini.JSON
    with pytest.raises(FormatUnavailable) as caught:
        store.answer("ASK {}", [mini.CSV])
    assert caught.value.facts["requested"] == mini.CSV


def test_answer_refuses_what_a_visitor_may_not_ask(store: Store) -> None:
    with pytest.raises(QueryRefused):
        store.answer("SELECT * { SERVICE <http://localhost:9/> { ?s ?p ?o } }", [mini.JSON])


def test_answer_refuses_a_graph_that_there_is_not(store: Store) -> None:
    for graph in ("shapes", "org", "source-text"):
        store.answer(f"ASK {{ GRAPH <{NAMES.graph(graph)}> {{ ?s ?p ?o }} }}", [mini.JSON])
    with pytest.raises(UnknownGraph):
        store.answer(f"ASK {{ GRAPH <{NAMES.graph('shape')}> {{ ?s ?p ?o }} }}", [mini.JSON])


@pytest.mark.parametrize(
    ("formats", "empty", "full"),
    [
        (SOLUTION_FORMATS, "SELECT ?s { ?s <x:p> ?o }", "SELECT ?s { ?s ?p ?o } LIMIT 1"),
        # a row without any value is a row
        (SOLUTION_FORMATS, "SELECT * { ?s <x:p> ?o }", "SELECT ?s {}"),
        (SOLUTION_FORMATS, "SELECT (COUNT(*) AS ?n) { ?s <x:p> ?o }", "SELECT (10 AS ?n) {}"),
        (
            SOLUTION_FORMATS,
            "SELECT (SUM(?o) AS ?数) { ?s <x:p> ?o }",
            "SELECT (0 AS ?m) (0 AS ?n) {}",
        ),
        (SOLUTION_FORMATS, "SELECT ?s { ?s <x:p> ?o }", "SELECT ?n { VALUES ?n { 0 0 } }"),
        (BOOLEAN_FORMATS, "ASK { ?s <x:p> ?o }", "ASK { ?s ?p ?o }"),
        (TRIPLE_FORMATS, "DESCRIBE <x:y>", f"DESCRIBE <{NAMES.id('org', 'mext')}>"),
    ],
)
def test_answers_that_hold_nothing_are_told_in_every_format(
    store: Store, formats: dict[str, object], empty: str, full: str
) -> None:
    assert len(formats) >= 5
    for media in formats:
        nothing, something = (store.answer(query, [media]) for query in (empty, full))
        assert is_empty(nothing.body, media), (media, nothing.body)
        assert not is_empty(something.body, media), (media, something.body)


# limits


def limited(query: str, media: str, rows: int, size: int = 10_000) -> bytes:
    engine = ox.Store()
    result = evaluate(engine, query, {}, {})
    return serialise(result, [media], {}, Limits(rows, size))[0]


AWKWARD = '("a},{b") ("<result>") ("x\\r\\ny\\n") ("\\"q\\"") (1)'


@pytest.mark.parametrize(
    "media",
    [mini.JSON, "application/sparql-results+xml", mini.CSV, "text/tab-separated-values"],
)
def test_rows_are_counted_exactly(media: str) -> None:
    query = f"SELECT ?x {{ VALUES (?x) {{ {AWKWARD} }} }}"
    assert limited(query, media, rows=5)
    with pytest.raises(ResultTooLarge) as caught:
        limited(query, media, rows=4)
    assert caught.value.facts == {"limit": 4, "unit": "rows"}


def test_triples_are_counted_without_repetitions() -> None:
    query = "CONSTRUCT { <x:a> <x:p> ?y } WHERE { VALUES ?x { 1 2 3 4 } BIND(?x > 2 AS ?y) }"
    assert limited(query, mini.TURTLE, rows=2)
    with pytest.raises(ResultTooLarge):
        limited(query, mini.TURTLE, rows=1)


def test_bytes_are_limited() -> None:
    query = 'SELECT ?x { VALUES ?x { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" } }'
    size = len(limited(query, mini.CSV, rows=9))
    assert limited(query, mini.CSV, rows=9, size=size)
    with pytest.raises(ResultTooLarge) as caught:
        limited(query, mini.CSV, rows=9, size=size - 1)
    assert caught.value.facts["unit"] == "bytes"


# errors


def test_undeclared_prefix_is_named_with_its_line(store: Store) -> None:
    with pytest.raises(PrefixUndeclared) as caught:
        store.select("SELECT ?s {\n  ?s a jpstrat:Measure }")
    facts = caught.value.facts
    assert (facts["line"], facts["column"], facts["prefix"]) == (2, 8, "jpstrat")
    assert facts["nearest"] == f"PREFIX jpstrat: <{JPSTRAT}>"


@pytest.mark.parametrize(
    ("head", "used", "nearest"),
    [
        ("", "jpstart", "jpstrat:"),
        ("PREFIX skos: <http://www.w3.org/2004/02/skos/core#> ", "sksos", "skos:"),
        ("prefix widget: <http://x/> ", "widgit", "widget:"),
    ],
)
def test_a_misspelt_prefix_is_shown_with_the_nearest(
    store: Store, head: str, used: str, nearest: str
) -> None:
    with pytest.raises(PrefixUndeclared) as caught:
        store.select(f"{head}SELECT ?s {{ ?s {used}:p ?o }}")
    assert (caught.value.facts["prefix"], caught.value.facts["nearest"]) == (used, nearest)
    assert f"もしかして: {nearest}" in caught.value.message("ja")


def test_unknown_prefix_has_no_suggestion(store: Store) -> None:
    with pytest.raises(PrefixUndeclared) as caught:
        store.select("PREFIX ex: <http://x/> SELECT ?s { ?s ex:p foo:q }")
    assert caught.value.facts["prefix"] == "foo"
    assert not caught.value.facts["nearest"]


@pytest.mark.parametrize(
    ("query", "line", "column", "near"),
    [
        ("SELECT ?s {\n?s ?p }", 2, 7, "}"),
        ("SELECT ?s WHERE {\n ?s ?p ?o ", 1, 17, "{"),
        ("SELECT ?s { ?s ?p ?o } }", 1, 24, "}"),
        ('SELECT ?s { ?s ?p "abc }', 1, 19, '"'),
        ("SELECT ?s { ?s ?p ?o } LIMIT ten", 1, 30, "ten"),
        ("nonsense", 1, 1, "nonsense"),
        ("", 1, 1, ""),
    ],
)
def test_syntax_errors_say_where(
    store: Store, query: str, line: int, column: int, near: str
) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        store.select(query)
    facts = caught.value.facts
    assert (facts["line"], facts["column"], facts["near"]) == (line, column, near)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT ?o (COUNT(*) AS ?n) { ?s ?p ?o }", "must stand in GROUP BY"),
        ("SELECT (STR(?o) AS ?m) (COUNT(*) AS ?n) { ?s ?p ?o }", "must stand in GROUP BY"),
        ("SELECT ?o ?o { ?s ?p ?o }", "lists a variable twice"),
        ("SELECT * { ?s ?p ?o } GROUP BY ?s", "name the columns"),
        ("SELECT (1 AS ?s) { ?s ?p ?o }", "is in use in WHERE"),
        ("SELECT * { ?s ?p 'x'@abcdefghijk }", "no valid language tag"),
        ("SELECT * { ?s ?p <http://[> }", "no valid IRI"),
        ("", "is empty"),
        ("# only a remark", "is empty"),
    ],
)
def test_what_the_engine_says_is_put_in_words(store: Store, query: str, words: str) -> None:
    with pytest.raises(QuerySyntaxError, match=words) as caught:
        store.select(query)
    said = str(caught.value.fact("detail", "ja"))
    assert said.endswith("。")
    assert not re.search(r"[a-z]{3}", said)


@pytest.mark.parametrize(
    ("query", "column", "near", "nearest"),
    [
        ("SELECT ?s { ?s ?p ?o FILTR(?o) }", 22, "FILTR", "FILTER"),
        ("selct * { ?s ?p ?o }", 1, "selct", "SELECT"),
        ("SELECT * { ?s ?p ?o FILTER(strstart(?o, 'a')) }", 28, "strstart", "STRSTARTS"),
        ("SELECT * { ?s ?p ?o FILTER(?o) } FOO 1", 34, "FOO", None),
        ("SELECT * { ?s skosprefLabel ?o }", 15, "skosprefLabel", None),
        ("SELECT * { ?s ?p 1.5e3, true ) }", 30, ")", None),
    ],
)
def test_a_word_that_sparql_lacks_is_the_place(
    store: Store, query: str, column: int, near: str, nearest: str | None
) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        store.select(query)
    facts = caught.value.facts
    assert (facts["column"], facts["near"], facts["nearest"]) == (column, near, nearest)


def test_unknown_function_is_refused(store: Store) -> None:
    with pytest.raises(QueryRefused, match="<http://x/f>"):
        store.select("SELECT (<http://x/f>(1) AS ?y) {}")


TEXTS = ("a", "é", "日本", "\n", '"', "\\", "\t", " ", "\x85", "\u2028", "\x0b", "\x1c", "😀", "\r")


@pytest.mark.parametrize("media", ["application/n-triples", "application/n-quads"])
def test_lines_of_triples_are_those_of_the_general_way_in_the_same_order(media: str) -> None:
    engine = ox.Store()
    subjects = ox.NamedNode("urn:b"), ox.BlankNode("b1"), ox.NamedNode("urn:a")
    predicates = [ox.NamedNode(iri) for iri in (str(RDF.type), "urn:p", "http://aaa.example/p")]
    for texts in product(TEXTS, repeat=2):
        text = "".join(texts)
        objects = ox.Literal(text), ox.Literal(text, language="ja"), ox.NamedNode("urn:o")
        for terms in product(subjects, predicates, objects):
            engine.add(ox.Quad(*terms))
    query = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    result = engine.query(query)
    assert isinstance(result, ox.QueryTriples)
    triples = list(result)
    quick = serialise(engine.query(query), [media], {})
    assert quick == serialise_triples(triples, [media], {})
    assert len(triples) > 1000
    assert quick[0].count(b"\n") == len(triples)
    with pytest.raises(ResultTooLarge):
        serialise(engine.query(query), [media], {}, Limits(rows=len(triples) - 1, size=10**9))
    with pytest.raises(ResultTooLarge):
        serialise(engine.query(query), [media], {}, Limits(rows=10**9, size=1000))
