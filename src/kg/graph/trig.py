"""Reading TriG and N-Quads with the reader of Turtle: statements, the graph and place of each."""

from dataclasses import replace

from rdflib import URIRef
from rdflib.term import IdentifiedNode

from kg.graph.document import Document, Triple
from kg.graph.turtle import _Reader  # a part of this package, which others do not need
from kg.namespaces import Names


def read_trig(text: str, *, file: str, names: Names, blank: str = "b") -> Document:
    """Read TriG as `read_turtle` reads Turtle, and raise what it raises."""
    return _TrigReader(text, file, names, blank).read()


def read_nquads(text: str, *, file: str, names: Names, blank: str = "b") -> Document:
    """Read N-Quads as `read_turtle` reads N-Triples: what Turtle abbreviates may be so here too."""
    return _QuadReader(text, file, names, blank).read()


class _GraphReader(_Reader):
    """A reader that knows which graph each triple stands in."""

    def __init__(self, text: str, file: str, names: Names, blank: str) -> None:
        super().__init__(text, file, names, blank)
        self.graph: IdentifiedNode | None = None
        self.graphs: list[URIRef | None] = []

    def read(self) -> Document:
        return replace(super().read(), graphs=tuple(self.graphs))

    def add(self, triple: Triple, offset: int) -> None:
        super().add(triple, offset)
        self.graphs.append(self.graph if isinstance(self.graph, URIRef) else None)


class _TrigReader(_GraphReader):
    """Blocks in braces, with or without the name of a graph before them."""

    def block(self) -> None:
        if self.token.kind == "word" and self.token.text.lower() == "graph":
            self.take()
            self.braces(self.name())
        elif self.at("{"):
            self.braces(None)
        elif self.at("("):
            super().block()
        else:
            self.name_or_statement()

    def name_or_statement(self) -> None:
        lone, before, offset = self.at("["), len(self.triples), self.token.offset
        node = self.subject()
        if len(self.triples) == before and self.at("{"):
            self.braces(node)
            return
        if not (lone and len(self.triples) > before and self.at(".")):
            self.about(node, offset)
        self.end()

    def name(self) -> IdentifiedNode:
        before = len(self.triples)
        node = None if self.at("(") else self.node()
        if node is None or len(self.triples) > before:
            self.fail("IRI")
        return node

    def braces(self, name: IdentifiedNode | None) -> None:
        self.expect("{")
        self.graph = name
        while not self.at("}"):
            self.statement()
            if not self.at("}"):
                self.end()
        self.take()
        self.graph = None


class _QuadReader(_GraphReader):
    """Statements that may name their graph after the object."""

    def block(self) -> None:
        offset, subject = self.token.offset, self.subject()
        if isinstance(subject, URIRef):
            self.first_subject.setdefault(subject, offset)
        offset, predicate = self.token.offset, self.iri("predicate")
        self.first_field.setdefault((subject, predicate), offset)
        offset, object_ = self.token.offset, self.object()
        self.graph = None if self.at(".") else self.subject()
        self.add((subject, predicate, object_), offset)
        self.graph = None
        self.end()
