"""RDF that others send or get, read and written by the engine, as terms of rdflib."""

import io
from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox
from rdflib import BNode, URIRef
from rdflib.term import Identifier, Node

from kg.store.terms import from_engine, to_engine
from kg.store.uploads import UPLOAD_FORMATS, UploadLimits, parse_upload

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


def write_rdf(
    triples: Iterable[tuple[Node, Node, Node]], media_type: str, prefixes: Mapping[str, str]
) -> bytes:
    """Triples in one of `UPLOAD_FORMATS`, sorted; lexical forms stay as they are.

    `prefixes` maps prefixes to namespace IRIs, of which those are declared that are used. Raises
    `KeyError` for another media type, and what `to_engine` raises.
    """
    statements = sorted((_triple(*triple) for triple in triples), key=str)
    text = "".join(map(str, statements))
    used = {prefix: iri for prefix, iri in prefixes.items() if f"<{iri}" in text}
    target = io.BytesIO()
    ox.serialize(statements, target, UPLOAD_FORMATS[media_type], prefixes=used)
    return target.getvalue()


def _triple(subject: Node, predicate: Node, object_: Node) -> ox.Triple:
    start, middle = to_engine(subject), to_engine(predicate)
    if isinstance(start, ox.Literal) or not isinstance(middle, ox.NamedNode):
        msg = f"no statement: {subject!r} {predicate!r}"
        raise TypeError(msg)
    return ox.Triple(start, middle, to_engine(object_))


def _node(term: ox.NamedNode | ox.BlankNode | ox.Triple) -> URIRef | BNode:
    node = from_engine(term)
    if not isinstance(node, URIRef | BNode):
        msg = f"no subject: {node!r}"
        raise TypeError(msg)
    return node
