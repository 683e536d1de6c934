"""Evaluation of a query by the engine and its serialisation, without rdflib.

A reader process runs this module, so it imports no more than the engine and `kg.nearest`. The
engine aborts the process when a result is read in another thread than the one that asked: here
both happen in one call.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, TypeVar

import pyoxigraph as ox

from kg.errors import (
    Both,
    FormatUnavailable,
    PrefixUndeclared,
    QueryFailed,
    QueryRefused,
    QuerySyntaxError,
    ResultTooLarge,
)
from kg.nearest import nearest_name
from kg.store.complaints import in_words, unknown_word
from kg.store.datasets import Chosen, graphs_of
from kg.store.lexer import (
    Token,
    declared_prefixes,
    position,
    token_near,
    unclosed,
    undeclared_prefix,
)

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

Result = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
Substitutions = Mapping[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]

_JSON, _XML = ox.QueryResultsFormat.JSON, ox.QueryResultsFormat.XML
BOOLEAN_FORMATS: dict[str, ox.QueryResultsFormat] = {
    "application/sparql-results+json": _JSON,
    "application/sparql-results+xml": _XML,
    "application/json": _JSON,
    "application/xml": _XML,
    "text/xml": _XML,
}
"""Media types of an ASK."""
SOLUTION_FORMATS: dict[str, ox.QueryResultsFormat] = BOOLEAN_FORMATS | {
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
"""Media types of a SELECT."""
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

_Format = TypeVar("_Format", ox.QueryResultsFormat, ox.RdfFormat)
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_UNWRITTEN = frozenset(
    {
        "http://www.w3.org/2001/XMLSchema#string",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString",
    }
)
_LINES = (ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.TSV)
_NOTHING = (
    b'"results":{"bindings":[]}}',
    b'"boolean":false}',
    b"<results></results></sparql>",
    b"<boolean>false</boolean></sparql>",
    b'">\n</rdf:RDF>',
)
"""How an answer ends that holds nothing."""
_WITHOUT_PREFIXES = (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS)
_LONGEST_COUNT = 1000
_COUNTS_ZERO = re.compile(
    rb"""\A[^\n]*\n0\r?\n\Z
    |"bindings":\[\{"[^"]+":\{"type":"literal","value":"0","datatype":"[^"]+"\}\}\]\}\}\Z
    |<results><result><binding\ name="[^"]+"><literal\ datatype="[^"]+">0</literal></binding>
     </result></results></sparql>\Z""",
    re.VERBOSE,
)
"""One row with one value, which is the number 0, in each format of rows."""
_XML_ROOT = re.compile(rb"(<rdf:RDF )([^>]*)>")
_POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


@dataclass(frozen=True)
class Limits:
    """Largest result: rows (of a SELECT) or triples, and bytes of its serialisation."""

    rows: int
    size: int


UNLIMITED = Limits(rows=2**62, size=2**62)
"""For evaluation on behalf of the person who runs the process."""


def graph_names(store: ox.Store) -> list[str]:
    """IRIs of the named graphs."""
    return [graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)]


def evaluate(
    store: ox.Store,
    query: str,
    bindings: Substitutions,
    prefixes: Mapping[str, str],
    dataset: Chosen | None = None,
    *,
    base: str | None = None,
) -> Result:
    """Start the evaluation of a query over the store's dataset, or over a chosen one.

    `prefixes` are not declared by this: they serve to complete the message about a missing one.
    `base` is the base of relative IRIs; without it they are errors.
    Raises `QuerySyntaxError`, `QueryRefused`, `QueryFailed`.
    """
    try:
        return store.query(query, base_iri=base, substitutions=dict(bindings), **graphs_of(dataset))
    except SyntaxError as error:
        raise syntax_error(query, str(error), prefixes) from None
    except (RuntimeError, OSError) as error:
        raise _failure(error) from None


def syntax_error(
    text: str, message: str, prefixes: Mapping[str, str], *, update: bool = False
) -> QuerySyntaxError:
    """Say where a query or update is wrong; `message` of the engine says how far it could read."""
    flaw = visible_flaw(text, prefixes, update=update)
    if flaw:
        return flaw
    found = _POSITION.match(message)
    place = (int(found[1]), int(found[2])) if found else (1, 1)
    near = token_near(text, *place)
    if near is None:
        return _at(text, None, "本文が空です。", "The text is empty.")
    return _at(text, near, *in_words(message))


def visible_flaw(
    text: str, prefixes: Mapping[str, str], *, update: bool = False
) -> QuerySyntaxError | None:
    """What is wrong with a text that an engine refused, as far as its tokens alone show."""
    name = undeclared_prefix(text)
    if name:
        label = name.text.split(":", 1)[0]
        line, column = position(text, name.start)
        nearest = _nearest_prefix(label, prefixes, declared_prefixes(text))
        return PrefixUndeclared(line=line, column=column, prefix=label, nearest=nearest)
    flaw = unclosed(text)
    if flaw:
        return _at(text, flaw, "対になる記号がありません。", "Its partner is missing.")
    word = unknown_word(text, update=update)
    if word:
        ja, en = "SPARQLにこの語はありません。", "SPARQL has no such word."
        return _at(text, word[0], ja, en, word[1])
    return None


def _nearest_prefix(label: str, known: Mapping[str, str], declared: Iterable[str]) -> str | None:
    """The missing line for a prefix that we know, else a prefix of a similar name."""
    if label in known:
        return f"PREFIX {label}: <{known[label]}>"
    found = nearest_name(label, [*declared, *known])
    return found and f"{found}:"


def _at(
    query: str, token: Token | None, ja: str, en: str, nearest: str | None = None
) -> QuerySyntaxError:
    line, column = position(query, token.start) if token else (1, 1)
    near = token.text if token else ""
    return QuerySyntaxError(
        line=line, column=column, near=near, detail=Both(ja, en), nearest=nearest
    )


def _failure(error: Exception) -> QueryFailed | QueryRefused:
    """Translate the engine's complaint about a query that parses."""
    function = re.match(r"The custom function (<.*>) is not supported", str(error))
    if function:
        return QueryRefused(
            feature=function[1],
            reason=Both(
                "この関数はありません。SPARQL 1.1の関数を使ってください。",
                "There is no such function; use the functions of SPARQL 1.1.",
            ),
        )
    return QueryFailed(detail=str(error))


def serialise(
    result: Result, accept: Iterable[str], prefixes: Mapping[str, str], limits: Limits = UNLIMITED
) -> tuple[bytes, str]:
    """Return the whole result in the first media type of `accept` that fits, and that type.

    Raises `FormatUnavailable`, `ResultTooLarge`, `QueryFailed`.
    """
    try:
        if isinstance(result, ox.QueryTriples):
            return serialise_triples(result, accept, prefixes, limits)
        boolean = isinstance(result, ox.QueryBoolean)
        media, format_ = _choose(accept, BOOLEAN_FORMATS if boolean else SOLUTION_FORMATS)
        output = Capped(limits.size)
        result.serialize(output, format_)
    except (RuntimeError, OSError) as error:
        raise _failure(error) from None
    body = output.getvalue()
    if not boolean and _has_more_rows(body, format_, limits.rows):
        raise ResultTooLarge(limit=limits.rows, unit="rows")
    return body, media


def is_empty(body: bytes, media: str) -> bool:
    """Whether an answer of `serialise` has no rows, no triples, is "no", or counts 0."""
    # the expression alone would be tried at each place of each body
    zero = b'"0"' in body or b">0<" in body or b"\n0" in body
    if zero and len(body) < _LONGEST_COUNT and _COUNTS_ZERO.search(body):
        return True
    if SOLUTION_FORMATS.get(media) in _LINES:
        return body.count(b"\n") == 1
    return body in {b"", b"[]"} or body.endswith(_NOTHING)


def _choose(accept: Iterable[str], formats: Mapping[str, _Format]) -> tuple[str, _Format]:
    wanted = list(accept)
    for media in wanted:
        if media in formats:
            return media, formats[media]
    raise FormatUnavailable(requested=", ".join(wanted), available=", ".join(formats))


class Capped(io.BytesIO):
    """A buffer that refuses to grow beyond `limit` bytes, which stops the engine at once."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def write(self, piece: "ReadableBuffer", /) -> int:
        """Append; raises `ResultTooLarge`."""
        # of bytes, which is what the engine writes, this is no copy
        data = bytes(piece)
        if self.tell() + len(data) > self._limit:
            raise ResultTooLarge(limit=self._limit, unit="bytes")
        return super().write(data)


def _has_more_rows(body: bytes, format_: ox.QueryResultsFormat, limit: int) -> bool:
    """Whether a serialised SELECT has more than `limit` rows.

    The engine's serialisers do not say how many rows they wrote. Separators of rows are counted
    first: they also match inside literals, so the count is too high at worst, and only then is the
    body read again.
    """
    separator = {_JSON: b"},{", _XML: b"<result>"}.get(format_, b"\n")
    if body.count(separator) < limit:
        return False
    if format_ == _JSON:
        return len(json.loads(body)["results"]["bindings"]) > limit
    if format_ == _XML:
        return body.count(separator) > limit
    if format_ == ox.QueryResultsFormat.TSV:
        return body.count(separator) - 1 > limit
    return sum(1 for _ in csv.reader(io.StringIO(body.decode(), newline=""))) - 1 > limit


def serialise_triples(
    result: Iterable[ox.Triple],
    accept: Iterable[str],
    prefixes: Mapping[str, str],
    limits: Limits = UNLIMITED,
) -> tuple[bytes, str]:
    """Return all triples, each once, in the first media type of `accept` that fits, and that type.

    Raises `FormatUnavailable`, `ResultTooLarge`.
    """
    media, format_ = _choose(accept, TRIPLE_FORMATS)
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
