"""The operations of an update, read from its tokens, strictly.

A text that this module does not recognise is one whose graphs are not known, whatever the engine
makes of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg.store.iris import unescaped
from kg.store.lexer import Token, tokens

DEFAULT_GRAPH = ""
"""Stands for the default graph where graphs are listed by their IRIs."""
ANCHOR = "http://a/"
"""A base for texts whose relative IRIs do not matter."""

_NUMBER = re.compile(r"[0-9.]+(?:[eE][0-9]*)?\Z")


@dataclass
class Operation:
    """One operation: the graphs it may write (None: any), and places in the text.

    `where` is the offset at which USING clauses go, `template` that of the pattern of a
    DELETE WHERE, `chooses` the first WITH or USING, `data` the word before DATA. The operation and
    the declarations before it lie between the offsets of `span` and `prologue`.
    """

    targets: set[str] | None = field(default_factory=set)
    where: int | None = None
    template: tuple[int, int] | None = None
    chooses: Token | None = None
    data: Token | None = None
    loads: bool = False
    prologue: tuple[int, int] = (0, 0)
    span: tuple[int, int] = (0, 0)


class UnclearError(Exception):
    """The text is no update that this module recognises."""

    def __init__(self, token: Token | None) -> None:
        self.token = token


def read_operations(text: str, base: str) -> list[Operation]:
    """Read the operations of an update; `base` resolves relative IRIs.

    Raises `UnclearError` for a text that is no plain update.
    """
    return list(_Reader(text, base).operations())


class _Reader:
    """Reads the operations of an update, one token after the other."""

    def __init__(self, text: str, base: str) -> None:
        self.text = text
        self.stream = list(tokens(text))
        self.at = 0
        self.base = base
        self.prefixes: dict[str, str] = {}
        unsure = next((token for token in self.stream if token.doubtful), None)
        if unsure:
            raise UnclearError(unsure)

    def operations(self) -> Iterator[Operation]:
        prologue = self.prologue()
        while self.at < len(self.stream):
            start = self.start()
            operation = self.operation()
            operation.prologue, operation.span = prologue, (start, self.start())
            yield operation
            if self.at < len(self.stream):
                self.expect(";")
            prologue = self.prologue()

    def peek(self) -> Token | None:
        return self.stream[self.at] if self.at < len(self.stream) else None

    def take(self) -> Token:
        token = self.peek()
        if token is None:
            raise UnclearError(None)
        self.at += 1
        return token

    def accept(self, *words: str) -> Token | None:
        """Take the next token if it is one of these words or marks."""
        token = self.peek()
        if token and token.kind in {"word", "mark"} and token.text.upper() in words:
            self.at += 1
            return token
        return None

    def expect(self, *words: str) -> Token:
        token = self.accept(*words)
        if token is None:
            raise UnclearError(self.peek())
        return token

    def prologue(self) -> tuple[int, int]:
        """Take declarations; returns where they begin and end."""
        start = self.start()
        while word := self.accept("PREFIX", "BASE"):
            if word.text.upper() == "BASE":
                self.base = self.reference(self.take())
                continue
            name = self.take()
            label, _, local = name.text.partition(":")
            if name.kind != "prefixed" or local:
                raise UnclearError(name)
            self.prefixes[label] = self.reference(self.take())
        return start, self.start()

    def reference(self, token: Token) -> str:
        """An IRI in full, as the engine resolves it."""
        if token.kind != "iri":
            raise UnclearError(token)
        iri = unescaped(token.text[1:-1])
        if not self.base:
            return iri
        source = f"<{ANCHOR}> <{ANCHOR}> <{iri}> ."
        try:
            (quad,) = ox.parse(source, ox.RdfFormat.TURTLE, base_iri=self.base)
        except (SyntaxError, ValueError):
            raise UnclearError(token) from None
        return str(quad.object.value)

    def iri(self) -> str:
        token = self.take()
        if token.kind != "prefixed":
            return self.reference(token)
        label, _, local = token.text.partition(":")
        if label not in self.prefixes:
            raise UnclearError(token)
        return self.prefixes[label] + unescaped(local)

    def operation(self) -> Operation:
        operation = Operation()
        word = self.expect(
            *("ADD", "CLEAR", "COPY", "CREATE", "DELETE"),
            *("DROP", "INSERT", "LOAD", "MOVE", "WITH"),
        )
        name = word.text.upper()
        if name in {"INSERT", "DELETE", "WITH"}:
            self.modification(operation, word)
            return operation
        self.accept("SILENT")
        if name in {"CLEAR", "DROP"}:
            self.emptied(operation)
        elif name == "CREATE":
            self.expect("GRAPH")
            operation.targets = {self.iri()}
        elif name == "LOAD":
            operation.loads = True
            self.iri()
            operation.targets = {self.loaded()}
        else:
            source = self.graph()
            self.expect("TO")
            operation.targets = {self.graph(), *([source] if name == "MOVE" else [])}
        return operation

    def loaded(self) -> str:
        if not self.accept("INTO"):
            return DEFAULT_GRAPH
        self.expect("GRAPH")
        return self.iri()

    def emptied(self, operation: Operation) -> None:
        if self.accept("ALL", "NAMED"):
            operation.targets = None
        elif self.accept("DEFAULT"):
            operation.targets = {DEFAULT_GRAPH}
        else:
            self.expect("GRAPH")
            operation.targets = {self.iri()}

    def graph(self) -> str:
        if self.accept("DEFAULT"):
            return DEFAULT_GRAPH
        self.accept("GRAPH")
        return self.iri()

    def modification(self, operation: Operation, word: Token) -> None:
        """INSERT DATA, DELETE DATA, DELETE WHERE, or templates with a WHERE."""
        default = DEFAULT_GRAPH
        if word.text.upper() == "WITH":
            operation.chooses = word
            default = self.iri()
            word = self.expect("INSERT", "DELETE")
        elif self.accept("DATA"):
            operation.data = word
            self.template(operation, default)
            return
        if word.text.upper() == "DELETE" and (where := self.accept("WHERE")):
            operation.where, start = where.start, self.start()
            self.template(operation, default)
            operation.template = (start, self.stream[self.at - 1].start + 1)
            return
        self.template(operation, default)
        if word.text.upper() == "DELETE" and self.accept("INSERT"):
            self.template(operation, default)
        while using := self.accept("USING"):
            operation.chooses = operation.chooses or using
            self.accept("NAMED")
            self.iri()
        operation.where = self.start()
        self.accept("WHERE")
        self.skip()

    def start(self) -> int:
        token = self.peek()
        return token.start if token else len(self.text)

    def template(self, operation: Operation, default: str) -> None:
        """Braces with triples, some of them in GRAPH blocks."""
        self.expect("{")
        while not self.accept("}"):
            if not self.accept("GRAPH"):
                self.triple_token()
                self.add(operation, default)
                continue
            token = self.peek()
            if token and token.kind == "variable":
                self.at += 1
                operation.targets = None
            else:
                self.add(operation, self.iri())
            self.expect("{")
            while not self.accept("}"):
                self.triple_token()

    def add(self, operation: Operation, graph: str) -> None:
        if operation.targets is not None:
            operation.targets.add(graph)

    def triple_token(self) -> None:
        """Take what may stand in triples; a word that is glued to another is not recognised."""
        token = self.take()
        known = {"A", "TRUE", "FALSE"}
        if token.kind == "word":
            ok = token.text.upper() in known or _NUMBER.match(token.text) is not None
        elif token.kind == "prefixed":
            following = self.peek()
            ok = token.text.partition(":")[0] in self.prefixes and (
                following is None or following.text != "{"
            )
        else:
            ok = token.text not in {"{", "}"}
        if not ok:
            raise UnclearError(token)

    def skip(self) -> None:
        """Take a pattern in braces, whatever stands in it."""
        depth = self.expect("{").depth
        while True:
            token = self.take()
            if token.text == "}" and token.depth == depth + 1:
                return
