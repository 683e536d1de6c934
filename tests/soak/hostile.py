"""The hostile corpus with the default limits."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hostile.corpus import CORPUS
from tests.hostile.running import campaign, printed, serve

DEADLINE = 10.0
"""The default time limit of a query, in seconds."""


def main() -> bool:
    """Print the report; false if there was a fault."""
    with TemporaryDirectory() as state, serve(Path(state), DEADLINE) as served:
        done = campaign(served, CORPUS)
    print(printed(done))
    return not done.faults()
