"""What a text in Turtle or one of its relatives says, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from rdflib import URIRef
from rdflib.term import IdentifiedNode, Identifier

from kg.graph.tokens import Lines, line_of

Triple = tuple[IdentifiedNode, URIRef, Identifier]
"""Subject, predicate, object."""


@dataclass(frozen=True)
class Document:
    """What a file says: its triples in their order, and where each IRI first stands."""

    text: str
    triples: tuple[Triple, ...]
    first_use: dict[URIRef, int]
    """IRI → offset in `text`."""
    first_blank: int | None
    """Offset of the first blank node or list."""
    first_subject: Mapping[URIRef, int] = field(default_factory=dict)
    """IRI → offset of the first statement about it."""
    offsets: tuple[int, ...] = ()
    """Offset of the object of each triple."""
    first_field: Mapping[tuple[IdentifiedNode, URIRef], int] = field(default_factory=dict)
    """A subject and one of its properties → offset of the property's first statement."""
    graphs: tuple[URIRef | None, ...] = ()
    """Graph of each triple (None: the default one, or one without an IRI) in forms that name it."""

    def line(self, offset: int) -> int:
        """Line (from 1) of an offset."""
        return line_of(self.text, offset)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column (both from 1, in characters) of an offset."""
        return self._lines.place(offset)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)
