"""A report about what somebody sent, as JSON, CSV or RDF, and what a page about it shows."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from kg.entry import Entry
from kg.namespaces import Names
from kg.pipeline.entries import Mode
from kg.pipeline.excerpts import excerpt
from kg.validate import Finding, Profile, Report, Severity

PAGE = "text/html"
"""Answered with what a page about the report shows, as JSON: the service makes the page."""
_RDF = {
    "text/turtle": "turtle",
    "application/ld+json": "json-ld",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
    "application/trig": "trig",
}
_JSON, _CSV = "application/json", "text/csv"
FORMS = (*_RDF, _JSON, _CSV, PAGE)
"""What a report can be written as."""
_SHOWN = 500
"""Findings on a page; the report that can be downloaded has all of them."""
_COLUMNS = (
    *("severity", "file", "sheet", "line", "column", "header", "entity", "title", "field"),
    *("value", "problem", "allowed", "nearest", "fix", "rule", "documentation"),
)


@dataclass(frozen=True)
class Circumstances:
    """How an entry was checked, and the language `lang` in which that is told.

    `documentation` is what links to rules begin with.
    """

    profile: Profile
    mode: Mode
    lang: str
    documentation: str
    names: Names


@dataclass(frozen=True)
class Told:
    """A report, and the files by name that it is about."""

    report: Report
    entry: Entry
    files: Mapping[str, bytes]
    about: Circumstances

    @property
    def conforms(self) -> bool:
        """Whether nothing stands against loading it."""
        return not self.report.of(Severity.VIOLATION)

    @property
    def counts(self) -> Mapping[str, int]:
        """Number of findings by severity."""
        return {severity.value: len(self.report.of(severity)) for severity in Severity}

    @cached_property
    def findings(self) -> tuple[dict[str, Any], ...]:
        """Every finding in words."""
        return tuple(self._tell(finding) for finding in self.report.findings)

    def head(self) -> dict[str, Any]:
        """What is said about the entry as a whole."""
        return {
            "conforms": self.conforms,
            "profile": self.about.profile.value,
            "mode": self.about.mode.value,
            "counts": self.counts,
            "statements": sum(1 for _ in self.entry.statements),
        }

    def _tell(self, finding: Finding) -> dict[str, Any]:
        lang, names = self.about.lang, self.about.names
        said, place = finding.explanation, finding.place
        words = {
            name: text.of(lang)
            for name in ("title", "field", "problem", "allowed", "nearest", "fix")
            if said is not None and (text := getattr(said, name)) is not None
        }
        rule = _fragment(finding.shape)
        return {
            "severity": finding.severity.value,
            "entity": str(finding.focus),
            "title": words.get("title", names.short(str(finding.focus))),
            "path": finding.path,
            "field": words.get("field", finding.path),
            "value": _text(finding.value, names),
            "problem": words.get("problem", finding.message[lang]),
            "allowed": words.get("allowed"),
            "nearest": words.get("nearest"),
            "fix": words.get("fix"),
            "message": finding.message[lang],
            "rule": rule,
            "shape": str(finding.shape),
            "component": str(finding.component) if finding.component else None,
            "documentation": f"{self.about.documentation}#{rule}" if rule else None,
            "place": None
            if place is None
            else {
                "file": place.file,
                "line": place.line,
                "column": place.column,
                "header": place.header,
                "sheet": place.sheet,
                "text": place.text(lang),
            },
        }


def write_answer(told: Told, media: str) -> tuple[str, bytes]:
    """Media type and bytes of a report in one of `FORMS`."""
    if media in _RDF:
        return media, _graph(told).serialize(format=_RDF[media], encoding="utf-8")
    if media == _CSV:
        return media, _table(told)
    said = told.head()
    if media == PAGE:
        hidden = max(0, len(told.findings) - _SHOWN)
        said |= {"groups": _groups(told), "hidden": hidden, "difference": []}
    else:
        said["findings"] = list(told.findings)
    return _JSON, json.dumps(said, ensure_ascii=False).encode()


def _groups(told: Told) -> list[dict[str, Any]]:
    """Findings by the thing that they are about, each with a piece of what was sent."""
    groups: dict[str, dict[str, Any]] = {}
    for told_, finding in zip(told.findings[:_SHOWN], told.report.findings, strict=False):
        entity = told_["entity"]
        group = groups.setdefault(
            entity, {"entity": entity, "title": told_["title"], "findings": []}
        )
        piece = excerpt(finding, told.files)
        group["findings"].append({**told_, "excerpt": piece and list(piece)})
    return list(groups.values())


def _table(told: Told) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_row(finding) for finding in told.findings)
    return text.getvalue().encode("utf-8-sig")


def _row(finding: Mapping[str, Any]) -> dict[str, str]:
    cells = {**finding, **(finding["place"] or {})}
    return {name: _cell(cells.get(name)) for name in _COLUMNS}


def _cell(value: object) -> str:
    """Text of a cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _graph(told: Told) -> Graph:
    """The validation report of SHACL; each result with the messages in both languages."""
    graph = Graph()
    for prefix, iri in told.about.names.prefixes.items():
        graph.bind(prefix, iri)
    report = BNode()
    graph.add((report, RDF.type, SH.ValidationReport))
    # in SHACL a warning is a result, too
    graph.add((report, SH.conforms, Literal(not told.report.findings)))
    for finding in told.report.findings:
        result = BNode()
        graph.add((report, SH.result, result))
        for predicate, value in _result(finding):
            graph.add((result, predicate, value))
    return graph


def _result(finding: Finding) -> Iterator[tuple[URIRef, Node]]:
    yield RDF.type, SH.ValidationResult
    yield SH.focusNode, finding.focus
    yield SH.resultSeverity, SH[finding.severity.value]
    yield SH.sourceShape, finding.shape
    optional = {
        SH.resultPath: finding.predicate,
        SH.value: finding.value,
        SH.sourceConstraintComponent: finding.component,
    }
    for predicate, value in optional.items():
        if value is not None:
            yield predicate, value
    for lang, message in finding.message.items():
        yield SH.resultMessage, Literal(message, lang=lang)


def _fragment(shape: Node) -> str | None:
    """Name of a shape of ours; one without a name or of others has no documentation."""
    return str(shape).partition("#")[2] or None if isinstance(shape, URIRef) else None


def _text(value: Node | None, names: Names) -> str | None:
    if value is None:
        return None
    return names.short(str(value)) if isinstance(value, URIRef) else str(value)
