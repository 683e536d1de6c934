"""Which processors a HTTP process and its readers run on.

A small query goes from a HTTP process to a reader and back. To wake a process that sleeps on
another processor takes longer than the query itself, above all in a virtual machine; on the same
one it takes a hundredth of that. So where there are as many HTTP processes as processors, each has
one of its own, with the readers of small queries. Those of long ones run wherever there is room.
"""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Processors:
    """Numbers of processors: of a HTTP process and its quick readers, and of all others.

    Empty ones say that the system is to choose.
    """

    own: tuple[int, ...] = ()
    every: tuple[int, ...] = ()

    def bind(self) -> None:
        """Let this thread, and those that it starts, run on its own processors only."""
        if self.own:
            os.sched_setaffinity(0, self.own)


ANYWHERE = Processors()


def share(number: int, count: int) -> Processors:
    """Processors of the HTTP process `number` of `count`, the first of which is 0."""
    # not every system lets a process choose
    every = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if not 1 < len(every) <= count:
        return ANYWHERE
    return Processors((every[number % len(every)],), tuple(every))
