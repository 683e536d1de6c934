"""Figures against goals, as a page."""

# ruff: noqa: E501  (the page is text with long table rows)

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version

from bench.closure import Times
from bench.startup import Startup

_LIBRARIES = ("pyoxigraph", "rdflib", "owlrl", "fastapi", "uvicorn", "pydantic", "typer")


@dataclass(frozen=True)
class Goal:
    """One row: ours and a peer's figure of the same run in `unit`, their ratio and its bound."""

    what: str
    ours: float
    peer: float
    ratio: float
    bound: float
    at_least: bool
    unit: str = "s"

    @property
    def met(self) -> bool:
        """Whether the ratio is on the right side of the bound."""
        return self.ratio >= self.bound if self.at_least else self.ratio <= self.bound

    @property
    def row(self) -> str:
        """As a row of the table."""
        sign, verdict = "≥" if self.at_least else "≤", "met" if self.met else "**missed**"
        return f"| {self.what} | {self.ours:,.2f} {self.unit} | {self.peer:,.2f} {self.unit} | {self.ratio:.2f} × | {sign} {self.bound:g} × | {verdict} |"


def goals(times: Times, start: Startup) -> tuple[Goal, ...]:
    """What has a bound."""
    closure = f"closure of {times.asserted:,} triples ({times.inferred:,} inferred); owlrl as peer, so many times slower"
    first = "`senryaku serve` to its first answer; importing the same libraries and loading the same triples as peer"
    return (
        Goal(closure, times.reason, times.owlrl, times.ratio, 50, at_least=True),
        Goal(first, start.served, start.bare, start.ratio, 2, at_least=False),
    )


def page(found: Iterable[Goal], times: Times, load: float) -> str:
    """The report; `load` is the system's load average before the run."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    rows = "\n".join(goal.row for goal in found)
    return f"""# Benchmarks

Written by `make bench`; `python -m bench service` measures the service alone. Ratios come from the same run on one machine; seconds are for orientation.

Machine: {platform.machine()}, {os.cpu_count()} cores, load {load:.1f} before the run, Python {platform.python_version()}; {libraries}.

| what | ours | peer | ratio | goal | |
| --- | --- | --- | --- | --- | --- |
{rows}

## Full build

| stage | seconds |
| --- | --- |
| read, and check names | {times.read:.2f} |
| load | {times.load:.2f} |
| reason, and refuse contradictions | {times.reason:.2f} |
| check against the shapes | {times.check:.2f} |
| together | {times.read + times.load + times.reason + times.check:.2f} |
"""
