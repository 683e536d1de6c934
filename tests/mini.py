"""A dozen hand-made things for the tests of the store and the service."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from rdflib import Dataset

from api.app import create_app
from api.server import server_config
from api.settings import Settings
from kg.namespaces import NAMES
from kg.queries import read_catalogue
from kg.store.embedded import EmbeddedStore
from kg.store.forking import ForkServer
from kg.store.pool import ReaderPool
from kg.store.reader import Lane
from kg.store.replica import Source
from kg.store.snapshot import write_snapshot

JSON = "application/sparql-results+json"
CSV = "text/csv"
TURTLE = "text/turtle"

PREFIXES = "".join(
    f"PREFIX {p}: <{NAMES.prefixes[p]}>\n" for p in ("jpstrat", "org", "rdf", "skos", "vstatus")
)

_HEAD = """
@prefix jpstrat: <https://w3id.org/jpstrat/def#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@base <https://w3id.org/jpstrat/> .
"""
_GRAPHS = {
    "def": """
  <def> a owl:Ontology ; rdfs:label "ontology"@en .
  jpstrat:Measure a owl:Class ; rdfs:label "measure"@en , "取組"@ja .
""",
    "vocab": """
  <vocab/measure-status> a skos:ConceptScheme ; skos:prefLabel "status"@en , "区分"@ja .
  <vocab/measure-status/new> a skos:Concept ; skos:inScheme <vocab/measure-status> ;
    skos:prefLabel "new"@en , "新規"@ja .
""",
    "org": """
  <id/org/mext> a jpstrat:Ministry , org:Organization ;
    skos:prefLabel "Ministry of Education"@en , "文部科学省"@ja .
  <id/org/meti> a jpstrat:Ministry , org:Organization ;
    skos:prefLabel "Ministry of Economy"@en , "経済産業省"@ja .
""",
    "ai2019-fu2020": """
  <id/measure/m/II-1> a jpstrat:Measure ; jpstrat:code "II-1" ;
    jpstrat:status <vocab/measure-status/new> ;
    jpstrat:responsibleOrganization <id/org/mext> ; jpstrat:evidence <id/source/d#char=1,9> ;
    skos:prefLabel "Teaching <b>AI</b> & \\"more\\""@en , "教育"@ja .
  <id/measure/m/II-2> a jpstrat:Measure ; jpstrat:code "II-2" ;
    jpstrat:responsibleOrganization <id/org/mext> , <id/org/meti> ;
    skos:prefLabel "Research"@en , "研究"@ja .
""",
    "source": """
  <id/source/d> a jpstrat:SourceDocument .
  <id/source/d#char=1,9> a jpstrat:SourceSpan ; jpstrat:start 1 ; jpstrat:end 9 ;
    jpstrat:sourceDocument <id/source/d> ; jpstrat:supports jpstrat:code .
""",
    "curated": """
  <id/measure/m/II-1> jpstrat:code "II-1" .
""",
    "shapes": """
  <shapes#Measure> a sh:NodeShape ; sh:targetClass jpstrat:Measure .
""",
}
"""The code of II-1 stands in two graphs; the shapes belong to no default graph."""

QUADS = 42
"""Number of statements above, counted by hand."""
UNION = 39
"""Triples of its default graph: without the two shapes, and the code of II-1 once."""

_PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r . ?s ?t ?u"
SLOW = f"SELECT (COUNT(*) AS ?n) {{ {_PRODUCT} }}"
"""A cartesian product of some 10^11 rows, to be counted: takes hours and no memory."""
BOMB = f"SELECT * {{ {_PRODUCT} }} ORDER BY ?c ?o ?u"
"""The same, to be sorted: takes a gigabyte in a second."""

QUERIES = {
    "measures-of-organisation": """#+ title:
#+   ja: 組織の取組
#+   en: Measures of an organisation
#+ question:
#+   ja: ある組織はどの取組を担当しているか。
#+   en: Which measures is an organisation responsible for?
#+ tags: [measure]
#+ graphs: [ai2019-fu2020, org]
#+ params:
#+   organisation:
#+     type: iri
#+     class: org:Organization
#+     prefix: id/org/
#+     label: { ja: 組織, en: Organisation }
#+     description: { ja: 組織の短い名前, en: Short name of the organisation }
PREFIX jpstrat: <https://w3id.org/jpstrat/def#>
SELECT ?organisation ?measure ?code WHERE {
  ?measure jpstrat:responsibleOrganization ?organisation ; jpstrat:code ?code .
}
ORDER BY ?organisation ?measure
""",
}


def dataset() -> Dataset:
    """The graph as rdflib holds it."""
    whole = Dataset()
    for name, turtle in _GRAPHS.items():
        whole.graph(NAMES.graph(name)).parse(data=_HEAD + turtle, format="turtle")
    return whole


def store() -> EmbeddedStore:
    """The graph in memory."""
    embedded = EmbeddedStore()
    embedded.load(dataset())
    return embedded


def snapshot(folder: Path) -> Path:
    """The graph as a snapshot."""
    path = folder / "graph.snapshot"
    write_snapshot(store().engine, path, "mini")
    return path


def lane(**changes: Any) -> Lane:
    """Limits for a pool of visitors' queries."""
    values: dict[str, Any] = {
        "checked": True,
        "rows": 1000,
        "size": 100_000,
        "memory": 2**30,
        "seconds": 5.0,
    }
    return Lane(**values | changes)


def source(path: Path | None, **changes: Any) -> Source:
    """A store around the graph of a snapshot."""
    values: dict[str, Any] = {
        "snapshot": path and str(path),
        "prefixes": NAMES.prefixes,
        "graphs": path and str(NAMES.graph("")),
    }
    return Source(**values | changes)


@asynccontextmanager
async def pool(
    path: Path, *, readers: int = 1, queue: int = 4, **changes: object
) -> AsyncIterator[ReaderPool]:
    """A running pool on a snapshot."""
    async with (
        ForkServer(source(path)) as server,
        ReaderPool(server, lane(**changes), readers=readers, queue=queue) as running,
    ):
        yield running


def app(folder: Path, **settings: object) -> FastAPI:
    """The service on the graph."""
    queries = folder / "queries"
    queries.mkdir(exist_ok=True)
    for name, text in QUERIES.items():
        (queries / f"{name}.rq").write_text(text, encoding="utf-8")
    return create_app(chosen(folder, **settings), snapshot(folder), read_catalogue(queries, NAMES))


def chosen(folder: Path, **settings: object) -> Settings:
    """Settings of the service on the graph."""
    return Settings(**{"readers": 1, "state_dir": folder, **settings})


def plain_app(folder: Path, **settings: object) -> FastAPI:
    """A service without the project's graph, whose store begins empty."""
    queries = folder / "queries"
    queries.mkdir(exist_ok=True)
    return create_app(chosen(folder, **settings), None, read_catalogue(queries, NAMES))


@contextmanager
def serve(application: FastAPI, settings: Settings | None = None) -> Iterator[httpx.Client]:
    """The real server on a free port, and a client that talks to it."""
    config = server_config(application, settings or Settings())
    # the command starts the application itself; here the server does
    config.lifespan, config.port = "on", 0
    server = uvicorn.Server(config)
    thread = Thread(target=server.run)
    thread.start()
    try:
        while thread.is_alive() and not server.started:
            time.sleep(0.01)
        host, port = server.servers[0].sockets[0].getsockname()
        with httpx.Client(base_url=f"http://{host}:{port}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def client(folder: Path, **settings: object) -> Iterator[httpx.Client]:
    """A client of the service on the graph."""
    with serve(app(folder, **settings), chosen(folder, **settings)) as running:
        yield running
