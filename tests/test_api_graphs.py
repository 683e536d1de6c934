from collections.abc import Iterator

import httpx
import pytest
from rdflib import RDF, Graph, URIRef

import mini
from api.access import read_agent
from kg.model import Agent
from kg.namespaces import NAMES

TURTLE = {"Content-Type": "text/turtle"}
MINE = "https://example.org/graph/mine"
OWN = str(NAMES.graph("notes"))


def writing(application):
    application.dependency_overrides[read_agent] = lambda: Agent("t1", "tester")
    return application


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with mini.serve(writing(mini.app(tmp_path_factory.mktemp("graphs")))) as running:
        yield running


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    settings = {"token_upload_bytes": 4096, "update_statements": 1000}
    with mini.serve(writing(mini.plain_app(tmp_path_factory.mktemp("plain"), **settings))) as c:
        yield c


def content(client: httpx.Client, address: str) -> Graph:
    response = client.get(address, headers={"Accept": "text/turtle"})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/turtle; charset=utf-8"
    return Graph().parse(data=response.text, format="turtle")


def problem(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["type"].removeprefix("/problems#")


@pytest.mark.parametrize(
    ("address", "graph"),
    [
        (f"/graphs?graph={MINE}", MINE),
        ("/graphs/notes", OWN),
        ("/graphs/%E8%AD%B0%E4%BA%8B", str(NAMES.graph("%E8%AD%B0%E4%BA%8B"))),
    ],
)
def test_a_graph_is_made_replaced_extended_and_removed(
    client: httpx.Client, address: str, graph: str
) -> None:
    assert problem(client.get(address)) == (404, "GraphMissing")
    made = client.put(address, content="<x:a> <x:b> 1 , 2 .", headers=TURTLE)
    assert (made.status_code, made.content) == (201, b"")
    assert client.get(made.headers["location"]).status_code == 200
    assert len(content(client, address)) == 2
    assert client.put(address, content="<x:a> <x:b> 3 .", headers=TURTLE).status_code == 204
    assert len(content(client, address)) == 1
    assert client.post(address, content="<x:a> <x:b> 4 .", headers=TURTLE).status_code == 204
    assert len(content(client, address)) == 2
    head = client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    query = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    asked = client.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"})
    assert asked.text.split() == ["n", "2"]
    assert client.delete(address).status_code == 204
    assert problem(client.delete(address)) == (404, "GraphMissing")


def test_a_graph_beyond_the_limit_of_updates_is_replaced_and_removed(plain: httpx.Client) -> None:
    address, body = f"/graphs?graph={MINE}-large", {"Content-Type": "application/sparql-update"}
    for part in range(2):
        numbers = ", ".join(str(part * 700 + number) for number in range(700))
        added = plain.post(address, content=f"<x:a> <x:b> {numbers} .", headers=TURTLE)
        assert added.is_success
    dropped = plain.post("/update", content=f"DROP GRAPH <{MINE}-large>", headers=body)
    assert problem(dropped) == (413, "GraphTooLarge")
    assert "DELETE at /graphs" in dropped.json()["detail"]
    assert len(content(plain, address)) == 1400
    assert plain.put(address, content="<x:a> <x:b> 1 .", headers=TURTLE).status_code == 204
    assert len(content(plain, address)) == 1
    for part in range(2):
        numbers = ", ".join(str(part * 700 + number) for number in range(700))
        plain.post(address, content=f"<x:a> <x:b> {numbers} .", headers=TURTLE)
    assert plain.delete(address).status_code == 204
    assert problem(plain.delete(address)) == (404, "GraphMissing")


def test_a_new_graph_gets_a_name(client: httpx.Client, plain: httpx.Client) -> None:
    for one in (client, plain):
        made = one.post("/graphs", content="<> <x:b> 1 .", headers=TURTLE)
        assert made.status_code == 201
        (subject,) = content(one, made.headers["location"]).subjects()
        names = [entry["graph"] for entry in one.get("/graphs").json()["graphs"]]
        assert str(subject) in names
        assert (str(subject) == made.headers["location"]) is (one is plain)


def test_relative_iris_stand_below_the_graph(plain: httpx.Client) -> None:
    plain.put(f"/graphs?graph={MINE}/", content="<a> <b> <c> .", headers=TURTLE)
    ((subject, _, _),) = content(plain, f"/graphs?graph={MINE}/")
    assert str(subject) == f"{MINE}/a"
    plain.put("/graphs?default", content="<a> <b> <c> .", headers=TURTLE)
    ((subject, _, _),) = content(plain, "/graphs?default")
    assert str(subject) == str(plain.base_url.join("/a"))


def test_official_graphs_and_the_union_stay(client: httpx.Client) -> None:
    before = client.get("/version").json()["dataset"]
    for method in ("PUT", "POST"):
        sent = {"content": "<x:a> <x:b> 1 .", "headers": TURTLE}
        assert problem(client.request(method, "/graphs/org", **sent)) == (403, "GraphReadOnly")
        assert problem(client.request(method, "/graphs?default", **sent)) == (400, "GraphNotNamed")
    assert problem(client.delete("/graphs/org")) == (403, "GraphReadOnly")
    assert problem(client.delete("/graphs?default")) == (400, "GraphNotNamed")
    assert client.get("/version").json()["dataset"] == before


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/graphs?graph=notes"),
        ("GET", f"/graphs?graph={MINE}&default"),
        ("GET", "/graphs?default=yes"),
        ("GET", f"/graphs?graph={MINE}&graph={OWN}"),
        ("GET", "/graphs?grph=x:y"),
        ("GET", "/graphs?graph=http://%5B"),
        ("GET", "/graphs?graph=http://a:b:c/"),
        ("PUT", "/graphs?graph=http://%5B"),
        ("DELETE", "/graphs?graph=http://%5B"),
        ("GET", "/dumps/http%3A%2F%2F%5B.ttl"),
        ("GET", "/sparql?query=ASK%7B%7D&default-graph-uri=http://%5B"),
        ("GET", "/graphs/org?default"),
        ("PUT", "/graphs"),
        ("DELETE", "/graphs"),
    ],
)
def test_a_graph_that_is_not_named_rightly(client: httpx.Client, method: str, address: str) -> None:
    sent = {"content": "", "headers": TURTLE} if method == "PUT" else {}
    assert client.request(method, address, **sent).status_code in {400, 404}


@pytest.mark.parametrize(
    ("media", "status", "name"),
    [
        ("application/n-quads", 415, "QuadsUnsupported"),
        ("application/trig", 415, "QuadsUnsupported"),
        ("text/html", 415, "MediaTypeUnsupported"),
        ("", 415, "MediaTypeUnsupported"),
        ("text/turtle; charset=utf-16", 415, "MediaTypeUnsupported"),
    ],
)
def test_bodies_that_are_not_taken(plain: httpx.Client, media: str, status: int, name: str) -> None:
    response = plain.put("/graphs/x", content="", headers={"Content-Type": media} if media else {})
    assert problem(response) == (status, name)
    assert "text/turtle" in response.json()["expected"]


def test_bodies_that_are_too_large(plain: httpx.Client) -> None:
    response = plain.put("/graphs/x", content="#" * 5000, headers=TURTLE)
    assert problem(response) == (413, "UploadTooLarge")
    assert response.json()["limit"] == 4096


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("application/n-triples", "<x:a> <x:b> <x:c> ."),
        ("application/ld+json", '{"@id": "x:a", "x:b": {"@id": "x:c"}}'),
        (
            "application/rdf+xml",
            (
                f'<r:RDF xmlns:r="{RDF}" xmlns="x:"><r:Bag r:about="x:a">'
                '<b r:resource="x:c"/></r:Bag></r:RDF>'
            ),
        ),
    ],
)
def test_formats_of_bodies_and_answers(plain: httpx.Client, media: str, body: str) -> None:
    address = f"/graphs?graph=https://example.org/{len(body)}"
    assert plain.put(address, content=body, headers={"Content-Type": media}).status_code == 201
    for accept in (media, "application/n-quads", "application/trig"):
        answer = plain.get(address, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (200, accept)
        assert "x:c" in answer.text
        assert ("https://example.org/" in answer.text) is (accept != media)
    assert plain.get(address, headers={"Accept": "text/csv"}).status_code == 406


def files(*bodies: str, media: str = "text/turtle") -> list[tuple[str, tuple[str, str, str]]]:
    return [("file", (f"{n}.ttl", body, media)) for n, body in enumerate(bodies)]


def test_files_of_a_form_are_written_together(plain: httpx.Client) -> None:
    sent = files("@base <x:> . <x:a> <x:b> [] .", "<> <x:b> _:n . ")
    assert plain.post("/graphs/form", files=sent).status_code == 201
    found = content(plain, "/graphs/form")
    assert len(found) == 2
    assert URIRef(str(plain.base_url.join("/graphs/form"))) in set(found.subjects())
    broken = plain.post("/graphs/form", files=files("<x:a> <x:b> 1 .", "<x:a> <x:b>"))
    assert broken.status_code >= 400
    assert len(content(plain, "/graphs/form")) == 2


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"files": files("_:a <x:b> 1 .", "_:a <x:b> 2 .")}, 400),
        ({"files": files("{}", "{}", media="application/ld+json")}, 415),
        ({"files": files("", media="application/trig")}, 415),
        ({"files": files("<x:a> <x:b> 1 ."), "data": {"note": "x"}}, 400),
        (
            {
                "content": b"nothing",
                "headers": {"Content-Type": "multipart/form-data; boundary=b"},
            },
            400,
        ),
        ({"content": b"", "headers": {"Content-Type": "multipart/form-data"}}, 400),
    ],
)
def test_forms_that_are_not_taken(plain: httpx.Client, sent: dict, status: int) -> None:
    assert plain.post("/graphs/none", **sent).status_code == status
    assert plain.get("/graphs/none").status_code == 404


def test_updates(client: httpx.Client) -> None:
    text = f"INSERT DATA {{ GRAPH <{MINE}/u> {{ <x:a> <x:b> 1 , 2 }} }}"
    body = {"Content-Type": "application/sparql-update"}
    done = client.post("/update", content=text, headers=body).json()
    assert (done["added"], done["removed"]) == (2, 0)
    gone = client.post("/update", data={"update": f"DROP GRAPH <{MINE}/u>"}).json()
    assert (gone["added"], gone["removed"]) == (0, 2)
    assert gone["version"] == done["version"] + 1


@pytest.mark.parametrize(
    ("update", "line", "column", "words"),
    [
        ("INSERT DATA {\n  foaf:a foaf:b 1 }", 2, 3, "PREFIX foaf: <http://xmlns.com/foaf/0.1/>"),
        ("INSRT DATA { <x:a> <x:b> 1 }", 1, 1, "Did you mean: INSERT?"),
        ("CLEAR XYZ", 1, 7, "SPARQL has no such word."),
        ("INSERT DATA { <x:a> <x:b> ?c }", 1, 30, "take no variables"),
        ("INSERT DATA { <x:a> <x:b> 1", 1, 13, "Its partner is missing."),
    ],
)
def test_a_wrong_update_is_shown_its_place(
    client: httpx.Client, update: str, line: int, column: int, words: str
) -> None:
    response = client.post("/update", data={"update": update})
    answer = response.json()
    assert (response.status_code, answer["line"], answer["column"]) == (400, line, column)
    assert words in answer["detail"]


def test_malformed_updates(client: httpx.Client) -> None:
    get = client.get("/update", params={"update": "CLEAR ALL"})
    assert (get.status_code, get.headers["allow"]) == (405, "OPTIONS, POST")
    update, query = {"Content-Type": "application/sparql-update"}, {"query": "ASK {}"}
    for params, sent in (
        ({}, {"data": {"update": ["CLEAR ALL", "CLEAR ALL"]}}),
        ({}, {"data": query}),
        (query, {"content": "CLEAR ALL", "headers": update}),
        ({"update": "CLEAR ALL"}, {"content": "CLEAR ALL", "headers": update}),
        ({"default-graph-uri": OWN}, {"content": "CLEAR ALL", "headers": update}),
        ({"using-graph-uri": "org"}, {"content": "CLEAR ALL", "headers": update}),
        ({"using-graph-uri": f"{OWN}x"}, {"content": "CLEAR ALL", "headers": update}),
    ):
        assert client.post("/update", params=params, **sent).status_code == 400
    for word in ("WITH", "DELETE {} USING"):
        text = f"# with\n{word} <{NAMES.graph('org')}> DELETE {{}} WHERE {{}}"
        using = {"using-graph-uri": str(NAMES.graph("org"))}
        answer = client.post("/update", params=using, content=text, headers=update)
        assert (answer.status_code, answer.json()["line"]) == (400, 2)
    latin = "application/sparql-update; charset=latin1"
    for kind in ("text/plain", "application/sparql-query", latin):
        sent = {"content": "CLEAR ALL", "headers": {"Content-Type": kind}}
        assert client.post("/update", **sent).status_code == 415
    assert client.post("/update", data={"update": "#" * 300_000}).status_code == 413


def test_writing_is_off_without_a_token(tmp_path) -> None:
    with mini.client(tmp_path) as reading:
        for method, path in (
            ("POST", "/update"),
            ("PUT", "/graphs/x"),
            ("POST", "/graphs"),
            ("DELETE", "/graphs/org"),
        ):
            assert problem(reading.request(method, path)) == (403, "WritingOff")


@pytest.mark.parametrize(
    ("head", "count"), [("", "4"), (f"BASE <{NAMES.base}id/> ", "0"), ("BASE <id/> ", "0")]
)
def test_relative_iris_of_queries_stand_below_ours(
    client: httpx.Client, head: str, count: str
) -> None:
    query = f"{head}SELECT (COUNT(*) AS ?n) {{ <id/org/mext> ?p ?o }}"
    asked = client.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"})
    assert asked.text.split() == ["n", count]


def test_relative_graphs_of_a_plain_server(plain: httpx.Client) -> None:
    update = "INSERT DATA { GRAPH <g/1> { <a> <b> 1 , 2 } GRAPH <g/2> { <a> <b> 2 , 3 } }"
    assert plain.post("/update", data={"update": update}).json()["added"] == 4
    query = "SELECT (COUNT(*) AS ?n) FROM <g/1> FROM <g/2> { <a> <b> ?o }"
    asked = plain.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"})
    assert asked.text.split() == ["n", "3"]


@pytest.mark.parametrize("iri", ["http://[", "http://a:b:c/", "http://x/%zz"])
@pytest.mark.parametrize("parameter", ["default-graph-uri", "named-graph-uri"])
def test_graphs_of_a_request_are_iris(plain: httpx.Client, parameter: str, iri: str) -> None:
    asked = plain.get("/sparql", params={"query": "ASK {}", parameter: iri})
    assert problem(asked) == (400, "RequestMalformed")
