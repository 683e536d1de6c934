import contextlib
import http.server
import time
from collections.abc import Iterator
from threading import Thread

import pyoxigraph as ox
import pytest

from kg.errors import QueryRefused, QueryTooDeep, QueryTooLong, UnknownGraph
from kg.store.complexity import ANONYMOUS
from kg.store.guard import MAX_BYTES, check_graphs, check_query


def check(query: str) -> None:
    check_query(query, allowed_graphs_base="http://own/graph/")


class Target:
    """A server that SERVICE may reach, and how often it did."""

    def __init__(self) -> None:
        self.hits = 0
        self.url = ""


@pytest.fixture
def target() -> Iterator[Target]:
    found = Target()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.hits += 1
            self.send_response(500)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}/"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield found
        server.shutdown()
        thread.join()


REACHING = [
    "SERVICE <URL>{}",
    "service <URL>{}",
    "SERVICE SILENT <URL>{}",
    "SERVICESILENT<URL>{}",
    "SERVICE :s{}",
    "SERVICE:s{}",
    "SERVICE:{}",
    "service:s{}",
    "SERVICE#x\n<URL>{}",
    "#x\rSERVICE<URL>{}",
    "{}UNION{SERVICE<URL>{}}",
    "OPTIONAL{}SERVICE<URL>{}",
    "VALUES ?x{true}SERVICE:s{}",
    "BIND('''a''b''' AS ?x)SERVICE<URL>{}",
    "FILTER(1<1+'>'||true) SERVICE <URL> {} #'",
    "FILTER(0<1#>'''\n) SERVICE <URL> {} #'''",
    'BIND("" AS ?x) SERVICE <URL> {} #"""',
]
"""Ways to make the engine call a server; its parser has no lexer, hence some of the stranger."""

SUSPICIOUS = [
    "VALUES ?x{1.}SERVICE<URL>{}",
    "?s ?p trueSERVICE<URL>{}",
    "?s ?p 1e5SERVICE<URL>{}",
    "?s ?p :.SERVICE<URL>{}",
    'BIND("\\uD83D\\uDE00" AS ?x) SERVICE <URL> {} #"',
    '?s ?p """ " SERVICE <URL> {} # \\x """',
    "\\u0053ERVICE <URL> {}",
    "\\U00000053ERVICE <URL> {}",
    'BIND("\\u0022 AS ?x) SERVICE <URL> {} #" AS ?x)',
]
"""What the engine does not take today; another engine, or its next version, may."""


@pytest.mark.parametrize("pattern", REACHING)
def test_whatever_reaches_a_server_is_refused(pattern: str, target: Target) -> None:
    prologue = f"PREFIX : <{target.url}> PREFIX service: <{target.url}> "
    query = f"{prologue} SELECT * {{ {pattern.replace('URL', target.url)}\n}}"
    with contextlib.suppress(OSError):
        list(ox.Store().query(query))
    assert target.hits == 1
    with pytest.raises(QueryRefused) as caught:
        check(query)
    assert caught.value.facts["feature"] == "SERVICE"


@pytest.mark.parametrize("pattern", SUSPICIOUS)
def test_what_may_reach_a_server_is_refused(pattern: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        check(f"PREFIX : <http://x/> SELECT * {{ {pattern}\n}}")
    assert caught.value.facts["feature"] == "SERVICE"


@pytest.mark.parametrize(
    "query",
    [
        """SELECT * { ?s ?p 'SERVICE', \"\"\"it's a "SERVICE" \"\"\", 'x'@service }""",
        "SELECT * { ?s <http://x/SERVICE#service> ?o }",
        "# SERVICE LOAD\nSELECT * { ?s ?p ?o }",
        "PREFIX service: <http://x/> SELECT * { ?service service:service service:x }",
        "PREFIX service: <http://own/graph/> SELECT * { GRAPH service:g { ?s ?p ?o } }",
        "PREFIX service: <http://own/graph/> SELECT * FROM service:g { ?s ?p ?o }",
        "PREFIX x: <http://x/> SELECT * { x:SERVICE x:o.service _:service }",
        "SELECT * { FILTER(?a < 1 && ?b > 2 && ?c = 'SERVICE') }",
        "SELECT * { ?s <http://x#p> ?o FILTER(?o IN (<http://x#a>, <http://x#b>)) . #SERVICE\n }",
        "SELECT * { VALUES (?x ?y) { (1 <http://x#it's>) } ?x ?y 'SERVICE' }",
        "SELECT ?load ?insert { ?load <http://x/delete> ?insert, 'DROP' } # CLEAR",
        "SELECT * { ?s ?p '\\u0053ERVICE' }",
    ],
)
def test_words_that_are_no_keywords_pass(query: str) -> None:
    check(query)


@pytest.mark.parametrize(
    ("feature", "text"),
    [
        ("LOAD", "LOAD <file:///etc/passwd>"),
        ("LOAD", "load silent <http://x/> into graph <http://x/g>"),
        ("INSERT", "INSERT DATA { <http://a> <http://b> 1 }"),
        ("DELETE", "DELETE WHERE { ?s ?p ?o }"),
        ("WITH", "WITH <http://x/g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }"),
        ("DROP", "DROP ALL"),
        ("CLEAR", "CLEAR ALL"),
        ("CREATE", "CREATE GRAPH <http://x/>"),
        ("COPY", "COPY <http://x/a> TO <http://x/b>"),
        ("MOVE", "MOVE <http://x/a> TO <http://x/b>"),
        ("ADD", "ADD <http://x/a> TO <http://x/b>"),
        ("DROP", "SELECT * {} ; DROP ALL"),
        ("LOAD", "\\u004COAD <http://x/>"),
    ],
)
def test_updates_are_refused(feature: str, text: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        check(text)
    assert caught.value.facts["feature"] == feature


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM <file:///etc/passwd> {}",
        "SELECT * FROM <\\u0066ile:///etc/passwd> {}",
        "SELECT *FROM<http://other/graph/>{}",
        "SELECT * FROM NAMED <http://other/> {}",
        "SELECT * FROM #\n NAMED #\n <http://other/> {}",
        "SELECT * FROM <http://own/graph/a> FROM <http://other/> {}",
        "PREFIX f: <file:///> SELECT * FROM f:etc {}",
        "BASE <file:///> SELECT * FROM <etc> {}",
        "SELECT * FROM <etc> {}",
        "SELECT * FROM x:undeclared {}",
    ],
)
def test_foreign_graphs_are_refused(query: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        check(query)
    assert str(caught.value.facts["feature"]).startswith("FROM <")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM <http://own/graph/a> FROM NAMED <http://own/graph/b> {}",
        "PREFIX g: <http://own/graph/> SELECT * FROM g:a FROM NAMED g:b {}",
        "BASE <http://own/> PREFIX g: <graph/> SELECT * FROM g:a FROM <graph/b> {}",
        "SELECT * { ?from <http://x/from> 'FROM <file:///x>' }",
    ],
)
def test_own_graphs_pass(query: str) -> None:
    check(query)


OWN = "http://own/graph/"
GRAPHS = [f"{OWN}ai2019-fu2020", f"{OWN}slides2021", f"{OWN}curated"]


@pytest.mark.parametrize(
    ("query", "near"),
    [
        ("SELECT * FROM <http://own/graph/ai2019-fu2002> { ?s ?p ?o }", "ai2019-fu2020"),
        ("SELECT * FROM NAMED <http://own/graph/SLIDES2021> { ?s ?p ?o }", "slides2021"),
        ("SELECT * { GRAPH <http://own/graph/curatd> { ?s ?p ?o } }", "curated"),
        ("SELECT * { graph <http://own/gra\\u0070h/curatd> { ?s ?p ?o } }", "curated"),
        ("PREFIX g: <http://own/graph/> SELECT * { ?s ?p ?o GRAPH g:slides { } }", "slides2021"),
        ("BASE <http://own/> SELECT * FROM <graph/zzz> { ?s ?p ?o }", None),
    ],
)
def test_graphs_that_there_are_not_are_refused_with_the_nearest(
    query: str, near: str | None
) -> None:
    check(query)
    with pytest.raises(UnknownGraph) as caught:
        check_graphs(query, base=OWN, graphs=GRAPHS)
    facts = caught.value.facts
    assert facts["nearest"] == (near and OWN + near)
    assert facts["expected"] == "ai2019-fu2020, curated, mapping, slides2021, source-text"
    assert str(facts["graph"]).startswith(OWN)


def test_an_unknown_graph_has_its_place() -> None:
    with pytest.raises(UnknownGraph, match="Line 2, column 10: there is no graph <") as caught:
        check_graphs("SELECT * {\n   GRAPH <http://own/graph/x> {} }", base=OWN, graphs=GRAPHS)
    assert caught.value.message("ja").startswith(
        "2行10桁: グラフ <http://own/graph/x> はありません"
    )


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM <http://own/graph/curated> { GRAPH <http://own/graph/slides2021> {} }",
        "SELECT * { GRAPH <http://own/graph/source-text> { ?s ?p ?o } }",
        "SELECT * { GRAPH ?g { ?s ?p <http://own/graph/none> } }",
        "SELECT * { GRAPH <http://other/graph/none> { ?s ?p ?o } }",
        "SELECT * { ?s ?p 'FROM <http://own/graph/none>' } # GRAPH <http://own/graph/none>",
    ],
)
def test_graphs_that_there_are_pass(query: str) -> None:
    check_graphs(query, base=OWN, graphs=GRAPHS)


def test_refusals_say_where() -> None:
    with pytest.raises(QueryRefused) as caught:
        check("SELECT * {\n  ?s ?p ?o .\n  SERVICE <http://x/> {} }")
    assert (caught.value.facts["line"], caught.value.facts["column"]) == (3, 3)
    assert "SERVICE" in caught.value.message("ja")


def test_length_is_limited_in_bytes() -> None:
    check("#" + "a" * (MAX_BYTES - 1))
    with pytest.raises(QueryTooLong):
        check("#" + "a" * MAX_BYTES)
    with pytest.raises(QueryTooLong):
        check("日" * (MAX_BYTES // 3 + 1))


@pytest.mark.parametrize("pair", ["{}", "()", "[]"])
def test_depth_is_limited(pair: str) -> None:
    check(pair[0] * ANONYMOUS.depth + pair[1] * ANONYMOUS.depth)
    check(f"'{pair[0] * 200}' # {pair[0] * 200}")
    with pytest.raises(QueryTooDeep):
        check(pair[0] * (ANONYMOUS.depth + 1))


@pytest.mark.parametrize(
    "unit",
    ["a.", "'''a", "'\"\\x", "<a", "@a-", "a:%41", "\\u0041", "ex:a....", "?a<b#'", "FROM a:b "],
)
def test_hostile_texts_take_little_time(unit: str) -> None:
    text = unit * (MAX_BYTES // len(unit))
    start = time.perf_counter()
    with contextlib.suppress(QueryRefused):
        check(text)
    check_graphs(text, base="http://own/graph/", graphs=())
    assert time.perf_counter() - start < 2


def test_graphs_that_exist_may_be_read_whatever_their_iri() -> None:
    query = "SELECT * FROM <http://other/g> { ?s ?p ?o }"
    check_query(query, allowed_graphs_base=OWN, graphs=["http://other/g"])
    check_query(query, allowed_graphs_base=None)
    with pytest.raises(QueryRefused):
        check_query(query, allowed_graphs_base=OWN, graphs=["http://other/h"])


@pytest.mark.parametrize("base", [None, "http://own/graph/"])
@pytest.mark.parametrize(
    "query",
    [
        "PREFIX g: <http://own/graph/> SELECT * FROMg:a FROMg:b {}",
        "PREFIX g: <http://own/graph/> SELECT * FROM g:a FROM NAMEDg:b {}",
        "PREFIX g: <http://own/graph/> SELECT * fromnamedg:a {}",
        "PREFIX : <http://own/graph/> SELECT *FROM:a{}",
        "PREFIX : <file:///> SELECT *FROMNAMED:etc{}",
        "ASKFROM<http://own/graph/a>{}",
        "SELECT * FROMNAMED<http://own/graph/a>{}",
    ],
)
def test_from_without_a_space_is_refused(query: str, base: str | None) -> None:
    with pytest.raises(QueryRefused) as caught:
        check_query(query, allowed_graphs_base=base)
    assert "FROM" in caught.value.message("en")


def test_names_that_look_like_from_are_names() -> None:
    for query in (
        "SELECT*FROM<http://own/graph/a>FROM<http://own/graph/b>WHERE{?s ?p ?o}",
        "PREFIX from: <http://x/> PREFIX named: <http://y/> SELECT * { ?s from:a named:b }",
        "DESCRIBE <http://x/FROM>",
    ):
        check_query(query, allowed_graphs_base="http://own/graph/")
