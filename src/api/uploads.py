"""Graphs that a client sends: one document, or several as the files of a form."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from api.bodies import media_type, read_body, read_media_type
from api.errors import MediaTypeUnsupported, QuadsUnsupported, RequestMalformed
from kg.errors import Both, KgError, UploadTooLarge

TURTLE = "text/turtle"
GRAPH_BODIES = (TURTLE, "application/n-triples", "application/ld+json", "application/rdf+xml")
"""Media types of a body that holds one graph."""
_QUADS = frozenset({"application/n-quads", "application/trig"})
FORM = "multipart/form-data"
_LINES = frozenset(GRAPH_BODIES[:2])
"""Media types whose documents make one Turtle document when they follow each other."""
_MOST_FILES = 100
_NO_FILES = Both("ファイルがありません", "no files")
_DAMAGED = Both("各部の区切りか見出しが正しくありません", "its parts or their headers are damaged")
_TOO_MANY = {
    "Too many files": Both("ファイルは{files}個までです", "at most {files} files"),
    "Too many fields": Both("ほかの欄は{fields}個までです", "at most {fields} other fields"),
}
"""Beginnings of what the parser says, and the same in both languages."""


@dataclass(frozen=True)
class Upload:
    """An RDF document as it was sent, and its media type."""

    body: bytes
    media_type: str


class _InMemory(MultiPartParser):
    """Parser of forms that writes no files; the size of the body is limited before."""

    spool_max_size = 2**40


async def read_upload(request: Request, limit: int, base: str) -> Upload:
    """Read the graph that a request carries, of at most `limit` bytes.

    The files of a form become one document, so that they are written together or not at all;
    `base` is the base of their relative IRIs. Raises `MediaTypeUnsupported`, `RequestMalformed`,
    `UploadTooLarge`.
    """

    def too_large() -> KgError:
        return UploadTooLarge(limit=limit, found=f"> {limit}")

    media = read_media_type(request)
    if media == FORM:
        return _joined(await _files(request, await read_body(request, limit, too_large)), base)
    # said before the body is read
    _check(media)
    return Upload(await read_body(request, limit, too_large), media)


def _check(media: str) -> None:
    expected = ", ".join((*GRAPH_BODIES, FORM))
    if media in _QUADS:
        raise QuadsUnsupported(found=media, expected=expected)
    if media not in GRAPH_BODIES:
        raise MediaTypeUnsupported(found=media or "–", expected=expected)


async def _files(request: Request, body: bytes) -> list[Upload]:
    form = await read_form(request, body, files=_MOST_FILES, fields=0)
    try:
        # other fields are refused by the parser
        files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
        uploads = [Upload(await f.read(), media_type(f.content_type or "")) for f in files]
    finally:
        await form.close()
    for upload in uploads:
        _check(upload.media_type)
    if not uploads:
        raise _malformed(_NO_FILES)
    return uploads


async def read_form(request: Request, body: bytes, *, files: int, fields: int) -> FormData:
    """Read a form with so many files and other fields at most; the caller closes it.

    Raises `RequestMalformed`.
    """
    headers = Headers({"content-type": request.headers["content-type"]})
    parser = _InMemory(
        headers, _once(body), max_files=files, max_fields=fields, max_part_size=len(body)
    )
    try:
        return await parser.parse()
    except MultiPartException as error:
        said = (words for start, words in _TOO_MANY.items() if error.message.startswith(start))
        reason = next(said, _DAMAGED).filled(files=files, fields=fields)
        raise _malformed(reason) from None


async def _once(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


def _joined(uploads: list[Upload], base: str) -> Upload:
    """Several documents as one; what has names that could clash is refused."""
    if len(uploads) == 1:
        return uploads[0]
    if not {upload.media_type for upload in uploads} <= _LINES:
        raise MediaTypeUnsupported(
            found=", ".join(upload.media_type for upload in uploads), expected=", ".join(_LINES)
        )
    if sum(b"_:" in upload.body for upload in uploads) > 1:
        raise RequestMalformed(
            ja="名前の付いた空白ノード（_:）は、一つのファイルの中だけで使えます。別々に送ってください。",
            en="Only one of the files may name blank nodes (_:). Send them one by one.",
        )
    head = f"\n@base <{base}> .\n".encode()
    return Upload(b"".join(head + upload.body for upload in uploads), TURTLE)


def _malformed(reason: Both) -> RequestMalformed:
    return RequestMalformed(
        ja=f"multipart/form-dataとして読めません（{reason.ja}）。ファイルとして送ってください。",
        en=f"This is no multipart/form-data with files ({reason.en}).",
    )
