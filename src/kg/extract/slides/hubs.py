"""The research hubs for quantum technology, their hosts and their network."""

from rdflib.namespace import SKOS

from kg.extract.curation import Lookup
from kg.extract.slides.reading import Found, Reading, label
from kg.extract.slides.spelling import name_of
from kg.model import Passage
from kg.namespaces import JPSTRAT, NAMES

_HEADQUARTERS = r"（HeadQuarter[)）]"
# A field may itself end with a bracket: what stands in the last bracket is the host.
_HUB = r"(?P<name>量子[^（）]+(?:（[^（）]+）(?=（))?)（(?P<host>[^（）]+)）"
_PRINTED_COUNT = r"国内(\d)拠点における"


def read_hubs(reading: Reading) -> None:
    """Hubs drawn below the headquarters; `slides-hubs.tsv` gives their slugs and fields.

    Raises `ExtractionError` unless there are one headquarters and as many hubs as the slide
    says and as there are rows, each with a known host.
    """
    rows = {row["printed"]: row for row in reading.lookups("slides-hubs")}
    for slide in {row["slide"]: reading.slide(row) for row in rows.values()}.values():
        _read_drawing(reading, slide.passage, rows)


def _read_drawing(reading: Reading, place: Passage, rows: dict[str, Lookup]) -> None:
    headquarters = reading.matches(place, _HEADQUARTERS)
    reading.expect(place, len(headquarters), 1, "Head Quarter")
    drawing = reading.document.passage(headquarters[0][0].end, place.end)
    found = reading.matches(drawing, _HUB)
    reading.expect(drawing, len(found), len(rows), "拠点")
    printed = reading.matches(place, _PRINTED_COUNT)
    reading.expect(place, len(printed), 1, "国内…拠点")
    reading.expect(printed[0][0], len(found), int(printed[0].text(1)), printed[0].text(0))
    for match in found:
        row = rows.get(name_of(match["name"].raw))
        if row is None:
            raise reading.unexpected(match["name"], match.text("name"), ", ".join(rows))
        _describe(reading, row, match, printed[0][0])


def _describe(reading: Reading, row: Lookup, match: Found, membership: Passage) -> None:
    hub = reading.thing(f"hub/{row['hub']}", JPSTRAT.ResearchHub)
    name, host = match["name"], match["host"]
    if host.text not in reading.organisations:
        raise reading.unexpected(host, host.text, ", ".join(reading.organisations))
    hub.say(SKOS.prefLabel, label(name), name)
    hub.say(JPSTRAT.hubField, NAMES.concept("hub-field", row["field"]), name)
    for path in [reading.organisations[host.text], *row["also_hosted_by"].split()]:
        hub.say(JPSTRAT.hostedBy, NAMES.id(*path.split("/")), host)
    hub.say(JPSTRAT.inNetwork, NAMES.id(*row["network"].split("/")), membership)
