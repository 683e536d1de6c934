"""Runs the tests under strace and judges what they did: `python -m tests.watched [pytest options]`.

Fails if a test fails, or if any process of the run, whatever language it is written in, opened a
file that is not the project's own or tried to reach another machine. The run has a temporary
folder of its own. First, a control shows that the judge notices.
"""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.watched.log import FORK_SERVER, Log, strace
from tests.watched.rules import ROOT, Rules

_PYTEST = (sys.executable, "-m", "pytest", "-m", "not traces")
_CONTROL = """
import pathlib, socket, sys
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 9))
pathlib.Path(sys.argv[1]).open()
"""
"""Reaches out without sending anything, and opens a file."""


def run(command: tuple[str, ...], temporary: Path, log: Path) -> int:
    """Run a command under strace; returns its exit code."""
    watcher = strace(log)
    if watcher is None:
        sys.exit("strace is not installed")
    # the terminal's settings of whoever starts it are none of ours
    environment = os.environ | {"TMPDIR": str(temporary), "INPUTRC": os.devnull}
    return subprocess.run([*watcher, *command], env=environment, cwd=ROOT, check=False).returncode


def judge(log: Path, rules: Rules) -> tuple[Log, Counter[tuple[str, str]]]:
    """Read a log; returns what it tells, and the faults with their programs, counted."""
    told, faults = Log(), Counter[tuple[str, str]]()
    with log.open(encoding="utf-8", errors="backslashreplace") as lines:
        for event in told.events(lines):
            if fault := rules.fault(event):
                faults[event.program, fault] += 1
    return told, faults


def main(options: list[str]) -> int:
    """Run everything; returns the exit code."""
    with tempfile.TemporaryDirectory(prefix="senryaku-watched-") as made:
        folder = Path(made)
        temporary, log, foreign = folder / "temporary", folder / "log", folder / "foreign"
        temporary.mkdir()
        foreign.touch()
        rules = Rules.here(temporary)
        run((sys.executable, "-c", _CONTROL, str(foreign)), temporary, log)
        expected = {f"opens {foreign}", "reaches 192.0.2.1 port 9"}
        if {fault for _, fault in judge(log, rules)[1]} != expected:
            print("the control was not noticed, or something else was", file=sys.stderr)
            return 2
        code = run((*_PYTEST, *options), temporary, log)
        told, faults = judge(log, rules)
        megabytes = log.stat().st_size / 1e6
    for (program, fault), count in sorted(faults.items()):
        print(f"{program}: {fault} ({count} times)", file=sys.stderr)
    print(
        f"watched: {told.calls} calls ({megabytes:.0f} MB of log), {sum(told.forks.values())} "
        f"processes, {told.starts[FORK_SERVER]} fork servers with {told.forks[FORK_SERVER]} "
        f"readers, {told.opened} openings, {told.sent} addresses; {len(faults)} faults"
    )
    return code or bool(faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
