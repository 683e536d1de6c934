"""A problem as a page: for browsers, whose users would lose what they typed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request, Response

from api.entries import read_entered
from api.entry_form import PATH, form_context
from api.freshness import PASSING
from api.negotiation import HTML, media_types
from api.rendering import page
from api.service import read_service
from kg.errors import EntryBroken, KgError

MEDIA_TYPE = "application/problem+json"
_WORD = re.compile(r"\S+")
_EDITOR = "/sparql"
_TURTLE = ("@", "<", "#", "_:", "PREFIX", "BASE", "{", "[")
"""Beginnings of texts that are no cells of a spreadsheet."""
_TABLES = ("csv", "tsv")


@dataclass(frozen=True)
class Place:
    """The line of a text that is wrong: what stands `before` the `wrong` part, and `after` it."""

    before: str
    wrong: str
    after: str


def wants_page(request: Request) -> bool:
    """Whether the client prefers a page to JSON; one that takes neither gets JSON."""
    if request.query_params.get("format") == "html":
        return True
    try:
        offered = (MEDIA_TYPE, "application/json", HTML)
        return media_types(request.headers.get("accept"), None, offered)[0] == HTML
    except KgError:
        return False


def problem_page(
    request: Request, lang: str, problem: Mapping[str, object], status: int, link: str
) -> Response:
    """Show the members of a problem, with the form that was sent and all that was typed into it.

    `link` leads to what was probably meant; empty: nowhere.
    """
    query, form = _query(request), request.url.path == PATH
    response = page(
        request,
        "problem.html",
        lang,
        problem={"detail": "", "hint": "", **problem},
        place=_place(_entry(request) if form else query or "", problem),
        link=link,
        query=query,
        canned=getattr(request.state, "canned", None),
        values=request.query_params,
        wrong=problem.get("parameter", ""),
        **(_form(request, problem) if form else {}),
    )
    response.status_code = status
    if form:
        # it holds what was sent
        response.headers.update(PASSING)
    return response


def _query(request: Request) -> str | None:
    """Text that was sent to the editor; None for a request that was not."""
    if request.url.path != _EDITOR:
        return None
    return str(getattr(request.state, "query", request.query_params.get("query", "")))


def _form(request: Request, problem: Mapping[str, object]) -> dict[str, object]:
    """The form as it was sent; where there is a report to be seen, it is what comes next."""
    broken = problem["type"] == f"/problems#{EntryBroken.__name__}"
    chosen = {"format": "html"} if broken else {}
    context = form_context(request, read_service(request), chosen)
    first, _, _ = read_entered(request).texts.get("text", "").lstrip().partition("\n")
    cells = "\t" in first and not first.startswith(_TURTLE)
    return {**context, "cells": cells and context["chosen"]["syntax"] not in _TABLES}


def _entry(request: Request) -> str:
    """Text that was sent to be checked; empty where there are several."""
    files = read_entered(request).files
    return files[0].body.decode("utf-8", "replace") if len(files) == 1 else ""


def _place(query: str, problem: Mapping[str, object]) -> Place | None:
    line, column = problem.get("line"), problem.get("column")
    lines = query.split("\n")
    if not isinstance(line, int) or not isinstance(column, int) or line > len(lines):
        return None
    text, start = lines[line - 1].removesuffix("\r"), column - 1
    found = _WORD.match(text, start)
    wrong = str(problem.get("near") or (found[0] if found else "")).split("\n")[0]
    return Place(text[:start], wrong, text[start + len(wrong) :])
