"""What the form at `/validate` shows: what can be chosen, and what was entered before."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from api.entries import SUFFIXES, Entered, read_entered
from api.entry_description import ALONE, FORMATS, MODES, PROFILES, SYNTAXES, TABLE_SUFFIXES
from api.service import Service
from kg.pipeline.forms import TEMPLATE

PATH = "/validate"
_KEPT_BYTES = 2**20
"""Files that a page gives back, so that they can be sent once more."""


@dataclass(frozen=True)
class Again:
    """What was sent, for its page to send once more; nowhere else is it kept.

    `text` is what was pasted, in `syntax`; `kept` are names and Base64 of files, none if they are
    too large.
    """

    text: str
    syntax: str
    kept: tuple[tuple[str, str], ...]

    def __bool__(self) -> bool:
        return bool(self.text or self.kept)


def form_choices(service: Service) -> dict[str, object]:
    """What can be chosen."""
    return {
        "profiles": list(PROFILES),
        "modes": [ALONE] if service.plain else list(MODES),
        "syntaxes": list(SYNTAXES),
        "reports": list(FORMATS),
        "limit": service.settings.upload_bytes,
        "seconds": f"{service.settings.upload_timeout:g}",
        "templates": [f"{PATH}/{name}" for name in TEMPLATE],
    }


def form_context(
    request: Request, service: Service, chosen: Mapping[str, object] | None = None
) -> dict[str, Any]:
    """What a page with the form needs; `chosen` overrules what the request has chosen."""
    sent = read_entered(request)
    named = {**request.query_params, **sent.texts}
    fields = ("profile", "mode", "syntax", "format", "lang")
    picked = {**{name: named.get(name, "") for name in fields}, **(chosen or {})}
    return {
        **form_choices(service),
        "chosen": picked,
        "again": _again(sent, service.settings.upload_bytes),
        "suffixes": list(SUFFIXES),
        "tables": list(reversed(TABLE_SUFFIXES)),
        "rdf": [suffix for suffix in SUFFIXES if suffix not in TABLE_SUFFIXES],
    }


def _again(sent: Entered, limit: int) -> Again:
    text, syntax = sent.texts.get("text", ""), sent.texts.get("syntax", "")
    if text.strip() and len(sent.files) <= 1:
        return Again(text, syntax, ())
    size = sum(len(file.body) for file in sent.files)
    small = size <= min(_KEPT_BYTES, limit // 2)
    kept = [(file.name, base64.b64encode(file.body).decode()) for file in sent.files if small]
    return Again("", syntax, tuple(kept))
