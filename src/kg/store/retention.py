"""Prebuilt graphs side by side: which of them a folder keeps.

Several bases, versions or checkouts may share a folder, so what another one has built is no
rubbish. The newest few stay; what is used counts as new, and what a service holds is never removed.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_STALE_SECONDS = 60
KEPT = 4
"""Prebuilt graphs of one kind that stay in a folder."""


def mark_used(path: Path) -> None:
    """Let a file or folder count as new; one that may not be written to stays as it is."""
    # the kernel's own idea of now is some milliseconds coarse
    now = time.time_ns()
    with suppress(OSError):
        os.utime(path, ns=(now, now))


def keep(folder: int) -> None:
    """Keep an open folder from being removed by `remove_old` of any process until it is closed."""
    # without locks in the file system the age alone protects it
    with suppress(OSError):
        fcntl.flock(folder, fcntl.LOCK_SH | fcntl.LOCK_NB)


def remove_old(paths: Iterable[Path], kept: int = KEPT) -> None:
    """Remove all but the `kept` newest of `paths` (files or folders), and none that is held."""
    for path in sorted(paths, key=_age)[kept:]:
        # another process may be quicker, or hold it
        with suppress(OSError):
            _remove(path)


def remove_left(paths: Iterable[Path]) -> None:
    """Remove what processes that were killed have left: nobody holds it, and it is not new."""
    remove_old(filter(_is_stale, paths), kept=0)


def _is_stale(path: Path) -> bool:
    """Whether it is older than it takes its maker to hold it."""
    try:
        return time.time() - path.stat().st_mtime > _STALE_SECONDS
    except FileNotFoundError:
        return False


def _age(path: Path) -> float:
    try:
        return -path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _remove(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    finally:
        os.close(descriptor)
