"""Digests of the files of a store on disk: all processors at work, and no file read twice.

The sorted data of a store never change, and the folders of its positions share them by hard links.
So what one process has read once, it knows in every folder, by device, inode, size and time of
change. A process that starts knows nothing and reads everything.
"""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

Digests = dict[str, str]
"""Names of files and the SHA-256 of their content."""
_Identity = tuple[int, int, int, int]


class Digester:
    """Digests folders, and remembers the files of the last one, most of which the next one has."""

    def __init__(self) -> None:
        self._known: dict[_Identity, str] = {}

    def of(self, folder: Path) -> Digests:
        """SHA-256 of each file that matters in a folder; of none where there is no folder.

        Raises `OSError`.
        """
        paths = (
            [path for path in sorted(folder.iterdir()) if matters(path)] if folder.is_dir() else []
        )
        identities = {path: _identity(path) for path in paths}
        known = {name: self._known[name] for name in identities.values() if name in self._known}
        unknown = [path for path in paths if identities[path] not in known]
        # hashing leaves the interpreter to others
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for path, digest in zip(unknown, pool.map(_digest, unknown), strict=True):
                known[identities[path]] = digest
        self._known = known
        return {path.name: known[identities[path]] for path in paths}


def matters(path: Path) -> bool:
    """Whether a file is needed to open a store: neither its lock nor its logs are."""
    return not path.name.startswith("LOG") and path.name != "LOCK"


def _identity(path: Path) -> _Identity:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
