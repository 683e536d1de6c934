"""What a check found, written down: for people, for spreadsheets, for programs, for code forges."""

from kg.validate.output.annotations import as_annotations
from kg.validate.output.outcome import Outcome, Unreadable
from kg.validate.output.sarif import as_sarif
from kg.validate.output.sheet import as_csv
from kg.validate.output.structured import as_json, structured
from kg.validate.output.text import Line, as_text, summary, text_lines
from kg.validate.output.triples import report_graph

__all__ = [
    "Line",
    "Outcome",
    "Unreadable",
    "as_annotations",
    "as_csv",
    "as_json",
    "as_sarif",
    "as_text",
    "report_graph",
    "structured",
    "summary",
    "text_lines",
]
