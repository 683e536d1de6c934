"""HTML pages: templates, language links, and RDF terms as text and links. No script, ever."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from rdflib.namespace import XSD

from api.negotiation import LANGUAGES
from api.service import JsonTerm
from kg.namespaces import Names

_PLAIN = {"", *(str(XSD[name]) for name in ("integer", "decimal", "boolean", "date"))}
"""Datatypes that a value itself shows."""
_OWN = ("id/", "vocab/", "def")


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(request: Request, template: str, lang: str, **context: object) -> HTMLResponse:
    """Render a template; `say(ja, en)` in it chooses a text, `languages` links to the others."""

    def say(ja: str, en: str) -> str:
        return ja if lang == "ja" else en

    languages = {
        other: "?" + request.url.include_query_params(lang=other).query for other in LANGUAGES
    }
    body = (
        _templates()
        .get_template(template)
        .render(lang=lang, say=say, languages=languages, **context)
    )
    headers = {"Content-Language": lang, "Vary": "Accept, Accept-Language"}
    return HTMLResponse(body, headers=headers)


@dataclass(frozen=True)
class Shown:
    """A term for people: `href` is empty for what is no link, `lang` for what has no language."""

    text: str
    href: str
    lang: str
    note: str


def show(names: Names, term: JsonTerm | None) -> Shown:
    """Text and link of a term; None (unbound) is empty."""
    if term is None:
        return Shown("", "", "", "")
    value = term["value"]
    if term["type"] == "uri":
        return Shown(names.short(value), link(names, value), "", "")
    datatype = term.get("datatype", "")
    return Shown(
        value if term["type"] == "literal" else f"_:{value}",
        "",
        term.get("xml:lang", ""),
        names.short(datatype) if datatype not in _PLAIN else "",
    )


def link(names: Names, iri: str) -> str:
    """Link within this service for what it describes; outwards only to the web."""
    path = iri.removeprefix(names.base)
    if path != iri and path.startswith(_OWN):
        return f"/{path}"
    return iri if iri.startswith(("http://", "https://")) else ""
