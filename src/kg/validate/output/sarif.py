"""Findings as SARIF 2.1.0, the form in which programs exchange what checks of files found."""

import hashlib
import json
from collections.abc import Iterable
from urllib.parse import quote

from kg.entry import Place
from kg.validate.output.outcome import UNREADABLE, Outcome, Unreadable, paragraph
from kg.validate.report import Finding, Further, Severity

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_ROOT = "SRCROOT"
_UNREADABLE = "Unreadable"
_Json = dict[str, object]


def as_sarif(outcome: Outcome, lang: str) -> str:
    """A log with one run: messages in `lang`, the rules with what they say in both languages."""
    rules = _rules(outcome, lang)
    order = {str(rule["id"]): number for number, rule in enumerate(rules)}
    results = [_unread(u, order[_UNREADABLE], lang) for u in outcome.unreadable]
    results += [_result(outcome, f, order[outcome.rule(f)], lang) for f in outcome.report.findings]
    driver: _Json = {
        "name": "senryaku",
        "semanticVersion": outcome.version,
        "informationUri": outcome.names.base,
        "rules": rules,
    }
    invocation: _Json = {"executionSuccessful": not outcome.unreadable}
    notes = [
        _note(outcome, f, order[outcome.rule(f.example)], lang) for f in outcome.report.further
    ]
    if notes:
        invocation["toolExecutionNotifications"] = notes
    run: _Json = {
        "tool": {"driver": driver},
        "language": lang,
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": results,
    }
    log: _Json = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _rules(outcome: Outcome, lang: str) -> list[_Json]:
    """The rules that were broken; one that several constraints share stands once."""
    rules: dict[str, _Json] = {}
    of_further = (further.example for further in outcome.report.further)
    for finding in (*outcome.report.findings, *of_further):
        rules.setdefault(outcome.rule(finding), _rule(outcome, finding, lang))
    if outcome.unreadable:
        rules[_UNREADABLE] = {"id": _UNREADABLE, "shortDescription": {"text": UNREADABLE.of(lang)}}
    return list(rules.values())


def _rule(outcome: Outcome, finding: Finding, lang: str) -> _Json:
    address = outcome.documentation(finding)
    other = "en" if lang == "ja" else "ja"
    texts = (finding.message[lang], finding.message[other])
    rule: _Json = {
        "id": outcome.rule(finding),
        "shortDescription": {"text": texts[0]},
        "help": {"text": "\n".join(texts), "markdown": "\n\n".join(texts)},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {"ja": finding.message["ja"], "en": finding.message["en"]},
    }
    if address:
        # an address without a host is none for SARIF; the IRI of the rule leads to it as well
        rule["helpUri"] = address if "://" in address else str(finding.shape)
    return rule


def _result(outcome: Outcome, finding: Finding, rule: int, lang: str) -> _Json:
    said, name = outcome.explained(finding), outcome.rule(finding)
    file = finding.place.file if finding.place else next(iter(outcome.files), "-")
    location = _location(finding.place or Place(file)) | {
        "logicalLocations": [{"fullyQualifiedName": str(finding.focus), "kind": "resource"}]
    }
    value = "" if finding.value is None else finding.value.n3()
    what = (name, str(finding.focus), str(finding.path), value, str(finding.component))
    return {
        "ruleId": name,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": paragraph(said, lang)},
        "locations": [location],
        "partialFingerprints": {"finding/v1": _digest(what)},
        "properties": {"ja": paragraph(said, "ja"), "en": paragraph(said, "en")},
    }


def _note(outcome: Outcome, further: Further, rule: int, lang: str) -> _Json:
    """How many results of a rule the log does not have."""
    more = outcome.more(further)
    return {
        "level": _LEVELS[further.example.severity],
        "message": {"text": more.of(lang)},
        "associatedRule": {"id": outcome.rule(further.example), "index": rule},
        "properties": {"count": further.number, "ja": more.ja, "en": more.en},
    }


def _unread(unread: Unreadable, rule: int, lang: str) -> _Json:
    return {
        "ruleId": _UNREADABLE,
        "ruleIndex": rule,
        "level": "error",
        "message": {"text": unread.problem.of(lang)},
        "locations": [_location(unread.place)],
        "partialFingerprints": {"finding/v1": _digest((unread.place.file, unread.problem.en))},
    }


def _location(place: Place) -> _Json:
    """Where it stands; a row of a table is a line only in a file of text."""
    path = quote(place.file.replace("\\", "/"), safe="/~")
    absolute = path.startswith("/")
    artifact: _Json = {"uri": f"file://{path}"} if absolute else {"uri": path, "uriBaseId": _ROOT}
    region: _Json = {}
    if place.line is not None and place.sheet is None:
        region["startLine"] = place.line
        if place.column is not None and place.header is None:
            region["startColumn"] = place.column
    physical: _Json = {"artifactLocation": artifact}
    if region:
        physical["region"] = region
    location: _Json = {"physicalLocation": physical}
    if place.header is not None:
        location["message"] = {"text": place.text("en")}
    return location


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
