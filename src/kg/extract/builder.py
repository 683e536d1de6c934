"""Assembling records while a document is read."""

from dataclasses import dataclass, field

from rdflib import Literal, URIRef
from rdflib.namespace import XSD
from rdflib.term import Identifier

from kg.model import Passage, Record, Statement
from kg.namespaces import JPSTRAT


@dataclass
class RecordBuilder:
    """A record that grows statement by statement."""

    iri: URIRef
    type: URIRef | None
    graph: str
    statements: list[Statement] = field(default_factory=list)

    def say(self, property_: URIRef, value: Identifier, *proof: Passage) -> "RecordBuilder":
        """Add one value with the passages that prove it."""
        self.statements.append(Statement(property_, value, tuple(p.span for p in proof)))
        return self

    def word(self, *wording: Passage) -> "RecordBuilder":
        """Add the passages that are its wording, which the graph does not hold."""
        spans = tuple(p.span for p in wording)
        self.statements.append(Statement(JPSTRAT.wording, None, spans))
        return self

    def build(self) -> Record:
        """The finished record; raises `ValueError` when nothing proves it."""
        return Record(self.iri, self.type, self.graph, tuple(self.statements))


def string(text: str) -> Literal:
    """Literal of printed text (plain: rdflib keeps `xsd:string` apart from it)."""
    return Literal(text)


def integer(value: int) -> Literal:
    """`xsd:integer` literal."""
    return Literal(value, datatype=XSD.integer)


def decimal(text: str) -> Literal:
    """`xsd:decimal` literal of a figure with optional thousands separators."""
    return Literal(text.replace(",", ""), datatype=XSD.decimal)
