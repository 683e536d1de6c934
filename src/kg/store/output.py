"""What a result is written into: formats by media type, within limits."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import pyoxigraph as ox

from kg.errors import FormatUnavailable, ResultTooLarge

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_Format = TypeVar("_Format", ox.QueryResultsFormat, ox.RdfFormat)


@dataclass(frozen=True)
class Limits:
    """Largest result: rows (of a SELECT) or triples, and bytes of its serialisation."""

    rows: int
    size: int


UNLIMITED = Limits(rows=2**62, size=2**62)
"""For evaluation on behalf of the person who runs the process."""


def choose(accept: Iterable[str], formats: Mapping[str, _Format]) -> tuple[str, _Format]:
    """The first media type for which there is a format; raises `FormatUnavailable`."""
    wanted = list(accept)
    for media in wanted:
        if media in formats:
            return media, formats[media]
    raise FormatUnavailable(requested=", ".join(wanted), available=", ".join(formats))


class Capped(io.BytesIO):
    """A buffer that refuses to grow beyond `limit` bytes, which stops the engine at once."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def write(self, piece: "ReadableBuffer", /) -> int:
        """Append; raises `ResultTooLarge`."""
        # of bytes, which is what the engine writes, this is no copy
        data = bytes(piece)
        if self.tell() + len(data) > self._limit:
            raise ResultTooLarge(limit=self._limit, unit="bytes")
        return super().write(data)
