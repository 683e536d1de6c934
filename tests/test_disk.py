import asyncio
import hashlib
import os
import shutil
import signal
from pathlib import Path

import pyoxigraph as ox
import pytest

import mini
import test_loading as loading
import test_writing as writing
from kg.errors import QueryTimeout, SnapshotInvalid
from kg.store.digests import Digester
from kg.store.disk import Disk
from kg.store.journal import Journal, Position
from kg.store.retention import keep
from kg.store.snapshot import Engine, fill_engine

WHOLE = mini.QUADS + mini.UNION


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    return mini.snapshot(tmp_path)


def open_disk(folder: Path, snapshot: Path, journal: Journal | None = None) -> Disk:
    def fill(engine: Engine) -> None:
        fill_engine(snapshot, engine)

    return Disk(folder, "test", fill, mini.source(snapshot), journal)


def size(disk: Disk, position: Position = Position()) -> int:  # noqa: B008  (it is frozen)
    path = disk.at(position).snapshot
    assert path is not None
    return len(ox.Store.read_only(path))


def test_a_store_is_made_once_and_leaves_other_things_alone(snapshot: Path, tmp_path: Path) -> None:
    (tmp_path / "disk" / "mine").mkdir(parents=True)
    disk = open_disk(tmp_path / "disk", snapshot)
    disk.prepare(Position())
    path = Path(disk.at(Position()).snapshot or "")
    assert size(disk) == WHOLE
    names = {"mine", path.parent.name, ".senryaku-lock"}
    assert {p.name for p in disk.folder.iterdir()} == names
    before = path.stat().st_ino
    disk.prepare(Position())
    assert path.stat().st_ino == before


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("pattern", ["*.sst", "MANIFEST-*", "CURRENT", "OPTIONS-*"])
@pytest.mark.parametrize("damage", [_cut, _flip, Path.unlink])
def test_a_damaged_store_is_made_anew(snapshot: Path, tmp_path: Path, pattern: str, damage) -> None:
    disk = open_disk(tmp_path / "disk", snapshot)
    disk.prepare(Position())
    files = sorted(Path(disk.at(Position()).snapshot or "").glob(pattern))
    assert files
    damage(files[0])
    disk.prepare(Position())
    assert size(disk) == WHOLE


def test_a_store_that_opens_with_too_little_is_made_anew(snapshot: Path, tmp_path: Path) -> None:
    disk = open_disk(tmp_path / "disk", snapshot)
    disk.prepare(Position())
    path = Path(disk.at(Position()).snapshot or "")
    shutil.rmtree(path)
    ox.Store(path).add(ox.Quad(ox.NamedNode("x:a"), ox.NamedNode("x:p"), ox.NamedNode("x:b")))
    disk.prepare(Position())
    assert size(disk) == WHOLE


def test_a_damaged_snapshot_makes_no_store(snapshot: Path, tmp_path: Path) -> None:
    disk = open_disk(tmp_path / "disk", snapshot)
    snapshot.write_bytes(snapshot.read_bytes()[:-100])
    with pytest.raises(SnapshotInvalid):
        disk.prepare(Position())
    assert [path.name for path in disk.folder.iterdir()] == [".senryaku-lock"]


def test_lost_folders_are_made_again_from_the_journal(snapshot: Path, tmp_path: Path) -> None:
    async def write(store: writing.Running) -> None:
        for n in range(7):
            text = f"INSERT DATA {{ GRAPH <{writing.G}> {{ <x:a> <x:p> {n} }} }}"
            await store.writer.update(text, writing.ADMIN)

    async def read(store: writing.Running) -> None:
        assert len(await store.rows("SELECT ?o { <x:a> ?p ?o }")) == 7

    writing.run(tmp_path, write, snapshot, "disk")
    for lost in (1, 2, 9):
        folders = sorted((tmp_path / "disk").glob("test-*"), key=lambda path: path.stat().st_mtime)
        assert 1 < len(folders) < 8
        for folder in folders[-lost:]:
            shutil.rmtree(folder)
        writing.run(tmp_path, read, snapshot, "disk")
    assert not list((tmp_path / "disk").glob("draft-*"))


def test_drafts_of_killed_processes_go(snapshot: Path, tmp_path: Path) -> None:
    disk = open_disk(tmp_path / "disk", snapshot)
    old, held, young = (disk.folder / f"draft-{name}" for name in ("old", "held", "young"))
    for draft in (old, held, young):
        (draft / "engine").mkdir(parents=True)
    for draft in (old, held):
        os.utime(draft, (0, 0))
    descriptor = os.open(held, os.O_RDONLY)
    keep(descriptor)
    disk.prepare(Position())
    os.close(descriptor)
    assert {path.name for path in disk.folder.glob("draft-*")} == {"draft-held", "draft-young"}


def test_files_that_folders_share_are_read_once(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    for folder in (first, second):
        folder.mkdir()
    shared = first / "a.sst"
    shared.write_bytes(b"a" * 10)
    (first / "LOG").write_bytes(b"log")
    (second / "a.sst").hardlink_to(shared)
    (second / "b.sst").write_bytes(b"b")
    digester = Digester()
    before = digester.of(first)
    assert before == {"a.sst": hashlib.sha256(b"a" * 10).hexdigest()}
    found = shared.stat()
    shared.write_bytes(b"x" * 10)
    os.utime(shared, ns=(found.st_atime_ns, found.st_mtime_ns))
    # a change that leaves size and time as they were is only seen by another process
    assert digester.of(second) == before | {"b.sst": hashlib.sha256(b"b").hexdigest()}
    assert Digester().of(second) != digester.of(second)
    shared.write_bytes(b"longer than it was")
    assert digester.of(first) != before
    assert digester.of(tmp_path / "missing") == {}


def test_a_folder_in_use_outlives_many_others(snapshot: Path, tmp_path: Path) -> None:
    async def work() -> None:
        async with writing.running(tmp_path, snapshot, "disk") as store:
            first = next((tmp_path / "disk").glob("test-0-*"))
            for n in range(6):
                text = f"INSERT DATA {{ GRAPH <{writing.G}> {{ <x:a> <x:p> {n} }} }}"
                await store.writer.update(text, writing.ADMIN)
            # the idle readers of the lane still have it open
            assert first.is_dir()

    asyncio.run(work())


def test_a_lost_fork_server_of_a_store_on_disk_needs_no_old_folder(
    snapshot: Path, tmp_path: Path
) -> None:
    async def work() -> None:
        async with writing.running(tmp_path, snapshot, "disk") as store:
            for n in range(3):
                text = f"INSERT DATA {{ GRAPH <{writing.G}> {{ <x:a> <x:p> {n} }} }}"
                await store.writer.update(text, writing.ADMIN)
            shutil.rmtree(next((tmp_path / "disk").glob("test-0-*")))
            process = store.reader._server._process
            assert process is not None
            process.kill()
            await asyncio.sleep(0.1)
            assert await store.rows("SELECT (COUNT(*) AS ?n) { <x:a> <x:p> ?o }") == ["3"]

    asyncio.run(work())


def test_a_reader_whose_folder_goes_while_it_is_forked_is_forked_from_the_newest(
    tmp_path: Path,
) -> None:
    """Loads make folders without the fork server, which has no time to fork a reader meanwhile."""
    loads = [loading.written(tmp_path, f"{n}.ttl", b"<x:a> <x:p> %d .\n" % n) for n in range(7)]

    async def work() -> None:
        async with writing.running(tmp_path, None, "disk") as store:
            loading.load(tmp_path, loads[:1], "disk")
            (first,) = (tmp_path / "disk").glob("test-1-*")
            process = store.reader._server._process
            assert process is not None
            process.send_signal(signal.SIGSTOP)
            waiting = asyncio.create_task(store.rows(loading.COUNT))
            await asyncio.sleep(0.1)
            for file in loads[1:]:
                loading.load(tmp_path, [file], "disk")
            # no reader has opened it, so nobody keeps it
            assert not first.exists()
            assert not waiting.done()
            process.send_signal(signal.SIGCONT)
            assert await waiting == ["7"]

    asyncio.run(work())


def test_whoever_waits_in_the_queue_sees_the_store_of_when_its_turn_comes(
    snapshot: Path, tmp_path: Path
) -> None:
    count = "SELECT (COUNT(*) AS ?n) { <x:a> <x:p> ?o }"

    async def work() -> None:
        async with writing.running(tmp_path, snapshot, "disk") as store:
            # whoever occupies the readers stays until the writes are done, however long they take
            bombs = [
                asyncio.create_task(store.reader.answer(mini.SLOW, [mini.CSV], seconds=60))
                for _ in range(2)
            ]
            await asyncio.sleep(0.05)
            waiting = asyncio.create_task(store.rows(count))
            await asyncio.sleep(0.05)
            for n in range(6):
                text = f"INSERT DATA {{ GRAPH <{writing.G}> {{ <x:a> <x:p> {n} }} }}"
                await store.writer.update(text, writing.ADMIN)
            assert not any(bomb.done() for bomb in [*bombs, waiting])
            for bomb in bombs:
                bomb.cancel()
            assert await waiting == ["6"]
            for bomb in bombs:
                with pytest.raises(asyncio.CancelledError):
                    await bomb
            with pytest.raises(QueryTimeout):
                await store.reader.answer(mini.SLOW, [mini.CSV], seconds=0.5)

    asyncio.run(work())
