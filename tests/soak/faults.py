"""kill -9 of what writes and reads, full disks, two services on one folder, damaged files."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.resilience.kills import kill_again_and_again
from tests.resilience.server import MODES

ROUNDS = 100


def main() -> bool:
    """Print the figures; false if there was a fault."""
    well = True
    for mode in MODES:
        with TemporaryDirectory() as folder:
            done = kill_again_and_again(Path(folder, "kills"), mode, ROUNDS, 1)
        print(f"{mode.name}: {done}", flush=True)
        well = well and not done.faults
    return well
