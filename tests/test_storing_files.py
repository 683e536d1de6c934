"""`senryaku store load`, `backup` and `restore` beside a server that runs, as real processes."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest
from tests.engines import free_port

SENRYAKU = Path(sys.executable).with_name("senryaku")
KEPT = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
G = "http://example.org/g"
COUNT = {"query": f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{G}> {{ ?s ?p ?o }} }}"}
CSV = {"Accept": "text/csv"}


class Place:
    """A state folder, and the environment of commands that use it."""

    def __init__(self, folder: Path, kind: str, language: str = "en") -> None:
        self.folder = folder
        self.environment = {
            **KEPT,
            "LANG": "C.UTF-8",
            "SENRYAKU_LANG": language,
            "SENRYAKU_STATE_DIR": str(folder / "state"),
            "SENRYAKU_READERS": "1",
        }
        if kind == "disk":
            self.environment["SENRYAKU_STORE"] = str(folder / "store")

    def run(self, *arguments: str | Path, code: int = 0) -> str:
        """Run a command; returns what it says."""
        done = subprocess.run(
            [SENRYAKU, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    def store(self, command: str, *arguments: str | Path, code: int = 0) -> str:
        """Run a command of `store` for the empty store."""
        return self.run("store", command, "--no-data", *arguments, code=code)

    @contextmanager
    def server(self) -> Iterator[httpx.Client]:
        port = free_port()
        process = subprocess.Popen(
            [SENRYAKU, "serve", "--no-data", "--port", str(port)],
            env=self.environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        try:
            while "Open" not in (line := process.stderr.readline()):
                assert line or process.poll() is None, "the server has ended"
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                yield client
        finally:
            process.terminate()
            process.wait()
            process.stderr.close()


@pytest.fixture(params=["memory", "disk"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Place(tmp_path, request.param)


def count(client: httpx.Client) -> int:
    return int(client.get("/sparql", params=COUNT, headers=CSV).text.split()[1])


def lines(folder: Path, name: str, size: int) -> Path:
    path = folder / name
    path.write_text("".join(f"<x:{name}> <x:p> {number} .\n" for number in range(size)))
    return path


def test_a_server_sees_loads_at_once_and_after_a_restart(place: Place, tmp_path: Path) -> None:
    first, second = (lines(tmp_path, name, 2000) for name in ("a.ttl", "b.ttl"))
    with place.server() as client:
        said = place.store("load", first, "--graph", G)
        assert "2,000" in said
        assert "entry 1" in said
        assert count(client) == 2000
        version = client.get("/version").json()
        place.store("load", second, first, "--graph", G)
        assert count(client) == 4000
        assert client.get("/version").json() != version
    with place.server() as client:
        assert count(client) == 4000


def test_backups_while_somebody_writes(place: Place, tmp_path: Path) -> None:
    token = place.run("token", "add", "--name", "w", "--role", "admin").splitlines()[0]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sparql-update"}
    enough, written = Event(), []
    place.store("load", lines(tmp_path, "a.ttl", 500), "--graph", G)

    def write(client: httpx.Client) -> None:
        while not enough.is_set():
            text = f"INSERT DATA {{ GRAPH <{G}> {{ <x:w> <x:p> {len(written)} }} }}"
            answer = client.post("/update", content=text, headers=headers)
            assert answer.status_code < 300, answer.text
            written.append(answer.status_code)

    backups = [tmp_path / f"{number}.tar.gz" for number in range(3)]
    with place.server() as client:
        writer = Thread(target=write, args=(client,))
        writer.start()
        before = []
        for file in backups:
            before.append(len(written))
            assert "writes" in place.store("backup", file)
        enough.set()
        writer.join()
        assert count(client) == 500 + len(written) > 500
        # a service has the journal open
        assert "Another process" in place.store("restore", backups[0], code=1)
        assert count(client) == 500 + len(written)
    for file, least in zip(backups, before, strict=True):
        assert "Restored" in place.store("restore", file)
        with place.server() as client:
            assert 500 + least <= count(client) <= 500 + len(written)


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    place = Place(tmp_path, "memory")
    bad = tmp_path / "bad.nt"
    bad.write_text("<x:a> <x:p> <x:b> .\n<x:a> <x:b\n")
    assert "bad.nt:2:" in place.store("load", bad, "--graph", G, code=2)
    assert "--graph" in place.store("load", bad, "--graph", "not an iri", code=2)
    assert "a.tll" in place.store("load", lines(tmp_path, "a.tll", 1), code=2)
    assert "does not exist" in place.store("load", tmp_path / "none.ttl", code=2)
    assert "does not exist" in place.store("restore", tmp_path / "none", code=2)
    assert "damaged" in place.store("restore", bad, code=1)
    japanese = Place(tmp_path, "memory", "ja")
    good = lines(tmp_path, "a.ttl", 3)
    assert "3件を読み込みました" in japanese.store("load", good)
    file = tmp_path / "b.tar.gz"
    assert "控えを作りました" in japanese.store("backup", file)
    assert "戻しました" in japanese.store("restore", file)
    assert "既に" in japanese.store("backup", file, code=1)
    remote = Place(tmp_path, "memory")
    remote.environment["SENRYAKU_STORE"] = "http://127.0.0.1:9/query"
    assert "engine" in remote.store("load", good, code=1)


def test_a_load_that_is_killed_loads_nothing_or_all(place: Place, tmp_path: Path) -> None:
    file, sizes = lines(tmp_path, "a.ttl", 100_000), set()
    command = [SENRYAKU, "store", "load", "--no-data", file, "--graph", G]
    for seconds in (0.6, 0.9, 1.2, 1.5, 1.8):
        process = subprocess.Popen(command, env=place.environment, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        process.kill()
        process.wait()
        with place.server() as client:
            sizes.add(count(client))
    assert sizes <= {0, 100_000}
    place.store("load", file, "--graph", G)
    bodies = tmp_path / "state" / "plain" / "bodies"
    assert len(list(bodies.iterdir())) == 1
    with place.server() as client:
        assert count(client) == 100_000
