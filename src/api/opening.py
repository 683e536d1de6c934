"""Opening a service: its store in memory or on disk, its journal, its lanes."""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from api.clients import Clients
from api.service import Service
from api.settings import Settings
from api.tokens import TokenStore
from kg.errors import StorageFailed, reason
from kg.namespaces import Names
from kg.queries import Catalogue
from kg.store.complexity import QueryLimits
from kg.store.disk import Disk
from kg.store.forking import ForkServer
from kg.store.journal import Journal, Position
from kg.store.pool import ReaderPool, State
from kg.store.reader import Lane
from kg.store.replica import Source
from kg.store.snapshot import Engine, Header, fill_engine, read_header
from kg.store.uploads import UploadLimits
from kg.store.writing import Writer

_LOG = logging.getLogger(__name__)
_POLITENESS = 10
"""Niceness of the readers of visitors' queries: under load the trusted lane goes first."""
_LINKED, _PLAIN = "linked", "plain"
"""Folders of the journal: of a store around the project's graph, and of one that began empty."""


def journal_folder(state: Path, *, plain: bool) -> Path:
    """Folder of the journal below the state folder; `plain` is for a store that began empty."""
    return state / (_PLAIN if plain else _LINKED)


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
        folder = journal_folder(settings.state_dir, plain=snapshot is None)
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
        trusted, free, granted = lanes.trusted(), lanes.free(), lanes.granted()
        sandbox = lanes.sandbox()
        for pool in (trusted, free, granted, sandbox):
            await stack.enter_async_context(pool)
        official = () if header is None else (*header.graphs, str(names.graph("source-text")))
        writer = None
        if journal is not None:
            wait = settings.token_query_timeout
            writer = Writer(journal, sandbox, frozenset(official), wait, disk)
        yield Service(
            settings=settings,
            names=names,
            catalogue=catalogue,
            header=header,
            trusted=trusted,
            free=free,
            granted=granted,
            writer=writer,
            tokens=TokenStore(settings.state_dir),
            clients=Clients(settings),
        )


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
        """For queries of the service's own: the catalogue, pages, descriptions."""
        return self._pool(
            Lane(
                checked=False,
                rows=self.settings.result_rows,
                size=self.settings.result_bytes,
                memory=self.settings.reader_memory,
                seconds=self.settings.canned_timeout,
            )
        )

    def free(self) -> ReaderPool:
        """For what visitors ask."""
        return self._pool(
            Lane(
                checked=True,
                rows=self.settings.result_rows,
                size=self.settings.result_bytes,
                memory=self.settings.reader_memory,
                seconds=self.settings.query_timeout,
                nice=_POLITENESS,
                text=QueryLimits(
                    bytes=self.settings.query_bytes,
                    depth=self.settings.query_depth,
                    patterns=self.settings.query_patterns,
                    groups=self.settings.query_groups,
                    operators=self.settings.query_operators,
                ),
            )
        )

    def granted(self) -> ReaderPool:
        """For what holders of a token ask."""
        return self._pool(self._granted())

    def sandbox(self) -> ReaderPool:
        """For writes, which are tried one after the other."""
        return self._pool(self._granted(), readers=1)

    def _granted(self) -> Lane:
        return Lane(
            checked=True,
            rows=self.settings.token_result_rows,
            size=self.settings.token_result_bytes,
            memory=self.settings.token_reader_memory,
            seconds=self.settings.token_query_timeout,
            nice=_POLITENESS,
            text=QueryLimits(
                bytes=self.settings.token_query_bytes,
                depth=self.settings.query_depth,
                patterns=self.settings.token_query_patterns,
                groups=self.settings.token_query_groups,
                operators=self.settings.token_query_operators,
            ),
            upload=UploadLimits(
                bytes=self.settings.token_upload_bytes, depth=self.settings.query_depth
            ),
        )

    def _pool(self, lane: Lane, readers: int | None = None) -> ReaderPool:
        return ReaderPool(
            self.server,
            lane,
            readers=readers or self.settings.readers,
            queue=self.settings.queue,
            state=self.state,
        )
