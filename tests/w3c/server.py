"""A service to test: `senryaku serve --no-data` as a process of its own, with a token to write."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

_COMMAND = Path(sys.executable).with_name("senryaku")
_ADDRESS = re.compile(r"http://\S+")


@contextmanager
def running_service() -> Iterator[httpx.Client]:
    """A client with a token, of a service that has no data and ends with the block."""
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "SENRYAKU_STATE_DIR": folder}
        token = subprocess.run(
            [_COMMAND, "token", "add", "--name", "conformance", "--role", "admin"],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        with subprocess.Popen(
            [_COMMAND, "serve", "--no-data", "--port", "0"],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                headers = {"Authorization": f"Bearer {token}"}
                address = _address(process)
                with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
                    yield client
            finally:
                process.terminate()


def _address(process: subprocess.Popen[str]) -> str:
    for line in process.stderr or ():
        if found := _ADDRESS.search(line):
            return found[0]
    msg = "the service did not start"
    raise RuntimeError(msg)
