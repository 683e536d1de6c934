"""`senryaku store` and the service over an engine elsewhere, as real processes and HTTP."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests import mini
from tests.engines import free_port, oxigraph, send

from kg.namespaces import NAMES
from kg.store.pushing import Content

SENRYAKU = Path(sys.executable).with_name("senryaku")
KEPT = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
SECRET = "correct horse"  # noqa: S105  (no password of anything)


@dataclass(frozen=True)
class Place:
    """A state folder and the URL of an engine."""

    state: Path
    url: str

    def run(
        self, *arguments: str, extra: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        ours = {"SENRYAKU_STATE_DIR": str(self.state), "SENRYAKU_LANG": "en", "COLUMNS": "200"}
        done = subprocess.run(
            [SENRYAKU, "store", *arguments],
            env={"LANG": "C.UTF-8", **KEPT, **ours, **(extra or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr
        return done


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with oxigraph() as running:
        yield Place(tmp_path_factory.mktemp("state"), running.where.query)


def test_check_push_check(place: Place) -> None:
    before = place.run("check", place.url)
    assert (before.returncode, before.stdout.count("not sent")) == (0, 7)
    secrets = {"SENRYAKU_STORE": place.url, "SENRYAKU_REMOTE_PASSWORD": SECRET}
    pushed = place.run("push", extra=secrets)
    assert pushed.returncode == 0, pushed.stderr
    assert "the counts are right" in pushed.stderr
    assert SECRET not in pushed.stdout + pushed.stderr
    after = place.run("check", extra={"SENRYAKU_STORE": place.url, "SENRYAKU_LANG": "ja"})
    assert after.returncode == 0
    assert after.stdout.count("正しい") == 31
    assert "誤り0件" in after.stderr


def test_the_own_engine_can_be_checked_too(place: Place) -> None:
    done = place.run("check")
    assert done.returncode == 0
    assert done.stdout.count("right") == 31


def test_what_is_missing_is_said(place: Place) -> None:
    assert place.run("push").returncode == 2
    unknown = place.run("push", "--url", "http://127.0.0.1:9/sparql")
    assert unknown.returncode == 2
    assert "SENRYAKU_STORE_GRAPHS" in unknown.stderr
    gone = place.run("push", "--url", f"http://127.0.0.1:{free_port()}/query")
    assert gone.returncode == 1
    assert "failed" in gone.stderr
    password = place.run("check", f"http://user:{SECRET}@127.0.0.1/query")
    assert password.returncode == 2
    assert SECRET not in password.stderr


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The service with the mini graph in an engine elsewhere."""
    folder = tmp_path_factory.mktemp("service")
    with oxigraph() as running:
        asyncio.run(send(running, Content.read(mini.snapshot(folder), NAMES)))
        with mini.client(folder, store=running.where.query) as client:
            yield client


def test_the_service_is_the_same_over_an_engine_elsewhere(
    pages: httpx.Client, tmp_path: Path
) -> None:
    measure = "/id/measure/m/II-1"
    with mini.client(tmp_path) as here:
        for path in (f"{measure}.ttl", f"{measure}.jsonld", "/version", "/health"):
            assert pages.get(path).status_code == here.get(path).status_code == 200, path
            assert pages.get(path).content == here.get(path).content, path
        query = {"query": "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"}
        headers = {"Accept": mini.CSV}
        found = pages.get("/sparql", params=query, headers=headers)
        assert found.text == here.get("/sparql", params=query, headers=headers).text
        assert found.text.count("\n") > 10


def test_its_errors_are_problems(pages: httpx.Client) -> None:
    wrong = pages.get("/sparql", params={"query": "SELECT ?s { ?s ?p "})
    assert (wrong.status_code, wrong.json()["line"]) == (400, 1)
    refused = pages.get("/sparql", params={"query": "SELECT ?s { SERVICE <http://a/> { } }"})
    assert refused.status_code == 403


def test_an_engine_that_goes_away_is_said(tmp_path: Path) -> None:
    with oxigraph() as running:
        asyncio.run(send(running, Content.read(mini.snapshot(tmp_path), NAMES)))
        with mini.client(tmp_path, store=running.where.query, remote_failures=2) as client:
            running.stop()
            answers = [client.get("/sparql", params={"query": "ASK {}"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [502, 502, 503]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 10
    assert json.loads(answers[0].text)["type"] == "/problems#RemoteFailed"
