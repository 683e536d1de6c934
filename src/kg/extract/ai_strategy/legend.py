"""The legend of ministry abbreviations and the organisations that it names."""

import re
from itertools import pairwise

from rdflib import Literal
from rdflib.namespace import ORG, SKOS

from kg.errors import Both, ExtractionError
from kg.extract.ai_strategy.outline import plain
from kg.extract.ai_strategy.reading import Reading
from kg.extract.builder import string
from kg.extract.curation import Lookup
from kg.model import Passage
from kg.namespaces import JPSTRAT, NAMES

_COLUMNS = "略称府省庁名"


def read_legend(reading: Reading) -> None:
    """Organisations of the legend, in the graph `org`; fills `reading.abbreviations`.

    The text layer has lost the merged cells, so `legend.tsv` says which printed parent a row
    belongs to; every character of the legend must be explained by a row. Raises
    `ExtractionError`.
    """
    section = reading.outline.section("legend").content
    position = section.text.index(_COLUMNS) + len(_COLUMNS)
    parents: dict[str, Passage] = {}
    for row in reading.lookups("legend"):
        position = _read_row(reading, section, row, position, parents)
    if position != len(section.text):
        raise _unexplained(reading, section, position, "the end of the legend")


def _read_row(
    reading: Reading, section: Passage, row: Lookup, position: int, parents: dict[str, Passage]
) -> int:
    """Read one row; `parents` holds the cells printed so far, each of which may span rows."""
    rest = plain(section.text[position:])
    expected = row["abbreviation"] + row["parent_printed"] + row["name"]
    if not rest.startswith(expected):
        raise _unexplained(reading, section, position, expected)
    cuts = [position]
    for part in (row["abbreviation"], row["parent_printed"], row["name"]):
        cuts.append(cuts[-1] + len(part))
    cell, parent, name = (section.part(a, b) if b > a else None for a, b in pairwise(cuts))
    slug = NAMES.id("org", row["slug"])
    record = reading.builder(slug, JPSTRAT[row["class"]], "org")
    if name is not None:
        record.say(SKOS.prefLabel, Literal(plain(name.text), "ja"), name)
    if cell is not None:
        record.say(JPSTRAT.abbreviation, string(plain(cell.text)), cell)
        reading.abbreviations[plain(cell.text)] = slug
    if row["unit_of"]:
        parent_cell = parent or parents.get(row["unit_of"])
        if parent_cell is None:
            raise row.error("unit_of", Both("この行までに印字された親", "a parent printed so far"))
        parents[row["unit_of"]] = parent_cell
        record.say(ORG[row["relation"]], NAMES.id("org", row["unit_of"]), parent_cell)
    reading.add(record)
    if parent is not None:
        _read_parent(reading, parent, row)
    return cuts[-1]


def _read_parent(reading: Reading, parent: Passage, row: Lookup) -> None:
    record = reading.builder(NAMES.id("org", row["unit_of"]), JPSTRAT[row["parent_class"]], "org")
    reading.add(record.say(SKOS.prefLabel, Literal(plain(parent.text), "ja"), parent))


def _unexplained(
    reading: Reading, section: Passage, position: int, expected: str
) -> ExtractionError:
    found = section.text[position : position + 12] or "the end of the text"
    line = section.part(position, position + 1).line if position < len(section.text) else 0
    return ExtractionError(
        document=reading.outline.document.slug,
        line=line,
        found=re.sub(r"\s", "", found),
        expected=expected,
    )
