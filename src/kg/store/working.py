"""Work that is no question to a store: prepared once, then each piece in a process of its own.

Some work on what others send needs much that takes seconds to load, and may take all time and
memory there is. So a fork server is told the name of a module (stages do not know each other);
its `Work` loads what is needed, and each piece of work is done by a fork that has all of it, is
confined as any reader, is killed at its deadline, and does not outlive its answer.
"""

import gc
import importlib
from collections.abc import Mapping
from typing import Any, Protocol, cast

from kg.errors import Both, ReaderLost

Answer = tuple[dict[str, object], bytes]
"""The JSON head of an answer, and its body."""
_NO_MEMORY = Both("メモリーの上限", "memory limit")


class Work(Protocol):
    """What a module has under the name `Work`: made with facts, in the fork server."""

    def answer(self, head: Mapping[str, Any], body: bytes) -> Answer:
        """Do a piece of it; raises `KgError`. No file can be opened any more."""


def prepare_work(module: str, facts: Mapping[str, Any]) -> Work:
    """Let a module prepare its work; raises what that raises."""
    work = cast("Work", importlib.import_module(module).Work(facts))
    # a fork that collects garbage would copy all that it shares
    gc.collect()
    gc.freeze()
    return work


def do_work(work: Work, head: Mapping[str, Any], body: bytes) -> Answer:
    """Do a piece of work in this process; raises what it raises, and `ReaderLost`."""
    try:
        return work.answer(head, body)
    except MemoryError:
        raise ReaderLost(reason=_NO_MEMORY) from None
