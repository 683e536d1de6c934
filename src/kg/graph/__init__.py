"""Files ↔ dataset: reading the folders, the canonical form, and names that nothing defines."""

from kg.graph.canonical import format_files, format_turtle, write_turtle
from kg.graph.files import (
    SourceFile,
    described_at,
    ontology_graph,
    read_dataset,
    source_files,
    union_graph,
)
from kg.graph.terms import undefined_terms
from kg.graph.turtle import Document, Triple, read_turtle

__all__ = [
    "Document",
    "SourceFile",
    "Triple",
    "described_at",
    "format_files",
    "format_turtle",
    "ontology_graph",
    "read_dataset",
    "read_turtle",
    "source_files",
    "undefined_terms",
    "union_graph",
    "write_turtle",
]
