"""Runs the tests under strace and judges what they did: `python -m tests.watched [pytest options]`.

Fails if a test fails, or if any process of the run, whatever language it is written in, opened a
file that is not the project's own or tried to reach another machine. First come the tests that run
strace themselves, which shows that the judge notices what it must.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.watched.log import FORK_SERVER, Log, strace
from tests.watched.rules import ROOT, Rules

_PYTEST = (sys.executable, "-m", "pytest")
_CONTROL = (*_PYTEST, "-m", "traces", "tests/test_watched.py", "tests/test_canary.py")
_WATCHED = (*_PYTEST, "-m", "not traces")


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
    control = subprocess.run(_CONTROL, cwd=ROOT, check=False).returncode
    if control:
        return control
    folder = Path(tempfile.mkdtemp(prefix="senryaku-watched-"))
    temporary, log = folder / "temporary", folder / "log"
    temporary.mkdir()
    # pytest loads readline, which would look for the settings of whoever started it
    environment = os.environ | {"TMPDIR": str(temporary), "INPUTRC": os.devnull}
    command = [*(strace(log) or ()), *_WATCHED, *options]
    code = subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode
    told, faults = judge(log, Rules.here(temporary))
    for (program, fault), count in sorted(faults.items()):
        print(f"{program}: {fault} ({count} times)", file=sys.stderr)
    print(
        f"watched: {sum(told.forks.values())} processes, {told.starts[FORK_SERVER]} fork servers "
        f"with {told.forks[FORK_SERVER]} readers; {told.opened} openings, {told.sent} addresses "
        f"and sockets; {len(faults)} faults"
    )
    if code or faults or not told.opened:
        print(f"log: {log}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
