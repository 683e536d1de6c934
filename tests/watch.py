"""Watches the whole test run: nothing connects to another machine, nothing opens what is private.

In the test process an audit hook of Python sees sockets and files, also of servers that tests run
in a thread. Processes that tests start, and native code, which no hook sees, are watched by
`make canary`, which runs the same tests under strace (`tests/watched`).
"""

import ipaddress
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

SECRETS = (".ssh", ".aws", ".netrc", "shadow", ".git-credentials", ".docker")
"""Parts of paths that no test, and nothing that runs in its process, has any reason to open."""


@dataclass
class Watch:
    """What must not be: connections to other machines, and files that are none of ours."""

    faults: list[str] = field(default_factory=list)
    connections: int = 0
    files: int = 0

    def install(self) -> None:
        """Watch this process until it ends; a hook cannot be taken away."""
        sys.addaudithook(self.see)

    def see(self, event: str, arguments: tuple[object, ...]) -> None:
        """Note an event."""
        if event in {"socket.connect", "socket.sendto"}:
            self.connections += 1
            if not _is_here(arguments[1]):
                self.faults.append(f"{event} {arguments[1]}")
        elif event == "socket.getaddrinfo":
            if not _is_local_name(arguments[0]):
                self.faults.append(f"{event} {arguments[0]}")
        elif event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)):
            self.files += 1
            path = os.fsdecode(arguments[0])
            if any(part in SECRETS for part in Path(path).parts):
                self.faults.append(f"open {path}")


def _is_here(address: object) -> bool:
    """Whether an address is of this machine: a loopback one, or no internet address at all."""
    if not isinstance(address, tuple):
        return True
    return _is_local_name(address[0])


def _is_local_name(name: object) -> bool:
    text = name.decode() if isinstance(name, bytes) else name
    if text is None or text in {"", "localhost", "testserver"}:
        return True
    try:
        found = ipaddress.ip_address(str(text).partition("%")[0])
    except ValueError:
        return False
    return found.is_loopback or found.is_unspecified
