"""What is known of requests on lent connections, and what readers of loans may not do."""

import logging
import re
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import psutil
import pytest
from tests.lent import (
    CANNED,
    Client,
    answer_to,
    get,
    identifier,
    kept_busy,
    numbered,
    running,
    stopped,
    until,
)
from tests.resilience.server import MODES, server

from test_shortcut import figure


def records(caplog: pytest.LogCaptureFixture) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for record in list(caplog.records):
        if record.name == "api.requests":
            facts: dict[str, Any] = record.request
            found.setdefault(facts["id"], []).append(facts)
    return found


@pytest.mark.parametrize("lane", ["free", "trusted"])
def test_each_request_is_counted_and_noted_once(
    tmp_path: Path, lane: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "api.requests")
    path, route = ("/sparql", "/sparql") if lane == "free" else (CANNED, "/queries/{name}")
    requests = 1500
    name = f'senryaku_requests_total{{method="GET",route="{route}",status="2xx"}}'
    sizes: dict[str, int] = {}
    with running(tmp_path, loan=1, log_queries=True) as service:
        with Client(service.where) as one, Client(service.where) as other:
            for number in range(requests):
                client = one if number % 2 else other
                text = f"ASK {{}} #{number}" if lane == "free" else None
                head, body = client.ask(get(text, path=path))
                sizes[identifier(head)] = len(body)
        until(lambda: figure(service.client, name) == requests, "some were not counted")
    assert len(sizes) == requests, "each answer has an identifier of its own"
    found = {i: lines for i, lines in records(caplog).items() if lines[0]["path"] == path}
    assert found.keys() == sizes.keys()
    for given, (facts,) in found.items():
        assert (facts["method"], facts["status"], facts["lane"]) == ("GET", 200, lane)
        assert facts["bytes"] == sizes[given]
        assert 0 < facts["seconds"] < 5
    if lane == "free":
        texts = {lines[0]["query"] for lines in found.values()}
        assert texts == {f"ASK {{}} #{number}" for number in range(requests)}
    assert len(service.watched.noted) > requests / 3


def test_who_has_asked_too_much_on_lent_connections_is_refused(tmp_path: Path) -> None:
    limit = 0.3
    with running(tmp_path, loan=1, query_seconds=limit) as service, Client(service.where) as client:

        def spent() -> float:
            return sum(facts[4] for facts in list(service.watched.noted.values()))

        end = time.monotonic() + 60
        while client.ask(get("SELECT * { ?s ?p ?o }"))[0].startswith(b"HTTP/1.1 200"):
            assert time.monotonic() < end
        assert client.ask(get("ASK {}"))[0].startswith(b"HTTP/1.1 429 ")
        # at most what a loan takes that began before
        assert 0.05 < spent() < limit + 1.2
        assert service.watched.number(client) is None


def test_a_service_with_loans_ends_in_order(tmp_path: Path) -> None:
    settings = {"SENRYAKU_CACHE_BYTES": "0", "SENRYAKU_LOAN": "10", "SENRYAKU_SHUTDOWN": "15"}
    more = {"SENRYAKU_QUERY_SECONDS": "100000", "SENRYAKU_QUERIES_AT_ONCE": "20"}
    with server(tmp_path, MODES[0], settings | more) as served:
        served.start()
        url = httpx.URL(served.url)
        given: list[int] = []

        def ask() -> None:
            number = 0
            with Client((url.host, url.port or 0)) as client:
                try:
                    while True:
                        number += 1
                        assert client.ask(numbered(number))[1] == answer_to(number)
                except ConnectionError:
                    # nothing of an answer is lost
                    assert not client._data
            given.append(number)

        threads = [Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        begun = time.monotonic()
        assert served.stop() == 0
        taken = time.monotonic() - begun
        for thread in threads:
            thread.join()
        said = served.said()
    assert taken < 3
    assert len(given) == 4
    assert min(given) > 100
    assert not re.search("never retrieved|destroyed|Traceback", said), said


CONFINED = """
import os, resource, socket
from kg.store.confinement import confine, taking_descriptors
ours, theirs = socket.socketpair()
socket.send_fds(ours, [b"x"], [0])
confine(2**30, files=False, descriptors=256)
def opens():
    try:
        os.close(os.dup(0))
        return True
    except OSError:
        return False
print(opens(), resource.getrlimit(resource.RLIMIT_NOFILE))
with taking_descriptors():
    print(opens(), len(socket.recv_fds(theirs, 1, 4)[1]))
print(opens(), resource.getrlimit(resource.RLIMIT_NOFILE))
try:
    with taking_descriptors():
        raise ValueError
except ValueError:
    print(opens())
"""


def test_a_reader_opens_nothing_but_what_it_is_given() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CONFINED], capture_output=True, text=True, check=True, timeout=30
    )
    lines = done.stdout.splitlines()
    assert lines == ["False (0, 256)", "True 1", "False (0, 256)", "False"]


def test_inside_of_a_loan_a_reader_may_open_nothing(tmp_path: Path) -> None:
    with (
        running(tmp_path) as service,
        kept_busy(service.watched, service.where, get("ASK {}")) as keeper,
    ):
        pid = service.loan(keeper).reader._pid
        with stopped(pid):
            limits = Path(f"/proc/{pid}/limits").read_text("ascii")
            descriptors = psutil.Process(pid).num_fds()
    found = re.search(r"Max open files +(\d+) +(\d+)", limits)
    assert found
    assert found.groups() == ("0", "256")
    assert 0 < descriptors < 40
