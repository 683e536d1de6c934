"""Tests of the service description; the suite gives only their names."""

from rdflib import RDF, Graph, Literal, Namespace, URIRef
from tests.w3c.manifest import Case
from tests.w3c.targets import Http

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_FORMATS = {
    "text/turtle": "turtle",
    "application/rdf+xml": "xml",
    "application/n-triples": "nt",
}
_CLASSES = {
    SD.endpoint: SD.Service,
    SD.feature: SD.Service,
    SD.supportedLanguage: SD.Service,
    SD.languageExtension: SD.Service,
    SD.inputFormat: SD.Service,
    SD.resultFormat: SD.Service,
    SD.defaultDataset: SD.Service,
    SD.defaultGraph: SD.Dataset,
    SD.namedGraph: SD.Dataset,
    SD.name: SD.NamedGraph,
    SD.graph: SD.NamedGraph,
}
"""Properties and the class of what has them."""
_VALUES = {
    SD.defaultDataset: SD.Dataset,
    SD.defaultGraph: SD.Graph,
    SD.namedGraph: SD.NamedGraph,
    SD.graph: SD.Graph,
}
"""Properties and the class of their values."""
_KNOWN = {
    SD.feature: {
        *(SD.DereferencesURIs, SD.UnionDefaultGraph, SD.RequiresDataset),
        *(SD.EmptyGraphs, SD.BasicFederatedQuery),
    },
    SD.supportedLanguage: {SD.SPARQL10Query, SD.SPARQL11Query, SD.SPARQL11Update},
}
"""Properties and the values that the specification defines for them."""


def run(case: Case, target: Http) -> str:
    """Run a test; returns why it failed, or nothing."""
    tests = {
        "returns-rdf": _returns_rdf,
        "has-endpoint-triple": _has_endpoint,
        "conforms-to-schema": _conforms,
    }
    return tests[case.name.partition("/")[2]](target)


def _describe(target: Http, media: str = "text/turtle") -> Graph:
    response = target.client.get("/sparql", headers={"Accept": media})
    response.raise_for_status()
    if response.headers["content-type"].partition(";")[0] != media:
        raise ValueError(response.headers["content-type"])
    return Graph().parse(data=response.content, format=_FORMATS[media])


def _returns_rdf(target: Http) -> str:
    sizes = {len(_describe(target, media)) for media in _FORMATS}
    return "" if len(sizes) == 1 and 0 not in sizes else f"triples: {sizes}"


def _has_endpoint(target: Http) -> str:
    address = URIRef(str(target.client.base_url.join("/sparql")))
    found = set(_describe(target).objects(None, SD.endpoint))
    return "" if address in found else f"{address} is none of {found}"


def _conforms(target: Http) -> str:
    graph = _describe(target)
    for subject, predicate, value in graph:
        name = str(predicate).removeprefix(str(SD))
        if not str(predicate).startswith(str(SD)):
            continue
        if predicate not in _CLASSES:
            return f"there is no sd:{name}"
        if isinstance(value, Literal):
            return f"sd:{name} has the literal {value}"
        if (subject, RDF.type, _CLASSES[predicate]) not in graph:
            return f"the subject of sd:{name} is no {_CLASSES[predicate]}"
        if predicate in _VALUES and (value, RDF.type, _VALUES[predicate]) not in graph:
            return f"the value of sd:{name} is no {_VALUES[predicate]}"
        if predicate in _KNOWN and value not in _KNOWN[predicate]:
            return f"sd:{name} has the unknown value {value}"
    return _counts(graph)


def _counts(graph: Graph) -> str:
    """Each service has one endpoint, each dataset one default graph, each named graph one name."""
    services = set(graph.subjects(RDF.type, SD.Service))
    single = {SD.Service: SD.endpoint, SD.Dataset: SD.defaultGraph, SD.NamedGraph: SD.name}
    for class_, prop in single.items():
        for node in graph.subjects(RDF.type, class_):
            if len(list(graph.objects(node, prop))) != 1:
                return f"not one {prop} of {node}"
    return "" if services else "no sd:Service"
