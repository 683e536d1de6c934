"""Entries that a client sends to be checked: a body, or files and texts of a form."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from fastapi import Request
from starlette.datastructures import UploadFile

from api.bodies import media_type, read_body, read_media_type
from api.entry_description import ENTRY_TYPES, MODES, PROFILES, SYNTAXES, TABLE_TYPES
from api.errors import FileForeign, FileTypeUnsupported, MediaTypeUnsupported, RequestMalformed
from api.negotiation import LANGUAGES
from api.protocol import FORMAT, LANG, read_once, read_parameters
from api.uploads import FORM, TURTLE, read_form
from kg.errors import EntryEmpty, KgError, UploadTooLarge
from kg.nearest import nearest_ending, nearest_name
from kg.pipeline.foreign import advice
from kg.pipeline.forms import MEDIA_TYPES, Form
from kg.pipeline.forms import SUFFIXES as FORMS
from kg.queries import check_names

SUFFIXES = {
    **{suffix: MEDIA_TYPES[form] for suffix, form in FORMS.items()},
    ".json": MEDIA_TYPES[Form.JSONLD],
    ".xml": MEDIA_TYPES[Form.RDFXML],
}
"""Suffixes of files that can be sent, and their media types."""
_ALSO = {
    "application/json": SYNTAXES["jsonld"],
    "application/xml": SYNTAXES["rdfxml"],
    "text/xml": SYNTAXES["rdfxml"],
    "application/x-turtle": TURTLE,
}
"""Other names that programs have for them."""
PARAMETERS = ("profile", "mode", FORMAT, LANG)
_FIELDS = ("file", "text", "syntax", "shapes", "kept", "name", "page", *PARAMETERS)
"""Fields of the form.

`kept` are files that a page has sent back, in Base64, each with its `name`: they count where
nothing else is sent. `page` is a language: the form is shown in it, with what stands in it.
"""
_MOST_FILES = 20
_MOST_FIELDS = 2 * _MOST_FILES + len(_FIELDS)
_FRAME_BYTES = 64 * 1024
"""What a form may need beside its files."""
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Sent:
    """A file as it was sent: its name for people, its media type, its bytes."""

    name: str
    media: str
    body: bytes

    def head(self) -> Mapping[str, object]:
        """What its reader is told."""
        return {"name": self.name, "media": self.media, "size": len(self.body)}


@dataclass(frozen=True)
class Entered:
    """What somebody has entered into the form, for a page to show it again."""

    texts: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Sent, ...] = ()


@dataclass(frozen=True)
class EntryRequest:
    """What is to be checked, and how; `given` are parameters, from a form or the URL."""

    files: tuple[Sent, ...]
    shapes: Sent | None
    given: Mapping[str, str]
    form: bool

    def choice(self, name: str, values: Sequence[str], default: str) -> str:
        """The value of a parameter, one of `values`; raises `RequestMalformed`."""
        value = self.given.get(name) or default
        if value not in values:
            raise RequestMalformed(
                ja=f"{name}={value} はありません。使える値: {', '.join(values)}。",
                en=f"There is no {name}={value}; use one of {', '.join(values)}.",
                nearest=nearest_name(value, values),
            )
        return value

    @property
    def profile(self) -> str:
        """Which rules it is to keep; raises `RequestMalformed`."""
        return self.choice("profile", PROFILES, PROFILES[0])

    def mode(self, default: str) -> str:
        """Whether it is checked by itself or in the graph; raises `RequestMalformed`."""
        return self.choice("mode", MODES, default)

    def lang(self, default: str) -> str:
        """Language of texts for people; raises `RequestMalformed`."""
        return self.choice(LANG, LANGUAGES, default)

    @property
    def page(self) -> str | None:
        """Language that the form is to be shown in, with nothing checked; None: check.

        Raises `RequestMalformed`.
        """
        return self.choice("page", LANGUAGES, "") if self.given.get("page") else None


def read_entered(request: Request) -> Entered:
    """What stood in the form that a request has sent, as far as it was read."""
    found = getattr(request.state, "entered", None)
    return found if isinstance(found, Entered) else Entered()


async def read_entry(request: Request, limit: int, shapes_limit: int) -> EntryRequest:
    """Read what a request sends to be checked, of at most `limit` bytes.

    Shapes beside it may have `shapes_limit` bytes. Raises `EntryEmpty`, `MediaTypeUnsupported`,
    `RequestMalformed`, `UnknownParameter`, `UploadTooLarge`.
    """
    given = read_parameters(request, PARAMETERS)
    media = _body_type(request)
    if media != FORM:
        body = await _limited(request, limit, limit)
        suffix = next(suffix for suffix, known in SUFFIXES.items() if known == media)
        if not body:
            raise EntryEmpty
        return EntryRequest((Sent(f"entry{suffix}", media, body),), None, given, form=False)
    body = await _limited(request, limit + shapes_limit + _FRAME_BYTES, limit)
    files, shapes, fields = await _read_form(request, body)
    if fields.get(LANG) in LANGUAGES:
        # errors are told in it, too
        request.state.lang = fields[LANG]
    _check_size(files, limit)
    _check_size([shapes] if shapes else [], shapes_limit)
    if not files and not fields.get("page"):
        raise EntryEmpty
    # a form names the language of its page in its address, and what was chosen in a field
    return EntryRequest(tuple(files), shapes, {**given, **fields}, form=True)


async def _limited(request: Request, limit: int, said: int) -> bytes:
    found = request.headers.get("content-length", f"> {said}")

    def too_large() -> KgError:
        return UploadTooLarge(limit=said, found=found)

    return await read_body(request, limit, too_large)


def _body_type(request: Request) -> str:
    header = request.headers.get("content-type", "")
    named = header.partition(";")[0].strip().lower()
    # tables tell by themselves what they are written in
    media = named if named in TABLE_TYPES else read_media_type(request)
    return media if media == FORM else _known(media, media)


def _known(media: str, found: str) -> str:
    media = _ALSO.get(media, media)
    if media not in ENTRY_TYPES:
        expected = ", ".join((*ENTRY_TYPES, FORM))
        _refuse_foreign("", media, expected)
        raise MediaTypeUnsupported(found=found or "–", expected=expected)
    return media


def _check_size(files: Sequence[Sent], limit: int) -> None:
    size = sum(len(file.body) for file in files)
    if size > limit:
        raise UploadTooLarge(limit=limit, found=size)


async def _read_form(
    request: Request, body: bytes
) -> tuple[list[Sent], Sent | None, Mapping[str, str]]:
    """Files, shapes and all other fields of a form."""
    form = await read_form(request, body, files=_MOST_FILES, fields=_MOST_FIELDS)
    try:
        items = form.multi_items()
        check_names(request.scope["path"], (name for name, _ in items), _FIELDS)
        written = [(name, value) for name, value in items if isinstance(value, str)]
        texts = _single(written)
        request.state.entered = Entered(texts)
        sent: dict[str, list[Sent]] = {"file": [], "shapes": []}
        for name, value in items:
            # browsers send a field without a file as a file without a name
            if isinstance(value, UploadFile) and (value.filename or value.size):
                sent.setdefault(name, []).append(await _file(value))
    finally:
        await form.close()
    files = [*sent["file"], *_pasted(texts)] or _kept(written)
    request.state.entered = Entered(texts, tuple(files))
    shapes = sent["shapes"] or _text(texts.get("shapes", ""), "shapes", TURTLE)
    if len(shapes) > 1 or sent.keys() - {"file", "shapes"}:
        raise RequestMalformed(
            ja="ファイルの欄は file と shapes（一つ）です。",
            en="Files belong in the fields file and shapes (one).",
        )
    fields = {name: texts[name] for name in (*PARAMETERS, "page") if name in texts}
    return files, shapes[0] if shapes else None, fields


def _single(written: list[tuple[str, str]]) -> Mapping[str, str]:
    """The texts of a form by their names; raises `RequestMalformed` for one that is given twice."""
    texts = dict(written)
    for name in texts.keys() - {"kept", "name"}:
        read_once(name, written, texts)
    if texts.get("file"):
        raise RequestMalformed(
            ja="file がテキストです。ファイル（curlでは -F file=@名前）か text で送ります。",
            en="file is a text. Send it as a file (curl: -F file=@NAME), or in the field text.",
        )
    return texts


async def _file(value: UploadFile) -> Sent:
    name = _name(value.filename or "")
    return Sent(name, _media(name, value.content_type or ""), await value.read())


def _media(name: str, content_type: str) -> str:
    """Media type of a file: its suffix is right more often than what browsers say."""
    known = SUFFIXES.get(PurePath(name).suffix.lower())
    media = known or _ALSO.get(media_type(content_type), media_type(content_type))
    if media not in ENTRY_TYPES:
        expected = ", ".join(SUFFIXES)
        _refuse_foreign(name, media, expected)
        raise FileTypeUnsupported(
            found=f"{name} ({content_type or '–'})",
            expected=expected,
            nearest=nearest_ending(PurePath(name).suffix, SUFFIXES) if "." in name else None,
        )
    return media


def _refuse_foreign(name: str, media: str, expected: str) -> None:
    """Raise `FileForeign` for a file, or a body without a name, that is known to be no entry."""
    detail = advice(name, media)
    if detail is not None:
        raise FileForeign(file=name or media, detail=detail, expected=expected)


def _name(given: str) -> str:
    """Name of a file for people: no folders, nothing that cannot be seen."""
    name = given.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in name if sign.isprintable())[-_LONGEST_NAME:] or "file"


def _kept(items: Sequence[tuple[str, str]]) -> list[Sent]:
    """The files that a page has sent back."""
    names = [_name(value) for name, value in items if name == "name"]
    bodies = [value for name, value in items if name == "kept" and value]
    if len(names) < len(bodies):
        raise RequestMalformed(ja="kept には name が要ります。", en="Each kept needs a name.")
    try:
        return [
            Sent(name, _media(name, ""), base64.b64decode(body, validate=True))
            for name, body in zip(names, bodies, strict=False)
        ]
    except (binascii.Error, ValueError):
        raise RequestMalformed(
            ja="kept がBase64ではありません。", en="kept is no Base64."
        ) from None


def _pasted(texts: Mapping[str, str]) -> list[Sent]:
    """The text of a form."""
    syntax = texts.get("syntax") or "turtle"
    if syntax not in SYNTAXES:
        raise RequestMalformed(
            ja=f"syntax={syntax} はありません。使える値: {', '.join(SYNTAXES)}。",
            en=f"There is no syntax={syntax}; use one of {', '.join(SYNTAXES)}.",
            nearest=nearest_name(syntax, SYNTAXES),
        )
    media = SYNTAXES[syntax]
    suffix = next(suffix for suffix, known in SUFFIXES.items() if known == media)
    return _text(texts.get("text", ""), f"text{suffix}", media)


def _text(text: str, name: str, media: str) -> list[Sent]:
    return [Sent(name, media, text.encode())] if text.strip() else []
