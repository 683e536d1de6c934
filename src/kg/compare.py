"""What an entry would change, told by things and properties rather than by statements."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, SKOS
from rdflib.term import Node

from kg.errors import Both
from kg.lookup import Lookup
from kg.namespaces import Names
from kg.standard import STANDARD_TERMS

Triple = tuple[Node, Node, Node]
_NUMBER = re.compile(r"(\d+)")
_SHOWN = 60
"""Characters of a text that are shown."""


@dataclass(frozen=True)
class Thing:
    """A thing with what it is called and its class, in words, and its code if it has one."""

    iri: Node
    label: Both
    kind: Both
    code: Both | None = None


@dataclass(frozen=True)
class Change:
    """New and former values of one property of a thing that stays."""

    thing: Thing
    predicate: Node
    property: Both
    before: tuple[Both, ...]
    after: tuple[Both, ...]

    def line(self, lang: str) -> str:
        """Text for people in `lang`."""
        facts = {
            "thing": self.thing.code or self.thing.label,
            "property": self.property,
            "before": _listed(self.before),
            "after": _listed(self.after),
        }
        kind = _CHANGED if self.before and self.after else _ADDED if self.after else _REMOVED
        return kind.filled(**facts).of(lang)


@dataclass(frozen=True)
class Difference:
    """Statements that come and go, and what that means: things and changes in a fixed order."""

    added: tuple[Triple, ...] = ()
    removed: tuple[Triple, ...] = ()
    new: tuple[Thing, ...] = ()
    gone: tuple[Thing, ...] = ()
    changes: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)

    @property
    def counts(self) -> Mapping[Both, tuple[int, int]]:
        """Things that come and go, by class in words."""
        new, gone = (Counter(thing.kind for thing in things) for things in (self.new, self.gone))
        return {kind: (new[kind], gone[kind]) for kind in dict.fromkeys((*new, *gone))}

    def summary(self, lang: str) -> list[str]:
        """One line for each class of things that come or go."""
        return [
            words.filled(count=f"{count:,}", kind=_many(kind, count)).of(lang)
            for kind, counts in self.counts.items()
            for words, count in zip((_NEW, _GONE), counts, strict=True)
            if count
        ]

    def lines(self, lang: str) -> list[str]:
        """All of it, a line for each class, thing and change; one line where nothing changes."""
        if not self:
            return [_SAME.of(lang)]
        named = [
            words.filled(kind=thing.kind, label=thing.label).of(lang)
            for words, things in ((_NEW_THING, self.new), (_GONE_THING, self.gone))
            for thing in things
        ]
        return [*self.summary(lang), *named, *(change.line(lang) for change in self.changes)]

    def as_json(self, lang: str) -> dict[str, object]:
        """The same for programs, with the words of `lang`."""
        return {
            "statements": {"added": len(self.added), "removed": len(self.removed)},
            "classes": [
                {"class": kind.of(lang), "added": new, "removed": gone}
                for kind, (new, gone) in self.counts.items()
            ],
            "added": [_thing_json(thing, lang) for thing in self.new],
            "removed": [_thing_json(thing, lang) for thing in self.gone],
            "changed": [
                {
                    **_thing_json(change.thing, lang),
                    "property": str(change.predicate),
                    "propertyLabel": change.property.of(lang),
                    "before": [value.of(lang) for value in change.before],
                    "after": [value.of(lang) for value in change.after],
                    "text": change.line(lang),
                }
                for change in self.changes
            ],
            "lines": self.lines(lang),
        }


def difference(before: Graph, after: Graph, lookup: Lookup, names: Names) -> Difference:
    """What turns the graph `before` into `after`; `lookup` knows the labels of both."""
    old, new = set(before), set(after)
    return changed(before, new - old, old - new, lookup, names)


def changed(
    before: Graph, added: Iterable[Triple], removed: Iterable[Triple], lookup: Lookup, names: Names
) -> Difference:
    """What it means that statements come and go; those that change nothing are left out."""
    removed = {triple for triple in removed if triple in before}
    added = {triple for triple in added if triple not in before or triple in removed}
    added, removed = added - removed, removed - added
    words = _Words(before, added, lookup, names)
    new = {s for s, p, _ in added if p == RDF.type and (s, RDF.type, None) not in before}
    gone = {s for s, p, _ in removed if p == RDF.type} - {s for s, p, _ in added if p == RDF.type}
    changes: dict[tuple[Node, Node], tuple[list[Both], list[Both]]] = defaultdict(lambda: ([], []))
    for side, triples in enumerate((removed, added)):
        for s, p, o in triples:
            if s not in new and s not in gone:
                changes[s, p][side].append(words.value(o))
    return Difference(
        tuple(sorted(added, key=_as_texts)),
        tuple(sorted(removed, key=_as_texts)),
        tuple(sorted(map(words.thing, new), key=_order)),
        tuple(sorted(map(words.thing, gone), key=_order)),
        tuple(
            sorted(
                (
                    Change(words.thing(s), p, words.label(p), _sorted(old), _sorted(fresh))
                    for (s, p), (old, fresh) in changes.items()
                ),
                key=lambda change: (_order(change.thing), str(change.predicate)),
            )
        ),
    )


class _Words:
    """What things, classes and properties are called, before and after."""

    def __init__(
        self, before: Graph, added: Iterable[Triple], lookup: Lookup, names: Names
    ) -> None:
        self._before = before
        self._lookup = lookup
        self._names = names
        self._labels: dict[Node, Both] = {}
        self._added: dict[Node, dict[Node, list[Node]]] = defaultdict(lambda: defaultdict(list))
        for s, p, o in added:
            self._added[s][p].append(o)

    def thing(self, node: Node) -> Thing:
        """A thing by its code, notation or title, with its class."""
        kinds = [k for k in self._values(node, RDF.type) if isinstance(k, URIRef)]
        kind = self.label(min(kinds)) if kinds else _THING
        code = self.code(node)
        title = self.label(node)
        if code is None or code.ja == title.ja:
            return Thing(node, title, kind, code)
        label = Both(f"{code.ja}「{_short(title.ja)}」", f"{code.en} ({_short(title.en)})")
        return Thing(node, label, kind, code)

    def code(self, node: Node) -> Both | None:
        """The code of a measure."""
        code = next(iter(self._values(node, self._names.def_.code)), None)
        return None if code is None else Both(str(code), str(code))

    def value(self, node: Node) -> Both:
        """A value as it is shown: measures by their code alone, texts in quotation marks."""
        if isinstance(node, Literal):
            mark = f" @{node.language}" if node.language else ""
            text = _short(str(node))
            return Both(f"「{text}」{mark}", f'"{text}"{mark}')
        return self.code(node) or self.label(node)

    def label(self, node: Node) -> Both:
        """A title in both languages; the short IRI stands in for one that is missing."""
        if node not in self._labels:
            self._labels[node] = self._label(node)
        return self._labels[node]

    def _label(self, node: Node) -> Both:
        if not isinstance(node, URIRef):
            return Both(node.n3(), node.n3())
        if node in STANDARD_TERMS:
            return STANDARD_TERMS[node]
        known, short = self._lookup.candidate(node).label, self._names.short(node)
        if known != Both(short, short):
            return known
        # What only the entry says has no title in the lookup but its IRI.
        texts = {
            text.language: str(text)
            for property_ in (RDFS.label, SKOS.prefLabel)
            for text in self._added.get(node, {}).get(property_, ())
            if isinstance(text, Literal)
        }
        other = next(iter(texts.values()), short)
        return Both(texts.get("ja", other), texts.get("en", other))

    def _values(self, node: Node, predicate: Node) -> list[Node]:
        return [
            *self._before.objects(node, predicate),
            *self._added.get(node, {}).get(predicate, ()),
        ]


def _thing_json(thing: Thing, lang: str) -> dict[str, str]:
    return {"id": str(thing.iri), "label": thing.label.of(lang), "class": thing.kind.of(lang)}


def _as_texts(triple: Triple) -> tuple[str, ...]:
    # comparing terms themselves takes many times as long
    return tuple(term.n3() for term in triple)


def _order(thing: Thing) -> tuple[str, tuple[tuple[bool, int | str], ...]]:
    """By class, then IRI with its numbers as numbers."""
    parts = _NUMBER.split(str(thing.iri))
    key = tuple((p.isdecimal(), int(p) if p.isdecimal() else p) for p in parts if p)
    return thing.kind.en, key


def _sorted(values: list[Both]) -> tuple[Both, ...]:
    return tuple(sorted(values))


def _listed(values: tuple[Both, ...]) -> Both:
    return Both("、".join(v.ja for v in values), ", ".join(v.en for v in values))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _many(kind: Both, count: int) -> Both:
    """A class in words for several things."""
    if count == 1:
        return kind
    word = kind.en
    if re.search(r"[^aeiou]y$", word):
        return Both(kind.ja, f"{word[:-1]}ies")
    return Both(kind.ja, f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s")


_THING = Both("もの", "thing")
_NEW = Both("{kind}を{count}件追加します。", "Adds {count} {kind}.")
_GONE = Both("{kind}を{count}件削除します。", "Removes {count} {kind}.")
_NEW_THING = Both("追加（{kind}）: {label}", "New {kind}: {label}")
_GONE_THING = Both("削除（{kind}）: {label}", "Removed {kind}: {label}")
_CHANGED = Both(
    "{thing}の{property}を{before}から{after}に変更します。",
    "Changes the {property} of {thing} from {before} to {after}.",
)
_ADDED = Both(
    "{thing}の{property}に{after}を追加します。", "Adds {after} to the {property} of {thing}."
)
_REMOVED = Both(
    "{thing}の{property}から{before}を除きます。",
    "Removes {before} from the {property} of {thing}.",
)
_SAME = Both("グラフは変わりません。", "No change.")
