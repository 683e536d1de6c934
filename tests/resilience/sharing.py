"""Two services on one state folder: both write, nothing is lost, nobody restores meanwhile."""

import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from tests.resilience.server import Mode, Server, server
from tests.resilience.writers import Client, Said, Writing, count

from kg.errors import StorageLocked
from kg.store.backup import restore_backup, write_backup


@dataclass
class Shared:
    """Writes of both services, and what went wrong."""

    acknowledged: int = 0
    refused: int = 0
    faults: list[str] = field(default_factory=list)


def share(folder: Path, mode: Mode, seconds: float) -> Shared:
    """Let four clients write to two services for some seconds, and compare."""
    with server(folder, mode) as first, server(folder, mode) as second:
        second.log = "log-of-the-second"
        token = first.token()
        for served in (first, second):
            served.start()
        clients = [
            Client(f"c{n}", token, lambda served=served: served.url)
            for n, served in enumerate((first, second, first, second))
        ]
        with Writing(clients):
            time.sleep(seconds)
        faults = [*_everywhere(clients, (first, second)), *_restoring(first)]
        done = Shared(count(clients, Said.ACKNOWLEDGED), count(clients, Said.REFUSED), faults)
        for served in (first, second):
            served.stop()
    return done


def _everywhere(clients: list[Client], services: tuple[Server, ...]) -> list[str]:
    """Each service has the writes of both."""
    found = []
    with httpx.Client(timeout=60) as http:
        for served in services:
            for client in clients:
                client.address = lambda served=served: served.url
                found += client.faults(http)
    return found


def _restoring(served: Server) -> list[str]:
    """A backup can be made while services run, and not be restored."""
    file = served.folder / "backup"
    write_backup(served.journal, file, plain=served.mode.plain)
    try:
        restore_backup(file, served.journal, plain=served.mode.plain)
    except StorageLocked:
        return []
    return ["a backup was restored below a service"]
