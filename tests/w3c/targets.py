"""What is tested: the engine in this process, or a service over HTTP."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import httpx
import pyoxigraph as ox
from rdflib import Graph

from kg.errors import KgError
from kg.store.confinement import forbid_network
from kg.store.evaluation import evaluate, serialise, syntax_error

TURTLE = "text/turtle"
JSON = "application/sparql-results+json"
_FORMATS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
}
_GRAPHS = "SELECT DISTINCT ?graph { GRAPH ?graph { ?s ?p ?o } }"


@dataclass(frozen=True)
class Reply:
    """An answer: `problem` is the class of the error, empty where there is none."""

    problem: str
    body: bytes = b""
    media: str = ""


class Target(Protocol):
    """A SPARQL store that can be emptied, filled, asked and changed."""

    def clear(self) -> None:
        """Remove everything."""

    def load(self, graph: str | None, body: bytes, media: str) -> None:
        """Add a document to a graph (None: the default graph)."""

    def query(self, text: str, accept: str | None = None) -> Reply:
        """Ask; without `accept` any format will do."""

    def update(self, text: str) -> Reply:
        """Change."""

    def graphs(self) -> Mapping[str | None, Graph]:
        """All graphs that hold something, and the default graph."""


class Engine:
    """The engine of the store in this process.

    The suite has LOAD of pages elsewhere, which a bare engine would fetch: it works in a thread
    without a network.
    """

    def __init__(self) -> None:
        self._store = ox.Store()
        self._alone = ThreadPoolExecutor(1, initializer=forbid_network)

    def clear(self) -> None:
        self._store = ox.Store()

    def load(self, graph: str | None, body: bytes, media: str) -> None:
        target = ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
        self._store.load(body, _FORMATS[media], to_graph=target, base_iri=graph or "x:/")

    def query(self, text: str, accept: str | None = None) -> Reply:
        return self._alone.submit(self._query, text, accept).result()

    def update(self, text: str) -> Reply:
        return self._alone.submit(self._update, text).result()

    def _query(self, text: str, accept: str | None) -> Reply:
        try:
            result = evaluate(self._store, text, {}, {})
            return Reply("", *serialise(result, [accept] if accept else [JSON, TURTLE], {}))
        except KgError as error:
            return Reply(type(error).__name__)

    def _update(self, text: str) -> Reply:
        try:
            self._store.update(text)
        except SyntaxError as error:
            return Reply(type(syntax_error(text, str(error), {}, update=True)).__name__)
        except (RuntimeError, OSError):
            return Reply("UpdateFailed")
        return Reply("")

    def graphs(self) -> Mapping[str | None, Graph]:
        found: dict[str | None, Graph] = {}
        for name in (ox.DefaultGraph(), *self._store.named_graphs()):
            quads = self._store.quads_for_pattern(None, None, None, name)
            body = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
            key = name.value if isinstance(name, ox.NamedNode) else None
            found[key] = Graph().parse(data=body or b"", format="nt")
        return found


class Http:
    """A service over HTTP; `client` has its address and the token of somebody who may write."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def clear(self) -> None:
        reply = self.update("DROP ALL")
        if reply.problem:
            raise RuntimeError(reply)

    def load(self, graph: str | None, body: bytes, media: str) -> None:
        params = {"default": ""} if graph is None else {"graph": graph}
        headers = {"Content-Type": media}
        response = self.client.post("/graphs", params=params, content=body, headers=headers)
        response.raise_for_status()

    def query(self, text: str, accept: str | None = None) -> Reply:
        headers = {"Accept": accept or "*/*"}
        response = self.client.post("/sparql", data={"query": text}, headers=headers)
        return _reply(response)

    def update(self, text: str) -> Reply:
        return _reply(self.client.post("/update", data={"update": text}))

    def graphs(self) -> Mapping[str | None, Graph]:
        rows = json.loads(self.query(_GRAPHS, JSON).body)
        names = [row["graph"]["value"] for row in rows["results"]["bindings"]]
        return {name: self._graph(name) for name in (None, *names)}

    def _graph(self, name: str | None) -> Graph:
        params = {"default": ""} if name is None else {"graph": name}
        headers = {"Accept": "application/n-triples"}
        response = self.client.get("/graphs", params=params, headers=headers)
        response.raise_for_status()
        return Graph().parse(data=response.content, format="nt")


def _reply(response: httpx.Response) -> Reply:
    if response.is_success:
        return Reply("", response.content, response.headers.get("content-type", ""))
    return Reply(response.json()["type"].rpartition("#")[2])
