"""A report about what somebody sent, as the service answers it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rdflib import BNode, Graph, Literal

from kg.compare import Difference
from kg.entry import Entry
from kg.errors import BlankNodeRefused, EntryBroken, EntryUncheckable
from kg.pipeline.drafting import entry_text
from kg.pipeline.excerpts import Shown, excerpt, row_excerpt
from kg.pipeline.forms import ENTRY, ReportForm
from kg.pipeline.reporting import report_rdf, write_report
from kg.tables import Table
from kg.tables.about import table_iri
from kg.validate import Finding, Further, Severity
from kg.validate.output import Outcome, structured, summary

PAGE = "text/html"
"""Answered with what a page about the report shows, as JSON: the service makes the page."""
_JSON, _CSV = "application/json", "text/csv"
_RDF = frozenset(
    (
        *("text/turtle", "application/ld+json", "application/n-triples"),
        *("application/rdf+xml", "application/trig"),
    )
)
_TEXTS = {
    _CSV: ReportForm.CSV,
    "application/sarif+json": ReportForm.SARIF,
    "text/plain": ReportForm.TEXT,
}
FORMS = (*sorted(_RDF), _JSON, *_TEXTS, PAGE)
"""What a report can be written as."""
_SHOWN = 500
"""Findings on a page; the report that can be downloaded has all of them."""
_LINES = 200
"""Lines of a difference on a page."""
_IN_WORDS = ("title", "field", "problem", "allowed", "nearest", "fix")


@dataclass(frozen=True)
class Told:
    """A report with the files that it is about, by name, and what they would change.

    `known` is the graph without the entry, `tables` are those of the files that are tables, for a
    page.
    """

    outcome: Outcome
    files: Mapping[str, bytes]
    difference: Difference
    entry: Entry
    known: Graph
    tables: Mapping[str, Table]

    @property
    def statements(self) -> int:
        """How many statements the files make."""
        return sum(1 for _ in self.entry.statements)


def write_answer(told: Told, media: str, lang: str) -> tuple[str, bytes]:
    """Media type and bytes of a report in one of `FORMS`, with texts in `lang`.

    What is a difference in words is in JSON and on pages only. `kg.pipeline.forms.ENTRY` is
    answered with the entry itself, as Turtle: raises `EntryBroken` where it breaks rules, and
    `EntryUncheckable` for blank nodes that the data cannot hold.
    """
    if media == ENTRY:
        return "text/turtle", _entry(told)
    if media in _RDF:
        return media, report_rdf(told.outcome, media)
    if media in _TEXTS:
        text = write_report(told.outcome, _TEXTS[media], lang)
        if _TEXTS[media] is ReportForm.TEXT:
            text += f"{summary(told.outcome, lang)}\n"
        # so that spreadsheets see what it is written in
        return media, text.encode("utf-8-sig" if media == _CSV else "utf-8")
    said = _page(told, lang) if media == PAGE else _structure(told, lang)
    return _JSON, json.dumps(said, ensure_ascii=False).encode()


def _entry(told: Told) -> bytes:
    if not told.outcome.accepted:
        raise EntryBroken(count=told.outcome.counts[Severity.VIOLATION])
    try:
        return entry_text(told.entry, told.known, told.outcome.names).encode()
    except BlankNodeRefused as error:
        raise EntryUncheckable(detail=error.words()) from None


def _structure(told: Told, lang: str) -> dict[str, Any]:
    """The JSON of the command, with what would change."""
    difference = told.difference.as_json(lang)
    return {
        **structured(told.outcome, (lang,)),
        "statements": told.statements,
        "difference": difference,
    }


def _further(outcome: Outcome, further: Further, lang: str) -> dict[str, Any]:
    """Of which rule of ours a page does not show everything."""
    own = outcome.documentation(further.example) is not None
    return {
        "severity": further.example.severity.value.lower(),
        "rule": outcome.rule(further.example) if own else None,
        "note": outcome.more(further).of(lang),
    }


def _page(told: Told, lang: str) -> dict[str, Any]:
    """What a page shows: findings by the thing that they are about, each with a piece of text."""
    said = structured(told.outcome, (lang,))
    findings: list[dict[str, Any]] = said.pop("findings")
    lines = told.difference.lines(lang)
    groups: dict[str, dict[str, Any]] = {}
    for one, finding in zip(findings[:_SHOWN], told.outcome.report.findings, strict=False):
        words = {name: one[name] and one[name][lang] for name in _IN_WORDS}
        row = row_excerpt(finding.place, told.tables)
        piece = excerpt(finding, told.files)
        place = finding.place and finding.place.text(lang)
        own = one["documentation"] is not None
        group = groups.setdefault(
            one["focus"], {"entity": _entity(told, finding), "title": "", "findings": []}
        )
        # a row that could not be read is known by its code only
        group["title"] = max(group["title"], words["title"], key=len)
        group["findings"].append(
            {
                **words,
                "severity": one["severity"],
                "value": _value(told, finding, row),
                "place": place,
                "rule": one["rule"] if own else None,
                "excerpt": piece and list(piece),
                "row": row,
            }
        )
    return {
        **{name: said[name] for name in ("accepted", "profile", "mode", "counts")},
        "statements": told.statements,
        "groups": list(groups.values()),
        "further": [_further(told.outcome, each, lang) for each in told.outcome.report.further],
        "hidden": max(0, len(findings) - _SHOWN),
        "difference": lines[:_LINES],
        "more": max(0, len(lines) - _LINES),
    }


def _entity(told: Told, finding: Finding) -> str:
    """IRI of what a finding is about; empty for a file or row, which the place names."""
    names = told.outcome.names
    tables = tuple(str(table_iri(file, names)) for file in told.tables)
    focus = str(finding.focus)
    return "" if focus.startswith(tables) or isinstance(finding.focus, BNode) else focus


def _value(told: Told, finding: Finding, row: list[Shown]) -> str | None:
    """The wrong value, as it was written: the text of a cell that names a thing."""
    if finding.value is None:
        return None
    if isinstance(finding.value, Literal):
        return str(finding.value)
    cell = next((shown.text for shown in row if shown.wrong), "")
    return cell or told.outcome.short(finding.value)
