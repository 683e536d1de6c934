"""A hostile request: the bytes on the wire, and what may answer them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

MAX_BYTES = 64 * 1024
HOST = b"host.invalid"
NO_ANSWER = 0
"""Status of a connection that the server closes without an answer."""


@dataclass(frozen=True)
class Hostile:
    """A request. `parts` are sent one after the other, `pause` seconds apart.

    `expected` are the statuses that may answer. With `ends` no more is sent than the parts, and
    the server is told so: it would wait for the rest.
    """

    name: str
    parts: tuple[bytes, ...]
    expected: frozenset[int]
    pause: float = 0
    ends: bool = False

    @property
    def size(self) -> int:
        return sum(len(part) for part in self.parts)


def request(
    name: str,
    expected: set[int],
    *,
    method: str = "GET",
    path: str = "/sparql",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Hostile:
    """A request in one piece, with its length declared where it has a body."""
    fields = {"Host": HOST.decode(), "Connection": "close", **(headers or {})}
    if body and "Transfer-Encoding" not in fields:
        fields.setdefault("Content-Length", str(len(body)))
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items())
    return Hostile(name, (head.encode("latin-1") + b"\r\n" + body,), frozenset(expected))


def query(name: str, text: str, expected: set[int]) -> Hostile:
    """A query as the body of a POST."""
    return request(
        name,
        expected,
        method="POST",
        headers={"Content-Type": "application/sparql-query"},
        body=text.encode(),
    )


def upload(name: str, media: str, body: bytes | str, expected: set[int]) -> Hostile:
    """RDF for a graph."""
    return request(
        name,
        expected,
        method="PUT",
        path=f"/graphs?graph={quote('http://example.org/hostile', safe='')}",
        headers={"Content-Type": media},
        body=body.encode() if isinstance(body, str) else body,
    )


def fill(unit: str, *around: str) -> str:
    """As many times `unit` as make a text of nearly 64 KiB between what stands around it."""
    before, after = around or ("", "")
    room = MAX_BYTES - 1024 - len(before.encode()) - len(after.encode())
    return before + unit * (room // len(unit.encode())) + after


def nest(open_: str, close: str, before: str, after: str, middle: str = "") -> str:
    """`open_` and `close` around `middle`, as often as 64 KiB allow."""
    room = MAX_BYTES - 1024 - len(before) - len(after) - len(middle)
    count = room // (len(open_) + len(close))
    return before + open_ * count + middle + close * count + after


def with_token(hostile: Hostile, token: str) -> Hostile:
    """The same request of somebody who may write."""
    first, *rest = hostile.parts
    line, _, after = first.partition(b"\r\n")
    bearer = b"Authorization: Bearer " + token.encode()
    parts = (b"\r\n".join((line, bearer, after)), *rest)
    return replace(hostile, parts=parts)
