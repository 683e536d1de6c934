"""Runs the campaigns that are named, or all of them; each prints a report with figures.

A campaign is a module of this package with a function `main() -> bool`, true if all was well.
"""

import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules


def run(names: list[str]) -> int:
    """Run campaigns by their names; returns the exit code."""
    folder = Path(__file__).parent
    known = sorted(one.name for one in iter_modules([str(folder)]) if one.name != "__main__")
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"no campaign {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    well = True
    for name in names or known:
        print(f"== {name}", flush=True)
        well = import_module(f"tests.soak.{name}").main() and well
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
