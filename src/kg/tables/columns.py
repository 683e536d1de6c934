"""What a column of a table is: its names in both languages and how its cells are read."""

from dataclasses import dataclass
from enum import StrEnum

from rdflib import URIRef

from kg.errors import Both
from kg.namespaces import Names


class Kind(StrEnum):
    """How the text of a cell is read."""

    CODE = "code"
    TEXT = "text"
    PRINTED = "printed"
    THING = "thing"
    PERIOD = "period"
    MEASURE = "measure"
    NUMBER = "number"
    POSITION = "position"
    PASSAGE = "passage"


@dataclass(frozen=True)
class Column:
    """A column: `key` is its name for programs, `aliases` are other headers that mean it.

    `property` is that of the statements, with its prefix; `of` names the class (with its prefix)
    or the concept scheme of the things that its cells name. A column that is not `offered` is
    understood and does not stand in the template.
    """

    key: str
    name: Both
    note: Both
    kind: Kind
    property: str = ""
    of: str = ""
    lang: str | None = None
    many: bool = False
    required: bool = False
    offered: bool = True
    aliases: tuple[str, ...] = ()

    def predicate(self, names: Names) -> URIRef:
        """IRI of its property."""
        return expanded(self.property, names)

    def classes(self, names: Names) -> tuple[URIRef, ...]:
        """Classes or concept schemes of the things that its cells name."""
        return tuple(
            expanded(name, names) if ":" in name else names.scheme(name) for name in self.of.split()
        )


def expanded(name: str, names: Names) -> URIRef:
    """IRI of `prefix:local`."""
    prefix, _, local = name.partition(":")
    return URIRef(names.prefixes[prefix] + local)
