"""Plain requests on connections that are lent to a reader (`kg.store.attending`): its clerk.

What is not plain, or has not a plain result, it leaves to the service, which knows all of HTTP. A
reader process uses this module, so it imports no framework.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.plain import (
    LONGEST,
    SPARQL,
    Dress,
    Headers,
    Look,
    etag,
    header_lines,
    key,
    look,
    new_identifier,
    query_alone,
    read_line,
    unescaped,
)
from kg.errors import KgError
from kg.store.attending import Answered, Evaluate
from kg.store.evaluation import is_empty
from kg.store.volatility import is_volatile

Canned = tuple[str, Mapping[str, Any]]
"""Text of a query of the catalogue, and its bindings."""


@dataclass(frozen=True, eq=False, slots=True)
class _Form:
    """Requests of a connection: what follows their first line, and what results look like."""

    rest: bytes
    common: str
    accept: list[str]
    dresses: Mapping[Look, Dress]


class Clerk:
    """Reads plain requests and answers them.

    `facts` are what `api.lending` says for as long as the service runs: `canned` queries by path,
    the `limit` of a query's text in bytes, the beginning of a `secret`, the `base` of the project's
    own names where an answer without rows says which of them there are not, whether `queries` are
    logged, and the seconds that a `quick` query takes at most, after which a connection stays.
    """

    longest = LONGEST

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._canned = {path.encode(): (text, terms) for path, (text, terms) in facts["canned"]}
        self._limit: int = facts["limit"]
        self._secret = facts["secret"].encode()
        self._base: str | None = facts["base"]
        self._queries: bool = facts["queries"]
        self._quick: float = facts["quick"]

    def begin(self, facts: Mapping[str, Any], evaluate: Evaluate) -> None:
        """Begin a loan: `version` of the data, `first` headers of each answer, whether `free`."""
        self._version: str = facts["version"]
        self._first = header_lines(_headers(facts["first"]))
        self._free: bool = facts["free"]
        self._evaluate = evaluate

    def form(self, facts: Mapping[str, Any]) -> _Form:
        """What is known about the requests of a connection."""
        dresses = {
            (media, small): Dress(_headers(lines)) for media, small, lines in facts["dresses"]
        }
        rest = facts["rest"].encode("latin-1")
        return _Form(rest, facts["common"], facts["accept"], dresses)

    def answer(self, form: _Form, data: bytes) -> Answered | None:
        """Answer a plain request of a plain result; None for any other."""
        line = read_line(data)
        if line is None or line[2] != form.rest:
            return None
        started = time.perf_counter()
        path, query_string, _ = line
        find = self._visitors if self._free else self._of_ours
        asked = find(path, query_string)
        if asked is None:
            return None
        query, bindings = asked
        try:
            media_type, body = self._evaluate(query, form.accept, bindings)
        except (KgError, ValueError):
            return Answered()
        dress = form.dresses.get(look(media_type, body))
        if dress is None or self._says_more(query, media_type, body):
            return Answered()
        tag = etag(key(form.common, self._version, (path, query_string)))
        identifier = new_identifier()
        whole = dress.answer(self._first, body, tag, identifier)
        seconds = time.perf_counter() - started
        text = query if self._queries and self._free else None
        facts: list[object] = [path.decode(), identifier, len(body), seconds, text]
        return Answered(whole, facts, stays=seconds <= self._quick)

    def _visitors(self, path: bytes, query_string: bytes) -> Canned | None:
        value = query_alone(query_string, self._limit) if path == SPARQL else None
        if value is None or self._secret in value:
            return None
        try:
            query = unescaped(value)
        except UnicodeDecodeError:
            return None
        return None if is_volatile(query) else (query, {})

    def _of_ours(self, path: bytes, query_string: bytes) -> Canned | None:
        return None if query_string else self._canned.get(path)

    def _says_more(self, query: str, media_type: str, body: bytes) -> bool:
        """Whether the service may have something to say about an answer."""
        ours = self._free and self._base is not None and self._base in query
        return ours and is_empty(body, media_type)


def _headers(lines: list[list[str]]) -> Headers:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in lines]
