"""Run all benchmarks and write the report."""
# ruff: noqa: E501  (the report is text with long table rows)

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from bench import closure, startup

_REPORT = Path(__file__).with_name("REPORT.md")
_LIBRARIES = ("pyoxigraph", "rdflib", "owlrl", "fastapi", "uvicorn", "pydantic", "typer")


def main() -> None:
    """Print the report and keep it."""
    print("closure …", file=sys.stderr)
    times = closure.measure()
    print("start-up …", file=sys.stderr)
    start = startup.measure()
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    report = f"""# Benchmarks

Written by `make bench`. Ratios come from the same run on one machine; seconds are for orientation.

Machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; {libraries}.

| what | ours | peer | ratio | goal |
| --- | --- | --- | --- | --- |
| closure of {times.asserted:,} triples ({times.inferred:,} inferred), owlrl as peer | {times.reason:.2f} s | {times.owlrl:.1f} s | {times.ratio:.0f} × faster | ≥ 50 × |
| `senryaku serve` to its first answer; importing the same libraries and loading the same triples as peer | {start.served:.2f} s | {start.bare:.2f} s | {start.ratio:.2f} × | ≤ 2 × |

Full build: read and check names {times.read:.2f} s, load {times.load:.2f} s, reason and refuse
contradictions {times.reason:.2f} s, check against the shapes {times.check:.2f} s; together
{times.read + times.load + times.reason + times.check:.2f} s.
"""
    _REPORT.write_text(report, encoding="utf-8")
    print(report)


main()
