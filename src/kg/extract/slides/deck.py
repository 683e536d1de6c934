"""The document split into its slides."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from rdflib import URIRef

from kg.errors import Both, ExtractionError
from kg.extract.curation import Lookup, read_lookups
from kg.model import Passage, SourceText
from kg.namespaces import NAMES


@dataclass(frozen=True)
class Slide:
    """One slide: its number in the document as `s1` and the lines that belong to it."""

    notation: str
    iri: URIRef
    passage: Passage
    heading: Passage
    number: tuple[Passage, ...]
    """The printed number, where the text layer still has it."""
    qualifier: str

    def holds(self, offset: int) -> bool:
        """Whether the character at `offset` stands on this slide."""
        return self.passage.start <= offset < self.passage.end


def split_slides(document: SourceText, curation: Path) -> dict[str, Slide]:
    """Slides by notation, as the anchors of `slides-sections.tsv` begin them.

    Raises `ExtractionError` when an anchor does not begin exactly one line, or when the slides
    stand in another order.
    """
    rows = read_lookups(curation, "slides-sections")
    firsts = [_first_line(document, row) for row in rows]
    starts = [line.start for line in firsts]
    for (before, row), (after, following) in pairwise(zip(firsts, rows, strict=True)):
        if after.start < before.start:
            raise ExtractionError(
                document=document.slug,
                line=after.line,
                found=Both(
                    f"{row['notation']}の前に{following['notation']}",
                    f"{following['notation']} before {row['notation']}",
                ),
                expected=Both("表の順", "the order of the table"),
            )
    ends = [*starts[1:], len(document.text)]
    slides = (
        _slide(row, document.passage(start, end), line)
        for row, start, end, line in zip(rows, starts, ends, firsts, strict=True)
    )
    return {slide.notation: slide for slide in slides}


def _first_line(document: SourceText, row: Lookup) -> Passage:
    anchor = row["anchor"]
    lines = [line for line in document.lines() if line.text.startswith(anchor)]
    if len(lines) != 1:
        raise ExtractionError(
            document=document.slug,
            line=lines[1].line if lines else None,
            found=f"{anchor} × {len(lines)}",
            expected="× 1",
        )
    return lines[0]


def _slide(row: Lookup, passage: Passage, first_line: Passage) -> Slide:
    """The heading is the first line without the slide's number unless the row says otherwise."""
    heading = passage.search(row["heading"]) if row["heading"] else first_line.search(r"(?<=^\d).+")
    if heading is None:
        raise ExtractionError(
            document=passage.document.slug,
            line=passage.line,
            found=first_line.text[:20],
            expected=row["heading"] or r"^\d.+",
        )
    notation = row["notation"]
    iri = NAMES.id("section", passage.document.slug, notation)
    printed = first_line.search(rf"^{notation[1:]}(?=\D)")
    number = (printed,) if printed is not None else ()
    return Slide(notation, iri, passage, heading, number, row["qualifier"])
