"""Entries against the shapes: a form for people, and the reports of SHACL for programs."""

import json
from collections.abc import Mapping

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from api.access import HolderOf
from api.addresses import service_url
from api.entries import EntryRequest, read_entry
from api.entry_description import (
    ALONE,
    ENTRY_TYPES,
    FORMATS,
    MERGED,
    REPORT_TYPES,
    REPORTS,
)
from api.entry_form import PATH, form_choices, form_context
from api.errors import RequestMalformed, TokenRequired
from api.freshness import KEPT, PASSING
from api.negotiation import HTML, media_types
from api.protocol import FORMAT, LANG, read_parameters, takes_language_only
from api.rendering import page
from api.service import LanguageOf, Service, ServiceOf
from api.uploads import FORM
from kg.pipeline.forms import ENTRY, METADATA, TEMPLATE

router = APIRouter(prefix=PATH, tags=["validation"])

_FORM_TYPES = ("application/json", HTML)
_FILES = {
    ENTRY: "entry.ttl",
    "csv": "report.csv",
    "json": "report.json",
    "turtle": "report.ttl",
    "jsonld": "report.jsonld",
    "ntriples": "report.nt",
    "rdfxml": "report.rdf",
    "trig": "report.trig",
    "sarif": "report.sarif",
    "text": "report.txt",
}


@router.get("", summary="Form for checking an entry. 登録内容を検査するフォーム。")
async def get_form(request: Request, service: ServiceOf, lang: LanguageOf) -> Response:
    """The form, or what can be sent here as JSON."""
    format_ = read_parameters(request, (FORMAT, LANG)).get(FORMAT)
    types = media_types(request.headers.get("accept"), format_, _FORM_TYPES)
    if types[0] != HTML:
        return JSONResponse(_description(service), headers={"Vary": "Accept, Accept-Language"})
    # who opens the form will send it
    service.validations.begin()
    return page(request, "validate.html", lang, **form_context(request, service))


async def get_template(request: Request, service: ServiceOf, lang: LanguageOf) -> Response:
    """An empty table of measures to fill in, or what says what the columns of its CSV mean.

    The workbook has headers in both languages and lists in one; the CSV is in one.
    """
    name = request.url.path.rpartition("/")[2]
    body = await service.validations.template(name, lang)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Language": lang,
        "Vary": "Accept-Language",
        **KEPT,
    }
    if f"{name}{METADATA}" in TEMPLATE:
        described = f"<{name}{METADATA}?lang={lang}>"
        headers["Link"] = f'{described}; rel="describedby"; type="{TEMPLATE[name + METADATA]}"'
    return Response(body, media_type=TEMPLATE[name], headers=headers)


for _name in TEMPLATE:
    router.add_api_route(
        f"/{_name}",
        get_template,
        methods=["GET"],
        summary="Empty table of measures to fill in. 取組を書き込む表のひな型。",
        dependencies=[Depends(takes_language_only)],
    )


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
        if entry.page:
            return _form_again(request, service, entry.page)
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
        files=entry.files,
        lists=service.lists,
        **form_context(request, service, {"profile": told["profile"], "mode": told["mode"]}),
    )
    response.headers.update(PASSING)
    return response


def _form_again(request: Request, service: Service, lang: str) -> Response:
    """The form in another language, with what stands in it."""
    chosen = {"lang": lang}
    response = page(request, "validate.html", lang, **form_context(request, service, chosen))
    response.headers.update(PASSING)
    return response


def _description(service: Service) -> Mapping[str, object]:
    return {**form_choices(service), "accepts": [*ENTRY_TYPES, FORM], "answers": list(REPORT_TYPES)}
