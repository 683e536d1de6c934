"""The watch over the whole run sees what it must, and nothing else."""

import contextlib
import socket
import sys
from pathlib import Path

import pytest
from tests.watch import Watch


def test_the_run_is_watched(watch: Watch, tmp_path: Path) -> None:
    before = watch.connections, watch.files
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert watch.connections > before[0]
    assert watch.files > before[1]


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.connect", (None, ("192.0.2.1", 80))),
        ("socket.connect", (None, ("2001:db8::1", 80, 0, 0))),
        ("socket.sendto", (None, ("198.51.100.7", 53))),
        ("socket.getaddrinfo", ("example.org", 80, 0, 0, 0)),
        ("open", ("/x/.ssh/key", "r", 0)),
    ],
)
def test_what_reaches_out_is_a_fault(event: str, arguments: tuple[object, ...]) -> None:
    found = Watch()
    found.see(event, arguments)
    assert len(found.faults) == 1


def test_what_stays_here_is_none() -> None:
    found = Watch()
    found.see("socket.connect", (None, ("127.0.2.3", 80)))
    found.see("socket.connect", (None, ("::1", 80, 0, 0)))
    found.see("socket.connect", (None, "/run/socket"))
    found.see("socket.getaddrinfo", ("localhost", 80, 0, 0, 0))
    found.see("open", ("/etc/hosts", "r", 0))
    assert found.faults == []


def test_a_hook_sees_what_a_library_does() -> None:
    found = Watch()
    sys.addaudithook(found.see)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        contextlib.suppress(OSError),
    ):
        datagrams.connect(("127.255.255.254", 9))
    assert found.connections == 1
