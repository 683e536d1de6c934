"""Requests of the SPARQL 1.1 Protocol: where the text is, and what must not be beside it."""

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from fastapi import Request

from api.bodies import read_body, read_media_type
from api.errors import MediaTypeUnsupported, RequestMalformed, UrlTooLong
from api.plain import unescaped
from kg.errors import KgError, QueryTooLong
from kg.model import QueryDataset
from kg.queries import check_names
from kg.store.guard import MAX_BYTES
from kg.store.iris import is_iri

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
MAX_URL = 64 * 1024
"""Longest query string of a URL in bytes; what is longer is sent with POST."""
_ESCAPED = 3
"""Bytes that a form may need for one byte of text."""
_MOST_PARAMETERS = 1000
_OF_QUERY = ("default-graph-uri", "named-graph-uri")
_OF_UPDATE = ("using-graph-uri", "using-named-graph-uri")
"""Parameters of the dataset: the graphs of the default graph, and the named ones."""
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")
FORMAT, LANG = "format", "lang"
"""Parameters of most addresses: form of the answer, language of texts for people."""

Parameters = list[tuple[str, str]]
"""Names and values in the order of the request."""


@dataclass(frozen=True)
class QueryRequest:
    """A query: `query` is None when the request has none, `dataset` when it chooses none.

    `format` is the value of `?format=`.
    """

    query: str | None
    format: str | None
    dataset: QueryDataset | None = None


@dataclass(frozen=True)
class UpdateRequest:
    """An update; `using` is the dataset of its WHERE clauses, None when the request has none."""

    update: str
    using: QueryDataset | None


def read_parameters(request: Request, known: Sequence[str]) -> dict[str, str]:
    """Read the parameters of a URL, each one of `known` and given once.

    Raises `RequestMalformed`, `UnknownParameter`, `UrlTooLong`.
    """
    parameters = _of_url(request)
    given = dict(parameters)
    check_names(request.scope["path"], (name for name, _ in parameters), known)
    for name in given:
        read_once(name, parameters, given)
    return given


async def takes_language_only(request: Request) -> None:
    """Refuse all parameters but the language; raises `RequestMalformed`, `UnknownParameter`."""
    read_parameters(request, (LANG,))


async def takes_nothing(request: Request) -> None:
    """Refuse all parameters; raises `RequestMalformed`, `UnknownParameter`."""
    read_parameters(request, ())


async def read_query(request: Request, limit: int = MAX_BYTES) -> QueryRequest:
    """Read the query of a GET or POST; nothing of the protocol is ignored in silence.

    `limit` is for the text, in bytes. Raises `RequestMalformed`, `UnknownParameter`,
    `MediaTypeUnsupported`, `QueryTooLong`, `UrlTooLong`.
    """
    parameters = await _read(request, "query", QUERY, limit)
    given = dict(parameters)
    # an error page shows it again, whatever the error is
    request.state.query = given.get("query", "")
    _refuse(given, ("update", *_OF_UPDATE), "/update")
    check_names(request.scope["path"], given, ("query", *_OF_QUERY, FORMAT, LANG))
    single = {name: read_once(name, parameters, given) for name in ("query", FORMAT, LANG)}
    if single["query"] is None and (request.method == "POST" or given.keys() & {*_OF_QUERY}):
        raise _without("query")
    return QueryRequest(single["query"], single[FORMAT], _dataset(parameters, _OF_QUERY))


async def read_update(request: Request, limit: int = MAX_BYTES) -> UpdateRequest:
    """Read the update of a POST; `limit` is for the text, in bytes.

    Raises `RequestMalformed`, `UnknownParameter`, `MediaTypeUnsupported`, `QueryTooLong`,
    `UrlTooLong`.
    """
    parameters = await _read(request, "update", UPDATE, limit)
    given = dict(parameters)
    _refuse(given, ("query", *_OF_QUERY), "/sparql")
    check_names(request.scope["path"], given, ("update", *_OF_UPDATE, LANG))
    text, using = read_once("update", parameters, given), _dataset(parameters, _OF_UPDATE)
    read_once(LANG, parameters, given)
    if text is None:
        raise _without("update")
    return UpdateRequest(text, using)


def check_iri(name: str, value: str) -> str:
    """Return the IRI that the parameter `name` gives.

    Raises `RequestMalformed` for a relative one, or what is no IRI.
    """
    if not _IRI.fullmatch(value) or not is_iri(value):
        raise RequestMalformed(
            ja=f"{name}={value} は完全なIRIではありません。",
            en=f"{name}={value} is no absolute IRI.",
        )
    return value


async def _read(request: Request, name: str, direct: str, limit: int) -> Parameters:
    """All parameters of the URL and the body; a body of the type `direct` is the text itself."""
    parameters = _of_url(request)
    if request.method != "POST":
        _check_size(dict(parameters).get(name, ""), limit)
        return parameters

    def too_long() -> KgError:
        return QueryTooLong(limit=limit, found=f"> {limit}")

    media = read_media_type(request)
    if media == FORM:
        # the text may be escaped, and parameters of the dataset stand beside it
        body = await read_body(request, limit * _ESCAPED + MAX_URL, too_long)
        parameters += parse_parameters(body)
    elif media == direct:
        parameters.append((name, _text(await read_body(request, limit, too_long))))
    else:
        raise MediaTypeUnsupported(found=media or "–", expected=f"{FORM}, {direct}")
    _check_size(dict(parameters).get(name, ""), limit)
    return parameters


def _check_size(text: str, limit: int) -> None:
    size = len(text.encode())
    if size > limit:
        raise QueryTooLong(limit=limit, found=size)


def _of_url(request: Request) -> Parameters:
    encoded = request.scope["query_string"]
    if len(encoded) > MAX_URL:
        raise UrlTooLong(limit=MAX_URL, found=len(encoded))
    return parse_parameters(encoded)


def parse_parameters(encoded: bytes) -> Parameters:
    """Read a form; raises `RequestMalformed`."""
    pairs = (field.partition(b"=") for field in encoded.split(b"&") if field)
    with suppress(UnicodeDecodeError):
        if encoded.isascii() and encoded.count(b"&") < _MOST_PARAMETERS:
            return [(unescaped(name), unescaped(value)) for name, _, value in pairs]
    raise RequestMalformed(
        ja="引数をUTF-8として読めません。", en="The parameters are not valid UTF-8."
    )


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise RequestMalformed(
            ja="本文をUTF-8として読めません。", en="The body is not valid UTF-8."
        ) from None


def _dataset(parameters: Parameters, names: tuple[str, str]) -> QueryDataset | None:
    default, named = (
        tuple(dict.fromkeys(check_iri(name, value) for key, value in parameters if key == name))
        for name in names
    )
    return QueryDataset(default, named) if default or named else None


def _refuse(given: Collection[str], foreign: Sequence[str], address: str) -> None:
    """Refuse parameters of the other operation: alone or beside our own."""
    for name in foreign:
        if name in given:
            raise RequestMalformed(
                ja=f"{name} は {address} の引数です。ここでは使えません。",
                en=f"{name} is a parameter of {address} and cannot be used here.",
            )


def _without(name: str) -> RequestMalformed:
    return RequestMalformed(ja=f"{name} がありません。", en=f"There is no {name}.")


def read_once(name: str, parameters: Parameters, given: Mapping[str, str]) -> str | None:
    """The value of a parameter that may be given once; `given` are the last values of all.

    Raises `RequestMalformed`.
    """
    if len(parameters) > len(given):
        count = sum(key == name for key, _ in parameters)
        if count > 1:
            raise RequestMalformed(
                ja=f"{name} が{count}個あります。一つにしてください。",
                en=f"{name} is given {count} times; give it once.",
            )
    return given.get(name)
