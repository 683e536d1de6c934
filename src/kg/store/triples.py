"""Serialisation of triples: the same ones always give the same bytes.

A reader process uses this module.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import takewhile

import pyoxigraph as ox

from kg.errors import ResultTooLarge
from kg.store.output import UNLIMITED, Capped, Limits, choose

TRIPLE_FORMATS: dict[str, ox.RdfFormat] = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/json": ox.RdfFormat.JSON_LD,
    "application/xml": ox.RdfFormat.RDF_XML,
    "text/xml": ox.RdfFormat.RDF_XML,
    "text/plain": ox.RdfFormat.N_TRIPLES,
}
"""Media types of a CONSTRUCT or DESCRIBE."""

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_TYPED = f"<{_TYPE}> ".encode()
_UNWRITTEN = frozenset(
    {
        "http://www.w3.org/2001/XMLSchema#string",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString",
    }
)
_WITHOUT_PREFIXES = (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS)
_XML_ROOT = re.compile(rb"(<rdf:RDF )([^>]*)>")


def serialise_triples(
    result: Iterable[ox.Triple],
    accept: Iterable[str],
    prefixes: Mapping[str, str],
    limits: Limits = UNLIMITED,
) -> tuple[bytes, str]:
    """Return all triples, each once, in the first media type of `accept` that fits, and that type.

    Raises `FormatUnavailable`, `ResultTooLarge`.
    """
    media, format_ = choose(accept, TRIPLE_FORMATS)
    if format_ in _WITHOUT_PREFIXES and isinstance(result, ox.QueryTriples):
        return _sorted_lines(result, format_, limits), media
    triples: set[ox.Triple] = set()
    for triple in result:
        triples.add(triple)
        if len(triples) > limits.rows:
            raise ResultTooLarge(limit=limits.rows, unit="triples")
    ordered = sorted(triples, key=_reading_order)
    output = Capped(limits.size)
    used = {} if format_ in _WITHOUT_PREFIXES else used_prefixes(prefixes, ordered)
    ox.serialize(ordered, output, format_, prefixes=used)
    return _with_sorted_prefixes(output.getvalue(), format_), media


def _sorted_lines(result: ox.QueryTriples, format_: ox.RdfFormat, limits: Limits) -> bytes:
    """Each triple on a line of its own, as the engine writes it: to make objects takes longer."""
    output = Capped(limits.size)
    result.serialize(output, format_)
    lines = set(output.getvalue().splitlines(keepends=True))
    if len(lines) > limits.rows:
        raise ResultTooLarge(limit=limits.rows, unit="triples")
    ordered = sorted(lines, key=_line_order)
    return b"".join(ordered)


def _line_order(line: bytes) -> tuple[bytes, bool, bytes]:
    """The order of `_reading_order`."""
    subject, _, rest = line.partition(b" ")
    return subject, not rest.startswith(_TYPED), rest


def _with_sorted_prefixes(body: bytes, format_: ox.RdfFormat) -> bytes:
    """Sort the declarations of prefixes, which the engine writes in a random order."""
    if format_ == ox.RdfFormat.RDF_XML:
        return _XML_ROOT.sub(
            lambda root: root[1] + b" ".join(sorted(root[2].split(b" "))) + b">", body, count=1
        )
    if format_ not in {ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG}:
        return body
    lines = body.splitlines(keepends=True)
    count = sum(1 for _ in takewhile(lambda line: line.startswith(b"@prefix "), lines))
    return b"".join([*sorted(lines[:count]), *lines[count:]])


def _reading_order(triple: ox.Triple) -> tuple[str, bool, str, str]:
    """Subjects together, each with its types first: the same data give the same bytes."""
    predicate = triple.predicate.value
    return str(triple.subject), predicate != _TYPE, predicate, str(triple.object)


def used_prefixes(prefixes: Mapping[str, str], triples: Iterable[ox.Triple]) -> dict[str, str]:
    """Choose the prefixes that the triples need: thirty unused ones would hide three triples."""
    spaces = {
        term.value[: max(term.value.rfind("#"), term.value.rfind("/")) + 1]
        for triple in triples
        for term in _iris(triple)
    }
    return {prefix: space for prefix, space in prefixes.items() if space in spaces}


def _iris(triple: ox.Triple) -> Iterable[ox.NamedNode]:
    for term in triple:
        if isinstance(term, ox.NamedNode):
            yield term
        elif isinstance(term, ox.Literal) and term.datatype.value not in _UNWRITTEN:
            yield term.datatype
