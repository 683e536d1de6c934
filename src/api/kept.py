"""Finished answers in memory, by version of the data and a digest of what they depend on."""

from dataclasses import dataclass

from cachetools import LRUCache
from starlette.types import Message, Scope, Send

from api.flights import Flights
from api.plain import key

_SHARE = 8
"""One answer takes at most this fraction of the memory."""
_ENTRY_BYTES = 1024
"""What an entry takes besides its body, about."""
_SELECTING = frozenset(
    {b"accept", b"accept-encoding", b"accept-language", b"content-type", b"host"}
)
"""Headers of a request on which a response may depend."""

Key = bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """A finished response."""

    start: Message
    body: bytes
    template: str
    """Of the path, for the figures."""

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        headers = sum(len(name) + len(value) for name, value in self.start["headers"])
        return len(self.body) + headers + _ENTRY_BYTES

    async def send(self, send: Send) -> None:
        """Send it once more."""
        # whoever is outside may change the headers of the message it gets
        await send({**self.start, "headers": list(self.start["headers"])})
        await send({"type": "http.response.body", "body": self.body})


class Answers:
    """Responses to one version of the data in up to `size` bytes (0: none), and who asks for some.

    `edition` is what responses depend on besides the data: the software and its settings. Whoever
    waits for an equal request (in `flights`) does so for `patience` seconds.
    """

    def __init__(self, size: int, edition: str, patience: float) -> None:
        self._size = size
        self._edition = edition
        self._version = ""
        self._kept: LRUCache[Key, Kept] = LRUCache(max(1, size), getsizeof=lambda kept: kept.size)
        self.flights: Flights[Kept] = Flights(patience)

    @property
    def on(self) -> bool:
        """Whether anything is kept."""
        return self._size > 0

    def find(self, version: str, key: Key) -> Kept | None:
        """A response to a version of the data; what is known of others is forgotten."""
        if version != self._version:
            # what is older is of no use to anybody
            self._kept.clear()
            self._version = version
        return self._kept.get(key)

    def fits(self, size: int) -> bool:
        """Whether a response of so many bytes may be kept."""
        return size <= self._size // _SHARE

    def keep(self, version: str, key: Key, kept: Kept) -> None:
        """Remember a response of `version`, unless it is too large or out of date."""
        if version == self._version and self.fits(kept.size):
            self._kept[key] = kept

    def common(self, scope: Scope) -> str:
        """What the keys of requests with the same headers have in common."""
        headers = scope["headers"]
        selecting = tuple(item for item in headers if item[0] in _SELECTING)
        foreign = any(name in {b"origin", b"cookie"} for name, _ in headers)
        origin = scope["method"], scope["scheme"], scope.get("root_path", "")
        return repr((self._edition, *origin, selecting, foreign))

    def key(self, scope: Scope, body: bytes, version: str) -> Key:
        """A digest of all on which a response may depend: what is kept must not be larger."""
        target = scope["path"].encode("utf-8", "surrogatepass"), scope["query_string"]
        return key(self.common(scope), version, target, body)
