"""Runs the campaigns that are named, or all of them; prints their figures and keeps them.

A campaign is a module of this package with a function `parts` that gives parts of a report. When
the campaign has come to its end, its section of `docs/explain/resilience.md` is written anew.
"""

import os
import sys
import time
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from tests.resilience.record import Record, Result
from tests.resilience.reports import Part

HERE = Path(__file__).parent
RECORD = Record(
    results=HERE / "results.json",
    template=HERE / "page.md",
    page=HERE.parents[1] / "docs" / "explain" / "resilience.md",
)


def campaigns() -> list[str]:
    """Names of all campaigns."""
    return sorted(one.name for one in iter_modules([str(HERE)]) if one.name != "__main__")


def run(names: list[str]) -> int:
    """Run campaigns by their names; returns the exit code."""
    known = campaigns()
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"no campaign {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    well = True
    for name in names or known:
        print(f"== {name}", flush=True)
        result = measured(name, import_module(f"tests.soak.{name}").parts())
        RECORD.keep(name, result)
        well = well and result.met
    return 0 if well else 1


def measured(name: str, parts: Iterable[Part]) -> Result:
    """Run a campaign, and print each of its parts as soon as it is there."""
    load, *_ = os.getloadavg()
    begun, found = time.monotonic(), []
    for part in parts:
        print(part.markdown(), flush=True)
        found.append(part)
    return Result(
        command=f"make soak CAMPAIGNS={name}",
        seconds=round(time.monotonic() - begun, 1),
        cores=len(os.sched_getaffinity(0)),
        load=round(load, 2),
        parts=tuple(found),
    )


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
