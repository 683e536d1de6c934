"""What the routes work with: the graph behind two lanes of readers, and the catalogue.

A lane is a pool of reader processes. Queries of visitors have their own, so that one which takes
its full time keeps no page, description or canned query waiting.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from rdflib.term import Identifier

from api.clients import Clients
from api.dumps import Dump, Dumps
from api.errors import RequestMalformed
from api.lanes import VisitorsLane
from api.negotiation import LANGUAGES, RESULTS_JSON, language
from api.settings import Settings
from api.tokens import TokenStore
from api.validation import Validations
from kg.namespaces import Names
from kg.queries import Catalogue, Things
from kg.store.pool import ReaderPool
from kg.store.remote import RemoteLane
from kg.store.snapshot import Header
from kg.store.writing import Writer


def names_parameter(query_string: bytes, name: bytes) -> bool:
    """Whether a query string may have a parameter; to decode a long query for that takes time."""
    names = [field.partition(b"=")[0] for field in query_string.split(b"&")]
    return any(given == name or b"%" in given for given in names)


Pool = ReaderPool | RemoteLane
"""What answers queries: reader processes, or an engine elsewhere."""
Lane = Pool | VisitorsLane
"""What queries are given to: visitors' have two pools."""
JsonTerm = Mapping[str, str]
"""An RDF term as SPARQL's JSON results spell it."""


@dataclass(frozen=True)
class Service:
    """Everything that a route may use; one for each running app."""

    settings: Settings
    names: Names
    catalogue: Catalogue
    header: Header | None
    trusted: Pool
    free: Lane
    granted: Pool
    dumping: Pool
    dumps: Dumps
    writer: Writer | None
    tokens: TokenStore
    clients: Clients
    validations: Validations
    statistics: dict[str, asyncio.Future[object]] = field(default_factory=dict)
    """Running or finished, by version of the data."""
    documents: dict[tuple[str, ...], bytes] = field(default_factory=dict)
    """Documents about the service by version of the data, path and media type."""
    _things: dict[str, Things] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Version of the dataset: it changes whenever an answer may change."""
        base = "empty" if self.header is None else self.header.sha256[:16]
        if self.writer is None:
            return base
        position = self.writer.journal.position()
        written = position.sequence > 0
        return f"{base}-{position.sequence}-{position.sha256[:8]}" if written else base

    @property
    def lanes(self) -> Mapping[str, Lane]:
        """What requests are given to, by the names that logs have for it."""
        lanes = {"trusted": self.trusted, "free": self.free, "granted": self.granted}
        return {**lanes, "dumps": self.dumping}

    @property
    def pools(self) -> Mapping[str, Pool]:
        """All that has figures of its own; of the visitors' two pools "free" is the long one."""
        free = self.free
        if isinstance(free, VisitorsLane):
            visitors: Mapping[str, Pool] = {"brief": free.brief, "free": free.long}
        else:
            visitors = {"free": free}
        return {"trusted": self.trusted, **visitors, "granted": self.granted, "dumps": self.dumping}

    async def dump(self, graph: str | None, media_type: str) -> Dump:
        """A whole graph ("" is the default one), or with None all of them, as a file.

        Raises what a lane raises, `GraphMissing`, `StorageFailed`.
        """
        key = (self.version, graph, media_type)
        return await self.dumps.get(key, partial(self.dumping.dump, graph, media_type))

    @property
    def writable(self) -> bool:
        """Whether anybody can write at all."""
        return self.writer is not None and bool(self.tokens.all())

    @property
    def lists(self) -> frozenset[str]:
        """Paths of the queries of the catalogue, some of which list what may be named."""
        return frozenset(f"/queries/{query.name}" for query in self.catalogue)

    @property
    def plain(self) -> bool:
        """Whether it is a SPARQL server that began empty, without the project's graph."""
        return self.header is None

    async def rows(
        self, query: str, bindings: Mapping[str, Identifier] | None = None
    ) -> list[Mapping[str, JsonTerm]]:
        """Rows of a SELECT of the service's own; unbound variables are missing."""
        seconds = self.settings.page_timeout
        answer = await self.trusted.answer(query, [RESULTS_JSON], bindings, seconds=seconds)
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
    named = names_parameter(request.scope["query_string"], b"lang")
    requested = request.query_params.get("lang") if named else None
    if requested and requested not in LANGUAGES:
        raise RequestMalformed(
            ja=f"lang={requested} はありません。使える値: {', '.join(LANGUAGES)}。",
            en=f"There is no lang={requested}; use one of {', '.join(LANGUAGES)}.",
        )
    return language(requested, request.headers.get("accept-language"))


ServiceOf = Annotated[Service, Depends(read_service)]
LanguageOf = Annotated[str, Depends(read_language)]
