"""What `/validate` takes, for the OpenAPI description and for the form.

What checks entries is not imported here: the service itself has no use for it.
"""

from collections.abc import Mapping
from typing import Any

from api.negotiation import HTML
from api.uploads import FORM, TURTLE
from kg.entry import Mode, Profile
from kg.pipeline.forms import ENTRY, MEDIA_TYPES, SUFFIXES, TABLES, Form

SYNTAXES: Mapping[str, str] = {
    form.value: MEDIA_TYPES[form] for form in Form if form is not Form.XLSX
}
"""Short names of what a text may be written in, and their media types."""
TABLE_TYPES = tuple(MEDIA_TYPES[form] for form in Form if form in TABLES)
"""Media types of tables."""
TABLE_SUFFIXES = tuple(suffix for suffix, form in SUFFIXES.items() if form in TABLES)
"""Ends of the names of files that are tables."""
ENTRY_TYPES = tuple(MEDIA_TYPES.values())
"""Media types of an entry."""
REPORTS: Mapping[str, str] = {
    "json": "application/json",
    "html": HTML,
    "csv": "text/csv",
    "turtle": TURTLE,
    "jsonld": "application/ld+json",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
    "trig": "application/trig",
    "sarif": "application/sarif+json",
    "text": "text/plain",
}
"""Short names of what a report can be answered as, and their media types."""
FORMATS = (*REPORTS, ENTRY)
"""What can be asked for by name: a report, or the entry as Turtle for the project's data."""
REPORT_TYPES = tuple(REPORTS.values())
"""Media types of a report, best first."""
MERGED, ALONE = Mode.MERGED.value, Mode.ALONE.value
MODES = (MERGED, ALONE)
"""What an entry may be checked with."""
PROFILES = tuple(profile.value for profile in Profile)
"""Rules that an entry may be held to."""
CHOICES: dict[str, dict[str, Any]] = {
    "profile": {"enum": list(PROFILES), "default": PROFILES[0]},
    "mode": {"enum": list(MODES), "default": MERGED},
    "format": {"enum": list(FORMATS)},
}
"""Parameters and their values."""
_EXAMPLE = """@prefix jpstrat: <https://w3id.org/jpstrat/def#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@base <https://w3id.org/jpstrat/> .
<id/measure/ai2019-fu2020/II-1-20-999> a jpstrat:Measure ;
  jpstrat:code "II-1-20-999" ;
  skos:prefLabel "例の取組"@ja , "Example measure"@en .
"""


def entry_body() -> dict[str, Any]:
    """The request body: an entry in one of its formats, or a form."""
    text = {"type": "string"}
    content: dict[str, Any] = {media: {"schema": text} for media in ENTRY_TYPES}
    content["text/turtle"]["example"] = _EXAMPLE
    file = {"type": "string", "format": "binary"}
    choices = {name: {**text, **schema} for name, schema in CHOICES.items()}
    fields = {
        "file": {"type": "array", "items": file},
        "text": {**text, "example": _EXAMPLE},
        "syntax": {**text, "enum": list(SYNTAXES), "default": "turtle"},
        "shapes": file,
        **choices,
    }
    content[FORM] = {"schema": {"type": "object", "properties": fields}}
    return {"required": True, "content": content}
