"""Tests of the protocols: the requests of a test in order, and what each must be answered with."""

import re
from dataclasses import dataclass

import httpx
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node
from tests.w3c.language import load
from tests.w3c.manifest import MF, Case, Suite
from tests.w3c.results import parse_result, same_graph
from tests.w3c.targets import Http

_HT = Namespace("http://www.w3.org/2011/http#")
_CNT = Namespace("http://www.w3.org/2011/content#")
_STATUS = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}
_MEDIA = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": {
        *("application/sparql-results+json", "application/sparql-results+xml"),
        *("text/csv", "text/tab-separated-values"),
    },
    "RDF": {
        *("text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"),
        *("application/trig", "application/n-quads"),
    },
}
"""Media types of the formats that a test asks for."""
_UPDATE = "application/sparql-update"


@dataclass
class _Exchange:
    """A request and its expected answer, as nodes of the manifest."""

    manifest: Graph
    request: Node

    def text(self, node: Node | None, prop: URIRef) -> str | None:
        value = self.manifest.value(node, prop)
        return None if value is None else str(value)

    def headers(self, node: Node | None) -> dict[str, str]:
        listed = self.manifest.value(node, _HT.headers)
        fields = Collection(self.manifest, listed) if listed is not None else ()
        return {str(self.text(f, _HT.fieldName)): str(self.text(f, _HT.fieldValue)) for f in fields}

    def body(self, node: Node | None) -> bytes | None:
        content = self.manifest.value(node, _HT.body)
        chars = self.text(content, _CNT.chars)
        encoding = self.text(content, _CNT.characterEncoding) or "UTF-8"
        return None if chars is None else chars.encode(encoding)

    @property
    def expected(self) -> Node | None:
        return self.manifest.value(self.request, _HT.resp)


def run(case: Case, suite: Suite, target: Http) -> str:
    """Run a test over HTTP; returns why it failed, or nothing."""
    target.clear()
    load(case.before, suite, target)
    location = ""
    action = case.manifest.value(case.node, MF.action)
    requests = case.manifest.value(action, _HT.requests)
    for number, request in enumerate(Collection(case.manifest, requests), start=1):
        exchange = _Exchange(case.manifest, request)
        response = _send(exchange, _path(exchange, case).replace("$LOCATION$", location), target)
        location = response.headers.get("location", location)
        if wrong := _judge(exchange, response):
            return f"request {number}: {wrong}"
    return ""


def _path(exchange: _Exchange, case: Case) -> str:
    """Where this service takes what the manifest sends to `/sparql/` and `/gsp`."""
    path = str(exchange.text(exchange.request, _HT.absolutePath))
    if path.startswith("/gsp"):
        return path.replace("/gsp", "/graphs", 1)
    sent = exchange.headers(exchange.request).get("content-type", "")
    query = sent.startswith("application/sparql-query")
    updates = "update" in case.name.partition("/")[2] and not query
    return path.replace("/sparql/", "/update" if updates else "/sparql", 1)


def _send(exchange: _Exchange, path: str, target: Http) -> httpx.Response:
    method = exchange.text(exchange.request, _HT.methodName)
    return target.client.request(
        str(method),
        path,
        content=exchange.body(exchange.request),
        headers=exchange.headers(exchange.request),
    )


def _judge(exchange: _Exchange, response: httpx.Response) -> str:
    manifest, expected = exchange.manifest, exchange.expected
    statuses = [str(status) for status in manifest.objects(expected, MF.expectedStatus)]
    if not any(_fits(status, response.status_code) for status in statuses):
        return f"status {response.status_code}"
    media = response.headers.get("content-type", "").partition(";")[0]
    form = exchange.text(expected, MF.expectedFormat)
    if form is not None and media not in _MEDIA[form]:
        return f"{media} is no {form}"
    truth = manifest.value(expected, MF.expectedBoolean)
    if isinstance(truth, Literal) and parse_result(response.content, media) is not bool(truth):
        return f"not {truth}"
    if (wanted := exchange.text(expected, MF.expectedLocation)) and not (
        response.headers.get("location")
    ):
        return f"no {wanted}"
    return _judge_content(exchange, response)


def _judge_content(exchange: _Exchange, response: httpx.Response) -> str:
    for name, value in exchange.headers(exchange.expected).items():
        if response.headers.get(name, "").replace(" ", "") != value.replace(" ", ""):
            return f"{name} is {response.headers.get(name)}"
    body = exchange.body(exchange.expected)
    if body is None:
        return ""
    found, graph = Graph(), Graph()
    found.parse(data=response.content, format="turtle")
    graph.parse(data=body, format="turtle")
    return "" if same_graph(found, graph) else "another graph"


def _fits(status: str, found: int) -> bool:
    name = status.rpartition("#")[2]
    family = re.fullmatch(r"StatusCode(\d)xx", name)
    return found // 100 == int(family[1]) if family else _STATUS[name] == found
