"""A pool of processes for work that a fork server is prepared for (`kg.store.working`)."""

from collections.abc import Mapping
from typing import Any

from kg.store.pool import ReaderPool


class WorkPool(ReaderPool):
    """Processes for one kind of work."""

    async def do(
        self, head: Mapping[str, object], body: bytes, *, seconds: float | None = None
    ) -> tuple[dict[str, Any], bytes]:
        """Have a piece of work done; `seconds` is less than the wall time of the lane.

        Raises what the work raises, `QueryTimeout`, `ReaderLost`, `StoreBusy`.
        """
        request = {**head, "do": "work"}
        return await self._ask(request, body, once=True, seconds=seconds)
