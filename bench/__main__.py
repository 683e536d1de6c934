"""Run all benchmarks and write the report; exit code 1 when a goal is missed."""

import os
import sys
from pathlib import Path

from bench import closure, startup
from bench.report import goals, page

_REPORT = Path(__file__).with_name("REPORT.md")


def main() -> int:
    """Print the report and keep it."""
    load, *_ = os.getloadavg()
    print("closure …", file=sys.stderr)
    times = closure.measure()
    print("start-up …", file=sys.stderr)
    found = goals(times, startup.measure())
    report = page(found, times, load)
    _REPORT.write_text(report, encoding="utf-8")
    print(report)
    missed = [goal for goal in found if not goal.met]
    for goal in missed:
        print(f"missed: {goal.row}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
