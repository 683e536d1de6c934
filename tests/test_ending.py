"""A service that is told to end while somebody writes: each write is there whole, or not at all."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tests.resilience.server import MODES, Mode, Server, server

MEMORY, DISK, _, _, PROCESSES = MODES
G = "http://example.org/g"
ROWS = 76
_PRODUCT = " ".join(f"?s{n} <x:p> ?o{n} ." for n in range(4))
_COUNT = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{G}> {{ {_PRODUCT} }} }}"


def _rows(kind: str) -> str:
    triples = " ".join(f"<x:{kind}> <x:p> {n} ." for n in range(ROWS))
    return f"INSERT DATA {{ GRAPH <{G}> {{ {triples} }} }}"


SLOW = f"""
{_rows("before")} ;
INSERT {{ GRAPH <{G}> {{ <x:slow> <x:n> ?n }} }} WHERE {{ {_COUNT} }} ;
{_rows("after")}
"""
"""Three operations, of which the second counts 76⁴ solutions: that takes some seconds."""
WHOLE = 2 * ROWS + 1
SECONDS = "token_query_timeout"


class _Client:
    def __init__(self, served: Server) -> None:
        self._served = served
        self._headers = {"Authorization": f"Bearer {served.token()}"}

    def write(self) -> int:
        """Status of the answer to the slow write; 0 where the connection ends without one."""
        data, address = {"update": SLOW}, f"{self._served.url}/update"
        try:
            return httpx.post(address, data=data, headers=self._headers, timeout=60).status_code
        except httpx.TransportError:
            return 0

    def count(self) -> int:
        query = {"query": f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{G}> {{ ?s ?p ?o }} }}"}
        headers = {"Accept": "text/csv"}
        answer = httpx.get(f"{self._served.url}/sparql", params=query, headers=headers)
        return int(answer.text.split()[1])


@contextmanager
def _ended(folder: Path, mode: Mode, **settings: str) -> Iterator[tuple[int, int]]:
    """A service that got SIGTERM in a write: status of that, and statements after a restart."""
    given = {f"SENRYAKU_{name.upper()}": value for name, value in settings.items()}
    with server(folder, mode, given) as served, ThreadPoolExecutor(1) as threads:
        client = _Client(served)
        served.start()
        writing: Future[int] = threads.submit(client.write)
        time.sleep(0.7)
        assert not writing.done()
        assert served.stop() == 0
        # a task that ended with its loop would complain
        said = served.said()
        status = writing.result()
        served.start()
        yield status, client.count()
        assert served.stop() == 0
    assert not re.search("never retrieved|destroyed", said)


def test_a_write_that_has_the_time_is_acknowledged_and_there(tmp_path: Path) -> None:
    with _ended(tmp_path, PROCESSES, shutdown="30") as (status, count):
        assert status == 200
        assert count == WHOLE


@pytest.mark.parametrize("mode", [MEMORY, DISK], ids=lambda mode: mode.name)
def test_a_write_whose_caller_is_cut_off_is_finished(tmp_path: Path, mode: Mode) -> None:
    """Requests may have no time, but what has begun to be written is not torn from its journal."""
    with _ended(tmp_path, mode, shutdown="0") as (status, count):
        assert status in {0, 500}
        assert count == WHOLE


def test_a_write_whose_time_is_over_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with _ended(tmp_path, DISK, shutdown="30", **{SECONDS: "1.5"}) as (status, count):
        assert status == 504
        assert count == 0
