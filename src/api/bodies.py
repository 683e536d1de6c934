"""Bodies of requests: their media types, and reading no more of them than a limit."""

from collections.abc import AsyncIterator, Callable

from fastapi import Request

from api.errors import MediaTypeUnsupported
from kg.errors import KgError

_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})
"""Names of UTF-8 and of its part; a body in another encoding would be misread in silence."""


def read_media_type(request: Request) -> str:
    """Media type of the body in small letters; empty where the header is missing.

    Raises `MediaTypeUnsupported` for a body that is compressed or not UTF-8.
    """
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        raise MediaTypeUnsupported(
            found=f"Content-Encoding: {encoding}", expected="Content-Encoding: identity"
        )
    return media_type(request.headers.get("content-type", ""))


def media_type(header: str) -> str:
    """Media type that a Content-Type names; raises `MediaTypeUnsupported` for what is not UTF-8."""
    media, *parameters = (part.strip().lower() for part in header.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip(' "') not in _CHARSETS:
            raise MediaTypeUnsupported(found=header, expected=f"{media}; charset=utf-8")
    return media


async def read_body(request: Request, limit: int, too_large: Callable[[], KgError]) -> bytes:
    """Read the body, but never more than `limit` bytes of it; then raises `too_large()`."""
    return b"".join([chunk async for chunk in _chunks(request, limit, too_large)])


async def _chunks(
    request: Request, limit: int, too_large: Callable[[], KgError]
) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise too_large()
        yield chunk
