"""The same answers from an engine elsewhere, over the SPARQL 1.1 Protocol.

Our default graph is the union of the named graphs but `shapes`. Engines have their own ideas of a
default graph, so the union lies there as a named graph, and each request says which graphs it is
about. An engine is asked for one format of rows and one of triples; what people get is written by
the same code as for the embedded store, from terms that have been read and checked.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

import pyoxigraph as ox
from rdflib.term import Identifier

from kg.errors import (
    Both,
    KgError,
    QueryFailed,
    QuerySyntaxError,
    RemoteFailed,
    ResultTooLarge,
    StoreBusy,
    UnknownGraph,
)
from kg.model import Answer, QueryDataset
from kg.namespaces import Names
from kg.nearest import nearest_name
from kg.store.connection import Connection, Rejected, Reply
from kg.store.evaluation import (
    BOOLEAN_FORMATS,
    TRIPLE_FORMATS,
    Limits,
    serialise,
    serialise_triples,
    syntax_error,
    visible_flaw,
)
from kg.store.guard import check_graphs, check_query
from kg.store.iris import named_iris
from kg.store.lexer import tokens, undeclared_prefix
from kg.store.substitution import substitute
from kg.store.terms import to_engine

UNION = "union"
"""Name of the graph that holds our default graph in an engine elsewhere."""
MARK = "pushed"
"""Name of the graph that says which build was sent."""
_ROWS = "application/sparql-results+json"
_TRIPLES = "application/n-triples, text/turtle;q=0.5"
_FORM = "application/x-www-form-urlencoded; charset=utf-8"
_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_BOOLEAN = b"http://www.w3.org/2001/XMLSchema#boolean"
_MAX_NESTING = 100
_NO_NAME = re.compile(r"[^A-Za-z0-9_]+")
_BRACKETS = re.compile(rb'"(?:[^"\\]++|\\.)*+"|([{\[])|([}\]])', re.DOTALL)
_PLACE = re.compile(r"error at \d+:\d+: .*", re.DOTALL)


@dataclass(frozen=True)
class Engine:
    """Where an engine takes queries, and the named graphs of ours that it holds (IRIs)."""

    url: str
    names: Names
    graphs: Sequence[str]

    @property
    def union(self) -> str:
        """IRI of the graph that holds our default graph."""
        return str(self.names.graph(UNION))


class RemoteLane:
    """Answers of an engine elsewhere, as `kg.store.pool.ReaderPool` gives those of readers.

    Lanes may share a connection, with a number of requests at the same time for each.
    """

    def __init__(
        self,
        engine: Engine,
        connection: Connection,
        limits: Limits,
        *,
        seconds: float,
        trusted: bool,
        requests: int,
        queue: int,
    ) -> None:
        """`queue` callers may wait while `requests` are under way; `trusted` texts are ours."""
        self._engine = engine
        self._connection = connection
        self._limits = limits
        self._seconds = seconds
        self._trusted = trusted
        self._slots = asyncio.Semaphore(requests)
        self._queue = queue
        self._waiting = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to end: the connection belongs to the service."""

    async def answer(
        self,
        query: str,
        accept: Iterable[str],
        bindings: Mapping[str, Identifier] | None = None,
        dataset: QueryDataset | None = None,
    ) -> Answer:
        """Serialise the result of a query, in the first of the media types in `accept` that fits.

        Raises `QuerySyntaxError`, `QueryRefused`, `UnknownGraph`, `QueryFailed`,
        `ResultTooLarge`, `StoreBusy`, `FormatUnavailable`, `RemoteFailed`, `RemoteTimeout`,
        `RemoteUnavailable`.
        """
        self._check(query, dataset)
        text = substitute(query, {name: to_engine(term) for name, term in (bindings or {}).items()})
        form = _form(text)
        async with self._slot():
            try:
                reply = await self._ask(text, form, dataset or self._dataset(query))
            except Rejected as error:
                raise _complaint(query, error.reason, self._engine.names) from None
            # reading a large answer takes its time; the engine's objects stay in that thread
            return await asyncio.to_thread(self._written, reply, form, list(accept))

    def _check(self, query: str, dataset: QueryDataset | None) -> None:
        base = str(self._engine.names.graph(""))
        if not self._trusted:
            check_query(query, allowed_graphs_base=base)
            check_graphs(query, base=base, graphs=self._engine.graphs)
        # some engines declare prefixes of their own
        flaw = undeclared_prefix(query) and visible_flaw(query, self._engine.names.prefixes)
        if flaw:
            raise flaw
        for graph in (*dataset.default, *dataset.named) if dataset else ():
            if graph not in self._engine.graphs:
                near = nearest_name(graph, self._engine.graphs)
                expected = ", ".join(g.removeprefix(base) for g in self._engine.graphs)
                raise UnknownGraph(graph=graph, expected=expected, nearest=near)

    def _dataset(self, query: str) -> QueryDataset:
        """Graphs that a query is about: those of its FROM, else ours."""
        uses = [use for use in named_iris(query) if use.after in {"FROM", "NAMED"}]
        if uses:
            default = tuple(use.iri for use in uses if use.after == "FROM")
            return QueryDataset(default, tuple(u.iri for u in uses if u.after == "NAMED"))
        return QueryDataset((self._engine.union,), tuple(self._engine.graphs))

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        if self._slots.locked() and self._waiting >= self._queue:
            raise StoreBusy(waiting=self._waiting)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._seconds):
                await self._slots.acquire()
        except TimeoutError:
            raise StoreBusy(waiting=self._waiting) from None
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._slots.release()

    async def _ask(self, text: str, form: str, dataset: QueryDataset) -> Reply:
        nowhere = str(self._engine.names.graph("none"))
        fields = [
            ("query", text),
            *(("default-graph-uri", iri) for iri in dataset.default or (nowhere,)),
            # without one, some engines take all the graphs that they have
            *(("named-graph-uri", iri) for iri in dataset.named or (nowhere,)),
        ]
        accept = _TRIPLES if form in {"CONSTRUCT", "DESCRIBE"} else _ROWS
        request = self._connection.request(
            "POST",
            self._engine.url,
            headers={"Accept": accept, "Content-Type": _FORM},
            content=urlencode(fields).encode(),
        )
        return await self._connection.send(request, self._seconds)

    def _written(self, reply: Reply, form: str, accept: Sequence[str]) -> Answer:
        try:
            return self._serialised(reply, form, accept)
        except KgError as error:
            failure = error.with_traceback(None)
        except (SyntaxError, ValueError, LookupError, TypeError) as error:
            failure = unreadable(str(error))
        # with its frames it would take the engine's objects to another thread, which aborts there
        failure.__context__ = None
        raise failure

    def _serialised(self, reply: Reply, form: str, accept: Sequence[str]) -> Answer:
        prefixes = self._engine.names.prefixes
        if form in {"CONSTRUCT", "DESCRIBE"}:
            return Answer(*serialise_triples(_triples(reply), accept, prefixes, self._limits))
        rows = _rows(reply, yes_or_no=form == "ASK")
        _check_whole(reply, self._limits)
        return Answer(*serialise(rows, accept, prefixes, self._limits))


def _form(text: str) -> str:
    """The form of a query; SELECT where the text has none, which the engine will refuse."""
    words = (token.text.upper() for token in tokens(text) if token.kind == "word")
    return next((word for word in words if word in _FORMS), "SELECT")


def _rows(reply: Reply, *, yes_or_no: bool) -> ox.QuerySolutions | ox.QueryBoolean:
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


def _triples(reply: Reply) -> Iterable[ox.Triple]:
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


def _check_whole(reply: Reply, limits: Limits) -> None:
    """Refuse rows that the engine cut off, as Virtuoso does at ResultSetMaxRows."""
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


def _complaint(query: str, reason: str, names: Names) -> QuerySyntaxError | QueryFailed:
    """Say where the text is wrong, as far as its tokens or the engine's words tell."""
    found = _PLACE.search(reason)
    if found:
        return syntax_error(query, found[0], names.prefixes)
    return visible_flaw(query, names.prefixes) or QueryFailed(detail=reason)
