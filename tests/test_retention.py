"""Prebuilt graphs side by side: the newest and those in use stay."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import mini
from kg.store.retention import keep, mark_used, remove_old

HOLD = (
    "import os, sys; from kg.store.retention import keep;"
    "keep(os.open(sys.argv[1], os.O_RDONLY)); print(flush=True); input()"
)


@pytest.fixture(params=[Path.touch, Path.mkdir], ids=["files", "folders"])
def paths(tmp_path: Path, request: pytest.FixtureRequest) -> list[Path]:
    """Six files or folders, the oldest first."""
    made = [tmp_path / f"graph-{number}" for number in range(6)]
    for age, path in enumerate(made):
        request.param(path)
        os.utime(path, (age, age))
    return made


def left(paths: list[Path]) -> list[int]:
    return [number for number, path in enumerate(paths) if path.exists()]


def test_the_newest_stay(paths: list[Path]) -> None:
    remove_old(paths)
    assert left(paths) == [2, 3, 4, 5]
    remove_old(reversed(paths), kept=1)
    assert left(paths) == [5]
    remove_old(paths)
    assert left(paths) == [5]


def test_what_is_used_is_new(paths: list[Path]) -> None:
    mark_used(paths[0])
    mark_used(paths[0].with_name("nothing"))
    remove_old(paths, kept=2)
    assert left(paths) == [0, 5]


def test_what_another_process_holds_stays(paths: list[Path]) -> None:
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, paths[0]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        remove_old(paths, kept=1)
        assert left(paths) == [0, 5]
        holder.communicate(b"\n")
    remove_old(paths, kept=1)
    assert left(paths) == [5]


def test_copies_of_the_snapshot_go_with_the_service_or_at_the_next_start(tmp_path: Path) -> None:
    left, held, new = (tmp_path / f"snapshot-{name}" for name in ("left", "held", "new"))
    for folder in (left, held, new):
        folder.mkdir()
        (folder / "graph.snapshot").touch()
    for folder in (left, held):
        os.utime(folder, (1, 1))
    descriptor = os.open(held, os.O_RDONLY)
    keep(descriptor)
    with mini.client(tmp_path) as client:
        assert client.get("/health").status_code == 200
        assert len(list(tmp_path.glob("snapshot-*"))) == 3
        assert not left.exists()
    os.close(descriptor)
    assert set(tmp_path.glob("snapshot-*")) == {held, new}
