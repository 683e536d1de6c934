"""The service description (SPARQL 1.1 Service Description) of `/sparql`."""

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, RDFS, VOID

from api.documents import add_texts, new_graph
from api.service import Service
from api.statistics import Counts, statistics
from kg.errors import Both

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_FORMATS = Namespace("http://www.w3.org/ns/formats/")
_GRAPH_FORMATS = ("Turtle", "N-Triples", "JSON-LD", "RDF_XML")
_QUAD_FORMATS = ("TriG", "N-Quads")
_RESULT_FORMATS = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *_GRAPH_FORMATS,
    *_QUAD_FORMATS,
)
_UNION = Both(
    "shapesを除く全ての名前付きグラフの和。", "The union of all named graphs except the shapes."
)


async def describe_service(service: Service, url: str) -> Graph:
    """Describe what `<url>/sparql` takes and answers with, and the graphs behind it."""
    counts = await statistics(service)
    graph = new_graph(service)
    graph.bind("sd", SD)
    this = URIRef(f"{url}/sparql")
    dataset, default = BNode("dataset"), _graph(graph, "default", counts.default)
    _add_service(graph, this, SD.SPARQL11Query)
    for name in _RESULT_FORMATS:
        graph.add((this, SD.resultFormat, _FORMATS[name]))
    graph.add((this, RDFS.seeAlso, URIRef(f"{url}/.well-known/void")))
    graph.add((this, RDFS.seeAlso, URIRef(f"{url}/limits")))
    add_texts(graph, this, RDFS.comment, _limits(service))
    graph.add((this, SD.defaultDataset, dataset))
    graph.add((dataset, RDF.type, SD.Dataset))
    graph.add((dataset, SD.defaultGraph, default))
    for number, (iri, count) in enumerate(counts.graphs.items()):
        named = BNode(f"named{number}")
        graph.add((dataset, SD.namedGraph, named))
        graph.add((named, RDF.type, SD.NamedGraph))
        graph.add((named, SD.name, URIRef(iri)))
        graph.add((named, SD.graph, _graph(graph, f"graph{number}", count)))
    if not service.plain:
        graph.add((this, SD.feature, SD.UnionDefaultGraph))
        add_texts(graph, default, DCTERMS.description, _UNION)
    if service.writable:
        _add_update(graph, this, URIRef(f"{url}/update"), dataset)
    return graph


def _add_service(graph: Graph, this: URIRef, language: URIRef) -> None:
    graph.add((this, RDF.type, SD.Service))
    graph.add((this, SD.endpoint, this))
    graph.add((this, SD.supportedLanguage, language))


def _add_update(graph: Graph, query: URIRef, update: URIRef, dataset: BNode) -> None:
    """Updates have an address of their own, and so a description of their own."""
    _add_service(graph, update, SD.SPARQL11Update)
    graph.add((update, SD.defaultDataset, dataset))
    for service in (query, update):
        graph.add((service, SD.feature, SD.EmptyGraphs))
    for name in _GRAPH_FORMATS:
        graph.add((update, SD.inputFormat, _FORMATS[name]))


def _graph(graph: Graph, name: str, counts: Counts) -> BNode:
    # a name of its own, as the same description is to be the same bytes
    node = BNode(name)
    graph.add((node, RDF.type, SD.Graph))
    graph.add((node, VOID.triples, Literal(counts.triples)))
    return node


def _limits(service: Service) -> Both:
    settings = service.settings
    seconds, rows, size = settings.query_timeout, settings.result_rows, settings.result_bytes
    return Both(
        f"上限：問い合わせは{seconds:g}秒、結果は{rows:,}行かつ{size:,}バイト。"
        "SERVICEとLOADは使えません。",
        f"Limits: {seconds:g} s for a query, {rows:,} rows and {size:,} bytes for a result. "
        "No SERVICE, no LOAD.",
    )
