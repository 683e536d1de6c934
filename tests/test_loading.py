"""Bulk loads: bodies beside the journal, in memory and on disk, whole or not at all."""

import asyncio
import gzip
import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pyoxigraph as ox
import pytest

import mini
import test_writing as writing
from kg.errors import (
    FileUnreadable,
    GraphNotNamed,
    GraphReadOnly,
    GraphTooLarge,
    KgError,
    ParameterInvalid,
    PathMismatched,
    PathMissing,
    QueryTimeout,
    StorageDamaged,
)
from kg.model import Agent
from kg.namespaces import NAMES
from kg.store.backup import restore_backup, write_backup
from kg.store.bodies import bodies_folder, bodies_of
from kg.store.journal import Journal, Position
from kg.store.loading import FORMATS, Loaded, Loader

G = writing.G
ME = Agent("command-line", "tester")
TURTLE = b'<#a> <#p> 1, "x"@en , [ <#q> <#a> ] .\n'
COUNT = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{G}> {{ ?s ?p ?o }} }}"
UNION = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@contextmanager
def loader(folder: Path, snapshot: Path | None, kind: str) -> Iterator[Loader]:
    journal = Journal(folder / "journal")
    disk = writing.disk_of(folder, snapshot, journal) if kind == "disk" else None
    layout = mini.source(snapshot).layout
    yield Loader(journal, disk, layout, {str(NAMES.graph("curated"))}, 5)
    journal.close()


def load(folder: Path, files: list[Path], kind: str, snapshot: Path | None = None) -> Loaded:
    with loader(folder, snapshot, kind) as opened:
        return opened.load(files, G, ME)


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def quads(form: ox.RdfFormat) -> bytes:
    """The example in a form."""
    parsed = ox.parse(TURTLE, ox.RdfFormat.TURTLE, base_iri=G)
    return ox.serialize((quad.triple for quad in parsed), format=form) or b""


def count(folder: Path, query: str, kind: str, snapshot: Path | None = None) -> str:
    found: list[str] = []

    async def read(store: writing.Running) -> None:
        found.extend(await store.rows(query))

    writing.run(folder, read, snapshot, kind)
    return found[0]


@writing.BOTH
def test_every_form_is_loaded(tmp_path: Path, kind: str) -> None:
    files = [written(tmp_path, f"a{suffix}", quads(form)) for suffix, form in FORMATS.items()]
    files += [written(tmp_path, f"{p.name}.gz", gzip.compress(p.read_bytes())) for p in files]
    assert len(files) == 14
    told: list[str] = []
    with loader(tmp_path, None, kind) as opened:
        done = opened.load(files, G, ME, lambda name, at, end: told.append(name) or at <= end)
    assert done == Loaded(1, 4 * 14)
    assert {*told} >= {path.name for path in files}
    # two statements are the same everywhere, the blank nodes of each file are its own
    assert count(tmp_path, COUNT, kind) == str(2 + 2 * 14)
    assert count(tmp_path, UNION, kind) == "0"


@writing.BOTH
def test_the_union_holds_what_was_loaded(tmp_path: Path, kind: str) -> None:
    snapshot = mini.snapshot(tmp_path)
    load(tmp_path, [written(tmp_path, "a.ttl", TURTLE)], kind, snapshot)
    load(tmp_path, [written(tmp_path, "b.ttl", b"<#a> <#p> 1, 2 .")], kind, snapshot)
    assert count(tmp_path, COUNT, kind, snapshot) == "5"
    assert count(tmp_path, UNION, kind, snapshot) == str(mini.UNION + 5)
    # the same blank node in the graph and in the union
    joined = (
        f"SELECT (COUNT(*) AS ?n) {{ ?a ?p ?b . GRAPH <{G}> {{ ?b ?q ?a }} FILTER(ISBLANK(?b)) }}"
    )
    assert count(tmp_path, joined, kind, snapshot) == "1"


@writing.BOTH
def test_a_running_store_sees_a_load_and_goes_on_writing(tmp_path: Path, kind: str) -> None:
    file = written(tmp_path, "a.ttl", TURTLE)

    async def work(store: writing.Running) -> None:
        assert await store.rows(COUNT) == ["0"]
        load(tmp_path, [file], kind)
        assert await store.rows(COUNT) == ["4"]
        data = f"{{ GRAPH <{G}> {{ <{G}#a> <{G}#p> 1 }} }}"
        assert (await store.writer.update(f"DELETE DATA {data}", writing.ADMIN)).removed == 1
        assert await store.rows(COUNT) == ["3"]
        await store.writer.update(f"INSERT DATA {data}", writing.ADMIN)
        load(tmp_path, [file], kind)
        assert await store.rows(COUNT) == ["6"]

    writing.run(tmp_path, work, None, kind)
    assert count(tmp_path, COUNT, kind) == "6"
    shutil.rmtree(tmp_path / "disk", ignore_errors=True)
    assert count(tmp_path, COUNT, kind) == "6"


def test_a_load_that_takes_long_keeps_nobody_confused(tmp_path: Path) -> None:
    file = written(tmp_path, "a.ttl", TURTLE)

    async def work(store: writing.Running) -> None:
        load(tmp_path, [file], "memory")
        (server,) = psutil.Process().children()
        server.suspend()
        # its fork server does not follow in time
        with pytest.raises(QueryTimeout):
            await store.rows(COUNT)
        server.resume()
        assert await store.rows(COUNT) == ["4"]
        # each reader has the process that its name says: killing it ends what runs
        product = " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(20))
        slow = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{G}> {{ {product} }} }}"
        with pytest.raises(QueryTimeout):
            await store.rows(slow)
        assert await store.rows(COUNT) == ["4"]
        await asyncio.sleep(0.5)
        busy = [p for p in server.children() if p.cpu_percent(0.2) > 50]
        assert busy == []

    writing.run(tmp_path, work, None, "memory")


def test_the_journal_says_who_and_what(tmp_path: Path) -> None:
    load(tmp_path, [written(tmp_path, "a.ttl", TURTLE)], "memory")
    journal = Journal(tmp_path / "journal")
    ((entry, rows, _),) = journal.rows(Position(), journal.position())
    journal.close()
    assert (entry.name, entry.action, entry.graphs, entry.added) == ("tester", "load", (G,), 4)
    (body,) = bodies_of(rows)
    assert (body.file, body.count, body.blank) == ("a.ttl", 4, True)
    assert body.source == hashlib.sha256(TURTLE).hexdigest()


BAD: list[tuple[str, bytes, str]] = [
    ("a.nt", b"<x:a> <x:p> <x:b> .\n<x:a> oops <x:b> .\n", "a.nt:2:"),
    ("a.ttl", b"<x:a> <x:p> \n\n <x:b .\n", "a.ttl:3:"),
    ("a.ttl", b'<x:a> <x:p> "\xff" .', "a.ttl:1:"),
    ("a.nq", b"<x:a> <x:p> <x:b> <x:g> .\n", "a.nq"),
    ("a.rdf", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', "DOCTYPE"),
    ("a.rdf", b'<!doctype a [<!ENTITY b "c">]><a/>', "a.rdf:1:"),
    ("a.jsonld", b'{"@context": "http://127.0.0.1:9/", "a": 1}', "a.jsonld"),
    ("a.nt.gz", gzip.compress(b"<x:a> <x:p> <x:b> .\n" * 999, mtime=0)[:-20], "a.nt.gz"),
    ("a.nt.gz", b"<x:a> <x:p> <x:b> .\n", "a.nt.gz"),
]


@writing.BOTH
@pytest.mark.parametrize(("name", "content", "said"), BAD)
def test_what_cannot_be_read_loads_nothing(
    tmp_path: Path, kind: str, name: str, content: bytes, said: str
) -> None:
    good = written(tmp_path, "good.ttl", TURTLE)
    with pytest.raises(FileUnreadable) as caught:
        load(tmp_path, [good, written(tmp_path, name, content)], kind)
    assert said in caught.value.message("en")
    assert said in caught.value.message("ja")
    assert list(bodies_folder(tmp_path / "journal").iterdir()) == []
    assert (tmp_path / "journal" / "journal").stat().st_size == 0
    assert count(tmp_path, COUNT, kind) == "0"


@pytest.mark.parametrize(
    ("name", "graph", "error"),
    [
        ("a.ttl", str(NAMES.graph("curated")), GraphReadOnly),
        ("a.ttl", None, GraphNotNamed),
        ("a.ttl", "no IRI", ParameterInvalid),
        ("a.tll", G, PathMismatched),
        ("missing.ttl", G, PathMissing),
    ],
)
def test_what_may_not_be_loaded(
    tmp_path: Path, name: str, graph: str | None, error: type[KgError]
) -> None:
    for there in ("a.ttl", "a.tll"):
        written(tmp_path, there, TURTLE)
    with loader(tmp_path, mini.snapshot(tmp_path), "memory") as opened, pytest.raises(error):
        opened.load([tmp_path / name], graph, ME)
    assert not bodies_folder(tmp_path / "journal").exists()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@writing.BOTH
@pytest.mark.parametrize("damage", [_cut, _flip, Path.unlink])
@pytest.mark.parametrize("content", [TURTLE, b"<x:a> <x:p> 1 ." * 5])
def test_a_damaged_body_is_never_served(
    tmp_path: Path, kind: str, damage: Callable[[Path], None], content: bytes
) -> None:
    load(tmp_path, [written(tmp_path, "a.ttl", content)], kind)
    (body,) = bodies_folder(tmp_path / "journal").iterdir()
    damage(body)
    shutil.rmtree(tmp_path / "disk", ignore_errors=True)
    with pytest.raises(StorageDamaged):
        count(tmp_path, COUNT, kind)
    with pytest.raises(StorageDamaged):
        write_backup(tmp_path / "journal", tmp_path / "b", plain=True)
    assert not (tmp_path / "b").exists()


def test_a_backup_holds_the_bodies(tmp_path: Path) -> None:
    load(tmp_path, [written(tmp_path, "a.ttl", TURTLE)], "memory")
    file = tmp_path / "b.tar.gz"
    write_backup(tmp_path / "journal", file, plain=True)
    shutil.rmtree(tmp_path / "journal")
    assert restore_backup(file, tmp_path / "journal", plain=True)[0].position.sequence == 1
    assert count(tmp_path, COUNT, "disk") == "4"
    whole = file.read_bytes()
    for size in (len(whole) - 200, len(whole) // 2):
        file.write_bytes(whole[:size])
        with pytest.raises(StorageDamaged):
            restore_backup(file, tmp_path / "elsewhere", plain=True)
        assert not (tmp_path / "elsewhere").exists()


@writing.BOTH
def test_a_large_graph_is_not_compared(tmp_path: Path, kind: str) -> None:
    lines = b"".join(b"<x:a> <x:p> %d .\n" % number for number in range(3000))
    load(tmp_path, [written(tmp_path, "a.ttl", lines)], kind)
    where = f"DELETE {{ GRAPH <{G}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH <{G}> {{ ?s ?p ?o }} }}"
    small = (
        f"INSERT {{ GRAPH <{writing.H}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH <{G}> {{ ?s ?p ?o }} }}"
    )

    async def work(store: writing.Running) -> None:
        for text in (where, f"DROP GRAPH <{G}>", "CLEAR ALL"):
            with pytest.raises(GraphTooLarge, match="1000"):
                await store.writer.update(text, writing.ADMIN)
        await store.writer.add(G, b"<#a> <#p> 1 .", "text/turtle", writing.ADMIN, base=G)
        await store.writer.update(f"{small[:-2]} FILTER(?o < 9) }}", writing.ADMIN)
        assert await store.rows(COUNT) == ["3001"]
        assert await store.rows(COUNT.replace(G, writing.H)) == ["10"]

    writing.run(tmp_path, work, None, kind, compared=1000)


@writing.BOTH
def test_terms_nested_too_deep_are_not_loaded(tmp_path: Path, kind: str) -> None:
    nested = {
        depth: b'<x:s> <x:p> %s"1"%s .\n' % (b"<<( <x:s> <x:p> " * depth, b" )>>" * depth)
        for depth in (100, 101, 40_000)
    }
    for depth in (101, 40_000):
        file = written(tmp_path, "deep.nt", b"<x:a> <x:b> <x:c> .\n" * 9000 + nested[depth])
        with pytest.raises(FileUnreadable, match="100"):
            load(tmp_path, [file], kind)
    load(tmp_path, [written(tmp_path, "deep.nt", nested[100])], kind)
    assert count(tmp_path, COUNT, kind) == "1"
