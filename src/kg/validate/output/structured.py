"""Findings for programs: JSON of a documented structure."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rdflib import BNode, Literal
from rdflib.term import Node

from kg.entry import Place
from kg.errors import Both
from kg.validate.output.outcome import Outcome
from kg.validate.report import Finding, Further

VERSION = 1
"""Number of the structure: a field that goes or changes its meaning makes it another one."""
LANGUAGES = ("ja", "en")


def as_json(outcome: Outcome, languages: Iterable[str] = LANGUAGES) -> str:
    """The outcome as JSON; texts for people are objects with a member for each of `languages`."""
    structure = structured(outcome, tuple(languages))
    return json.dumps(structure, ensure_ascii=False, indent=2) + "\n"


def structured(outcome: Outcome, languages: tuple[str, ...] = LANGUAGES) -> dict[str, Any]:
    """What `as_json` writes, as docs/how-to/validate-entries.md describes it."""
    return {
        "version": VERSION,
        "generator": {"name": "senryaku", "version": outcome.version},
        "files": list(outcome.files),
        "profile": outcome.profile,
        "mode": outcome.mode,
        "accepted": outcome.accepted,
        "conforms": outcome.conforms,
        "counts": {str(s).lower(): count for s, count in outcome.counts.items()},
        "unreadable": [
            {"place": _place(unread.place), "problem": _words(unread.problem, languages)}
            for unread in outcome.unreadable
        ],
        "findings": [_finding(outcome, finding, languages) for finding in outcome.report.findings],
        "further": [_further(outcome, further, languages) for further in outcome.report.further],
    }


def _finding(outcome: Outcome, finding: Finding, languages: tuple[str, ...]) -> dict[str, object]:
    said = outcome.explained(finding)
    return {
        "severity": finding.severity.value.lower(),
        "title": _words(said.title, languages),
        "field": _words(said.field, languages),
        "problem": _words(said.problem, languages),
        "allowed": _words(said.allowed, languages),
        "nearest": _words(said.nearest, languages),
        "fix": _words(said.fix, languages),
        "rule": outcome.rule(finding),
        "requirement": {lang: finding.message[lang] for lang in languages},
        "documentation": outcome.documentation(finding),
        "shape": _node(finding.shape),
        "component": None if finding.component is None else str(finding.component),
        "focus": _node(finding.focus),
        "path": finding.path,
        "predicate": finding.predicate,
        "value": None if finding.value is None else _term(finding.value),
        "place": None if finding.place is None else _place(finding.place),
    }


def _further(outcome: Outcome, further: Further, languages: tuple[str, ...]) -> dict[str, object]:
    example = further.example
    return {
        "severity": example.severity.value.lower(),
        "rule": outcome.rule(example),
        "requirement": {lang: example.message[lang] for lang in languages},
        "documentation": outcome.documentation(example),
        "shape": _node(example.shape),
        "count": further.number,
        "note": _words(outcome.more(further), languages),
    }


def _words(words: Both | None, languages: Iterable[str]) -> Mapping[str, str] | None:
    return None if words is None else {lang: words.of(lang) for lang in languages}


def _place(place: Place) -> dict[str, object]:
    """In a table the line is called `row`."""
    in_table = place.header is not None
    return {
        "file": place.file,
        "line": None if in_table else place.line,
        "column": place.column,
        "sheet": place.sheet,
        "row": place.line if in_table else None,
        "header": place.header,
    }


def _node(node: Node) -> str:
    return f"_:{node}" if isinstance(node, BNode) else str(node)


def _term(term: Node) -> dict[str, str]:
    """Spell a term as SPARQL's JSON results do."""
    if not isinstance(term, Literal):
        return {"type": "bnode" if isinstance(term, BNode) else "uri", "value": str(term)}
    literal = {"type": "literal", "value": str(term)}
    if term.language:
        return literal | {"xml:lang": term.language}
    return literal | ({} if term.datatype is None else {"datatype": str(term.datatype)})
