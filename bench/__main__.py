"""Run the benchmarks and write the report; exit code 1 when a goal is missed.

`python -m bench` runs all but the large store, `python -m bench build`, `… validation`, `… tables`,
`… service` or `… large` one part; the other parts of the report stay as they are.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import closure, large, service, startup, tables, validation
from bench.load_report import HEADING, load_goals, section
from bench.report import Goal, goals, page

_REPORT = Path(__file__).with_name("REPORT.md")
_PARTS = ("build", "validation", "tables", "service", "large")
_DEFAULT = ("build", "validation", "tables", "service")
_HEADINGS = (validation.HEADING, tables.HEADING, HEADING, large.HEADING)
"""With which each part but the first begins."""


def main(arguments: Sequence[str] = ()) -> int:
    """Print the report and keep it."""
    chosen = arguments or _DEFAULT
    if unknown := set(chosen) - set(_PARTS):
        print(f"no such part: {', '.join(sorted(unknown))}; parts: {', '.join(_PARTS)}")
        return 2
    load, *_ = os.getloadavg()
    before = _REPORT.read_text("utf-8") if _REPORT.is_file() else ""
    texts, found = _split(before), list[Goal]()
    works = (_build, _validation, _tables, _service, _large)
    for place, (part, work) in enumerate(zip(_PARTS, works, strict=True)):
        if part in chosen:
            texts[place], judged = work(load)
            found += judged
    report = "".join(texts)
    _REPORT.write_text(report, encoding="utf-8")
    print(report)
    missed = [goal for goal in found if not goal.met]
    for goal in missed:
        print(f"missed: {goal.row}", file=sys.stderr)
    return 1 if missed else 0


def _split(report: str) -> list[str]:
    """Texts of the parts; one that is not there yet is empty."""
    starts = [0, *(report.find(f"\n{heading}") for heading in _HEADINGS)]
    ends = sorted({*starts[1:], len(report)})
    return [
        "" if start < 0 else report[start : next(end for end in ends if end > start or not report)]
        for start in starts
    ]


def _build(load: float) -> tuple[str, Sequence[Goal]]:
    print("closure …", file=sys.stderr)
    times = closure.measure()
    print("start-up …", file=sys.stderr)
    found = goals(times, startup.measure())
    return page(found, times, load), found


def _validation(load: float) -> tuple[str, Sequence[Goal]]:
    print("validation (pySHACL takes minutes) …", file=sys.stderr)
    figures = validation.measure()
    return f"\n{validation.section(figures, load)}", (figures.goal,)


def _tables(load: float) -> tuple[str, Sequence[Goal]]:
    print("tables …", file=sys.stderr)
    return f"\n{tables.section(tables.measure(), load)}", ()


def _service(load: float) -> tuple[str, Sequence[Goal]]:
    print("service …", file=sys.stderr)
    figures = service.measure()
    return f"\n{section(figures, load)}", load_goals(figures)


def _large(load: float) -> tuple[str, Sequence[Goal]]:
    del load
    return f"\n{large.section(large.measure())}", ()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
