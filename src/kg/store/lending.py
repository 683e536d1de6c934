"""A lane whose idle readers get connections of clients for a moment (`kg.store.attending`)."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from kg.errors import KgError, ReaderLost
from kg.store.forking import Reader
from kg.store.pool import ReaderPool
from kg.store.turns import Turn

_GRACE_SECONDS = 0.5
"""A reader that is this late with the end of a loan has a query that takes too long for one."""
_PAUSE_SECONDS = 5.0
"""Without loans after one whose reader was lost: somebody asks what is not small."""
_PATIENCE_SECONDS = 0.025
"""How long a caller waits for another reader before a loan ends."""
_END_SECONDS = 2.0
_MOMENT_SECONDS = 0.1
"""Without loans after somebody had to wait for a reader that had one."""


class Owner(Protocol):
    """Whose connections are lent."""

    def opened(self) -> None:
        """Connections may be lent now."""

    def failed(self) -> None:
        """A loan could not begin."""

    def seen(self, number: int, facts: Sequence[Any]) -> None:
        """A request of a connection was answered."""

    def back(self, number: int, rest: bytes, *, slow: bool, seconds: float) -> None:
        """A connection is no longer lent; `rest` of its last answer is yet to be sent.

        `seconds` were spent on a request that is yet to be answered; `slow` says that what it asks
        is nothing for a reader that has connections.
        """


@dataclass(eq=False)
class Loan:
    """Connections, by number, that one reader has.

    `attending` says that the reader listens, `wanted` that it is to end, `closed` that it knows.
    """

    reader: Reader
    owner: Owner
    lent: set[int] = field(default_factory=set)
    attending: bool = False
    wanted: bool = False
    closed: bool = False

    @property
    def open(self) -> bool:
        """Whether it takes connections."""
        return self.attending and not self.wanted

    def take(self, number: int, descriptor: int, form: Mapping[str, object]) -> bool:
        """Lend a connection; False when that cannot be."""
        if not self.open or not self.reader.pass_on({"take": number, "form": form}, descriptor):
            return False
        self.lent.add(number)
        return True

    def recall(self) -> None:
        """Ask for all connections."""
        self.wanted = True
        if self.attending and not self.closed:
            self.closed = True
            message: Mapping[str, object] = {"close": True}
            if not self.reader.pass_on(message):
                # the reader is behind, and gets it after what it has yet to get
                self.reader.send(message, b"")

    async def run(self, request: Mapping[str, object], deadline: float) -> None:
        """Lend until the reader ends it; raises what the reader raises, and `TimeoutError`."""
        self.reader.send(request, b"")
        await self.reader.receive(deadline)
        self.attending = True
        if self.wanted:
            self.recall()
        else:
            self.owner.opened()
        ended = False
        while not ended:
            head, body = await self.reader.receive(deadline)
            self._note(head, body)
            if head.get("over"):
                self.recall()
            ended = "closed" in head

    def end(self) -> None:
        """Take back what a reader did not give back."""
        self.wanted = True
        for number in list(self.lent):
            self._take_back(number)

    def _note(self, head: Mapping[str, Any], body: bytes) -> None:
        try:
            for number, *facts in head["seen"]:
                self.owner.seen(number, facts)
        finally:
            start = 0
            for number, size, slow, seconds in head["back"]:
                rest = body[start : start + size]
                self._take_back(number, rest, slow=slow, seconds=seconds)
                start += size

    def _take_back(
        self, number: int, rest: bytes = b"", *, slow: bool = False, seconds: float = 0.0
    ) -> None:
        self.lent.discard(number)
        self.owner.back(number, rest, slow=slow, seconds=seconds)


class _Silent(Turn):
    """The turn of a loan, which asks its reader later."""

    def begin(self, reader: Reader) -> None:
        self.reader.set_result(reader)


class LendingPool(ReaderPool):
    """Readers of a lane that may have connections of clients."""

    def __init__(self, *args: Any, seconds: float, loans: int, **named: Any) -> None:
        """As a `ReaderPool`; up to `loans` readers have connections, each for `seconds`."""
        super().__init__(*args, **named)
        self._loan_seconds = seconds
        self._most = loans
        self._begun = 0
        self._loans: set[Loan] = set()
        self._not_before = 0.0

    @property
    def loans(self) -> Sequence[Loan]:
        """Loans that are open."""
        return [loan for loan in self._loans if loan.open]

    def may_lend(self) -> bool:
        """Whether another loan can begin now."""
        room = self._begun < self._most and self._loan_seconds > 0
        # a loan is not to take the place in the queue of one who would be refused
        ready = bool(self._free) or len(self._waiting) < self._queue // 2
        return room and ready and asyncio.get_running_loop().time() >= self._not_before

    def lend(self, owner: Owner, facts: Callable[[], Mapping[str, object]]) -> None:
        """Lend to a reader, as soon as there is one; `facts` are what its clerk is to know."""
        self._begun += 1
        self._in_background(self._lend_at_last(owner, facts))

    async def _lend_at_last(self, owner: Owner, facts: Callable[[], Mapping[str, object]]) -> None:
        loop = asyncio.get_running_loop()
        begun = False
        try:
            reader = await self._take(_Silent({}, b"", self._newest, loop.create_future()))
            loan = Loan(reader, owner)
            await self._lend(loan, facts)
            begun = loan.attending
        except KgError:
            # others are in need of readers
            self._not_before = loop.time() + _MOMENT_SECONDS
        finally:
            self._begun -= 1
            if not begun:
                owner.failed()

    async def _lend(self, loan: Loan, facts: Callable[[], Mapping[str, object]]) -> None:
        loop = asyncio.get_running_loop()
        keep = True
        self._loans.add(loan)
        self._done["loans"] += 1
        try:
            state = self._newest()
            request = {"do": "attend", "position": state.fields(), "facts": facts()}
            same = state.source is None or state.source == loan.reader.source
            if same and self._newest() == state:
                deadline = loop.time() + self._loan_seconds + _GRACE_SECONDS
                keep = False
                await loan.run({**request, "seconds": self._loan_seconds}, deadline)
                keep = True
        except (ReaderLost, TimeoutError) as error:
            # what was asked there is asked again, where it is told what is wrong
            self._done["killed" if isinstance(error, TimeoutError) else "lost"] += 1
            self._not_before = loop.time() + _PAUSE_SECONDS
        except KgError:
            # of the store, or of a reader that is too old: whoever asks is told, or gets another
            self._not_before = loop.time() + _MOMENT_SECONDS
        finally:
            self._loans.discard(loan)
            try:
                if keep:
                    self._release(loan.reader)
                else:
                    self._replace(loan.reader)
                    await _gone(loan.reader)
            finally:
                loan.end()

    def recall(self) -> None:
        """End all loans: the service is about to."""
        for loan in self._loans:
            loan.recall()

    def _on_waiting(self, turn: Turn) -> None:
        # one loan is not to end for another
        if self._begun and not isinstance(turn, _Silent):
            loop = asyncio.get_running_loop()
            loop.call_later(_PATIENCE_SECONDS, self._recall_for, turn)

    def _recall_for(self, turn: Turn) -> None:
        """End the smallest loan as long as a caller waits."""
        loans = [loan for loan in self._loans if not loan.wanted]
        if turn in self._waiting and loans:
            self._not_before = asyncio.get_running_loop().time() + _MOMENT_SECONDS
            min(loans, key=lambda loan: len(loan.lent)).recall()
            self._on_waiting(turn)


async def _gone(reader: Reader) -> None:
    """Wait for the end of a reader that was killed: until then it may answer what it has.

    Not for ever, should the fork server be stuck.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(_END_SECONDS):
            await reader.ended()
