"""Light clients beside attackers, in short; `make soak` measures the times."""

import asyncio
from pathlib import Path

from tests.resilience.load import run
from tests.resilience.server import MODES, server


def test_no_light_request_fails_beside_attackers(tmp_path: Path) -> None:
    with server(tmp_path, MODES[2]) as served:
        served.start()
        figures = asyncio.run(run(served.url, 12, light=60, attackers=16))
    assert figures.failures == {}
    assert len(figures.seconds) >= 100
    assert figures.attacks.total() >= 16
    # half of the light requests are free queries, which the attackers' long ones must not delay
    assert figures.quantile(0.5) < 1
