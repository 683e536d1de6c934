"""200 light clients, without and with 16 attackers."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.resilience.load import run
from tests.resilience.reports import Part, printed
from tests.resilience.server import Mode, server

LIGHT, ATTACKERS = 200, 16
RATIO = 5
"""What attackers may multiply the 99th percentile of light requests with."""
_SECONDS = 60


def main() -> bool:
    """Print the figures; false if there was a fault."""
    with TemporaryDirectory() as folder, server(Path(folder), Mode("load", plain=False)) as served:
        served.start()
        quiet = asyncio.run(run(served.url, _SECONDS, light=LIGHT, attackers=0))
        loud = asyncio.run(run(served.url, _SECONDS, light=LIGHT, attackers=ATTACKERS))
    rows = [
        {
            "attackers": attackers,
            "light requests": len(one.seconds),
            "failed": one.failures.total(),
            "median (ms)": 1000 * one.quantile(0.5),
            "99 % (ms)": 1000 * one.quantile(0.99),
            "longest (ms)": 1000 * max(one.seconds),
            "attacks": one.attacks.total(),
        }
        for attackers, one in ((0, quiet), (ATTACKERS, loud))
    ]
    faults = [
        f"failed: {what} × {times}" for what, times in (quiet.failures + loud.failures).items()
    ]
    ratio = loud.quantile(0.99) / quiet.quantile(0.99)
    if ratio > RATIO:
        faults.append(f"99 % with attackers: {ratio:.1f} times as long")
    return printed(Part("Load", rows, faults))
