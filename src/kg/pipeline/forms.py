"""Forms of entries and of reports about them."""

from enum import StrEnum

RULES_PAGE = "docs/reference/rules.md"
"""The page about the rules, where no service has one."""


class Form(StrEnum):
    """Forms of an entry that can be read."""

    TURTLE = "turtle"
    TRIG = "trig"
    NTRIPLES = "ntriples"
    NQUADS = "nquads"
    JSONLD = "jsonld"
    RDFXML = "rdfxml"
    CSV = "csv"
    TSV = "tsv"
    XLSX = "xlsx"


TABLES = frozenset({Form.CSV, Form.TSV, Form.XLSX})
"""Forms that are tables, the others are RDF."""
ENTRY = "entry"
"""Asked for instead of a report: the entry itself, as it goes into `data/ttl`."""
MEDIA_TYPES = {
    Form.TURTLE: "text/turtle",
    Form.TRIG: "application/trig",
    Form.NTRIPLES: "application/n-triples",
    Form.NQUADS: "application/n-quads",
    Form.JSONLD: "application/ld+json",
    Form.RDFXML: "application/rdf+xml",
    Form.CSV: "text/csv",
    Form.TSV: "text/tab-separated-values",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SUFFIXES = {
    ".ttl": Form.TURTLE,
    ".trig": Form.TRIG,
    ".nt": Form.NTRIPLES,
    ".nq": Form.NQUADS,
    ".jsonld": Form.JSONLD,
    ".rdf": Form.RDFXML,
    ".owl": Form.RDFXML,
    ".csv": Form.CSV,
    ".tsv": Form.TSV,
    ".tab": Form.TSV,
    ".xlsx": Form.XLSX,
}
"""Forms by the ends of file names."""
METADATA = "-metadata.json"
"""What the name of a CSV file is followed by in that of its CSVW metadata."""
TEMPLATE = {
    "template.xlsx": MEDIA_TYPES[Form.XLSX],
    "template.csv": MEDIA_TYPES[Form.CSV],
    f"template.csv{METADATA}": "application/csvm+json",
}
"""Files of an empty table of measures, and their media types."""


class ReportForm(StrEnum):
    """Forms of a report."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    GITHUB = "github"
    SARIF = "sarif"
    TURTLE = "turtle"
