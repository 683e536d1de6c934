"""Faults against real services, in short; `make soak` has the long form."""

from pathlib import Path

import pytest
from tests.resilience import corruption, kills, sharing, space
from tests.resilience.server import MODES, Mode
from tests.resilience.writers import Client, Said

MEMORY, DISK, _, DISK_PROJECT, PROCESSES = MODES


def names(mode: Mode) -> str:
    return mode.name


@pytest.mark.parametrize("mode", [MEMORY, DISK_PROJECT, PROCESSES], ids=names)
def test_kills_lose_and_tear_nothing(tmp_path: Path, mode: Mode) -> None:
    done = kills.kill_again_and_again(tmp_path, mode, 2, seed=7)
    assert done.faults == []
    assert done.fronts == 2
    assert done.acknowledged


@pytest.mark.parametrize("mode", [MEMORY, DISK], ids=names)
def test_a_full_disk_refuses_writes_and_changes_nothing(tmp_path: Path, mode: Mode) -> None:
    assert space.limited(tmp_path / "limited", mode) == []
    # a small file system is the truth, and only root can make one
    if space.may_mount():
        assert space.fills(tmp_path / "full", mode) == []


@pytest.mark.parametrize("mode", [MEMORY, DISK], ids=names)
def test_two_services_share_a_folder(tmp_path: Path, mode: Mode) -> None:
    done = sharing.share(tmp_path, mode, 2)
    assert done.faults == []
    assert done.acknowledged


SOME = "bit|older|built graph: cut|CURRENT: missing|MANIFEST-.: cut|tokens: cut|half|seal: missing"
"""Kinds of damage that the long form has all of."""


def test_damaged_files_give_the_right_answer_or_a_refusal(tmp_path: Path) -> None:
    found = dict(corruption.outcomes(tmp_path, DISK_PROJECT, SOME))
    fine = {corruption.RIGHT, corruption.REFUSED}
    assert {name: outcome for name, outcome in found.items() if outcome not in fine} == {}
    assert len(found) >= 14
    assert set(found.values()) == fine


def test_the_comparison_notices() -> None:
    """A lost write, a torn one, a refused one that is there, a wrong replaced graph are faults."""
    client = Client("c", "", lambda: "")
    client.grown = {1: Said.ACKNOWLEDGED, 5: Said.ACKNOWLEDGED, 6: Said.REFUSED, 9: Said.UNKNOWN}
    client.replaced = {2: Said.ACKNOWLEDGED, 3: Said.REFUSED}
    whole = 20
    assert len(client.faults_grown({5: 3, 6: whole, 7: whole, 9: whole})) == 4
    assert client.faults_grown({1: whole, 5: whole}) == []
    assert client.faults_replaced({2: whole}) == []
    assert client.faults_replaced({3: whole}) != []
    assert client.faults_replaced({}) != []
