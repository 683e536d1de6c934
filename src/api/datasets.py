"""What there is to download, for programs: VoID and DCAT."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, VOID, XSD
from rdflib.term import Identifier

from api.contents import CONTENTS, edition_content
from api.documents import add_texts, new_graph
from api.service import Service
from api.statistics import Counts, Statistics, statistics
from kg.errors import Both

DUMPS: Mapping[str, str] = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "nq": "application/n-quads",
    "trig": "application/trig",
}
"""Suffixes of downloads and their media types."""
WHOLE = ("nq", "trig")
"""Suffixes of the download of all graphs: formats that tell graphs apart."""
ALL = "all"
"""Name of the download of all graphs."""

_MEDIA = "https://www.iana.org/assignments/media-types/"
_WORDING = "source-text"
"""Graph with the wording of the documents, which is not ours to license."""
_PROJECT = Both("戦略（Senryaku）", "Senryaku")
_PROJECT_CONTENT = Both(
    "日本のAI戦略と量子戦略の知識グラフ。全ての事実から公式文書の該当箇所へたどれます。",
    "Japan's AI and quantum strategies as a knowledge graph in which every fact leads to its "
    "passage.",
)
_PLAIN = Both("SPARQLサーバーのグラフ", "Graphs of a SPARQL server")
_ABOUT = "SELECT ?ontology ?property ?value { ?ontology ?property ?value }"
_LABELS = "SELECT ?edition ?label { ?edition a jpstrat:StrategyEdition ; skos:prefLabel ?label }"


@dataclass(frozen=True)
class Dataset:
    """A graph to download: name in addresses, words for people, size.

    `iri` is empty for all graphs together. `ours` says that we may license it.
    """

    name: str
    iri: str
    title: Both
    content: Both | None
    triples: int
    ours: bool

    def files(self) -> tuple[str, ...]:
        """Names of its downloads."""
        suffixes = DUMPS if self.iri else WHOLE
        return tuple(f"{quote(self.name, safe='')}.{suffix}" for suffix in suffixes)


@dataclass(frozen=True)
class _Facts:
    """What the ontology says of itself: who made all this, and under which licence."""

    creators: tuple[str, ...]
    licence: str | None


async def datasets(service: Service) -> list[Dataset]:
    """All graphs together, then each of them."""
    return _datasets(service, await statistics(service), await _edition_labels(service))


async def describe_catalogue(service: Service, url: str) -> Graph:
    """DCAT: a catalogue with a dataset for each graph and one for all."""
    facts, graph = await _facts(service), new_graph(service)
    graph.bind("dcat", DCAT)
    catalogue, sparql = URIRef(f"{url}/catalog"), URIRef(f"{url}/sparql")
    title, content = (_PLAIN, None) if service.plain else (_PROJECT, _PROJECT_CONTENT)
    graph.add((catalogue, RDF.type, DCAT.Catalog))
    _add_words(graph, catalogue, title, content)
    publisher = _add_publisher(graph, catalogue, facts)
    graph.add((catalogue, DCAT.service, sparql))
    graph.add((sparql, RDF.type, DCAT.DataService))
    add_texts(graph, sparql, DCTERMS.title, Both("SPARQLの受付", "SPARQL endpoint"))
    graph.add((sparql, DCAT.endpointURL, sparql))
    graph.add((sparql, DCAT.endpointDescription, sparql))
    for dataset in await datasets(service):
        node = URIRef(dataset.iri or f"{url}/catalog#all")
        graph.add((catalogue, DCAT.dataset, node))
        graph.add((sparql, DCAT.servesDataset, node))
        _add_dataset(graph, node, dataset, url, facts)
        if publisher is not None:
            graph.add((node, DCTERMS.publisher, publisher))
    return graph


async def describe_datasets(service: Service, url: str) -> Graph:
    """VoID: sizes, classes, properties and downloads of each graph and of all together."""
    found, facts, graph = await statistics(service), await _facts(service), new_graph(service)
    document = URIRef(f"{url}/.well-known/void")
    whole = URIRef(f"{document}#dataset")
    graph.add((document, RDF.type, VOID.DatasetDescription))
    graph.add((document, FOAF.primaryTopic, whole))
    graph.add((whole, VOID.sparqlEndpoint, URIRef(f"{url}/sparql")))
    _add_counts(graph, whole, found.default)
    _add_vocabularies(graph, whole, found.default)
    if not service.plain:
        graph.add((whole, VOID.uriSpace, Literal(service.names.base)))
        for example in _examples(service, found.default):
            graph.add((whole, VOID.exampleResource, URIRef(example)))
    for dataset in await datasets(service):
        node = URIRef(dataset.iri) if dataset.iri else whole
        _add_words(graph, node, dataset.title, dataset.content)
        if dataset.ours:
            _add_licence(graph, node, facts)
        for file in dataset.files():
            graph.add((node, VOID.dataDump, URIRef(f"{url}/dumps/{file}")))
        if dataset.iri:
            graph.add((whole, VOID.subset, node))
            _add_counts(graph, node, found.graphs[dataset.iri])
    return graph


async def _facts(service: Service) -> _Facts:
    if service.plain:
        return _Facts((), None)
    bindings: dict[str, Identifier] = {"ontology": service.names.ontology}
    rows = await service.rows(_ABOUT, bindings)
    values: dict[str, list[str]] = {}
    for row in rows:
        values.setdefault(row["property"]["value"], []).append(row["value"]["value"])
    licences = values.get(str(DCTERMS.license), [])
    creators = sorted(values.get(str(DCTERMS.creator), []))
    return _Facts(tuple(creators), licences[0] if licences else None)


async def _edition_labels(service: Service) -> Mapping[str, Both]:
    """Labels of the editions, by the last part of their IRIs."""
    if service.plain:
        return {}
    words: dict[str, dict[str, str]] = {}
    for row in await service.rows(service.prologue("jpstrat", "skos") + _LABELS):
        name = row["edition"]["value"].rsplit("/", 1)[-1]
        words.setdefault(name, {})[row["label"].get("xml:lang", "")] = row["label"]["value"]
    return {name: Both(w["ja"], w["en"]) for name, w in words.items() if {"ja", "en"} <= w.keys()}


def _datasets(service: Service, found: Statistics, editions: Mapping[str, Both]) -> list[Dataset]:
    space = str(service.names.graph(""))
    triples = sum(counts.triples for counts in found.graphs.values())
    everything = Both("全てのグラフ", "All graphs")
    # what others write here is not ours to license either
    licensed = {*CONTENTS, *editions} - {_WORDING}
    listed = [
        Dataset(
            ALL,
            "",
            everything,
            None,
            triples,
            all(g.removeprefix(space) in licensed for g in found.graphs),
        )
    ]
    for iri, counts in found.graphs.items():
        name = iri.removeprefix(space)
        content = CONTENTS.get(name) if name != iri else None
        if content is None and name in editions:
            content = edition_content(editions[name])
        title = Both(name, name)
        listed.append(Dataset(name, iri, title, content, counts.triples, name in licensed))
    return listed


def _add_words(graph: Graph, node: URIRef, title: Both, content: Both | None) -> None:
    add_texts(graph, node, DCTERMS.title, title)
    if content is not None:
        add_texts(graph, node, DCTERMS.description, content)


def _add_publisher(graph: Graph, catalogue: URIRef, facts: _Facts) -> BNode | None:
    if not facts.creators:
        return None
    publisher = BNode("publisher")
    graph.add((publisher, RDF.type, FOAF.Agent))
    for name in facts.creators:
        graph.add((publisher, FOAF.name, Literal(name)))
    graph.add((catalogue, DCTERMS.publisher, publisher))
    return publisher


def _add_licence(graph: Graph, node: URIRef, facts: _Facts) -> None:
    if facts.licence:
        graph.add((node, DCTERMS.license, URIRef(facts.licence)))


def _add_dataset(graph: Graph, node: URIRef, dataset: Dataset, url: str, facts: _Facts) -> None:
    graph.add((node, RDF.type, DCAT.Dataset))
    _add_words(graph, node, dataset.title, dataset.content)
    for file in dataset.files():
        download = URIRef(f"{url}/dumps/{file}")
        media = URIRef(_MEDIA + DUMPS[file.rsplit(".", 1)[-1]])
        graph.add((node, DCAT.distribution, download))
        graph.add((download, RDF.type, DCAT.Distribution))
        graph.add((download, DCAT.downloadURL, download))
        graph.add((download, DCAT.mediaType, media))
        if dataset.ours:
            _add_licence(graph, download, facts)
    if dataset.ours:
        _add_licence(graph, node, facts)


def _add_counts(graph: Graph, node: URIRef, counts: Counts) -> None:
    graph.add((node, RDF.type, VOID.Dataset))
    numbers = {
        VOID.triples: counts.triples,
        VOID.distinctSubjects: counts.subjects,
        VOID.distinctObjects: counts.objects,
        VOID.properties: len(counts.properties),
        VOID.classes: len(counts.classes),
    }
    for prop, number in numbers.items():
        graph.add((node, prop, Literal(number, datatype=XSD.integer)))
    for name, entities in counts.classes.items():
        part = _part(node, "class", name)
        graph.add((node, VOID.classPartition, part))
        graph.add((part, VOID["class"], URIRef(name)))
        graph.add((part, VOID.entities, Literal(entities, datatype=XSD.integer)))
    for name, triples in counts.properties.items():
        part = _part(node, "property", name)
        graph.add((node, VOID.propertyPartition, part))
        graph.add((part, VOID.property, URIRef(name)))
        graph.add((part, VOID.triples, Literal(triples, datatype=XSD.integer)))


def _part(node: URIRef, kind: str, name: str) -> BNode:
    """A partition, named after what it is: the same description is to be the same bytes."""
    digest = hashlib.sha256(f"{node} {kind} {name}".encode()).hexdigest()
    return BNode(f"{kind}{digest[:16]}")


def _add_vocabularies(graph: Graph, node: URIRef, counts: Counts) -> None:
    for space in sorted(set(_spaces([*counts.classes, *counts.properties]))):
        graph.add((node, VOID.vocabulary, URIRef(space)))


def _spaces(names: Iterable[str]) -> Iterable[str]:
    return (name[: max(name.rfind("#"), name.rfind("/")) + 1] for name in names)


def _examples(service: Service, counts: Counts) -> list[str]:
    """One thing of each class of ours that has some."""
    own = (name for name in counts.classes if name.startswith(str(service.names.def_)))
    return sorted({e for name in own if (e := counts.examples[name]).startswith("http")})
