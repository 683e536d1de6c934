"""Sending the graph to an engine elsewhere, and proving that it is there.

A graph is replaced in one request, which most engines carry out wholly or not at all. The mark of
the build is taken away before the first and set after the last, when the counts are right: a
service that starts in between finds no mark and says so.
"""

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox

from kg.errors import RemoteFailed, RemoteOutdated
from kg.namespaces import STANDARD_PREFIXES, Names
from kg.store.connection import Connection, Rejected, Reply
from kg.store.evaluation import graph_names
from kg.store.remote import MARK, UNION
from kg.store.replies import unreadable
from kg.store.snapshot import read_header, read_snapshot

_BATCH = 1000
_IDENTIFIER = STANDARD_PREFIXES["dcterms"] + "identifier"
_JSON = "application/sparql-results+json"
_STAGING = "-incoming"

Step = Callable[[str, int, int], None]
"""Told the IRI of a graph, and how many of how many graphs have been sent."""


@dataclass(frozen=True)
class Places:
    """URLs of an engine: queries, updates, Graph Store Protocol; empty where it has none."""

    query: str
    update: str = ""
    graphs: str = ""


_KNOWN = (
    # Oxigraph
    (r"(https?://[^/]+)/query", r"\1/update", r"\1/store"),
    # Fuseki
    (r"(https?://[^/]+/.+)/(?:query|sparql)", r"\1/update", r"\1/data"),
    # GraphDB, RDF4J
    (r"(https?://.+/repositories/[^/]+)", r"\1/statements", r"\1/rdf-graphs/service"),
    # Virtuoso
    (r"(https?://[^/]+:8890)/sparql", r"\1/sparql-auth", r"\1/sparql-graph-crud-auth"),
    # Neptune
    (r"(https?://[^/]+:8182)/sparql", r"\1/sparql", r"\1/sparql/gsp/"),
)


def places(query: str, update: str = "", graphs: str = "") -> Places:
    """URLs for writing as given, else as the engine with such a query URL usually has them."""
    for pattern, to_update, to_graphs in _KNOWN:
        found = re.fullmatch(pattern, query)
        if found and not update and not graphs:
            return Places(query, found.expand(to_update), found.expand(to_graphs))
    return Places(query, update, graphs)


@dataclass(frozen=True)
class Content:
    """What an engine elsewhere must hold: N-Triples and count by the IRI of the graph."""

    mark: str
    graphs: Mapping[str, bytes]

    @classmethod
    def of(cls, engine: ox.Store, mark: str, names: Names) -> "Content":
        """The named graphs of a filled store, and its default graph as one of them."""
        named = {
            iri: engine.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(iri)) or b""
            for iri in sorted(graph_names(engine))
        }
        union = engine.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b""
        return cls(mark, {**named, str(names.graph(UNION)): union})

    @classmethod
    def read(cls, snapshot: Path, names: Names) -> "Content":
        """Those of a snapshot, marked with its hash; raises `PathMissing`, `SnapshotInvalid`."""
        header = read_header(snapshot)
        return cls.of(read_snapshot(snapshot), f"sha256:{header.sha256}", names)

    def named(self, names: Names) -> list[str]:
        """IRIs of the graphs that queries see."""
        return [iri for iri in self.graphs if iri != str(names.graph(UNION))]

    @property
    def counts(self) -> dict[str, int]:
        """Triples of each graph; a line of N-Triples is one."""
        return {iri: lines.count(b"\n") for iri, lines in self.graphs.items()}


class Sender:
    """Writes to one engine with its credentials."""

    def __init__(
        self, connection: Connection, where: Places, names: Names, *, seconds: float
    ) -> None:
        """`seconds` for each request."""
        self._connection = connection
        self._where = where
        self._names = names
        self._seconds = seconds

    async def push(self, content: Content, on_step: Step) -> None:
        """Replace every graph of `content`, verify the counts, and set the mark.

        Raises `RemoteFailed`, `RemoteTimeout`, `RemoteUnavailable`, `RemoteOutdated` (the engine
        counts other numbers than were sent).
        """
        mark = str(self._names.graph(MARK))
        await self._replace(mark, _marked(self._names, "unfinished"))
        for done, (iri, lines) in enumerate(content.graphs.items(), start=1):
            await self._replace(iri, lines)
            on_step(iri, done, len(content.graphs))
        await verify_counts(self._connection, self._where.query, content, self._seconds)
        await self._replace(mark, _marked(self._names, content.mark))

    async def _replace(self, iri: str, lines: bytes) -> None:
        if self._where.graphs:
            query = urlencode({"graph": iri})
            # N-Triples are Turtle, and every engine takes that
            await self._send("PUT", f"{self._where.graphs}?{query}", "text/turtle", lines)
            return
        staging = iri + _STAGING
        await self._update(f"DROP SILENT GRAPH <{staging}>")
        every = lines.decode().splitlines()
        for start in range(0, len(every), _BATCH):
            text = "\n".join(every[start : start + _BATCH])
            await self._update(f"INSERT DATA {{ GRAPH <{staging}> {{\n{text}\n}} }}")
        await self._update(f"MOVE GRAPH <{staging}> TO GRAPH <{iri}>")

    async def _update(self, text: str) -> None:
        media = "application/sparql-update; charset=utf-8"
        await self._send("POST", self._where.update, media, text.encode())

    async def _send(self, method: str, url: str, media: str, body: bytes) -> Reply:
        headers = {"Content-Type": media}
        request = self._connection.request(method, url, headers=headers, content=body)
        try:
            # all of these do the same when they are done twice
            return await self._connection.send(request, self._seconds)
        except Rejected as error:
            raise RemoteFailed(status=400, reason=error.reason) from None


def _marked(names: Names, mark: str) -> bytes:
    return f'<{names.graph(UNION)}> <{_IDENTIFIER}> "{mark}" .\n'.encode()


async def verify(
    connection: Connection, url: str, names: Names, content: Content, seconds: float
) -> None:
    """Raise `RemoteOutdated` unless the engine holds this build, whole."""
    mark = str(names.graph(MARK))
    query = f"SELECT ?mark {{ GRAPH <{mark}> {{ ?graph <{_IDENTIFIER}> ?mark }} }}"
    found = [row["mark"] async for row in _rows(connection, url, query, mark, seconds)]
    if found != [content.mark]:
        raise RemoteOutdated(graph=mark, expected=content.mark, found=", ".join(found) or "–")
    await verify_counts(connection, url, content, seconds)


async def verify_counts(connection: Connection, url: str, content: Content, seconds: float) -> None:
    """Raise `RemoteOutdated` for the first graph with another number of triples."""
    for iri, expected in content.counts.items():
        query = f"SELECT (COUNT(*) AS ?triples) {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"
        async for row in _rows(connection, url, query, iri, seconds):
            if row["triples"] != str(expected):
                raise RemoteOutdated(graph=iri, expected=expected, found=row["triples"])


async def _rows(
    connection: Connection, url: str, query: str, graph: str, seconds: float
) -> AsyncIterator[dict[str, str]]:
    fields = {"query": query, "default-graph-uri": graph, "named-graph-uri": graph}
    headers = {"Accept": _JSON, "Content-Type": "application/x-www-form-urlencoded"}
    request = connection.request("POST", url, headers=headers, content=urlencode(fields).encode())
    try:
        reply = await connection.send(request, seconds)
        for row in json.loads(reply.body)["results"]["bindings"]:
            yield {name: term["value"] for name, term in row.items()}
    except Rejected as error:
        raise RemoteFailed(status=400, reason=error.reason) from None
    except (ValueError, KeyError, TypeError) as error:
        raise unreadable(str(error)) from None
