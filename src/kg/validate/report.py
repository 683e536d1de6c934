"""What a validation found, for people and for programs."""

from collections import Counter
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple, Self

from rdflib import URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from kg.entry import Place
from kg.errors import Both, RulesBroken
from kg.namespaces import Names

Key = tuple[Node, Node, str | None, Node | None, Node | None]
"""Focus, shape, path, value and component of a finding."""
_SHOWN = 20
LISTED = 200
"""Findings of one rule that are told one by one, as more help nobody; of the others, how many."""


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
    where that is not known. `expected` is the right value, where a query computes it,
    `fix` what a rule that is no shape says to do.
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
    fix: Both | None = None

    @classmethod
    def of_rule(
        cls,
        rule: URIRef,
        focus: Node,
        message: Both,
        names: Names,
        *,
        path: Node | None = None,
        value: Node | None = None,
        severity: Severity = Severity.VIOLATION,
        place: Place | None = None,
        component: Node | None = None,
        explanation: Explanation | None = None,
        fix: Both | None = None,
    ) -> Self:
        """A finding that no shape makes; `path` is the property at fault."""
        return cls(
            focus=focus,
            path=None if path is None else names.short(str(path)),
            value=value,
            severity=severity,
            shape=rule,
            message=message._asdict(),
            place=place,
            predicate=path if isinstance(path, URIRef) else None,
            component=component,
            explanation=explanation,
            fix=fix,
        )

    @property
    def key(self) -> Key:
        """What tells it from other findings about the same data."""
        return self.focus, self.shape, self.path, self.value, self.component

    def line(self, lang: str) -> str:
        """Text for people in `lang`, on one line."""
        place = f"{self.place.text(lang)}: " if self.place else ""
        if self.explanation is not None:
            return f"{place}{self.explanation.text(lang)}"
        value = "" if self.value is None else f" [{self.value.n3()}]"
        return f"{place}{self.focus.n3()}: {self.message[lang]}{value}"


@dataclass(frozen=True)
class Further:
    """Findings that are not listed: `number` of them, of the rule and severity of `example`."""

    example: Finding
    number: int


@dataclass(frozen=True)
class Report:
    """Everything that was found, the worst first; empty when the data satisfy every shape.

    `further` counts what is not among the `findings` because these have enough of its rule.
    """

    findings: tuple[Finding, ...]
    further: tuple[Further, ...] = ()

    def __add__(self, other: "Report") -> "Report":
        both = self.findings + other.findings
        findings = tuple(sorted(both, key=lambda f: list(Severity).index(f.severity)))
        return Report(findings, self.further + other.further)

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings of one severity that are listed."""
        return tuple(finding for finding in self.findings if finding.severity is severity)

    def count(self, severity: Severity) -> int:
        """How many findings of one severity there are, listed or not."""
        unlisted = (f.number for f in self.further if f.example.severity is severity)
        return len(self.of(severity)) + sum(unlisted)

    @property
    def keys(self) -> frozenset[Key]:
        """The keys of the findings."""
        return frozenset(finding.key for finding in self.findings)

    def without(self, known: Container[Key]) -> "Report":
        """Return the findings but those with the keys of `known`; for one with all listed."""
        return Report(tuple(finding for finding in self.findings if finding.key not in known))

    def located(self, places: Mapping[Node, Place]) -> "Report":
        """Return the same findings with the places of the things that they name."""
        findings = (replace(f, place=places.get(f.focus, f.place)) for f in self.findings)
        return replace(self, findings=tuple(findings))

    def listed(self, apart: Callable[[Finding], object] = lambda _: None) -> "Report":
        """Return the first findings of each rule, and how many more there are of it.

        Findings of a rule that `apart` tells apart are not those that are more of the same.
        """
        found: Counter[tuple[object, ...]] = Counter()
        more: Counter[tuple[Node, Severity]] = Counter()
        first: dict[tuple[Node, Severity], Finding] = {}
        kept = []
        for finding in self.findings:
            rule = finding.shape, finding.severity
            first.setdefault(rule, finding)
            same = *rule, apart(finding)
            found[same] += 1
            if found[same] <= LISTED:
                kept.append(finding)
            else:
                more[rule] += 1
        further = (Further(first[rule], number) for rule, number in more.items())
        return Report(tuple(kept), (*self.further, *further))

    def explained(self, explain: Callable[[Finding], Explanation]) -> "Report":
        """Return what is listed, in words."""

        def told(finding: Finding) -> Finding:
            return replace(finding, explanation=explain(finding))

        few = self.listed()
        further = (replace(each, example=told(each.example)) for each in few.further)
        return Report(tuple(map(told, few.findings)), tuple(further))

    def raise_for_violations(self) -> None:
        """Raise `RulesBroken` when there is a violation; warnings and remarks pass."""
        broken = self.of(Severity.VIOLATION)
        if broken:
            count = self.count(Severity.VIOLATION)
            lines = Both(_lines(broken, count, "ja"), _lines(broken, count, "en"))
            raise RulesBroken(count=count, lines=lines)


def _lines(findings: tuple[Finding, ...], count: int, lang: str) -> str:
    shown = [finding.line(lang) for finding in findings[:_SHOWN]]
    more = count - len(shown)
    if more:
        shown.append(f"ほか{more}件" if lang == "ja" else f"and {more} more")
    return "\n".join(shown)
