"""SSSOM tables: rows of links to other datasets, as triples of the graph `mapping`."""

import csv
from collections.abc import Iterator
from typing import NoReturn

import yaml
from rdflib import URIRef
from rdflib.namespace import SKOS

from kg.errors import CurationError
from kg.graph.document import Document, Triple
from kg.namespaces import Names

_COLUMNS = ("subject_id", "predicate_id", "object_id")
_PREDICATES = {
    SKOS.exactMatch: "skos:exactMatch",
    SKOS.closeMatch: "skos:closeMatch",
    SKOS.broadMatch: "skos:broadMatch",
    SKOS.narrowMatch: "skos:narrowMatch",
    SKOS.relatedMatch: "skos:relatedMatch",
}
"""No `owl:sameAs`: it would merge our things with those of others."""


def read_mappings(text: str, *, file: str, names: Names) -> Document:
    """Triples of a SSSOM table; rows with `predicate_modifier` Not say that there is no link.

    Prefixes come from the `curie_map` of its head and from `names`. Raises `CurationError`.
    """
    prefixes = names.prefixes | _curie_map(text, file)
    triples: list[Triple] = []
    first_use: dict[URIRef, int] = {}
    for offset, number, row in _rows(text, file):
        subject, predicate, object_ = (
            _expand(row, column, prefixes, file=file, number=number) for column in _COLUMNS
        )
        if predicate not in _PREDICATES:
            _refuse(
                file, number, "predicate_id", row["predicate_id"], ", ".join(_PREDICATES.values())
            )
        if row.get("predicate_modifier") != "Not":
            triples.append((subject, predicate, object_))
        for iri in (subject, object_):
            first_use.setdefault(iri, offset)
    return Document(text, tuple(triples), first_use, None)


def _refuse(file: str, row: int, field: str, value: object, expected: str) -> NoReturn:
    raise CurationError(file=file, row=row, field=field, value=value, expected=expected)


def _curie_map(text: str, file: str) -> dict[str, str]:
    head = "\n".join(line[1:] for line in text.splitlines() if line.startswith("#"))
    try:
        found = yaml.safe_load(head)
    except yaml.YAMLError as error:
        _refuse(file, 1, "#", error, "YAML")
    curie_map = found.get("curie_map") if isinstance(found, dict) else None
    return {str(k): str(v) for k, v in curie_map.items()} if isinstance(curie_map, dict) else {}


def _rows(text: str, file: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    """Offset, line number (from 1) and cells of each row."""
    header: list[str] = []
    offset = 0
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        start, offset = offset, offset + len(line)
        if line.startswith("#") or not line.strip():
            continue
        (cells,) = csv.reader([line.rstrip("\r\n")], delimiter="\t")
        if not header:
            header = cells
            missing = [column for column in _COLUMNS if column not in header]
            if missing:
                _refuse(file, number, missing[0], "", ", ".join(_COLUMNS))
        else:
            yield start, number, dict(zip(header, cells, strict=False))


def _expand(
    row: dict[str, str], column: str, prefixes: dict[str, str], *, file: str, number: int
) -> URIRef:
    value = row.get(column, "")
    prefix, colon, local = value.partition(":")
    if value.startswith(("http://", "https://")):
        return URIRef(value)
    if not colon or prefix not in prefixes:
        _refuse(file, number, column, value, "CURIE | IRI")
    return URIRef(prefixes[prefix] + local)
