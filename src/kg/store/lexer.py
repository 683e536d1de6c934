"""Tokens of a SPARQL text: enough to tell keywords from strings, comments, IRIs and names.

The engine's parser has no lexer of its own: it reads `SERVICE:s{` and `trueSERVICE<u>` as the
keyword SERVICE, and decides by context whether `<` is an operator or opens an IRI. So a token of
this module is what SPARQL's grammar says, and `Token.doubtful` marks the places from which on the
engine may have read the text differently.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, cast

Kind = Literal[
    "space", "iri", "string", "variable", "language", "blank", "prefixed", "word", "mark"
]

_CODEPOINT = (
    # halves of surrogate pairs are no characters, and there is nothing above 10FFFF
    r"\\u(?![dD][89a-fA-F])[0-9A-Fa-f]{4}"
    r"|\\U(?!0000[dD][89a-fA-F])(?:000[0-9A-Fa-f]|0010)[0-9A-Fa-f]{4}"
)
_ESCAPE = rf"""\\[tbnrf\\"']|{_CODEPOINT}"""
_RUN = r"\w(?:[\w\-·]|\.++(?=[\w\-·]))*+"
_ESCAPED = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL = rf"(?:[\w:]|{_ESCAPED})(?:[\w:\-·]|{_ESCAPED}|\.++(?=[\w:\-·%\\]))*+"

_TOKEN = re.compile(
    rf"""(?P<space>[ \t\r\n]++|\#[^\r\n]*+)
    |(?P<iri><(?:[^\x00-\x20<>"{{}}|^`\\]|{_CODEPOINT})*+>)
    |(?P<string>\"{{3}}(?:"{{0,2}}(?:[^"\\]|{_ESCAPE}))*+\"{{3}}
        |'{{3}}(?:'{{0,2}}(?:[^'\\]|{_ESCAPE}))*+'{{3}}
        |"(?:[^"\\\n\r]|{_ESCAPE})*+"
        |'(?:[^'\\\n\r]|{_ESCAPE})*+')
    |(?P<variable>[?$]\w++)
    |(?P<language>@[A-Za-z]++(?:-++[A-Za-z0-9]++)*+)
    |(?P<blank>_:{_RUN})
    |(?P<prefixed>(?:{_RUN})?:(?:{_LOCAL})?)
    |(?P<word>{_RUN})
    |(?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
_CLOSING = {")": "(", "]": "[", "}": "{"}
_OPERANDS = frozenset({"iri", "string", "variable", "language", "blank", "prefixed", "word"})


class Token(NamedTuple):
    """A piece of the text that is neither space nor comment; `start` is its offset.

    `depth` is the number of brackets open before it. `doubtful` says that the engine may read the
    text from here on in another way.
    """

    kind: Kind
    text: str
    start: int
    depth: int
    doubtful: bool


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of `text` in order; never fails, as every character is at least a mark."""
    brackets: list[str] = []
    operand = False
    for found in _TOKEN.finditer(text):
        # the names of the groups in the pattern are the kinds
        kind, value = cast("Kind", found.lastgroup), found[0]
        if kind == "space":
            continue
        doubtful = value in {'"', "'", "\\"} or (
            kind == "iri" and operand and brackets[-1:] == ["("] and _may_be_comparison(value)
        )
        yield Token(kind, value, found.start(), len(brackets), doubtful)
        operand = kind in _OPERANDS or value == ")"
        if value in _CLOSING.values():
            brackets.append(value)
        elif value in _CLOSING and brackets:
            brackets.pop()


def _may_be_comparison(iri: str) -> bool:
    """Whether `<…>` could be "less than" and then a string or a comment.

    `?a<1+'>'` is that in the engine, and an IRI by SPARQL's rule of the longest token. No
    expression begins like `http://`.
    """
    return ("'" in iri or "#" in iri) and not re.match(r"<\w+://", iri)


def position(text: str, offset: int) -> tuple[int, int]:
    """Return line and column (both from 1) of a character."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


class Places:
    """Lines and columns (both from 1) of offsets that are asked for in their order."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line, self._start, self._seen = 1, 0, 0

    def of(self, offset: int) -> tuple[int, int]:
        """Line and column of a character that is not before the last one asked for."""
        breaks = self._text.count("\n", self._seen, offset)
        if breaks:
            self._line += breaks
            self._start = self._text.rfind("\n", self._seen, offset) + 1
        self._seen = offset
        return self._line, offset - self._start + 1


def undeclared_prefix(text: str) -> Token | None:
    """Find the first prefixed name whose prefix the text does not declare before it."""
    declared: set[str] = set()
    for token, declares in _prefixed(text):
        label = token.text.split(":", 1)[0]
        if declares:
            declared.add(label)
        elif label not in declared:
            return token
    return None


def declared_prefixes(text: str) -> list[str]:
    """List the prefixes that the text declares, without their colons."""
    return [token.text.split(":", 1)[0] for token, declares in _prefixed(text) if declares]


def _prefixed(text: str) -> Iterator[tuple[Token, bool]]:
    """Prefixed names, and whether each stands in a declaration."""
    previous = ""
    for token in tokens(text):
        if token.kind == "prefixed":
            yield token, previous.upper() == "PREFIX"
        previous = token.text


def token_near(text: str, line: int, column: int) -> Token | None:
    """Return the token that starts at a position, else the last one before it."""
    last, places = None, Places(text)
    for token in tokens(text):
        if places.of(token.start) > (line, column):
            break
        last = token
    return last


def unclosed(text: str) -> Token | None:
    """Find a quote or bracket without its partner: the first quote, else the last bracket."""
    open_: list[Token] = []
    for token in tokens(text):
        if token.text in {'"', "'"}:
            return token
        if token.text in _CLOSING.values():
            open_.append(token)
        elif token.text in _CLOSING and (not open_ or open_.pop().text != _CLOSING[token.text]):
            return token
    return open_[-1] if open_ else None
