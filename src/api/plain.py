"""Plain requests: whole GETs of a query, read and answered without parser and framework.

A reader process uses this module too (`api.lent`), so it imports neither.
"""

import hashlib
import re
from binascii import a2b_qp
from os import urandom
from urllib.parse import unquote_to_bytes

WORTH_COMPRESSING = 1024
"""Bytes of a body from which on a client may get it compressed; what is smaller fits a packet."""
LONGEST = 8 * 1024
"""Bytes of a request that is read here; the parser refuses very long ones."""
SPARQL = b"/sparql"
_LINE = re.compile(
    rb"GET (/sparql|/queries/[a-z0-9-]+)(?:\?([A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]*))? HTTP/1\.1"
)
"""Request lines that are read here: of what has no other meaning to any parser."""
_END = b"\r\n"
_LENGTH = b"content-length"
_STATUS = b"HTTP/1.1 200 OK\r\n"
_NO_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")

Headers = list[tuple[bytes, bytes]]
Look = tuple[str, bool]
"""Media type of a result, and whether it is too small to compress."""


def read_line(data: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Path, query string and all after the first line of a request; None for another one."""
    end = data.find(_END)
    line = _LINE.fullmatch(data, 0, end) if 0 < len(data) <= LONGEST else None
    return line and (line[1], line[2] or b"", data[end:])


def query_alone(query_string: bytes, limit: int) -> bytes | None:
    """The escaped text of a query of up to `limit` bytes that is the only parameter."""
    name, _, value = query_string.partition(b"=")
    return None if name != b"query" or b"&" in value or len(value) > limit else value


def unescaped(field: bytes) -> str:
    """The text of a name or value; raises `UnicodeDecodeError`.

    Each escape of a query's text would cost the standard library some steps of the interpreter.
    Escapes of quoted-printable are the same but for their mark, and there is native code for them.
    """
    field = field.replace(b"+", b" ")
    if b"%" not in field:
        return field.decode()
    if _NO_ESCAPE.search(field):
        return unquote_to_bytes(field).decode()
    return a2b_qp(field.replace(b"=", b"%3D").replace(b"%", b"=")).decode()


def look(media_type: str, body: bytes) -> Look:
    """What the headers of a result depend on."""
    return media_type, len(body) < WORTH_COMPRESSING


def key(common: str, version: str, target: tuple[bytes, bytes], body: bytes = b"") -> bytes:
    """A digest of all on which a response may depend.

    `common` is what it has in common with others of the same client and software, `target` path and
    query string, `body` that of the request.
    """
    parts = repr((common, version, target, body))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).digest()


def etag(digest: bytes) -> str:
    """The entity tag of a response, by its key."""
    return f'"{digest.hex()[:32]}"'


def new_identifier() -> str:
    """An identifier for a request that has none."""
    return urandom(16).hex()


class Dress:
    """Headers of results of one look, with what differs left out: length, entity tag, identifier.

    `headers` are those of such a result.
    """

    __slots__ = ("_after", "_before", "headers")

    def __init__(self, headers: Headers) -> None:
        self.headers = headers
        length = next(place for place, (name, _) in enumerate(headers) if name == _LENGTH)
        self._before = header_lines(headers[:length]) + b"%b: " % _LENGTH
        self._after = b"\r\n" + header_lines(headers[length + 1 :]) + b"etag: "

    def answer(self, first: bytes, body: bytes, tag: str, identifier: str) -> bytes:
        """The bytes of a whole answer; `first` are the lines that the server begins with."""
        size = b"%d" % len(body)
        last = f"{tag}\r\nx-request-id: {identifier}\r\n\r\n".encode()
        return b"".join((_STATUS, first, self._before, size, self._after, last, body))

    def kept(self, body: bytes, tag: str) -> Headers:
        """Headers of a result, to be kept with it."""
        size = b"%d" % len(body)
        headers = [(name, size if name == _LENGTH else value) for name, value in self.headers]
        return [*headers, (b"etag", tag.encode())]


def header_lines(headers: Headers) -> bytes:
    """Headers as they are sent."""
    return b"".join(b"%b: %b\r\n" % item for item in headers)
