"""What an update may change, and the dataset of a request written into its text.

The engine has no way to ask which graphs an update writes, and no argument for the dataset that
the protocol's `using-graph-uri` names. Both are read from the tokens here, strictly: a text that
this module does not recognise is one whose graphs are not known, whatever the engine makes of it.
"""

import re
from dataclasses import dataclass
from typing import Literal

from kg.errors import Both, DatasetConflict, ParameterInvalid, QuerySyntaxError
from kg.store.datasets import Chosen
from kg.store.guard import load_refused, readings
from kg.store.lexer import Token, position
from kg.store.operations import ANCHOR, UnclearError, read_operations

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*\Z")
_LOAD = re.compile("load", re.IGNORECASE)
_NOTHING = "DELETE DATA {}"
_DATA: dict[str, Literal["INSERT", "DELETE"]] = {"INSERT": "INSERT", "DELETE": "DELETE"}


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


def update_targets(text: str, *, base: str = "") -> frozenset[str] | None:
    """IRIs of the graphs that an update might write; "" is the default graph.

    None when that cannot be known: a graph that is a variable, ALL, NAMED, or a text that is no
    plain update. `base` resolves relative IRIs, as it does for the engine. The set may be too
    large, never too small.
    """
    found: set[str] = set()
    try:
        for reading in readings(text):
            for operation in read_operations(reading, base):
                if operation.targets is None:
                    return None
                found |= operation.targets
    except UnclearError:
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
        operations = read_operations(text, ANCHOR)
    except UnclearError:
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
        operations = read_operations(text, base)
    except UnclearError:
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
        operations = read_operations(text, ANCHOR)
    except UnclearError as unclear:
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
