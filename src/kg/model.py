"""Types that pass between the stages: documents, spans, records, the store protocol, queries."""

import hashlib
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.namespace import RDF, SKOS
from rdflib.term import Identifier

from kg.namespaces import JPSTRAT, NAMES

_SPACE = re.compile(r"\s+")


def digest(text: str) -> str:
    """`sha256:` + hex digest of `text` with all white space removed (vocabulary: textDigest)."""
    return "sha256:" + hashlib.sha256(_SPACE.sub("", text).encode()).hexdigest()


@dataclass(frozen=True)
class Span:
    """Characters start…end (code points, end exclusive) of a source document."""

    document: str
    start: int
    end: int
    digest: str

    @property
    def iri(self) -> URIRef:
        """RFC 5147 fragment of the document's IRI."""
        return NAMES.span(self.document, self.start, self.end)


@dataclass(frozen=True)
class SourceText:
    """The text layer of an official document; offsets are Python slice offsets in `text`."""

    slug: str
    text: str
    sha256: str

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(m.end() for m in re.finditer("\n", self.text))]

    def line_number(self, offset: int) -> int:
        """Line (from 1) in which the character at `offset` stands."""
        return bisect_right(self._line_starts, offset)

    def lines(self, start: int = 0, end: int | None = None) -> Iterator["Passage"]:
        """Lines without their line breaks, from the one at `start` up to `end`."""
        stop = len(self.text) if end is None else end
        while start < stop:
            brk = self.text.find("\n", start, stop)
            brk = stop if brk < 0 else brk
            yield Passage(self, start, brk)
            start = brk + 1

    def passage(self, start: int, end: int) -> "Passage":
        """Characters start…end."""
        return Passage(self, start, end)


@dataclass(frozen=True)
class Passage:
    """A stretch of a document that can be searched as if it had no white space."""

    document: SourceText
    start: int
    end: int

    @property
    def raw(self) -> str:
        """The characters as they stand."""
        return self.document.text[self.start : self.end]

    @cached_property
    def _offsets(self) -> list[int]:
        return [i for i, c in enumerate(self.raw, self.start) if not c.isspace()]

    @cached_property
    def text(self) -> str:
        """The characters without white space."""
        return _SPACE.sub("", self.raw)

    @property
    def line(self) -> int:
        """Number of the first line that holds a character of the passage."""
        offset = self._offsets[0] if self._offsets else self.start
        return self.document.line_number(offset)

    @property
    def span(self) -> Span:
        """The passage without white space at its ends.

        Raises `ValueError` when it holds nothing but white space.
        """
        if not self._offsets:
            msg = f"empty passage at line {self.document.line_number(self.start)}"
            raise ValueError(msg)
        start, end = self._offsets[0], self._offsets[-1] + 1
        return Span(self.document.slug, start, end, digest(self.document.text[start:end]))

    def part(self, start: int, end: int) -> "Passage":
        """Passage of the characters start…end of `text` (counted without white space)."""
        return Passage(self.document, self._offsets[start], self._offsets[end - 1] + 1)

    def search(self, pattern: str, group: int | str = 0) -> "Passage | None":
        """First match of `pattern` in `text`, as a passage."""
        found = re.search(pattern, self.text)
        return self.part(*found.span(group)) if found and found.group(group) else None

    def find_all(self, pattern: str, group: int | str = 0) -> list["Passage"]:
        """Every match of `pattern` in `text`, as passages."""
        return [
            self.part(*m.span(group)) for m in re.finditer(pattern, self.text) if m.group(group)
        ]


@dataclass(frozen=True)
class Statement:
    """One value of a record with the spans that prove it.

    What holds of the whole document (the edition, the source document) needs no span of its own.
    The wording has spans and no value: it is not in the repository.
    """

    property: URIRef
    value: Identifier | None
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Record:
    """A described thing as read from a document.

    A record without evidence cannot be constructed: raises `ValueError`. Without a type it says
    more about a thing that is described elsewhere (a concept, for example).
    """

    iri: URIRef
    type: URIRef | None
    graph: str
    statements: tuple[Statement, ...]

    def __post_init__(self) -> None:
        if not any(s.spans for s in self.statements):
            msg = f"{self.iri} has no evidence"
            raise ValueError(msg)


@dataclass(frozen=True)
class ReadingWarning:
    """Something unexpected at a line of a document (or row of a file), in both languages."""

    place: str
    line: int
    ja: str
    en: str

    def message(self, lang: str) -> str:
        """Text for people."""
        return f"{self.place}:{self.line}: {self.ja if lang == 'ja' else self.en}"


@dataclass(frozen=True)
class Draft:
    """What extraction read from one document."""

    document: SourceText
    records: tuple[Record, ...]
    warnings: tuple[ReadingWarning, ...] = field(default=())

    def dataset(self) -> Dataset:
        """Quads of the records; spans are described in the graph `source`."""
        dataset = Dataset()
        source = dataset.graph(NAMES.graph("source"))
        _describe_document(source, self.document)
        for record in self.records:
            graph = dataset.graph(NAMES.graph(record.graph))
            if record.type is not None:
                graph.add((record.iri, RDF.type, record.type))
            for statement in record.statements:
                if statement.value is not None:
                    graph.add((record.iri, statement.property, statement.value))
                for span in statement.spans:
                    graph.add((record.iri, JPSTRAT.evidence, span.iri))
                    _describe_span(source, span, statement.property)
        for span_iri, value in self._values_to_name():
            source.add((span_iri, JPSTRAT.supportsValue, value))
        return dataset

    def _values_to_name(self) -> Iterator[tuple[URIRef, Identifier]]:
        """Spans that must name the values they prove, with these values.

        Several things may cite a span. It must name its values when it does not prove the same
        properties for all of them, or not all their values of a property: else it would seem to
        prove more than it does (decision 0008).
        """
        proven: dict[URIRef, dict[URIRef, _Values]] = defaultdict(lambda: defaultdict(_values))
        stated: dict[URIRef, _Values] = defaultdict(_values)
        for record in self.records:
            for statement in record.statements:
                stated[record.iri][statement.property].add(statement.value)
                for span in statement.spans:
                    proven[span.iri][record.iri][statement.property].add(statement.value)
        for span_iri, things in proven.items():
            alike = len({frozenset(proofs) for proofs in things.values()}) == 1
            flat = [(t, p, values) for t, proofs in things.items() for p, values in proofs.items()]
            whole = all(p not in _ALSO_WRITTEN and v == stated[t][p] for t, p, v in flat)
            if not (alike and whole):
                named = {value for *_, values in flat for value in values if value is not None}
                yield from ((span_iri, value) for value in named)


_ALSO_WRITTEN = frozenset({SKOS.prefLabel})
"""Properties that have values of ours (in the other language) beside those that a text prints."""
_Values = defaultdict[URIRef, set[Identifier | None]]
"""Property → values; None where a statement gives no value."""


def _values() -> _Values:
    return defaultdict(set)


def _describe_document(graph: Graph, document: SourceText) -> None:
    iri = NAMES.id("source", document.slug)
    graph.add((iri, RDF.type, JPSTRAT.SourceDocument))
    graph.add((iri, JPSTRAT.sha256, Literal(document.sha256)))
    graph.add((iri, JPSTRAT.characterCount, Literal(len(document.text))))
    graph.add((iri, JPSTRAT.preservesTypography, Literal(False)))


def _describe_span(graph: Graph, span: Span, supports: URIRef) -> None:
    graph.add((span.iri, RDF.type, JPSTRAT.SourceSpan))
    graph.add((span.iri, JPSTRAT.sourceDocument, NAMES.id("source", span.document)))
    graph.add((span.iri, JPSTRAT.start, Literal(span.start)))
    graph.add((span.iri, JPSTRAT.end, Literal(span.end)))
    graph.add((span.iri, JPSTRAT.textDigest, Literal(span.digest)))
    graph.add((span.iri, JPSTRAT.supports, supports))


Row = Mapping[str, Identifier | None]
"""One solution of a SELECT: variable name without `?` → RDF term, or None when unbound."""


@dataclass(frozen=True)
class Answer:
    """A serialised result: bytes and their media type."""

    body: bytes
    media_type: str


@dataclass(frozen=True)
class QueryDataset:
    """RDF dataset that a request chooses (SPARQL 1.1 Protocol, 2.1.4): IRIs of graphs.

    The default graph is the merge of `default`; `named` are what GRAPH sees.
    """

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


@dataclass(frozen=True)
class Agent:
    """Who writes: id and name of a token, and the graphs that it may write (None: any)."""

    id: str
    name: str
    graphs: frozenset[str] | None = None


class Store(Protocol):
    """A SPARQL store; the default graph of queries is the union of all graphs but `shapes`."""

    def load(self, dataset: Dataset) -> None:
        """Add all quads of `dataset`."""

    def insert(
        self, graph: URIRef, triples: Iterable[tuple[Identifier, Identifier, Identifier]]
    ) -> int:
        """Add triples to a named graph; returns how many were new to that graph."""

    def select(self, query: str, bindings: Mapping[str, Identifier] | None = None) -> list[Row]:
        """Rows of a SELECT; `bindings` are given to the engine, never written into the text."""

    def construct(
        self, query: str, bindings: Mapping[str, Identifier] | None = None
    ) -> list[tuple[Identifier, Identifier, Identifier]]:
        """Triples of a CONSTRUCT or DESCRIBE, each once."""

    def answer(
        self, query: str, accept: Iterable[str], bindings: Mapping[str, Identifier] | None = None
    ) -> Answer:
        """Serialised result of any query, in the first of the media types in `accept` that fits.

        Raises `QuerySyntaxError`, `QueryRefused`, `QueryFailed`, `FormatUnavailable`.
        """

    def count(self) -> int:
        """Number of quads."""
