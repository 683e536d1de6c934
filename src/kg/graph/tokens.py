"""Tokens of RDF 1.1 Turtle with the place of each in the text."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from kg.errors import Both, TurtleSyntaxError

_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_CHAR = rf"{_BASE}_0-9\-\u00b7\u0300-\u036f\u203f\u2040"
_PERCENT = "%[0-9A-Fa-f]{2}"
_PLX = rf"{_PERCENT}|\\[_~.!$&'()*+,;=/?\#@%-]"
_UCHAR = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_ESCAPE = rf"\\[tbnrf\"'\\]|{_UCHAR}"
_IRI = rf"<(?:[^\x00-\x20<>\"{{}}|^`\\%]|{_PERCENT}|{_UCHAR})*+"


def _string(quote: str) -> str:
    # Three quotes open a long string, never an empty one.
    return rf"{quote}(?!{quote}{quote})(?:[^{quote}\\\r\n]|{_ESCAPE})*+"


def _long_string(quote: str) -> str:
    return rf"{quote * 3}(?:[^{quote}\\]|{quote}(?!{quote}{quote})|{_ESCAPE})*+"


_OPEN = {  # what stands between the opening and the missing closing mark
    '"""': _long_string('"'),
    "'''": _long_string("'"),
    '"': _string('"'),
    "'": _string("'"),
    "<": _IRI,
}
_CLOSE = {"<": ">"}

_TOKEN = re.compile(
    rf"""(?P<space>(?:[ \t\r\n]|\#[^\r\n]*)+)
    |(?P<iri>{_IRI}>)
    |(?P<long>{_long_string('"')}\"\"\"|{_long_string("'")}''')
    |(?P<string>{_string('"')}\"|{_string("'")}')
    |(?P<blank>_:[{_BASE}_0-9](?:[{_CHAR}]|\.+(?=[{_CHAR}]))*)
    |(?P<name>(?:[{_BASE}](?:[{_CHAR}]|\.+(?=[{_CHAR}]))*)?:
        (?:(?:[{_BASE}_:0-9]|{_PLX})(?:[{_CHAR}:]|{_PLX}|\.+(?=[{_CHAR}:%\\]))*)?)
    |(?P<double>[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+)
    |(?P<decimal>[+-]?[0-9]*\.[0-9]+)
    |(?P<integer>[+-]?[0-9]+)
    |(?P<at>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<word>[A-Za-z]+)
    |(?P<mark>\^\^|[.;,\[\](){{}}])
    |(?P<bad>.)""",
    re.VERBOSE | re.DOTALL,
)

_ESCAPED = re.compile(_ESCAPE + "|" + _PLX)
_SHORT = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


_NARROW = {
    **dict(zip("；．。，、（）［］｛｝＜＞：＠＾", ";..,,()[]{}<>:@^", strict=True)),
    **dict.fromkeys("“”＂「」", '"'),
    **dict.fromkeys("‘’＇", "'"),
    "\u3000": "U+0020",
}
"""Signs that a Japanese keyboard gives in place of those of Turtle."""
_LOOK_BACK = 200


class Token(NamedTuple):
    """Kind (a group of the grammar, or `end`), text as it stands, and offset in the file's text."""

    kind: str
    text: str
    offset: int


def line_of(text: str, offset: int) -> int:
    """Line (from 1) of the character at `offset`."""
    return text.count("\n", 0, offset) + 1


def place(text: str, offset: int) -> tuple[int, int]:
    """Line and column (both from 1, in characters) of the character at `offset`."""
    return line_of(text, offset), offset - text.rfind("\n", 0, offset)


class Lines:
    """Where the lines of a text begin: for many offsets, without reading it again for each."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, as `place` has them."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def refuse(
    text: str, offset: int, *, file: str, en: str, ja: str, nearest: str | None = None
) -> NoReturn:
    """Raise `TurtleSyntaxError` for the place `offset`, with a hint at a full-width sign there."""
    line, column = place(text, offset)
    wide = _wide_sign(text, offset)
    if wide is not None:
        ja += f"（全角の {wide} は半角の {_NARROW[wide]} で書きます）"
        en += f" (write {_NARROW[wide]} in place of the full-width {wide})"
    raise TurtleSyntaxError(
        file=file, line=line, column=column, detail=Both(ja, en), nearest=nearest
    )


def _wide_sign(text: str, offset: int) -> str | None:
    """A sign of Turtle in full width at a place, or just before it, at the end of a name."""
    before = text[max(0, offset - _LOOK_BACK) : offset].rstrip()[-1:]
    return next((sign for sign in (text[offset : offset + 1], before) if sign in _NARROW), None)


def tokenise(text: str, file: str) -> Iterator[Token]:
    """Tokens of `text`, closed by one of kind `end`.

    Raises `TurtleSyntaxError` at the first character that can stand in no token.
    """
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        if kind == "bad":
            _refuse_character(text, found.start(), file)
        if kind != "space":
            yield Token(kind, found[0], found.start())
    yield Token("end", "", len(text.rstrip()))


def first_comment(text: str) -> int | None:
    """Offset of the first comment of a text that `tokenise` reads to its end."""
    spaces = (m for m in _TOKEN.finditer(text) if m.lastgroup == "space" and "#" in m[0])
    return next((space.start() + space[0].index("#") for space in spaces), None)


def _refuse_character(text: str, offset: int, file: str) -> NoReturn:
    for opening, pattern in _OPEN.items():
        if text.startswith(opening, offset):
            found = re.compile(pattern).match(text, offset)
            stop = found.end() if found else offset
            _refuse_unclosed(text, offset, stop, opening=opening, file=file)
    char = text[offset]
    refuse(
        text, offset, file=file, en=f"unexpected character {char!r}", ja=f"予期しない文字 {char!r}"
    )


def _refuse_unclosed(text: str, offset: int, stop: int, *, opening: str, file: str) -> NoReturn:
    """Point at the offending character, or at the opening mark when the end is missing."""
    if stop >= len(text) or text[stop] in "\r\n":
        closing = _CLOSE.get(opening, opening)
        en, ja = f"{opening} is not closed by {closing}", f"{opening} が {closing} で閉じていません"
        refuse(text, offset, file=file, en=en, ja=ja)
    char = text[stop : stop + 2] if text[stop] in "\\%" else text[stop]
    where = ("an IRI", "IRI") if opening == "<" else ("a string", "文字列")
    en, ja = f"{char!r} cannot stand in {where[0]}", f"{where[1]}の中に {char!r} は書けません"
    refuse(text, stop, file=file, en=en, ja=ja)


def unescape(text: str) -> str:
    """Characters that `text` (inside of a token) stands for.

    Raises `ValueError` for an escape of something that is no character (a surrogate, > U+10FFFF).
    """
    return _ESCAPED.sub(_escaped, text) if "\\" in text else text


def _escaped(found: re.Match[str]) -> str:
    code = found[0]
    if code[0] == "%":
        return code
    if code[1] in "uU":
        digits = code[2:]
        char = chr(int(digits, 16))
        char.encode()  # a surrogate is no character: UnicodeEncodeError is a ValueError
        return char
    return _SHORT.get(code[1], code[1])
