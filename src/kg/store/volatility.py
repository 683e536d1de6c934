"""Queries that may answer differently over the same data."""

from kg.store.lexer import tokens

_FUNCTIONS = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE"})
_LONGEST = 4096
"""Characters of a text that is read token by token."""


def is_volatile(query: str) -> bool:
    """Whether a query asks for the time, chance, or new blank nodes.

    Rather says so too often than too seldom: escaped letters may spell a function, and brackets
    and blank nodes of a CONSTRUCT may stand in its template, which makes new ones each time. A long
    text with such a word is not read further.
    """
    if "\\u" in query or "\\U" in query:
        return True
    if not _is_suspect(query, query.upper()):
        return False
    if len(query) > _LONGEST:
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


def _is_suspect(query: str, upper: str) -> bool:
    """Whether a text has what makes reading it worth while."""
    # written out, as a loop or an expression takes as long as a small query
    functions = "NOW" in upper or "RAND" in upper or "UUID" in upper or "BNODE" in upper
    blank = "_:" in query or "[" in query or "(" in query
    return functions or (blank and "CONSTRUCT" in upper)
