"""Static checks of a query text before the engine sees it.

The engine fetches what SERVICE names, with no switch to stop it. The reader process has no network
either way; this check answers at once and says why.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from urllib.parse import urljoin

from kg.errors import (
    Both,
    QueryRefused,
    QueryTooDeep,
    QueryTooLong,
    UnknownDatasetGraph,
    UnknownGraph,
)
from kg.nearest import nearest_name
from kg.store.iris import named_iris
from kg.store.lexer import Token, position, tokens

MAX_BYTES = 64 * 1024
"""Largest query text, in bytes of UTF-8."""
MAX_DEPTH = 100
"""Deepest nesting of brackets: each level costs the engine native stack."""

_UPDATES = frozenset(
    {"ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "WITH"}
)
_SERVICE = re.compile("service", re.IGNORECASE)
_FROM = re.compile(r"(FROM|NAMED)\Z", re.IGNORECASE)
_BEFORE_GRAPH = frozenset({"FROM", "NAMED", "GRAPH"})
_MAYBE_ABSENT = ("mapping", "source-text")
"""Graphs that many installations do not have; to ask them is no mistake."""
_CODEPOINT = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_UNICODE_END = 0x110000


def check_query(text: str, *, allowed_graphs_base: str) -> None:
    """Refuse what a query of a visitor may not ask for.

    That is SERVICE, LOAD and any other update, FROM of a graph whose IRI does not start with
    `allowed_graphs_base`, a text over 64 KiB, and brackets nested more than 100 deep. Raises
    `QueryRefused` (`QueryTooLong`, `QueryTooDeep`) with line and column.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise QueryTooLong(limit=MAX_BYTES, found=size)
    _check(text, allowed_graphs_base)
    # engines differ in whether they decode \\u0053 before or after telling the tokens apart
    decoded = _CODEPOINT.sub(_character, text)
    if decoded != text:
        _check(decoded, allowed_graphs_base)


def check_graphs(text: str, *, base: str, graphs: Collection[str]) -> None:
    """Refuse to read a graph that is none of `graphs`, which would look like an answer.

    Only IRIs that start with `base` and stand after FROM, FROM NAMED or GRAPH are looked at.
    Raises `UnknownGraph` with line, column and the nearest.
    """
    known = {*graphs, *(base + name for name in _MAYBE_ABSENT)}
    for use in named_iris(text):
        if use.after in _BEFORE_GRAPH and use.iri.startswith(base) and use.iri not in known:
            names = sorted(graph.removeprefix(base) for graph in known)
            near = nearest_name(use.iri.removeprefix(base), names)
            raise UnknownGraph(
                graph=use.iri,
                line=use.line,
                column=use.column,
                expected=", ".join(names),
                nearest=near and base + near,
            )


def check_dataset(chosen: Iterable[str], *, base: str, graphs: Collection[str]) -> None:
    """Refuse a graph that a request chooses and that there is not; raises `UnknownDatasetGraph`."""
    known = {*graphs, *(base + name for name in _MAYBE_ABSENT)}
    for graph in chosen:
        if graph not in known:
            raise UnknownDatasetGraph(
                graph=graph,
                expected=", ".join(sorted(name.removeprefix(base) for name in known)),
                nearest=nearest_name(graph, sorted(known)),
            )


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2], 16)
    return chr(code) if code < _UNICODE_END else escape[0]


def _check(text: str, allowed_graphs_base: str) -> None:
    doubtful = False
    for before, token, after in _windows(tokens(text)):
        if token.depth >= MAX_DEPTH and token.text in {"(", "[", "{"}:
            raise QueryTooDeep(limit=MAX_DEPTH, **_place(text, token))
        doubtful = doubtful or token.doubtful
        if _is_service(before, token, after):
            raise _service(text, token)
        if token.kind == "word" and token.text.upper() in _UPDATES:
            raise _update(text, token)
    if doubtful and _SERVICE.search(text):
        raise _service(text, None)
    for token, graph in _source_graphs(text):
        if not graph.startswith(allowed_graphs_base):
            raise _source(text, token, graph, allowed_graphs_base)


def _windows(stream: Iterator[Token]) -> Iterator[tuple[str, Token, str]]:
    """Each token with the texts of its neighbours."""
    before, token = "", next(stream, None)
    while token is not None:
        following = next(stream, None)
        yield before, token, following.text if following else ""
        before, token = token.text, following


def _is_service(before: str, token: Token, after: str) -> bool:
    """Whether the engine could read the keyword here, also glued to its neighbours."""
    if token.kind == "word":
        return _SERVICE.search(token.text) is not None
    if token.kind != "prefixed" or after != "{" or before.upper() in {"GRAPH", "FROM", "NAMED"}:
        return False
    return _SERVICE.search(token.text.split(":", 1)[0]) is not None


def _source_graphs(text: str) -> Iterator[tuple[Token, str]]:
    """IRIs after FROM and FROM NAMED, resolved against the text's own BASE and PREFIX lines."""
    base = ""
    prefixes: dict[str, str] = {}
    keyword, label = "", ""
    for token in tokens(text):
        if token.kind == "iri" and keyword == "BASE":
            base = urljoin(base, token.text[1:-1])
        elif token.kind == "iri" and keyword == "PREFIX":
            prefixes[label] = urljoin(base, token.text[1:-1])
        elif token.kind == "iri" and _FROM.search(keyword):
            yield token, urljoin(base, token.text[1:-1])
        elif token.kind == "prefixed" and keyword != "PREFIX" and token.depth == 0:
            prefix, local = token.text.split(":", 1)
            glued = _FROM.search(prefix) is not None and not _FROM.search(keyword)
            if glued or _FROM.search(keyword):
                space = prefixes.get("" if glued else prefix)
                yield token, token.text if space is None else space + local
        if token.kind == "word":
            keyword = token.text.upper()
        elif token.kind == "prefixed" and keyword == "PREFIX":
            label = token.text.split(":", 1)[0]
        else:
            keyword = ""


def _place(text: str, token: Token | None) -> dict[str, object]:
    line, column = position(text, token.start if token else 0)
    return {"line": line, "column": column}


def _service(text: str, token: Token | None) -> QueryRefused:
    return QueryRefused(
        feature="SERVICE",
        reason=Both(
            "この受付は他のサーバーに問い合わせません。",
            "This endpoint does not query other servers.",
        ),
        **_place(text, token),
    )


def _update(text: str, token: Token) -> QueryRefused:
    return QueryRefused(
        feature=token.text.upper(),
        reason=Both("この受付は読み取り専用です。", "This endpoint only reads."),
        **_place(text, token),
    )


def _source(text: str, token: Token, graph: str, base: str) -> QueryRefused:
    return QueryRefused(
        feature=f"FROM <{graph}>",
        reason=Both(
            f"使えるグラフは <{base}…> だけです。", f"Only the graphs <{base}…> are available."
        ),
        **_place(text, token),
    )
