"""Who sits on which committee or in which network."""

from dataclasses import dataclass

from rdflib.namespace import FOAF, ORG

from kg.errors import Both
from kg.extract.builder import string
from kg.extract.curation import Lookup, number
from kg.extract.slides.mentions import remainder
from kg.extract.slides.reading import Reading
from kg.extract.slides.seats import Seat, read_lines, read_organisations, read_posts
from kg.extract.slides.spelling import as_printed
from kg.model import Passage
from kg.namespaces import JPSTRAT, NAMES

_HOLDERS = ("people", "posts", "organisations")


@dataclass(frozen=True)
class Roster:
    """A row of `slides-rosters.tsv`: the list that `region` prints, and the body it belongs to."""

    row: Lookup
    heading: Passage
    region: Passage
    seats: tuple[Seat, ...]


def read_rosters(reading: Reading) -> None:
    """Memberships of committees and networks, and the people who hold them.

    People are numbered in the order in which the document first names them. Raises
    `ExtractionError` when a roster has not the expected number of entries.
    """
    rosters = [_read_roster(reading, row) for row in reading.lookups("slides-rosters")]
    numbers = _number_people([seat for roster in rosters for seat in roster.seats])
    for roster in rosters:
        for seat in roster.seats:
            _describe(reading, roster, seat, numbers)


def _read_roster(reading: Reading, row: Lookup) -> Roster:
    region = reading.region(row)
    seats = _seats(reading, row, region)
    reading.expect(region, len(seats), number(row, "count"), row["start"])
    return Roster(row, reading.first(row, "heading"), region, tuple(seats))


def _seats(reading: Reading, row: Lookup, region: Passage) -> list[Seat]:
    match row["holders"]:
        case "posts":
            return read_posts(reading, region)
        case "organisations":
            _warn_of_unknown(reading, region)
            rank = reading.first(row, "rank") if row["rank"] else None
            return read_organisations(reading, region, rank)
        case "people":
            return _people(reading, region)
    raise row.error("holders", ", ".join(_HOLDERS))


def _warn_of_unknown(reading: Reading, region: Passage) -> None:
    left = remainder(region, reading.organisations)
    if left:
        reading.warn(
            region,
            f"構成員の一覧に未知の語「{left}」があります",
            f"unknown words in a list: {left}",
        )


def _people(reading: Reading, region: Passage) -> list[Seat]:
    seats = []
    for line, seat in read_lines(reading, region, _surnames(reading)):
        if seat is None:
            reading.warn(
                line, f"構成員の行を読めません: {line.text}", f"not a line of a roster: {line.text}"
            )
        else:
            seats.append(seat)
    return seats


def _surnames(reading: Reading) -> dict[str, str]:
    """Surname by printed word, for words that hold a surname and a post."""
    surnames = {}
    for row in reading.lookups("slides-people"):
        if not row["printed"].startswith(row["surname"]) or row["printed"] == row["surname"]:
            raise row.error(
                "surname", Both(f"{row['printed']}の先頭", f"the beginning of {row['printed']}")
            )
        surnames[row["printed"]] = row["surname"]
    return surnames


def _number_people(seats: list[Seat]) -> dict[str, str]:
    places = sorted((s.holder.start, s.person) for s in seats if s.holder and s.person)
    names = dict.fromkeys(name for _, name in places)
    return {name: f"p{number:03}" for number, name in enumerate(names, start=1)}


def _describe(reading: Reading, roster: Roster, seat: Seat, numbers: dict[str, str]) -> None:
    body = roster.row["body"]
    holder = f"person/{numbers[seat.person]}" if seat.person else seat.organisation
    key = holder.rpartition("/")[2] or seat.role
    membership = reading.thing(f"membership/{body.rpartition('/')[2]}/{key}", ORG.Membership)
    membership.say(ORG.organization, NAMES.id(*body.split("/")), roster.heading)
    membership.say(ORG.role, NAMES.concept("role", seat.role), seat.role_passage)
    if seat.holder is not None:
        membership.say(ORG.member, NAMES.id(*holder.split("/")), seat.holder)
    if seat.person and seat.holder is not None:
        reading.thing(holder, FOAF.Person).say(FOAF.name, string(seat.person), seat.holder)
    if seat.affiliation is not None:
        text = string(as_printed(seat.affiliation.raw))
        membership.say(JPSTRAT.affiliationText, text, seat.affiliation)
        for path, place in reading.organisations_in(seat.affiliation):
            membership.say(JPSTRAT.affiliation, NAMES.id(*path.split("/")), place)
