"""A second route to completeness: what a pattern finds in the text must be evidence."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rdflib import Dataset, Graph, URIRef
from rdflib.namespace import RDF

from kg.errors import Both
from kg.model import SourceText
from kg.namespaces import JPSTRAT, NAMES


@dataclass(frozen=True)
class Printed:
    """Something that a document prints, found by a pattern that extraction does not use.

    `pattern` runs over the text without white space; its first group (or the whole match) must
    lie inside a span that supports one of `properties`. `count` is how often the document prints
    it, counted by a person: a pattern that finds more or fewer proves nothing.
    """

    ja: str
    en: str
    document: str
    pattern: str
    count: int
    properties: frozenset[URIRef]

    @property
    def what(self) -> Both:
        """What is printed."""
        return Both(self.ja, self.en)

    @property
    def group(self) -> int:
        """Group of the pattern that must be covered: the first, or 0 for the whole match."""
        return min(1, re.compile(self.pattern).groups)


@dataclass(frozen=True)
class Accounted:
    """How many printed occurrences there are, and the lines of those that no span covers."""

    printed: Printed
    found: int
    uncovered: tuple[tuple[int, str], ...]

    @property
    def complete(self) -> bool:
        """Whether the pattern finds as many as there are, and spans cover all of them."""
        return self.found == self.printed.count and not self.uncovered


def account(
    committed: Dataset, documents: Mapping[str, SourceText], rules: Iterable[Printed]
) -> tuple[Accounted, ...]:
    """Look for every printed occurrence among the spans of the graph."""
    source = committed.graph(NAMES.graph("source"))
    return tuple(_account(source, documents[rule.document], rule) for rule in rules)


def _account(source: Graph, document: SourceText, rule: Printed) -> Accounted:
    covered = _covered(source, document, rule.properties)
    whole = document.passage(0, len(document.text))
    matches = whole.find_all(rule.pattern, rule.group)
    uncovered = tuple(
        (m.line, m.text) for m in matches if not covered.issuperset(range(m.start, m.end))
    )
    return Accounted(rule, len(matches), uncovered)


def _covered(source: Graph, document: SourceText, properties: frozenset[URIRef]) -> set[int]:
    """Offsets that lie in a span supporting one of the properties."""
    covered: set[int] = set()
    home = NAMES.id("source", document.slug)
    for property_ in properties:
        for span in source.subjects(JPSTRAT.supports, property_):
            if (span, RDF.type, JPSTRAT.SourceSpan) not in source:
                continue
            if source.value(span, JPSTRAT.sourceDocument) == home:
                start, end = (str(source.value(span, p)) for p in (JPSTRAT.start, JPSTRAT.end))
                if start.isdecimal() and end.isdecimal():  # else the fact itself is a finding
                    covered.update(range(int(start), int(end)))
    return covered
