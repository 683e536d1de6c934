"""Prebuilt graphs side by side: the newest and those in use stay."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import mini
from kg.store.retention import hold, mark_used, remove_old
from kg.store.snapshot import unpack_snapshot, write_snapshot

HOLD = "import sys; from kg.store.retention import hold\nwith hold(sys.argv[1]): print(); input()"


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


def test_a_store_that_a_service_holds_outlives_many_others(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    first = unpack_snapshot(mini.snapshot(tmp_path), disk)
    with hold(first):
        for number in range(6):
            store = mini.store()
            names = mini.NAMES
            store.insert(
                names.graph("org"), [(names.id("x"), names.id("p"), names.id(str(number)))]
            )
            write_snapshot(store.engine, tmp_path / "other", "key")
            os.utime(first, (number, number))
            unpack_snapshot(tmp_path / "other", disk)
        assert first.is_dir()
    # the four newest and the one that was held
    assert len(list(disk.iterdir())) == 5
