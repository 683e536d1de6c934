"""How things, values and names of the graph are written in a sentence for people."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, ORG, RDF, RDFS, SH, SKOS, XSD
from rdflib.term import BNode, Node

from kg.errors import Both
from kg.namespaces import Names
from kg.standard import STANDARD_TERMS
from kg.validate.explaining.reading import named_shape, rule_name
from kg.validate.report import Finding

_LONGEST = 72
"""Characters of a text that a sentence quotes: the longest names of organisations are whole."""
_WHOLE = 200
"""Characters of the title of the one thing that is suggested."""
BRIEF = 30
"""Characters of a title in a list."""
_MOST = 12
"""Things that a sentence lists."""
_LABELS = (SKOS.prefLabel, RDFS.label, FOAF.name, DCTERMS.title, SH.name)
_SIGNS = str.maketrans({"\n": "⏎", "\r": "⏎", "\t": "⇥", "\u2028": "⏎", "\u2029": "⏎"})
_DATATYPES = {
    XSD.string: Both("文字列", "text without a language"),
    RDF.langString: Both("言語を付けた文字列", "text with a language"),
    XSD.boolean: Both("真偽値", "true or false"),
    XSD.integer: Both("整数", "an integer"),
    XSD.nonNegativeInteger: Both("0以上の整数", "an integer of at least 0"),
    XSD.positiveInteger: Both("1以上の整数", "an integer of at least 1"),
    XSD.decimal: Both("数値", "a decimal number"),
    XSD.double: Both("浮動小数点数", "a floating-point number"),
    XSD.date: Both("日付", "a date"),
    XSD.dateTime: Both("日時", "a date with a time"),
    XSD.gYear: Both("西暦年", "a year"),
    XSD.anyURI: Both("アドレス", "an address"),
}
_WRITTEN_LIKE = {
    XSD.date: "2022-03-31",
    XSD.dateTime: "2022-03-31T09:00:00",
    XSD.gYear: "2022",
    XSD.boolean: "true",
    XSD.integer: "2022",
    XSD.decimal: "34.5",
}
NUMBERS = frozenset({XSD.integer, XSD.decimal, XSD.double, XSD.float})
UNNAMED = Both("空白ノード", "a blank node")
LANGUAGES = {"ja": Both("日本語", "Japanese"), "en": Both("英語", "English")}
"""Languages of the project by their tags."""
THIS_THING = Both("このもの", "this thing")


_STANDARD = Graph()
"""Titles of terms of other vocabularies that the ontology does not explain."""
for _term, _words in STANDARD_TERMS.items():
    _STANDARD.add((_term, RDFS.label, Literal(_words.ja, lang="ja")))
    _STANDARD.add((_term, RDFS.label, Literal(_words.en, lang="en")))
_BARE = {
    XSD.integer: re.compile(r"[+-]?\d+"),
    XSD.decimal: re.compile(r"[+-]?\d*\.\d+"),
    XSD.boolean: re.compile("true|false"),
}
"""Literals that Turtle writes without quotes."""
_WALKED = frozenset("^*+")
"""Signs of a path that leads over other things: nothing that anybody would type."""
_ZEROS = re.compile(r"(?<=\d)\.0+\Z")


class Wording:
    """Words for the nodes of a graph, in Japanese and English, with the names to type beside them.

    In Japanese whatever is quoted stands in 「」 and names to type in （）, so that no word of
    another language stands outside of them.
    """

    def __init__(self, shapes: Graph, data: Graph, names: Names) -> None:
        """Read labels in `data`, and in `shapes` for what has none there."""
        self.names = names
        self._shapes, self._data = shapes, data
        self.label = lru_cache(maxsize=None)(self._label)

    def _label(self, node: Node) -> Both | None:
        """Title in both languages, of which one may stand in for the other; None without any."""
        texts: dict[str | None, str] = {}
        for graph, subject in self._sources(node):
            for property_ in _LABELS:
                for text in sorted(graph.objects(subject, property_), key=str):
                    if isinstance(text, Literal) and str(text).strip():
                        # tags are the same in capitals
                        tag = text.language and text.language.lower()
                        texts.setdefault(tag, str(text).strip())
            if texts:
                break
        if not texts:
            return self._member(node)
        other = next(iter(texts.values()))
        return Both(texts.get("ja", other), texts.get("en", other))

    def _member(self, node: Node) -> Both | None:
        """A membership, which has no title, by its person and body."""
        person, body = (self._data.value(node, p) for p in (ORG.member, ORG.organization))
        if person is None or body is None:
            return None
        who, whose = self.label(person), self.label(body)
        if who is None or whose is None:
            return None
        return Both(f"{whose.ja}の{who.ja}", f"{who.en}, {whose.en}")

    def _sources(self, node: Node) -> Iterable[tuple[Graph, Node]]:
        """Where a label may stand: the shape of a class or of a property has one as well."""
        yield self._data, node
        yield self._shapes, node
        for shape in sorted(self._shapes.subjects(SH.targetClass, node), key=str):
            if rule_name(shape) == rule_name(node):
                yield self._shapes, shape
        yield _STANDARD, node
        for shape in sorted(self._shapes.subjects(SH.path, node), key=_shortness):
            yield self._shapes, shape

    def thing(self, node: Node, longest: int = _LONGEST) -> Both:
        """`「文部科学省」（id/org/mext）`; a thing without a title by its IRI alone."""
        if isinstance(node, BNode):
            return UNNAMED
        short, label = self.names.short(str(node)), self.label(node)
        if label is None:
            return Both(f"「{short}」", short)
        label = quoted(label, longest)
        return Both(f"「{label.ja}」（{short}）", f'"{label.en}" ({short})')

    def value(self, node: Node | None) -> Both:
        """A value as people read it: a thing, a number as it is, a text in quotes."""
        if not isinstance(node, Literal):
            return UNNAMED if node is None else self.thing(node)
        if node.datatype in NUMBERS and not node.ill_typed:
            text = _ZEROS.sub("", str(node))
            return Both(text, text)
        tag, words = f"@{node.language}" if node.language else "", quoted(Both(node, node))
        return Both(f"「{words.ja}」{tag}", f'"{words.en}"{tag}')

    def turtle(self, node: Node) -> str:
        """A node as Turtle of the project has it: `vstatus:new`, `<id/org/mext>`, `"text"@ja`."""
        if isinstance(node, Literal):
            for datatype, form in _BARE.items():
                if node.datatype == datatype and form.fullmatch(f"{node}"):
                    return str(node)
            if node.datatype == XSD.decimal and _BARE[XSD.integer].fullmatch(node):
                return f"{node}.0"
            plain = Literal(str(node), lang=node.language).n3()
            typed = node.datatype is not None and node.datatype not in {XSD.string, RDF.langString}
            return f"{plain}^^{self.names.short(str(node.datatype))}" if typed else plain
        short = self.names.short(str(node))
        return short if ":" in short and not short.startswith(("http:", "https:")) else f"<{short}>"

    def suggestion(self, node: Node) -> Both:
        """A value to be written: its title, where it has one, and its Turtle."""
        label = None if isinstance(node, Literal) else self.label(node)
        label = label and quoted(label, _WHOLE)
        turtle = self.turtle(node)
        return Both(*(f"{label.of(lang)} {turtle}" if label else turtle for lang in ("ja", "en")))

    def title(self, focus: Node) -> Both:
        """What a thing is called: code and title, or what there is of them, or its IRI."""
        if isinstance(focus, BNode):
            return UNNAMED
        if isinstance(focus, Literal):
            return self.value(focus)
        codes = (str(code) for code in self._data.objects(focus, self.names.def_.code))
        code, label = next(iter(sorted(codes)), "").strip(), self.label(focus)
        if label is None:
            return self._kind_and_iri(focus, code)
        label = quoted(label)
        return Both(*(f"{code} {label.of(lang)}".strip() for lang in ("ja", "en")))

    def _kind_and_iri(self, focus: Node, code: str) -> Both:
        """`予算 id/programme/x/b2`: a thing without a title by its class and its code or IRI."""
        classes = sorted(self._data.objects(focus, RDF.type), key=str)
        kind = next(filter(None, map(self.label, classes)), Both("", ""))
        short = code or self.names.short(str(focus))
        return Both(f"{kind.ja} {short}".strip(), f"{kind.en} {short}".strip())

    def name(self, finding: Finding) -> Both:
        """The property at fault in a sentence, without its path; else the thing as a whole."""
        name = self._texts(finding.shape, SH.name)
        if name is None and finding.predicate is not None:
            name = self.label(finding.predicate)
        if name is None:
            path = self._path(finding)
            return THIS_THING if path is None else Both(f"「{path}」", f'"{path}"')
        return Both(f"「{name.ja}」", f'"{name.en}"')

    def field(self, finding: Finding) -> Both | None:
        """The property at fault; None where a rule is about the thing as a whole."""
        name = self._texts(finding.shape, SH.name)
        path = self._path(finding)
        if path is None:
            return IRI if name is None and isinstance(finding.focus, BNode) else name
        if name is None and finding.predicate is not None:
            name = self.label(finding.predicate)
        if name is None:
            return Both(f"「{path}」", path)
        if not _WALKED.isdisjoint(path):
            return name
        return Both(f"{name.ja}（{path}）", f"{name.en} ({path})")

    def _path(self, finding: Finding) -> str | None:
        """The path with prefixes, also that of a query, which is a bare IRI."""
        whole = None if finding.predicate is None else finding.predicate.n3()
        if finding.predicate is not None and finding.path == whole:
            return self.names.short(finding.predicate)
        return finding.path

    def rule(self, shape: Node) -> Both:
        """A shape as one names it in a sentence."""
        named = named_shape(self._shapes, shape)
        return Both("無名の規則", "a rule without a name") if named is None else self.thing(named)

    def fix(self, shape: Node) -> Both | None:
        """How to correct what breaks a rule, as its shape says (sh:description)."""
        named = named_shape(self._shapes, shape)
        return None if named is None else self._texts(named, SH.description)

    def messages(self, subject: Node) -> Both | None:
        """Message of a shape or constraint (sh:message)."""
        return self._texts(subject, SH.message)

    def _texts(self, subject: Node, property_: Node) -> Both | None:
        texts = {
            o.language: str(o)
            for o in self._shapes.objects(subject, property_)
            if isinstance(o, Literal)
        }
        if not texts:
            return None
        other = next(iter(texts.values()))
        return Both(texts.get("ja", other), texts.get("en", other))

    def datatype(self, datatype: Node) -> Both:
        """A datatype in words, with its name and a value: `日付（xsd:date、例: 2022-03-31）`."""
        short = self.names.short(str(datatype))
        words = _DATATYPES.get(URIRef(str(datatype)))
        if words is None:
            return Both(f"「{short}」型の値", f"a value of the type {short}")
        like = _WRITTEN_LIKE.get(URIRef(str(datatype)))
        if like is None:
            return Both(f"{words.ja}（{short}）", f"{words.en} ({short})")
        return Both(f"{words.ja}（{short}、例: {like}）", f"{words.en} ({short}, such as {like})")

    def sort(self, node: Node | None) -> Both:
        """What sort of node a value is: a thing, or a text, number or date."""
        if isinstance(node, Literal):
            datatype = RDF.langString if node.language else node.datatype or XSD.string
            short = self.names.short(str(datatype))
            words = _DATATYPES.get(datatype, Both("値", "a value"))
            return Both(f"{words.ja}（{short}）", f"{words.en} ({short})")
        return UNNAMED if node is None or isinstance(node, BNode) else IRI


IRI = Both("事物のアドレス（IRI）", "the IRI of a thing")


def _shortness(node: Node) -> tuple[int, str]:
    """Sort key: of several shapes of a property the one with the shortest name says most."""
    return len(str(node)), str(node)


def quoted(text: Both, longest: int = _LONGEST) -> Both:
    """Text on one line, its signs visible; of a long one the beginning, with its length."""
    ja, en = (_visible(words) for words in text)
    return Both(
        ja if len(ja) <= longest else f"{ja[:longest]}…（全{len(ja)}字）",
        en if len(en) <= longest else f"{en[:longest]}… ({len(en)} characters)",
    )


def _visible(text: str) -> str:
    return "".join(
        c if c.isprintable() or c == "\u3000" else f"[U+{ord(c):04X}]"
        for c in text.translate(_SIGNS)
    )


def listed(words: Sequence[Both], most: int = _MOST) -> Both:
    """Words one after another; how many more there are where a sentence could not hold them."""
    shown, more = words[:most], len(words) - most
    ja = "、".join(word.ja for word in shown) + (f"、ほか{more}件" if more > 0 else "")
    en = ", ".join(word.en for word in shown) + (f" and {more} more" if more > 0 else "")
    return Both(ja, en)
