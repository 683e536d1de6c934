"""System calls that a reader of a store on disk may not make, asked of the system itself."""

import errno
import platform
import subprocess
import sys

import pytest

CALLS = {
    "x86_64": {"socket": 41, "connect": 42, "execve": 59, "execveat": 322, "io_uring_setup": 425},
    "aarch64": {
        "socket": 198,
        "connect": 203,
        "execve": 221,
        "execveat": 281,
        "io_uring_setup": 425,
    },
}
PROGRAM = """
import ctypes, sys
from kg.store.confinement import forbid_network
assert forbid_network()
system = ctypes.CDLL(None, use_errno=True)
print(system.syscall(int(sys.argv[1]), -1, 0, 0, 0, 0), ctypes.get_errno())
"""


@pytest.mark.skipif(platform.system() != "Linux", reason="the filter is one of Linux")
@pytest.mark.parametrize("name", ["socket", "connect", "execve", "execveat", "io_uring_setup"])
def test_calls_that_reach_the_network_or_start_programs_fail(name: str) -> None:
    number = CALLS[platform.machine()][name]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(number)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["-1", str(errno.EPERM)]
