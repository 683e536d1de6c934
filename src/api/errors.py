"""Errors of a request itself; their HTTP statuses are in `api.problems` with all others."""

from kg.errors import KgError


class RequestError(KgError):
    """A request that is wrong whatever the graph holds."""


class RequestMalformed(RequestError):
    """Facts: ja, en (what is wrong with the request), nearest."""

    ja = "{ja}"
    en = "{en}"


class MediaTypeUnsupported(RequestError):
    """Facts: found, expected."""

    ja = "{found} の本文は受け取れません。正しくは{expected}。"
    en = "A body of type {found} is not accepted. Expected: {expected}."
