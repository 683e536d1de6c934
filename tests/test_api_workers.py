"""Several HTTP processes: one socket, one line of invitation, replacement and a common end."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.workers import run_workers
from kg.errors import SnapshotInvalid
from kg.namespaces import NAMES
from kg.pipeline.building import write_graph
from kg.pipeline.project import Project, wording_file


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory, project: Project) -> Path:
    folder = tmp_path_factory.mktemp("workers")
    write_graph(project, folder, NAMES, wording=wording_file(folder))
    return folder


@contextmanager
def serving(state: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [str(Path(sys.executable).with_name("senryaku")), "serve"]
    environment = os.environ | {"SENRYAKU_STATE_DIR": str(state), "SENRYAKU_WORKERS": "1"}
    with (state / "log").open("w") as log:
        server = subprocess.Popen(
            [*command, "--port", "0", "--workers", "2"], env=environment, stderr=log, text=True
        )
    try:
        yield server, invitation(state / "log")
    finally:
        server.kill()
        server.wait()


def invitation(log: Path) -> str:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if found := re.search(r"http://\S+/", log.read_text("utf-8")):
            return found[0]
        time.sleep(0.05)
    pytest.fail(log.read_text("utf-8"))


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def answers(url: str) -> bool:
    return httpx.get(f"{url}sparql", params={"query": "ASK {}"}, timeout=20).status_code == 200


def test_a_lost_process_is_replaced_and_all_end_together(state: Path) -> None:
    with serving(state) as (server, url):
        first = children(server.pid)
        assert len(first) == 2
        assert all(answers(url) for _ in range(5))
        os.kill(first[0], signal.SIGKILL)
        wait_for(lambda: len(children(server.pid)) == 2 and first[0] not in children(server.pid))
        assert all(answers(url) for _ in range(5))
        everybody = [*children(server.pid), *(c for p in children(server.pid) for c in children(p))]
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0
        wait_for(lambda: gone(everybody))
    assert (state / "log").read_text("utf-8").count(url) == 1


def test_processes_end_with_a_killed_parent(state: Path) -> None:
    with serving(state) as (server, url):
        assert answers(url)
        everybody = [*children(server.pid), *(c for p in children(server.pid) for c in children(p))]
        server.kill()
        server.wait()
        wait_for(lambda: gone(everybody))


def test_what_stops_one_process_stops_the_command(state: Path) -> None:

    def broken(ready: object) -> None:
        del ready
        raise SnapshotInvalid(file=state, expected="a", found="b")

    with pytest.raises(SnapshotInvalid) as error:
        run_workers(broken, 2, lambda: pytest.fail("ready"))
    assert error.value.facts["expected"] == "a"


def test_why_a_replacement_does_not_start_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    started = tmp_path / "started"

    def serve(ready: Callable[[], None]) -> None:
        if started.exists():
            raise SnapshotInvalid(file=tmp_path, expected="whole", found="half")
        started.touch()
        ready()

    def end(*_: object) -> None:
        if caplog.text.count("has ended") > 1:
            os.kill(os.getpid(), signal.SIGTERM)

    # no thread: the parent forks
    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, 0.2, 0.2)
    try:
        run_workers(serve, 1, lambda: None)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert "exit 0" in caplog.text
    assert "half" in caplog.text
