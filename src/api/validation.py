"""Processes that check what others send; they start when the first one is needed.

To load what entries are checked against takes seconds, which no start of the service waits for.
"""

import asyncio
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from api.lanes import checking_lane
from api.settings import Settings
from kg.errors import EntryLost, EntryTimeout, KgError, QueryTimeout, ReaderLost
from kg.pipeline.project import find_project
from kg.store.forking import ForkServer
from kg.store.pool import ReaderPool
from kg.store.replica import Source
from kg.store.work_pool import WorkPool

_MODULE = "kg.pipeline.validating"
_NOTHING = Source(snapshot=None, prefixes={}, graphs=None)


@dataclass(frozen=True)
class _Pools:
    visitors: WorkPool
    holders: WorkPool


class Validations:
    """Used as `async with Validations(settings)` in one event loop, which it never blocks."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = AsyncExitStack()
        self._started: asyncio.Task[_Pools] | None = None
        self._rules: Mapping[str, Any] | None = None
        self._templates: dict[tuple[str, str], bytes] = {}

    async def __aenter__(self) -> Self:
        """Start nothing yet."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End what was started."""
        if self._started is not None:
            self._started.cancel()
            with suppress(asyncio.CancelledError, KgError, OSError):
                await self._started
        await self._stack.aclose()

    def begin(self) -> None:
        """Start the processes in the background, unless they are there: somebody is about to ask.

        Those that did not start are tried again; who asks is told why they did not.
        """
        failed = self._started is not None and self._started.done() and self._failed(self._started)
        if self._started is None or failed:
            self._started = asyncio.get_running_loop().create_task(self._start())

    async def check(
        self, head: Mapping[str, object], body: bytes, *, granted: bool
    ) -> tuple[dict[str, Any], bytes]:
        """Have an entry checked as `kg.pipeline.validating` says, in the lane of who sends it.

        Raises what that raises, `EntryTimeout`, `EntryLost`, `StoreBusy`, `ReaderNotStarted`.
        """
        pools = await self._pools()
        pool = pools.holders if granted else pools.visitors
        try:
            return await pool.do(head, body)
        except QueryTimeout as error:
            raise EntryTimeout(**error.facts) from None
        except ReaderLost as error:
            raise EntryLost(**error.facts) from None

    async def rules(self) -> Mapping[str, Any]:
        """What `kg.pipeline.rules.Rules` says, as JSON; asked for once.

        Raises `ReaderNotStarted`, `StoreBusy`, `QueryTimeout`, `ReaderLost`.
        """
        if self._rules is None:
            pools = await self._pools()
            _, told = await pools.visitors.do({"about": "rules"}, b"")
            self._rules = json.loads(told)
        return self._rules

    async def template(self, name: str, lang: str) -> bytes:
        """A file of `kg.pipeline.forms.TEMPLATE` with lists in `lang`; asked for once.

        Raises `ReaderNotStarted`, `StoreBusy`, `QueryTimeout`, `ReaderLost`.
        """
        if (name, lang) not in self._templates:
            pools = await self._pools()
            asked = {"about": "template", "name": name, "lang": lang}
            _, self._templates[name, lang] = await pools.visitors.do(asked, b"")
        return self._templates[name, lang]

    @property
    def pools(self) -> Mapping[str, ReaderPool]:
        """The pools that have started, by the names that figures have for them."""
        task = self._started
        if task is None or not task.done() or self._failed(task):
            return {}
        pools = task.result()
        return {"checks": pools.visitors, "granted-checks": pools.holders}

    async def ready(self) -> None:
        """Wait until the processes are there; raises `ReaderNotStarted`."""
        await self._pools()

    async def _pools(self) -> _Pools:
        self.begin()
        if self._started is None:
            msg = "it has just begun"
            raise RuntimeError(msg)
        # who leaves takes nothing from the others who wait
        return await asyncio.shield(self._started)

    @staticmethod
    def _failed(task: "asyncio.Task[_Pools]") -> bool:
        return task.cancelled() or task.exception() is not None

    async def _start(self) -> _Pools:
        settings = self._settings
        facts = {"root": str(find_project().root), "base": settings.base}
        async with AsyncExitStack() as stack:
            server = ForkServer(_NOTHING, work={"module": _MODULE, "facts": facts})
            await stack.enter_async_context(server)

            async def pool(*, granted: bool) -> WorkPool:
                lane = checking_lane(settings, granted=granted)
                made = WorkPool(server, lane, readers=settings.readers, queue=settings.queue)
                return await stack.enter_async_context(made)

            pools = _Pools(await pool(granted=False), await pool(granted=True))
            self._stack.push_async_callback(stack.pop_all().aclose)
        return pools
