"""Downloads have a lane, a share and files of their own."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

import mini
from api.access import read_agent
from api.dumps import Dumps, Key
from kg.model import Agent, Answer
from kg.namespaces import NAMES

FOLDERS = "senryaku-dumps-*"


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    application = mini.app(tmp_path, queries_at_once=1, cache_bytes=0)
    application.dependency_overrides[read_agent] = lambda: Agent("t1", "tester")
    with mini.serve(application) as running:
        yield running


def files(folder: Path) -> list[Path]:
    return sorted(path for own in folder.glob(FOLDERS) for path in own.iterdir())


@pytest.mark.parametrize("address", ["/dumps/all.trig", f"/graphs?graph={NAMES.graph('org')}"])
def test_a_download_is_made_once_for_each_version(
    client: httpx.Client, tmp_path: Path, address: str
) -> None:
    first = client.get(address, headers={"Accept": "*/*"})
    made = files(tmp_path)
    assert [path.read_bytes() for path in made] == [first.content]
    assert int(first.headers["content-length"]) > 100
    assert client.get(address, headers={"Accept": "*/*"}).content == first.content
    assert files(tmp_path) == made
    known = {"Accept": "*/*", "If-None-Match": first.headers["etag"]}
    again = client.get(address, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    sent = {"content": "<x:a> <x:b> 1 .", "headers": {"Content-Type": "text/turtle"}}
    assert client.put("/graphs/notes", **sent).status_code == 201
    assert client.get(address, headers=known).status_code == 200
    # that of the former version is gone
    assert len(files(tmp_path)) == 1
    assert files(tmp_path) != made


def test_downloads_leave_the_service_ready(tmp_path: Path) -> None:
    with mini.client(tmp_path, cache_bytes=0) as client:
        end = time.monotonic() + 2

        def download(_: int) -> set[int]:
            statuses = set()
            while time.monotonic() < end:
                statuses.add(client.get("/dumps/all.trig").status_code)
            return statuses

        with ThreadPoolExecutor(30) as threads:
            found = threads.map(download, range(30))
            while time.monotonic() < end:
                assert client.get("/ready").status_code == 200
                assert "dumps" not in client.get("/ready").json()["lanes"]
                assert client.get("/id/org/mext").status_code == 200
        # a client has no more of these at once than of queries
        assert set.union(*found) <= {200, 429}


def test_a_download_has_limits(tmp_path: Path) -> None:
    with mini.client(tmp_path, dump_bytes=1024) as client:
        refused = client.get("/dumps/all.nq")
        assert (refused.status_code, refused.json()["limit"]) == (413, 1024)
        assert client.get("/dumps/shapes.ttl").status_code == 200


def test_files_are_bounded_and_end_with_the_service() -> None:
    async def make() -> Answer:
        return Answer(b"x" * 40, "text/turtle")

    async def run() -> Path:
        async with Dumps(100) as dumps:
            keys: list[Key] = [("v", str(number), "text/turtle") for number in range(5)]
            made = [await dumps.get(key, make) for key in keys]
            there = [dump.path.exists() for dump in made]
            assert there == [False, False, False, True, True]
            assert (await dumps.get(keys[4], make)) is made[4]
            at_once = await asyncio.gather(*(dumps.get(keys[0], make) for _ in range(5)))
            assert len({dump.path for dump in at_once}) == 1
            return made[4].path.parent

    assert not asyncio.run(run()).exists()
