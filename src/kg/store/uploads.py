"""RDF that somebody sends: refused where it asks for too much or for what is elsewhere, then read.

A worker that may be killed runs this. The engine reads no files and no network for RDF, but it
expands entities of XML without limit, also behind `<!doctype` in small letters, and needs memory
that grows with the square of the nesting of JSON.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import pyoxigraph as ox

from kg.errors import Both, UploadInvalid, UploadRefused, UploadTooLarge
from kg.store.nesting import too_deep

UPLOAD_FORMATS: dict[str, ox.RdfFormat] = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
"""Media types of RDF that can be read."""


@dataclass(frozen=True)
class UploadLimits:
    """`bytes` of the body, `depth` of nesting (brackets, or elements of XML), `quads` in all.

    `compared` is the number of statements that a graph may have whose content before and after a
    write is compared.
    """

    bytes: int = 2 * 2**20
    depth: int = 100
    quads: int = 500_000
    compared: int = 1_000_000


_XML = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?(?:\?>|\Z)"
    r"|(?P<declaration><!)|(?P<close></)"
    r"|(?P<open><(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+>)",
    re.DOTALL,
)
_ENCODING = re.compile(r"""\A\ufeff?<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']""")
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
# a string without its end is taken whole: to try again behind each quote takes squared time
_JSON = re.compile(r'"(?:[^"\\]|\\.)*+"?|(?P<open>[\[{])|(?P<close>[\]}])', re.DOTALL)
_TURTLE = re.compile(
    r"\#[^\r\n]*+|\\."
    r'|"""(?:"{0,2}(?:[^"\\]|\\.))*+(?:""")?|\'\'\'(?:\'{0,2}(?:[^\'\\]|\\.))*+(?:\'\'\')?'
    r'|"(?:[^"\\\r\n]|\\.)*+"?|\'(?:[^\'\\\r\n]|\\.)*+\'?'
    r"|<[^\s<>\"{}|^`\\]*+>?"
    r"|(?P<open>[\[({])|(?P<close>[\])}])",
    re.DOTALL,
)


def parse_upload(
    body: bytes, media_type: str, base: str, limits: UploadLimits | None = None
) -> list[ox.Quad]:
    """Read a body of one of `UPLOAD_FORMATS`; relative IRIs are resolved against `base`.

    Blank nodes get new labels, so that equal labels of two bodies stay two nodes. Raises
    `UploadTooLarge`, `UploadRefused`, `UploadInvalid`; `KeyError` for another media type.
    """
    limits = limits or UploadLimits()
    format_ = UPLOAD_FORMATS[media_type]
    check_upload(body, media_type, limits)
    quads: list[ox.Quad] = []
    try:
        for quad in ox.parse(body, format_, base_iri=base, rename_blank_nodes=True):
            quads.append(quad)
            if len(quads) > limits.quads:
                raise _too_much(limits.quads)
    except (SyntaxError, ValueError) as error:
        raise _invalid(media_type, error) from None
    return quads


def check_upload(body: bytes, media_type: str, limits: UploadLimits) -> None:
    """Look at a body before anything reads it as RDF.

    Raises `UploadTooLarge`, `UploadRefused`, `UploadInvalid`; `KeyError` for another media type.
    """
    if len(body) > limits.bytes:
        raise UploadTooLarge(limit=limits.bytes, found=len(body))
    check = _CHECKS.get(UPLOAD_FORMATS[media_type])
    if check is not None:
        check(_text(body, media_type), limits.depth)


def _text(body: bytes, media_type: str) -> str:
    """Decode UTF-8; in another encoding a check would read something else than the engine."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        before = body[: error.start]
        line = before.count(b"\n") + 1
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        raise UploadInvalid(
            media=media_type,
            line=line,
            column=column,
            detail=Both("UTF-8ではありません。", "This is not UTF-8."),
        ) from None


def _invalid(media_type: str, error: SyntaxError | ValueError) -> UploadInvalid:
    """The engine's complaint, without the place where it repeats it."""
    said = re.sub(r"\AParser error at line [\w ]+: ", "", getattr(error, "msg", str(error)))
    line, column = getattr(error, "lineno", None), getattr(error, "offset", None)
    place = {"line": line, "column": column} if line else {}
    detail = Both(f"読み取りの結果: {said}", f"The parser says: {said}")
    return UploadInvalid(media=media_type, detail=detail, **place)


def _check_xml(text: str, limit: int) -> None:
    """Refuse declarations, of which entities are the harmful ones, and another encoding."""
    named = _ENCODING.match(text)
    if named and named[1].lower() not in _UTF8:
        reason = Both("UTF-8で送ってください。", "Send UTF-8.")
        raise UploadRefused(feature=f"encoding={named[1][:40]}", reason=reason)
    depth = 0
    for found in _XML.finditer(text):
        if found.lastgroup == "declaration":
            raise UploadRefused(
                feature="DOCTYPE",
                reason=Both(
                    "実体参照は展開しません。実体を使わずに書いてください。",
                    "Entities are not expanded. Write the text without them.",
                ),
            )
        depth = _deeper(found, depth, limit) if not found[0].endswith("/>") else depth


def _check_json(text: str, limit: int) -> None:
    """Refuse contexts from elsewhere; read all pairs, as of two equal keys either may count."""
    _check_depth(_JSON, text, limit)
    try:
        # numbers stay texts: nobody needs the value of one with a million digits
        json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_check_pairs, parse_int=str)
    except json.JSONDecodeError as error:
        detail = Both(f"JSONとして読めません: {error.msg}", f"This is no JSON: {error.msg}")
        raise UploadInvalid(
            media="application/ld+json", line=error.lineno, column=error.colno, detail=detail
        ) from None


def _check_pairs(pairs: list[tuple[str, object]]) -> None:
    for key, value in pairs:
        contexts = value if isinstance(value, list) else [value]
        if key in {"@context", "@import"} and any(isinstance(item, str) for item in contexts):
            raise UploadRefused(
                feature=key,
                reason=Both(
                    "他の場所の文脈は取り寄せません。文脈の内容をここに書いてください。",
                    "No context is fetched from elsewhere. Write its content here.",
                ),
            )


def _check_turtle(text: str, limit: int) -> None:
    _check_depth(_TURTLE, text, limit)


def _check_depth(brackets: re.Pattern[str], text: str, limit: int) -> None:
    depth = 0
    for found in brackets.finditer(text):
        depth = _deeper(found, depth, limit)


def _deeper(found: re.Match[str], depth: int, limit: int) -> int:
    depth += (found.lastgroup == "open") - (found.lastgroup == "close")
    if depth > limit:
        raise too_deep(found[0][:40], limit)
    return depth


def _too_much(limit: int) -> UploadRefused:
    return UploadRefused(
        feature="RDF",
        reason=Both(
            f"トリプルが多すぎます（上限{limit}）。分けて送ってください。",
            f"There are more than {limit} triples. Send them in parts.",
        ),
    )


_CHECKS: dict[ox.RdfFormat, Callable[[str, int], None]] = {
    ox.RdfFormat.RDF_XML: _check_xml,
    ox.RdfFormat.JSON_LD: _check_json,
    ox.RdfFormat.TURTLE: _check_turtle,
    ox.RdfFormat.TRIG: _check_turtle,
    ox.RdfFormat.N_TRIPLES: _check_turtle,
    ox.RdfFormat.N_QUADS: _check_turtle,
}
