"""The automaton of a regular expression: which of its letters can follow which (Glushkov)."""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from math import prod

from kg.validate.circles import components
from kg.validate.expressions import Choice, Letter, Look, Part, Repeat

_FEW = 4
"""So often a part is written out that is to be repeated a number of times."""
_STEPS = 300_000
"""Some tenths of a second; ordinary expressions take some hundred."""
_SAMPLES = frozenset("aZ0_- \n\t\r\f\v\a\b.,!/あア亜漢０Ａー、\u3000é\U0001f600")
_ESCAPED = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")


class TooLarge(Exception):
    """More steps than are spent on it."""


@dataclass
class Steps:
    """What may be spent on expressions."""

    left: int = _STEPS

    def spend(self, steps: int = 1) -> None:
        """Raises `TooLarge` when all are spent."""
        self.left -= steps
        if self.left < 0:
            raise TooLarge


@dataclass(frozen=True)
class _Piece:
    """A part in the automaton: whether it may be empty, where it begins, and where it ends."""

    empty: bool
    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()


_NOTHING = _Piece(empty=True)


@dataclass
class Automaton:
    """States are the letters of a part of an expression; a way between two may be there twice.

    `text` is the whole expression. Raises `TooLarge`.
    """

    part: Part
    text: str
    flags: re.RegexFlag
    steps: Steps
    letters: list[Letter] = field(default_factory=list)
    ways: Counter[tuple[int, int]] = field(default_factory=Counter)
    repeats: list[tuple[Repeat, range]] = field(default_factory=list)
    optional: set[int] = field(default_factory=set)
    """Letters that may be left out, and one of each choice between parts that begin alike."""
    counted: dict[tuple[int, int], Repeat] = field(default_factory=dict)
    """What is repeated a number of times that is no longer small."""
    idle: list[Repeat] = field(default_factory=list)
    """What repeats a part that can read nothing in several ways."""
    _times: int = 1
    _read: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Finds the ways."""
        self._piece(self.part)

    def _piece(self, part: Part) -> _Piece:
        self.steps.spend()
        if isinstance(part, Letter):
            self.letters.append(part)
            here = (len(self.letters) - 1,)
            return _Piece(empty=False, first=here, last=here)
        if isinstance(part, Repeat):
            return self._repeat(part)
        if isinstance(part, Look):
            # a search that ends in it goes on from where it began
            return _Piece(empty=True, first=self._piece(part.part).first)
        if isinstance(part, Choice):
            pieces = [self._piece(each) for each in part.parts]
            self._tell_apart(pieces)
            return _Piece(
                any(piece.empty for piece in pieces),
                tuple(chain.from_iterable(piece.first for piece in pieces)),
                tuple(chain.from_iterable(piece.last for piece in pieces)),
            )
        whole = _NOTHING
        for each in part.parts:
            whole = self._after(whole, self._piece(each))
        return whole

    def _tell_apart(self, pieces: Iterable[_Piece]) -> None:
        known = 0
        for piece in pieces:
            for state in piece.first:
                if known & self.characters(state):
                    self.optional.add(state)
                    return
            for state in piece.first:
                known |= self.characters(state)

    def _after(self, one: _Piece, other: _Piece) -> _Piece:
        self._connect(one.last, other.first)
        return _Piece(
            one.empty and other.empty,
            one.first + other.first if one.empty else one.first,
            other.last + one.last if other.empty else other.last,
        )

    def _connect(self, ends: Iterable[int], starts: Sequence[int]) -> None:
        for end in ends:
            self.steps.spend(len(starts))
            self.ways.update((end, start) for start in starts)

    def _repeat(self, repeat: Repeat) -> _Piece:
        start = len(self.letters)
        if repeat.most == 0:
            return _NOTHING
        wide = repeat.most is None or repeat.most - repeat.least > _FEW
        ways = _ways_to_be_empty(repeat.part)
        if ways > 1 and repeat.most != 1:
            self.idle.append(repeat)
        if wide or (repeat.least > _FEW and ways):
            piece = self._piece(repeat.part)
            self._connect(piece.last, piece.first)
            if piece.empty:
                # to be left out in each round, or left
                self._connect(piece.last, piece.first)
            self.repeats.append((repeat, range(start, len(self.letters))))
            return _Piece(piece.empty or not repeat.least, piece.first, piece.last)
        return self._written_out(repeat, repeat.most or 0)

    def _written_out(self, repeat: Repeat, most: int) -> _Piece:
        before = self._times
        self._times *= most
        if self._times > _FEW:
            self.counted[repeat.start, repeat.end] = repeat
        whole = _NOTHING
        for _ in range(min(repeat.least, _FEW)):
            whole = self._after(whole, self._piece(repeat.part))
        start, rest = len(self.letters), _NOTHING
        for _ in range(most - repeat.least):
            piece = self._after(self._piece(repeat.part), rest)
            rest = _Piece(empty=True, first=piece.first, last=piece.last)
        self.optional.update(range(start, len(self.letters)))
        self._times = before
        return self._after(whole, rest)

    @cached_property
    def circles(self) -> dict[int, int]:
        """The states that lead back to themselves, by the circle that they are part of."""
        found = components(self.ways)
        sizes = Counter(found.values())
        return {
            state: number
            for state, number in found.items()
            if sizes[number] > 1 or (state, state) in self.ways
        }

    @cached_property
    def following(self) -> dict[int, list[int]]:
        """The states after each."""
        following: dict[int, list[int]] = {}
        for start, end in self.ways:
            following.setdefault(start, []).append(end)
        return following

    def within(self, state: int) -> list[int]:
        """The states after `state` that are part of the same circle."""
        circle = self.circles.get(state)
        return [n for n in self.following.get(state, ()) if self.circles.get(n) == circle]

    def characters(self, state: int) -> int:
        """The samples that a letter stands for, one bit for each."""
        text = self.letters[state].text
        if text not in self._read:
            self.steps.spend(1 + len(self.samples) // 20)
            one = re.compile(text, self.flags)
            found = (place for place, c in enumerate(self.samples) if one.fullmatch(c))
            self._read[text] = sum(1 << place for place in found)
        return self._read[text]

    @cached_property
    def samples(self) -> tuple[str, ...]:
        """Characters that tell the letters of the expression apart."""
        escaped = (int(next(filter(None, e.groups())), 16) for e in _ESCAPED.finditer(self.text))
        named = {*map(ord, self.text), *escaped}
        beside = {code + step for code in named for step in (-1, 0, 1)}
        return tuple(_SAMPLES.union(chr(code) for code in beside if 0 <= code <= sys.maxunicode))

    def together(self, *choices: Iterable[int]) -> Iterator[tuple[int, ...]]:
        """States, one of each of `choices`, that can read the same character."""
        found: list[tuple[tuple[int, ...], int]] = [((), -1)]
        for states in choices:
            read = [(state, self.characters(state)) for state in states]
            self.steps.spend(1 + len(found) * len(read))
            found = [
                ((*before, state), common & own)
                for before, common in found
                for state, own in read
                if common & own
            ]
        return (states for states, _ in found)

    def written(self, *circles: int) -> str:
        """What is written from the first to the last of `circles`, with what repeats them."""
        states = {state for state, circle in self.circles.items() if circle in circles}
        spans = [
            (repeat.start, repeat.end)
            for repeat, inside in self.repeats
            if not states.isdisjoint(inside)
        ]
        return self.text[min(start for start, _ in spans) : max(end for _, end in spans)]


def _ways_to_be_empty(part: Part) -> int:
    """In how many ways a part can read nothing; two stand for all above them."""
    if isinstance(part, Letter):
        return 0
    if isinstance(part, Look):
        return 1
    if isinstance(part, Repeat):
        ways = 0 if part.most == 0 else _ways_to_be_empty(part.part)
        if ways and part.most != 1:
            # once or again
            return 2
        return min(2, ways + 1) if part.least == 0 else ways
    ways_of = map(_ways_to_be_empty, part.parts)
    return min(2, sum(ways_of) if isinstance(part, Choice) else prod(ways_of))
