"""Run the benchmarks and write the report; exit code 1 when a goal is missed.

`python -m bench` runs all, `python -m bench build` or `… service` one part; the other part of the
report stays as it is.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import closure, service, startup
from bench.load_report import HEADING, load_goals, section
from bench.report import Goal, goals, page

_REPORT = Path(__file__).with_name("REPORT.md")
_PARTS = ("build", "service")


def main(arguments: Sequence[str] = ()) -> int:
    """Print the report and keep it."""
    chosen = arguments or _PARTS
    if unknown := set(chosen) - set(_PARTS):
        print(f"no such part: {', '.join(sorted(unknown))}; parts: {', '.join(_PARTS)}")
        return 2
    load, *_ = os.getloadavg()
    before = _REPORT.read_text("utf-8") if _REPORT.is_file() else ""
    first, heading, second = before.partition(f"\n{HEADING}")
    texts, found = [first, heading + second], list[Goal]()
    for place, part in enumerate(_PARTS):
        if part in chosen:
            texts[place], judged = (_service if part == "service" else _build)(load)
            found += judged
    report = "".join(texts)
    _REPORT.write_text(report, encoding="utf-8")
    print(report)
    missed = [goal for goal in found if not goal.met]
    for goal in missed:
        print(f"missed: {goal.row}", file=sys.stderr)
    return 1 if missed else 0


def _build(load: float) -> tuple[str, Sequence[Goal]]:
    print("closure …", file=sys.stderr)
    times = closure.measure()
    print("start-up …", file=sys.stderr)
    found = goals(times, startup.measure())
    return page(found, times, load), found


def _service(load: float) -> tuple[str, Sequence[Goal]]:
    print("service …", file=sys.stderr)
    figures = service.measure()
    return f"\n{section(figures, load)}", load_goals(figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
