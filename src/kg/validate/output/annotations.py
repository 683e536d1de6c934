"""Findings as annotations that GitHub shows beside the lines of a change."""

from collections.abc import Iterator

from kg.entry import Place
from kg.validate.output.outcome import UNREADABLE, Outcome, paragraph, shown
from kg.validate.report import Severity

_COMMANDS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = _IN_MESSAGE | {":": "%3A", ",": "%2C"}


def as_annotations(outcome: Outcome, lang: str) -> str:
    """One workflow command on a line for each finding or unreadable input.

    The last lines say of which rules there are more findings.
    """
    return "".join(f"{line}\n" for line in _commands(outcome, lang))


def _commands(outcome: Outcome, lang: str) -> Iterator[str]:
    for unread in outcome.unreadable:
        yield _command(
            "error", unread.place, UNREADABLE.of(lang), shown(unread.problem.of(lang)), lang
        )
    for finding in outcome.report.findings:
        message = paragraph(outcome.explained(finding), lang)
        address = outcome.documentation(finding)
        message += f"\n{address}" if address else ""
        command = _COMMANDS[finding.severity]
        yield _command(command, finding.place, outcome.rule(finding), message, lang)
    for further in outcome.report.further:
        command, rule = _COMMANDS[further.example.severity], outcome.rule(further.example)
        yield _command(command, None, rule, outcome.more(further).of(lang), lang)


def _command(command: str, place: Place | None, title: str, message: str, lang: str) -> str:
    properties = {"title": title}
    if place is not None:
        cell = place.header is not None
        line, column = (None, None) if cell else (place.line, place.column)
        places = {"file": place.file, "line": line, "col": column}
        properties = {k: str(v) for k, v in places.items() if v is not None} | properties
        message = f"{place.text(lang)}: {message}" if cell else message
    said = ",".join(f"{name}={_escaped(v, _IN_PROPERTY)}" for name, v in properties.items())
    return f"::{command} {said}::{_escaped(message, _IN_MESSAGE)}"


def _escaped(text: str, signs: dict[str, str]) -> str:
    return "".join(signs.get(sign, sign) for sign in text)
