"""How much work a SPARQL text gives the engine before it has read a single triple.

The planner takes time that grows with the third power of the patterns that it joins, and with the
second of the operators in an expression: a text of a few kilobytes keeps it busy for minutes. The
counts here come from the tokens alone. Where tokens leave open what the engine will make of them,
the larger count is taken.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from kg.store.lexer import Token

Context = Literal["top", "group", "data", "values", "expression", "path", "collection", "blank"]
Measure = Literal["depth", "patterns", "groups", "operators"]


@dataclass(frozen=True)
class QueryLimits:
    """How large a text may be.

    `bytes` of UTF-8; `depth` of nested brackets; `patterns`: triple patterns and steps of paths;
    `groups`: braces and blocks of VALUES; `operators`: operators, calls and brackets of
    expressions. In an update all but the first hold for each of its operations.
    """

    bytes: int = 64 * 1024
    depth: int = 100
    patterns: int = 150
    groups: int = 100
    operators: int = 1000


ANONYMOUS = QueryLimits()
"""Limits of those who hold no token."""
GRANTED = QueryLimits(bytes=256 * 1024, patterns=300, groups=150, operators=2000)
"""Limits of those who hold one."""


class Excess(NamedTuple):
    """A limit that a text goes over: which, how high it is, the count there, and the place."""

    measure: Measure
    limit: int
    found: int
    token: Token


_CLAUSES = frozenset(
    {"BIND", "DATA", "FILTER", "GRAPH", "GROUP", "HAVING", "LIMIT", "OFFSET", "ORDER", "SELECT"}
    | {"DESCRIBE", "SERVICE", "VALUES"}
)
"""Words after which terms are no patterns, up to the next brace or, of some, bracket."""
_PATTERNS = frozenset({"LATERAL", "MINUS", "OPTIONAL", "UNION", "WHERE"})
_ONE_BRACKET = frozenset({"BIND", "FILTER"})
_STEPS = frozenset("/|^*+?!")
_SEPARATORS = {".": 0, ";": 1, ",": 2}
"""How many terms of the next triple are there already."""
_OPERATORS = frozenset("+-*/=<>!|&")
_HIDDEN = frozenset("+-*/=!|&(,?")
_OPERAND = 3
"""Subject, predicate, object: the third completes a pattern."""


class _Frame:
    """An open bracket: what stands in it, how far its current pattern has come."""

    __slots__ = ("clause", "context", "joined", "terms")

    def __init__(self, context: Context, terms: int = 0) -> None:
        self.context = context
        self.terms = terms
        self.joined = False
        self.clause = ""


class _Counter:
    """Walks through the tokens of a text once."""

    def __init__(self, limits: QueryLimits) -> None:
        self.limits = limits
        self.stack = [_Frame("top")]
        self.counts: dict[Measure, int] = {"depth": 0, "patterns": 0, "groups": 0, "operators": 0}
        self.over: Excess | None = None
        self.before: Token | None = None

    def add(self, measure: Measure, token: Token, number: int = 1) -> None:
        count = self.counts[measure] = self.counts[measure] + number
        limit: int = getattr(self.limits, measure)
        if count > limit and self.over is None:
            self.over = Excess(measure, limit, count, token)

    def read(self, token: Token) -> None:
        text, frame = token.text, self.stack[-1]
        if token.kind == "word":
            self.word(token, frame)
        elif token.kind != "mark":
            self.term(token, frame)
        elif text in "([{":
            self.open(token, frame)
        elif text in ")]}":
            self.close()
        else:
            self.mark(token, frame)
        self.before = token

    def word(self, token: Token, frame: _Frame) -> None:
        word = token.text.upper()
        if frame.context == "expression":
            # minus signs belong to what the lexer calls a word: 1-1-1
            self.add("operators", token, word.count("-"))
        elif frame.clause in _ONE_BRACKET:
            return
        elif word in _CLAUSES or word in _PATTERNS:
            frame.terms, frame.joined = 0, False
            frame.clause = word if word in _CLAUSES else ""
        else:
            self.term(token, frame)

    def term(self, token: Token, frame: _Frame) -> None:
        if frame.context == "expression":
            if token.kind == "iri" and self.after_operand():
                # the engine reads it as "less than" and what follows
                self.add("operators", token, sum(c in _HIDDEN for c in token.text))
        elif frame.joined or token.kind == "language":
            frame.joined = False
        elif frame.context == "collection":
            self.add("patterns", token, 2)
        elif frame.clause == "DESCRIBE":
            self.add("operators", token)
        elif frame.context in {"group", "blank"} and not frame.clause:
            frame.terms += 1
            if frame.terms >= _OPERAND:
                self.add("patterns", token)

    def after_operand(self) -> bool:
        return self.before is not None and (
            self.before.kind != "mark" or self.before.text in {")", "]", "}"}
        )

    def mark(self, token: Token, frame: _Frame) -> None:
        text, context = token.text, frame.context
        if context == "expression":
            if text in _OPERATORS and not self.doubled(token):
                self.add("operators", token)
        elif context == "top":
            if text == ";":
                self.counts = dict.fromkeys(self.counts, 0)
        elif text in _SEPARATORS:
            frame.terms, frame.joined = _SEPARATORS[text], False
        else:
            self.step(token, frame)

    def step(self, token: Token, frame: _Frame) -> None:
        """A mark inside a triple: of a path, an annotation, a triple in a triple."""
        text = token.text
        if text == "|" and self.before is not None and self.before.text == "{":
            # an annotation {| … |}: its subject stands before it
            frame.context, frame.terms = "blank", 1
            self.add("patterns", token)
        elif text in _STEPS:
            if frame.context == "path" or frame.terms < _OPERAND:
                self.add("patterns", token)
            frame.joined = frame.joined or text in "/|" or frame.terms >= _OPERAND
        elif text == "<":
            self.add("patterns", token)

    def doubled(self, token: Token) -> bool:
        """Whether it is the second half of `||`, `&&`, `!=`, `<=` or `>=`."""
        before = self.before
        return (
            before is not None
            and token.text in "|&="
            and before.text in _OPERATORS
            and before.start + 1 == token.start
        )

    def open(self, token: Token, frame: _Frame) -> None:
        context = self.context(token.text, frame)
        self.counts["depth"] = token.depth
        self.add("depth", token)
        if context == "expression":
            self.add("operators", token)
        elif token.text == "{" and context != "data":
            self.add("groups", token)
        elif context in {"collection", "blank"}:
            self.term(token, frame)
        elif context == "path":
            frame.terms, frame.joined = max(frame.terms, 2), False
        if token.text == "{":
            frame.clause = ""
        self.stack.append(_Frame(context, 1 if context == "blank" else 0))

    def context(self, bracket: str, frame: _Frame) -> Context:
        """What stands in a bracket that opens."""
        if bracket == "{":
            if frame.context == "data" or frame.clause == "DATA":
                return "data"
            return "values" if frame.clause == "VALUES" else "group"
        if bracket == "[":
            return "blank"
        if frame.context in {"expression", "values", "path", "collection", "data"}:
            return frame.context
        return self.parenthesis(frame)

    def parenthesis(self, frame: _Frame) -> Context:
        """What stands in a parenthesis that opens where triples or clauses are."""
        if frame.clause == "VALUES":
            return "values"
        if frame.context == "top" or frame.clause:
            return "expression"
        return "path" if frame.joined or frame.terms == 1 else "collection"

    def close(self) -> None:
        if len(self.stack) == 1:
            return
        closed = self.stack.pop()
        frame = self.stack[-1]
        if closed.context == "expression" and frame.clause in _ONE_BRACKET:
            frame.clause = ""
        elif closed.context in {"group", "values"} and frame.context == "group":
            frame.terms, frame.joined = 0, False


def excess(stream: Iterable[Token], limits: QueryLimits) -> Excess | None:
    """Return the first limit that a text goes over, None when it keeps all of them.

    Reads no further than to there; `bytes` is not looked at.
    """
    counter = _Counter(limits)
    for token in stream:
        counter.read(token)
        if counter.over:
            return counter.over
    return None
