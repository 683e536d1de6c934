"""Opening a service: its store in memory or on disk, its journal, its lanes."""

import asyncio
import logging
import os
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Collection, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from api.clients import Clients
from api.dumps import Dumps
from api.lanes import (
    BRIEF_QUEUE,
    BRIEF_READERS,
    LOANS,
    OWN_READERS,
    VisitorsLane,
    brief_lane,
    brief_seconds,
    dump_lane,
    free_lane,
    granted_lane,
    own_lane,
)
from api.lending import clerk
from api.remote import open_lanes
from api.service import Service
from api.settings import Settings
from api.tokens import TokenStore
from api.validation import Validations
from kg.errors import Both, RemoteReadOnly, StorageConflict, StorageFailed, reason
from kg.namespaces import Names
from kg.queries import Catalogue
from kg.store.attending import POSSIBLE
from kg.store.bodies import bodies_of, find_body
from kg.store.disk import Disk
from kg.store.forking import ForkServer
from kg.store.journal import Journal, Position
from kg.store.lending import LendingPool
from kg.store.loading import Loader
from kg.store.pool import ReaderPool
from kg.store.reader import Lane
from kg.store.remote import RemoteLane
from kg.store.replica import Source
from kg.store.retention import keep, remove_left
from kg.store.snapshot import Engine, Header, fill_engine, read_header
from kg.store.turns import State
from kg.store.writing import Writer

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")
_PATIENCE_SECONDS = 1
_OTHER_SECONDS = 1.0
"""How long another process that writes is waited for at the start."""
_CHECKING = Both("{path} を確かめています", "checking {path}")
_LOADING = Both("{path} の内容を読み込んでいます", "loading what {path} holds")
_BEGUN = Both("{what}…", "{what} …")
_DONE = Both("{what}: 終わりました（{seconds}秒）", "{what} took {seconds} s")
_READS_ONLY = Both(
    "{path} に書き込めません。読み取り専用で動きます",
    "{path} cannot be written to: the service only reads",
)
_COPY = "snapshot-"
_LINKED, _PLAIN = "linked", "plain"
"""Folders of the journal: of a store around the project's graph, and of one that began empty."""


def journal_folder(state: Path, *, plain: bool) -> Path:
    """Folder of the journal below the state folder; `plain` is for a store that began empty."""
    return state / (_PLAIN if plain else _LINKED)


@asynccontextmanager
async def open_service(
    settings: Settings, snapshot: Path | None, catalogue: Catalogue
) -> AsyncIterator[Service]:
    """Open the store and the lanes to it, and close them at the end.

    Without a snapshot the store begins empty, and its graphs are plain ones. Raises `PathMissing`,
    `SnapshotInvalid`, `StorageDamaged`, `StorageFailed`, `ReaderNotStarted`, and for an engine
    elsewhere what `open_lanes` raises.
    """
    header = None if snapshot is None else read_header(snapshot)
    async with AsyncExitStack() as stack:
        if isinstance(settings.store, str) and snapshot is not None:
            lanes = await open_lanes(stack, settings, settings.store, snapshot)
            trusted, free, granted = lanes
            opened = _Opened(trusted, free, granted, dumping=trusted, writer=None)
        else:
            opened = await _embedded(stack, settings, snapshot, header, catalogue)
        yield Service(
            settings=settings,
            names=Names(settings.base),
            catalogue=catalogue,
            header=header,
            trusted=opened.trusted,
            free=opened.free,
            granted=opened.granted,
            dumping=opened.dumping,
            dumps=await stack.enter_async_context(Dumps(settings.dump_bytes)),
            writer=opened.writer,
            tokens=TokenStore(settings.state_dir),
            clients=Clients(settings),
            validations=await stack.enter_async_context(Validations(settings)),
        )


@dataclass(frozen=True)
class _Opened:
    """Lanes to a store, and its writer where it takes writes."""

    trusted: ReaderPool | RemoteLane
    free: VisitorsLane | RemoteLane
    granted: ReaderPool | RemoteLane
    dumping: ReaderPool | RemoteLane
    writer: Writer | None


async def _embedded(
    stack: AsyncExitStack,
    settings: Settings,
    snapshot: Path | None,
    header: Header | None,
    catalogue: Catalogue,
) -> _Opened:
    """Open the store in memory or on disk, with its journal."""
    folder = journal_folder(settings.state_dir, plain=snapshot is None)
    official = _official(settings, header)
    journal = await asyncio.to_thread(_journal, folder)
    if journal is not None:
        stack.callback(journal.close)
        await _announced(
            asyncio.to_thread(_verify, journal, official), _CHECKING.filled(path=journal.path)
        )
    own = None if snapshot is None else _own(stack, snapshot, settings.state_dir)
    source = _source(settings, own, journal)
    disk = _disk(settings, header, source, journal)
    state = _State(journal, disk)
    if disk is not None:
        prepared = asyncio.to_thread(disk.prepare, state().position)
        await _announced(prepared, _CHECKING.filled(path=disk.folder))
    about = clerk(settings, Names(settings.base), catalogue, plain=header is None)
    server = ForkServer(state().source or source, about if POSSIBLE else None)
    await _announced(stack.enter_async_context(server), _LOADING.filled(path=folder))

    async def pool(lane: Lane, readers: int, queue: int = settings.queue) -> ReaderPool:
        lending = partial(LendingPool, seconds=settings.loan, loans=min(LOANS, readers - 1))
        make = lending if lane.lends and POSSIBLE else ReaderPool
        opened = make(server, lane, readers=readers, queue=queue, state=state)
        return await stack.enter_async_context(opened)

    trusted = await pool(own_lane(settings), settings.readers + OWN_READERS)
    long = await pool(free_lane(settings), settings.readers)
    readers, waiting = BRIEF_READERS * settings.readers, BRIEF_QUEUE * settings.queue
    brief = await pool(brief_lane(settings), readers, waiting)
    free = VisitorsLane(brief, long, brief_seconds(settings))
    granted = await pool(granted_lane(settings), settings.readers)
    dumping = await pool(dump_lane(settings), 1)
    if journal is None:
        return _Opened(trusted, free, granted, dumping, writer=None)
    # writes are tried one after the other
    sandbox = await pool(granted_lane(settings), 1)
    wait = settings.token_query_timeout
    writer = Writer(journal, sandbox, official, wait, disk, settings.queue)
    # before the lanes close, and the journal
    stack.push_async_callback(writer.drain)
    return _Opened(trusted, free, granted, dumping, writer)


def _verify(journal: Journal, official: Collection[str]) -> None:
    """Read the whole journal, and see that its bodies are there.

    Raises `StorageDamaged`, `StorageConflict`.
    """
    for entry, rows, _ in journal.rows(Position(), journal.position()):
        for body in bodies_of(rows):
            find_body(body, journal.folder)
        for graph in entry.graphs:
            if graph in official:
                raise StorageConflict(file=journal.path, graph=graph, time=entry.time)


def _own(stack: AsyncExitStack, snapshot: Path, state: Path) -> Path:
    """A copy of the snapshot that lasts as long as the service: later builds remove it.

    Those of services that were killed go.
    """
    remove_left(state.glob(f"{_COPY}*"))
    folder = state if os.access(state, os.W_OK) else None
    own = stack.enter_context(TemporaryDirectory(prefix=_COPY, dir=folder))
    held = os.open(own, os.O_RDONLY)
    stack.callback(os.close, held)
    keep(held)
    return Path(shutil.copy(snapshot, own))


@contextmanager
def open_loader(settings: Settings, snapshot: Path | None) -> Iterator[Loader]:
    """Open the store for loads from this process; a service may use it at the same time.

    Raises `RemoteReadOnly`, `PathMissing`, `SnapshotInvalid`, `StorageDamaged`, `StorageFailed`,
    `StorageLocked`.
    """
    if isinstance(settings.store, str):
        raise RemoteReadOnly
    header = None if snapshot is None else read_header(snapshot)
    folder = journal_folder(settings.state_dir, plain=snapshot is None)
    try:
        journal = Journal(folder)
    except OSError as error:
        raise StorageFailed(folder=folder, reason=reason(error)) from None
    with closing(journal):
        source = _source(settings, snapshot, journal)
        disk = _disk(settings, header, source, journal)
        wait = settings.token_query_timeout
        yield Loader(journal, disk, source.layout, _official(settings, header), wait)


async def _announced(work: Awaitable[_T], what: Both) -> _T:
    """Do what usually takes no time, and say what it is when it does."""
    task = asyncio.ensure_future(work)
    begun = time.monotonic()
    done, _ = await asyncio.wait({task}, timeout=_PATIENCE_SECONDS)
    if done:
        return task.result()
    _LOG.warning(_BEGUN.filled(what=what))
    result = await task
    _LOG.warning(_DONE.filled(what=what, seconds=round(time.monotonic() - begun)))
    return result


def _source(settings: Settings, snapshot: Path | None, journal: Journal | None) -> Source:
    """What a replica in memory is made from."""
    names = Names(settings.base)
    return Source(
        snapshot=None if snapshot is None else str(snapshot),
        prefixes=names.prefixes,
        graphs=None if snapshot is None else str(names.graph("")),
        journal=None if journal is None else str(journal.folder),
        base=names.base,
    )


def _official(settings: Settings, header: Header | None) -> frozenset[str]:
    """Graphs that change through the files of the project only."""
    text = str(Names(settings.base).graph("source-text"))
    return frozenset() if header is None else frozenset((*header.graphs, text))


def _disk(
    settings: Settings, header: Header | None, source: Source, journal: Journal | None
) -> Disk | None:
    """The store on disk, if it is to lie there; stores of other graphs may lie beside it."""
    folder = settings.store
    if not isinstance(folder, Path):
        return None
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

    Raises `StorageDamaged`, `StorageFailed`, `StorageLocked`.
    """
    try:
        journal = Journal(folder)
        journal.recover(_OTHER_SECONDS)
    except OSError as error:
        if (folder / "journal").exists():
            raise StorageFailed(folder=folder, reason=reason(error)) from None
        _LOG.warning(_READS_ONLY.filled(path=folder))
        return None
    return journal
