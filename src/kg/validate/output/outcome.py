"""What every form of output tells of a check, in words that all of them share."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import BNode, Graph, Literal
from rdflib.term import Node

from kg.entry import Place
from kg.errors import Both
from kg.namespaces import NAMES, Names
from kg.validate.report import Finding, Further, Report, Severity

SEVERITIES = {
    Severity.VIOLATION: Both("違反", "violation"),
    Severity.WARNING: Both("警告", "warning"),
    Severity.INFO: Both("情報", "info"),
}
ALLOWED, NEAREST, FIX, RULE = (
    Both("正しい値", "Expected"),
    Both("もしかして", "Did you mean"),
    Both("直し方", "To fix it"),
    Both("規則", "Rule"),
)
_MORE = Both("同じ規則の指摘がほかに{number}件あります。", "And {number} more of the same rule.")
UNREADABLE = Both("読み取れません", "unreadable")
_SHOWN = 160
_HIDDEN = {"Cc": "\ufffd", "Cs": "\ufffd", "Zl": " ", "Zp": " "}
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Unreadable:
    """An input that could not be read to its end, so that nothing was checked."""

    place: Place
    problem: Both


@dataclass(frozen=True)
class Said:
    """An `Explanation`, or as much of one as the rule of the shape gives."""

    title: Both
    field: Both | None
    problem: Both
    allowed: Both | None = None
    nearest: Both | None = None
    fix: Both | None = None


@dataclass(frozen=True)
class Outcome:
    """A check with what its reader has to know.

    `files` are the names of what was checked, `profile` and `mode` how. `shapes` are the rules, of
    which paths of several steps are taken. `rules_page` is the address of the page about the rules;
    the name of a rule behind `#` is its section. Where `unreadable` holds anything, `report` is
    empty, because nothing was checked. With `strict`, warnings count as violations do.
    """

    report: Report
    files: tuple[str, ...]
    profile: str
    mode: str
    rules_page: str
    shapes: Graph
    version: str = "0"
    names: Names = NAMES
    unreadable: tuple[Unreadable, ...] = ()
    strict: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the entry can be loaded: it was read, and no violation (if strict: warning)."""
        refused = self.report.of(Severity.VIOLATION)
        refused += self.report.of(Severity.WARNING) if self.strict else ()
        return not (self.unreadable or refused)

    @property
    def conforms(self) -> bool:
        """What SHACL calls conforming: nothing at all was found, not even advice."""
        return not (self.unreadable or self.report.findings)

    @property
    def counts(self) -> dict[Severity, int]:
        """Findings of each severity, listed or not, the worst first."""
        return {severity: self.report.count(severity) for severity in Severity}

    def rule(self, finding: Finding) -> str:
        """Name of the rule, such as `MeasureCode`; the whole IRI of one that is not the project's.

        A shape without a name is called `–`.
        """
        shape = _named(finding)
        return "–" if shape is None else str(shape).removeprefix(f"{self.names.base}shapes#")

    def documentation(self, finding: Finding) -> str | None:
        """Address of what the documentation says of the rule; None for a rule of somebody else."""
        rule = self.rule(finding)
        shape = _named(finding)
        own = shape is not None and str(shape) != rule
        return f"{self.rules_page}#{rule}" if own else None

    def more(self, further: Further) -> Both:
        """How many findings of a rule are not listed, in words."""
        return _MORE.filled(number=f"{further.number:,}")

    def short(self, node: Node) -> str:
        """A thing for people: `id/org/npa`, `vstatus:new`, `_:b1`."""
        return f"_:{node}" if isinstance(node, BNode) else self.names.short(str(node))

    def explained(self, finding: Finding) -> Said:
        """The finding in words; where nobody has explained it, the rule of the shape says it."""
        known = finding.explanation
        if known is not None:
            return Said(
                *(known.title, known.field, known.problem),
                *(known.allowed, known.nearest, known.fix),
            )
        name = self.short(finding.focus)
        value = "" if finding.value is None else f" [{self._value(finding.value)}]"
        said = Both(finding.message["ja"] + value, finding.message["en"] + value)
        path = None if finding.path is None else Both(finding.path, finding.path)
        return Said(Both(name, name), path, said)

    def _value(self, value: Node) -> str:
        return shortened(value.n3() if isinstance(value, Literal) else self.short(value))


def _named(finding: Finding) -> Node | None:
    """The shape that was broken, or the one with a name around it; None where none has a name."""
    if not isinstance(finding.shape, BNode):
        return finding.shape
    return finding.explanation.rule if finding.explanation else None


def sentences(said: Said) -> Iterator[Both]:
    """What is wrong and what to do, each in a sentence or under its heading."""
    yield said.problem
    for heading, text in ((ALLOWED, said.allowed), (NEAREST, said.nearest), (FIX, said.fix)):
        if text is not None:
            yield Both(f"{heading.ja}: {text.ja}", f"{heading.en}: {text.en}")


def paragraph(said: Said, lang: str) -> str:
    """The whole explanation in `lang` on one line, with what it is about."""
    about = said.title.of(lang)
    if said.field is not None:
        about += f"、{said.field.ja}" if lang == "ja" else f", {said.field.en}"
    texts = [shown(text.of(lang)) for text in sentences(said)]
    ended = [text if text.endswith(("。", ".", "?")) else f"{text}." for text in texts]
    if lang == "ja":
        ended = [text if text.endswith("。") else f"{text}。" for text in texts]
    return f"{shown(about)}: " + ("" if lang == "ja" else " ").join(ended)


def shown(text: str) -> str:
    """Text on one line of a terminal: nothing in it can move the cursor or turn the direction."""
    return "".join(
        " " if sign in "\n\r\t" else "\ufffd" if sign in _DIRECTIONS else _visible(sign)
        for sign in text
    )


def _visible(sign: str) -> str:
    return _HIDDEN.get(unicodedata.category(sign), sign)


def shortened(text: str) -> str:
    """The beginning of a long text, for people."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
