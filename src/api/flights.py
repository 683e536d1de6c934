"""Equal requests at the same time: the first one asks the application, the others wait for it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from kg.errors import QueryTimeout

_Response = TypeVar("_Response")


@dataclass(frozen=True, slots=True)
class Landing(Generic[_Response]):
    """How the first of several equal requests ended.

    `response` is what the others get too; None where each of them has to ask. `left` says that it
    ended without any response, so that another one has to take its place.
    """

    response: _Response | None = None
    left: bool = False


class Flights(Generic[_Response]):
    """Requests that are under way, by their keys."""

    def __init__(self, patience: float) -> None:
        """Whoever waits for an equal request does so for `patience` seconds."""
        self._patience = patience
        self._under_way: dict[object, asyncio.Future[Landing[_Response]]] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._under_way

    def begin(self, key: object) -> Callable[[Landing[_Response]], None]:
        """Note that a request is under way; returns what ends that, of which the first call counts.

        It must be called at last, whatever happens.
        """
        flight = self._under_way[key] = asyncio.get_running_loop().create_future()

        def land(landing: Landing[_Response]) -> None:
            if not flight.done():
                del self._under_way[key]
                flight.set_result(landing)

        return land

    async def landing(self, key: object) -> Landing[_Response]:
        """Wait until an equal request has ended; raises `QueryTimeout`."""
        landing: Landing[_Response] = Landing(left=True)
        try:
            async with asyncio.timeout(self._patience):
                while landing.left and key in self._under_way:
                    landing = await asyncio.shield(self._under_way[key])
        except TimeoutError:
            raise QueryTimeout(seconds=f"{self._patience:g}") from None
        return landing
