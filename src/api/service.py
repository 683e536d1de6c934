"""What the routes work with: the graph behind two lanes of readers, and the catalogue.

A lane is a pool of reader processes. Queries of visitors have their own, so that one which takes
its full time keeps no page, description or canned query waiting.
"""

import asyncio
import json
import logging
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import Depends, Request
from rdflib.term import Identifier

from api.clients import Clients
from api.errors import RequestMalformed
from api.negotiation import LANGUAGES, RESULTS_JSON, language
from api.settings import Settings
from api.tokens import TokenStore
from kg.errors import StorageFailed, reason
from kg.model import Answer
from kg.namespaces import Names
from kg.queries import Catalogue, Things
from kg.store.disk import Disk
from kg.store.forking import ForkServer
from kg.store.journal import Journal, Position
from kg.store.pool import ReaderPool, State
from kg.store.reader import Lane
from kg.store.replica import Source
from kg.store.snapshot import Engine, Header, fill_engine, read_header
from kg.store.writing import Writer

_POLITENESS = 10
"""Niceness of the readers of visitors' queries: under load the trusted lane goes first."""

_LOG = logging.getLogger(__name__)
_LINKED, _PLAIN = "linked", "plain"
"""Folders of the journal: of a store around the project's graph, and of one that began empty."""

JsonTerm = Mapping[str, str]
"""An RDF term as SPARQL's JSON results spell it."""


@dataclass(frozen=True)
class Service:
    """Everything that a route may use; one for each running app."""

    settings: Settings
    names: Names
    catalogue: Catalogue
    header: Header | None
    trusted: ReaderPool
    free: ReaderPool
    writer: Writer | None
    tokens: TokenStore
    clients: Clients
    statistics: dict[str, asyncio.Future[object]] = field(default_factory=dict)
    """Running or finished, by version of the data."""
    documents: dict[tuple[str, ...], bytes] = field(default_factory=dict)
    """Documents about the service by version of the data, URL and media type."""
    _things: dict[str, Things] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Version of the dataset: it changes whenever an answer may change."""
        base = "empty" if self.header is None else self.header.sha256[:16]
        if self.writer is None:
            return base
        position = self.writer.journal.position()
        return f"{base}-{position.sequence}-{position.sha256[:8]}"

    @property
    def lanes(self) -> Mapping[str, ReaderPool]:
        """The pools of readers by the names of their lanes."""
        return {"trusted": self.trusted, "free": self.free}

    async def dump(self, graph: str | None, media_type: str) -> Answer:
        """A whole graph ("" is the default one), or with None all of them, whatever its size.

        Raises what a lane raises, and `GraphMissing`.
        """
        return await self.trusted.dump(graph, media_type)

    @property
    def writable(self) -> bool:
        """Whether anybody can write at all."""
        return self.writer is not None and bool(self.tokens.all())

    @property
    def plain(self) -> bool:
        """Whether it is a SPARQL server that began empty, without the project's graph."""
        return self.header is None

    async def rows(
        self, query: str, bindings: Mapping[str, Identifier] | None = None
    ) -> list[Mapping[str, JsonTerm]]:
        """Rows of a SELECT of the service's own; unbound variables are missing."""
        answer = await self.trusted.answer(query, [RESULTS_JSON], bindings)
        rows: list[Mapping[str, JsonTerm]] = json.loads(answer.body)["results"]["bindings"]
        return rows

    async def things(self) -> Things:
        """What the graph describes; asked for once for each version of the dataset."""
        version = self.version
        if version not in self._things:
            rows = await self.rows(Things.question(self.names))
            pairs = ((row["kind"]["value"], row["things"]["value"]) for row in rows)
            self._things.clear()
            self._things[version] = Things.of(pairs, self.names)
        return self._things[version]

    def prologue(self, *prefixes: str) -> str:
        """PREFIX lines for a query of the service's own."""
        return "".join(f"PREFIX {p}: <{self.names.prefixes[p]}>\n" for p in prefixes)


def read_service(request: Request) -> Service:
    """Service of the app that serves this request."""
    service = request.app.state.service
    if not isinstance(service, Service):
        msg = "the app has not been started"
        raise TypeError(msg)
    return service


def read_language(request: Request) -> str:
    """Language of texts for people: `?lang=`, else the Accept-Language header.

    Raises `RequestMalformed` for another language.
    """
    requested = request.query_params.get("lang")
    if requested and requested not in LANGUAGES:
        raise RequestMalformed(
            ja=f"lang={requested} はありません。使える値: {', '.join(LANGUAGES)}。",
            en=f"There is no lang={requested}; use one of {', '.join(LANGUAGES)}.",
        )
    return language(requested, request.headers.get("accept-language"))


ServiceOf = Annotated[Service, Depends(read_service)]
LanguageOf = Annotated[str, Depends(read_language)]


@asynccontextmanager
async def open_service(
    settings: Settings, snapshot: Path | None, catalogue: Catalogue
) -> AsyncIterator[Service]:
    """Load the snapshot and start the readers of all lanes, and stop them at the end.

    Without a snapshot the store begins empty, and its graphs are plain ones. Raises `PathMissing`,
    `SnapshotInvalid`, `StorageDamaged`, `ReaderNotStarted`.
    """
    names = Names(settings.base)
    async with AsyncExitStack() as stack:
        header = None if snapshot is None else read_header(snapshot)
        folder = settings.state_dir / (_PLAIN if snapshot is None else _LINKED)
        journal = await asyncio.to_thread(_journal, folder)
        if journal is not None:
            stack.callback(journal.close)
        source = Source(
            snapshot=None if snapshot is None else str(_own(stack, snapshot)),
            prefixes=names.prefixes,
            graphs=None if snapshot is None else str(names.graph("")),
            journal=None if journal is None else str(folder),
            base=names.base,
        )
        disk = None if settings.store is None else _disk(settings.store, header, source, journal)
        state = _State(journal, disk)
        if disk is not None:
            await asyncio.to_thread(disk.prepare, state().position)
        server = await stack.enter_async_context(ForkServer(state().source or source))
        lanes = _Lanes(settings, server, state)
        trusted, free, sandbox = (lanes.trusted(), lanes.free(), lanes.sandbox())
        for lane in (trusted, free, sandbox):
            await stack.enter_async_context(lane)
        official = () if header is None else (*header.graphs, str(names.graph("source-text")))
        writer = (
            None
            if journal is None
            else Writer(journal, sandbox, frozenset(official), settings.canned_timeout, disk)
        )
        tokens, clients = TokenStore(settings.state_dir), Clients(settings)
        yield Service(settings, names, catalogue, header, trusted, free, writer, tokens, clients)


def _own(stack: AsyncExitStack, snapshot: Path) -> Path:
    """A copy of the snapshot that lasts as long as the service: later builds remove it."""
    own = stack.enter_context(TemporaryDirectory(prefix="senryaku-"))
    return Path(shutil.copy(snapshot, own))


def _disk(folder: Path, header: Header | None, source: Source, journal: Journal | None) -> Disk:
    """The store on disk below `folder`; stores of other graphs may lie beside it."""
    name = f"senryaku-{'plain' if header is None else header.sha256[:16]}"

    def fill(engine: Engine) -> None:
        if source.snapshot is not None:
            fill_engine(Path(source.snapshot), engine)

    return Disk(folder, name, fill, source, journal)


@dataclass(frozen=True)
class _State:
    """What the next request is to see."""

    journal: Journal | None
    disk: Disk | None

    def __call__(self) -> State:
        position = Position() if self.journal is None else self.journal.position()
        return State(position, None if self.disk is None else self.disk.at(position))


def _journal(folder: Path) -> Journal | None:
    """The journal of a store; None where nothing was ever written and nothing can be.

    Raises `StorageDamaged`, `StorageFailed`.
    """
    try:
        return Journal(folder)
    except OSError as error:
        if (folder / "journal").exists():
            raise StorageFailed(folder=folder, reason=reason(error)) from None
        _LOG.warning("%s cannot be written to: the service only reads", folder)
        return None


@dataclass(frozen=True)
class _Lanes:
    """The lanes of a service, by its settings."""

    settings: Settings
    server: ForkServer
    state: _State

    def trusted(self) -> ReaderPool:
        return self._pool(checked=False, seconds=self.settings.canned_timeout)

    def free(self) -> ReaderPool:
        return self._pool(checked=True, seconds=self.settings.query_timeout, nice=_POLITENESS)

    def sandbox(self) -> ReaderPool:
        return self._pool(checked=True, seconds=self.settings.query_timeout, nice=_POLITENESS)

    def _pool(self, *, checked: bool, seconds: float, nice: int = 0) -> ReaderPool:
        lane = Lane(
            checked=checked,
            rows=self.settings.result_rows,
            size=self.settings.result_bytes,
            memory=self.settings.reader_memory,
            seconds=seconds,
            nice=nice,
        )
        return ReaderPool(
            self.server,
            lane,
            readers=self.settings.readers,
            queue=self.settings.queue,
            state=self.state,
        )
