"""What a shape allows, in words: one phrase for each constraint component."""

from collections.abc import Callable, Iterator, Mapping

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SH, SKOS, XSD
from rdflib.term import Node

from kg.errors import Both
from kg.lookup import Lookup
from kg.validate.explaining.fitting import Fitting
from kg.validate.explaining.members import with_members
from kg.validate.explaining.patterns import Patterns
from kg.validate.explaining.reading import (
    components_of,
    inner_shapes,
    parameters,
    steps_of,
)
from kg.validate.explaining.wording import IRI, UNNAMED, Wording, listed
from kg.validate.paths import origins, to_path

_KINDS = {
    SH.IRI: IRI,
    SH.BlankNode: UNNAMED,
    SH.Literal: Both("文字列や数値などの値", "a text, number or other value"),
    SH.BlankNodeOrIRI: Both("事物", "a thing"),
    SH.BlankNodeOrLiteral: Both("空白ノード又は値", "a blank node or a value"),
    SH.IRIOrLiteral: Both("事物のアドレス（IRI）又は値", "the IRI of a thing, or a value"),
}
_BOUNDS = {
    "MinExclusive": (Both("{n}より大きい値", "more than {n}"), Both("{n}より後", "after {n}")),
    "MinInclusive": (Both("{n}以上", "at least {n}"), Both("{n}以後", "{n} or later")),
    "MaxExclusive": (Both("{n}より小さい値", "less than {n}"), Both("{n}より前", "before {n}")),
    "MaxInclusive": (Both("{n}以下", "at most {n}"), Both("{n}以前", "{n} or earlier")),
}
_PAIRS = {
    "Equals": Both("{other}と同じ値", "the same as {other}"),
    "Disjoint": Both("{other}とは別の値", "another value than {other}"),
    "LessThan": Both("{other}より小さい値又は前の日", "less than, or before, {other}"),
    "LessThanOrEquals": Both("{other}以下の値又はその日まで", "at most, or not after, {other}"),
}
_DAYS = frozenset({XSD.date, XSD.dateTime, XSD.gYear})


class Requirements:
    """Phrases for what the constraints of shapes ask for; with examples from the data."""

    def __init__(
        self,
        shapes: Graph,
        data: Graph,
        wording: Wording,
        lookup: Lookup,
        *,
        spelt: bool = False,
    ) -> None:
        """Read constraints in `shapes`; `data` holds things, classes and their titles.

        If `spelt`, regular expressions stand beside what they mean.
        """
        self._shapes, self._data = shapes, data
        self._wording, self._lookup = wording, lookup
        self._patterns = Patterns(shapes, data, lookup, Fitting(shapes, data))
        self._spelt = spelt
        self._kinds: dict[Node, list[URIRef]] = {}
        self._known: dict[tuple[Node, str], Both] = {}
        self._phrases: Mapping[str, Callable[[Node, str], Both]] = {
            "Class": self._class,
            "Datatype": self._datatype,
            "NodeKind": self._node_kind,
            "MinCount": self._at_least,
            "MaxCount": self._at_most,
            **dict.fromkeys(_BOUNDS, self._bound),
            **dict.fromkeys(("MinLength", "MaxLength"), self._length),
            "Pattern": self._pattern,
            "LanguageIn": self._languages,
            "UniqueLang": self._unique,
            **dict.fromkeys(_PAIRS, self._pair),
            "Not": self._not,
            "And": self._all,
            "Or": self._any,
            "Xone": self._one,
            **dict.fromkeys(("Node", "Property"), self._shape),
            **dict.fromkeys(("QualifiedMinCount", "QualifiedMaxCount"), self._qualified),
            "Closed": self._closed,
            "HasValue": self._needed,
            "In": self._list,
            "SPARQL": self._query,
        }

    def of(self, shape: Node, component: str) -> Both:
        """What `component` of `shape` allows; raises `KeyError` for a name not in `COMPONENTS`."""
        if (shape, component) not in self._known:
            self._known[shape, component] = self._phrases[component](shape, component)
        return self._known[shape, component]

    def whole(self, shape: Node) -> Both:
        """What all constraints of a shape allow together; without any, its name."""
        phrases = [self.of(shape, component) for component in components_of(self._shapes, shape)]
        if not phrases:
            return self._wording.rule(shape)
        return Both(*(_AND.of(lang).join(p.of(lang) for p in phrases) for lang in ("ja", "en")))

    def kinds(self, shape: Node) -> list[URIRef]:
        """Classes and concept schemes of which the values of a property shape are things.

        Those of its alternatives too; and where a concept is asked for, the schemes that the
        shapes name for the property.
        """
        if shape not in self._kinds:
            self._kinds[shape] = self._kinds_of(shape)
        return self._kinds[shape]

    def _kinds_of(self, shape: Node) -> list[URIRef]:
        found = [node for inner in self._within(shape) for node in self._classes(inner)]
        path = self._shapes.value(shape, SH.path)
        if isinstance(path, URIRef):
            schemes = [s for s in self._schemes(path) if isinstance(s, URIRef)]
            found = [*schemes, *(k for k in found if not schemes or k != SKOS.Concept)]
        return list(dict.fromkeys(found))

    def _within(self, shape: Node) -> Iterator[Node]:
        waiting, seen = [shape], set[Node]()
        while waiting:
            inner = waiting.pop(0)
            if inner not in seen:
                seen.add(inner)
                yield inner
                waiting += inner_shapes(self._shapes, inner)

    def _classes(self, shape: Node) -> Iterator[URIRef]:
        yield from (c for c in parameters(self._shapes, shape, "Class") if isinstance(c, URIRef))

    def _schemes(self, predicate: URIRef) -> list[Node]:
        """Schemes that some shape wants of the values of `predicate`."""
        found: list[Node] = []
        for shape, path in sorted(self._shapes.subject_objects(SH.path), key=str):
            if steps_of(self._shapes, path) == [predicate, SKOS.inScheme]:
                found += parameters(self._shapes, shape, "In")
        return found

    def _class(self, shape: Node, component: str) -> Both:
        del component
        wanted = parameters(self._shapes, shape, "Class")
        text = _both_of([self._wording.thing(cls) for cls in wanted])
        text = Both(f"{text.ja}に属するもの", f"a thing of the class {text.en}")
        # an alternative among others stays short
        outer = (shape, SH.path, None) in self._shapes
        return self._with_members(text, self.kinds(shape)) if outer else text

    def _with_members(self, text: Both, kinds: list[URIRef]) -> Both:
        return with_members(text, kinds, self._lookup, self._wording)

    def _datatype(self, shape: Node, component: str) -> Both:
        return _either([self._wording.datatype(d) for d in self._values(shape, component)])

    def _node_kind(self, shape: Node, component: str) -> Both:
        kinds = self._values(shape, component)
        return _either([_KINDS.get(URIRef(str(kind)), self._wording.thing(kind)) for kind in kinds])

    def _at_least(self, shape: Node, component: str) -> Both:
        count = self._number(shape, component)
        return Both(f"値が{count}件以上", f"at least {counted(count)}")

    def _at_most(self, shape: Node, component: str) -> Both:
        count = self._number(shape, component)
        return Both(f"値は{count}件まで", f"at most {counted(count)}") if count else NOTHING

    def count(self, shape: Node) -> Both:
        """How many values a property shape allows."""
        found = [c for c in ("MinCount", "MaxCount") if parameters(self._shapes, shape, c)]
        numbers = {self._number(shape, component) for component in found}
        if len(found) > len(numbers):
            count = numbers.pop()
            return Both(f"値がちょうど{count}件", f"exactly {counted(count)}")
        phrases = [self.of(shape, component) for component in found]
        return Both("、".join(p.ja for p in phrases), ", ".join(p.en for p in phrases))

    def _bound(self, shape: Node, component: str) -> Both:
        bounds = self._values(shape, component)
        days = any(isinstance(b, Literal) and b.datatype in _DAYS for b in bounds)
        return _both_of([_BOUNDS[component][days].filled(n=self._plain(bound)) for bound in bounds])

    def _plain(self, bound: Node) -> str:
        """A bound without quotes: a number, or a day."""
        return self._wording.value(bound).ja.strip("「」")

    def _length(self, shape: Node, component: str) -> Both:
        count = self._number(shape, component)
        if component == "MinLength":
            return Both(f"{count}字以上", f"at least {characters(count)}")
        return Both(f"{count}字以内", f"at most {characters(count)}")

    def _pattern(self, shape: Node, component: str) -> Both:
        patterns = self._values(shape, component)
        return self._patterns.words(shape, patterns, spelt=self._spelt)

    def _languages(self, shape: Node, component: str) -> Both:
        tags = [f"@{tag}" for tag in self._values(shape, component)]
        return Both(f"言語タグが{'・'.join(tags)}", f"a language tag of {', '.join(tags)}")

    def _unique(self, shape: Node, component: str) -> Both:
        del shape, component
        return Both("同じ言語の値は一つまで", "no two values of one language")

    def _pair(self, shape: Node, component: str) -> Both:
        others = [self._wording.thing(other) for other in self._values(shape, component)]
        return _both_of([_PAIRS[component].filled(other=other) for other in others])

    def _not(self, shape: Node, component: str) -> Both:
        inner = _either([self.whole(inner) for inner in self._values(shape, component)])
        return Both(f"次に当たらないもの（{inner.ja}）", f"anything but this: {inner.en}")

    def _all(self, shape: Node, component: str) -> Both:
        return _numbered(
            Both("次のすべて: ", "all of "), [self.whole(s) for s in self._values(shape, component)]
        )

    def _any(self, shape: Node, component: str) -> Both:
        return _numbered(
            Both("次のどれか: ", "any of "), [self.whole(s) for s in self._values(shape, component)]
        )

    def _one(self, shape: Node, component: str) -> Both:
        return _numbered(
            Both("次のうち一つだけ: ", "exactly one of "),
            [self.whole(s) for s in self._values(shape, component)],
        )

    def _shape(self, shape: Node, component: str) -> Both:
        rules = _both_of([self._described(s) for s in self._values(shape, component)])
        return Both(f"{rules.ja}の決まりどおりのもの", f"what keeps to {rules.en}")

    def _described(self, shape: Node) -> Both:
        return self._wording.rule(shape) if isinstance(shape, URIRef) else self.whole(shape)

    def _qualified(self, shape: Node, component: str) -> Both:
        inner = _both_of([self._described(s) for s in self._shapes.objects(shape, _QUALIFIED)])
        count = self._number(shape, component)
        if component == "QualifiedMinCount":
            return Both(f"{inner.ja}が{count}件以上", f"at least {count} of {inner.en}")
        return Both(f"{inner.ja}は{count}件まで", f"at most {count} of {inner.en}")

    def _closed(self, shape: Node, component: str) -> Both:
        del component
        names = [self._wording.thing(p) for p in self.allowed_properties(shape)]
        if not names:
            return NOTHING
        words = listed(names, len(names))
        return Both(f"次の項目だけ: {words.ja}", f"these properties only: {words.en}")

    def allowed_properties(self, shape: Node) -> list[URIRef]:
        """Properties that a closed shape lets a thing have, but those that no thing may have."""
        own = parameters(self._shapes, shape, "Property")
        paths = [self._shapes.value(p, SH.path) for p in own]
        ignored = self._shapes.objects(shape, SH.ignoredProperties)
        members = [m for head in ignored for m in steps_of(self._shapes, head)]
        named = {p for p in (*paths, *members) if isinstance(p, URIRef)}
        return sorted(p for p in named if not self._refused(p))

    def _refused(self, property_: URIRef) -> bool:
        """Whether a rule for all things that have a property is that they do not have it."""
        return any(
            str(most) == "0" and self._shapes.value(part, SH.path) == property_
            for holder in self._shapes.subjects(SH.targetSubjectsOf, property_)
            for part in self._shapes.objects(holder, SH.property)
            for most in self._shapes.objects(part, SH.maxCount)
        )

    def _needed(self, shape: Node, component: str) -> Both:
        words = _both_of([self._wording.value(v) for v in self._values(shape, component)])
        return Both(f"{words.ja}を含むこと", f"{words.en} among the values")

    def _list(self, shape: Node, component: str) -> Both:
        """The members of the list; of a list of concept schemes, their concepts."""
        members = self._values(shape, component)
        words = _either([self._wording.value(member) for member in members])
        path = self._shapes.value(shape, SH.path)
        if steps_of(self._shapes, path)[-1:] != [SKOS.inScheme]:
            return words
        text = Both(f"{words.ja}の概念", f"a concept of {words.en}")
        return self._with_members(text, [m for m in members if isinstance(m, URIRef)])

    def _query(self, shape: Node, component: str) -> Both:
        found = [self._wording.messages(q) for q in self._values(shape, component)]
        texts = [text for text in (*found, self._wording.messages(shape)) if text]
        return texts[0] if texts else self._wording.rule(shape)

    def _values(self, shape: Node, component: str) -> list[Node]:
        return parameters(self._shapes, shape, component)

    def _number(self, shape: Node, component: str) -> int:
        return int(str(self._values(shape, component)[0]))

    def values(self, focus: Node, shape: Node) -> list[Node]:
        """What stands in the data where the path of a property shape leads from `focus`."""
        path = self._shapes.value(shape, SH.path)
        if path is None:
            return [focus]
        way = to_path(self._shapes, path)
        return sorted(origins(self._data, way, {focus}, inverse=True), key=str)


NOTHING = Both("何も書かない", "nothing")
_AND = Both("で、", "; ")
_QUALIFIED = SH.qualifiedValueShape


def counted(count: int) -> str:
    """`1 value`, `2 values`."""
    return "1 value" if count == 1 else f"{count} values"


def characters(count: int) -> str:
    """`1 character`, `2 characters`."""
    return "1 character" if count == 1 else f"{count} characters"


def _both_of(words: list[Both]) -> Both:
    """Phrases that all hold."""
    return Both("かつ".join(w.ja for w in words), " and ".join(w.en for w in words))


def _either(words: list[Both]) -> Both:
    """Phrases of which one holds."""
    return Both("又は".join(w.ja for w in words), " or ".join(w.en for w in words))


def _numbered(head: Both, words: list[Both]) -> Both:
    ja = "".join(f"（{n}）{word.ja}" for n, word in enumerate(words, 1))
    en = "; ".join(f"({n}) {word.en}" for n, word in enumerate(words, 1))
    return Both(head.ja + ja, head.en + en)
