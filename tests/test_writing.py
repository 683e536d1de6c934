import asyncio
import errno
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from rdflib.namespace import XSD

import mini
from kg.errors import (
    Both,
    EntryRejected,
    GraphMissing,
    GraphNotAllowed,
    GraphNotNamed,
    GraphReadOnly,
    KgError,
    QuerySyntaxError,
    StorageConflict,
    StorageDamaged,
    StorageFailed,
    StorageUncertain,
    StoreBusy,
    UpdateFailed,
    UploadRefused,
)
from kg.model import Agent, QueryDataset
from kg.namespaces import NAMES
from kg.store.disk import Disk
from kg.store.forking import ForkServer
from kg.store.journal import Journal
from kg.store.pool import ReaderPool
from kg.store.snapshot import Engine, fill_engine
from kg.store.turns import State
from kg.store.uploads import UploadLimits
from kg.store.writing import Writer

G, H = "http://example.org/g", "http://example.org/h"
ADMIN = Agent("1", "admin")


@dataclass
class Running:
    """A store with a writer and a reader."""

    writer: Writer
    reader: ReaderPool

    async def rows(self, query: str, dataset: QueryDataset | None = None) -> list[str]:
        answer = await self.reader.answer(query, [mini.CSV], dataset=dataset)
        return answer.body.decode().split()[1:]


def disk_of(folder: Path, snapshot: Path | None, journal: Journal) -> Disk:
    def fill(engine: Engine) -> None:
        if snapshot is not None:
            fill_engine(snapshot, engine)

    return Disk(folder / "disk", "test", fill, mini.source(snapshot), journal)


@asynccontextmanager
async def running(
    folder: Path, snapshot: Path | None, kind: str, compared: int = 10**6
) -> AsyncIterator[Running]:
    journal = Journal(folder / "journal")
    source = mini.source(snapshot, journal=str(journal.folder))
    disk = disk_of(folder, snapshot, journal) if kind == "disk" else None

    def state() -> State:
        position = journal.position()
        return State(position, None if disk is None else disk.at(position))

    if disk is not None:
        disk.prepare(journal.position())
    granted = mini.lane(seconds=20, upload=UploadLimits(compared=compared))
    async with (
        ForkServer(state().source or source) as server,
        ReaderPool(server, mini.lane(), readers=2, queue=9, state=state) as reader,
        ReaderPool(server, granted, readers=1, queue=9, state=state) as sandbox,
    ):
        official = frozenset({str(NAMES.graph("curated"))})
        yield Running(Writer(journal, sandbox, official, 20, disk), reader)
    journal.close()


def run(
    folder: Path,
    work: Callable[[Running], Awaitable[object]],
    snapshot: Path | None = None,
    kind: str = "memory",
    compared: int = 10**6,
) -> None:
    async def inside() -> None:
        async with running(folder, snapshot, kind, compared) as store:
            await work(store)

    asyncio.run(inside())


BOTH = pytest.mark.parametrize("kind", ["memory", "disk"])


def _insertion(graph: str) -> str:
    return f"INSERT DATA {{ GRAPH <{graph}> {{ <x:a> <x:p> 1 }} }}"


ALL = "SELECT ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } ORDER BY ?o"


@BOTH
def test_writes_are_seen_at_once_and_after_a_restart(tmp_path: Path, kind: str) -> None:
    async def write(store: Running) -> None:
        first = await store.writer.update("INSERT DATA { <x:a> <x:p> 1 }", ADMIN)
        assert (first.version, first.added, first.removed) == (1, 1, 0)
        assert await store.rows(ALL) == ["1"]
        turtle = b"<#a> <#p> 2, 3 ."
        put = await store.writer.replace(G, turtle, "text/turtle", ADMIN, base=G)
        assert (put.created, put.added) == (True, 2)
        post = await store.writer.add(G, b"<#a> <#p> 4 .", "text/turtle", ADMIN, base=G)
        assert (post.created, post.added) == (False, 1)
        assert await store.rows(ALL) == ["1", "2", "3", "4"]
        again = await store.writer.replace(G, b"<#a> <#p> 4, 5 .", "text/turtle", ADMIN, base=G)
        assert (again.added, again.removed) == (1, 2)
        await store.writer.update("DELETE WHERE { <x:a> ?p ?o }", ADMIN)
        assert await store.rows(ALL) == ["4", "5"]
        assert (await store.writer.update("DELETE WHERE { <x:a> ?p ?o }", ADMIN)).version == 5

    async def read(store: Running) -> None:
        assert await store.rows(ALL) == ["4", "5"]
        await store.writer.drop(G, ADMIN)
        assert await store.rows("SELECT ?g { GRAPH ?g {} }") == []
        with pytest.raises(GraphMissing):
            await store.writer.drop(G, ADMIN)

    run(tmp_path, write, kind=kind)
    run(tmp_path, read, kind=kind)


@BOTH
def test_a_refused_write_changes_nothing(tmp_path: Path, kind: str) -> None:
    editor = Agent("2", "editor", frozenset({G}))

    async def work(store: Running) -> None:
        wrong = {
            "INSERT DATA { <x:a> <x:p> 1 ": QuerySyntaxError,
            _insertion(H): GraphNotAllowed,
            _insertion(str(NAMES.graph("curated"))): GraphReadOnly,
            f"CREATE GRAPH <{G}> ; DROP GRAPH <{H}>": UpdateFailed,
        }
        for text, error in wrong.items():
            with pytest.raises(error):
                await store.writer.update(text, editor)
        assert await store.rows(ALL) == []
        assert store.writer.journal.position().sequence == 0

    run(tmp_path, work, kind=kind)


@BOTH
def test_the_default_graph_stays_the_union(tmp_path: Path, kind: str) -> None:
    snapshot = mini.snapshot(tmp_path)
    fact = "<x:a> <x:p> 1"
    count = "SELECT (COUNT(*) AS ?n) { <x:a> <x:p> ?o }"

    async def work(store: Running) -> None:
        both = f"INSERT DATA {{ GRAPH <{G}> {{ {fact} }} GRAPH <{H}> {{ {fact} }} }}"
        await store.writer.update(both, ADMIN)
        assert await store.rows(count) == ["1"]
        await store.writer.drop(G, ADMIN)
        assert await store.rows(count) == ["1"]
        await store.writer.drop(H, ADMIN)
        assert await store.rows(count) == ["0"]
        for text in (f"INSERT DATA {{ {fact} }}", "CLEAR ALL", "DELETE WHERE { ?s ?p ?o }"):
            with pytest.raises((GraphNotNamed, GraphReadOnly)):
                await store.writer.update(text, ADMIN)
        with pytest.raises(GraphNotNamed):
            await store.writer.replace(None, b"", "text/turtle", ADMIN, base=G)

    run(tmp_path, work, snapshot, kind=kind)


@BOTH
def test_each_operation_sees_the_union_that_the_one_before_it_made(
    tmp_path: Path, kind: str
) -> None:
    snapshot = mini.snapshot(tmp_path)

    async def work(store: Running) -> None:
        text = (
            f"PREFIX e: <x:> INSERT DATA {{ GRAPH <{G}> {{ e:a e:p 1 }} }} ;"
            f" INSERT {{ GRAPH <{H}> {{ ?s e:q ?o }} }} WHERE {{ ?s e:p ?o }} ;"
            f" DELETE WHERE {{ GRAPH <{G}> {{ ?s ?p ?o }} }}"
        )
        done = await store.writer.update(text, ADMIN)
        assert (done.added, done.removed) == (1, 0)
        assert await store.rows("SELECT ?p { <x:a> ?p ?o }") == ["x:q"]

    run(tmp_path, work, snapshot, kind=kind)


@BOTH
def test_a_chosen_dataset_is_a_merge(tmp_path: Path, kind: str) -> None:
    async def work(store: Running) -> None:
        text = (
            f"INSERT DATA {{ GRAPH <{G}> {{ <x:a> <x:p> 1 }} GRAPH <{H}> {{ <x:a> <x:p> 1, 2 }} }}"
        )
        await store.writer.update(text, ADMIN)
        count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
        named = "SELECT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"
        assert await store.rows(count, QueryDataset((G, H))) == ["2"]
        assert await store.rows(count, QueryDataset((G,))) == ["1"]
        assert await store.rows(count, QueryDataset((), (G,))) == ["0"]
        assert await store.rows(named, QueryDataset((G,))) == []
        assert await store.rows(named, QueryDataset((G, H), (G,))) == [G]
        from_both = count.replace("{", f"FROM <{G}> FROM <{H}> {{")
        assert await store.rows(from_both) == ["2"]
        assert await store.rows(from_both, QueryDataset((G,))) == ["1"]

    run(tmp_path, work, kind=kind)


async def _outcome(work: Awaitable[object]) -> type[KgError] | None:
    try:
        await work
    except KgError as error:
        return type(error)
    return None


@BOTH
def test_concurrent_writers_lose_nothing(tmp_path: Path, kind: str) -> None:
    async def work(store: Running) -> None:
        texts = [f"INSERT DATA {{ <x:a> <x:p> {n} }}" for n in range(20)]
        other = Journal(store.writer.journal.folder)
        second = Writer(other, store.writer.sandbox, frozenset(), 20, store.writer.disk)
        writers = [store.writer, second]
        outcomes = await asyncio.gather(
            *(_outcome(writers[n % 2].update(text, ADMIN)) for n, text in enumerate(texts))
        )
        other.close()
        kept = [str(n) for n, error in enumerate(outcomes) if error is None]
        assert len(kept) >= 10
        assert sorted(await store.rows(ALL)) == sorted(kept)
        assert store.writer.journal.verify().sequence == len(kept)

    run(tmp_path, work, kind=kind)


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def test_the_journal_tells_who_wrote_what(tmp_path: Path) -> None:
    async def work(store: Running) -> None:
        await store.writer.update(f"INSERT DATA {{ GRAPH <{G}> {{ <x:a> <x:p> 1 }} }}", ADMIN)

    run(tmp_path, work)
    head, *rows = _lines(tmp_path / "journal" / "journal")
    entry = json.loads(head)
    assert (entry["name"], entry["action"], entry["graphs"]) == ("admin", "update", [G])
    assert rows == [
        f"AG <{G}> .\n".encode(),
        f'A <x:a> <x:p> "1"^^<{XSD.integer}> <{G}> .\n'.encode(),
    ]


@pytest.mark.parametrize("name", ["journal", "committed"])
def test_a_damaged_journal_is_refused(tmp_path: Path, name: str) -> None:
    async def work(store: Running) -> None:
        for n in range(3):
            await store.writer.update(f"INSERT DATA {{ <x:a> <x:p> {n} }}", ADMIN)

    async def read(store: Running) -> None:
        await store.rows(ALL)

    run(tmp_path, work)
    path = tmp_path / "journal" / name
    whole = path.read_bytes()
    for damaged in (b"", whole[:-2], whole[: len(whole) // 2], whole[:50] + b"X" + whole[51:]):
        path.write_bytes(damaged)
        with pytest.raises(StorageDamaged):
            run(tmp_path, read)
    path.unlink()
    with pytest.raises(StorageDamaged):
        run(tmp_path, read)
    path.write_bytes(whole)
    run(tmp_path, read)


def test_an_entry_that_was_not_acknowledged_is_cut_off(tmp_path: Path) -> None:
    async def work(store: Running) -> None:
        await store.writer.update("INSERT DATA { <x:a> <x:p> 1 }", ADMIN)

    async def again(store: Running) -> None:
        assert await store.rows(ALL) == ["1"]
        assert (await store.writer.update("INSERT DATA { <x:a> <x:p> 2 }", ADMIN)).version == 2
        assert await store.rows(ALL) == ["1", "2"]

    run(tmp_path, work)
    path = tmp_path / "journal" / "journal"
    with path.open("ab") as journal:
        journal.write(path.read_bytes()[:-5])
    run(tmp_path, again)


def test_a_graph_that_has_become_official_stops_the_start(tmp_path: Path) -> None:
    name = str(NAMES.graph("curated"))

    async def work(store: Running) -> None:
        writer = Writer(store.writer.journal, store.writer.sandbox, frozenset(), 20)
        await writer.update(_insertion(name), ADMIN)

    run(tmp_path, work, mini.snapshot(tmp_path))
    (tmp_path / "journal").rename(tmp_path / "linked")
    application = mini.app(tmp_path)

    async def start() -> None:
        async with application.router.lifespan_context(application):
            pass

    with pytest.raises(StorageConflict) as caught:
        asyncio.run(start())
    assert name in caught.value.message("ja")


def _nested(depth: int) -> bytes:
    """N-Triples with triple terms within triple terms."""
    return b'<x:s> <x:p> %s"1"%s .\n' % (b"<<( <x:s> <x:p> " * depth, b" )>>" * depth)


DEEP = [
    ("application/n-triples", _nested(40_000)),
    ("application/n-quads", _nested(101)),
    ("text/turtle", _nested(101)),
    ("application/trig", _nested(40_000)),
]


@pytest.mark.parametrize(("media", "body"), DEEP, ids=[media for media, _ in DEEP])
def test_an_upload_nested_too_deep_is_refused(tmp_path: Path, media: str, body: bytes) -> None:
    async def work(store: Running) -> None:
        with pytest.raises(UploadRefused, match="100"):
            await store.writer.add(G, body, media, ADMIN, base=G)
        await store.writer.add(G, _nested(100), media, ADMIN, base=G)
        assert store.writer.journal.position().sequence == 1

    run(tmp_path, work)


@BOTH
def test_updates_cannot_nest_terms_step_by_step(tmp_path: Path, kind: str) -> None:
    """Each update nests the term of the one before it 10 deeper."""
    first = f"INSERT DATA {{ GRAPH <{G}> {{ <x:s> <x:p> 1 }} }}"
    term = "?o"
    for _ in range(10):
        term = f"<<( <x:s> <x:p> {term} )>>"
    deeper = (
        f"DELETE {{ GRAPH <{G}> {{ ?s ?p ?o }} }} INSERT {{ GRAPH <{G}> {{ ?s ?p {term} }} }}"
        f" WHERE {{ GRAPH <{G}> {{ ?s ?p ?o }} }}"
    )

    async def work(store: Running) -> None:
        for text in (first, *[deeper] * 10):
            await store.writer.update(text, ADMIN)
        with pytest.raises(UploadRefused, match="100"):
            await store.writer.update(deeper, ADMIN)
        assert await store.rows("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }") == ["1"]

    run(tmp_path, work, kind=kind)
    run(tmp_path, _well, kind=kind)


async def _well(store: Running) -> None:
    await store.rows(ALL)


@BOTH
def test_what_is_dropped_and_written_again_is_as_it_was_written(tmp_path: Path, kind: str) -> None:
    """Rows of a change that takes a whole graph away, with and without blank nodes and a union."""
    shared = "<x:s> <x:p> 1, 2"
    texts = [
        f"INSERT DATA {{ GRAPH <{G}> {{ {shared}, 3 . _:b <x:p> 4 }} GRAPH <{H}> {{ {shared} }} }}",
        f"DROP GRAPH <{G}>",
        f"INSERT DATA {{ GRAPH <{G}> {{ <x:s> <x:p> 2, 5 }} }} ; CLEAR GRAPH <{H}>",
        f"DROP GRAPH <{G}> ; INSERT DATA {{ GRAPH <{G}> {{ <x:s> <x:p> 2, 6 }} }}",
    ]
    union = "SELECT ?o { ?s <x:p> ?o } ORDER BY ?o"
    whole = [["1", "2", "3", "4"], ["1", "2"], ["2", "5"], ["2", "6"]]

    async def work(store: Running) -> None:
        for text, expected in zip(texts, whole, strict=True):
            await store.writer.update(text, ADMIN)
            assert await store.rows(union) == expected

    async def again(store: Running) -> None:
        assert await store.rows(union) == whole[-1]

    snapshot = mini.snapshot(tmp_path)
    run(tmp_path, work, snapshot, kind=kind)
    run(tmp_path, again, snapshot, kind=kind)


BOMB = f"""INSERT {{ GRAPH <{G}> {{ <x:a> <x:p> ?n }} }} WHERE {{ {{
  SELECT (COUNT(*) AS ?n) {{ {" . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(40))} }}
}} }}"""


def test_writes_wait_in_a_queue_that_is_bounded_and_no_longer_than_they_may(
    tmp_path: Path,
) -> None:
    async def work(store: Running) -> None:
        for n in range(3):
            await store.writer.update(f"INSERT DATA {{ <x:a> <x:p> {n} }}", ADMIN)
        writer = replace(store.writer, seconds=1.0, queue=2)
        begun = time.monotonic()
        tasks = [asyncio.create_task(_outcome(writer.update(BOMB, ADMIN))) for _ in range(4)]
        await asyncio.sleep(0.3)
        late = asyncio.create_task(_outcome(writer.update(BOMB, ADMIN)))
        outcomes = await asyncio.gather(*tasks)
        assert time.monotonic() - begun < 2.5
        # one is tried, two wait in vain, and the fourth may not even wait
        assert sorted(error.__name__ for error in outcomes if error) == [
            "QueryTimeout",
            "StoreBusy",
            "StoreBusy",
            "StoreBusy",
        ]
        assert await late is StoreBusy
        assert (await writer.update("INSERT DATA { <x:a> <x:p> 9 }", ADMIN)).version == 4

    run(tmp_path, work)


def test_rights_that_go_while_a_write_waits_end_it(tmp_path: Path) -> None:
    rights = [True]

    def allowed() -> None:
        if not rights:
            raise GraphNotAllowed(graph=G, agent="editor", expected="–")

    async def work(store: Running) -> None:
        writer = store.writer
        first = asyncio.create_task(writer.add(G, b"<#a> <#p> 1 .", "text/turtle", ADMIN, base=G))
        await asyncio.sleep(0)
        waiting = [
            writer.update(_insertion(G), ADMIN, allowed=allowed),
            writer.add(G, b"<#a> <#p> 2 .", "text/turtle", ADMIN, base=G, allowed=allowed),
            writer.replace(G, b"<#a> <#p> 3 .", "text/turtle", ADMIN, base=G, allowed=allowed),
            writer.drop(G, ADMIN, allowed=allowed),
        ]
        rights.clear()
        assert await asyncio.gather(*map(_outcome, waiting)) == [GraphNotAllowed] * 4
        await first
        assert writer.journal.position().sequence == 1

    run(tmp_path, work)


def test_a_writer_is_drained_before_its_journal_closes(tmp_path: Path) -> None:
    async def work(store: Running) -> None:
        caller = asyncio.create_task(store.writer.update(_insertion(G), ADMIN))
        await asyncio.sleep(0)
        caller.cancel()
        assert store.writer.journal.position().sequence == 0
        await store.writer.drain()
        assert store.writer.journal.position().sequence == 1

    run(tmp_path, work)


def test_the_place_of_an_error_is_that_in_the_whole_text(tmp_path: Path) -> None:
    wrong = [
        "INSERT DATA { <x:a> <x:p> 1 } ;\n\nDELETE WHERE { <x:a> <x:p> ?o ?o }",
        "# a\nPREFIX e: <x:>\nDELETE DATA { e:a <x:p> _:b }",
        "CLEAR ALL ;\nINSERT DATA { <x:a> <x:p> 1 ",
        "INSERT DATA { _:b <x:p> 1 } ;\nINSERT DATA { _:b <x:p> 1 }",
        "PREFIX e: <x:>\nINSERT DATA { e:a e:p 1 } ; INSERT DATA { f:a e:p 1 }",
    ]

    async def work(store: Running) -> None:
        places = []
        for text in wrong:
            with pytest.raises(QuerySyntaxError) as caught:
                await store.writer.update(text, ADMIN)
            places.append((caught.value.facts["line"], caught.value.facts["column"]))
        assert places == [(3, 34), (3, 29), (2, 13), (1, 1), (2, 43)]
        assert store.writer.journal.position().sequence == 0

    run(tmp_path, work)


def _full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_what_the_disk_takes_and_does_not_keep_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(store: Running) -> None:
        journal = store.writer.journal
        await store.writer.update("INSERT DATA { <x:a> <x:p> 1 }", ADMIN)
        with monkeypatch.context() as failing:
            failing.setattr(os, "fsync", _full)
            with pytest.raises(StorageUncertain, match="not known"):
                await store.writer.update("INSERT DATA { <x:a> <x:p> 2 }", ADMIN)
            failing.setattr(os, "ftruncate", _full)
            assert await _outcome(store.writer.drop(G, ADMIN)) is StorageFailed
        assert await store.rows(ALL) == ["1"]
        # what was not acknowledged does not come back with the next write
        assert (await store.writer.update("INSERT DATA { <x:a> <x:p> 3 }", ADMIN)).version == 2
        assert await store.rows(ALL) == ["1", "3"]
        assert journal.verify().sequence == 2

    run(tmp_path, work)


def test_a_start_counts_what_is_on_the_disk(tmp_path: Path) -> None:
    """After a power cut the entry may be there and `committed` an old one."""

    async def work(store: Running) -> None:
        for n in range(2):
            await store.writer.update(f"INSERT DATA {{ <x:a> <x:p> {n} }}", ADMIN)
            old.append((tmp_path / "journal" / "committed").read_bytes())

    old: list[bytes] = []
    run(tmp_path, work)
    (tmp_path / "journal" / "committed").write_bytes(old[0])
    (tmp_path / "journal").rename(tmp_path / "plain")
    with mini.serve(mini.plain_app(tmp_path), mini.chosen(tmp_path)) as client:
        found = client.get("/sparql", params={"query": ALL}, headers={"Accept": mini.CSV})
    assert found.text.split() == ["o", "0", "1"]


@BOTH
def test_a_gate_may_refuse_what_is_written_to_its_graph(tmp_path: Path, kind: str) -> None:
    seen: list[tuple[str, bytes]] = []

    async def gate(graph: str, rows: bytes) -> None:
        seen.append((graph, rows))
        if b'"2"' in rows:
            raise EntryRejected(graph=graph, detail=Both("2です。", "It is 2."))

    async def work(store: Running) -> None:
        writer = replace(store.writer, gates={G: gate})
        await writer.update(_insertion(G), ADMIN)
        await writer.update(_insertion(H).replace("1", "2"), ADMIN)
        with pytest.raises(EntryRejected, match="It is 2"):
            await writer.update(_insertion(G).replace("1", "2"), ADMIN)
        assert await store.rows(f"SELECT ?o {{ GRAPH <{G}> {{ ?s ?p ?o }} }}") == ["1"]
        assert await store.rows(f"SELECT ?o {{ GRAPH <{H}> {{ ?s ?p ?o }} }}") == ["2"]
        assert [graph for graph, _ in seen] == [G, G]

    run(tmp_path, work, kind=kind)
