"""What an entry may not do, whatever its shapes: change terms, speak of things of no kind."""

from collections.abc import Collection, Iterator

from rdflib import Graph, URIRef
from rdflib.namespace import RDF, SH
from rdflib.term import IdentifiedNode, Literal, Node

from kg.entry import Entry, Statement
from kg.namespaces import Names
from kg.pipeline.building import Asserted
from kg.validate import Finding, Severity

_TERMS = ("def#", "shapes#", "vocab/")


def without_terms(
    asserted: Asserted, entry: Entry, own: Collection[str] = ()
) -> tuple[Entry, tuple[Statement, ...]]:
    """`entry` without the statements that would change terms or rules, and those statements.

    `own` are the files of the ontology and the shapes themselves, which may.
    """
    names = asserted.names
    defined = set(asserted.dataset.graph(names.graph("def")).subjects())
    changing = {
        statement
        for statement in entry.statements
        if _of_term(statement[0], defined, names)
        and not _printed(statement, names)
        and statement not in asserted.graph
        and not _stands_in(entry, statement, own)
    }
    kept = {
        graph: tuple(statement for statement in statements if statement not in changing)
        for graph, statements in entry.graphs.items()
    }
    left = Entry(kept, entry.places, entry.fields, entry.subjects, entry.removed)
    return left, tuple(s for s in dict.fromkeys(entry.statements) if s in changing)


def changed_terms(
    changing: Collection[Statement], entry: Entry, shapes: Graph, names: Names
) -> Iterator[Finding]:
    """One violation for each term that the statements `changing` would change."""
    told = set[Node]()
    for subject, predicate, value in changing:
        if subject not in told:
            told.add(subject)
            yield Finding(
                focus=subject,
                path=names.short(predicate),
                predicate=predicate,
                value=value,
                severity=Severity.VIOLATION,
                shape=(shape := URIRef(f"{names.base}shapes#TermsAreFixed")),
                message=_message(shapes, shape),
                place=entry.place(subject, predicate, value),
            )


def of_no_kind(
    entry: Entry, graph: Graph, shapes: Graph, names: Names, told: Collection[Node]
) -> Iterator[Finding]:
    """One violation for each thing of ours in `entry` without a class in `graph`, but those `told`.

    The shape `ThingClass` says so for what has one of a few properties; no target reaches a thing
    that may have any.
    """
    for subject in dict.fromkeys(subject for subject, *_ in entry.statements):
        ours = isinstance(subject, URIRef) and subject.startswith(f"{names.base}id/")
        if ours and subject not in told and (subject, RDF.type, None) not in graph:
            yield Finding(
                focus=subject,
                path=names.short(RDF.type),
                predicate=RDF.type,
                value=None,
                severity=Severity.VIOLATION,
                shape=(shape := URIRef(f"{names.base}shapes#ThingClass")),
                message=_message(shapes, shape),
                component=SH.MinCountConstraintComponent,
            )


def _of_term(subject: IdentifiedNode, defined: Collection[Node], names: Names) -> bool:
    if not isinstance(subject, URIRef) or subject.startswith(f"{names.base}id/"):
        return False
    starts = tuple(f"{names.base}{start}" for start in _TERMS)
    return subject in defined or str(subject).startswith(starts)


def _printed(statement: Statement, names: Names) -> bool:
    """Whether it says where a concept is printed, which data may."""
    subject, predicate, _ = statement
    printed = predicate in {names.def_.evidence, names.def_.inSection}
    return printed and str(subject).startswith(f"{names.base}vocab/")


def _stands_in(entry: Entry, statement: Statement, files: Collection[str]) -> bool:
    place = entry.places.get(statement)
    return place is not None and place.file in files


def _message(shapes: Graph, shape: URIRef) -> dict[str, str]:
    texts = (text for text in shapes.objects(shape, SH.message) if isinstance(text, Literal))
    return {text.language or "": str(text) for text in texts}
