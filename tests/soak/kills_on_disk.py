"""kill -9 of what writes and reads, with the store on disk."""

from collections.abc import Iterator

from tests.resilience import kills
from tests.resilience.reports import Part
from tests.resilience.server import MODES

ROUNDS = 100
"""Kills of an HTTP process in each mode."""


def parts(rounds: int = ROUNDS) -> Iterator[Part]:
    """One part of the report."""
    yield kills.part([mode for mode in MODES if mode.disk], rounds)
