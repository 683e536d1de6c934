"""Undefined names in every file that people edit: Turtle, rules, queries."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from rdflib import Dataset, URIRef

from kg.errors import UndefinedTerm
from kg.graph import SourceFile, undefined_terms
from kg.graph.vocabularies import Vocabulary
from kg.header import read_text
from kg.namespaces import Names
from kg.store.iris import Use, named_iris


def undefined_names(
    asserted: Dataset, turtle: Iterable[SourceFile], sparql: Iterable[Path], names: Names
) -> Iterator[UndefinedTerm]:
    """Errors of the Turtle files, which say what `asserted` holds, then of the SPARQL files."""
    yield from undefined_terms(asserted, turtle, names)
    yield from undefined_in_queries(sparql, asserted, names)


def undefined_in_queries(
    files: Iterable[Path], asserted: Dataset, names: Names
) -> Iterator[UndefinedTerm]:
    """One error for each undefined name of each SPARQL file, at the line of its first use.

    Undefined is what `Vocabulary` lacks, and one of the project's prefixes that is declared for
    something else: every name with it would be another one. Raises `QueryHeaderError` for a file
    that is not UTF-8.
    """
    vocabulary = Vocabulary(asserted, names)
    for file in files:
        seen: set[str] = set()
        for use in named_iris(names.rebase(read_text(file))):
            if use.iri not in seen:
                seen.add(use.iri)
                yield from _errors(use, file, vocabulary, names)


def _errors(use: Use, file: Path, vocabulary: Vocabulary, names: Names) -> Iterator[UndefinedTerm]:
    if use.prefix is None:
        if vocabulary.lacks(URIRef(use.iri)):
            yield vocabulary.error(URIRef(use.iri), file=file, line=use.line)
        return
    meant = names.prefixes.get(use.prefix, use.iri)
    if meant != use.iri:
        yield UndefinedTerm(
            file=file,
            line=use.line,
            term=f"{use.prefix}: <{use.iri}>",
            nearest=f"{use.prefix}: <{meant}>",
        )
