"""Reading Turtle strictly: exact places of errors, lexical forms as they stand.

rdflib's own reader is made for N3: decision 0002 gives the figures that led to this one.
"""

import re
from functools import partial
from typing import NoReturn

from rdflib import BNode, Literal, URIRef
from rdflib.namespace import RDF, XSD
from rdflib.term import IdentifiedNode, Identifier

from kg.errors import LiteralIllTyped
from kg.graph.datatypes import quiet_conversion, typed_literal
from kg.graph.document import Document, Triple
from kg.graph.iri import compact, resolve
from kg.graph.tokens import Token, place, refuse, tokenise, unescape
from kg.namespaces import Names
from kg.nearest import nearest_name

_DEPTH = 50
_SHOWN = 40
_LANGUAGE = re.compile(r"@(?:[A-Za-z]{2,8}|[ix](?=-))(?:-[A-Za-z0-9]{1,8})*", re.IGNORECASE)
_NUMBERS = {"integer": XSD.integer, "decimal": XSD.decimal, "double": XSD.double}
_BOOLEANS = ("true", "false")
_END = "'.' or ';' or ','"
_EXPECTED = {  # the words of "expected …" that are not signs
    "subject": "主語",
    "predicate": "述語",
    "object": "目的語",
    "IRI": "IRI",
    "prefix": "接頭辞",
    "datatype": "データ型",
    _END: "'.'、';' 又は ','",
}


def read_turtle(text: str, *, file: str, names: Names, blank: str = "b") -> Document:
    """Read Turtle; relative IRIs stand against `names.base` until a `@base` says otherwise.

    Blank nodes are numbered in their order: `b1`, `b2`, …, so that the result is always the same.
    `file` is the name shown in errors. Raises `TurtleSyntaxError`, `LiteralIllTyped`.
    """
    return _Reader(text, file, names, blank).read()


class _Reader:
    """Recursive descent over the tokens; each method reads one rule of the grammar of Turtle."""

    def __init__(self, text: str, file: str, names: Names, blank: str) -> None:
        self.text, self.names, self.blank, self.base = text, names, blank, names.base
        self.refuse, self.file = partial(refuse, text, file=file), file
        self.tokens = tokenise(text, file)
        self.token = next(self.tokens)
        self.prefixes: dict[str, str] = {}
        self.iris: dict[str, URIRef] = {}
        self.nodes: dict[str, BNode] = {}
        self.count = self.depth = 0
        self.triples: list[Triple] = []
        self.offsets: list[int] = []
        self.first_use: dict[URIRef, int] = {}
        self.first_blank: int | None = None
        self.first_subject: dict[URIRef, int] = {}
        self.first_field: dict[tuple[IdentifiedNode, URIRef], int] = {}

    def read(self) -> Document:
        """What the text says; raises what `read_turtle` raises."""
        with quiet_conversion():
            self.document()
        return Document(
            self.text,
            tuple(self.triples),
            self.first_use,
            self.first_blank,
            self.first_subject,
            tuple(self.offsets),
            self.first_field,
        )

    def fail(self, expected: str) -> NoReturn:
        ja = _EXPECTED.get(expected, expected)
        found = self.token.text
        if not found:
            self.refuse(
                self.token.offset,
                en=f"expected {expected}, found the end of the file (EOF)",
                ja=f"{ja} が必要ですが、そこでファイルが終わっています",
            )
        found = found if len(found) <= _SHOWN else found[:_SHOWN] + "…"
        self.refuse(
            self.token.offset,
            en=f"expected {expected}, found {found}",
            ja=f"{ja} が必要ですが {found} があります",
        )

    def take(self) -> Token:
        token = self.token
        self.token = next(self.tokens)
        return token

    def at(self, *texts: str) -> bool:
        return self.token.kind in {"mark", "word"} and self.token.text in texts

    def expect(self, mark: str) -> None:
        if not self.at(mark):
            self.fail(repr(mark))
        self.take()

    def document(self) -> None:
        while self.token.kind != "end":
            word = self.token.text
            if self.token.kind == "at" and word in {"@prefix", "@base"}:
                self.directive(word[1:])
                self.expect(".")
            elif self.token.kind == "word" and word.lower() in {"prefix", "base"}:
                self.directive(word.lower())
            else:
                self.block()

    def block(self) -> None:
        self.statement()
        self.end()

    def end(self) -> None:
        if not self.at("."):
            self.fail(_END)
        self.take()

    def directive(self, kind: str) -> None:
        self.take()
        if kind == "base":
            self.base = str(self.reference())
            self.iris.clear()
            return
        if self.token.kind != "name" or self.token.text.find(":") != len(self.token.text) - 1:
            self.fail("prefix")
        prefix = self.take().text
        self.prefixes[prefix] = str(self.reference())
        # A prefix may be declared again: names read so far must not stand for the new one.
        self.iris.clear()

    def reference(self) -> URIRef:
        if self.token.kind != "iri":
            self.fail("IRI")
        return self.resolve(self.take())

    def statement(self) -> None:
        lone = self.at("[")
        before = len(self.triples)
        offset = self.token.offset
        subject = self.subject()
        if lone and len(self.triples) > before and self.at(".", "}"):
            return  # `[ a :Thing ] .` says all in its brackets
        self.about(subject, offset)

    def about(self, subject: IdentifiedNode, offset: int) -> None:
        if isinstance(subject, URIRef):
            self.first_subject.setdefault(subject, offset)
        self.predicates(subject)

    def subject(self) -> IdentifiedNode:
        node = self.node()
        if node is None:
            self.fail("subject")
        return node

    def node(self) -> IdentifiedNode | None:
        if self.token.kind in {"iri", "name"}:
            return self.iri("IRI")
        if self.token.kind == "blank":
            self.see_blank()
            label = self.take().text
            if label not in self.nodes:
                self.nodes[label] = self.new_node()
            return self.nodes[label]
        if self.at("["):
            return self.bracket()
        return self.collection() if self.at("(") else None

    def iri(self, expected: str) -> URIRef:
        if self.token.kind not in {"iri", "name"}:
            self.fail(expected)
        token = self.take()
        known = self.iris.get(token.text)
        if known is None:
            known = self.resolve(token) if token.kind == "iri" else self.expand(token)
            self.iris[token.text] = known
            self.first_use.setdefault(known, token.offset)
        return known

    def resolve(self, token: Token) -> URIRef:
        reference = self.unescaped(token, token.text[1:-1])
        try:
            return URIRef(resolve(reference, self.base))
        except ValueError as error:
            en, ja = f"{error} is no valid IRI", f"{error} は正しいIRIではありません"
            self.refuse(token.offset, en=en, ja=ja)

    def unescaped(self, token: Token, text: str) -> str:
        try:
            return unescape(text)
        except ValueError:
            self.refuse(
                token.offset, en="an escape is no character", ja="文字ではないエスケープがあります"
            )

    def expand(self, token: Token) -> URIRef:
        prefix, _, local = token.text.partition(":")
        namespace = self.prefixes.get(prefix + ":")
        if namespace is None:
            self.refuse(
                token.offset,
                en=f"the prefix {prefix}: is not declared",
                ja=f"接頭辞 {prefix}: が宣言されていません",
                nearest=self.nearest_prefix(prefix),
            )
        return URIRef(namespace + unescape(local))

    def nearest_prefix(self, prefix: str) -> str | None:
        """The missing line for a prefix that we know, else a prefix of a similar name."""
        known = self.names.prefixes
        if prefix in known:
            return f"@prefix {prefix}: <{known[prefix]}> ."
        return nearest_name(f"{prefix}:", [*self.prefixes, *(f"{name}:" for name in known)])

    def predicates(self, subject: IdentifiedNode) -> None:
        self.predicate(subject)
        while self.at(";"):
            self.take()
            if not self.at(";", ".", "]", "}"):
                self.predicate(subject)

    def predicate(self, subject: IdentifiedNode) -> None:
        offset = self.token.offset
        if self.at("a"):
            self.take()
            predicate = RDF.type
        else:
            predicate = self.iri("predicate")
        self.first_field.setdefault((subject, predicate), offset)
        self.state(subject, predicate)
        while self.at(","):
            self.take()
            self.state(subject, predicate)

    def state(self, subject: IdentifiedNode, predicate: URIRef) -> None:
        offset = self.token.offset
        self.add((subject, predicate, self.object()), offset)

    def add(self, triple: Triple, offset: int) -> None:
        self.triples.append(triple)
        self.offsets.append(offset)

    def object(self) -> Identifier:
        node = self.node()
        return self.literal() if node is None else node

    def literal(self) -> Literal:
        kind = self.token.kind
        if kind in _NUMBERS:
            return Literal(self.take().text, datatype=_NUMBERS[kind], normalize=False)
        if self.at(*_BOOLEANS):
            return Literal(self.take().text, datatype=XSD.boolean, normalize=False)
        if kind not in {"string", "long"}:
            self.fail("object")
        token = self.take()
        quotes = 3 if kind == "long" else 1
        text = self.unescaped(token, token.text[quotes:-quotes])
        if self.token.kind == "at":
            return Literal(text, lang=self.language())
        if not self.at("^^"):
            return Literal(text)
        self.take()
        datatype = self.iri("datatype")
        # In RDF 1.1 a plain literal is an xsd:string; rdflib would keep the two apart.
        return Literal(text) if datatype == XSD.string else self.typed(token, text, datatype)

    def typed(self, token: Token, text: str, datatype: URIRef) -> Literal:
        try:
            return typed_literal(text, datatype)
        except ValueError as error:
            line, column = place(self.text, token.offset)
            prefixes = {iri: prefix for prefix, iri in self.names.prefixes.items()}
            raise LiteralIllTyped(
                file=self.file,
                line=line,
                column=column,
                value=text,
                datatype=compact(datatype, prefixes, self.names.base),
                expected=error,
            ) from error

    def language(self) -> str:
        token = self.take()
        if not _LANGUAGE.fullmatch(token.text):
            en, ja = f"{token.text} is no language tag", f"{token.text} は言語タグではありません"
            self.refuse(token.offset, en=en, ja=ja)
        return token.text[1:]

    def bracket(self) -> BNode:
        self.open()
        node = self.new_node()
        if not self.at("]"):
            self.predicates(node)
        self.close("]")
        return node

    def collection(self) -> IdentifiedNode:
        self.open()
        head: IdentifiedNode = RDF.nil
        last: BNode | None = None
        while not self.at(")"):
            cell = self.new_node()
            if last is None:
                head = cell
            else:
                self.add((last, RDF.rest, cell), self.token.offset)
            self.state(cell, RDF.first)
            last = cell
        if last is not None:
            self.add((last, RDF.rest, RDF.nil), self.token.offset)
        self.close(")")
        return head

    def open(self) -> None:
        self.see_blank()
        self.depth += 1
        if self.depth > _DEPTH:
            self.refuse(
                self.token.offset,
                en=f"more than {_DEPTH} brackets are nested",
                ja=f"括弧の入れ子が {_DEPTH} 段を超えています",
            )
        self.take()

    def close(self, mark: str) -> None:
        self.expect(mark)
        self.depth -= 1

    def see_blank(self) -> None:
        if self.first_blank is None:
            self.first_blank = self.token.offset

    def new_node(self) -> BNode:
        self.count += 1
        return BNode(f"{self.blank}{self.count}")
