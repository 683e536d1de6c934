"""The document's outline: sections, goals, targets and measures with the lines that print them."""

import re
import unicodedata
from dataclasses import dataclass, field

from kg.errors import Both, ExtractionError
from kg.extract.ai_strategy.tokens import STATUS, Kind
from kg.model import Passage, ReadingWarning, SourceText

APPENDICES = ("t1", "t2", "annex", "legend")
"""Keys of the appendices in the order of the document."""


@dataclass
class Section:
    """A chapter, section, bracketed heading or appendix; `key` as in its IRI."""

    key: str
    heading: Passage
    parent: str | None
    end: int = 0

    @property
    def content(self) -> Passage:
        """Everything from the heading to the next section."""
        return self.heading.document.passage(self.heading.start, self.end)


@dataclass
class Block:
    """A goal, target, clause, measure or sub-measure with the lines that print it."""

    kind: Kind
    section: str
    theme: str | None = None
    aim: str | None = None
    parent: "Block | None" = None
    key: str = ""
    passages: list[Passage] = field(default_factory=list)
    code: Passage | None = None
    marker: Passage | None = None
    """The line that announces a goal or target, such as ＜大目標＞."""

    @property
    def text(self) -> str:
        """All its lines without white space."""
        return "".join(p.text for p in self.passages)

    @property
    def complete(self) -> bool:
        """Whether its closing bracket of ministries was read."""
        return bool(re.search(rf"(?:{STATUS})?[^】]+【[^】]+】$", self.text))

    @property
    def listed(self) -> bool:
        """Whether it is a measure or a part of one."""
        return self.kind in (Kind.MEASURE, Kind.SUB_MEASURE)

    def extend(self, line: Passage) -> None:
        """Add a line; lines before the page's codes make one passage, those after it another."""
        before = self.passages and (self.code is None or self.passages[-1].start > self.code.start)
        if before:
            first = self.passages.pop()
            line = first.document.passage(first.start, line.end)
        self.passages.append(line)


@dataclass
class Outline:
    """What the lines of the document are, before anything is read out of them."""

    document: SourceText
    sections: dict[str, Section] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    follow_ups: list[Passage] = field(default_factory=list)
    warnings: list[ReadingWarning] = field(default_factory=list)

    def section(self, key: str) -> Section:
        """A section that the document must have; raises `ExtractionError`."""
        if key not in self.sections:
            raise ExtractionError(
                document=self.document.slug,
                line=self.document.line_number(len(self.document.text)),
                found=Both("文書の終わり", "the end of the document"),
                expected=Both(f"節 {key}", f"section {key}"),
            )
        return self.sections[key]

    def marker(self, key: str) -> Passage:
        """The line that announces the aim with this key."""
        return next(b.marker for b in self.blocks if b.key == key and b.marker is not None)

    def of(self, *kinds: Kind) -> list[Block]:
        """Blocks of the given kinds in order."""
        return [b for b in self.blocks if b.kind in kinds]


def plain(text: str) -> str:
    """NFKC form, in which full-width letters and digits are ASCII."""
    return unicodedata.normalize("NFKC", text)
