"""What the routes work with: the graph behind two lanes of readers, and the catalogue.

A lane is a pool of reader processes. Queries of visitors have their own, so that one which takes
its full time keeps no page, description or canned query waiting.
"""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import Depends, Request
from rdflib.term import Identifier

from api.errors import RequestMalformed
from api.negotiation import LANGUAGES, RESULTS_JSON, language
from api.remote import open_lanes
from api.settings import Settings
from kg.namespaces import Names
from kg.queries import Catalogue, Things
from kg.store.pool import ReaderPool
from kg.store.reader import Config
from kg.store.remote import RemoteLane
from kg.store.retention import hold
from kg.store.snapshot import Header, read_header, unpack_snapshot

_POLITENESS = 10
"""Niceness of the readers of visitors' queries: under load the trusted lane goes first."""

Lane = ReaderPool | RemoteLane
"""What answers queries: reader processes, or an engine elsewhere."""
JsonTerm = Mapping[str, str]
"""An RDF term as SPARQL's JSON results spell it."""


@dataclass(frozen=True)
class Service:
    """Everything that a route may use; one for each running app."""

    settings: Settings
    names: Names
    catalogue: Catalogue
    header: Header
    trusted: Lane
    free: Lane
    _things: list[Things] = field(default_factory=list)

    async def rows(
        self, query: str, bindings: Mapping[str, Identifier] | None = None
    ) -> list[Mapping[str, JsonTerm]]:
        """Rows of a SELECT of the service's own; unbound variables are missing."""
        answer = await self.trusted.answer(query, [RESULTS_JSON], bindings)
        rows: list[Mapping[str, JsonTerm]] = json.loads(answer.body)["results"]["bindings"]
        return rows

    async def things(self) -> Things:
        """What the graph describes; asked for once, and not before it is needed."""
        if not self._things:
            rows = await self.rows(Things.question(self.names))
            pairs = ((row["kind"]["value"], row["things"]["value"]) for row in rows)
            self._things.append(Things.of(pairs, self.names))
        return self._things[0]

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
    settings: Settings, snapshot: Path, catalogue: Catalogue
) -> AsyncIterator[Service]:
    """Start the readers of both lanes on a snapshot, and stop them at the end.

    Raises `PathMissing`, `SnapshotInvalid`, `ReaderNotStarted`, and what `open_lanes` raises.
    """
    names = Names(settings.base)
    header = read_header(snapshot)
    trusted: Lane
    free: Lane
    async with AsyncExitStack() as stack:
        if isinstance(settings.store, str):
            trusted, free = await open_lanes(stack, settings, settings.store, snapshot)
        else:
            trusted, free = await _readers(stack, settings, snapshot)
        yield Service(settings, names, catalogue, header, trusted, free)


async def _readers(
    stack: AsyncExitStack, settings: Settings, snapshot: Path
) -> tuple[ReaderPool, ReaderPool]:
    if isinstance(settings.store, Path):
        snapshot = await asyncio.to_thread(unpack_snapshot, snapshot, settings.store)
        stack.enter_context(hold(snapshot))
    else:
        # later builds remove this snapshot, and a lost reader must still be replaced
        own = stack.enter_context(TemporaryDirectory(prefix="senryaku-"))
        snapshot = Path(await asyncio.to_thread(shutil.copy, snapshot, own))
    names = Names(settings.base)
    trusted, free = (_lane(settings, names, snapshot, trusted=t) for t in (True, False))
    await _start(stack, trusted, free)
    return trusted, free


async def _start(stack: AsyncExitStack, *lanes: ReaderPool) -> None:
    """Start the lanes at the same time; a failure is raised once all of them are up or down."""
    starts = (stack.enter_async_context(lane) for lane in lanes)
    for outcome in await asyncio.gather(*starts, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


def _lane(settings: Settings, names: Names, snapshot: Path, *, trusted: bool) -> ReaderPool:
    config = Config(
        snapshot=str(snapshot),
        prefixes=names.prefixes,
        graphs_base=None if trusted else str(names.graph("")),
        rows=settings.result_rows,
        size=settings.result_bytes,
        memory=settings.worker_memory,
        seconds=settings.canned_timeout if trusted else settings.query_timeout,
        nice=0 if trusted else _POLITENESS,
    )
    return ReaderPool(config, readers=settings.workers, queue=settings.queue)
