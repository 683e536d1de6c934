"""A hundred thousand generated requests."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.resilience import requests as generated
from tests.resilience.reports import Part, printed
from tests.resilience.server import MODES, server

REQUESTS = 100_000
_SETTINGS = {
    "SENRYAKU_QUERY_SECONDS": "100000",
    "SENRYAKU_TOKEN_QUERY_SECONDS": "100000",
    "SENRYAKU_QUERY_TIMEOUT": "2",
}


def main() -> bool:
    """Print the figures; false if there was a fault."""
    with TemporaryDirectory() as folder, server(Path(folder), MODES[2], _SETTINGS) as served:
        token = served.token()
        served.start()
        found = {
            "protocol": generated.by_protocol(served.url, token, REQUESTS // 2),
            # what a strategy has run out of is not asked twice
            "OpenAPI description": generated.by_description(served.url, token, REQUESTS * 3 // 4),
        }
    rows = [
        {
            "requests by": name,
            "number": one.requests,
            "statuses": ", ".join(f"{s}: {n}" for s, n in sorted(one.statuses.items())),
        }
        for name, one in found.items()
    ]
    return printed(
        Part("Generated requests", rows, [f for one in found.values() for f in one.faults])
    )
