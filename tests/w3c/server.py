"""A service to test: `senryaku serve --no-data` as a process of its own, with a token to write."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

_COMMAND = Path(sys.executable).with_name("senryaku")
_ADDRESS = re.compile(r"http://\S+")
_SECONDS = 60.0


@contextmanager
def running_service() -> Iterator[httpx.Client]:
    """A client with a token, of a service that has no data and ends with the block."""
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "SENRYAKU_STATE_DIR": folder}
        token = subprocess.run(
            [_COMMAND, "token", "add", "--name", "conformance", "--role", "admin"],
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout.strip()
        # a file, as nobody would empty a pipe
        log = Path(folder, "log")
        with (
            log.open("wb") as output,
            subprocess.Popen(
                [_COMMAND, "serve", "--no-data", "--port", "0"], env=environment, stderr=output
            ) as process,
        ):
            try:
                headers = {"Authorization": f"Bearer {token}"}
                address = _address(process, log)
                with httpx.Client(base_url=address, headers=headers, timeout=_SECONDS) as client:
                    yield client
            finally:
                process.terminate()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + _SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if found := _ADDRESS.search(log.read_text(encoding="utf-8")):
            return found[0]
        time.sleep(0.1)
    msg = f"the service did not start: {log.read_text(encoding='utf-8')}"
    raise RuntimeError(msg)
