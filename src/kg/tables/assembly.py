"""Rows that were read → the statements of an entry, and those whose place they take."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SKOS
from rdflib.term import IdentifiedNode, Identifier, Node

from kg.entry import Entry, Place, Statement
from kg.errors import Both
from kg.model import Span
from kg.namespaces import Names
from kg.tables import findings as rules
from kg.tables.evidence import proves
from kg.tables.measure_columns import BY_KEY
from kg.tables.reading import Row, Value

_PLAIN = (
    *("status", "section", "theme", "targets", "organisations", "sectors", "deadlines", "start"),
    *("deferred", "repost-reference", "response", "lead"),
)
"""Columns whose values are those of a property of the measure."""
_TEXTS = ("title-ja", "title-en", "note-ja", "note-en")
_PROVEN = ("status", "deadlines", "start", "deferred", "organisations", "sectors")
"""Columns whose values a committed passage may prove."""
_QUANTITY = ("value", "unit", "comparator", "per", "target-period", "value-text")
_POPULATION = ("population-ja", "population-en")
_UNRESOLVED = frozenset({"unresolved", "未解決"})
UNRESOLVED = "unresolved"
"""What a column of originals says where there is none."""


def target_of(measure: URIRef) -> URIRef:
    """The quantitative target that a row tells of."""
    return URIRef(f"{measure}/q1")


@dataclass
class Assembly:
    """Collects the entry; `known` is what is committed, without the entry."""

    names: Names
    edition: str
    known: Graph
    graphs: dict[URIRef | None, dict[Statement, None]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    places: dict[Statement, Place] = field(default_factory=dict)
    fields: dict[tuple[Node, URIRef], Place] = field(default_factory=dict)
    subjects: dict[Node, Place] = field(default_factory=dict)
    removed: dict[Statement, None] = field(default_factory=dict)

    def entry(self) -> Entry:
        """All of it."""
        graphs = {graph: tuple(statements) for graph, statements in self.graphs.items()}
        return Entry(graphs, self.places, self.fields, self.subjects, tuple(self.removed))

    def add(self, row: Row, original: URIRef | None, span: Span | None) -> None:
        """Add what a row says; `original` is the measure that it reposts."""
        measure, own, place = row.thing, self.names.def_, row.cells["code"]
        self._own_fields(row)
        self._say(measure, RDF.type, own.Measure, place)
        self._say(measure, own.code, Literal(row.title.en), place)
        self._say(measure, own.edition, self.names.id("edition", self.edition), place)
        for key in _PLAIN:
            self._replace(measure, key, row)
        for key in _TEXTS:
            self._replace(measure, key, row)
        for key in _PROVEN:
            self._warn_of_old_evidence(row, key)
        self._deadline_text(row)
        self._repost(row, original)
        spans = [] if span is None else [self._span(row, span)]
        self._quantity(row, spans)
        for passage in spans:
            self._say(measure, own.evidence, passage, self._evidence_place(row))

    def _own_fields(self, row: Row) -> None:
        self.subjects[row.thing] = row.cells["code"]
        for key in ("code", *_PLAIN, *_TEXTS, "deadline-text", "repost-of"):
            if key in row.cells:
                self.fields.setdefault(
                    (row.thing, BY_KEY[key].predicate(self.names)), row.cells[key]
                )
        for key, name in (("passage", "evidence"), ("value", "hasTarget")):
            if key in row.cells:
                self.fields[row.thing, self.names.def_[name]] = row.cells[key]
        # Of two titles the one that is missing is what a rule speaks of.
        for key in ("title-en", "title-ja"):
            if key in row.cells and key not in row.texts:
                self.fields[row.thing, SKOS.prefLabel] = row.cells[key]

    def _replace(self, subject: URIRef, key: str, row: Row) -> None:
        """Say the values of a column in the place of those that are committed."""
        column = BY_KEY[key]
        values = row.values.get(key, ())
        if not values and key not in row.cleared:
            return
        by_property: dict[URIRef, list[Value]] = defaultdict(list)
        for value in values:
            by_property[value.property].append(value)
        by_property.setdefault(column.predicate(self.names), [])
        for property_, each in by_property.items():
            # A sector among the organisations joins those of its own column.
            if property_ == column.predicate(self.names):
                self._take_place(subject, property_, [v.value for v in each], column.lang)
            for value in each:
                self._say(subject, property_, value.value, value.place)

    def _take_place(
        self,
        subject: URIRef,
        property_: URIRef,
        values: Iterable[Identifier],
        lang: str | None = None,
    ) -> None:
        kept = set(values)
        for value in self.known.objects(subject, property_):
            other = isinstance(value, Literal) and lang is not None and value.language != lang
            if value not in kept and not other and isinstance(value, Identifier):
                self.removed[subject, property_, value] = None

    def _warn_of_old_evidence(self, row: Row, key: str) -> None:
        """Name the spans that prove the values which a column takes away: they stay evidence."""
        own, property_ = self.names.def_, BY_KEY[key].predicate(self.names)
        before = self.known.objects(row.thing, property_)
        if not any((row.thing, property_, value) in self.removed for value in before):
            return
        spans = [
            _SPAN.filled(
                start=self.known.value(span, own.start), end=self.known.value(span, own.end)
            )
            for span in sorted(self.known.objects(row.thing, own.evidence), key=str)
            if (span, own.supports, property_) in self.known
        ]
        if spans:
            ja, en = "、".join(s.ja for s in spans), ", ".join(s.en for s in spans)
            problem = _OLD_EVIDENCE.filled(spans=Both(ja, en))
            column = BY_KEY[key]
            row.find(
                rules.EVIDENCE_OLD, column, self.names, problem, _RENEW, value=row.texts.get(key)
            )

    def _deadline_text(self, row: Row) -> None:
        """The deadline as printed: as its own column says, else as the deadlines are written."""
        if row.values.get("deadline-text") or "deadline-text" in row.cleared:
            self._replace(row.thing, "deadline-text", row)
            return
        own = self.names.def_
        periods = {value.value for value in row.values.get("deadlines", ())}
        if own.deadline in row.broken or (not periods and "deadlines" not in row.cleared):
            return
        if periods != set(self.known.objects(row.thing, own.deadline)):
            texts = [Literal(text) for text in row.printed.get("deadlines", ()) if periods]
            self._take_place(row.thing, own.deadlineText, texts)
            for each in texts:
                self._say(row.thing, own.deadlineText, each, row.cells["deadlines"])

    def _repost(self, row: Row, original: URIRef | None) -> None:
        """The original of a repost: a judgement, so that it stands in `curated` with its reason."""
        text = row.texts.get("repost-of")
        if text is None or (original is None and text not in _UNRESOLVED):
            return
        own, place = self.names.def_, row.cells["repost-of"]
        property_ = own.repostOf if original else own.repostResolution
        target = original or self.names.concept("repost-resolution", UNRESOLVED)
        if (row.thing, property_, target) not in self.known and not self._reasoned(row):
            column = BY_KEY["repost-of"]
            row.find(rules.REASON_MISSING, column, self.names, _NO_REASON, _GIVE_REASON, value=text)
        self._take_place(row.thing, own.repostOf, [target])
        if original:
            self._judge(row.thing, own.repostOf, original, place)
        self._resolution(row, place, resolved=original is not None)
        if self._reasoned(row):
            self._link(row, property_, target, place)

    def _resolution(self, row: Row, place: Place, *, resolved: bool) -> None:
        own = self.names.def_
        referenced = row.values.get("repost-reference") or self.known.value(
            row.thing, own.repostReference
        )
        key = ("resolved" if referenced else "unreferenced") if resolved else UNRESOLVED
        before = self.known.value(row.thing, own.repostResolution)
        judged = self.names.concept("repost-resolution", key)
        corrected = self.names.concept("repost-resolution", "corrected")
        if resolved and before == corrected:
            judged = corrected
        self._take_place(row.thing, own.repostResolution, [judged])
        self._judge(row.thing, own.repostResolution, judged, place)

    @staticmethod
    def _reasoned(row: Row) -> bool:
        return all(row.values.get(key) for key in ("reason-ja", "reason-en"))

    def _link(self, row: Row, property_: URIRef, target: URIRef, place: Place) -> None:
        own, code = self.names.def_, quote(row.title.en, safe="")
        kind = "repost" if property_ == own.repostOf else "resolution"
        link = self.names.id("link", f"{kind}-{code}")
        self.subjects[link] = place
        for predicate, value in (
            (RDF.type, own.CuratedLink),
            (own.basis, self.names.concept("basis", "cross-reference")),
            (own.linkProperty, property_),
            (own.linkSource, row.thing),
            (own.linkTarget, target),
        ):
            self._take_place(link, predicate, [value])
            self._judge(link, predicate, value, place)
        for key in ("reason-ja", "reason-en"):
            for reason in row.values[key]:
                self._take_place(link, own.rationale, [reason.value], BY_KEY[key].lang)
                self._judge(link, own.rationale, reason.value, reason.place)

    def _quantity(self, row: Row, spans: list[URIRef]) -> None:
        keys = [k for k in (*_QUANTITY, *_POPULATION) if k in row.values or k in row.cleared]
        if not any(row.values.get(key) for key in keys):
            return
        own, target = self.names.def_, target_of(row.thing)
        place = next(row.cells[key] for key in keys if row.values.get(key))
        self.subjects[target] = place
        for key in (*_QUANTITY, *_POPULATION):
            if key in row.cells:
                self.fields.setdefault((target, BY_KEY[key].predicate(self.names)), row.cells[key])
        if "passage" in row.cells:
            self.fields[target, own.evidence] = row.cells["passage"]
        self._say(row.thing, own.hasTarget, target, place)
        self._say(target, RDF.type, own.QuantitativeTarget, place)
        for key in keys:
            self._replace(target, key, row)
        for span in spans:
            self._say(target, own.evidence, span, self._evidence_place(row))

    def _span(self, row: Row, span: Span) -> URIRef:
        """Describe a passage, unless it is known already: then it proves what it proves."""
        iri, own, place = (
            self.names.span(span.document, span.start, span.end),
            self.names.def_,
            self._evidence_place(row),
        )
        if (iri, RDF.type, own.SourceSpan) in self.known:
            return iri
        self.subjects[iri] = place
        source = self.names.graph("source")
        for predicate, value in (
            (RDF.type, own.SourceSpan),
            (own.sourceDocument, self.names.id("source", span.document)),
            (own.start, Literal(span.start)),
            (own.end, Literal(span.end)),
            (own.textDigest, Literal(span.digest)),
            *((own.supports, each) for each in proves(row, self.names)),
        ):
            self._say(iri, predicate, value, place, source)
        return iri

    @staticmethod
    def _evidence_place(row: Row) -> Place:
        return next(row.cells[k] for k in ("passage", "start-char", "end-char") if k in row.cells)

    def _judge(self, subject: URIRef, predicate: URIRef, value: Identifier, place: Place) -> None:
        self._say(subject, predicate, value, place, self.names.graph("curated"))

    def _say(
        self,
        subject: IdentifiedNode,
        predicate: URIRef,
        value: Identifier,
        place: Place,
        graph: URIRef | None = None,
    ) -> None:
        statement = (subject, predicate, value)
        self.graphs[graph or self.names.graph(self.edition)][statement] = None
        self.places.setdefault(statement, place)


_SPAN = Both("{start}〜{end}文字目", "characters {start} to {end}")
_OLD_EVIDENCE = Both(
    "前の値の根拠箇所（典拠文書の{spans}）が、この欄の根拠として残ります。",
    "The evidence of the former value stays that of this column: {spans} of the document.",
)
_RENEW = Both(
    "新しい値の原文と位置を、この行に書いてください。古い根拠箇所は表からは消せないので、"
    "書き込んだ後に、データの管理者に除いてもらってください。",
    "Give the passage of the new value in this row. A table cannot take the old one away: ask"
    " whoever keeps the data to do so after writing.",
)
_NO_REASON = Both(
    "再掲の元は人の判断なので、理由がなければ登録できません。",
    "The original of a repost is a judgement and cannot be kept without its reason.",
)
_GIVE_REASON = Both(
    "「再掲の元の判断理由」の欄を日本語と英語で書いてください。",
    "Fill the columns 'Rationale for the original', in Japanese and in English.",
)
