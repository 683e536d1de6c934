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

import pyoxigraph as ox

from kg.errors import (
    Both,
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
from kg.store.output import UNLIMITED, Capped, Limits, choose
from kg.store.triples import serialise_triples

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
_LINES = (ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.TSV)
_NOTHING = (
    b'"results":{"bindings":[]}}',
    b'"boolean":false}',
    b"<results></results></sparql>",
    b"<boolean>false</boolean></sparql>",
    b'">\n</rdf:RDF>',
)
"""How an answer ends that holds nothing."""
_LONGEST_COUNT = 1000
_COUNTS_ZERO = re.compile(
    rb"""\A[^\n]*\n0\r?\n\Z
    |"bindings":\[\{"[^"]+":\{"type":"literal","value":"0","datatype":"[^"]+"\}\}\]\}\}\Z
    |<results><result><binding\ name="[^"]+"><literal\ datatype="[^"]+">0</literal></binding>
     </result></results></sparql>\Z""",
    re.VERBOSE,
)
"""One row with one value, which is the number 0, in each format of rows."""
_POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


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
        media, format_ = choose(accept, BOOLEAN_FORMATS if boolean else SOLUTION_FORMATS)
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
