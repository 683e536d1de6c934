"""Entries of a roster: how a line or list prints a role and who holds it."""

import re
from dataclasses import dataclass

from kg.extract.slides.reading import Reading
from kg.model import Passage

ROLES = {
    "議長": "chair",
    "座長": "chair",
    "議長代理": "acting-chair",
    "副議長": "vice-chair",
    "副座長": "vice-chair",
    "会長": "president",
    "チーム長": "team-leader",
    "主査": "convenor",
    "構成員": "member",
    "事務局": "secretariat",
}
"""Printed role → concept of the scheme `role`."""

_ROLE = "|".join(sorted(ROLES, key=len, reverse=True))
_POST = rf"({_ROLE})：(.+?)(?=(?:{_ROLE})：|$)"
_LINE = re.compile(
    rf"\s*(?:(?P<before>{_ROLE})[：\s]*)?(?P<holder>[^\s\ue000-\uf8ff].*?)\s*(?:【(?P<after>{_ROLE})】\s*)?"
)
# A full name is one word of four to six characters, or a surname and a given name apart.
_PERSON = re.compile(
    r"(?P<name>[一-鿿々]{4,6}(?!\S)|[一-鿿々]{1,3}\s[一-鿿々]{1,3}(?!\S))\s*(?P<affiliation>.*)"
)


@dataclass(frozen=True)
class Seat:
    """A role and its holder: a person by name, an organisation by path, or a post without name."""

    role: str
    role_passage: Passage
    holder: Passage | None
    organisation: str = ""
    affiliation: Passage | None = None

    @property
    def person(self) -> str:
        """The person's name without white space; empty when no person is named."""
        return "" if self.holder is None or self.organisation else self.holder.text


def read_posts(reading: Reading, region: Passage) -> list[Seat]:
    """Posts printed as role：post, such as the ministers of a council."""
    return [
        Seat(ROLES[m.text(1)], m[1], None, affiliation=m[2]) for m in reading.matches(region, _POST)
    ]


def read_organisations(reading: Reading, region: Passage, rank: Passage | None) -> list[Seat]:
    """Organisations of a list; `rank` prints the level of those who sit for them."""
    return [
        Seat("member", place, place, path, rank) for path, place in reading.organisations_in(region)
    ]


def read_lines(
    reading: Reading, region: Passage, surnames: dict[str, str]
) -> list[tuple[Passage, Seat | None]]:
    """Every line of a roster with its seat, or with None when it cannot be read.

    `surnames` explains lines that print a surname and a post as one word.
    """
    read = []
    for line in region.document.lines(region.start, region.end):
        found = _LINE.fullmatch(line.raw)
        if found is not None:
            read.append((line, _read_line(reading, line, found, surnames)))
    return read


def _read_line(
    reading: Reading, line: Passage, found: re.Match[str], surnames: dict[str, str]
) -> Seat | None:
    holder = _group(line, found, "holder")
    role_group = "before" if found["before"] else "after"
    role_passage = _group(line, found, role_group) if found[role_group] else holder
    role = ROLES[role_passage.text] if found[role_group] else "member"
    if holder.text in reading.organisations:
        return Seat(role, role_passage, holder, reading.organisations[holder.text])
    if holder.text in surnames:
        cut = len(surnames[holder.text])
        post = holder.part(cut, len(holder.text))
        return Seat(role, role_passage, holder.part(0, cut), affiliation=post)
    person = _PERSON.fullmatch(holder.raw)
    if person is None:
        return None
    affiliation = _group(holder, person, "affiliation") if person["affiliation"] else None
    return Seat(role, role_passage, _group(holder, person, "name"), affiliation=affiliation)


def _group(passage: Passage, found: re.Match[str], group: str) -> Passage:
    """Passage of a group that matched the characters of `passage` as they stand."""
    start, end = found.span(group)
    return passage.document.passage(passage.start + start, passage.start + end)
