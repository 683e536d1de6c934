"""The passage that a row cites: its position and digest; the words themselves go no further."""

import re
from collections.abc import Mapping

from rdflib import Graph, URIRef

from kg.errors import Both
from kg.model import Passage, SourceText, Span, digest
from kg.namespaces import Names
from kg.tables import findings as rules
from kg.tables.measure_columns import BY_KEY
from kg.tables.reading import Row

_SPACE = re.compile(r"\s+")
_SHOWN = 3


class Evidence:
    """Finds or checks passages; `documents` are the official texts at hand, by slug."""

    def __init__(
        self, known: Graph, documents: Mapping[str, SourceText], names: Names, edition: str
    ) -> None:
        """Passages of the committed graph `known` need no text."""
        self._known = known
        self._documents = documents
        self._names = names
        self._edition = edition
        self._whole: dict[str, Passage] = {}

    def span(self, row: Row) -> Span | None:
        """The passage of a row; None where it cites none, or not well enough.

        Where its cells are wrong, the evidence of the row counts as what could not be read.
        """
        span = None if self._is_unread(row) else self._read(row)
        if span is None and self._is_unread(row):
            row.broken.add(self._names.def_.evidence)
        return span

    def _is_unread(self, row: Row) -> bool:
        """Whether a cell about the passage is wrong."""
        predicates = {BY_KEY[key].predicate(self._names) for key in (*_KEYS, "source")}
        return not predicates.isdisjoint(row.broken)

    def _read(self, row: Row) -> Span | None:
        passage = row.texts.get("passage")
        start, end = (self._position(row, key) for key in ("start-char", "end-char"))
        if passage is None and start is None and end is None:
            return None
        slug = self._slug(row)
        if start is not None and end is not None and not self._is_possible(row, slug, start, end):
            return None
        document = self._documents.get(slug)
        if document is not None:
            return self._in_document(row, document, passage, start, end)
        if start is None or end is None:
            self._complain(row, "start-char" if start is None else "end-char", _NO_POSITION)
            return None
        known = self._committed(slug, start, end)
        if passage is None:
            if known is None:
                self._complain(row, "passage", _NO_PASSAGE)
            return known
        return self._checked(row, Span(slug, start, end, digest(passage)), passage, known)

    def _is_possible(self, row: Row, slug: str, start: int, end: int) -> bool:
        """Whether start and end are in order and within the document; else the row is told."""
        length = self._length(slug)
        if length is not None and max(start, end) > length:
            key = "end-char" if end > length else "start-char"
            problem = _BEYOND.filled(value=f"{max(start, end):,}", length=f"{length:,}")
            allowed = _WITHIN.filled(length=length)
        elif start >= end:
            key, allowed = "start-char", None
            problem = _NOT_BEFORE.filled(start=f"{start:,}", end=f"{end:,}")
        else:
            return True
        row.find(
            *(rules.POSITION_WRONG, BY_KEY[key], self._names, problem, _COUNT_AGAIN),
            value=row.texts[key],
            allowed=allowed,
        )
        return False

    def _length(self, slug: str) -> int | None:
        """Characters of a document, as committed; None where the graph does not say."""
        thing = self._names.id("source", slug)
        count = self._known.value(thing, self._names.def_.characterCount)
        return None if count is None else int(str(count))

    def _in_document(
        self,
        row: Row,
        document: SourceText,
        passage: str | None,
        start: int | None,
        end: int | None,
    ) -> Span | None:
        if start is not None and end is not None and start < end <= len(document.text):
            there = document.text[start:end]
            if passage is not None and digest(there) != digest(passage):
                self._elsewhere(row, document, passage)
                return None
            return Span(document.slug, start, end, digest(there))
        if passage is None:
            self._complain(row, "passage", _NO_PASSAGE)
            return None
        found = self._places(document, passage)
        if len(found) == 1:
            return found[0]
        self._elsewhere(row, document, passage)
        return None

    def _elsewhere(self, row: Row, document: SourceText, passage: str) -> None:
        places = [f"{span.start}–{span.end}" for span in self._places(document, passage)]
        near = "、".join(places[:_SHOWN])
        problem = (_OTHER_PLACE if len(places) == 1 else _MANY_PLACES) if places else _NO_PLACE
        column = BY_KEY["passage"]
        row.find(
            *(rules.PASSAGE_ELSEWHERE, column, self._names, problem, _COPY),
            nearest=Both(near, near.replace("、", " | ")) if near else None,
        )

    def _places(self, document: SourceText, passage: str) -> list[Span]:
        squeezed = _SPACE.sub("", passage)
        if not squeezed:
            return []
        if document.slug not in self._whole:
            self._whole[document.slug] = document.passage(0, len(document.text))
        return [found.span for found in self._whole[document.slug].find_all(re.escape(squeezed))]

    def _checked(self, row: Row, span: Span, passage: str, known: Span | None) -> Span | None:
        """The span, unless its length or the committed digest show that the words are others."""
        length = len(_SPACE.sub("", passage))
        if length > span.end - span.start or (known is not None and known.digest != span.digest):
            column = BY_KEY["passage"]
            problem = _LENGTH.filled(found=length, expected=span.end - span.start)
            if known is not None:
                problem = _OTHER_WORDS
            row.find(rules.PASSAGE_ELSEWHERE, column, self._names, problem, _COPY)
            return None
        return span

    def _committed(self, slug: str, start: int, end: int) -> Span | None:
        iri = self._names.span(slug, start, end)
        value = self._known.value(iri, self._names.def_.textDigest)
        return None if value is None else Span(slug, start, end, str(value))

    def _slug(self, row: Row) -> str:
        named = row.values.get("source")
        return str(named[0].value).rpartition("/")[2] if named else self._edition

    @staticmethod
    def _position(row: Row, key: str) -> int | None:
        values = row.values.get(key)
        return int(str(values[0].value)) if values else None

    def _complain(self, row: Row, key: str, problem: Both) -> None:
        there = key if key in row.cells else next(k for k in _KEYS if k in row.cells)
        row.find(rules.POSITION_MISSING, BY_KEY[there], self._names, problem, _GIVE)


def proves(row: Row, names: Names) -> tuple[URIRef, ...]:
    """Properties that the passage of a row proves: what is printed beside the measure."""
    keys = [key for key in _PROVEN if row.values.get(key)]
    own = names.def_
    return (own.wording, own.code, *dict.fromkeys(v.property for k in keys for v in row.values[k]))


_KEYS = ("passage", "start-char", "end-char")
_PROVEN = (
    *("status", "deadlines", "deadline-text", "start", "deferred", "organisations", "sectors"),
    *("repost-reference", "value", "unit", "comparator", "per", "target-period", "value-text"),
)
_NOT_BEFORE = Both(
    "開始位置{start}が終了位置{end}より前ではありません。",
    "The start offset {start} is not before the end offset {end}.",
)
_BEYOND = Both(
    "位置{value}は典拠文書の文字数{length}を超えています。",
    "The position {value} is beyond the {length} characters of the document.",
)
_WITHIN = Both("0から{length}までの数", "numbers from 0 to {length}")
_COUNT_AGAIN = Both(
    "典拠文書の先頭から数えた、原文の始めと終わりの文字数を書いてください。",
    "Write the numbers of characters from the start of the document to both ends of the passage.",
)
_NO_POSITION = Both(
    "原文の位置（開始位置と終了位置）がありません。", "The position of the passage is missing."
)
_NO_PASSAGE = Both(
    "位置に対応する原文がなく、照合の値を計算できません。",
    "There is no passage to compute the digest from.",
)
_GIVE = Both(
    "開始位置、終了位置、原文をすべて書いてください。"
    "手元に文書があれば --sources で位置を探せます。",
    "Give start offset, end offset and passage. With --sources the position is found in your own"
    " documents.",
)
_OTHER_PLACE = Both(
    "示した位置にあるのは別の文です。", "Other words stand at the position that is given."
)
_MANY_PLACES = Both("原文が文書の複数の箇所にあります。", "The passage stands in several places.")
_NO_PLACE = Both("原文が文書に見当たりません。", "The passage is not in the document.")
_LENGTH = Both(
    "原文は{found}文字ですが、位置の幅は{expected}文字です。",
    "The passage has {found} characters, its position only {expected}.",
)
_OTHER_WORDS = Both(
    "この位置の文は、登録済みの照合の値と異なります。",
    "The words differ from those whose digest the graph has for this position.",
)
_COPY = Both(
    "文書から写し直すか、位置を直してください。",
    "Copy the passage from the document again, or correct its position.",
)
