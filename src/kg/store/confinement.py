"""What a reader may not do, whatever its engine is made to try.

A reader of a store in memory needs no file or socket once it is loaded, so it may open none. A
store on disk opens its files as it goes: there a system call filter (Linux, seccomp) takes away
the network. A reader process uses this module.
"""

import ctypes
import errno
import platform
import re
import resource
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_CALLS = {
    # machine: its number in the audit interface; the calls socket, connect, execve,
    # execveat, io_uring_setup; and those that open files: openat, openat2, open, creat
    "x86_64": (0xC000003E, (41, 42, 59, 322, 425), (257, 437, 2, 85)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 425), (56, 437)),
}
_X32 = 0x40000000
"""Bit of the second set of call numbers that x86-64 has."""


def confine(memory: int, *, files: bool, descriptors: int = 0) -> None:
    """Cap the memory (bytes beyond what is in use) of this process, and take its rights away.

    No core dumps; no new descriptors, or with `files` no network and no programs. Inside of
    `taking_descriptors` there may be `descriptors` after all.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    status = Path("/proc/self/status")
    used = re.search(r"VmData:\s*(\d+) kB", status.read_text()) if status.exists() else None
    limit = memory + (int(used[1]) * 1024 if used else 0)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    if not files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, descriptors))
    if files or descriptors:
        forbid_network(files=files)


@contextmanager
def taking_descriptors() -> Iterator[None]:
    """Let this process take descriptors that its parent sends, while the block runs."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (now, most))


def forbid_network(*, files: bool = True) -> bool:
    """Let this thread, and those that it starts, make no connection and start no program.

    Without `files` they open none either. Returns whether the system could do that: then such a
    call fails with EPERM.
    """
    machine = _CALLS.get(platform.machine())
    if platform.system() != "Linux" or machine is None:
        return False
    architecture, reaching, opening = machine
    calls = reaching if files else (*reaching, *opening)
    rules = [
        _rule(_LOAD, 0, 0, 4),
        _rule(_EQUAL, 1, 0, architecture),
        _rule(_RETURN, 0, 0, _ERRNO | errno.EPERM),
        _rule(_LOAD, 0, 0, 0),
    ]
    for call in (*calls, *(call | _X32 for call in calls)):
        rules += [_rule(_EQUAL, 0, 1, call), _rule(_RETURN, 0, 0, _ERRNO | errno.EPERM)]
    program = ctypes.create_string_buffer(b"".join([*rules, _rule(_RETURN, 0, 0, _ALLOW)]))
    header = struct.pack("HxxxxxxP", len(program.raw) // 8, ctypes.addressof(program))
    system = ctypes.CDLL(None, use_errno=True)
    for prctl in ((_NO_NEW_PRIVILEGES, 1, 0), (_SET_SECCOMP, _FILTER, header)):
        if system.prctl(*prctl, 0, 0) != 0:
            return False
    return True


def _rule(code: int, if_true: int, if_false: int, value: int) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
