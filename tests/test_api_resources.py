from collections.abc import Iterator

import httpx
import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import RDF, RDFS, SKOS

import mini
from kg.namespaces import JPSTRAT, NAMES

MEASURE = NAMES.id("measure", "m", "II-1")
SPAN = NAMES.span("d", 1, 9)
PATH = "/id/measure/m/II-1"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with mini.client(tmp_path_factory.mktemp("resources")) as running:
        yield running


def described(response: httpx.Response, format_: str = "turtle") -> Graph:
    assert response.status_code == 200, response.text
    return Graph().parse(data=response.text, format=format_)


def test_a_thing_is_described_with_its_evidence(client: httpx.Client) -> None:
    graph = described(client.get(PATH))
    assert set(graph.subjects()) == {MEASURE, SPAN}
    assert len(list(graph.predicate_objects(MEASURE))) == 7
    assert graph.value(SPAN, JPSTRAT.end).toPython() == 9


@pytest.mark.parametrize(
    ("suffix", "media", "format_"),
    [
        ("ttl", "text/turtle; charset=utf-8", "turtle"),
        ("nt", "application/n-triples", "nt"),
        ("rdf", "application/rdf+xml", "xml"),
        ("trig", "application/trig", "turtle"),
        pytest.param(
            "jsonld",
            "application/ld+json",
            "json-ld",
            marks=pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated"),
        ),
    ],
)
def test_suffix_and_header_give_the_same(
    client: httpx.Client, suffix: str, media: str, format_: str
) -> None:
    by_suffix = client.get(f"{PATH}.{suffix}", headers={"Accept": "image/png"})
    by_header = client.get(PATH, headers={"Accept": media.split(";", maxsplit=1)[0]})
    assert by_suffix.content == by_header.content
    assert by_suffix.headers["content-type"] == by_header.headers["content-type"] == media
    assert len(described(by_suffix, format_)) == 12


def test_negotiation(client: httpx.Client) -> None:
    assert client.get(PATH).headers["content-type"].startswith("text/turtle")
    assert client.get(PATH, params={"format": "ntriples"}).text.startswith("<https://")
    assert client.get(PATH, headers={"Accept": "text/csv"}).status_code == 406
    assert client.get(PATH, params={"format": "csv"}).status_code == 406
    assert "Accept" in client.get(PATH).headers["vary"]
    assert client.head(PATH).headers["content-length"] == client.get(PATH).headers["content-length"]


def test_a_scheme_is_described_with_its_concepts(client: httpx.Client) -> None:
    graph = described(client.get("/vocab/measure-status"))
    assert set(graph.subjects(RDF.type)) == {
        NAMES.scheme("measure-status"),
        NAMES.concept("measure-status", "new"),
    }
    concept = described(client.get("/vocab/measure-status/new"))
    assert set(concept.subjects()) == {NAMES.concept("measure-status", "new")}
    assert concept.value(predicate=SKOS.inScheme, object=NAMES.scheme("measure-status"))


def test_the_ontology_is_described_with_its_terms(client: httpx.Client) -> None:
    for path in ("/def", "/def.ttl"):
        graph = described(client.get(path))
        assert set(graph.subjects()) == {NAMES.ontology, JPSTRAT.Measure}
    assert len(list(graph.objects(JPSTRAT.Measure, RDFS.label))) == 2


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/id/org/mexd", NAMES.id("org", "mext")),
        ("/id/measure/m/II-1.ttl.ttl", MEASURE),
        ("/vocab/measure-status/knew", NAMES.concept("measure-status", "new")),
        ("/id/org/MEXT", NAMES.id("org", "mext")),
        ("/id/measures/m/II-1", MEASURE),
        ("/id/zzz", None),
        ("/id/", None),
        ("/id/a b<c>", None),
        ("/id/日本", None),
        ("/def.xyz", NAMES.ontology),
    ],
)
def test_what_is_not_described_is_a_problem(
    client: httpx.Client, path: str, hint: URIRef | None
) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.json().get("hint") == (None if hint is None else str(hint))
    assert response.json()["type"] == "/problems#NotDescribed"


def test_a_page_lists_the_triples_and_links_them(client: httpx.Client) -> None:
    page = client.get(PATH, headers={"Accept": BROWSER, "Accept-Language": "ja"}).text
    assert '<html lang="ja">' in page
    assert 'href="/id/org/mext"' in page
    assert "文部科学省" in page
    assert "Teaching &lt;b&gt;AI&lt;/b&gt; &amp; &#34;more&#34;" in page
    assert "<b>" not in page
    assert f"{PATH}.ttl" in page
    assert "<td>ai2019-fu2020</td>" in page
    assert "<td>curated</td>" in page
    assert 'id="char=1,9"' in page
    english = client.get(PATH, headers={"Accept": BROWSER}).text
    assert "Ministry of Education" in english


def test_pages_of_the_ontology_have_anchors(client: httpx.Client) -> None:
    page = client.get("/def", headers={"Accept": BROWSER}).text
    assert '<h2 id="Measure">' in page
    assert 'href="/def#Measure"' in client.get(PATH, headers={"Accept": BROWSER}).text
