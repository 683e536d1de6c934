"""Requests of the SPARQL 1.1 Protocol: where the query text is, and what must not be there."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import Request

from api.errors import MediaTypeUnsupported, RequestMalformed
from kg.errors import QueryTooLong
from kg.queries import check_names
from kg.store.guard import MAX_BYTES

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
_QUERY = "query"
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})
"""Names of UTF-8 and of its part; a body in another encoding would be misread in silence."""
_ESCAPED = 3
"""Bytes that a form may need for one byte of text."""
_DATASET = ("default-graph-uri", "named-graph-uri")
_UPDATE = ("update", "using-graph-uri", "using-named-graph-uri")
FORMAT, LANG = "format", "lang"
"""Parameters of most addresses: form of the answer, language of texts for people."""


@dataclass(frozen=True)
class QueryRequest:
    """`query` is None when the request has none; `format` is the value of `?format=`."""

    query: str | None
    format: str | None


def read_parameters(request: Request, known: Sequence[str]) -> dict[str, str]:
    """Read the parameters of a URL, each one of `known` and given once.

    Raises `RequestMalformed`, `UnknownParameter`.
    """
    parameters = _parameters(request.scope["query_string"])
    check_names(request.url.path, (name for name, _ in parameters), known)
    return {name: value for name, _ in parameters if (value := _only(name, parameters)) is not None}


async def takes_language_only(request: Request) -> None:
    """Refuse all parameters but the language; raises `RequestMalformed`, `UnknownParameter`."""
    read_parameters(request, (LANG,))


async def takes_nothing(request: Request) -> None:
    """Refuse all parameters; raises `RequestMalformed`, `UnknownParameter`."""
    read_parameters(request, ())


async def read_query(request: Request) -> QueryRequest:
    """Read the query of a GET or POST; nothing of the protocol is ignored in silence.

    Raises `RequestMalformed`, `UnknownParameter`, `MediaTypeUnsupported`, `QueryTooLong`.
    """
    parameters = _parameters(request.scope["query_string"])
    if request.method == "POST":
        media = _media_type(request.headers.get("content-type", ""))
        if media == FORM:
            parameters += _parameters(await _body(request, MAX_BYTES * _ESCAPED))
        elif media == QUERY:
            parameters.append((_QUERY, _text(await _body(request, MAX_BYTES))))
        else:
            raise MediaTypeUnsupported(found=media or "–", expected=f"{FORM}, {QUERY}")
    given = dict(parameters)
    # an error page shows it again, whatever the error is
    request.state.query = given.get(_QUERY, "")
    _refuse_unsupported(parameters)
    check_names(request.url.path, given, (_QUERY, FORMAT, LANG))
    single = {name: _only(name, parameters) for name in (_QUERY, FORMAT, LANG)}
    if single[_QUERY] is None and request.method == "POST":
        raise RequestMalformed(ja="query がありません。", en="There is no query.")
    return QueryRequest(single[_QUERY], single[FORMAT])


def _media_type(header: str) -> str:
    """Media type of a body; raises `MediaTypeUnsupported` for one that is not UTF-8."""
    media, *parameters = (part.strip().lower() for part in header.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip(' "') not in _CHARSETS:
            raise MediaTypeUnsupported(found=header, expected=f"{media}; charset=utf-8")
    return media


def _parameters(encoded: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100
        )
    except ValueError:
        raise RequestMalformed(
            ja="引数をUTF-8として読めません。", en="The parameters are not valid UTF-8."
        ) from None


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise RequestMalformed(
            ja="本文をUTF-8として読めません。", en="The body is not valid UTF-8."
        ) from None


async def _body(request: Request, limit: int) -> bytes:
    """Read the body, but never more than `limit` bytes of it."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise QueryTooLong(limit=MAX_BYTES, found=f"> {MAX_BYTES}")
    return bytes(body)


def _refuse_unsupported(parameters: list[tuple[str, str]]) -> None:
    for name, _ in parameters:
        if name in _DATASET:
            raise RequestMalformed(
                ja=f"{name} にはまだ対応していません。FROM又はGRAPHを使ってください。",
                en=f"{name} is not supported yet; use FROM or GRAPH in the query.",
            )
        if name in _UPDATE:
            raise RequestMalformed(
                ja=f"{name}: この受付は読み取り専用です。",
                en=f"{name}: this endpoint only reads.",
            )


def _only(name: str, parameters: list[tuple[str, str]]) -> str | None:
    values = [value for key, value in parameters if key == name]
    if len(values) > 1:
        raise RequestMalformed(
            ja=f"{name} が{len(values)}個あります。一つにしてください。",
            en=f"{name} is given {len(values)} times; give it once.",
        )
    return values[0] if values else None
