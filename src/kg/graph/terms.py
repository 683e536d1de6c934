"""Names that nothing defines: a misspelt one is found before it becomes a wrong answer."""

from collections.abc import Iterable, Iterator

from rdflib import Dataset, Literal, URIRef
from rdflib.namespace import RDF
from rdflib.term import Node

from kg.errors import UndefinedTerm
from kg.graph.files import SourceFile
from kg.graph.vocabularies import Vocabulary
from kg.namespaces import Names


def undefined_terms(
    dataset: Dataset, files: Iterable[SourceFile], names: Names
) -> list[UndefinedTerm]:
    """One error for each name that `Vocabulary` lacks, and each file that uses it.

    That is every name of ours and of the standard vocabularies in any place of a triple, and every
    predicate, class and datatype whatever its namespace. Each error points to the first line of its
    file where the name stands; files keep their order.
    """
    vocabulary = Vocabulary(dataset, names)
    missing = set(_missing(dataset, vocabulary))
    if not missing:
        return []
    errors: list[UndefinedTerm] = []
    placed: set[URIRef] = set()
    for file in files:
        document = file.read(names)
        # `first_use` is in the order of the text.
        for iri in [iri for iri in document.first_use if iri in missing]:
            line = document.line(document.first_use[iri])
            errors.append(vocabulary.error(iri, file=file.path, line=line))
            placed.add(iri)
    # A dataset may hold more than its files say; what is missing there is not passed over.
    return errors + [vocabulary.error(i, file="–", line="–") for i in sorted(missing - placed)]


def _missing(dataset: Dataset, vocabulary: Vocabulary) -> Iterator[URIRef]:
    terms: set[Node] = set()
    others: set[Node] = set()
    for graph in dataset.graphs():
        for subject, predicate, object_ in graph:
            terms.add(predicate)
            (terms if predicate == RDF.type else others).add(object_)
            others.add(subject)
    literals = {node for node in others if isinstance(node, Literal)}
    terms |= {literal.datatype for literal in literals if literal.datatype}
    yield from (t for t in terms if isinstance(t, URIRef) and vocabulary.lacks(t, term=True))
    rest = others - terms - literals
    yield from (iri for iri in rest if isinstance(iri, URIRef) and vocabulary.lacks(iri))
