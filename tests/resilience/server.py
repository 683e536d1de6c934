"""A real `senryaku serve` on one state folder, which may be killed and started again."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from tests.hostile.running import tree

from api.opening import journal_folder
from api.tokens import TokenStore
from kg.namespaces import NAMES

_START_SECONDS = 60
_GONE_SECONDS = 30


class StartRefused(Exception):
    """The service did not start: exit code and what it said."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(f"exit {code}: {said}")
        self.code = code
        self.said = said


@dataclass(frozen=True)
class Mode:
    """How the service is run: over the project's graph or empty, in memory or on disk."""

    name: str
    plain: bool = True
    disk: bool = False
    workers: int = 1


MODES = (
    Mode("memory, --no-data"),
    Mode("disk, --no-data", disk=True),
    Mode("memory, project's graph", plain=False),
    Mode("disk, project's graph, two processes", plain=False, disk=True, workers=2),
    Mode("memory, --no-data, two processes", workers=2),
)


@dataclass
class Server:
    """One service; `folder` holds its state, its store on disk and its log.

    `up` is whether it has answered since its start.
    """

    folder: Path
    mode: Mode
    settings: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    process: subprocess.Popen[bytes] | None = None
    up: bool = False
    log: str = "log"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def disk(self) -> Path:
        return self.folder / "disk"

    @property
    def journal(self) -> Path:
        return journal_folder(self.state, plain=self.mode.plain)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def token(self) -> str:
        """Make a token that may write everything."""
        return TokenStore(self.state).add("soak", "admin", [], None, NAMES)[1]

    def start(self) -> float:
        """Start and wait until requests are answered; returns the seconds it took.

        Raises `StartRefused`.
        """
        begun = time.monotonic()
        command = [str(Path(sys.executable).with_name("senryaku")), "serve", "--port", "0"]
        command += [
            "--workers",
            str(self.mode.workers),
            *(["--no-data"] if self.mode.plain else []),
        ]
        with self._log().open("wb") as log:
            self.process = subprocess.Popen(command, env=self._environment(), stderr=log)
        while time.monotonic() < begun + _START_SECONDS:
            said = self.said()
            if found := re.search(r"http://\S+(?=/)", said):
                self.url, self.up = found[0], True
                return time.monotonic() - begun
            if self.process.poll() is not None:
                raise StartRefused(self.process.returncode, self.said())
            time.sleep(0.01)
        self.kill()
        raise AssertionError(f"no answer within {_START_SECONDS} s: {self.said()}")

    def said(self) -> str:
        """What it wrote to stderr since its start."""
        return self._log().read_text("utf-8", "replace")

    def fronts(self) -> list[psutil.Process]:
        """The HTTP processes."""
        top = psutil.Process(self.pid)
        return [top] if self.mode.workers == 1 else top.children()

    def behind(self) -> list[psutil.Process]:
        """Fork servers and readers."""
        fronts = {self.pid, *(front.pid for front in self.fronts())}
        return [process for process in tree(self.pid) if process.pid not in fronts]

    def kill(self) -> None:
        """SIGKILL the command alone, and wait until all below it have ended by themselves."""
        self.up = False
        everybody = tree(self.pid)
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        _, alive = psutil.wait_procs(everybody, _GONE_SECONDS)
        for one in alive:
            with suppress(psutil.Error):
                one.kill()
        assert not alive, f"processes without their parent: {alive}"

    def stop(self) -> int:
        """End in order; returns the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def _log(self) -> Path:
        return self.folder / self.log

    def _environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if "SENRYAKU" not in name}
        own |= {"SENRYAKU_STATE_DIR": str(self.state), "SENRYAKU_LANG": "en"}
        if self.mode.disk:
            own["SENRYAKU_STORE"] = str(self.disk)
        return own | dict(self.settings)


@contextmanager
def server(folder: Path, mode: Mode, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A service that is not started yet; what is left of it is killed at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Server(folder, mode, settings or {})
    try:
        yield made
    finally:
        if made.process is not None and made.process.poll() is None:
            for one in reversed(tree(made.pid)):
                with suppress(psutil.Error):
                    one.kill()
            made.process.wait()
