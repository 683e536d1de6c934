"""Forms of entries and of reports about them."""

from enum import StrEnum


class Form(StrEnum):
    """Forms of an entry that can be read."""

    TURTLE = "turtle"
    TRIG = "trig"
    NTRIPLES = "ntriples"
    NQUADS = "nquads"
    JSONLD = "jsonld"
    RDFXML = "rdfxml"


MEDIA_TYPES = {
    Form.TURTLE: "text/turtle",
    Form.TRIG: "application/trig",
    Form.NTRIPLES: "application/n-triples",
    Form.NQUADS: "application/n-quads",
    Form.JSONLD: "application/ld+json",
    Form.RDFXML: "application/rdf+xml",
}
SUFFIXES = {
    ".ttl": Form.TURTLE,
    ".trig": Form.TRIG,
    ".nt": Form.NTRIPLES,
    ".nq": Form.NQUADS,
    ".jsonld": Form.JSONLD,
    ".rdf": Form.RDFXML,
    ".owl": Form.RDFXML,
}
"""Forms by the ends of file names."""


class ReportForm(StrEnum):
    """Forms of a report."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    GITHUB = "github"
    SARIF = "sarif"
    TURTLE = "turtle"
