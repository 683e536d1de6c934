"""Entries against the shapes: a form for people, and the reports of SHACL for programs."""

import base64
import json
from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.access import HolderOf
from api.addresses import service_url
from api.cache import PASSING
from api.entries import SUFFIXES, EntryRequest, Sent, read_entry
from api.entry_description import (
    ALONE,
    ENTRY_TYPES,
    FORMATS,
    MERGED,
    MODES,
    PROFILES,
    REPORT_TYPES,
    REPORTS,
    SYNTAXES,
)
from api.errors import RequestMalformed, TokenRequired
from api.negotiation import HTML, media_types
from api.protocol import FORMAT, LANG, read_parameters
from api.rendering import page
from api.service import LanguageOf, Service, ServiceOf
from api.uploads import FORM
from kg.pipeline.forms import ENTRY

router = APIRouter(prefix="/validate", tags=["validation"])

_FORM_TYPES = ("application/json", HTML)
_FILES = {
    ENTRY: "entry.ttl",
    "csv": "report.csv",
    "json": "report.json",
    "turtle": "report.ttl",
    "sarif": "report.sarif",
    "text": "report.txt",
}
_KEPT_BYTES = 2**20
"""Files that a page gives back, so that a report can be had in another form."""


@router.get("", summary="Form for checking an entry. 登録内容を検査するフォーム。")
async def get_form(request: Request, service: ServiceOf, lang: LanguageOf) -> Response:
    """The form, or what can be sent here as JSON."""
    format_ = read_parameters(request, (FORMAT, LANG)).get(FORMAT)
    types = media_types(request.headers.get("accept"), format_, _FORM_TYPES)
    if types[0] != HTML:
        return JSONResponse(_description(service), headers={"Vary": "Accept, Accept-Language"})
    # who opens the form will send it
    service.validations.begin()
    return page(request, "validate.html", lang, **_form(service, {"profile": "", "mode": ""}))


@router.post("", summary="Check an entry against the rules. 登録内容の規則による検査。")
async def post_entry(
    request: Request, service: ServiceOf, holder: HolderOf, lang: LanguageOf
) -> Response:
    """Validation report about the body, or about the files or text of a form.

    Status 200 says that there is a report, whether or not the entry keeps the rules.
    """
    limits, granted = service.settings, holder is not None
    await service.validations.ready()
    with service.clients.turn(request, holder):
        limit = limits.token_upload_bytes if granted else limits.upload_bytes
        entry = await read_entry(request, limit, limits.shapes_bytes)
        if entry.shapes and not granted:
            raise TokenRequired
        lang, media = entry.lang(lang), _media(request, entry)
        head = _head(request, service, entry, lang, media)
        sent = [*entry.files, *([entry.shapes] if entry.shapes else [])]
        body = b"".join(one.body for one in sent)
        told, answer = await service.validations.check(
            {**head, "limit": limits.token_result_bytes if granted else limits.result_bytes},
            body,
            granted=granted,
        )
    if media == HTML:
        return _report(request, service, entry, lang, json.loads(answer))
    return Response(answer, media_type=told["media"], headers=_headers(entry, lang))


def _head(
    request: Request, service: Service, entry: EntryRequest, lang: str, media: str
) -> Mapping[str, object]:
    mode = entry.mode(ALONE if service.plain else MERGED)
    if service.plain and mode == MERGED:
        raise RequestMalformed(
            ja="このサービスにはプロジェクトのグラフがありません。mode=alone で送ってください。",
            en="This service does not hold the project's graph. Send mode=alone.",
        )
    return {
        "files": [file.head() for file in entry.files],
        "shapes": entry.shapes and entry.shapes.head(),
        "profile": entry.profile,
        "mode": mode,
        "lang": lang,
        "media": media,
        "documentation": f"{service_url(request, service)}/shapes",
        "depth": service.settings.query_depth,
    }


def _media(request: Request, entry: EntryRequest) -> str:
    if entry.given.get(FORMAT):
        chosen = entry.choice(FORMAT, FORMATS, "json")
        return REPORTS.get(chosen, chosen)
    return media_types(request.headers.get("accept"), None, REPORT_TYPES)[0]


def _headers(entry: EntryRequest, lang: str) -> Mapping[str, str]:
    headers = {"Vary": "Accept, Accept-Language", "Content-Language": lang, **PASSING}
    name = _FILES.get(entry.given.get(FORMAT, ""))
    if entry.form and name:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return headers


def _report(
    request: Request,
    service: Service,
    entry: EntryRequest,
    lang: str,
    told: Mapping[str, object],
) -> Response:
    response = page(
        request,
        "validation.html",
        lang,
        told=told,
        kept=_kept(entry.files, service.settings.upload_bytes),
        files=entry.files,
        **_form(service, told),
    )
    response.headers.update(PASSING)
    return response


def _kept(files: Sequence[Sent], limit: int) -> str:
    """The one file that was sent, for the page to send it once more; nowhere else is it kept."""
    if len(files) != 1 or len(files[0].body) > min(_KEPT_BYTES, limit // 2):
        return ""
    return base64.b64encode(files[0].body).decode()


def _form(service: Service, chosen: Mapping[str, object]) -> dict[str, object]:
    """What the form offers; `chosen` are `profile` and `mode` of the last check."""
    return {**_choices(service), "chosen": chosen, "suffixes": list(SUFFIXES)}


def _choices(service: Service) -> dict[str, object]:
    return {
        "profiles": list(PROFILES),
        "modes": [ALONE] if service.plain else list(MODES),
        "syntaxes": list(SYNTAXES),
        "reports": list(FORMATS),
        "limit": service.settings.upload_bytes,
        "seconds": f"{service.settings.upload_timeout:g}",
    }


def _description(service: Service) -> Mapping[str, object]:
    return {**_choices(service), "accepts": [*ENTRY_TYPES, FORM], "answers": list(REPORT_TYPES)}
