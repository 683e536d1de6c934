"""Limits of the lanes, by the settings, and the order in which visitors' queries are taken."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from rdflib.term import Identifier

from api.settings import Settings
from kg.errors import QueryTimeout, ReaderLost
from kg.model import Answer, QueryDataset
from kg.store.complexity import QueryLimits
from kg.store.pool import ReaderPool
from kg.store.reader import Lane
from kg.store.uploads import UploadLimits

_LEAST_SECONDS = 0.1
"""What a query gets that has spent all of its time in the queue."""
_POLITENESS = 10
"""Niceness of the readers of others' queries: under load the service's own go first."""
BRIEF_READERS = 2
"""Readers of brief queries: times those of a lane, as long ones hold some of them for a moment."""
_BRIEF_MEMORY = 8
"""A query that has not shown yet that it is long gets this fraction of the memory."""
_BRIEF_SHARE = 2
"""A query is long after this fraction of its time at the latest, with its time in the queue."""
LOANS = 2
"""Readers of a lane at most that have connections of clients; one more is for all others."""
OWN_READERS = 1
"""Readers of the service's own queries beyond those of a lane."""
BRIEF_QUEUE = 8
"""As queries there are done soon, more may wait: times the queue of the others."""


def own_lane(settings: Settings) -> Lane:
    """For queries of the service's own: the catalogue, pages, descriptions."""
    return Lane(
        checked=False,
        rows=settings.result_rows,
        size=settings.result_bytes,
        memory=settings.reader_memory,
        seconds=settings.canned_timeout,
        lends=True,
    )


def dump_lane(settings: Settings) -> Lane:
    """For whole graphs, which nobody has to wait for but who asked for one."""
    own = own_lane(settings)
    seconds, size = settings.dump_timeout, settings.dump_bytes
    return replace(own, seconds=seconds, size=size, nice=_POLITENESS, lends=False)


def free_lane(settings: Settings) -> Lane:
    """For what visitors ask."""
    return Lane(
        checked=True,
        rows=settings.result_rows,
        size=settings.result_bytes,
        memory=settings.reader_memory,
        seconds=settings.query_timeout,
        nice=_POLITENESS,
        text=QueryLimits(
            bytes=settings.query_bytes,
            depth=settings.query_depth,
            patterns=settings.query_patterns,
            groups=settings.query_groups,
            operators=settings.query_operators,
        ),
    )


def brief_lane(settings: Settings) -> Lane:
    """For what visitors ask, until it has taken some computing time, or `brief_seconds`."""
    free = free_lane(settings)
    memory, cpu = free.memory // _BRIEF_MEMORY, settings.brief_cpu
    return replace(free, memory=memory, nice=0, cpu=cpu, lends=True)


def brief_seconds(settings: Settings) -> float:
    """Seconds after which a visitor's query counts as long, on however busy a machine."""
    return settings.query_timeout / _BRIEF_SHARE


def granted_lane(settings: Settings) -> Lane:
    """For what holders of a token ask and write."""
    return Lane(
        checked=True,
        rows=settings.token_result_rows,
        size=settings.token_result_bytes,
        memory=settings.token_reader_memory,
        seconds=settings.token_query_timeout,
        nice=_POLITENESS,
        text=QueryLimits(
            bytes=settings.token_query_bytes,
            depth=settings.query_depth,
            patterns=settings.token_query_patterns,
            groups=settings.token_query_groups,
            operators=settings.token_query_operators,
        ),
        upload=UploadLimits(
            bytes=settings.token_upload_bytes,
            depth=settings.query_depth,
            compared=settings.update_statements,
        ),
    )


def checking_lane(settings: Settings, *, granted: bool) -> Lane:
    """For entries that visitors, or holders of a token (`granted`), have checked."""
    lane = granted_lane(settings) if granted else free_lane(settings)
    seconds = settings.token_upload_timeout if granted else settings.upload_timeout
    return replace(lane, seconds=seconds)


@dataclass(frozen=True)
class VisitorsLane:
    """Visitors' queries: each is tried for `seconds` in `brief`, and begins anew in `long`.

    Nobody can tell beforehand how long a query takes. So whoever asks long ones waits behind other
    long ones, and a small query is answered however many of those there are.
    """

    brief: ReaderPool
    long: ReaderPool
    seconds: float

    async def answer(
        self,
        query: str,
        accept: Iterable[str],
        bindings: Mapping[str, Identifier] | None = None,
        dataset: QueryDataset | None = None,
        *,
        seconds: float | None = None,
    ) -> Answer:
        """Answer as `ReaderPool.answer` does, and raise what it raises."""
        types, begun = list(accept), time.monotonic()
        whole = min(seconds or self.long.seconds, self.long.seconds)
        try:
            return await self.brief.answer(query, types, bindings, dataset, seconds=self.seconds)
        except (QueryTimeout, ReaderLost):
            left = max(_LEAST_SECONDS, whole - (time.monotonic() - begun))
        try:
            return await self.long.answer(query, types, bindings, dataset, seconds=left)
        except QueryTimeout:
            # both times together are what the visitor has
            raise QueryTimeout(seconds=f"{whole:g}") from None
