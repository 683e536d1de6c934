"""Static checks of a query text before the engine sees it.

The engine fetches what SERVICE names, with no switch to stop it. The reader process has no network
either way; this check answers at once and says why.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from urllib.parse import urljoin

from kg.errors import (
    Both,
    QueryRefused,
    QueryTooComplex,
    QueryTooDeep,
    QueryTooLong,
    UnknownDatasetGraph,
    UnknownGraph,
)
from kg.nearest import nearest_name
from kg.store.complexity import ANONYMOUS, Measure, QueryLimits, excess
from kg.store.iris import named_iris
from kg.store.lexer import Token, position, tokens

MAX_BYTES = ANONYMOUS.bytes
"""Largest query text of those without a token, in bytes of UTF-8."""

_UPDATES = frozenset(
    {"ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "WITH"}
)
_FETCHING = frozenset({"LOAD"})
_SERVICE = re.compile("service", re.IGNORECASE)
_LOAD = re.compile("load", re.IGNORECASE)
_ANY_UPDATE = re.compile("|".join(sorted(_UPDATES)), re.IGNORECASE)
_FROM = re.compile(r"(FROM|NAMED)\Z", re.IGNORECASE)
_NAMES_GRAPHS = re.compile("FROM|NAMED|GRAPH", re.IGNORECASE)
_BEFORE_GRAPH = frozenset({"FROM", "NAMED", "GRAPH"})
_MAYBE_ABSENT = ("mapping", "source-text")
"""Graphs that many installations do not have; to ask them is no mistake."""
_CODEPOINT = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_UNICODE_END = 0x110000
_MEASURES: dict[Measure, Both] = {
    "patterns": Both("トリプルパターンとパスの段の数", "triple patterns and path steps"),
    "groups": Both("{ } とVALUESの数", "groups in braces and blocks of VALUES"),
    "operators": Both("式の演算子・関数・括弧の数", "operators, calls and brackets of expressions"),
}
_MARKS = re.compile(r"[-+*/|&!=<>?,;.^({\[]")


def check_query(
    text: str,
    limits: QueryLimits = ANONYMOUS,
    *,
    allowed_graphs_base: str | None,
    graphs: Collection[str] = (),
) -> None:
    """Refuse what a query of a visitor may not ask for.

    That is SERVICE, LOAD and any other update, FROM of a graph that is none of `graphs` and whose
    IRI does not start with `allowed_graphs_base` (None: any graph may be named), and a text that
    goes over `limits`. Raises `QueryRefused` (`QueryTooLong`, `QueryTooDeep`, `QueryTooComplex`)
    with line and column.
    """
    check_length(text, limits)
    for reading in readings(text):
        stream = _checked(reading, limits)
        _check_words(reading, stream, _UPDATES)
        if allowed_graphs_base is not None and _NAMES_GRAPHS.search(reading):
            _check_sources(reading, stream, allowed_graphs_base, graphs)


def check_update(text: str, limits: QueryLimits) -> None:
    """Refuse what an update may not ask for: SERVICE, LOAD, and a text over `limits`.

    LOAD SILENT may stand there, as it asks that nothing be said about a failure; whoever carries
    out the update must leave it out.

    Raises `QueryRefused` (`QueryTooLong`, `QueryTooDeep`, `QueryTooComplex`) with line and column.
    """
    check_length(text, limits)
    for reading in readings(text):
        _check_words(reading, _checked(reading, limits), _FETCHING)


def check_length(text: str, limits: QueryLimits) -> None:
    """Raise `QueryTooLong` for a text that is larger than the limit."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > limits.bytes:
        raise QueryTooLong(limit=limits.bytes, found=size)


def readings(text: str) -> Iterator[str]:
    r"""Yield the text, and the text with its escapes such as \u0053 decoded where it has some.

    Engines differ in whether they decode them before or after telling the tokens apart.
    """
    yield text
    if "\\" in text:
        decoded = _CODEPOINT.sub(_character, text)
        if decoded != text:
            yield decoded


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2], 16)
    return chr(code) if code < _UNICODE_END else escape[0]


def _checked(text: str, limits: QueryLimits) -> list[Token]:
    """Tokens of a text; raises `QueryTooDeep` or `QueryTooComplex` where it goes over a limit."""
    stream: list[Token] = []
    over = excess(_kept(tokens(text), stream), limits)
    if over and over.measure == "depth":
        raise QueryTooDeep(limit=over.limit, found=over.found, **_place(text, over.token))
    if over:
        facts = {"what": _MEASURES[over.measure], "limit": over.limit, "found": over.found}
        raise QueryTooComplex(**facts, **_place(text, over.token))
    unsure = next((token for token in stream if token.doubtful), None)
    # what the engine reads there is not known, so every mark is taken for an operator
    marks = sum(1 for _ in _MARKS.finditer(text, unsure.start)) if unsure else 0
    if marks > limits.operators:
        facts = {"what": _MEASURES["operators"], "limit": limits.operators, "found": marks}
        raise QueryTooComplex(**facts, **_place(text, unsure))
    return stream


def _kept(stream: Iterator[Token], kept: list[Token]) -> Iterator[Token]:
    for token in stream:
        kept.append(token)
        yield token


def check_graphs(text: str, *, base: str, graphs: Collection[str]) -> None:
    """Refuse to read a graph that is none of `graphs`, which would look like an answer.

    Only IRIs that start with `base` and stand after FROM, FROM NAMED or GRAPH are looked at.
    Raises `UnknownGraph` with line, column and the nearest.
    """
    if not any(_NAMES_GRAPHS.search(reading) for reading in readings(text)):
        return
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


def _check_words(text: str, stream: Sequence[Token], refused: Collection[str]) -> None:
    """Raise `QueryRefused` for SERVICE, and for the keywords that are `refused`."""
    service = _SERVICE.search(text) is not None
    if not service and not _ANY_UPDATE.search(text):
        return
    doubtful = False
    for index, token in enumerate(stream):
        doubtful = doubtful or token.doubtful
        if service and _is_service(stream, index):
            raise _service(text, token)
        word = token.text.upper() if token.kind == "word" else ""
        if word in refused and not (refused is _FETCHING and _is_silent(stream, index)):
            raise _refused(text, token, word)
    if doubtful and service:
        raise _service(text, None)
    if doubtful and "INSERT" not in refused and _LOAD.search(text):
        raise _refused(text, None, "LOAD")


def _is_silent(stream: Sequence[Token], index: int) -> bool:
    return index + 1 < len(stream) and stream[index + 1].text.upper() == "SILENT"


def load_refused(text: str) -> QueryRefused:
    """The error of an update that fetches data."""
    return _refused(text, None, "LOAD")


def _is_service(stream: Sequence[Token], index: int) -> bool:
    """Whether the engine could read the keyword here, also glued to its neighbours."""
    token = stream[index]
    if token.kind == "word":
        return _SERVICE.search(token.text) is not None
    following = stream[index + 1].text if index + 1 < len(stream) else ""
    if token.kind != "prefixed" or following != "{":
        return False
    if index and stream[index - 1].text.upper() in _BEFORE_GRAPH:
        return False
    return _SERVICE.search(token.text.split(":", 1)[0]) is not None


def _check_sources(text: str, stream: Sequence[Token], base: str, graphs: Collection[str]) -> None:
    for token, graph in _source_graphs(stream):
        if not graph.startswith(base) and graph not in graphs:
            raise _source(text, token, graph, base)


def _source_graphs(stream: Sequence[Token]) -> Iterator[tuple[Token, str]]:
    """IRIs after FROM and FROM NAMED, resolved against the text's own BASE and PREFIX lines."""
    base = ""
    prefixes: dict[str, str] = {}
    keyword, label = "", ""
    for token in stream:
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


def _refused(text: str, token: Token | None, feature: str) -> QueryRefused:
    reason = Both("この受付は読み取り専用です。", "This endpoint only reads.")
    if feature == "LOAD":
        reason = Both(
            "この受付は他の場所からデータを取り寄せません。",
            "This endpoint fetches no data from elsewhere.",
        )
    return QueryRefused(feature=feature, reason=reason, **_place(text, token))


def _source(text: str, token: Token, graph: str, base: str) -> QueryRefused:
    return QueryRefused(
        feature=f"FROM <{graph}>",
        reason=Both(
            f"使えるグラフは <{base}…> だけです。", f"Only the graphs <{base}…> are available."
        ),
        **_place(text, token),
    )
