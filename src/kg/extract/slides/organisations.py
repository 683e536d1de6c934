"""Organisations that the slides name."""

from rdflib import URIRef
from rdflib.namespace import ORG, SKOS

from kg.extract.curation import PRINTED, Lookup
from kg.extract.slides.mentions import mentions
from kg.extract.slides.reading import Reading, label
from kg.model import Passage
from kg.namespaces import JPSTRAT, NAMES

_CLASSES = {
    name: JPSTRAT[name]
    for name in (
        "Committee",
        "GovernmentOrganization",
        "Office",
        "ResearchCentre",
        "ResearchInstitution",
    )
} | {name: ORG[name] for name in ("FormalOrganization", "Organization", "OrganizationalUnit")}


def read_organisations(reading: Reading) -> None:
    """Organisations of `organisations.tsv`; fills `reading.organisations`.

    They get the names and units that the slides print; the first row of a slug gives the
    preferred name. A row without a class names an organisation that the other document
    describes. Raises `CurationError` for a name that no slide prints.
    """
    rows = reading.lookups("organisations")
    reading.organisations |= {row["printed"]: _path(rows, row) for row in rows}
    whole = reading.document.passage(0, len(reading.document.text))
    places: dict[str, list[Passage]] = {}
    for passage in mentions(whole, reading.organisations):
        places.setdefault(passage.text, []).append(passage)
    for row in rows:
        if row["printed"] not in places:
            raise row.error("printed", PRINTED)
        if _class_of(rows, row) is not None:
            _describe(reading, rows, row, places[row["printed"]])


def _class_of(rows: list[Lookup], row: Lookup) -> URIRef | None:
    first = next(r for r in rows if r["slug"] == row["slug"])
    if first["class"] and first["class"] not in _CLASSES:
        raise first.error("class", ", ".join(_CLASSES))
    return _CLASSES[first["class"]] if first["class"] else None


def _path(rows: list[Lookup], row: Lookup) -> str:
    kind = "committee" if _class_of(rows, row) == JPSTRAT.Committee else "org"
    return f"{kind}/{row['slug']}"


def _describe(reading: Reading, rows: list[Lookup], row: Lookup, places: list[Passage]) -> None:
    record = reading.thing(_path(rows, row), _class_of(rows, row))
    name = label(places[0])
    preferred = row is next(r for r in rows if r["slug"] == row["slug"])
    known = {s.value for s in record.statements if s.property == SKOS.prefLabel}
    property_ = SKOS.prefLabel if preferred or name in known else SKOS.altLabel
    record.say(property_, name, *_first_on_each_slide(reading, places))
    if row["unit_of"]:
        record.say(ORG.unitOf, NAMES.id("org", row["unit_of"]), places[0])


def _first_on_each_slide(reading: Reading, places: list[Passage]) -> list[Passage]:
    firsts: dict[str, Passage] = {}
    for place in places:
        slide = next(s for s in reading.slides.values() if s.holds(place.start))
        firsts.setdefault(slide.notation, place)
    return list(firsts.values())
