"""What one client may ask of the service: queries at once, and their seconds in a minute.

A client is a token, or else an address; of IPv6 the first 64 bits, which is what one connection
has. The seconds are a bucket that leaks: what a client has used is forgotten at the rate of its
limit, so one that waits a minute has all of it again.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address
from math import ceil

from fastapi import Request

from api.client_limits import ClientLimits
from api.errors import ClientBusy, ClientExhausted
from api.tokens import Token
from kg.model import Agent

_MINUTE = 60.0
_REMEMBERED = 20_000
"""Clients whose use is remembered; beyond them the one that asked longest ago is forgotten."""
_PREFIX = 64
_NAMELESS = "unknown"
_LONG = 5.0
"""Seconds that count against a client whose queries are taken for long ones."""
_LONGEST = 64
"""Characters of an address, with the name of an interface."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Queries at once, and seconds in a minute."""

    at_once: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Use:
    """Seconds that count against a client at a time, and how many of them a second undoes."""

    seconds: float
    at: float
    rate: float

    def now(self, time_: float) -> float:
        return max(0.0, self.seconds - (time_ - self.at) * self.rate)

    def counts(self, time_: float) -> bool:
        # what is charged just now counts, even if it is nothing
        return time_ == self.at or self.now(time_) > 0


class Clients:
    """Keeps each client to its allowance; bounded in memory, whatever addresses there are."""

    def __init__(self, limits: ClientLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._anonymous = Allowance(limits.queries_at_once, limits.query_seconds)
        self._granted = Allowance(limits.token_queries_at_once, limits.token_query_seconds)
        # only clients with a query that runs, and no more of those than requests
        self._running: dict[str, int] = {}
        # in the order in which they asked last
        self._used: OrderedDict[str, _Use] = OrderedDict()

    def turn(self, request: Request, holder: Token | Agent | None = None) -> "Turn":
        """Count what runs inside of it as one query of this client."""
        if holder:
            return Turn(self, f"token {holder.id}", self._granted)
        return self.visit(request.client.host if request.client else "")

    def visit(self, host: str) -> "Turn":
        """Count what runs inside of it as one query of whoever asks from an address.

        Proxies that are trusted have been looked behind.
        """
        # one name for all that is no address: a made-up name must not make a new client
        client = _network(host) if len(host) <= _LONGEST else _NAMELESS
        return Turn(self, client, self._anonymous)

    def may_go_on(self, host: str) -> bool:
        """Whether whoever asks from an address asks small queries, and has not asked too many."""
        seconds = self._seconds(self.visit(host).client)
        return seconds <= min(_LONG, self._anonymous.seconds)

    def spend(self, host: str, seconds: float) -> None:
        """Charge whoever asks from an address for a query that was answered elsewhere."""
        self._charge(self.visit(host).client, self._anonymous, seconds)

    def long(self, client: str) -> bool:
        """Whether so much counts against a client that its queries are taken for long ones."""
        return self._seconds(client) > _LONG

    def enter(self, client: str, allowance: Allowance) -> float:
        """Begin a query; returns when. Raises `ClientBusy`, `ClientExhausted`."""
        self._check(client, allowance)
        self._running[client] = self._running.get(client, 0) + 1
        return self._clock()

    def leave(self, client: str, allowance: Allowance, started: float) -> None:
        """End a query."""
        self._leave(client)
        self._charge(client, allowance, self._clock() - started)

    def _check(self, client: str, allowance: Allowance) -> None:
        if self._running.get(client, 0) >= allowance.at_once:
            raise ClientBusy(limit=allowance.at_once, retry=1)
        use = self._used.get(client)
        excess = use.now(self._clock()) - allowance.seconds if use else -1.0
        if use and excess >= 0:
            # it asks in vain, and is not to be forgotten for that
            self._used.move_to_end(client)
            retry = max(1, ceil(excess / use.rate))
            raise ClientExhausted(limit=f"{allowance.seconds:g}", retry=retry)

    def _seconds(self, client: str) -> float:
        use = self._used.get(client)
        return use.now(self._clock()) if use else 0.0

    def _leave(self, client: str) -> None:
        left = self._running[client] - 1
        if left:
            self._running[client] = left
        else:
            del self._running[client]

    def _charge(self, client: str, allowance: Allowance, seconds: float) -> None:
        now, use = self._clock(), self._used.get(client)
        before = use.now(now) if use else 0.0
        self._used[client] = _Use(before + seconds, now, allowance.seconds / _MINUTE)
        self._used.move_to_end(client)
        while len(self._used) > _REMEMBERED or not next(iter(self._used.values())).counts(now):
            self._used.popitem(last=False)


class Turn:
    """A block in which a query of a client runs; entering it raises as `Clients.enter`."""

    __slots__ = ("_allowance", "_clients", "_started", "client")

    def __init__(self, clients: Clients, client: str, allowance: Allowance) -> None:
        self._clients = clients
        self.client = client
        self._allowance = allowance

    def __enter__(self) -> bool:
        """Give whether the client asks long queries."""
        self._started = self._clients.enter(self.client, self._allowance)
        return self._clients.long(self.client)

    def __exit__(self, *error: object) -> None:
        self._clients.leave(self.client, self._allowance, self._started)


@lru_cache(maxsize=4096)
def _network(host: str) -> str:
    try:
        found = ip_address(host)
    except ValueError:
        return _NAMELESS
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), _PREFIX), strict=False))
