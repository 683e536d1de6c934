"""Where a store in memory begins again, and stores that are far behind."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import psutil
import pytest

import mini
import test_writing as writing
from kg.errors import QueryTimeout
from kg.store.journal import Journal, Write, prepare
from kg.store.replica import Replica, Source
from kg.store.snapshot import read_header

G = writing.G
COUNT = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{G}> {{ ?s ?p ?o }} }}"
LONG = 33 * 2**20


def append(journal: Journal, rows: Iterable[bytes]) -> None:
    """Write an entry with rows, without trying them."""
    with journal.writing(5) as position:
        write = Write("1", "admin", "update", "0" * 64, (G,), 0, 0, b"".join(rows))
        journal.append(prepare(position, write))


def statements(size: int) -> list[bytes]:
    """Rows of about `size` bytes."""
    row = b'A <http://example.org/s%d> <http://example.org/p> "%s" <%s> .\n'
    return [row % (n, b"x" * 900, G.encode()) for n in range(size // 970)]


def source_of(folder: Path, snapshot: Path | None) -> Source:
    return mini.source(snapshot, journal=str(folder / "journal"))


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


def content(replica: Replica) -> tuple[set[str], set[str]]:
    graphs = {graph.value for graph in replica.engine.named_graphs()}
    return {str(quad) for quad in replica.engine}, graphs


def followed(folder: Path, snapshot: Path | None) -> Replica:
    replica = Replica(source_of(folder, snapshot))
    replica.follow()
    return replica


@pytest.mark.parametrize("kind", ["union", "plain"])
def test_a_store_begins_at_the_checkpoint_with_all_that_it_had(
    tmp_path: Path, journal: Journal, kind: str
) -> None:
    snapshot = mini.snapshot(tmp_path) if kind == "union" else None
    append(journal, [b'A <x:s> <x:p> "1" <x:g> .\n', b"AG <x:empty> .\n"])
    append(journal, [b"A _:b <x:p> _:c <x:g> .\n", b"A <x:s> <x:p> _:b <x:h> .\n"])
    before = followed(tmp_path, snapshot)
    before.write_checkpoint()
    again = Replica(source_of(tmp_path, snapshot))
    assert again.position == before.position == journal.position()
    assert content(again) == content(before)
    assert "x:empty" in content(again)[1]
    # an entry that speaks of a blank node of the checkpoint
    append(journal, [b"D _:b <x:p> _:c <x:g> .\n", b'A _:b <x:p> "2" <x:g> .\n'])
    again.follow()
    before.follow()
    assert content(again) == content(before)
    blank = sum("_:b" in quad for quad in content(again)[0])
    assert blank == (4 if kind == "union" else 2)
    again.write_checkpoint()
    names = {path.name for path in journal.folder.glob("checkpoint-*")}
    assert names == {"checkpoint-3", "checkpoint-lock"}


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(bytes(data))


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _ahead(path: Path) -> None:
    path.rename(path.with_name("checkpoint-7"))


@pytest.mark.parametrize("damage", [_cut, _flip, _empty, _ahead])
def test_a_damaged_checkpoint_is_as_good_as_none(
    tmp_path: Path, journal: Journal, damage: Callable[[Path], None]
) -> None:
    append(journal, [b'A <x:s> <x:p> "1" <x:g> .\n'])
    before = followed(tmp_path, None)
    before.write_checkpoint()
    damage(journal.folder / "checkpoint-1")
    again = Replica(source_of(tmp_path, None))
    assert again.position.sequence == 0
    again.follow()
    assert content(again) == content(before)


def test_a_checkpoint_of_another_base_or_journal_is_not_used(
    tmp_path: Path, journal: Journal
) -> None:
    append(journal, [b'A <x:s> <x:p> "1" <x:g> .\n'])
    followed(tmp_path, None).write_checkpoint()
    snapshot = mini.snapshot(tmp_path)
    other = Replica(source_of(tmp_path, snapshot))
    assert (other.position.sequence, len(other.engine)) == (0, read_header(snapshot).statements)
    path = tmp_path / "other" / "journal"
    append(Journal(path), [b'A <x:s> <x:p> "2" <x:g> .\n'])
    (path / "checkpoint-1").write_bytes((journal.folder / "checkpoint-1").read_bytes())
    assert Replica(source_of(tmp_path / "other", None)).position.sequence == 0


def run(folder: Path, work: Callable[[writing.Running], Awaitable[object]]) -> None:
    writing.run(folder, work)


def test_a_long_replay_is_done_once(tmp_path: Path, journal: Journal) -> None:
    rows = statements(LONG)
    append(journal, rows)
    path = journal.folder / "checkpoint-1"

    async def first(store: writing.Running) -> None:
        assert await store.rows(COUNT) == [str(len(rows))]
        async with asyncio.timeout(30):
            while not path.exists():
                await asyncio.sleep(0.05)

    async def second(store: writing.Running) -> None:
        assert await store.rows(COUNT) == [str(len(rows))]

    run(tmp_path, first)
    with journal.path.open("r+b") as file:
        # nobody reads it any more
        file.seek(LONG // 2)
        file.write(b"\0")
    run(tmp_path, second)


def test_readers_far_behind_are_forked_again_and_kills_do_not_wait(
    tmp_path: Path, journal: Journal
) -> None:
    rows = statements(LONG)

    async def work(store: writing.Running) -> None:
        assert await store.rows(COUNT) == ["0"]
        before = store.reader.figures().started
        old = [psutil.Process(reader._pid) for reader in store.reader._all]
        product = " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(12))
        await store.writer.update(
            "INSERT DATA { " + " . ".join(f"<x:a> <x:p> {n}" for n in range(40)) + " }",
            writing.ADMIN,
        )
        slow = f"SELECT (COUNT(*) AS ?n) {{ {product} }}"
        bomb = asyncio.create_task(store.reader.answer(slow, [mini.CSV], seconds=0.3))
        await asyncio.sleep(0.2)
        await asyncio.to_thread(append, journal, rows)
        store.writer.sandbox.follow(journal.position())
        begun = time.monotonic()
        with pytest.raises(QueryTimeout):
            await bomb
        while all(_runs(process) for process in old):
            await asyncio.sleep(0.01)
        killed = time.monotonic() - begun
        # as many as there are readers, at the same time
        answers = await asyncio.gather(*(store.rows(COUNT) for _ in range(2)))
        behind = time.monotonic() - begun
        assert answers == [[str(len(rows))]] * 2
        assert killed < behind / 2
        assert store.reader.figures().started > before + 1

    run(tmp_path, work)


def _runs(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
