"""Regular expressions by which a search may take for ever, found before anything is searched.

Python's `re` tries one way after the other in which a text may fit. Their number is that of the
paths of an automaton through the text: exponential where a part that repeats can read the same
characters in two ways, and a power of the length where several parts that repeat can share the
same characters out among them (Weber and Seidl, 1991; a power of three is refused).
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kg.errors import Both
from kg.validate.automaton import Automaton, Steps, TooLarge
from kg.validate.circles import components
from kg.validate.expressions import Expression, ExpressionUnknown

LONGEST = 1000
"""Characters of an expression."""
_SHARED = 3
"""Parts that repeat and can share out the same characters: so many are refused."""
_OPTIONAL = 20
"""Parts that may be left out and can read the same character."""
_SIMPLER = Both("短く、簡単にしてください。", "Make it shorter and simpler.")
_NESTED = Both(
    "「{part}」は、同じ文字列を何通りにも分けて繰り返せるため、検査が終わらなくなります。",
    "{part} can split the same text into repetitions in many ways, so that a check never ends.",
)
_ONCE = Both(
    "繰り返しの中に繰り返しを置かず（「(a+)+」は「a+」）、選択肢は最初の一文字で区別できるように"
    "してください（「(a|ab)*」は「(ab?)*」）。",
    "Do not repeat what repeats (a+ for (a+)+), and let alternatives differ in their first "
    "character ((ab?)* for (a|ab)*).",
)
_IN_A_ROW = Both(
    "「{part}」では、三つ以上の繰り返しが同じ文字列を分け合えるため、"
    "長い文字列の検査に時間がかかりすぎます。",
    "In {part} three or more repetitions can share out the same text, which takes too long for a "
    "long one.",
)
_APART = Both(
    "それぞれの繰り返しから、その後に続く文字を除いてください（「.*年.*月.*」は「[^年]*年[^月]*月.*」）。",
    "Leave out of each repetition the character that follows it (for .*-.*-.* write "
    "[^-]*-[^-]*-.*).",
)
_LEFT_OUT = Both(
    "省略できる部分が多すぎるため（{count}個まで）、検査に時間がかかりすぎます。",
    "Too many parts can be left out (at most {count}), which takes too long.",
)
_LONG = Both("長すぎます（{count}字まで）。", "It is too long (at most {count} characters).")
_LARGE = Both("複雑すぎて、安全か確かめられません。", "It is too complex to be found safe.")


@dataclass(frozen=True)
class Danger:
    """Why an expression is refused, and what would be accepted."""

    reason: Both
    instead: Both


def danger(text: str, steps: Steps, *, ignore_case: bool = False) -> Danger | None:
    """Why the expression `text` may take for ever; None for one that cannot, or is none.

    `steps` may serve several expressions. What is refused for its size alone could be harmless; of
    what is not refused, the square of a text's length is the worst, times the length where the
    expression may begin anywhere.
    """
    if len(text) > LONGEST:
        return Danger(_LONG.filled(count=LONGEST), _SIMPLER)
    try:
        re.compile(text)
        flags = re.IGNORECASE if ignore_case else re.NOFLAG
        return _danger(Automaton(Expression(text).read(), text, flags, steps))
    except ExpressionUnknown as error:
        return Danger(error.reason, _SIMPLER)
    except (TooLarge, RecursionError):
        return Danger(_LARGE, _SIMPLER)
    except (re.error, OverflowError):
        # whoever uses it says what is wrong with it
        return None


def _danger(automaton: Automaton) -> Danger | None:
    twice = _twice(automaton) or _counted_twice(automaton)
    if twice is not None:
        return Danger(_NESTED.filled(part=twice), _ONCE)
    shared = _shared(automaton)
    if shared is not None:
        return Danger(_IN_A_ROW.filled(part=shared), _APART)
    if any(count > _OPTIONAL for count in _left_out(automaton).values()):
        return Danger(_LEFT_OUT.filled(count=_OPTIONAL), _SIMPLER)
    return None


def _twice(automaton: Automaton) -> str | None:
    """A part that repeats and can read the same text in two ways."""
    for repeat in automaton.idle:
        return automaton.text[repeat.start : repeat.end]
    for (start, end), count in automaton.ways.items():
        circle = automaton.circles.get(start)
        if count > 1 and circle is not None and circle == automaton.circles.get(end):
            return automaton.written(circle)
    edges = []
    waiting = [(state, state) for state in automaton.circles]
    seen = set(waiting)
    while waiting:
        pair = waiting.pop()
        for after in automaton.together(*map(automaton.within, pair)):
            following = after[0], after[1]
            edges.append((pair, following))
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    of_pair = components(edges)
    same = {number: pair for pair, number in of_pair.items() if pair[0] == pair[1]}
    split = (p for p, number in of_pair.items() if p[0] != p[1] and number in same)
    found = next(split, None)
    return None if found is None else automaton.written(automaton.circles[found[0]])


def _counted_twice(automaton: Automaton) -> str | None:
    """As `_twice`, of what is repeated a number of times, and is written out a few times."""
    for repeat in automaton.counted.values():
        part = replace(repeat, least=0, most=None)
        twice = _twice(Automaton(part, automaton.text, automaton.flags, automaton.steps))
        if twice is not None:
            return twice
    return None


def _left_out(automaton: Automaton) -> Counter[str]:
    """How many letters that may be left out can read each character."""
    masks = [automaton.characters(state) for state in automaton.optional]
    automaton.steps.spend(len(masks))
    return Counter(
        sample
        for mask in masks
        for place, sample in enumerate(automaton.samples)
        if mask >> place & 1
    )


def _shared(automaton: Automaton) -> str | None:
    """Parts that repeat one after the other and can share out the same text."""
    states = sorted(automaton.circles)
    after: dict[int, set[int]] = {}
    for one in states:
        for other in states:
            mine, theirs = automaton.circles[one], automaton.circles[other]
            if (
                mine != theirs
                and theirs not in after.get(mine, ())
                and _share(automaton, one, other)
            ):
                after.setdefault(mine, set()).add(theirs)
    for row in _rows(automaton.steps, after):
        if len(row) >= _SHARED:
            return automaton.written(*row)
    return None


def _rows(steps: Steps, after: dict[int, set[int]]) -> Iterator[tuple[int, ...]]:
    """Circles of which each shares with the next."""
    rows: list[tuple[int, ...]] = [(circle,) for circle in after]
    while rows:
        row = rows.pop()
        steps.spend()
        yield row
        if len(row) < _SHARED:
            rows += [(*row, circle) for circle in after.get(row[-1], ())]


def _share(automaton: Automaton, one: int, other: int) -> bool:
    """Whether a text leads from `one` to itself, from `one` to `other`, and there to itself."""
    start, end = (one, one, other), (one, other, other)
    waiting, seen = [start], {start}
    while waiting:
        mine, between, theirs = waiting.pop()
        every = automaton.following.get(between, ())
        for states in automaton.together(automaton.within(mine), every, automaton.within(theirs)):
            following = states[0], states[1], states[2]
            if following == end:
                return True
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return False
