import gzip
import json
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

import mini
from kg.errors import PathMissing, SnapshotInvalid
from kg.namespaces import NAMES
from kg.store.embedded import EmbeddedStore
from kg.store.snapshot import read_header, read_snapshot, write_snapshot


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return mini.snapshot(tmp_path)


def alter(path: Path, **changes: object) -> None:
    first, _, packed = path.read_bytes().partition(b"\n")
    header = json.loads(first) | changes
    path.write_bytes(json.dumps(header).encode() + b"\n" + packed)


def test_a_snapshot_holds_everything(path: Path) -> None:
    store = EmbeddedStore.of(read_snapshot(path, "mini"))
    query = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"
    assert store.count() == mini.QUADS
    assert store.select(query) == mini.store().select(query)
    assert read_header(path).statements == mini.QUADS + mini.UNION


def test_the_same_content_makes_the_same_file(tmp_path: Path) -> None:
    quads = list(mini.store().engine)
    for name, order in (("a", quads), ("b", list(reversed(quads)))):
        engine = ox.Store()
        engine.extend(order)
        write_snapshot(engine, tmp_path / name, "key")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_writing_leaves_no_other_file(path: Path) -> None:
    write_snapshot(mini.store().engine, path, "again")
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    assert read_header(path).key == "again"


def test_a_failed_write_keeps_the_old_snapshot(path: Path, monkeypatch) -> None:
    def fail(*_: object, **__: object) -> bytes:
        raise OSError("disk full")

    monkeypatch.setattr(gzip, "compress", fail)
    with pytest.raises(OSError, match="disk full"):
        write_snapshot(ox.Store(), path, "new")
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    assert len(read_snapshot(path, "mini")) == mini.QUADS + mini.UNION


def test_another_key_is_refused(path: Path) -> None:
    for read in (read_header, read_snapshot):
        with pytest.raises(SnapshotInvalid, match="key other"):
            read(path, "other")


@pytest.mark.parametrize("changes", [{"sha256": "0"}, {"statements": 1}, {"format": 99}])
def test_a_header_that_does_not_fit_is_refused(path: Path, changes: dict[str, object]) -> None:
    alter(path, **changes)
    with pytest.raises(SnapshotInvalid):
        read_snapshot(path)


@pytest.mark.parametrize("size", [0, 10, 200, -1, -100])
def test_a_cut_file_is_refused(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(SnapshotInvalid):
        read_snapshot(path)


def test_changed_bytes_are_refused(path: Path) -> None:
    first, _, packed = path.read_bytes().partition(b"\n")
    payload = gzip.decompress(packed).replace(b"II-2", b"II-3")
    path.write_bytes(first + b"\n" + gzip.compress(payload))
    with pytest.raises(SnapshotInvalid):
        read_snapshot(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PathMissing, match="nowhere"):
        read_snapshot(tmp_path / "nowhere")


def test_loading_takes_no_longer_than_parsing_twice(tmp_path: Path) -> None:
    node, graph = ox.NamedNode("http://x/p"), ox.NamedNode(str(NAMES.graph("org")))
    quads = [
        ox.Quad(ox.NamedNode(f"http://x/{i // 8}"), node, ox.Literal(f"value {i}"), graph)
        for i in range(40_000)
    ]
    engine = ox.Store()
    engine.extend(quads)
    engine.extend([ox.Quad(q.subject, q.predicate, q.object) for q in quads])
    write_snapshot(engine, tmp_path / "big", "key")
    plain = engine.dump(format=ox.RdfFormat.N_QUADS)
    assert plain is not None

    def bare() -> None:
        ox.Store().load(plain, ox.RdfFormat.N_QUADS, lenient=True)

    def ours() -> None:
        assert len(read_snapshot(tmp_path / "big", "key")) == 80_000

    # side by side, so that a busy machine slows both
    times = [(timed(bare), timed(ours)) for _ in range(5)]
    assert min(our / plain for plain, our in times) < 2


def timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
