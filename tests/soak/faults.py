"""kill -9 of what writes and reads, full disks, two services on one folder, damaged files."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.resilience import corruption, kills, sharing, space
from tests.resilience.reports import Part, printed
from tests.resilience.server import MODES

ROUNDS = 100
"""Kills of an HTTP process in each mode."""
_SECONDS = 30


def main() -> bool:
    """Print the figures; false if there was a fault."""
    well = [printed(part()) for part in (_killed, _damaged, _full, _shared)]
    return all(well)


def _killed() -> Part:
    done = []
    for mode in MODES:
        with _folder() as folder:
            done.append(kills.kill_again_and_again(folder, mode, ROUNDS, seed=1))
    rows = [
        {
            "store": one.mode.name,
            "kills of HTTP processes": one.fronts,
            "kills of fork servers and readers": one.readers,
            "writes acknowledged": one.acknowledged,
            "refused": one.refused,
            "without an answer": one.unknown,
            "longest start (s)": one.longest_start,
            "lost or torn": len(one.faults),
        }
        for one in done
    ]
    return Part("kill -9", rows, [f"{one.mode.name}: {f}" for one in done for f in one.faults])


def _damaged() -> Part:
    rows, faults = [], []
    for mode in MODES[:4]:
        with _folder() as folder:
            found = dict(corruption.outcomes(folder, mode))
        counted = Counter(found.values())
        fine = {name: counted.pop(name, 0) for name in (corruption.RIGHT, corruption.REFUSED)}
        rows.append({"store": mode.name, "kinds": len(found), **fine})
        faults += [f"{mode.name}: {n}: {o}" for n, o in found.items() if o in counted]
    return Part("Damaged files", rows, faults)


def _full() -> Part:
    rows, faults = [], []
    ways = (space.limited, space.fills) if space.may_mount() else (space.limited,)
    for mode in MODES[:2]:
        for way in ways:
            with _folder() as folder:
                found = way(folder / "full", mode)
            rows.append({"store": mode.name, "way": way.__name__, "faults": len(found)})
            faults += [f"{mode.name}, {way.__name__}: {fault}" for fault in found]
    return Part("Full disk", rows, faults)


def _shared() -> Part:
    rows, faults = [], []
    for mode in MODES[:2]:
        with _folder() as folder:
            done = sharing.share(folder, mode, _SECONDS)
        rows.append(
            {"store": mode.name, "writes acknowledged": done.acknowledged, "refused": done.refused}
        )
        faults += [f"{mode.name}: {fault}" for fault in done.faults]
    return Part("Two services on one folder", rows, faults)


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder)
