"""The nearest valid name for one that does not exist: what a mistyped name may have meant."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import partial

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

_NEAR, _NEAR_ELSEWHERE = 60, 80
"""Least similarity (per cent) of a name beside the wanted one, and of one elsewhere."""
_NEAR_TERM = 75
"""The same of the name of a property or class: status is not start."""
_NUMBER = re.compile(r"[0-9]+")
_DIGITS, _CLOSE = 10, 2
_LONGER = 1.5
"""How many times as long as a wanted name one may be that only resembles it."""
_SEPARATOR = re.compile(r"[/#-]")
_LAST = "\U0010ffff"


def nearest_name(name: str, names: Iterable[str]) -> str | None:
    """Return the most similar of `names`, in whatever case; None where nothing comes near.

    A short name resembles many: one that is much longer must begin with it.
    """
    start, longest = name.casefold(), len(name) * _LONGER
    choices = [n for n in names if len(n) <= longest or n.casefold().startswith(start)]
    return _most_similar(name, choices, _NEAR)


def nearest_term(term: str, known: Iterable[str], base: str) -> str | None:
    """The property or class among `known` that a mistyped one may mean; None where none does.

    That is one of the same name in another namespace, ours (under `base`) first, or else one that
    is spelt almost alike: names of terms are words, and words that merely sound alike mislead.
    """
    choices = sorted((choice for choice in known if choice != term), key=lambda c: _rank(c, base))
    wanted = _local(term).casefold()
    same = (choice for choice in choices if _local(choice).casefold() == wanted)
    found = next(same, None)
    if found is not None:
        return found
    names = {_local(choice): choice for choice in reversed(choices)}
    near = _most_similar(_local(term), list(names), _NEAR_TERM)
    return None if near is None else names[near]


def nearest_ending(ending: str, endings: Iterable[str]) -> str | None:
    """The ending of a file name that a mistyped one may mean; None where none does.

    Of a few letters each counts: one that lacks its end, or whose letters changed places, is meant;
    .pdf is not .rdf.
    """
    wanted = ending.casefold()
    near = (e for e in endings if e.startswith(wanted) or sorted(e) == sorted(wanted))
    return next(near, None)


def numbers_differ(one: str, other: str) -> bool:
    """Whether two names are the same but for their numbers: both may be right."""
    return one != other and _NUMBER.sub("0", one) == _NUMBER.sub("0", other)


def numbers_near(one: str, other: str) -> bool:
    """Whether the numbers of two names that are otherwise the same follow closely."""
    pairs = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    # names are written by anybody: the length of a number is no matter for int()
    return all(len(a) < _DIGITS > len(b) and abs(int(a) - int(b)) <= _CLOSE for a, b in pairs)


class NearestIri:
    """The most similar of some IRIs: first among its neighbours, then ever farther away.

    Neighbours begin alike, up to a slash, number sign or hyphen. They go first, as an IRI is long
    and its beginning common: as a whole, `…/II-1-20-999` resembles `…/III-1-20-909` most of all.
    """

    def __init__(self, iris: Iterable[str], base: str) -> None:
        """Search among `iris`; those under `base`, or under one host, may replace each other."""
        self._base = base
        self._sorted = sorted((iri.casefold(), iri) for iri in iris)
        self._longest = max((len(folded) for folded, _ in self._sorted), default=0)

    def of(self, iri: str) -> str | None:
        """IRI that is most like `iri`, in whatever case; None where nothing comes near."""
        folded = iri.casefold()
        folder = _folder(folded)
        own = folded.startswith(self._base.casefold())
        least = len(self._base) if own else min(_host(folded), folder)
        # nothing begins with more than the longest of them: an endless IRI takes no time
        head = folded[: self._longest]
        cuts = {found.end() for found in _SEPARATOR.finditer(head)} | {least}
        for cut in sorted((cut for cut in cuts if cut >= least), reverse=True):
            near = _NEAR if cut >= folder else _NEAR_ELSEWHERE
            found = self._beginning_with(folded[:cut], iri, near)
            # long beginnings make all names below them resemble each other
            if found and (cut >= folder or _alike_at_the_end(iri, found)):
                return found
        return None

    def _beginning_with(self, start: str, iri: str, near: int) -> str | None:
        first = bisect_left(self._sorted, (start, ""))
        last = bisect_left(self._sorted, (start + _LAST, ""))
        choices = {found: found[len(start) :] for _, found in self._sorted[first:last]}
        rest = _most_similar(iri[len(start) :], list(choices.values()), near)
        return next((found for found, text in choices.items() if text == rest), None)


def _local(iri: str) -> str:
    return iri[_folder(iri) :]


def _rank(iri: str, base: str) -> tuple[bool, str]:
    return not iri.startswith(base), iri


def _folder(iri: str) -> int:
    """Length of an IRI up to its last slash or number sign."""
    return max(iri.rfind("/"), iri.rfind("#")) + 1


def _host(iri: str) -> int:
    """Length of an IRI up to the slash after its host."""
    return iri.find("/", iri.find("://") + 3) + 1


def _alike_at_the_end(iri: str, found: str) -> bool:
    ends = (text[_folder(text) :].casefold() for text in (iri, found))
    return fuzz.ratio(*ends) >= _NEAR


def _most_similar(text: str, choices: list[str], near: int) -> str | None:
    found = process.extract(
        text, choices, scorer=fuzz.ratio, processor=str.casefold, score_cutoff=near, limit=None
    )
    best = max((score for _, score, _ in found), default=0)
    alike = (choice for choice, score, _ in found if score == best)
    # letters that changed places are one slip: mxet is rather mext than meti
    return min(alike, key=partial(_slips, text), default=None)


def _slips(text: str, choice: str) -> int:
    return OSA.distance(text, choice, processor=str.casefold)
