import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

import mini
from kg.errors import SnapshotInvalid
from kg.namespaces import NAMES

SMALL = "ASK { ?s ?p ?o }"
BOMBS = {
    "braces": ("SELECT * " + "{" * 3000 + "}" * 3000, 400, "QueryTooDeep"),
    "product": (mini.SLOW, 504, "QueryTimeout"),
    "sort": (mini.BOMB, 503, "ReaderLost"),
    "sum": ("SELECT (" + "1+" * 12_500 + "1 AS ?x) {}", 400, "QueryTooComplex"),
}
"""Hostile queries, and the status and problem that each is answered with."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    settings = {"query_timeout": 4.0, "reader_memory": 64 * 2**20}
    with mini.client(tmp_path_factory.mktemp("server"), **settings) as running:
        yield running


def ask(client: httpx.Client, query: str) -> httpx.Response:
    return client.post("/sparql", data={"query": query})


@pytest.mark.parametrize("name", BOMBS)
def test_the_service_answers_soon_after_every_bomb(client: httpx.Client, name: str) -> None:
    query, status, problem = BOMBS[name]
    response = ask(client, query)
    assert (response.status_code, response.json()["type"]) == (status, f"/problems#{problem}")
    assert response.headers["content-type"] == "application/problem+json"
    # the limit for a query is four seconds, and one that no reader takes in that time is refused
    answers = (ask(client, SMALL) for _ in range(20))
    answer = next(response for response in answers if response.status_code != 503)
    assert answer.json() == {"head": {}, "boolean": True}


def test_other_routes_do_not_wait_for_a_bomb(client: httpx.Client) -> None:
    with ThreadPoolExecutor(1) as threads:
        bomb = threads.submit(ask, client, mini.SLOW)
        time.sleep(0.1)
        count = 0
        while not bomb.done():
            for path in ("/health", "/id/org/mext", "/queries/measures-of-organisation", "/"):
                assert client.get(path).status_code == 200
                count += not bomb.done()
        assert bomb.result().status_code == 504
    # in the lane of the bomb the first one would have to wait for its end
    assert count >= 4


def test_a_full_queue_says_when_to_come_again(tmp_path: Path) -> None:
    with (
        mini.client(tmp_path, query_timeout=4.0, queue=0) as client,
        ThreadPoolExecutor(1) as threads,
    ):
        bomb = threads.submit(ask, client, mini.SLOW)
        time.sleep(1.0)
        # small ones go past it
        assert ask(client, SMALL).status_code == 200
        busy = ask(client, f"{mini.SLOW} # another")
        assert (busy.status_code, busy.headers["retry-after"]) == (503, "2")
        assert busy.json()["type"] == "/problems#StoreBusy"
        assert bomb.result().status_code == 504


def test_a_running_service_outlives_its_snapshot_file(tmp_path: Path) -> None:
    with mini.client(tmp_path, query_timeout=0.3) as client:
        (tmp_path / "graph.snapshot").unlink()
        for _ in range(3):
            assert ask(client, mini.SLOW).status_code == 504
        assert ask(client, SMALL).status_code == 200


def test_a_store_on_disk_serves_the_same(client: httpx.Client, tmp_path: Path) -> None:
    query = f"DESCRIBE <{NAMES.id('org', 'mext')}>"
    with mini.client(tmp_path, store=tmp_path / "disk") as on_disk:
        assert ask(on_disk, query).text == ask(client, query).text
    assert any((tmp_path / "disk").iterdir())


def test_a_broken_snapshot_stops_the_start(tmp_path: Path) -> None:
    application = mini.app(tmp_path)
    path = tmp_path / "graph.snapshot"
    path.write_bytes(path.read_bytes()[:-50])

    async def start() -> None:
        async with application.router.lifespan_context(application):
            pytest.fail("started")

    with pytest.raises(SnapshotInvalid):
        asyncio.run(start())
