"""What is the project's own: which files a test run may open, and whom it may reach.

Each entry says why it stands here. What a program may open that tests start for a purpose of its
own is listed by program; readers, which evaluate what strangers send, have the shortest list.
"""

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.canary import BAIT
from tests.watched.log import FORK_SERVER, READER, Event, Opening

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("SENRYAKU_SOURCES", "SENRYAKU_SUITES", "SENRYAKU_DATASETS")
"""Settings of the tests that name folders to read."""

_PROCESS = r"/proc/(self|thread-self|\d+)(/task/\d+)?"
KERNEL = {
    r"/dev/(null|zero|u?random|tty)|pipe:\[\d+\]": "nothing of the machine is in them",
    r"/dev/fd/\d+": "what a process has open; where it leads is looked at too",
    rf"{_PROCESS}/(cgroup|children|cmdline|comm|fd|limits|maps)": (
        "psutil and the tests look at processes, uvloop and the C library at their own"
    ),
    rf"{_PROCESS}/(smaps(_rollup)?|statm?|status|task)": "the same",
    r"/proc(/(stat|meminfo|cpuinfo|filesystems|mounts|version_signature|sys/.*))?": (
        "psutil, uvloop and the C library ask what machine this is"
    ),
    r"/sys/(devices/system/cpu|fs/cgroup)(/.*)?": "how many processors there are for us",
    r"/sys/devices/.*/queue/(logical_block_size|max_sectors_kb)": "the store on disk asks its disk",
}
"""Files of the kernel, which are made as they are read."""

SYSTEM = {
    r"(/usr)?/lib(32|64)?(/.*)?": "libraries of the system and their data",
    r"/usr/local/lib(/.*)?": "libraries, as an installed Python has them",
    r"/etc/ld\.so\.(cache|preload)": "the loader finds libraries",
    r"/etc/mime\.types": "Python's list of media types",
    r"/etc/(locale\.alias|localtime)|/usr/share/(zoneinfo|locale)(/.*)?": "language and time",
    r"/etc/(nsswitch\.conf|passwd|group)|(/var)?/run/nscd/socket": "the C library names users",
    r"/etc/(host\.conf|hosts|resolv\.conf|gai\.conf|services|protocols)": (
        "the C library looks up localhost; a question to a name server is seen by itself"
    ),
    r"(/etc|/usr/lib)/ssl(/.*)?|/usr/(local/)?share/ca-certificates(/.*)?": (
        "settings and public certificates of the TLS library"
    ),
    r"/etc(/(os-release|lsb-release|debian_version))?": "pip asks which system this is",
}
"""Files of the system that the C library and Python read by themselves."""

PROGRAMS = {
    "senryaku": {
        r"/sys/kernel(/tmp\w+)?": "a state folder of tests that not even root can write to",
        r"/dev/full": "an output of tests that is full",
    },
    "umount": {rf"{_PROCESS}/mountinfo": "finds the small file system of a test"},
}
"""By program: files of its own that it cannot do without."""


@dataclass(frozen=True)
class Rules:
    """What is allowed; `folders` are the project's own, `temporary` is that of the run."""

    folders: tuple[str, ...]
    temporary: str

    @classmethod
    def here(cls, temporary: Path) -> "Rules":
        """The rules of this checkout, its environment and interpreter."""
        own = [ROOT, Path(sys.prefix), Path(sys.base_prefix, "lib"), Path(sys.base_prefix, "bin")]
        own += [Path(os.environ[name]) for name in DOCUMENTS if name in os.environ]
        return cls(tuple(_both(own)), str(temporary.resolve()))

    def fault(self, event: Event) -> str | None:
        """What is wrong with an event, if anything is."""
        if isinstance(event, Opening):
            return self._opening(event)
        if not event.inside:
            return f"reaches {event.where}"
        if event.path is not None:
            wrong = self._foreign(event.program, event.path)
            return f"reaches the socket {event.path}" if wrong else None
        if event.program in {FORK_SERVER, READER} and " port " in event.where:
            # nothing they are for needs a connection
            return f"reaches {event.where}"
        return None

    def _opening(self, event: Opening) -> str | None:
        if event.reads and Path(event.path).name == BAIT:
            return f"reads {event.path}"
        for path in (event.path, event.real):
            if path is not None and self._foreign(event.program, path):
                return f"opens {path}"
        return None

    def _foreign(self, program: str, path: str) -> bool:
        if _below(path, (self.temporary, *self.folders)):
            return False
        allowed = KERNEL if program == READER else KERNEL | SYSTEM | PROGRAMS.get(program, {})
        return not any(re.fullmatch(one, path) for one in allowed)


def _below(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


def _both(folders: Iterable[Path]) -> Iterable[str]:
    """Folders as they are named, and where links lead."""
    for folder in folders:
        yield str(folder)
        yield str(folder.resolve())
