"""IRIs that a SPARQL text names, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

import pyoxigraph as ox

from kg.store.lexer import Places, tokens

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([^uU]))")


@dataclass(frozen=True)
class Use:
    """An IRI in full, and the line and column (from 1) where the text names it.

    `prefix` is the prefix that a PREFIX line declares for it, None where the IRI is used. `after`
    is the word before it in capitals, such as GRAPH; empty where there is another token.
    """

    iri: str
    line: int
    column: int
    prefix: str | None = None
    after: str = ""


def named_iris(text: str, base: str = "") -> Iterator[Use]:
    """Yield each IRI outside of strings and comments, in the order of the text.

    Prefixed names and relative references are resolved against the text's own PREFIX and BASE
    lines, and against `base` where it has none. A name with a prefix that the text does not declare
    is left out: the engine refuses it.
    """
    keyword = label = ""
    prefixes: dict[str, str] = {}
    places = Places(text)
    for token in tokens(text):
        named, declared = None, None
        if token.kind == "iri":
            named = _resolved(unescaped(token.text[1:-1]), base)
            if keyword == "BASE":
                base, named = named, None
            elif keyword == "PREFIX":
                prefixes[label], declared = named, label
        elif token.kind == "prefixed":
            label, _, local = token.text.partition(":")
            if keyword == "PREFIX":
                continue
            named = prefixes[label] + unescaped(local) if label in prefixes else None
        if named is not None:
            yield Use(named, *places.of(token.start), declared, keyword)
        keyword = token.text.upper() if token.kind == "word" else ""


def is_iri(text: str) -> bool:
    """Whether the engine takes a text for an absolute IRI."""
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def _resolved(reference: str, base: str) -> str:
    iri = urljoin(base, reference)
    # an empty fragment, as namespaces have, is lost on the way
    return iri if iri.endswith("#") or not reference.endswith("#") else f"{iri}#"


def unescaped(text: str) -> str:
    r"""Decode the escapes of an IRI or a local name, such as \u0061 and \-."""
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else escape[3]
