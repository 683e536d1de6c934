"""What an update may change, and the dataset of a request written into its text.

The engine has no way to ask which graphs an update writes, and no argument for the dataset that
the protocol's `using-graph-uri` names. Both are read from the tokens here, strictly: a text that
this module does not recognise is one whose graphs are not known, whatever the engine makes of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import pyoxigraph as ox

from kg.errors import Both, DatasetConflict, ParameterInvalid, QuerySyntaxError
from kg.store.datasets import Chosen
from kg.store.guard import load_refused, readings
from kg.store.iris import unescaped
from kg.store.lexer import Token, position, tokens

DEFAULT_GRAPH = ""
"""Stands for the default graph where graphs are listed by their IRIs."""

_NUMBER = re.compile(r"[0-9.]+(?:[eE][0-9]*)?\Z")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*\Z")
_ANCHOR = "http://a/"
_LOAD = re.compile("load", re.IGNORECASE)
_NOTHING = "DELETE DATA {}"
_DATA: dict[str, Literal["INSERT", "DELETE"]] = {"INSERT": "INSERT", "DELETE": "DELETE"}


@dataclass
class _Operation:
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


@dataclass(frozen=True)
class Step:
    """One operation of an update, as an update of its own, with its base and prefixes.

    `targets` are the graphs that it may write (None: any). `data` says that it is INSERT DATA, or
    DELETE DATA, which `inserted` spells as INSERT DATA of the same quads.
    """

    text: str
    targets: frozenset[str] | None
    data: Literal["INSERT", "DELETE"] | None
    inserted: str


class _UnclearError(Exception):
    """The text is no update that this module recognises."""

    def __init__(self, token: Token | None) -> None:
        self.token = token


def update_targets(text: str, *, base: str = "") -> frozenset[str] | None:
    """IRIs of the graphs that an update might write; "" is the default graph.

    None when that cannot be known: a graph that is a variable, ALL, NAMED, or a text that is no
    plain update. `base` resolves relative IRIs, as it does for the engine. The set may be too
    large, never too small.
    """
    found: set[str] = set()
    try:
        for reading in readings(text):
            for operation in _Reader(reading, base).operations():
                if operation.targets is None:
                    return None
                found |= operation.targets
    except _UnclearError:
        return None
    return frozenset(found)


def without_loads(text: str) -> str:
    """Put an operation that does nothing in the place of each LOAD.

    The guard lets LOAD SILENT pass only, which may fail without a word. Raises `QueryRefused` for
    a text with LOAD that can be read in two ways.
    """
    if not _LOAD.search(text):
        return text
    try:
        operations = list(_Reader(text, _ANCHOR).operations())
    except _UnclearError:
        raise load_refused(text) from None
    for operation in reversed(operations):
        if operation.loads:
            start, end = operation.span
            text = f"{text[:start]}{_NOTHING} {text[end:]}"
    return text


def update_steps(text: str, *, base: str = "") -> list[Step] | None:
    """Take an update apart into its operations; None for a text that can be read in two ways."""
    if len(list(readings(text))) > 1:
        return None
    try:
        operations = list(_Reader(text, base).operations())
    except _UnclearError:
        return None
    steps, declarations = [], ""
    for operation in operations:
        declarations += f"{text[slice(*operation.prologue)]}\n"
        start, end = operation.span
        body, word = text[start:end], operation.data
        inserted = body if word is None else f"INSERT{body[len(word.text) :]}"
        steps.append(
            Step(
                text=declarations + body,
                targets=None if operation.targets is None else frozenset(operation.targets),
                data=None if word is None else _DATA[word.text.upper()],
                inserted=declarations + inserted,
            )
        )
    return steps


def with_using(text: str, dataset: Chosen) -> str:
    """Write the dataset of a request into each operation that has a WHERE.

    Raises `DatasetConflict` for an update that has USING or WITH itself, `QuerySyntaxError` for a
    text that is no update, `ParameterInvalid` for a graph that is no absolute IRI.
    """
    clauses = "".join(
        [f"USING <{_valid(iri)}> " for iri in dataset.default]
        + [f"USING NAMED <{_valid(iri)}> " for iri in dataset.named]
    )
    if not clauses:
        return text
    try:
        operations = list(_Reader(text, _ANCHOR).operations())
    except _UnclearError as unclear:
        raise _syntax_error(text, unclear.token) from None
    for operation in reversed(operations):
        if operation.chooses:
            line, column = position(text, operation.chooses.start)
            word = operation.chooses.text.upper()
            raise DatasetConflict(line=line, column=column, feature=word)
        if operation.template:
            start, end = operation.template
            pattern = text[start:end]
            text = f"{text[: operation.where]}{pattern} {clauses}WHERE {pattern}{text[end:]}"
        elif operation.where is not None:
            text = f"{text[: operation.where]} {clauses}{text[operation.where :]}"
    return text


def _valid(iri: str) -> str:
    if not _IRI.match(iri):
        raise ParameterInvalid(
            query="/update",
            parameter="using-graph-uri",
            value=iri,
            expected=Both("絶対IRI", "an absolute IRI"),
        )
    return iri


def _syntax_error(text: str, token: Token | None) -> QuerySyntaxError:
    line, column = position(text, token.start if token else len(text))
    detail = Both(
        "ここまでは更新として読めますが、その先が読めません。",
        "Up to here the text reads as an update, and no further.",
    )
    near = token.text if token else ""
    return QuerySyntaxError(line=line, column=column, near=near, detail=detail)


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
            raise _UnclearError(unsure)

    def operations(self) -> Iterator[_Operation]:
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
            raise _UnclearError(None)
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
            raise _UnclearError(self.peek())
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
                raise _UnclearError(name)
            self.prefixes[label] = self.reference(self.take())
        return start, self.start()

    def reference(self, token: Token) -> str:
        """An IRI in full, as the engine resolves it."""
        if token.kind != "iri":
            raise _UnclearError(token)
        iri = unescaped(token.text[1:-1])
        if not self.base:
            return iri
        source = f"<{_ANCHOR}> <{_ANCHOR}> <{iri}> ."
        try:
            (quad,) = ox.parse(source, ox.RdfFormat.TURTLE, base_iri=self.base)
        except (SyntaxError, ValueError):
            raise _UnclearError(token) from None
        return str(quad.object.value)

    def iri(self) -> str:
        token = self.take()
        if token.kind != "prefixed":
            return self.reference(token)
        label, _, local = token.text.partition(":")
        if label not in self.prefixes:
            raise _UnclearError(token)
        return self.prefixes[label] + unescaped(local)

    def operation(self) -> _Operation:
        operation = _Operation()
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

    def emptied(self, operation: _Operation) -> None:
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

    def modification(self, operation: _Operation, word: Token) -> None:
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

    def template(self, operation: _Operation, default: str) -> None:
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

    def add(self, operation: _Operation, graph: str) -> None:
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
            raise _UnclearError(token)

    def skip(self) -> None:
        """Take a pattern in braces, whatever stands in it."""
        depth = self.expect("{").depth
        while True:
            token = self.take()
            if token.text == "}" and token.depth == depth + 1:
                return
