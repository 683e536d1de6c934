"""Limits of the lanes, by the settings."""

from dataclasses import replace

from api.settings import Settings
from kg.store.complexity import QueryLimits
from kg.store.reader import Lane
from kg.store.uploads import UploadLimits

_POLITENESS = 10
"""Niceness of the readers of others' queries: under load the service's own go first."""


def own_lane(settings: Settings) -> Lane:
    """For queries of the service's own: the catalogue, pages, descriptions."""
    return Lane(
        checked=False,
        rows=settings.result_rows,
        size=settings.result_bytes,
        memory=settings.reader_memory,
        seconds=settings.canned_timeout,
    )


def dump_lane(settings: Settings) -> Lane:
    """For whole graphs, which nobody has to wait for but who asked for one."""
    own = own_lane(settings)
    seconds, size = settings.dump_timeout, settings.dump_bytes
    return replace(own, seconds=seconds, size=size, nice=_POLITENESS)


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
