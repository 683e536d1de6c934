"""What somebody sends to be checked: its statements, and where each of them stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rdflib import URIRef
from rdflib.term import IdentifiedNode, Identifier, Node

from kg.errors import Both

Statement = tuple[IdentifiedNode, URIRef, Identifier]
"""Subject, predicate, object."""
Field = tuple[Node, URIRef]
"""A subject and one of its properties."""
LONGEST = 20_000
"""Characters of the longest text or name that is read; those of the data have some hundreds."""

_CELL = Both("{file} {sheet}{row}行「{header}」列", "{file} {sheet}row {row}, column {header!r}")


class Profile(StrEnum):
    """Which rules hold: `entry` allows no property that a class does not have, `import` does."""

    ENTRY = "entry"
    IMPORT = "import"


class Mode(StrEnum):
    """Whether an entry is checked by itself (with the vocabularies) or as part of the graph."""

    ALONE = "alone"
    MERGED = "merged"


@dataclass(frozen=True)
class Place:
    """A line of a text, or a cell of a table, all numbers from 1.

    In a table `line` is the number of the row as a spreadsheet shows it, `header` the words above
    the column, and `sheet` the name of the sheet (None in CSV).
    """

    file: str
    line: int | None = None
    column: int | None = None
    header: str | None = None
    sheet: str | None = None

    def text(self, lang: str) -> str:
        """For people in `lang`: `measure.ttl:12:5`, or the row and column of a table."""
        if self.header is not None:
            sheet = f"{self.sheet} " if self.sheet else ""
            facts = {"file": self.file, "sheet": sheet, "row": self.line, "header": self.header}
            return _CELL.filled(**facts).of(lang)
        numbers = (str(n) for n in (self.line, self.column) if n is not None)
        return ":".join((self.file, *numbers))


@dataclass(frozen=True)
class Entry:
    """Statements by the IRI of their graph (None: nothing says which), with their places.

    `fields` says where a value of a subject's property stands or would stand: the cell of a table
    that was left empty, too. `subjects` says where each thing is first spoken of.
    `removed` are statements of the graph in whose place the entry comes.
    """

    graphs: Mapping[URIRef | None, tuple[Statement, ...]]
    places: Mapping[Statement, Place] = field(default_factory=dict)
    fields: Mapping[Field, Place] = field(default_factory=dict)
    subjects: Mapping[Node, Place] = field(default_factory=dict)
    removed: tuple[Statement, ...] = ()

    def __add__(self, other: "Entry") -> "Entry":
        """Both as one entry; where both say where something stands, the first counts."""
        graphs = {
            graph: (*self.graphs.get(graph, ()), *other.graphs.get(graph, ()))
            for graph in dict.fromkeys((*self.graphs, *other.graphs))
        }
        return Entry(
            graphs,
            {**other.places, **self.places},
            {**other.fields, **self.fields},
            {**other.subjects, **self.subjects},
            (*self.removed, *other.removed),
        )

    @property
    def statements(self) -> Iterable[Statement]:
        """Every statement of every graph."""
        for statements in self.graphs.values():
            yield from statements

    def place(
        self, focus: Node, predicate: Node | None = None, value: Node | None = None
    ) -> Place | None:
        """Where a value of a property stands; else the property of `focus`, else `focus`.

        For the IRI of a graph, its first statement.
        """
        if isinstance(focus, IdentifiedNode) and isinstance(predicate, URIRef):
            if isinstance(value, Identifier):
                exact = self.places.get((focus, predicate, value))
                if exact is not None:
                    return exact
            there = self.fields.get((focus, predicate))
            if there is not None:
                return there
        there = self.subjects.get(focus)
        if there is None and isinstance(focus, URIRef):
            within = self.graphs.get(focus, ())
            there = next((self.places[s] for s in within if s in self.places), None)
        return there
