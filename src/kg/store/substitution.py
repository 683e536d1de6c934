"""Values of variables in the text of a query, for engines that take none beside it.

A value is never pasted into text: single tokens are replaced, the result is read again, and it must
consist of the tokens that were meant, or nothing is sent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

import pyoxigraph as ox

from kg.errors import Both, QueryFailed
from kg.store.lexer import Token, tokens

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_Piece = tuple[str, str]
"""Kind and text of a token."""


@dataclass(frozen=True)
class _Select:
    """A SELECT by the indices of its tokens: `start` is the keyword, `end` is behind the last.

    `group` to `tail` is its group graph pattern; `depth` counts the brackets around all of it.
    """

    start: int
    group: int
    tail: int
    end: int
    depth: int

    def shows(self, stream: list[Token], name: str) -> bool:
        """Whether the variable is visible outside, as a plain column."""
        head = stream[self.start + 1 : self.group]
        columns = [token.text[1:] for token in head if token.depth == self.depth]
        return name in columns or any(t.text == "*" and t.depth == self.depth for t in head)


def substitute(text: str, bindings: Mapping[str, Term]) -> str:
    """Return `text` with the values of `bindings` in the place of their variables.

    A variable that a sub-select does not show is another one and stays. Raises `QueryFailed` where
    SPARQL allows no value in the place of the variable, for a value without a spelling that every
    engine reads alike, and when the new text would not read as intended.
    """
    if not bindings:
        return text
    stream = list(tokens(text))
    selects = list(_selects(stream))
    fresh = _fresh_names({token.text[1:] for token in stream if token.kind == "variable"})
    pieces: list[list[_Piece]] = [[(token.kind, token.text)] for token in stream]
    values = {name: _spelt(name, term) for name, term in bindings.items()}
    for index, token in enumerate(stream):
        name = token.text[1:]
        if token.kind != "variable" or name not in values:
            continue
        around = [select for select in selects if select.start < index < select.end]
        if all(select.shows(stream, name) for select in around[1:]):
            place = _Place(stream, index, around)
            _replace(pieces, place, values[name], fresh)
    return _proven(text, stream, pieces)


def _selects(stream: list[Token]) -> Iterator[_Select]:
    """Yield every SELECT, an outer one before those inside it."""
    for start, token in enumerate(stream):
        if token.kind != "word" or token.text.upper() != "SELECT":
            continue
        depth, rest = token.depth, range(start, len(stream))
        group = next((i for i in rest if _is(stream[i], "{", depth)), len(stream))
        tail = next((i for i in rest if i > group and _is(stream[i], "}", depth + 1)), len(stream))
        end = next((i for i in rest if _is(stream[i], "}", depth)), len(stream))
        yield _Select(start, group, tail, end, depth)


def _is(token: Token, mark: str, depth: int) -> bool:
    return token.text == mark and token.depth == depth


@dataclass(frozen=True)
class _Place:
    """Where a variable stands: its index, and the SELECTs around it, the innermost last."""

    stream: list[Token]
    index: int
    around: list[_Select]

    @property
    def token(self) -> Token:
        return self.stream[self.index]

    @property
    def listed(self) -> int | None:
        """Index of the brace that closes the VALUES whose variable this is."""
        first = self.index
        while first and (
            self.stream[first - 1].kind == "variable" or self.stream[first - 1].text == "("
        ):
            first -= 1
        if not first or self.stream[first - 1].text.upper() != "VALUES":
            return None
        depth = self.stream[first - 1].depth
        rest = range(self.index, len(self.stream))
        return next((i for i in rest if _is(self.stream[i], "}", depth + 1)), None)

    @property
    def refused(self) -> bool:
        """Whether SPARQL wants a variable here and nothing else."""
        before = [t.text.upper() for t in self.stream[max(0, self.index - 2) : self.index]]
        return before[-1:] == ["AS"] or before == ["BOUND", "("]

    @property
    def plain(self) -> bool:
        """Whether it is a column or a condition of its SELECT, outside of any expression."""
        return bool(self.around) and self.token.depth == self.around[-1].depth

    @property
    def ordering(self) -> bool:
        """Whether it stands in ORDER BY of the whole query, where the column is in reach."""
        if len(self.around) != 1 or self.index < self.around[0].tail:
            return False
        select, name = self.around[0], self.token.text[1:]
        tail = [token.text.upper() for token in self.stream[select.tail : self.index]]
        return "ORDER" in tail and select.shows(self.stream, name)


def _replace(
    pieces: list[list[_Piece]], place: _Place, value: list[_Piece], fresh: Iterator[str]
) -> None:
    """Put a value in the place of a variable."""
    if place.listed is not None and place.token.depth:
        other: _Piece = ("variable", f"?{next(fresh)}")
        pieces[place.index] = [other]
        # a row of VALUES that says another value is none
        pieces[place.listed] += [
            *(("word", "FILTER"), ("mark", "("), ("word", "sameTerm"), ("mark", "(")),
            *(other, ("mark", ","), *value, ("mark", ")"), ("mark", ")")),
        ]
    elif place.refused or place.listed is not None:
        raise _no_place(place.token.text)
    elif place.ordering:
        # a number there would be the number of a column to some engines
        return
    elif place.plain and place.index < place.around[-1].group:
        # outside of a sub-select the name is a value by now, and must not be bound again
        shown = place.token.text if len(place.around) == 1 else f"?{next(fresh)}"
        named: list[_Piece] = [("word", "AS"), ("variable", shown)]
        pieces[place.index] = [("mark", "("), *value, *named, ("mark", ")")]
    elif place.plain and place.index > place.around[-1].tail:
        # all rows fall into one group, and none where there are none; a number there would be the
        # number of a column to some engines
        pieces[place.index] = [("variable", f"?{next(fresh)}")]
    else:
        pieces[place.index] = value


def _no_place(variable: str) -> QueryFailed:
    return QueryFailed(
        detail=Both(
            f"{variable} はAS、VALUES、BOUNDにあるため、値を与えられません。",
            f"{variable} stands in AS, VALUES or BOUND and cannot be given a value.",
        )
    )


def _fresh_names(taken: set[str]) -> Iterator[str]:
    return (name for number in count(1) if (name := f"given{number}") not in taken)


def _spelt(name: str, term: Term) -> list[_Piece]:
    """The tokens that spell a value in SPARQL."""
    if not isinstance(term, ox.NamedNode | ox.Literal):
        raise _unspeakable(name)
    # some engines read \\u0022 as a quote before they tell the tokens apart
    if "\\u" in term.value or "\\U" in term.value:
        raise _unspeakable(name)
    spelling = str(term)
    pieces = [(token.kind, token.text) for token in tokens(spelling)]
    wanted = "iri" if isinstance(term, ox.NamedNode) else "string"
    if not pieces or pieces[0][0] != wanted or "".join(text for _, text in pieces) != spelling:
        raise _unspeakable(name)
    return [(kind, text) for kind, text in pieces]


def _unspeakable(name: str) -> QueryFailed:
    return QueryFailed(
        detail=Both(
            f"{name} の値は、どのエンジンにも同じに伝わる形では書けません。",
            f"The value of {name} has no spelling that every engine reads alike.",
        )
    )


def _proven(text: str, stream: list[Token], pieces: list[list[_Piece]]) -> str:
    """Put the pieces together, and read the result again: it must be just those tokens."""
    parts, end = [], 0
    for token, new in zip(stream, pieces, strict=True):
        # spaces and comments between tokens stay, so that places in messages stay near
        parts.append(text[end : token.start])
        unchanged = new == [(token.kind, token.text)]
        parts.append(token.text if unchanged else _joined(new))
        end = token.start + len(token.text)
    result = "".join(parts) + text[end:]
    meant = [piece for new in pieces for piece in new]
    if [(token.kind, token.text) for token in tokens(result)] != meant:
        raise QueryFailed(
            detail=Both("値を安全に書き込めません。", "A value cannot be written in safely.")
        )
    return result


def _joined(pieces: list[_Piece]) -> str:
    """Spell a value; a language tag or datatype touches its string."""
    text = " "
    for kind, piece in pieces:
        text += f" {piece}" if kind in {"word", "variable"} else piece
    return text + " "
