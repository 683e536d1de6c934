"""Graphs that are too large to compare: dropped and replaced as a whole, in memory and on disk."""

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

import mini
import test_loading as loading
import test_writing as writing
from kg.errors import GraphMissing, GraphNotAllowed, GraphNotNamed, GraphReadOnly
from kg.namespaces import NAMES
from kg.store.backup import restore_backup, write_backup
from kg.store.changes import emptied_by
from kg.store.journal import Entry, Journal, Position
from kg.store.writing import Commit

G, H, ADMIN = writing.G, writing.H, writing.ADMIN
LIMIT, SIZE = 1000, 3000
SHARED = 5
LINES = [b"<x:a> <x:p> %d .\n" % number for number in range(SIZE)]
IN_DEFAULT = "SELECT (COUNT(*) AS ?n) { <x:a> <x:p> ?o }"
GRAPHS = "SELECT ?g { GRAPH ?g { } } ORDER BY ?g"
STORES = pytest.mark.parametrize("kind", ["memory", "disk"])


def load(folder: Path, kind: str, snapshot: Path | None, lines: list[bytes] = LINES) -> None:
    file = loading.written(folder, "a.ttl", b"".join(lines))
    loading.load(folder, [file], kind, snapshot)


def entries(folder: Path) -> list[tuple[Entry, bytes]]:
    journal = Journal(folder / "journal")
    found = [(entry, rows) for entry, rows, _ in journal.rows(Position(), journal.position())]
    journal.close()
    return found


class Place:
    """A store with a large graph, of which another graph holds some triples too."""

    def __init__(self, folder: Path, kind: str, *, union: bool) -> None:
        self.folder, self.kind, self.union = folder, kind, union
        self.snapshot = mini.snapshot(folder) if union else None
        load(folder, kind, self.snapshot)
        self.run(self._share)

    def run(self, work: Callable[[writing.Running], Awaitable[object]]) -> None:
        writing.run(self.folder, work, self.snapshot, self.kind, compared=LIMIT)

    async def _share(self, store: writing.Running) -> None:
        shared = b"".join(LINES[:SHARED]).decode()
        text = f"INSERT DATA {{ GRAPH <{H}> {{ {shared} <x:b> <x:q> [ <x:q> 1 ] }} }}"
        await store.writer.update(text, ADMIN)

    async def counts(self, store: writing.Running) -> tuple[int, int, int]:
        """Statements in the large graph, in the other one, and of the default graph."""
        queries = (loading.COUNT, loading.COUNT.replace(G, H), IN_DEFAULT)
        return tuple([int((await store.rows(query))[0]) for query in queries])


@pytest.fixture(params=["memory", "disk"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=[True, False], ids=["union", "plain"])
def place(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Place:
    return Place(tmp_path, kind, union=request.param)


def test_a_large_graph_is_dropped(place: Place) -> None:
    shared = SHARED if place.union else 0

    async def drop(store: writing.Running) -> None:
        assert await place.counts(store) == (SIZE, SHARED + 2, SIZE if place.union else 0)
        blank = f"SELECT * {{ GRAPH <{H}> {{ ?b <x:q> 1 }} }}"
        before = await store.rows(blank)
        commit = await store.writer.drop(G, ADMIN)
        assert commit == Commit(3, created=False, added=0, removed=SIZE)
        assert await place.counts(store) == (0, SHARED + 2, shared)
        assert G not in await store.rows(GRAPHS)
        # a blank node keeps its label
        assert await store.rows(blank) == before
        with pytest.raises(GraphMissing):
            await store.writer.drop(G, ADMIN)
        # and everything goes on
        text = f"INSERT DATA {{ GRAPH <{G}> {{ <x:a> <x:p> 7, 8 }} }}"
        assert (await store.writer.update(text, ADMIN)).added == 2

    async def again(store: writing.Running) -> None:
        assert await place.counts(store) == (2, SHARED + 2, shared and shared + 2)
        union = await store.rows(loading.UNION)
        official = mini.UNION + SHARED + 2 + 2
        assert union == [str(official if place.union else 0)]

    place.run(drop)
    place.run(again)
    # made again from the snapshot and the journal alone
    shutil.rmtree(place.folder / "disk", ignore_errors=True)
    place.run(again)
    entry, rows = entries(place.folder)[2]
    assert (entry.action, entry.graphs, entry.removed) == ("drop", (G,), SIZE)
    assert rows == f"E <{G}> .\nDG <{G}> .\n".encode()


def test_a_large_graph_is_replaced(place: Place) -> None:
    new = b"<x:a> <x:p> 1, 2, 9999 . <x:c> <x:p> [ <x:q> 5 ] ."

    async def change(store: writing.Running) -> None:
        commit = await store.writer.replace(G, new, "text/turtle", ADMIN, base=G)
        # two of them were there
        assert commit == Commit(3, created=False, added=3, removed=SIZE - 2)
        await seen(store)
        commit = await store.writer.replace(G, new, "text/turtle", ADMIN, base=G)
        assert (commit.added, commit.removed) == (2, 2)

    async def seen(store: writing.Running) -> None:
        union = len({*range(SHARED), 9999}) if place.union else 0
        assert await place.counts(store) == (5, SHARED + 2, union)

    place.run(change)
    shutil.rmtree(place.folder / "disk", ignore_errors=True)
    place.run(seen)


def test_a_large_graph_that_is_replaced_by_nothing_is_still_there(place: Place) -> None:
    async def work(store: writing.Running) -> None:
        commit = await store.writer.replace(G, b"", "text/turtle", ADMIN, base=G)
        assert (commit.added, commit.removed) == (0, SIZE)
        await seen(store)

    async def seen(store: writing.Running) -> None:
        assert await place.counts(store) == (0, SHARED + 2, SHARED if place.union else 0)
        assert G in await store.rows(GRAPHS)

    place.run(work)
    place.run(seen)


def test_a_small_graph_is_replaced_by_a_large_one(place: Place) -> None:
    async def work(store: writing.Running) -> None:
        commit = await store.writer.replace(H, b"".join(LINES), "text/turtle", ADMIN, base=H)
        assert (commit.added, commit.removed) == (SIZE - SHARED, 2)
        assert (await place.counts(store))[1] == SIZE

    place.run(work)


def test_backups_hold_what_was_emptied(place: Place) -> None:
    async def work(store: writing.Running) -> None:
        await store.writer.drop(G, ADMIN)

    async def seen(store: writing.Running) -> None:
        assert await place.counts(store) == (0, SHARED + 2, SHARED if place.union else 0)

    place.run(work)
    write_backup(place.folder / "journal", place.folder / "b", plain=True)
    for name in ("journal", "disk"):
        shutil.rmtree(place.folder / name, ignore_errors=True)
    restore_backup(place.folder / "b", place.folder / "journal", plain=True)
    place.run(seen)
    # loaded once more after the drop
    load(place.folder, place.kind, place.snapshot)

    async def again(store: writing.Running) -> None:
        assert (await place.counts(store))[0] == SIZE

    place.run(again)


@STORES
def test_a_large_default_graph_is_emptied(tmp_path: Path, kind: str) -> None:
    journal = b"".join(LINES).decode()

    async def work(store: writing.Running) -> None:
        await store.writer.update(f"INSERT DATA {{ {journal} }}", ADMIN)
        await store.writer.update(f"INSERT DATA {{ GRAPH <{H}> {{ <x:a> <x:p> 1 }} }}", ADMIN)
        commit = await store.writer.drop(None, ADMIN)
        assert (commit.added, commit.removed) == (0, SIZE)
        await seen(store)

    async def seen(store: writing.Running) -> None:
        assert await store.rows(loading.UNION) == ["0"]
        assert await store.rows(loading.COUNT.replace(G, H)) == ["1"]

    writing.run(tmp_path, work, None, kind, compared=LIMIT)
    writing.run(tmp_path, seen, None, kind)
    assert entries(tmp_path)[2][1] == b"E DEFAULT .\n"


@STORES
def test_what_may_not_be_emptied(tmp_path: Path, kind: str) -> None:
    place = Place(tmp_path, kind, union=True)

    async def work(store: writing.Running) -> None:
        before = await store.rows(loading.UNION)
        with pytest.raises(GraphNotNamed):
            await store.writer.drop(None, ADMIN)
        with pytest.raises(GraphReadOnly):
            await store.writer.drop(str(NAMES.graph("curated")), ADMIN)
        assert await store.rows(loading.UNION) == before
        assert store.writer.journal.position().sequence == 2

    writing.run(tmp_path, work, place.snapshot, kind, compared=0)


@STORES
def test_who_may_not_write_a_graph_lets_nothing_be_tried(tmp_path: Path, kind: str) -> None:
    """The trial would say that the graph is missing."""
    guest = replace(ADMIN, graphs=frozenset({H}))

    async def work(store: writing.Running) -> None:
        with pytest.raises(GraphNotAllowed):
            await store.writer.drop(G, guest)
        with pytest.raises(GraphMissing):
            await store.writer.drop(H, guest)

    writing.run(tmp_path, work, None, kind)


def test_rows_of_entries() -> None:
    assert emptied_by(b"E <x:a> .\nE DEFAULT .\nDG <x:a> .\nE <x:b> .\n") == {"x:a", ""}
    assert emptied_by(b"DG <x:a> .\n") == emptied_by(b"") == frozenset()
