"""Content negotiation: which media types and which language a client wants (RFC 9110, 12.5)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from api.errors import RequestMalformed
from kg.errors import FormatUnavailable
from kg.nearest import nearest_name

_PART = re.compile(r"""\s*,\s*(?=(?:[^"]*"[^"]*")*[^"]*$)""")
_QUALITY = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")
_RANGE = re.compile(r"(\*/\*|[\w!#$&^.+-]+/(\*|[\w!#$&^.+-]+))")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*|\*")
MAX_HEADER = 1024
"""Longest Accept header in characters; browsers send about 150."""

LANGUAGES = ("en", "ja")
"""Languages of texts for people; the first serves those who ask for neither."""

HTML = "text/html"
RESULTS_JSON = "application/sparql-results+json"
TURTLE = "text/turtle"

_SOLUTIONS = (
    RESULTS_JSON,
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
_GRAPHS = (
    TURTLE,
    "application/n-triples",
    "application/ld+json",
    "application/rdf+xml",
    "application/trig",
    "application/n-quads",
)
_PLAIN = ("application/json", "application/xml", "text/xml")

TABLE_TYPES = (*_SOLUTIONS, *_PLAIN, HTML)
"""Media types of the result of a canned query, best first."""
GRAPH_TYPES = (*_GRAPHS, *_PLAIN, "text/plain", HTML)
"""Media types of a description, best first."""
RESULT_TYPES = (*_SOLUTIONS, *_GRAPHS, *_PLAIN, "text/plain", HTML)
"""Media types of the result of any query, best first; its form decides which of them exist."""

FORMATS: Mapping[str, tuple[str, ...]] = {
    "json": (RESULTS_JSON, "application/ld+json", "application/json"),
    "xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "csv": ("text/csv",),
    "tsv": ("text/tab-separated-values",),
    "turtle": (TURTLE,),
    "ntriples": ("application/n-triples",),
    "jsonld": ("application/ld+json",),
    "rdfxml": ("application/rdf+xml",),
    "trig": ("application/trig",),
    "nquads": ("application/n-quads",),
    "html": (HTML,),
}
"""Short names for `?format=`."""
SUFFIXES: Mapping[str, str] = {
    "ttl": TURTLE,
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "trig": "application/trig",
}
"""File suffixes of descriptions."""


def media_types(accept: str | None, format_: str | None, offered: Sequence[str]) -> tuple[str, ...]:
    """Media types among `offered` that the client takes, the one it likes best first.

    `format_` (a short name) overrules the header. Raises `FormatUnavailable`, `RequestMalformed`.
    """
    if format_ is not None:
        if format_ not in FORMATS:
            raise RequestMalformed(
                ja=f"format={format_} はありません。使える値: {', '.join(FORMATS)}。",
                en=f"There is no format={format_}; use one of {', '.join(FORMATS)}.",
                nearest=nearest_name(format_, FORMATS),
            )
        chosen = tuple(media for media in FORMATS[format_] if media in offered)
    else:
        chosen = _accepted(accept or "*/*", tuple(offered))
    if not chosen:
        raise FormatUnavailable(requested=format_ or accept, available=", ".join(offered))
    return chosen


@lru_cache(maxsize=256)
def _accepted(accept: str, offered: tuple[str, ...]) -> tuple[str, ...]:
    ranges = dict(_weighted(accept, _RANGE))
    quality = {media: _quality(media, ranges) for media in offered}
    # a stable sort: among equals the order of `offered` counts
    ranked = sorted(offered, key=lambda media: -quality[media])
    return tuple(media for media in ranked if quality[media] > 0)


def _quality(media: str, ranges: Mapping[str, float]) -> float:
    """Weight of the most specific range that covers `media`."""
    for candidate in (media, f"{media.split('/', maxsplit=1)[0]}/*", "*/*"):
        if candidate in ranges:
            return ranges[candidate]
    return 0.0


def language(requested: str | None, accept_language: str | None) -> str:
    """Language of texts for people: `requested` if there is such a one, else by the header."""
    if requested in LANGUAGES:
        return str(requested)
    try:
        wanted = _weighted(accept_language or "", _LANGUAGE)
    except RequestMalformed:
        # not worth an error: the answer is understood in either language
        wanted = []
    for tag, quality in sorted(wanted, key=lambda item: -item[1]):
        primary = tag.split("-")[0]
        if quality > 0 and primary in LANGUAGES:
            return primary
    refused = {tag for tag, quality in wanted if quality == 0}
    return next((known for known in LANGUAGES if known not in refused), LANGUAGES[0])


def _weighted(header: str, form: re.Pattern[str]) -> list[tuple[str, float]]:
    """Items of a header with their q-values; other parameters of an item do not matter here."""
    if len(header) > MAX_HEADER:
        raise RequestMalformed(ja="見出しが長すぎます。", en="The header is too long.")
    return [_item(part, form) for part in _PART.split(header.strip()) if part]


def _item(part: str, form: re.Pattern[str]) -> tuple[str, float]:
    name, *parameters = (piece.strip() for piece in part.split(";"))
    weights = _weights(parameters)
    if not form.fullmatch(name) or not all(_QUALITY.fullmatch(w) for w in weights):
        raise RequestMalformed(ja=f"見出しを読めません: {part}", en=f"Cannot read {part!r}.")
    return name.lower(), float(weights[0]) if weights else 1.0


def _weights(parameters: Iterable[str]) -> list[str]:
    pairs = (parameter.partition("=") for parameter in parameters)
    return [value.strip() for key, _, value in pairs if key.strip().lower() == "q"]
