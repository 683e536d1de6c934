"""What a validation found, for people and for programs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from rdflib.term import Node

from kg.errors import Both, RulesBroken

_SHOWN = 20


class Severity(StrEnum):
    """How bad a finding is: only a violation stops the build."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"


@dataclass(frozen=True)
class Finding:
    """One place at which the data do not satisfy a shape.

    `path` is a SPARQL property path from `focus` to the wrong value, with the project's prefixes;
    None where the shape is about the node itself. `value` is None where something is missing.
    `message` holds texts by language, "ja" and "en". `place` is `file:line` of the description of
    `focus`, None where that is not known.
    """

    focus: Node
    path: str | None
    value: Node | None
    severity: Severity
    shape: Node
    message: Mapping[str, str]
    place: str | None = None

    def line(self, lang: str) -> str:
        """Text for people in `lang`, on one line."""
        value = "" if self.value is None else f" [{self.value.n3()}]"
        place = f"{self.place}: " if self.place else ""
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

    def located(self, places: Mapping[Node, str]) -> "Report":
        """Return the same findings with the places (`file:line`) of the things that they name."""
        findings = (replace(f, place=places.get(f.focus, f.place)) for f in self.findings)
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
