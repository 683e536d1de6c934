"""A listener and a secret file that nothing may reach."""

import http.server
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import psutil

MARK = "canary-3f9d1c"
BAIT = "secret.ttl"
"""Name of the file that nothing may read, wherever it is laid out."""


@dataclass
class Canary:
    """What was laid out: `url` of the listener, `file` with the secret; `hits` the listener saw."""

    url: str
    file: Path
    hits: list[str] = field(default_factory=list)


@contextmanager
def canary(folder: Path) -> Iterator[Canary]:
    """Listen, and lay out the file, while the block runs."""
    file = folder / BAIT
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


def may_open(process: psutil.Process) -> bool:
    """Whether a process may still open a file or a socket, as the kernel has it."""
    limits = Path(f"/proc/{process.pid}/limits").read_text(encoding="ascii")
    found = re.search(r"Max open files\s+(\d+|unlimited)\s+(\d+|unlimited)", limits)
    return found is None or found[2] != "0"
