"""Which connections are lent to readers (`kg.store.lending`), and what comes back.

A connection is lent whose client asks one small plain thing after the other without a pause. While
it is lent, what is asked on it costs no change between processes; all that is not plain comes back.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, Protocol

from api.cache import Headers
from api.express import Asked, Form
from api.negotiation import RESULT_TYPES, TABLE_TYPES, media_types
from api.observation import Observer, Seen
from api.results import without_pages
from api.service import Service
from api.settings import Settings
from api.tokens import PREFIX
from kg.errors import KgError
from kg.namespaces import Names
from kg.queries import CannedQuery, Catalogue
from kg.store.lending import LendingPool
from kg.store.terms import to_json
from kg.store.volatility import is_volatile

_REGULAR = 4
"""After so many plain answers in a row a connection is lent."""
_PAUSE_SECONDS = 0.005
"""A client that makes a longer pause before a request does not ask one after the other."""
_SLOW = -100
"""So many more answers are to be plain after one that took long."""
_QUICK = 0.05
"""Seconds of a query beyond which its connection is not to keep others waiting."""
_QUICK_KEPT = 0.001
"""The same where answers are kept, which those of a loan are not: others may ask the same."""
_ENOUGH, _MOST = 3, 32
"""Connections of a loan before another one begins, and at most."""
_FREE, _TRUSTED = "free", "trusted"


class Connection(Protocol):
    """What can be lent."""

    plain: "Row"

    @property
    def idle(self) -> bool:
        """Whether nothing is under way on it, in either direction."""

    def lend(self) -> int:
        """Read it no more; gives its descriptor."""

    def take_back(self, rest: bytes) -> None:
        """Send what is left of an answer, and go on reading."""


class Row:
    """Plain answers of one lane that a connection had one after the other."""

    __slots__ = ("ended", "lane", "length")

    def __init__(self) -> None:
        self.lane = ""
        self.length = 0
        self.ended = 0.0

    def follow(self, lane: str, started: float, ended: float) -> None:
        """Count an answer."""
        if lane != self.lane or started - self.ended > _PAUSE_SECONDS:
            self.length = min(self.length, 0)
        self.lane, self.ended = lane, ended
        self.length += 1

    def end(self) -> None:
        """Something else came between."""
        self.length = min(self.length, 0)


class Lender:
    """Lends the connections of one HTTP process, and notes what was answered on them."""

    def __init__(self, service: Callable[[], Service], observer: Observer) -> None:
        self._service = service
        self._observer = observer
        self._desks: dict[str, _Desk] = {}

    def offer(self, connection: Connection, asked: Asked, first: Headers) -> None:
        """Take note of a plain answer, and lend the connection if there were enough of them.

        `first` are the headers that the server puts before all others.
        """
        row, state = connection.plain, asked.scope["state"]
        row.follow(state["lane"], state["started"], time.perf_counter())
        if row.length < _REGULAR:
            return
        service = self._service()
        pool = service.pools.get("brief" if row.lane == _FREE else row.lane)
        if not isinstance(pool, LendingPool):
            return
        host = asked.form.client[0] if asked.form.client else ""
        if row.lane == _FREE and not service.clients.may_go_on(host):
            return
        desk = self._desks.get(row.lane)
        if desk is None or desk.pool is not pool:
            desk = self._desks[row.lane] = _Desk(self, pool, free=row.lane == _FREE)
        desk.offer(connection, asked.form, host, first)

    def recall(self) -> None:
        """Get all connections back."""
        for desk in self._desks.values():
            desk.recall()

    def facts(self, first: Headers, *, free: bool) -> Mapping[str, object]:
        """What a clerk is told about a loan that begins now."""
        return {"version": self._service().version, "first": _spelled(first), "free": free}

    def spend(self, host: str, seconds: float) -> None:
        """Charge a client for what was spent on it in vain."""
        self._service().clients.spend(host, seconds)

    def note(self, lane: str, host: str, facts: Sequence[Any]) -> None:
        """Note a request as one that was answered here, and charge the client."""
        path, identifier, size, seconds, query = facts
        free = lane == _FREE
        if free:
            self.spend(host, seconds)
        state = {
            "id": identifier,
            "lane": lane,
            "cached": "miss",
            "query": query,
            "template": path if free else "/queries/{name}",
        }
        scope = {"method": "GET", "path": path, "raw_path": path.encode(), "state": state}
        self._observer.note(scope, Seen(200, size), seconds)


class _Desk:
    """Connections of a lane that are lent, or wait for that."""

    def __init__(self, lender: Lender, pool: LendingPool, *, free: bool) -> None:
        self._lender = lender
        self.pool = pool
        self._free = free
        self._numbers = count()
        self._waiting: list[tuple[Connection, Form, str]] = []
        self._lent: dict[int, tuple[Connection, str]] = {}
        self._first: Headers = []
        self._beginning = False

    def offer(self, connection: Connection, form: Form, host: str, first: Headers) -> None:
        """Lend a connection as soon as its answer is on its way."""
        self._first = first
        smallest = min((len(loan.lent) for loan in self.pool.loans), default=_ENOUGH)
        if smallest >= _ENOUGH and not self._beginning and self.pool.may_lend():
            self._beginning = True
            self.pool.lend(self, self._facts)
        if self._beginning:
            self._waiting.append((connection, form, host))
        elif self.pool.loans:
            asyncio.get_running_loop().call_soon(self._lend, connection, form, host)

    def recall(self) -> None:
        """Get all connections back."""
        self.pool.recall()

    def opened(self) -> None:
        """Lend those that waited for a loan."""
        waiting, self._waiting = self._waiting, []
        self._beginning = False
        for connection, form, host in waiting:
            self._lend(connection, form, host)

    def failed(self) -> None:
        """Lend nothing for now."""
        self._beginning = False
        self._waiting.clear()

    def seen(self, number: int, facts: Sequence[Any]) -> None:
        """Note a request."""
        _, host = self._lent[number]
        self._lender.note(_FREE if self._free else _TRUSTED, host, facts)

    def back(self, number: int, rest: bytes, *, slow: bool, seconds: float) -> None:
        """Go on with a connection."""
        connection, host = self._lent.pop(number)
        if self._free and seconds:
            self._lender.spend(host, seconds)
        if slow:
            connection.plain.length = _SLOW
        connection.take_back(rest)

    def _lend(self, connection: Connection, form: Form, host: str) -> None:
        loan = min(self.pool.loans, key=lambda loan: len(loan.lent), default=None)
        if loan is None or len(loan.lent) >= _MOST or not connection.idle:
            return
        number = next(self._numbers)
        self._lent[number] = connection, host
        if not loan.take(number, connection.lend(), self._form(form)):
            self.back(number, b"", slow=False, seconds=0.0)

    def _facts(self) -> Mapping[str, object]:
        return self._lender.facts(self._first, free=self._free)

    def _form(self, form: Form) -> Mapping[str, object]:
        types = media_types(form.accept, None, RESULT_TYPES if self._free else TABLE_TYPES)
        return {
            "rest": form.rest.decode("latin-1"),
            "common": form.common,
            "accept": list(without_pages(types)),
            "dresses": [(*look, _spelled(dress.headers)) for look, dress in form.dresses.items()],
        }


def clerk(
    settings: Settings, names: Names, catalogue: Catalogue, *, plain: bool
) -> Mapping[str, object]:
    """What a fork server is told, so that its readers can answer: see `api.lent`."""
    canned = {f"/queries/{query.name}": _bound(query) for query in catalogue}
    facts = {
        "canned": [(path, found) for path, found in canned.items() if found],
        "limit": settings.query_bytes,
        "secret": PREFIX,
        "base": None if plain else names.base,
        "queries": settings.log_queries,
        "quick": _QUICK_KEPT if settings.cache_bytes else _QUICK,
    }
    return {"clerk": "api.lent", "facts": facts}


def _bound(query: CannedQuery) -> tuple[str, Mapping[str, object]] | None:
    """A query as it is without any value; None where that cannot be told without the data."""
    try:
        bound = query.bind({})
    except KgError:
        return None
    looked_up = any(p.kind is not None and p.name in bound for p in query.params)
    if looked_up or is_volatile(query.text):
        return None
    return query.text, {name: to_json(term) for name, term in bound.items()}


def _spelled(headers: Headers) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
