"""The benchmarks judge their figures: a goal that is missed is an exit code."""

from pathlib import Path

import pytest
from bench import __main__ as command
from bench import closure, startup
from bench.closure import Times
from bench.startup import Startup

GOOD = Times(read=1.0, load=0.5, reason=0.1, check=3.0, owlrl=9.0, asserted=28_000, inferred=6_000)
SLOW_CLOSURE = Times(
    read=1.0, load=0.5, reason=0.2, check=3.0, owlrl=9.0, asserted=28_000, inferred=6_000
)


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "REPORT.md"
    monkeypatch.setattr(command, "_REPORT", path)
    return path


@pytest.mark.parametrize(
    ("times", "start", "code"),
    [
        (GOOD, Startup(served=0.8, bare=0.5), 0),
        (GOOD, Startup(served=1.1, bare=0.5), 1),
        (SLOW_CLOSURE, Startup(served=0.8, bare=0.5), 1),
    ],
)
def test_a_missed_goal_is_an_exit_code(
    times: Times, start: Startup, code: int, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closure, "measure", lambda: times)
    monkeypatch.setattr(startup, "measure", lambda: start)
    assert command.main() == code
    text = report.read_text("utf-8")
    assert text.count("**missed**") == code


def test_the_full_build_is_the_sum_of_its_stages(report: Path, monkeypatch) -> None:
    monkeypatch.setattr(closure, "measure", lambda: GOOD)
    monkeypatch.setattr(startup, "measure", lambda: Startup(served=0.8, bare=0.5))
    command.main()
    table = report.read_text("utf-8").partition("## Full build")[2]
    cells = [line.split("|")[1:3] for line in table.splitlines() if line.startswith("|")][2:]
    assert [(name.strip(), float(seconds)) for name, seconds in cells] == [
        ("read, and check names", 1.0),
        ("load", 0.5),
        ("reason, and refuse contradictions", 0.1),
        ("check against the shapes", 3.0),
        ("together", 4.6),
    ]
