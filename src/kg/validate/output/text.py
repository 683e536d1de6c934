"""Findings for people who read a terminal: by thing, the place first."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from rdflib.term import Node

from kg.errors import Both
from kg.validate.output.outcome import RULE, SEVERITIES, UNREADABLE, Outcome, sentences, shown
from kg.validate.report import Finding

TITLE, UNREAD, DETAIL = "title", "unreadable", "detail"
_COUNTS = Both(
    "（違反{violations}件、警告{warnings}件、情報{remarks}件）",
    " (violations: {violations}, warnings: {warnings}, information: {remarks}).",
)
_ACCEPTED = Both(f"登録できます{_COUNTS.ja}。", f"It can be loaded{_COUNTS.en}")
_REFUSED = Both(f"このままでは登録できません{_COUNTS.ja}。", f"It cannot be loaded{_COUNTS.en}")


class Line(NamedTuple):
    """A line, and what kind of line: a severity, `title`, `unreadable` or `detail`."""

    text: str
    kind: str


def text_lines(outcome: Outcome, lang: str) -> Iterator[Line]:
    """Lines in `lang`: a block for each thing, in the order of their worst findings.

    Behind them stands of which rules there are more findings.
    """
    for unread in outcome.unreadable:
        place, problem = unread.place.text(lang), shown(unread.problem.of(lang))
        said = problem.removeprefix(f"{place}: ")
        yield Line(f"{shown(place)}: {UNREADABLE.of(lang)}: {said}", UNREAD)
    things: dict[Node, list[Finding]] = defaultdict(list)
    for finding in outcome.report.findings:
        things[finding.focus].append(finding)
    for number, (thing, findings) in enumerate(things.items()):
        if number:
            yield Line("", DETAIL)
        yield _heading(outcome, thing, findings[0], lang)
        for finding in sorted(findings, key=_order):
            yield from _finding_lines(outcome, finding, lang)
    for further in outcome.report.further:
        severity = further.example.severity
        yield Line("", DETAIL)
        yield Line(f"{SEVERITIES[severity].of(lang)}: {outcome.more(further).of(lang)}", severity)
        yield _rule_line(outcome, further.example, lang)


def summary(outcome: Outcome, lang: str) -> str:
    """Whether the entry can be loaded, and how much was found, on one line."""
    facts = dict(zip(("violations", "warnings", "remarks"), outcome.counts.values(), strict=True))
    return (_ACCEPTED if outcome.accepted else _REFUSED).filled(**facts).of(lang)


def as_text(outcome: Outcome, lang: str) -> str:
    """The lines as one text without colours."""
    return "".join(f"{line.text}\n" for line in text_lines(outcome, lang))


def _heading(outcome: Outcome, thing: Node, finding: Finding, lang: str) -> Line:
    title, name = outcome.explained(finding).title.of(lang), outcome.short(thing)
    if title == name:
        return Line(shown(name), TITLE)
    return Line(shown(f"{title}（{name}）" if lang == "ja" else f"{title} ({name})"), TITLE)


def _finding_lines(outcome: Outcome, finding: Finding, lang: str) -> Iterator[Line]:
    said = outcome.explained(finding)
    place = f"{finding.place.text(lang)}: " if finding.place else ""
    field = "" if said.field is None else f" {said.field.of(lang)}"
    severity = SEVERITIES[finding.severity].of(lang)
    yield Line(shown(f"{place}{severity}{field}"), finding.severity.value)
    for text in sentences(said):
        yield Line(f"    {shown(text.of(lang))}", DETAIL)
    yield _rule_line(outcome, finding, lang)


def _rule_line(outcome: Outcome, finding: Finding, lang: str) -> Line:
    address = outcome.documentation(finding)
    link = f"  {address}" if address else ""
    return Line(f"    {RULE.of(lang)}: {shown(outcome.rule(finding))}{link}", DETAIL)


def _order(finding: Finding) -> tuple[str, int, int]:
    place = finding.place
    return (place.file, place.line or 0, place.column or 0) if place else ("", 0, 0)
