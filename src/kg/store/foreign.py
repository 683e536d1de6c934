"""RDF that somebody sends, read by the engine, as terms of rdflib."""

from collections.abc import Iterator

import pyoxigraph as ox
from rdflib import BNode, URIRef
from rdflib.term import Identifier

from kg.store.terms import from_engine
from kg.store.uploads import UploadLimits, parse_upload

Quad = tuple[URIRef | BNode, URIRef, Identifier, URIRef | None]
"""Subject, predicate, object, and the IRI of the graph (None: the default graph)."""


def read_rdf(
    body: bytes, media_type: str, base: str, limits: UploadLimits | None = None
) -> Iterator[Quad]:
    """Quads of a body of one of `UPLOAD_FORMATS`; a graph without an IRI counts as the default one.

    Raises `UploadTooLarge`, `UploadRefused`, `UploadInvalid`; `KeyError` for another media type.
    """
    for quad in parse_upload(body, media_type, base, limits):
        graph = quad.graph_name
        name = URIRef(graph.value) if isinstance(graph, ox.NamedNode) else None
        yield _node(quad.subject), URIRef(quad.predicate.value), from_engine(quad.object), name


def _node(term: ox.NamedNode | ox.BlankNode | ox.Triple) -> URIRef | BNode:
    node = from_engine(term)
    if not isinstance(node, URIRef | BNode):
        msg = f"no subject: {node!r}"
        raise TypeError(msg)
    return node
