"""The same answers from an engine elsewhere, over the SPARQL 1.1 Protocol.

Our default graph is the union of the named graphs but `shapes`. Engines have their own ideas of a
default graph, so the union lies there as a named graph, and each request says which graphs it is
about. An engine is asked for one format of rows and one of triples; what people get is written by
the same code as for the embedded store, from terms that have been read and checked.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

import pyoxigraph as ox
from rdflib.term import Identifier

from kg.errors import (
    GraphMissing,
    KgError,
    QueryFailed,
    QuerySyntaxError,
    RemoteTimeout,
    StoreBusy,
    UnknownDatasetGraph,
)
from kg.model import Answer, QueryDataset
from kg.namespaces import Names
from kg.nearest import nearest_name
from kg.store.changes import Layout
from kg.store.complexity import ANONYMOUS, QueryLimits
from kg.store.connection import Connection, Rejected, Reply
from kg.store.dumps import dump
from kg.store.evaluation import serialise, syntax_error, visible_flaw
from kg.store.guard import check_graphs, check_query
from kg.store.iris import named_iris
from kg.store.lexer import tokens, undeclared_prefix
from kg.store.output import Limits
from kg.store.pool import LaneFigures
from kg.store.replies import check_whole, read_rows, read_triples, unreadable
from kg.store.substitution import substitute
from kg.store.terms import to_engine
from kg.store.triples import serialise_triples

UNION = "union"
"""Name of the graph that holds our default graph in an engine elsewhere."""
MARK = "pushed"
"""Name of the graph that says which build was sent."""
_ROWS = "application/sparql-results+json"
_TRIPLES = "application/n-triples, text/turtle;q=0.5"
_FORM = "application/x-www-form-urlencoded; charset=utf-8"
_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_ALL = "CONSTRUCT WHERE { ?s ?p ?o }"
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
        text: QueryLimits = ANONYMOUS,
    ) -> None:
        """`queue` callers may wait while `requests` are under way.

        `trusted` texts are ours; others are held to the limits `text`.
        """
        self._engine = engine
        self._connection = connection
        self._limits = limits
        self._seconds = seconds
        self._trusted = trusted
        self._text = text
        self._slots = asyncio.Semaphore(requests)
        self._queue = queue
        self._waiting = 0
        self._requests = requests
        self._busy = 0
        self._done: Counter[str] = Counter()

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
        *,
        seconds: float | None = None,
    ) -> Answer:
        """Serialise the result of a query, in the first of the media types in `accept` that fits.

        `seconds` is less than the wall time of the lane. Raises `QuerySyntaxError`, `QueryRefused`,
        `UnknownGraph`, `QueryFailed`, `ResultTooLarge`, `StoreBusy`, `FormatUnavailable`,
        `RemoteFailed`, `RemoteTimeout`, `RemoteUnavailable`.
        """
        self._check(query, dataset)
        text = substitute(query, {name: to_engine(term) for name, term in (bindings or {}).items()})
        form = _form(text)
        async with self._slot():
            try:
                about = dataset or self._dataset(query)
                reply = await self._ask(text, form, about, seconds or self._seconds)
            except Rejected as error:
                raise _complaint(query, error.reason, self._engine.names) from None
            # reading a large answer takes its time; the engine's objects stay in that thread
            return await asyncio.to_thread(self._written, reply, form, list(accept))

    def _check(self, query: str, dataset: QueryDataset | None) -> None:
        base = str(self._engine.names.graph(""))
        if not self._trusted:
            check_query(query, self._text, allowed_graphs_base=base)
            check_graphs(query, base=base, graphs=self._engine.graphs)
        # some engines declare prefixes of their own
        flaw = undeclared_prefix(query) and visible_flaw(query, self._engine.names.prefixes)
        if flaw:
            raise flaw
        for graph in (*dataset.default, *dataset.named) if dataset else ():
            if graph not in self._engine.graphs:
                near = nearest_name(graph, self._engine.graphs)
                expected = ", ".join(g.removeprefix(base) for g in self._engine.graphs)
                raise UnknownDatasetGraph(graph=graph, expected=expected, nearest=near)

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
            self._done["refused"] += 1
            raise StoreBusy(waiting=self._waiting)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._seconds):
                await self._slots.acquire()
        except TimeoutError:
            self._done["refused"] += 1
            raise StoreBusy(waiting=self._waiting) from None
        finally:
            self._waiting -= 1
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
            self._slots.release()

    async def dump(self, graph: str | None, media_type: str) -> Answer:
        """Write a graph ("" is the default one), or with None all of them.

        Raises `GraphMissing`, `ResultTooLarge`, and what `answer` raises.
        """
        known = list(self._engine.graphs)
        if graph and graph not in known:
            raise GraphMissing(graph=graph, nearest=nearest_name(graph, known))
        wanted = known if graph is None else [graph or self._engine.union]
        bodies = {}
        for name in wanted:
            async with self._slot():
                about = QueryDataset((name,))
                bodies[name] = await self._ask(_ALL, "CONSTRUCT", about, self._seconds)
        return await asyncio.to_thread(self._dumped, bodies, graph, media_type)

    def figures(self) -> LaneFigures:
        """Figures of this moment: requests that are under way or wait."""
        return LaneFigures(
            readers=self._requests,
            busy=self._busy,
            waiting=self._waiting,
            started=0,
            killed=0,
            lost=0,
            timeouts=self._done["timeouts"],
            loans=0,
            refused=self._done["refused"],
        )

    def _dumped(self, bodies: Mapping[str, Reply], graph: str | None, media: str) -> Answer:
        store = ox.Store()
        for name, reply in bodies.items():
            target = ox.DefaultGraph() if graph == "" else ox.NamedNode(name)
            store.extend(
                ox.Quad(t.subject, t.predicate, t.object, target) for t in read_triples(reply)
            )
        layout, size = Layout(union=False), self._connection.limits.size
        prefixes = self._engine.names.prefixes
        return Answer(dump(store, graph, media, prefixes, layout, size=size), media)

    async def _ask(self, text: str, form: str, dataset: QueryDataset, seconds: float) -> Reply:
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
        try:
            return await self._connection.send(request, min(seconds, self._seconds))
        except RemoteTimeout:
            self._done["timeouts"] += 1
            raise

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
            return Answer(*serialise_triples(read_triples(reply), accept, prefixes, self._limits))
        rows = read_rows(reply, yes_or_no=form == "ASK")
        check_whole(reply, self._limits)
        return Answer(*serialise(rows, accept, prefixes, self._limits))


def _form(text: str) -> str:
    """The form of a query; SELECT where the text has none, which the engine will refuse."""
    words = (token.text.upper() for token in tokens(text) if token.kind == "word")
    return next((word for word in words if word in _FORMS), "SELECT")


def _complaint(query: str, reason: str, names: Names) -> QuerySyntaxError | QueryFailed:
    """Say where the text is wrong, as far as its tokens or the engine's words tell."""
    found = _PLACE.search(reason)
    if found:
        return syntax_error(query, found[0], names.prefixes)
    return visible_flaw(query, names.prefixes) or QueryFailed(detail=reason)
