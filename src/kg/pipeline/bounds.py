"""What an entry may not do, whatever its shapes: change terms, speak of things of no kind."""

from collections.abc import Collection, Iterable, Iterator

from rdflib import Dataset, Graph, URIRef
from rdflib.namespace import RDF, SH
from rdflib.term import Literal, Node

from kg.entry import Entry, Statement
from kg.errors import Both
from kg.graph.files import NOT_DATA
from kg.namespaces import Names
from kg.validate import Finding

TERMS_ARE_FIXED = "TermsAreFixed"
"""Name of the rule among those of the shapes."""
_TERMS = ("def#", "shapes#", "vocab/")
_NONE = Entry({})


def without_terms(
    dataset: Dataset, known: Graph, names: Names, entry: Entry, own: Collection[str] = ()
) -> tuple[Entry, tuple[Statement, ...]]:
    """`entry` without the statements that would change terms or rules, and those statements.

    `dataset` has the ontology, and what is `known` already changes nothing. `own` are the files of
    the ontology and the shapes themselves, which may.
    """
    terms = _Terms(dataset, names)
    changing = {
        statement
        for statement in entry.statements
        if terms.changed_by(statement)
        and statement not in known
        and not _stands_in(entry, statement, own)
    }
    kept = {
        graph: tuple(statement for statement in statements if statement not in changing)
        for graph, statements in entry.graphs.items()
    }
    left = Entry(kept, entry.places, entry.fields, entry.subjects, entry.removed)
    return left, tuple(s for s in dict.fromkeys(entry.statements) if s in changing)


def in_data(dataset: Dataset, names: Names) -> list[tuple[Node, Node, Node]]:
    """The statements that would change terms or rules and stand among the data of a project."""
    terms, others = _Terms(dataset, names), {names.graph(name) for name in NOT_DATA}
    quads = ((s, p, o) for s, p, o, graph in dataset.quads() if graph not in others)
    return sorted(triple for triple in quads if terms.changed_by(triple))


def changed_terms(
    changing: Iterable[tuple[Node, Node, Node]], shapes: Graph, names: Names, entry: Entry = _NONE
) -> Iterator[Finding]:
    """One violation for each term that the statements `changing` (of `entry`) would change."""
    told = set[Node]()
    for subject, predicate, value in changing:
        if subject not in told:
            told.add(subject)
            rule, place = names.rule(TERMS_ARE_FIXED), entry.place(subject, predicate, value)
            message = _message(shapes, rule)
            yield Finding.of_rule(
                rule, subject, message, names, path=predicate, value=value, place=place
            )


def of_no_kind(
    entry: Entry, graph: Graph, shapes: Graph, names: Names, told: Collection[Node]
) -> Iterator[Finding]:
    """One violation for each thing of ours in `entry` that has no class, but those `told`.

    A class in `graph` counts unless the entry removes it. The shape `ThingClass` says so for what
    has one of a few properties; no target reaches a thing that may have any.
    """
    removed = set(entry.removed)
    typed = {subject for subject, predicate, _ in entry.statements if predicate == RDF.type}
    for subject in dict.fromkeys(subject for subject, *_ in entry.statements):
        ours = isinstance(subject, URIRef) and subject.startswith(f"{names.base}id/")
        if not ours or subject in told or subject in typed:
            continue
        if all(known in removed for known in graph.triples((subject, RDF.type, None))):
            rule, component = names.rule("ThingClass"), SH.MinCountConstraintComponent
            message = _message(shapes, rule)
            yield Finding.of_rule(rule, subject, message, names, path=RDF.type, component=component)


class _Terms:
    """The terms and rules, which the ontology and the shapes alone describe."""

    def __init__(self, dataset: Dataset, names: Names) -> None:
        self._defined = set(dataset.graph(names.graph("def")).subjects())
        self._things = f"{names.base}id/"
        self._concepts = f"{names.base}vocab/"
        self._own = tuple(f"{names.base}{start}" for start in _TERMS)
        # what data say of a concept: where it is printed
        self._printed = {names.def_.evidence, names.def_.inSection}

    def changed_by(self, statement: tuple[Node, Node, Node]) -> bool:
        """Whether a statement says more of a term or rule than where it is printed."""
        subject, predicate, _ = statement
        iri = str(subject)
        if not isinstance(subject, URIRef) or iri.startswith(self._things):
            return False
        printed = iri.startswith(self._concepts) and predicate in self._printed
        return not printed and (subject in self._defined or iri.startswith(self._own))


def _stands_in(entry: Entry, statement: Statement, files: Collection[str]) -> bool:
    place = entry.places.get(statement)
    return place is not None and place.file in files


def _message(shapes: Graph, shape: URIRef) -> Both:
    found = shapes.objects(shape, SH.message)
    texts = {text.language: str(text) for text in found if isinstance(text, Literal)}
    return Both(texts["ja"], texts["en"])
