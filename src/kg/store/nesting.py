"""Triple terms within triple terms: how deep they may be, and a stack for reading what is deep.

Reading, comparing and even forgetting a term takes the native stack as deep as the term is. A
reader that dies of it costs a fork; an entry of the journal that nobody can replay would cost the
service. A reader process uses this module.
"""

import re
import threading
from collections.abc import Callable, Iterable
from typing import TypeVar

from kg.errors import Both, UploadRefused

MAX_DEPTH = 100
"""Triple terms within each other, in what is kept."""
STACK = 256 * 1024 * 1024
"""Bytes of stack where the engine reads or evaluates what others wrote."""
_OPEN = b"<<("
_PARTS = re.compile(rb'"(?:[^"\\]|\\.)*+"|(<<\()|(\)>>)|<[^<>]*+>')
_T = TypeVar("_T")


def check_lines(lines: Iterable[bytes]) -> None:
    """Raise `UploadRefused` for a line of N-Quads nested deeper than `MAX_DEPTH`."""
    for line in lines:
        # to look for the signs alone takes no time
        if line.count(_OPEN) > MAX_DEPTH and _depth(line) > MAX_DEPTH:
            raise too_deep(_OPEN.decode(), MAX_DEPTH)


def too_deep(feature: str, limit: int) -> UploadRefused:
    """The error of what is nested deeper than `limit`."""
    reason = Both(f"入れ子が深すぎます（上限{limit}段）。", f"It is nested more than {limit} deep.")
    return UploadRefused(feature=feature, reason=reason)


def on_a_large_stack(work: Callable[[], _T]) -> _T:
    """Do some work in a thread of its own with a stack of `STACK` bytes, and wait for it.

    Raises what the work raises.
    """
    results: list[_T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        # whatever it is, it is raised again in the thread that waits
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    start_on_a_large_stack(run).join()
    for error in errors:
        raise error
    return results[0]


def start_on_a_large_stack(run: Callable[[], None]) -> threading.Thread:
    """Start a thread with a stack of `STACK` bytes, which does not outlive the process."""
    before = threading.stack_size(STACK)
    try:
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
    finally:
        threading.stack_size(before)
    return thread


def _depth(line: bytes) -> int:
    depth = deepest = 0
    for found in _PARTS.finditer(line):
        depth += (found[1] is not None) - (found[2] is not None)
        deepest = max(deepest, depth)
    return deepest
