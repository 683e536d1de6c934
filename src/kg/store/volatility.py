"""Queries that may answer differently over the same data."""

from functools import lru_cache

from kg.store.lexer import tokens

_FUNCTIONS = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE"})


@lru_cache(maxsize=256)
def is_volatile(query: str) -> bool:
    """Whether a query asks for the time, chance, or new blank nodes.

    Rather says so too often than too seldom: escaped letters may spell a function, and brackets
    and blank nodes of a CONSTRUCT may stand in its template, which makes new ones each time.
    """
    if "\\u" in query or "\\U" in query:
        return True
    words = set()
    blank = False
    for token in tokens(query):
        if token.doubtful:
            return True
        if token.kind == "word":
            words.add(token.text.upper())
        blank = blank or token.kind == "blank" or token.text in {"[", "("}
    return bool(words & _FUNCTIONS) or (blank and "CONSTRUCT" in words)
