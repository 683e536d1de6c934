"""Figures that are looked at now and then: pools of readers and memory."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress

import psutil

from api.metrics import Metrics
from api.service import Pool

_PERIOD_SECONDS = 5.0
_FRESH_SECONDS = 1.0


class Sampler:
    """Brings pools and memory into the metrics."""

    def __init__(self, metrics: Metrics, pools: Callable[[], Mapping[str, Pool]]) -> None:
        """`pools` gives those that are there at the time."""
        self._metrics = metrics
        self._pools = pools
        self._at = float("-inf")

    async def sample(self) -> None:
        """Look now, unless that was done a moment ago: whoever asks often must not cost much."""
        now = time.monotonic()
        if now - self._at < _FRESH_SECONDS:
            return
        self._at = now
        for name, pool in self._pools().items():
            self._metrics.lane(name, pool.figures())
        front, readers = await asyncio.to_thread(_memory)
        self._metrics.memory("front", front)
        self._metrics.memory("readers", readers)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look every few seconds while the block runs, also for those who ask another process."""
        task = asyncio.get_running_loop().create_task(self._forever())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _forever(self) -> None:
        while True:
            await self.sample()
            await asyncio.sleep(_PERIOD_SECONDS)


def _memory() -> tuple[int, int]:
    """Bytes of this process and of all below it."""
    me = psutil.Process(os.getpid())
    below = me.children(recursive=True)
    return _share(me), sum(map(_share, below))


def _share(process: psutil.Process) -> int:
    """Bytes of a process, shared pages divided by those who share them; 0 if it has just gone."""
    try:
        full = process.memory_full_info()
    except psutil.AccessDenied:
        with suppress(psutil.Error):
            return int(process.memory_info().rss)
        return 0
    except psutil.Error:
        return 0
    # only Linux tells the share
    return int(getattr(full, "pss", full.rss))
