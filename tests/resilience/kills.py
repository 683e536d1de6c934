"""kill -9 of the process that writes, again and again, while clients write."""

import random
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

import httpx
import psutil
from tests.resilience.reports import Cell, Part
from tests.resilience.server import Mode, Server, server
from tests.resilience.writers import Client, Said, Writing, count

from kg.store.journal import Journal

_CLIENTS = 4
_READERS_EVERY = (0.05, 0.3)
_UNTIL_KILL = {False: (0.05, 0.9), True: (0.3, 2.0)}
"""Seconds of writing before a kill, in memory and on disk."""
_AT_LEAST, _PATIENCE = 5, 10.0
"""Writes that are acknowledged before a kill, and the seconds that they are waited for."""
_BACK_SECONDS = 20


@dataclass
class Kills:
    """What a mode went through: kills of HTTP processes and of others, writes, faults."""

    mode: Mode
    fronts: int = 0
    readers: int = 0
    acknowledged: int = 0
    refused: int = 0
    unknown: int = 0
    longest_start: float = 0
    faults: list[str] = field(default_factory=list)

    def row(self) -> dict[str, Cell]:
        """As a row of a report."""
        return {
            "store": self.mode.name,
            "kills of HTTP processes": self.fronts,
            "kills of fork servers and readers": self.readers,
            "writes acknowledged": self.acknowledged,
            "refused": self.refused,
            "without an answer": self.unknown,
            "longest start (s)": self.longest_start,
            "faults": len(self.faults),
        }


def part(modes: Iterable[Mode], rounds: int) -> Part:
    """Kill in each mode, each with a folder of its own."""
    done = []
    for mode in modes:
        with TemporaryDirectory() as folder:
            done.append(kill_again_and_again(Path(folder), mode, rounds, seed=1))
    faults = [f"{one.mode.name}: {fault}" for one in done for fault in one.faults]
    return Part("kill -9", [one.row() for one in done], faults)


def kill_again_and_again(folder: Path, mode: Mode, rounds: int, seed: int) -> Kills:
    """Kill HTTP processes `rounds` times in the middle of writes and compare after each."""
    chance, done = random.Random(seed), Kills(mode)  # noqa: S311  (no secret)
    with server(folder, mode) as served:
        token = served.token()
        done.longest_start = served.start()
        clients = [Client(f"c{n}", token, lambda: served.url) for n in range(_CLIENTS)]
        for _ in range(rounds):
            again = random.Random(chance.random())  # noqa: S311  (no secret)
            others = _killing_others(served, done, again)
            with Writing(clients), others:
                before = _acknowledged(clients)
                time.sleep(chance.uniform(*_UNTIL_KILL[mode.disk]))
                with others.paused():
                    _wait_for(clients, before + _AT_LEAST)
                _kill_front(served, done, chance)
            done.faults += _compare(clients, served)
        done.faults += _journal(served)
    done.acknowledged = count(clients, Said.ACKNOWLEDGED)
    done.refused = count(clients, Said.REFUSED)
    done.unknown = count(clients, Said.UNKNOWN)
    return done


def _wait_for(clients: Iterable[Client], least: int) -> None:
    """Wait on a busy machine until enough was written that could be lost."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and _acknowledged(clients) < least:
        time.sleep(0.01)


def _acknowledged(clients: Iterable[Client]) -> int:
    return sum(client.acknowledged for client in clients)


def _kill_front(served: Server, done: Kills, chance: random.Random) -> None:
    """Kill the command, and start it again; or one of several processes, which comes back."""
    done.fronts += 1
    if served.mode.workers == 1 or chance.random() < 0.3:
        served.kill()
        done.longest_start = max(done.longest_start, served.start())
        return
    chance.choice(served.fronts()).kill()
    end = time.monotonic() + _BACK_SECONDS
    while len(served.fronts()) < served.mode.workers:
        assert time.monotonic() < end, "a killed process was not replaced"
        time.sleep(0.05)


class _killing_others:  # noqa: N801  (used as a statement)
    """Kills fork servers and readers while the block runs."""

    def __init__(self, served: Server, done: Kills, chance: random.Random) -> None:
        self._stop = Event()
        self._paused = False
        self._thread = Thread(target=self._run, args=(served, done, chance))

    def _run(self, served: Server, done: Kills, chance: random.Random) -> None:
        while not self._stop.wait(chance.uniform(*_READERS_EVERY)):
            # one that starts may refuse to when its processes are killed
            with suppress(psutil.Error, IndexError):
                if self._paused or not served.up:
                    continue
                chance.choice(served.behind()).kill()
                done.readers += 1

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Kill nothing while the block runs."""
        self._paused = True
        try:
            yield
        finally:
            self._paused = False

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()


def _compare(clients: Iterable[Client], served: Server) -> list[str]:
    with httpx.Client(timeout=30) as http:
        _wait_until_ready(http, served)
        return [fault for client in clients for fault in client.faults(http)]


def _wait_until_ready(http: httpx.Client, served: Server) -> None:
    """Readers that were just killed are being replaced."""
    end = time.monotonic() + _BACK_SECONDS
    while True:
        with suppress(httpx.TransportError):
            if http.get(f"{served.url}/ready").status_code == httpx.codes.OK:
                return
        assert time.monotonic() < end, "the service does not become ready"
        time.sleep(0.02)


def _journal(served: Server) -> list[str]:
    """Stop the service and read the journal from its beginning."""
    code = served.stop()
    journal = Journal(served.journal)
    try:
        journal.verify()
    finally:
        journal.close()
    return [f"exit code {code}"] if code else []
