"""Sends hostile requests to a real `senryaku serve` and measures what they do to it."""

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import psutil
from tests.hostile.requests import NO_ANSWER, Hostile, query

MEMORY = 4 * 2**30
GRACE = 1.0
"""Seconds beyond the time limit within which every request is answered."""
_SAMPLE = 0.05
_START = 120
_RECOVERY = 5
_NEXT = query("next", "SELECT (COUNT(*) AS ?n) { VALUES ?x { 1 2 3 } }", {200})
_NUMBER = b'"value":"3"'


@dataclass(frozen=True)
class Outcome:
    """How one request ended: status (0: closed without an answer), seconds, the answer's bytes.

    `recovery` is the number of seconds until the next ordinary query was answered rightly, None
    if it never was.
    """

    request: Hostile
    status: int
    seconds: float
    answer: bytes
    recovery: float | None


@dataclass
class Memory:
    """Sampled memory of the process tree in bytes: the sum of resident sets, shared pages counted
    again for each process.

    `during` is the name of the request that is being answered, `at` that of the peak.
    """

    peak: int = 0
    during: str = ""
    at: str = ""
    stop: Event = field(default_factory=Event)

    def watch(self, pid: int) -> None:
        while not self.stop.wait(_SAMPLE):
            during, now = self.during, sum(_resident(process) for process in tree(pid))
            if now > self.peak:
                self.peak, self.at = now, during

    def asked(self, requests: Iterable[Hostile]) -> Iterator[Hostile]:
        """The same requests, each of which is being answered until the next is taken."""
        for request in requests:
            self.during = request.name
            yield request


def _resident(process: psutil.Process) -> int:
    try:
        resident: int = process.memory_info().rss
    except psutil.Error:
        return 0
    return resident


def tree(pid: int) -> list[psutil.Process]:
    """A process and all below it."""
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.Error:
        return []


@dataclass
class Served:
    """A running service."""

    host: str
    port: int
    pid: int
    deadline: float

    def send(self, request: Hostile) -> tuple[int, float, bytes]:
        """Send a request; returns status, seconds from its last byte, and the whole answer."""
        answer = bytearray()
        allowed = self.deadline + GRACE
        with socket.create_connection((self.host, self.port), 5) as connection:
            connection.settimeout(allowed)
            # a server may refuse a request before it has read all of it
            with suppress(BrokenPipeError, ConnectionResetError):
                for part in request.parts:
                    connection.sendall(part)
                    time.sleep(request.pause)
                if request.ends:
                    connection.shutdown(socket.SHUT_WR)
            start = time.perf_counter()
            with suppress(ConnectionResetError, TimeoutError):
                while piece := connection.recv(2**16):
                    answer += piece
            seconds = time.perf_counter() - start
        words = answer[:64].split()
        status = int(words[1]) if len(words) > 1 and answer.startswith(b"HTTP/") else NO_ANSWER
        return status, seconds, bytes(answer)

    def attack(self, request: Hostile) -> Outcome:
        """Send a hostile request, and then ordinary queries until one is answered rightly."""
        status, seconds, answer = self.send(request)
        start = time.perf_counter()
        recovery = None
        while recovery is None and time.perf_counter() - start < _RECOVERY:
            next_status, _, body = self.send(_NEXT)
            if next_status == 200 and _NUMBER in body.replace(b" ", b""):
                recovery = time.perf_counter() - start
        return Outcome(request, status, seconds, answer, recovery)


@contextmanager
def serve(
    state: Path,
    deadline: float,
    settings: Mapping[str, str] | None = None,
    under: Iterable[str] = (),
) -> Iterator[Served]:
    """Start `senryaku serve` on a free port; `under` is a command that watches it.

    `settings` are those of the environment beside the state folder and the time limit.
    """
    environment = {name: value for name, value in os.environ.items() if "SENRYAKU" not in name}
    environment |= {
        "SENRYAKU_STATE_DIR": str(state),
        "SENRYAKU_QUERY_TIMEOUT": str(deadline),
        "SENRYAKU_LANG": "en",
        **(settings or {}),
    }
    senryaku = str(Path(sys.executable).with_name("senryaku"))
    with subprocess.Popen(
        [*under, senryaku, "serve", "--port", "0"],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        try:
            place = urlsplit(_address(process))
            # what is started, or the one below the command that watches
            pid = process.pid if not under else tree(process.pid)[1].pid
            yield Served(str(place.hostname), place.port or 0, pid, deadline)
        finally:
            for one in reversed(tree(process.pid)):
                with suppress(psutil.Error):
                    one.terminate() if one.pid == process.pid else one.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    said = []
    start = time.monotonic()
    while time.monotonic() - start < _START and (line := process.stderr.readline()):
        said.append(line)
        found = [word for word in line.split() if word.startswith("http://")]
        if found:
            return found[0]
    msg = f"the service did not start: {''.join(said)}"
    raise AssertionError(msg)


def begin(served: Served, entry: Hostile) -> None:
    """Let the processes for entries start: what that takes is no time of an answer."""
    patient = Served(served.host, served.port, served.pid, 60.0)
    assert patient.send(entry)[0] in entry.expected


@dataclass(frozen=True)
class Campaign:
    """What a corpus did to a service."""

    outcomes: tuple[Outcome, ...]
    memory: Memory
    same_process: bool
    deadline: float

    def faults(self) -> list[str]:
        """What must not be, one line each."""
        found = [fault for outcome in self.outcomes for fault in self._faults(outcome)]
        if self.memory.peak > MEMORY:
            found.append(f"memory: {self.memory.peak / 2**20:.0f} MiB ({self.memory.at})")
        if not self.same_process:
            found.append("the front process was replaced")
        return found

    def _faults(self, outcome: Outcome) -> Iterator[str]:
        name = outcome.request.name
        if outcome.status not in outcome.request.expected:
            expected = sorted(outcome.request.expected)
            yield f"{name}: {outcome.status}, expected one of {expected}: {outcome.answer[-300:]!r}"
        if outcome.seconds > self.deadline + GRACE:
            yield f"{name}: {outcome.seconds:.2f} s"
        if outcome.recovery is None:
            yield f"{name}: the next query is not answered"

    def row(self) -> dict[str, str | int | float]:
        """Figures for people."""
        slowest = max(self.outcomes, key=lambda outcome: outcome.seconds)
        recoveries = [o.recovery for o in self.outcomes if o.recovery is not None]
        statuses = sorted(Counter(o.status for o in self.outcomes).items())
        return {
            "requests": len(self.outcomes),
            "statuses": ", ".join(f"{status or 'closed'}: {n}" for status, n in statuses),
            "time limit (s)": self.deadline,
            "slowest answer": f"{slowest.seconds:.2f} s ({slowest.request.name})",
            "longest until the next right answer (s)": max(recoveries, default=0.0),
            "peak memory of the tree": f"{self.memory.peak // 2**20:,} MiB ({self.memory.at})",
            "faults": len(self.faults()),
        }


def campaign(served: Served, corpus: Iterable[Hostile]) -> Campaign:
    """Send a whole corpus, one request after the other."""
    memory = Memory()
    watcher = Thread(target=memory.watch, args=(served.pid,))
    watcher.start()
    try:
        created = psutil.Process(served.pid).create_time()
        outcomes = tuple(served.attack(request) for request in memory.asked(corpus))
        process = psutil.Process(served.pid)
        same = process.is_running() and process.create_time() == created
    finally:
        memory.stop.set()
        watcher.join()
    return Campaign(outcomes, memory, same, served.deadline)
