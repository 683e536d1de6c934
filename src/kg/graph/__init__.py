"""Files ↔ dataset: reading the folders, the canonical form, and names that nothing defines."""

from kg.graph.canonical import format_files, format_turtle, write_turtle
from kg.graph.document import Document, Triple
from kg.graph.files import (
    SourceFile,
    decoded,
    described_at,
    ontology_graph,
    read_dataset,
    source_files,
    union_graph,
)
from kg.graph.terms import undefined_terms
from kg.graph.trig import read_nquads, read_trig
from kg.graph.turtle import read_turtle

__all__ = [
    "Document",
    "SourceFile",
    "Triple",
    "decoded",
    "described_at",
    "format_files",
    "format_turtle",
    "ontology_graph",
    "read_dataset",
    "read_nquads",
    "read_trig",
    "read_turtle",
    "source_files",
    "undefined_terms",
    "union_graph",
    "write_turtle",
]
