"""Every fact of the official graphs compared with a fresh reading of the documents."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rdflib import Dataset, Literal, URIRef
from rdflib.namespace import RDF, SKOS
from rdflib.term import Node

from kg.audit.kinds import KINDS, Kind
from kg.audit.printed import Accounted, Printed, account
from kg.audit.sections import Fact, SectionCount, count_sections
from kg.errors import Both
from kg.model import ReadingWarning, SourceText, digest
from kg.namespaces import JPSTRAT, NAMES

OFFICIAL = ("ai2019-fu2020", "slides2021", "org", "source")
"""Graphs whose every triple comes from the documents."""
_LANGUAGE = (SKOS.prefLabel, SKOS.editorialNote, JPSTRAT.population)
"""Written by people where the document prints no official name: not audited then."""


@dataclass(frozen=True)
class Finding:
    """One fact on which graph and document disagree.

    `problem` is "missing" (the document says it, the graph does not), "unsupported" (the graph
    says it, the document does not), "misplaced" (the document says it, and it stands in the named
    graph `graph`, where it does not belong), "digest" (a span whose text is another), "uncovered"
    (the document prints it at that line and no span of the graph covers it), "miscounted" (the
    second route finds another number than its row says) or "unread" (extraction warned of that
    line). `property` is in words for the last three, and `value` empty for "unread". `graph` is
    empty where no named graph is concerned.
    """

    problem: str
    subject: str
    property: str | Both
    value: str
    graph: str = ""

    def line(self, lang: str) -> str:
        """Text for people in `lang` (ja or en)."""
        words = self.property
        what = words.of(lang) if isinstance(words, Both) else words
        where = f"({self.graph})" if self.graph else ""
        problem = f"{_PROBLEMS[self.problem][lang]}:"
        return " ".join(filter(None, (problem, f"<{self.subject}>", what, self.value, where)))

    def as_json(self) -> dict[str, object]:
        """Plain structure for `--json`; words are an object with `ja` and `en`."""
        words = self.property
        return vars(self) | {"property": words._asdict() if isinstance(words, Both) else words}


_PROBLEMS = {
    "missing": {"ja": "グラフに欠けている", "en": "missing in the graph"},
    "unsupported": {"ja": "文書に根拠がない", "en": "not in the document"},
    "misplaced": {"ja": "別のグラフにある", "en": "in a wrong graph"},
    "unread": {"ja": "読み取れない", "en": "cannot be read"},
    "uncovered": {
        "ja": "印字されているが根拠箇所にない",
        "en": "printed, but not covered",
    },
    "miscounted": {"ja": "印字の数が違う", "en": "printed another number of times"},
    "digest": {"ja": "本文ダイジェストが合わない", "en": "digest of the passage differs"},
}


@dataclass(frozen=True)
class Coverage:
    """Counts of one kind of fact: read from the documents, held by the graph, agreeing."""

    kind: Kind
    expected: int
    loaded: int
    agreeing: int

    @property
    def complete(self) -> bool:
        """Whether all facts of the kind agree."""
        return self.expected == self.loaded == self.agreeing


@dataclass(frozen=True)
class Report:
    """Result of an audit."""

    coverage: tuple[Coverage, ...]
    sections: tuple[SectionCount, ...]
    accounted: tuple[Accounted, ...]
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether graph and documents agree in every fact."""
        return not self.findings

    def as_json(self) -> dict[str, object]:
        """Plain structure for `--json`."""
        return {
            "passed": self.passed,
            "coverage": [
                {
                    "kind": {"ja": c.kind.ja, "en": c.kind.en},
                    "expected": c.expected,
                    "loaded": c.loaded,
                    "agreeing": c.agreeing,
                }
                for c in self.coverage
            ],
            "sections": [section.as_json() for section in self.sections],
            "printed": [
                {
                    "what": a.printed.what._asdict(),
                    "expected": a.printed.count,
                    "found": a.found,
                    "covered": a.found - len(a.uncovered),
                }
                for a in self.accounted
            ],
            "findings": [f.as_json() for f in self.findings],
        }


def audit(
    fresh: Dataset,
    committed: Dataset,
    documents: Iterable[SourceText],
    printed: Iterable[Printed] = (),
    warnings: Iterable[ReadingWarning] = (),
) -> Report:
    """Compare the committed official graphs with a fresh extraction, and recompute all digests.

    A fact is a triple in its named graph: in another graph it is another fact.

    `printed` are patterns for a second route: each occurrence must be evidence in the graph.
    `warnings` are those of the extraction: what it could not read is a finding too.
    """
    slugs = {d.slug: d for d in documents}
    expected = set(_facts(fresh))
    named = {(s, p, _language(o)) for s, p, o, _ in expected if p in _LANGUAGE}
    loaded = {
        f
        for f in _facts(committed)
        if f[1] not in _LANGUAGE or (f[0], f[1], _language(f[2])) in named
    }
    findings = list(_differences(expected, loaded, set(_said_elsewhere(expected, committed))))
    findings += _wrong_digests(committed, slugs)
    accounted = account(committed, slugs, printed)
    findings += [
        Finding("uncovered", f"{a.printed.document}:{line}", a.printed.what, text)
        for a in accounted
        for line, text in a.uncovered
    ]
    findings += [
        Finding("miscounted", a.printed.document, a.printed.what, f"{a.found} ≠ {a.printed.count}")
        for a in accounted
        if a.found != a.printed.count
    ]
    findings += [Finding("unread", f"{w.place}:{w.line}", Both(w.ja, w.en), "") for w in warnings]
    return Report(
        tuple(_coverage(expected, loaded)),
        count_sections(expected, loaded, _titles(committed)),
        accounted,
        tuple(sorted(findings, key=_order)),
    )


def _order(finding: Finding) -> tuple[str, ...]:
    return finding.subject, "".join(finding.property), finding.problem, finding.value


def _facts(dataset: Dataset) -> Iterator[Fact]:
    for name in OFFICIAL:
        graph = NAMES.graph(name)
        for s, p, o in dataset.graph(graph):
            yield s, p, o, graph


def _differences(expected: set[Fact], loaded: set[Fact], elsewhere: set[Fact]) -> Iterator[Finding]:
    """What is missing, what nothing supports, and what stands in a wrong graph."""
    read = {f[:3] for f in expected}
    extra = (loaded - expected) | elsewhere
    moved = {f[:3] for f in extra if f[:3] in read}
    for fact in extra:
        yield _finding("misplaced" if fact[:3] in moved else "unsupported", fact)
    for fact in expected - loaded:
        if fact[:3] not in moved:
            yield _finding("missing", fact)


def _said_elsewhere(expected: set[Fact], committed: Dataset) -> Iterator[Fact]:
    """Facts of the kinds that documents state, about their things, in a graph of other facts."""
    official = {NAMES.graph(name) for name in OFFICIAL}
    stated = {f[1] for f in expected} - {*_LANGUAGE, RDF.type}
    things = {f[0] for f in expected}
    passive = {NAMES.graph("def"), NAMES.graph("vocab")}
    for s, p, o, graph in committed.quads():
        if graph not in official | passive and p in stated and s in things:
            yield s, p, o, URIRef(str(graph))


def _titles(committed: Dataset) -> dict[Node, dict[str, str]]:
    titles: dict[Node, dict[str, str]] = defaultdict(dict)
    for thing, title in committed.graph(NAMES.graph("source")).subject_objects(SKOS.prefLabel):
        titles[thing][_language(title) or ""] = str(title)
    return titles


def _language(value: Node) -> str | None:
    return value.language if isinstance(value, Literal) else None


def _finding(problem: str, fact: Fact) -> Finding:
    subject, predicate, value, graph = (str(term) for term in fact)
    return Finding(problem, subject, predicate, value, graph.rpartition("/")[2])


def _coverage(expected: set[Fact], loaded: set[Fact]) -> Iterator[Coverage]:
    counts = [Counter(_kind(f) for f in facts) for facts in (expected, loaded, expected & loaded)]
    for kind in sorted(set().union(*counts), key=lambda k: k.order):
        yield Coverage(kind, *(c[kind] for c in counts))


def _kind(fact: Fact) -> Kind:
    _, predicate, value, _ = fact
    key = value if predicate == RDF.type else predicate
    return KINDS.get(key, KINDS[RDF.nil])


def _wrong_digests(committed: Dataset, documents: Mapping[str, SourceText]) -> Iterator[Finding]:
    """Recompute each span of the graph from its IRI, not from the fresh reading."""
    source = committed.graph(NAMES.graph("source"))
    for span in source.subjects(RDF.type, JPSTRAT.SourceSpan):
        slug, _, fragment = str(span).rpartition("/")[2].partition("#char=")
        document = documents.get(slug)
        start, _, end = fragment.partition(",")
        text = document.text[int(start) : int(end)] if document and end.isdigit() else ""
        stated = source.value(span, JPSTRAT.textDigest)
        offsets = (source.value(span, JPSTRAT.start), source.value(span, JPSTRAT.end))
        if str(stated) != digest(text) or [str(o) for o in offsets] != [start, end]:
            yield Finding("digest", str(span), str(JPSTRAT.textDigest), str(stated))
