"""RDF documents about the service itself: built once for each version of the data, then kept."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from fastapi import Request, Response
from rdflib import BNode, Graph, Literal, URIRef

from api.addresses import service_url
from api.service import Service
from kg.errors import Both

# Turtle is TriG of a default graph, N-Triples are such N-Quads
_SERIALISERS = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/ld+json": "json-ld",
    "application/rdf+xml": "xml",
    "application/trig": "turtle",
    "application/n-quads": "nt",
}
DOCUMENT_TYPES = tuple(_SERIALISERS)
"""Media types of these documents, best first."""
_ANYWHERE = "http://this-service.invalid"
"""Stands in documents for the URL of the service, which is for each client to choose."""

Build = Callable[[Service, str], Awaitable[Graph]]
"""Makes a document; takes the URL of the service."""


async def respond_with_document(
    request: Request, service: Service, types: Sequence[str], build: Build
) -> Response:
    """Answer with what `build` makes, in the first of `types`.

    Raises what a reader pool raises.
    """
    url, kept = service_url(request, service), service.documents
    state = (service.version, str(service.writable))
    key = (*state, request.url.path, types[0])
    if key not in kept:
        graph = await build(service, _ANYWHERE)
        # thousands of triples take longer than the event loop may stand still
        text = await asyncio.to_thread(graph.serialize, format=_SERIALISERS[types[0]])
        for old in [old for old in kept if old[: len(state)] != state]:
            del kept[old]
        kept[key] = str(text).encode()
    # the URL has been checked, and so means the same in each of the formats
    body = kept[key].replace(_ANYWHERE.encode(), url.encode())
    return Response(body, media_type=types[0], headers={"Vary": "Accept, Accept-Language"})


def add_texts(graph: Graph, subject: URIRef | BNode, prop: URIRef, text: Both) -> None:
    """Say something in both languages."""
    graph.add((subject, prop, Literal(text.ja, lang="ja")))
    graph.add((subject, prop, Literal(text.en, lang="en")))


def new_graph(service: Service) -> Graph:
    """A graph that knows the prefixes of the project."""
    graph = Graph()
    for prefix, space in service.names.prefixes.items():
        graph.bind(prefix, space)
    return graph
