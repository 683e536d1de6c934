import csv
import gzip
import io
import json
import socket
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import RDF

import mini
from kg.namespaces import NAMES
from kg.store.guard import MAX_BYTES

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
CODES = f"{mini.PREFIXES} SELECT ?code {{ ?m jpstrat:code ?code }} ORDER BY ?code"
FORM = "application/x-www-form-urlencoded"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with mini.client(tmp_path_factory.mktemp("sparql"), result_rows=1000) as running:
        yield running


def ask(client: httpx.Client, query: str, accept: str = "*/*", **params: str) -> httpx.Response:
    return client.get("/sparql", params={"query": query, **params}, headers={"Accept": accept})


def rows(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [row["code"]["value"] for row in response.json()["results"]["bindings"]]


def test_the_three_ways_to_send_a_query_are_equal(client: httpx.Client) -> None:
    answers = [
        client.get("/sparql", params={"query": CODES}),
        client.post("/sparql", data={"query": CODES}),
        client.post(
            "/sparql",
            content=CODES.encode(),
            headers={"Content-Type": "application/sparql-query; charset=utf-8"},
        ),
    ]
    for answer in answers:
        assert rows(answer) == ["II-1", "II-2"]
        assert answer.headers["content-type"] == mini.JSON


@pytest.mark.parametrize("text", ["a%20b", "a+b", "100%", "a&b=c", "日本", "x%2By", '"', "é🙂"])
def test_a_query_is_decoded_exactly_once(client: httpx.Client, text: str) -> None:
    literal = json.dumps(text, ensure_ascii=False)
    query = f"SELECT ({literal} AS ?code) {{}}"
    sent = (
        client.get(f"/sparql?query={quote(query)}"),
        client.post("/sparql", data={"query": query}),
        client.post(
            "/sparql", content=query.encode(), headers={"Content-Type": "application/sparql-query"}
        ),
    )
    assert [rows(answer) for answer in sent] == [[text]] * 3


def test_escaped_iris_stay_as_they_are(client: httpx.Client) -> None:
    query = "SELECT (STR(<http://x/a%20b+c>) AS ?code) {}"
    assert rows(ask(client, query)) == ["http://x/a%20b+c"]


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", mini.JSON),
        ("application/json", "application/json"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/csv;q=0.4, application/sparql-results+xml;q=0.5", "application/sparql-results+xml"),
        (
            "text/turtle, text/tab-separated-values;q=0.1",
            "text/tab-separated-values; charset=utf-8",
        ),
        ("application/*", mini.JSON),
        (BROWSER, "text/html; charset=utf-8"),
    ],
)
def test_negotiation_of_a_table(client: httpx.Client, accept: str, media: str) -> None:
    response = ask(client, CODES, accept)
    assert (response.status_code, response.headers["content-type"]) == (200, media)
    assert "Accept" in response.headers["vary"]


@pytest.mark.parametrize(
    ("name", "media"),
    [
        ("json", "application/ld+json"),
        ("xml", "application/rdf+xml"),
        ("turtle", "text/turtle; charset=utf-8"),
        ("ntriples", "application/n-triples"),
        ("jsonld", "application/ld+json"),
        ("rdfxml", "application/rdf+xml"),
        ("trig", "application/trig"),
        ("nquads", "application/n-quads"),
    ],
)
def test_formats_of_a_graph(client: httpx.Client, name: str, media: str) -> None:
    response = ask(client, f"DESCRIBE <{NAMES.id('org', 'mext')}>", "image/png", format=name)
    assert (response.status_code, response.headers["content-type"]) == (200, media)
    assert "文部科学省" in response.text


@pytest.mark.parametrize("name", ["csv", "tsv"])
def test_a_graph_is_no_table(client: httpx.Client, name: str) -> None:
    assert ask(client, "DESCRIBE <x:y>", format=name).status_code == 406
    assert ask(client, "ASK {}", format=name).status_code == 406
    assert ask(client, CODES, format=name).status_code == 200


@pytest.mark.parametrize(
    ("query", "status", "title"),
    [
        ("SELECT", 400, "SPARQL syntax error"),
        ("", 400, "SPARQL syntax error"),
        ("SELECT (<http://x/f>(1) AS ?y) {}", 403, "Query refused"),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403, "Query refused"),
        ("LOAD <file:///etc/passwd>", 403, "Query refused"),
        ("INSERT DATA { <x:a> <x:b> 1 }", 403, "Query refused"),
        ("SELECT * FROM <file:///etc/passwd> {}", 403, "Query refused"),
        ("{" * 101, 400, "Query nested too deeply"),
        ("#" * (MAX_BYTES + 1), 413, "Query text too long"),
        ("SELECT ?a { ?a ?b ?c . ?d ?e ?f }", 413, "Result too large"),
    ],
)
def test_refusals(client: httpx.Client, query: str, status: int, title: str) -> None:
    response = client.post("/sparql", data={"query": query})
    assert (response.status_code, response.json()["title"]) == (status, title)


def in_three_ways(client: httpx.Client, query: str, **dataset: list[str]) -> list[httpx.Response]:
    """The query with parameters of the dataset: GET, form, and the text as the body."""
    return [
        client.get("/sparql", params={"query": query, **dataset}),
        client.post("/sparql", data={"query": query, **dataset}),
        client.post(
            "/sparql",
            params=dataset,
            content=query,
            headers={"Content-Type": "application/sparql-query"},
        ),
    ]


TYPES = "SELECT (COUNT(*) AS ?n) { ?thing a ?class }"
NAMED_TYPES = "SELECT (COUNT(*) AS ?n) { GRAPH ?graph { ?thing a ?class } }"
ORG, VOCAB = ("https://w3id.org/jpstrat/graph/" + name for name in ("org", "vocab"))


@pytest.mark.parametrize(
    ("query", "dataset", "count"),
    [
        (TYPES, {}, 12),
        (TYPES, {"default-graph-uri": [ORG]}, 4),
        (TYPES, {"default-graph-uri": [ORG, VOCAB]}, 6),
        (TYPES, {"named-graph-uri": [ORG]}, 0),
        (NAMED_TYPES, {"default-graph-uri": [ORG]}, 0),
        (NAMED_TYPES, {"named-graph-uri": [ORG, VOCAB]}, 6),
        (NAMED_TYPES, {"named-graph-uri": [VOCAB], "default-graph-uri": [ORG]}, 2),
        (TYPES.replace("{", f"FROM <{ORG}> {{"), {"default-graph-uri": [VOCAB]}, 2),
        # ours, though this installation lacks it
        (TYPES, {"default-graph-uri": [str(NAMES.graph("mapping"))]}, 0),
    ],
)
def test_the_dataset_of_a_request_replaces_the_others(
    client: httpx.Client, query: str, dataset: dict[str, list[str]], count: int
) -> None:
    for answer in in_three_ways(client, query, **dataset):
        (row,) = answer.json()["results"]["bindings"]
        assert row["n"]["value"] == str(count)


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
@pytest.mark.parametrize(
    ("graph", "status", "problem"),
    [
        (f"{ORG}g", 400, "UnknownDatasetGraph"),
        ("https://example.org/graph", 400, "UnknownDatasetGraph"),
        ("file:///etc/passwd", 400, "UnknownDatasetGraph"),
        ("org", 400, "RequestMalformed"),
        ("", 400, "RequestMalformed"),
        ("http://x/<>", 400, "RequestMalformed"),
    ],
)
def test_a_graph_that_there_is_not_is_refused(
    client: httpx.Client, name: str, graph: str, status: int, problem: str
) -> None:
    for answer in in_three_ways(client, CODES, **{name: [ORG, graph]}):
        body = answer.json()
        assert (answer.status_code, body["type"]) == (status, f"/problems#{problem}")
        assert graph in body["detail"]
        if graph == f"{ORG}g":
            assert body["hint"] == ORG


def test_operations_are_not_mixed(client: httpx.Client) -> None:
    for name in ("update", "using-graph-uri", "using-named-graph-uri"):
        for answer in in_three_ways(client, CODES, **{name: ["x:y"]}):
            assert answer.status_code == 400
            assert f"{name} is a parameter of /update" in answer.json()["detail"]
    assert client.get("/sparql", params={"default-graph-uri": ORG}).status_code == 400


def test_a_url_has_an_end(client: httpx.Client) -> None:
    port = client.base_url.port
    with socket.create_connection((client.base_url.host, port)) as connection:
        text = "%20" * 22_000
        connection.sendall(f"GET /sparql?query={text} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        # some servers end a request of this size by themselves
        assert connection.recv(100).split()[1] in {b"414", b"400"}


def test_malformed_requests(client: httpx.Client) -> None:
    assert client.get(f"/sparql?query={quote(CODES)}&query=x").status_code == 400
    assert client.get("/sparql?query=%FF").status_code == 400
    assert client.post("/sparql", data={"other": "x"}).status_code == 400
    assert client.post("/sparql", data={"update": "DROP ALL"}).status_code == 400
    assert ask(client, CODES, "nonsense").status_code == 400
    assert ask(client, CODES, "image/png").status_code == 406
    assert ask(client, CODES, format="pdf").status_code == 400
    for kind in ("text/plain", "multipart/form-data; boundary=x", "application/sparql-update"):
        response = client.post("/sparql", content=CODES, headers={"Content-Type": kind})
        assert response.status_code == 415
    for charset in ("utf-16", '"ISO-8859-1"', "shift_jis"):
        for kind in ("application/sparql-query", "application/x-www-form-urlencoded"):
            headers = {"Content-Type": f"{kind}; charset={charset}"}
            response = client.post("/sparql", content=f"query={quote(CODES)}", headers=headers)
            assert response.status_code == 415
            assert f"Expected: {kind}; charset=utf-8." in response.json()["detail"]
    packed = {"Content-Type": "application/sparql-query", "Content-Encoding": "gzip"}
    assert (
        client.post("/sparql", content=gzip.compress(b"ASK {}"), headers=packed).status_code == 415
    )
    latin = client.post(
        "/sparql", content=b"\xff", headers={"Content-Type": "application/sparql-query"}
    )
    assert latin.status_code == 400


def test_a_body_is_not_read_to_its_end_when_it_is_too_long(client: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(10_000):
            yield b"#" * 10_000

    for kind in (FORM, "application/sparql-query"):
        try:
            response = client.post("/sparql", content=endless(), headers={"Content-Type": kind})
        except (httpx.WriteError, httpx.ReadError):
            continue
        assert response.status_code == 413


def test_head_is_get_without_the_body(client: httpx.Client) -> None:
    get = ask(client, CODES)
    head = client.head("/sparql", params={"query": CODES})
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "vary"):
        assert head.headers[name] == get.headers[name]
    assert client.head("/sparql", params={"query": "x"}).status_code == 400


def test_any_site_may_read(client: httpx.Client) -> None:
    origin = {"Origin": "https://example.org"}
    response = client.get("/sparql", params={"query": CODES}, headers=origin)
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
    preflight = client.options(
        "/sparql", headers=origin | {"Access-Control-Request-Method": "POST"}
    )
    assert preflight.status_code == 200
    assert "POST" in preflight.headers["access-control-allow-methods"]
    refused = client.options("/sparql", headers=origin | {"Access-Control-Request-Method": "PUT"})
    assert refused.status_code == 400


@pytest.mark.parametrize(
    ("accept", "format_"),
    [
        ("*/*", "turtle"),
        ("application/n-triples", "nt"),
        ("application/rdf+xml", "xml"),
        pytest.param(
            "application/ld+json",
            "json-ld",
            marks=pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated"),
        ),
    ],
)
def test_service_description(client: httpx.Client, accept: str, format_: str) -> None:
    response = client.get("/sparql", headers={"Accept": accept})
    graph = Graph().parse(data=response.text, format=format_)
    service = URIRef(str(client.base_url.join("/sparql")))
    assert (service, RDF.type, SD.Service) in graph
    assert graph.value(service, SD.endpoint) == service
    assert (service, SD.feature, SD.UnionDefaultGraph) in graph
    named = {str(graph.value(node, SD.name)) for node in graph.objects(None, SD.namedGraph)}
    assert {ORG, VOCAB} <= named
    assert len(named) == 7
    assert len(list(graph.objects(service, SD.resultFormat))) == 10
    assert client.get("/sparql", headers={"Accept": "text/csv"}).status_code == 406


def test_people_are_led_to_the_start_page(client: httpx.Client) -> None:
    response = client.get("/sparql", headers={"Accept": BROWSER})
    assert (response.status_code, response.headers["location"]) == (303, "/")


def test_a_result_as_a_page(client: httpx.Client) -> None:
    query = f"{mini.PREFIXES} SELECT ?m ?l ?n {{ ?m skos:prefLabel ?l }} ORDER BY ?m ?l"
    page = ask(client, query, BROWSER, lang="ja").text
    assert '<th scope="col">m</th>' in page
    assert 'href="/id/measure/m/II-1"' in page
    assert "Teaching &lt;b&gt;AI&lt;/b&gt; &amp; &#34;more&#34;" in page
    assert '<span lang="ja">教育</span>' in page
    assert "<b>AI" not in page
    assert "true" in ask(client, "ASK {}", BROWSER).text
    assert "文部科学省" in ask(client, f"DESCRIBE <{NAMES.id('org', 'mext')}>", BROWSER).text


def test_a_page_says_when_it_does_not_show_all(tmp_path) -> None:
    with mini.client(tmp_path, result_rows=5000) as client:
        query = "SELECT ?a { ?a ?b ?c . ?d ?e ?f }"
        total = len(list(csv.reader(io.StringIO(ask(client, query, "text/csv").text)))) - 1
        assert total == mini.UNION**2
        page = ask(client, query, BROWSER).text
        assert f"The first 1000 of {total} rows" in page
        assert page.count("<tr>") == 1001


NO_GRAPH = f"DESCRIBE ?s FROM <{NAMES.graph('curatd')}> {{ ?s ?p ?o }}"


@pytest.mark.parametrize(("lang", "title"), [("ja", "グラフがない"), ("en", "No such graph")])
def test_a_misspelt_graph_is_no_empty_answer(client: httpx.Client, lang: str, title: str) -> None:
    problem = client.get("/sparql", params={"query": NO_GRAPH, "lang": lang})
    assert (problem.status_code, problem.json()["title"]) == (400, title)
    assert problem.json()["hint"] == str(NAMES.graph("curated"))
    assert (problem.json()["line"], problem.json()["column"]) == (1, 18)
    page = client.get("/sparql", params={"query": NO_GRAPH}, headers={"Accept": BROWSER}).text
    assert f"<mark>&lt;{NAMES.graph('curatd')}&gt;</mark>" in page


MISSING = [
    ("SELECT ?m { ?m a jpstrat:Measur }", ["def#Measur", "def#Measure"]),
    ("SELECT (COUNT(?m) AS ?n) { ?m a jpstrat:Measur }", ["def#Measur", "def#Measure"]),
    ("ASK { ?m a jpstrat:Measur }", ["def#Measur", "def#Measure"]),
    ("CONSTRUCT WHERE { ?m a jpstrat:Measur }", ["def#Measur", "def#Measure"]),
    ("SELECT * { <https://w3id.org/jpstrat/id/org/mex> ?p ?o }", ["id/org/mex", "id/org/mext"]),
]


@pytest.mark.parametrize(("query", "named"), MISSING)
def test_the_page_of_an_empty_result_names_what_is_not_described(
    client: httpx.Client, query: str, named: list[str]
) -> None:
    wrong, right = (NAMES.base + name for name in named)
    english = f"The graph does not describe {wrong}. Did you mean: {right}?"
    page = ask(client, mini.PREFIXES + query, BROWSER, lang="en").text
    assert f'<p role="note">{english}</p>' in page
    assert page.count('role="note"') == 1
    japanese = ask(client, mini.PREFIXES + query, BROWSER, lang="ja").text
    assert f'<p role="note">{wrong} の記述はありません。' in japanese
    assert f"もしかして: {right}</p>" in japanese


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?m { ?m a jpstrat:Measure FILTER(false) }",
        "SELECT ?m { ?m a ?class FILTER(?class != jpstrat:Measur) }",
        "SELECT ?m { ?m ?p <https://w3id.org/jpstrat/id/source/d#char=7,8> }",
        "SELECT ?m { GRAPH <https://w3id.org/jpstrat/graph/source-text> { ?m ?p ?o } }",
        "SELECT ?m { ?m a <https://example.org/Measure> }",
    ],
)
def test_other_pages_have_no_note(client: httpx.Client, query: str) -> None:
    page = ask(client, mini.PREFIXES + query, BROWSER).text
    assert "<textarea" in page
    assert "role=" not in page


def test_a_page_names_only_the_first_few(client: httpx.Client) -> None:
    things = " ".join(f"<{NAMES.base}id/none/{number}>" for number in range(40))
    page = ask(client, f"SELECT * {{ VALUES ?s {{ {things} }} ?s ?p ?o }}", BROWSER).text
    assert page.count('role="note"') == 5


def test_hostile_terms_do_not_become_links_or_markup(client: httpx.Client) -> None:
    query = """SELECT (IRI("javascript:alert(1)") AS ?a) ("<script>x</script>" AS ?b)
        (STRLANG("x", "en") AS ?c) (<http://x/?q='%3E> AS ?d) {} # <script>"""
    response = ask(client, query, BROWSER)
    assert response.status_code == 200
    assert "<script" not in response.text
    assert 'href="javascript' not in response.text
