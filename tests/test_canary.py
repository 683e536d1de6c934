"""No egress and no file access: nothing reaches the canaries, and the kernel's log agrees."""

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.canary import MARK, canary, connected, may_open, opened, strace
from tests.hostile.corpus import canaries
from tests.hostile.running import serve, tree

ROOT = Path(__file__).parents[1]
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


@pytest.fixture(scope="module")
def watcher() -> tuple[str, ...]:
    command = strace(Path(os.devnull))
    if command is None:
        if os.environ.get("SENRYAKU_REQUIRE_DOCUMENTS"):
            pytest.fail("strace is not installed although everything is required")
        pytest.skip("strace is not installed")
    return command


def test_the_canaries_and_the_audit_notice(tmp_path: Path, watcher: tuple[str, ...]) -> None:
    log = tmp_path / "log"
    with canary(tmp_path) as laid:
        command = [*watcher[:-1], str(log), sys.executable, "-c", REACH, laid.url, str(laid.file)]
        subprocess.run(command, check=True, timeout=60)
    text = log.read_text(encoding="utf-8")
    assert len(laid.hits) == 1
    assert len(connected(text)) == 1
    assert str(laid.file) in opened(text, (sys.prefix, "/usr", "/lib", "/etc"))


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


def test_a_service_opens_nothing_but_its_own(tmp_path: Path, watcher: tuple[str, ...]) -> None:
    log = tmp_path / "log"
    state = tmp_path / "state"
    temporary = state / "temporary"
    under = (*watcher[:-1], str(log))
    with canary(tmp_path) as laid:
        temporary.mkdir(parents=True)
        with serve(state, 5.0, {"TMPDIR": str(temporary)}, under) as served:
            before = log.stat().st_size
            for request in canaries(laid.url, laid.file):
                served.send(request)
        text = log.read_text(encoding="utf-8", errors="replace")
    assert connected(text) == []
    assert laid.hits == []
    # its code, its data, and what Python and the C library read
    own = (str(ROOT), str(state), sys.prefix, sys.base_prefix, "/proc", "/sys", "/dev")
    system = (
        "/etc",
        "/lib",
        "/usr/lib",
        "/usr/local/lib",
        "/usr/share/zoneinfo",
        "/usr/share/locale",
    )
    assert opened(text, (*own, *system)) == []
    # once it serves, nothing of the system's settings either
    assert opened(text[before:], (*own, "/lib", "/usr/lib", "/usr/local/lib")) == []
