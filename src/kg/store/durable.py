"""Files that are as they were written after a power cut. A reader process uses this module."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def create(path: Path, content: bytes) -> None:
    """Let `path` appear with its content at once, unless it is there, and stay after a power cut.

    Raises `OSError`.
    """
    with tempfile.NamedTemporaryFile(dir=path.parent) as whole:
        whole.write(content)
        whole.flush()
        os.fsync(whole.fileno())
        with suppress(FileExistsError):
            os.link(whole.name, path)
    sync(path.parent)
    sync(path.parent.parent)


def sync(path: Path) -> None:
    """Let the disk have a file, or the names of the files in a folder; raises `OSError`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`; raises `OSError`, and then some of it may have been written."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def read_all(descriptor: int, size: int, offset: int) -> bytes:
    """Read `size` bytes, or fewer where the file ends before."""
    parts: list[bytes] = []
    while size > 0 and (part := os.pread(descriptor, min(size, 1 << 30), offset)):
        parts.append(part)
        size -= len(part)
        offset += len(part)
    return b"".join(parts)
