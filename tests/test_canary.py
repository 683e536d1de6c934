"""No egress and no file access: nothing reaches the canaries, and the kernel's log agrees."""

import contextlib
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from tests.canary import MARK, canary, may_open
from tests.hostile.corpus import canaries
from tests.hostile.running import serve, tree
from tests.watched.__main__ import judge
from tests.watched.log import FORK_SERVER, Log, Opening, Sending
from tests.watched.rules import Rules

Watcher = Callable[[Path], tuple[str, ...]]
REACH = """
import sys, threading
import pyoxigraph as ox
def reach():
    try:
        list(ox.Store().query(f"SELECT * {{ SERVICE <{sys.argv[1]}> {{ ?s ?p ?o }} }}"))
    except OSError:
        pass
    open(sys.argv[2]).read()
thread = threading.Thread(target=reach)
thread.start()
thread.join()
"""
"""What a service without confinement would do, native code in a thread of a child included."""


@pytest.mark.traces
def test_the_canaries_and_the_audit_notice(tmp_path: Path, watcher: Watcher) -> None:
    log = tmp_path / "log"
    with canary(tmp_path) as laid:
        command = [*watcher(log), sys.executable, "-c", REACH, laid.url, str(laid.file)]
        subprocess.run(command, check=True, timeout=60)
    events = list(Log().events(log.read_text(encoding="utf-8").splitlines()))
    port = urlsplit(laid.url).port
    assert len(laid.hits) == 1
    assert f"127.0.0.1 port {port}" in [e.where for e in events if isinstance(e, Sending)]
    faults = filter(None, map(Rules.here(tmp_path).fault, events))
    assert list(faults) == [f"reads {laid.file}"]


def test_the_listener_notices(tmp_path: Path) -> None:
    with canary(tmp_path) as laid:
        with socket.create_connection(("127.0.0.1", int(laid.url.split(":")[2].split("/")[0]))):
            pass
        with contextlib.suppress(OSError):
            list(ox.Store().query(f"SELECT * {{ SERVICE <{laid.url}> {{ ?s ?p ?o }} }}"))
    assert len(laid.hits) == 2


def test_nothing_reaches_the_canaries(tmp_path: Path) -> None:
    with canary(tmp_path) as laid, serve(tmp_path / "state", 2.0) as served:
        requests = canaries(laid.url, laid.file)
        assert len(requests) >= 40
        for request in requests:
            outcome = served.attack(request)
            # the address itself may come back in a message, the content of the file may not
            said = outcome.answer.decode("utf-8", "replace").replace(laid.url, "")
            assert outcome.status in request.expected, (request.name, said)
            assert MARK not in said, request.name
            assert outcome.recovery is not None, request.name
        # the kernel lets no process that evaluates a query open anything
        confined = [process for process in tree(served.pid) if not may_open(process)]
        assert len(confined) >= 2
    assert laid.hits == []


@pytest.mark.traces
def test_a_service_opens_nothing_but_its_own(tmp_path: Path, watcher: Watcher) -> None:
    log = tmp_path / "log"
    state = tmp_path / "state"
    temporary = state / "temporary"
    with canary(tmp_path) as laid:
        temporary.mkdir(parents=True)
        with serve(state, 5.0, {"TMPDIR": str(temporary)}, watcher(log)) as served:
            before = log.read_text(encoding="utf-8", errors="replace")
            for request in canaries(laid.url, laid.file):
                served.send(request)
        after = log.read_text(encoding="utf-8", errors="replace")
    assert laid.hits == []
    told, faults = judge(log, Rules.here(state))
    assert faults == {}
    assert told.starts[FORK_SERVER] == 1
    assert [e for e in sent(after) if e.path is None and " port " in e.where] == []
    # once it serves, nothing of the system's settings either; the last line may not be whole
    assert settings(after) == settings(before.rpartition("\n")[0])


def settings(log: str) -> Counter[str]:
    """Files of the system that are no libraries, and how often each was asked for."""
    events = Log().events(log.splitlines())
    return Counter(
        event.path
        for event in events
        if isinstance(event, Opening) and event.path.startswith(("/etc/", "/usr/share/"))
    )


def sent(log: str) -> list[Sending]:
    return [e for e in Log().events(log.splitlines()) if isinstance(e, Sending)]
