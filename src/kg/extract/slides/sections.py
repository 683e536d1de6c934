"""The slides as sections of the document."""

from rdflib import Literal
from rdflib.namespace import SKOS

from kg.extract.builder import RecordBuilder, string
from kg.extract.slides.reading import Reading
from kg.extract.slides.spelling import name_of
from kg.namespaces import JPSTRAT, NAMES


def read_sections(reading: Reading) -> None:
    """One section for each slide, titled with its heading.

    A qualifier of ours in brackets tells apart slides that print the same heading.
    """
    document = NAMES.id("source", reading.document.slug)
    for slide in reading.slides.values():
        title = name_of(slide.heading.raw)
        if slide.qualifier:
            title += f"（{slide.qualifier}）"
        section = RecordBuilder(slide.iri, JPSTRAT.DocumentSection, "source")
        section.say(SKOS.prefLabel, Literal(title, "ja"), slide.heading)
        section.say(SKOS.notation, string(slide.notation), *slide.number)
        section.say(JPSTRAT.sourceDocument, document)
        reading.builders[slide.iri] = section
