"""What a validation found, for people and for programs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from rdflib import URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from kg.entry import Place
from kg.errors import Both, RulesBroken

_SHOWN = 20
_EXPLAINED = 200
"""Findings of one rule that are explained one by one."""


class Severity(StrEnum):
    """How bad a finding is: only a violation stops the build."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"


_SEVERITIES: dict[Node | None, Severity] = {SH.Warning: Severity.WARNING, SH.Info: Severity.INFO}


def severity_of(severity: Node | None) -> Severity:
    """Severity that a shape names; one that somebody invented counts as the worst."""
    return _SEVERITIES.get(severity, Severity.VIOLATION)


@dataclass(frozen=True)
class Explanation:
    """A finding in words for people who know no SHACL.

    `title` names the thing, `field` the property (None: the thing itself), `problem` what is wrong
    with which value, `allowed` what is expected there, `fix` what to do; `nearest` is the valid
    value that is most like the wrong one, as it is to be written. `rule` is the shape that asks for
    it, or the one around it that has a name.
    """

    title: Both
    field: Both | None
    problem: Both
    allowed: Both | None
    nearest: Both | None
    fix: Both
    rule: URIRef | None = None

    def text(self, lang: str) -> str:
        """All of it in `lang`, on one line."""
        words = _WORDS[lang == "ja"]
        field = words.field.format(self.field.of(lang)) if self.field else ""
        parts = [f"{words.title.format(self.title.of(lang))}{field}: {self.problem.of(lang)}"]
        if self.allowed:
            # a note of a column is a sentence already
            parts.append(words.allowed.format(self.allowed.of(lang).rstrip("。.")))
        if self.nearest:
            parts.append(words.nearest.format(self.nearest.of(lang)))
        return words.between.join([*parts, self.fix.of(lang)])


class _Words(NamedTuple):
    """What stands around the parts of an explanation."""

    title: str
    field: str
    allowed: str
    nearest: str
    between: str


_WORDS = (
    _Words("{}", ", {}", "Allowed: {}.", "Did you mean: {}?", " "),
    _Words("「{}」", "の{}", "許されるのは、{}。", "もしかして: {}。", ""),
)
"""In English and in Japanese."""


@dataclass(frozen=True)
class Finding:
    """One constraint that the data do not satisfy at one place.

    `path` is a SPARQL property path from `focus` to the wrong value, with the project's prefixes;
    None where the shape is about the node itself. `predicate` is the property of `focus` with which
    the path begins, if it does. `value` is None where something is missing. `message` says the rule
    of the shape by language, "ja" and "en". `component` is the kind of constraint, such as
    `sh:MinCountConstraintComponent`. `place` is where the value stands, or else its thing; None
    where that is not known. `expected` is the right value, where a query computes it.
    """

    focus: Node
    path: str | None
    value: Node | None
    severity: Severity
    shape: Node
    message: Mapping[str, str]
    place: Place | None = None
    predicate: URIRef | None = None
    component: Node | None = None
    explanation: Explanation | None = None
    expected: Node | None = None

    def line(self, lang: str) -> str:
        """Text for people in `lang`, on one line."""
        place = f"{self.place.text(lang)}: " if self.place else ""
        if self.explanation is not None:
            return f"{place}{self.explanation.text(lang)}"
        value = "" if self.value is None else f" [{self.value.n3()}]"
        return f"{place}{self.focus.n3()}: {self.message[lang]}{value}"


@dataclass(frozen=True)
class Report:
    """Everything that was found, the worst first; empty when the data satisfy every shape."""

    findings: tuple[Finding, ...]

    def __add__(self, other: "Report") -> "Report":
        both = self.findings + other.findings
        return Report(tuple(sorted(both, key=lambda f: list(Severity).index(f.severity))))

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings of one severity."""
        return tuple(finding for finding in self.findings if finding.severity is severity)

    def located(self, places: Mapping[Node, Place]) -> "Report":
        """Return the same findings with the places of the things that they name."""
        findings = (replace(f, place=places.get(f.focus, f.place)) for f in self.findings)
        return Report(tuple(findings))

    def explained(self, explain: Callable[[Finding], Explanation]) -> "Report":
        """Return the same findings in words: of each rule the first 200, as more help nobody.

        What the others say is the message of the rule.
        """
        told: dict[Node, int] = {}
        findings = []
        for finding in self.findings:
            told[finding.shape] = told.get(finding.shape, 0) + 1
            few = told[finding.shape] <= _EXPLAINED
            findings.append(replace(finding, explanation=explain(finding)) if few else finding)
        return Report(tuple(findings))

    def raise_for_violations(self) -> None:
        """Raise `RulesBroken` when there is a violation; warnings and remarks pass."""
        broken = self.of(Severity.VIOLATION)
        if broken:
            lines = Both(_lines(broken, "ja"), _lines(broken, "en"))
            raise RulesBroken(count=len(broken), lines=lines)


def _lines(findings: tuple[Finding, ...], lang: str) -> str:
    shown = [finding.line(lang) for finding in findings[:_SHOWN]]
    more = len(findings) - len(shown)
    if more:
        shown.append(f"ほか{more}件" if lang == "ja" else f"and {more} more")
    return "\n".join(shown)
