"""The fixpoint: rules run in the store until nothing new follows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from rdflib import Graph
from rdflib.namespace import OWL, RDF, RDFS
from rdflib.term import Identifier, Node

from kg.errors import SparqlError
from kg.header import broken
from kg.model import Store
from kg.namespaces import Names
from kg.reason.contradictions import find_contradictions
from kg.reason.rules import Rule, compile_rules

Triple = tuple[Identifier, Identifier, Identifier]

_KINDS_OF_TERMS = (
    OWL.Class,
    OWL.ObjectProperty,
    OWL.DatatypeProperty,
    OWL.AnnotationProperty,
    OWL.Ontology,
    RDFS.Datatype,
)


@dataclass(frozen=True)
class Closure:
    """What followed: the new triples by the rule that found them first, and the passes needed."""

    derived: Mapping[str, tuple[Triple, ...]]
    rounds: int

    @property
    def counts(self) -> dict[str, int]:
        """Number of triples per rule id; rules that found nothing are left out."""
        return {rule: len(triples) for rule, triples in self.derived.items()}

    @property
    def triples(self) -> Iterator[Triple]:
        """Every inferred triple, once."""
        for triples in self.derived.values():
            yield from triples


def infer(store: Store, ontology: Graph, extra_rules: Iterable[Rule], names: Names) -> Closure:
    """Insert what `close` does, unless the closed graph contradicts the ontology.

    Raises what `close` raises, and `Contradiction`.
    """
    closure = close(store, ontology, extra_rules, names)
    for contradiction in find_contradictions(store, ontology, names):
        raise contradiction
    return closure


def close(store: Store, ontology: Graph, extra_rules: Iterable[Rule], names: Names) -> Closure:
    """Insert into `graph/inferred` what follows from the quads of `store`.

    `store` holds the asserted quads and the ontology and no earlier closure; `ontology` holds the
    axioms under the base of `names`. The extra rules run once, after the fixpoint, and what they
    conclude is closed again. Nothing is concluded about the ontology's own terms.

    Raises `QueryHeaderError` for a rule of a file that the store cannot run.
    """
    rules = compile_rules(ontology, names)
    run = _Run(store, names, frozenset(_terms(ontology)))
    run.to_fixpoint(rules, rules)
    written = run.once(extra_rules)
    run.to_fixpoint(rules, [rule for rule in rules if rule.reads & written])
    return Closure({i: tuple(triples) for i, triples in run.derived.items()}, run.rounds)


def _terms(ontology: Graph) -> Iterator[Node]:
    for kind in _KINDS_OF_TERMS:
        yield from ontology.subjects(RDF.type, kind)


@dataclass
class _Run:
    """A closure under way."""

    store: Store
    names: Names
    terms: frozenset[Node]
    derived: dict[str, list[Triple]] = field(default_factory=dict)
    rounds: int = 0

    def to_fixpoint(self, rules: Iterable[Rule], first: Iterable[Rule]) -> None:
        """Run the rules in `first`, then whichever rule reads something new, pass by pass."""
        rules = tuple(rules)
        waiting = {rule.id for rule in first}
        while waiting:
            self.rounds += 1
            for rule in rules:
                if rule.id not in waiting:
                    continue
                waiting.discard(rule.id)
                if self._keep(rule, self._conclusions(rule)):
                    waiting |= {reader.id for reader in rules if reader.reads & rule.writes}

    def once(self, rules: Iterable[Rule]) -> frozenset[Node]:
        """Run each rule of a file once; returns the predicates and classes of what is new.

        Unlike a compiled rule, a file need not exclude what the store holds already.
        """
        written: set[Node] = set()
        for rule in rules:
            found = self._conclusions(rule)
            held = self._held({predicate for _, predicate, _ in found})
            new = [triple for triple in found if triple not in held]
            self._keep(rule, new)
            written.update(o if p == RDF.type else p for _, p, o in new)
        return frozenset(written)

    def _conclusions(self, rule: Rule) -> list[Triple]:
        """Return what the rule concludes about data."""
        try:
            found = self.store.construct(rule.query)
        except SparqlError as error:
            raise broken(rule.file or rule.id, error) from error
        return [t for t in found if t[0] not in self.terms]

    def _keep(self, rule: Rule, new: list[Triple]) -> bool:
        """Put new triples into the inferred graph; returns whether there are any."""
        if new:
            self.store.insert(self.names.graph("inferred"), new)
            self.derived.setdefault(rule.id, []).extend(new)
        return bool(new)

    def _held(self, predicates: Iterable[Identifier]) -> set[Triple]:
        patterns = (f"?s {predicate.n3()} ?o" for predicate in predicates)
        return {t for p in patterns for t in self.store.construct(f"CONSTRUCT WHERE {{ {p} }}")}
