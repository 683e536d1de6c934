"""Damaged files, full disks, two services on one folder."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.resilience import corruption, sharing, space
from tests.resilience.reports import Part
from tests.resilience.server import MODES, Mode

_SECONDS = 30


def parts() -> Iterator[Part]:
    """Parts of the report, one after the other."""
    yield _damaged()
    yield _full()
    yield shared(MODES[:2], _SECONDS)


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


def shared(modes: Iterable[Mode], seconds: float) -> Part:
    """Two services write to one folder for some seconds, in each mode."""
    rows, faults = [], []
    for mode in modes:
        with _folder() as folder:
            done = sharing.share(folder, mode, seconds)
        rows.append(
            {"store": mode.name, "writes acknowledged": done.acknowledged, "refused": done.refused}
        )
        faults += [f"{mode.name}: {fault}" for fault in done.faults]
    return Part("Two services on one folder", rows, faults)


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder)
