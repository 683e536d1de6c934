"""Known names found in a passage, and what is left when they are taken out."""

import re
from collections.abc import Iterable

from kg.model import Passage

_FILLER = re.compile("[、､・①②③ⅰⅱⅲⅳ（）()\ue000-\uf8ff]|など|等|拠点")


def mentions(passage: Passage, names: Iterable[str]) -> list[Passage]:
    """Passages that print one of `names` (without white space); the longer name wins."""
    longest_first = sorted(names, key=len, reverse=True)
    return passage.find_all("|".join(map(re.escape, longest_first)))


def remainder(passage: Passage, names: Iterable[str]) -> str:
    """What a list prints besides `names`, separators, bullets and "and others"."""
    longest_first = sorted(names, key=len, reverse=True)
    left = re.sub("|".join(map(re.escape, longest_first)), "", passage.text)
    return _FILLER.sub("", left)
