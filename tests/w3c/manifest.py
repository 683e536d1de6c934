"""Tests as the manifests of the suite describe them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rdflib import RDF, RDFS, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
BASE = "https://w3c.github.io/rdf-tests/sparql/sparql11/"
"""Where the suite is published: its files are named relative to this."""

SUITES = {
    "protocol": ("SPARQL 1.1 Protocol", "protocol/manifest.ttl", 34),
    "graph-store": (
        "SPARQL 1.1 Graph Store Protocol",
        "graph-store-protocol/manifest.ttl",
        13,
    ),
    "service-description": (
        "SPARQL 1.1 Service Description",
        "service-description/manifest.ttl",
        3,
    ),
    "query": ("SPARQL 1.1 Query Language", "manifest-sparql11-query.ttl", 328),
    "update": ("SPARQL 1.1 Update", "manifest-sparql11-update.ttl", 157),
    "results": ("Result formats: JSON, CSV, TSV", "manifest-sparql11-results.ttl", 10),
}
"""Title, manifest and number of tests of each part of the suite."""
LANGUAGE = ("query", "update", "results")
"""Parts that an engine without HTTP can be asked as well."""


@dataclass(frozen=True)
class Content:
    """Files of the default graph, and of each named graph by its IRI."""

    default: tuple[URIRef, ...] = ()
    named: tuple[tuple[str, URIRef], ...] = ()


@dataclass(frozen=True)
class Case:
    """A test: `text` is the file with the query or update, `before` and `after` the data.

    `manifest` and `node` lead to what else the manifest says of it.
    """

    name: str
    kind: str
    node: Node
    manifest: Graph = field(repr=False)
    text: URIRef | None = None
    before: Content = Content()
    after: Content = Content()
    result: URIRef | None = None


class Suite:
    """The suite in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def cases(self, part: str) -> list[Case]:
        """Tests of one of `SUITES` in the order of the manifests."""
        return list(self._cases(URIRef(BASE + SUITES[part][1])))

    def read(self, file: URIRef) -> bytes:
        """Content of a file of the suite."""
        return (self.folder / str(file).removeprefix(BASE)).read_bytes()

    def _cases(self, file: URIRef) -> Iterator[Case]:
        manifest = Graph().parse(data=self.read(file), format="turtle", publicID=file)
        folder = str(file).removeprefix(BASE).rpartition("/")[0]
        for included in manifest.objects(None, MF.include):
            for member in Collection(manifest, included):
                yield from self._cases(URIRef(str(member)))
        for entries in manifest.objects(None, MF.entries):
            for node in Collection(manifest, entries):
                yield _case(manifest, node, folder)


def _case(manifest: Graph, node: Node, folder: str) -> Case:
    kind = str(manifest.value(node, RDF.type)).removeprefix(str(MF))
    action, result = manifest.value(node, MF.action), manifest.value(node, MF.result)
    name = f"{folder}/{str(node).rpartition('#')[2]}"
    if kind in {"ProtocolTest", "GraphStoreProtocolTest", "ServiceDescriptionTest"}:
        return Case(name, kind, node, manifest, before=_content(manifest, node, UT))
    if isinstance(action, URIRef):
        return Case(name, kind, node, manifest, text=action)
    if kind == "UpdateEvaluationTest":
        return Case(
            name,
            kind,
            node,
            manifest,
            text=_file(manifest, action, UT.request),
            before=_content(manifest, action, UT),
            after=_content(manifest, result, UT),
        )
    return Case(
        name,
        kind,
        node,
        manifest,
        text=_file(manifest, action, QT.query),
        before=_content(manifest, action, QT),
        result=None if result is None else URIRef(str(result)),
    )


def _file(manifest: Graph, node: Node | None, prop: URIRef) -> URIRef:
    return URIRef(str(manifest.value(node, prop)))


def _content(manifest: Graph, node: Node | None, terms: Namespace) -> Content:
    named = []
    for graph in manifest.objects(node, terms.graphData):
        # a graph of an update has a name beside its file, that of a query is named by the file
        file = manifest.value(graph, UT.graph)
        label = str(graph if file is None else manifest.value(graph, RDFS.label))
        named.append((label, URIRef(str(graph if file is None else file))))
    default = (URIRef(str(file)) for file in manifest.objects(node, terms.data))
    return Content(tuple(default), tuple(named))
