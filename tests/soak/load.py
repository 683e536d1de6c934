"""200 light clients, without and with 16 attackers."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.resilience.load import Figures, run
from tests.resilience.reports import Cell, Part
from tests.resilience.server import Mode, server

LIGHT, ATTACKERS = 200, 16
RATIO = 5
"""What attackers may multiply the 99th percentile of light requests with."""
_SECONDS = 60


def parts(seconds: float = _SECONDS, light: int = LIGHT) -> Iterator[Part]:
    """One part of the report."""
    with TemporaryDirectory() as folder, server(Path(folder), Mode("load", plain=False)) as served:
        served.start()
        quiet = asyncio.run(run(served.url, seconds, light=light, attackers=0))
        loud = asyncio.run(run(served.url, seconds, light=light, attackers=ATTACKERS))
    ratio = loud.quantile(0.99) / quiet.quantile(0.99)
    rows = [
        _row(0, light, quiet, 1),
        _row(ATTACKERS, light, loud, ratio),
    ]
    faults = [
        f"failed: {what} × {times}" for what, times in (quiet.failures + loud.failures).items()
    ]
    if ratio > RATIO:
        faults.append(f"99 % with attackers: {ratio:.1f} times as long; the goal is {RATIO} times")
    yield Part("Light requests", rows, faults)


def _row(attackers: int, light: int, one: Figures, ratio: float) -> dict[str, Cell]:
    return {
        "light clients": light,
        "attackers": attackers,
        "light requests": len(one.seconds),
        "failed": one.failures.total(),
        "median (ms)": 1000 * one.quantile(0.5),
        "99 % (ms)": 1000 * one.quantile(0.99),
        "times as long": float(ratio),
        "longest (ms)": 1000 * max(one.seconds),
        "attacks answered": one.attacks.total(),
    }
