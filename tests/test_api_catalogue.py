from collections.abc import Iterator

import httpx
import pytest
from rdflib import BNode, Dataset, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SKOS, VOID

import mini
from api.access import read_agent
from api.app import create_app
from api.contents import CONTENTS
from api.settings import Settings
from kg.model import Agent
from kg.namespaces import JPSTRAT, NAMES
from kg.queries import read_catalogue
from kg.store.snapshot import write_snapshot

FORMATS = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
    "application/trig": "turtle",
    "application/n-quads": "nt",
}
DOCUMENTS = ("/.well-known/void", "/catalog", "/sparql")
MINE = URIRef("https://example.org/graph/mine")
MEASURES = NAMES.graph("ai2019-fu2020")


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory):
    made = mini.app(tmp_path_factory.mktemp("catalogue"))
    made.dependency_overrides[read_agent] = lambda: Agent("t1", "tester")
    return made


@pytest.fixture(scope="module")
def client(application) -> Iterator[httpx.Client]:
    with mini.serve(application) as running:
        yield running


def read(client: httpx.Client, path: str) -> Graph:
    return Graph().parse(data=client.get(path).text, format="turtle")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
@pytest.mark.parametrize("path", DOCUMENTS)
def test_documents_are_the_same_in_every_format(client: httpx.Client, path: str) -> None:
    turtle = read(client, path)
    assert len(turtle) > 50
    for media, format_ in FORMATS.items():
        response = client.get(path, headers={"Accept": media})
        assert (response.status_code, response.headers["content-type"].split(";")[0]) == (
            200,
            media,
        )
        assert "Accept" in response.headers["vary"]
        assert isomorphic(Graph().parse(data=response.text, format=format_), turtle)
    assert client.get(path, headers={"Accept": "text/csv"}).status_code == 406
    assert client.get(path, params={"format": "ntriples"}).headers["content-type"] == (
        "application/n-triples"
    )
    assert client.get(path, params={"fromat": "x"}).status_code == 400


def test_void_counts_what_the_graph_holds(client: httpx.Client) -> None:
    void = read(client, "/.well-known/void")
    whole = URIRef(str(client.base_url.join("/.well-known/void#dataset")))
    assert void.value(whole, VOID.triples) == Literal(mini.UNION)
    assert void.value(MEASURES, VOID.triples) == Literal(13)
    assert sum(int(n) for n in void.objects(None, VOID.triples) if n) > mini.UNION
    parts = {
        void.value(part, VOID["class"]): int(str(void.value(part, VOID.entities)))
        for part in void.objects(whole, VOID.classPartition)
    }
    assert parts[JPSTRAT.Measure] == 2
    assert parts[JPSTRAT.Ministry] == 2
    used = {
        void.value(part, VOID.property): int(str(void.value(part, VOID.triples)))
        for part in void.objects(whole, VOID.propertyPartition)
    }
    # the code of II-1 stands in two graphs, and is one triple of the union
    assert used[JPSTRAT.code] == 2
    assert used[SKOS.prefLabel] == 12
    assert sum(used.values()) == mini.UNION
    assert set(void.objects(whole, VOID.subset)) == {
        *(NAMES.graph(name) for name in ("ai2019-fu2020", "curated", "def", "org", "shapes")),
        *(NAMES.graph(name) for name in ("source", "vocab")),
    }
    assert URIRef(str(SKOS)) in set(void.objects(whole, VOID.vocabulary))
    assert NAMES.id("measure", "m", "II-1") in set(void.objects(whole, VOID.exampleResource))
    for prop in (VOID.sparqlEndpoint, VOID.uriSpace):
        assert len(list(void.objects(whole, prop))) == 1


@pytest.mark.parametrize(
    ("path", "prop"), [(DOCUMENTS[0], VOID.dataDump), (DOCUMENTS[1], DCAT.downloadURL)]
)
def test_every_download_that_is_named_exists(client: httpx.Client, path: str, prop) -> None:
    named = sorted(str(url) for url in set(read(client, path).objects(None, prop)))
    assert len(named) == 7 * 6 + 2
    for url in named:
        response = client.get(url)
        assert response.status_code == 200
        assert response.headers["content-disposition"].startswith("attachment; filename=")


def test_the_catalogue_speaks_of_each_graph_in_both_languages(client: httpx.Client) -> None:
    catalogue = read(client, "/catalog")
    address = URIRef(str(client.base_url.join("/catalog")))
    sets = set(catalogue.objects(address, DCAT.dataset))
    assert len(sets) == 8
    for node in {address, *sets}:
        assert {t.language for t in catalogue.objects(node, DCTERMS.title)} == {"ja", "en"}
    told = {str(t) for t in catalogue.objects(NAMES.graph("org"), DCTERMS.description)}
    assert told == set(CONTENTS["org"])
    assert (URIRef(str(client.base_url.join("/sparql"))), RDF.type, DCAT.DataService) in catalogue


def test_only_what_is_ours_has_our_licence(whole_graph, tmp_path) -> None:
    path = tmp_path / "whole.snapshot"
    write_snapshot(whole_graph.store.engine, path, "whole")
    made = create_app(
        Settings(readers=1, state_dir=tmp_path), path, read_catalogue(tmp_path, NAMES)
    )
    made.dependency_overrides[read_agent] = lambda: Agent("t1", "tester")
    with mini.serve(made) as whole:

        def licensed() -> set[str]:
            return {str(s) for s in read(whole, "/catalog").subjects(DCTERMS.license)}

        everything = str(whole.base_url.join("/catalog#all"))
        assert {everything, str(MEASURES), str(NAMES.graph("org"))} <= licensed()
        sent = {"content": "<x:a> <x:b> 1 .", "headers": {"Content-Type": "text/turtle"}}
        assert whole.put("/graphs/notes", **sent).status_code == 201
        assert {everything, str(NAMES.graph("notes"))} & licensed() == set()
        assert str(MEASURES) in licensed()


def test_what_others_write_changes_no_licence_and_no_title(whole_graph, tmp_path) -> None:
    path = tmp_path / "whole.snapshot"
    write_snapshot(whole_graph.store.engine, path, "whole")
    made = create_app(
        Settings(readers=1, state_dir=tmp_path), path, read_catalogue(tmp_path, NAMES)
    )
    made.dependency_overrides[read_agent] = lambda: Agent("t1", "tester")
    told = (DCTERMS.license, DCTERMS.publisher, FOAF.name, DCTERMS.title)

    def facts(client: httpx.Client) -> set[tuple[object, ...]]:
        graph = read(client, "/catalog")
        official = {node for node in graph.subjects() if str(MINE) not in str(node)}
        own = (t for t in graph if t[0] in official and t[1] in told)
        named = {tuple("_" if isinstance(n, BNode) else n for n in t) for t in own}
        return {t for t in named if "all" not in str(t[0])}

    with mini.serve(made) as whole:
        before = facts(whole)
        assert {prop for _, prop, _ in before} == set(told)
        edition = next(
            iter(whole_graph.store.select(f"SELECT ?e {{ ?e a <{JPSTRAT.StrategyEdition}> }}"))
        )["e"]
        body = (
            f'<{NAMES.ontology}> <{DCTERMS.license}> "not <a> uri", <urn:a>, <x:mine> ; '
            f'<{DCTERMS.creator}> "Mallory" . '
            f'<{edition}> <{SKOS.prefLabel}> "taken"@en, "taken"@ja . '
            f"<urn:x:new> a <{JPSTRAT.StrategyEdition}> ; "
            f'<{SKOS.prefLabel}> "new"@en, "new"@ja .'
        )
        sent = {"content": body, "headers": {"Content-Type": "text/turtle"}}
        assert whole.put(f"/graphs?graph={MINE}", **sent).status_code == 201
        assert facts(whole) == before
        assert whole.get("/.well-known/void").status_code == 200
        assert "Mallory" not in whole.get("/catalog").text


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_names_the_host_that_was_asked(client: httpx.Client, path: str) -> None:
    texts = {}
    for host in ("a.example", "b.example:8080", "[::1]:80"):
        for media in FORMATS:
            answer = client.get(path, headers={"Host": host, "Accept": media})
            assert answer.status_code == 200
            assert f"http://{host}/" in answer.text
            assert ".invalid" not in answer.text
            texts.setdefault(media, set()).add(answer.text.replace(host, "HOST"))
    assert all(len(found) == 1 for found in texts.values())
    # what is no name of a host is not repeated, whatever the format would make of it
    for host in ("a>.<urn:b", 'a"b', "a b", "<script>"):
        answer = client.get(path, headers={"Host": host})
        assert host not in answer.text
        assert f"{client.base_url}"[:-1] in answer.text or answer.status_code == 400


def test_documents_are_built_once_for_all_hosts(application, client: httpx.Client) -> None:
    client.get("/catalog", headers={"Host": "first.example"})
    kept = dict(application.state.service.documents)
    for number in range(50):
        answer = client.get("/catalog", headers={"Host": f"h{number}.example"})
        assert f"http://h{number}.example/catalog" in answer.text
    assert application.state.service.documents == kept


def test_browsers_get_a_page(client: httpx.Client) -> None:
    void = client.get("/.well-known/void", headers={"Accept": "text/html"})
    assert (void.status_code, void.headers["location"]) == (303, "/catalog")
    page = client.get("/catalog", headers={"Accept": "text/html"}, params={"lang": "ja"}).text
    assert 'href="/dumps/org.ttl"' in page
    assert CONTENTS["org"].ja in page
    graphs = client.get("/graphs", headers={"Accept": "text/html"}).text
    assert "graph/org" in graphs
    assert "<td>8</td>" in graphs


@pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated")
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
def test_downloads_hold_the_whole_graph(client: httpx.Client) -> None:
    whole = mini.dataset()
    expected = whole.graph(MEASURES)
    for suffix, format_ in (("ttl", "turtle"), ("nt", "nt"), ("rdf", "xml")):
        found = Graph().parse(
            data=client.get(f"/dumps/ai2019-fu2020.{suffix}").content, format=format_
        )
        assert isomorphic(found, expected)
    for suffix, format_ in (("nq", "nquads"), ("trig", "trig")):
        for name, size in (("ai2019-fu2020", 13), ("all", mini.QUADS)):
            found = Dataset()
            found.parse(data=client.get(f"/dumps/{name}.{suffix}").text, format=format_)
            assert len(list(found.quads())) == size
    turtle = client.get("/dumps/org.ttl").text
    declared = [line for line in turtle.splitlines() if line.startswith("@prefix")]
    assert declared == sorted(declared)
    assert {line.split()[1] for line in declared} == {"jpstrat:", "org:", "rdf:", "skos:"}
    assert client.get("/dumps/org.ttl").text == turtle


def test_downloads_beyond_the_limits_of_a_query(tmp_path) -> None:
    with mini.client(tmp_path, result_rows=1) as small:
        assert small.get("/sparql?query=CONSTRUCT+WHERE+{?s+?p+?o}").status_code == 413
        assert len(small.get("/dumps/all.nq").text.splitlines()) == mini.QUADS
        assert len(small.get("/graphs/org", headers={"Accept": "application/n-quads"}).text) > 100


@pytest.mark.parametrize(
    ("file", "status"),
    [("org.xyz", 404), ("all.ttl", 404), ("orgg.ttl", 404), ("org", 404), (".ttl", 404)],
)
def test_downloads_that_there_are_not(client: httpx.Client, file: str, status: int) -> None:
    assert client.get(f"/dumps/{file}").status_code == status
    assert client.get(f"/dumps/{file}?x=y").status_code in {400, status}


def test_documents_follow_what_is_written(client: httpx.Client) -> None:
    graph = "https://example.org/graph#new"
    before = len(read(client, "/.well-known/void"))
    sent = {"content": "<x:a> a <x:C> .", "headers": {"Content-Type": "text/turtle"}}
    assert client.put("/graphs", params={"graph": graph}, **sent).status_code == 201
    void = read(client, "/.well-known/void")
    assert len(void) > before
    assert void.value(URIRef(graph), VOID.triples) == Literal(1)
    (file,) = (u for u in void.objects(URIRef(graph), VOID.dataDump) if str(u).endswith(".nt"))
    assert client.get(str(file)).text.startswith("<x:a> ")
    assert client.delete("/graphs", params={"graph": graph}).status_code == 204
    assert len(read(client, "/.well-known/void")) == before


def test_a_plain_server_describes_itself(tmp_path) -> None:
    with mini.serve(mini.plain_app(tmp_path)) as plain:
        assert plain.get("/graphs").json() == {"graphs": []}
        for path in DOCUMENTS:
            assert len(read(plain, path)) > 5
        assert "jpstrat" not in plain.get("/catalog").text


def test_a_program_is_told_of_names_that_nothing_describes(client: httpx.Client) -> None:
    def link(query: str, **params: str) -> str | None:
        text = mini.PREFIXES + query
        return client.get("/sparql", params={"query": text, **params}).headers.get("link")

    told = link("SELECT ?m { ?m a jpstrat:Measur }")
    assert told is not None
    assert told.startswith("</problems#NotDescribed>; rel=\"help\"; title*=UTF-8'en'The%20graph")
    assert "Measure%3F" in told
    assert told == link("SELECT ?m { ?m a jpstrat:Measur }", format="csv")
    assert link("SELECT ?m { ?m a jpstrat:Measure }") is None
    assert link("SELECT ?m { ?m a jpstrat:Measure FILTER(false) }") is None
    assert link("SELECT ?m { ?m a <https://example.org/x> }") is None
