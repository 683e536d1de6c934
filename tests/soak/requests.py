"""A hundred thousand generated requests."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.resilience import requests as generated
from tests.resilience.reports import Part
from tests.resilience.server import MODES, server

REQUESTS = 100_000
_SETTINGS = {
    "SENRYAKU_QUERY_SECONDS": "100000",
    "SENRYAKU_TOKEN_QUERY_SECONDS": "100000",
    "SENRYAKU_QUERY_TIMEOUT": "2",
}


def parts(number: int = REQUESTS) -> Iterator[Part]:
    """One part of the report: half of the requests by each way."""
    with TemporaryDirectory() as folder, server(Path(folder), MODES[2], _SETTINGS) as served:
        token = served.token()
        served.start()
        found = {
            "protocol": generated.by_protocol(served.url, token, number // 2),
            "OpenAPI description": generated.by_description(served.url, token, number // 2),
        }
    rows = [
        {
            "requests by": name,
            "number": one.requests,
            "statuses": ", ".join(f"{s}: {n:,}" for s, n in sorted(one.statuses.items())),
            "faults": len(one.faults),
        }
        for name, one in found.items()
    ]
    faults = [fault for one in found.values() for fault in one.faults]
    sent = sum(one.requests for one in found.values())
    if sent < number:
        faults.append(f"{sent:,} requests were sent; the goal is {number:,}")
    yield Part("Generated requests", rows, faults)
