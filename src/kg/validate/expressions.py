"""The parts of a regular expression, as far as they decide how long a search for it may take.

Python has such a tree, but keeps it to itself. Which characters a part stands for is not worked out
here: `re` is asked, with the part alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kg.errors import Both

_PAIR = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_COUNT = re.compile(r"\{(?!\})([0-9]*)(,?)([0-9]*)\}")
_OPENING = re.compile(r"\((?:\?(?::|P<\w+>|>|(?P<looks><?[=!])))?")
_BY_NUMBER = re.compile(r"\\[N0-9]")
_WIDTHLESS = ("\\b", "\\B", "\\A", "\\Z")
_REFERENCE = Both(
    "前の部分と同じ文字列を求める書き方（「{part}」）は、時間がかかりすぎることがあります。",
    "What asks for the same text as an earlier part ({part}) can take too long.",
)
_UNKNOWN = Both(
    "「{part}」という書き方は、ここでは使えません。", "{part} cannot be used in a pattern here."
)


class ExpressionUnknown(Exception):
    """A part that is not understood; `reason` says which."""

    def __init__(self, reason: Both) -> None:
        super().__init__(reason.en)
        self.reason = reason


@dataclass(frozen=True)
class Letter:
    """Stands for one character of some: `text` is a letter, an escape, a class in brackets or `.`.

    `start` and `end` are where it stands in the expression.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Row:
    """Parts one after the other; none of them is the empty text."""

    parts: Sequence["Part"]


@dataclass(frozen=True)
class Choice:
    """One of several parts."""

    parts: Sequence["Part"]


@dataclass(frozen=True)
class Repeat:
    """A part, `least` to `most` times (None: any number)."""

    part: "Part"
    least: int
    most: int | None
    start: int
    end: int


@dataclass(frozen=True)
class Look:
    """What is looked for without being part of what is found, such as `(?=…)`."""

    part: "Part"


Part = Letter | Row | Choice | Repeat | Look


@dataclass
class Expression:
    """Reads an expression, of which `re` has said that it is one."""

    text: str
    place: int = 0

    def read(self) -> Part:
        """All of it; raises `ExpressionUnknown`."""
        return self._choice()

    def _choice(self) -> Part:
        parts = [self._row()]
        while self._next() == "|":
            self.place += 1
            parts.append(self._row())
        return parts[0] if len(parts) == 1 else Choice(parts)

    def _row(self) -> Part:
        parts = []
        while self._next() not in ("", "|", ")"):
            start = self.place
            part = self._one()
            parts.append(self._repeated(part, start))
        return Row(parts)

    def _next(self) -> str:
        return self.text[self.place : self.place + 1]

    def _one(self) -> Part:
        start, sign = self.place, self._next()
        if sign == "(":
            return self._group()
        if sign in "^$":
            self.place += 1
            return Row(())
        found = {"\\": _PAIR, "[": _CLASS}.get(sign)
        said = found.match(self.text, start) if found else None
        text = said[0] if said else sign
        self.place += len(text)
        if text in _WIDTHLESS:
            return Row(())
        if re.fullmatch(r"\\[1-9]", text):
            raise ExpressionUnknown(_REFERENCE.filled(part=text))
        # which characters these stand for could only be read from their numbers and names
        if any(_BY_NUMBER.match(pair) for pair in _PAIR.findall(text)):
            raise ExpressionUnknown(_UNKNOWN.filled(part=text))
        return Letter(text, start, self.place)

    def _group(self) -> Part:
        opening = _OPENING.match(self.text, self.place)
        if opening is None or self.text.startswith("?", opening.end()):
            rest = self.text[self.place : self.place + 4]
            reason = _REFERENCE if rest.startswith("(?P=") else _UNKNOWN
            raise ExpressionUnknown(reason.filled(part=rest))
        self.place = opening.end()
        part = self._choice()
        self.place += 1
        return Look(part) if opening["looks"] else part

    def _repeated(self, part: Part, start: int) -> Part:
        """The part with all signs of repetition after it; that it is lazy changes no worst case."""
        while True:
            count = self._count()
            if count is None:
                return part
            if self._next() in ("?", "+"):
                self.place += 1
            part = Repeat(part, *count, start, self.place)

    def _count(self) -> tuple[int, int | None] | None:
        simple = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(self._next())
        if simple is not None:
            self.place += 1
            return simple
        found = _COUNT.match(self.text, self.place)
        if found is None:
            return None
        self.place = found.end()
        least, comma, most = int(found[1] or 0), found[2], found[3]
        if most:
            return least, int(most)
        return least, None if comma else least
