"""A listener and a secret file that nothing may reach, and an audit of what a service opens.

The audit is strace with `--seccomp-bpf`: only the calls that it is asked for are stopped, in all
processes and threads of the service, whatever language the code that calls is written in. (An
audit hook of Python does not see the engine, which is native; samples of /proc miss what is short.)
"""

import http.server
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import psutil

MARK = "canary-3f9d1c"
_CONNECTED = re.compile(r"\b(?:connect|sendto)\(.*?sa_family=(AF_\w+)")
_OPENED = re.compile(r'\bopen(?:at2?)?\((?:[^",]*, )?"((?:[^"\\]|\\.)*)"')


@dataclass
class Canary:
    """What was laid out: `url` of the listener, `file` with the secret; `hits` the listener saw."""

    url: str
    file: Path
    hits: list[str] = field(default_factory=list)


@contextmanager
def canary(folder: Path) -> Iterator[Canary]:
    """Listen, and lay out the file, while the block runs."""
    file = folder / "secret.ttl"
    file.write_text(f"<http://secret/> <http://secret/{MARK}> '{MARK}' .\n", encoding="utf-8")
    hits: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def handle(self) -> None:
            # any connection counts, whatever is said on it
            hits.append(str(self.client_address))

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield Canary(f"http://127.0.0.1:{server.server_port}/{MARK}", file, hits)
        finally:
            server.shutdown()
            thread.join()


def strace(log: Path) -> tuple[str, ...] | None:
    """The command that watches another; None where there is no strace."""
    command = shutil.which("strace")
    if command is None:
        return None
    calls = "trace=connect,sendto,open,openat,openat2"
    return (command, "-f", "--seccomp-bpf", "-qq", "-e", calls, "-s", "200", "-o", str(log))


def connected(log: str) -> list[str]:
    """Calls of a log that reach out over the network."""
    return [
        line
        for line in log.splitlines()
        if (found := _CONNECTED.search(line)) and found[1] in {"AF_INET", "AF_INET6"}
    ]


def opened(log: str, allowed: tuple[str, ...]) -> list[str]:
    """Files of a log that were tried to be opened and lie below none of `allowed`."""
    paths = {found[1] for found in _OPENED.finditer(log)}
    return sorted(path for path in paths if path.startswith("/") and not path.startswith(allowed))


def may_open(process: psutil.Process) -> bool:
    """Whether a process may still open a file or a socket, as the kernel has it."""
    limits = Path(f"/proc/{process.pid}/limits").read_text(encoding="ascii")
    found = re.search(r"Max open files\s+(\d+|unlimited)\s+(\d+|unlimited)", limits)
    return found is None or found[2] != "0"
