"""Answers of an engine elsewhere, read with care: nothing in them is to be trusted."""

import json
import re
from collections.abc import Iterable

import pyoxigraph as ox

from kg.errors import Both, RemoteFailed, ResultTooLarge
from kg.store.connection import Reply
from kg.store.evaluation import BOOLEAN_FORMATS
from kg.store.output import Limits
from kg.store.triples import TRIPLE_FORMATS

_BOOLEAN = b"http://www.w3.org/2001/XMLSchema#boolean"
_MAX_NESTING = 100
_NO_NAME = re.compile(r"[^A-Za-z0-9_]+")
_BRACKETS = re.compile(rb'"(?:[^"\\]++|\\.)*+"|([{\[])|([}\]])', re.DOTALL)


def read_rows(reply: Reply, *, yes_or_no: bool) -> ox.QuerySolutions | ox.QueryBoolean:
    """Read rows, or the answer of an ASK (`yes_or_no`).

    Raises `RemoteFailed`, `SyntaxError`, `ValueError` for what is none.
    """
    if reply.media not in BOOLEAN_FORMATS:
        raise unreadable(reply.media or "–")
    _check_nesting(reply.body)
    result = ox.parse_query_results(_tidied(reply.body), BOOLEAN_FORMATS[reply.media])
    if isinstance(result, ox.QuerySolutions) and yes_or_no:
        # Virtuoso answers an ASK with a row that holds 1, or with none
        held = any(
            getattr(term, "value", "0") not in {"0", "false"} for row in result for term in row
        )
        said = json.dumps({"head": {}, "boolean": held})
        result = ox.parse_query_results(said, ox.QueryResultsFormat.JSON)
    return result


def _tidied(body: bytes) -> bytes:
    """Spell rows in JSON as the embedded store does: booleans as words, blank nodes as names.

    Virtuoso gives booleans as 0 and 1, and blank nodes as `nodeID://b1`.
    """
    if _BOOLEAN not in body and b'"bnode"' not in body:
        return body
    table = json.loads(body)
    for term in (term for row in table["results"]["bindings"] for term in row.values()):
        if term.get("datatype") == _BOOLEAN.decode():
            term["value"] = {"0": "false", "1": "true"}.get(term["value"], term["value"])
        elif term["type"] == "bnode":
            term["value"] = _NO_NAME.sub("_", term["value"])
    return json.dumps(table).encode()


def read_triples(reply: Reply) -> Iterable[ox.Triple]:
    """Read triples; raises `RemoteFailed`, `SyntaxError` for what holds none."""
    if reply.media not in TRIPLE_FORMATS:
        raise unreadable(reply.media or "–")
    if any(line.count(b"<<") > _MAX_NESTING for line in reply.body.splitlines()):
        raise unreadable("<<")
    # engines hand out IRIs that are none, as they took them in
    quads = ox.parse(reply.body, TRIPLE_FORMATS[reply.media], lenient=True)
    return (quad.triple for quad in quads)


def _check_nesting(body: bytes) -> None:
    """Refuse rows nested so deep that reading them would end the process."""
    if b"triple" not in body:
        return
    depth = 0
    for found in _BRACKETS.finditer(body):
        depth += (found[1] is not None) - (found[2] is not None)
        if depth > _MAX_NESTING:
            raise unreadable(f"nesting > {_MAX_NESTING}")


def check_whole(reply: Reply, limits: Limits) -> None:
    """Raise `ResultTooLarge` for rows that were cut off, as Virtuoso does at ResultSetMaxRows."""
    stated = reply.headers.get("x-sparql-maxrows", "")
    if stated.isdecimal():
        raise ResultTooLarge(limit=min(int(stated), limits.rows), unit="rows")


def unreadable(detail: str) -> RemoteFailed:
    """The error of an answer that is not what was asked for."""
    said = " ".join(detail.split())[:200]
    return RemoteFailed(
        status=200,
        reason=Both(f"答えを読めません（{said}）", f"unreadable answer: {said}"),
    )
