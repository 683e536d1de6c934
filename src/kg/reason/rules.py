"""Rules of inference: CONSTRUCT queries compiled from the ontology's axioms or read from files.

A compiled rule concludes only what the store does not hold yet, so that the inferred graph never
repeats an assertion. A literal never becomes a subject: a CONSTRUCT leaves such triples out.
Axioms over anonymous classes and over datatypes give no rule: the former are outside the
ontology's profile, and a literal's type is a matter for the shapes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

from kg.errors import PathMissing
from kg.header import Bilingual, Strict, read_header, read_text
from kg.namespaces import Names

Pair = tuple[URIRef, URIRef]

_META = tuple(str(namespace) for namespace in (RDF, RDFS, OWL, XSD))


@dataclass(frozen=True)
class Rule:
    """One rule.

    `reads` and `writes` name predicates, and classes in place of `rdf:type`. They are empty for
    a rule of a file, which runs once after the others. `title` has the languages ja and en for a
    rule of a `file` and is empty for an axiom, which its `id` spells out.
    """

    id: str
    query: str
    reads: frozenset[URIRef] = frozenset()
    writes: frozenset[URIRef] = frozenset()
    title: Mapping[str, str] = field(default_factory=dict)
    file: Path | None = None


class _RuleHeader(Strict):
    """What a rule file says about itself."""

    title: Bilingual


def compile_rules(ontology: Graph, names: Names) -> tuple[Rule, ...]:
    """Rules of all axioms, those on properties first: no property follows from a type."""
    short = Shortener(names)
    return tuple(
        chain(
            _sub_property_rules(ontology, short),
            _inverse_rules(ontology, short),
            _symmetric_rules(ontology, short),
            _chain_rules(ontology, short),
            _transitive_rules(ontology, short),
            _domain_and_range_rules(ontology, short),
            _sub_class_rules(ontology, short),
        )
    )


def read_rules(folder: Path, names: Names) -> tuple[Rule, ...]:
    """Rules of the `*.rq` files in `folder`, by file name.

    Raises `PathMissing` for the folder, `QueryHeaderError` for a file without titles in ja and en,
    with its line.
    """
    if not folder.is_dir():
        raise PathMissing(path=folder, expected="ontology/rules/*.rq")
    return tuple(_read_rule(path, names) for path in sorted(folder.glob("*.rq")))


def _read_rule(path: Path, names: Names) -> Rule:
    text = names.rebase(read_text(path))
    header, _ = read_header(text, path, _RuleHeader)
    return Rule(path.stem, text, title=header.title.model_dump(), file=path)


@dataclass(frozen=True)
class Shortener:
    """Readable names of terms: `addresses` for our own, `org:unitOf` for others."""

    names: Names

    def __call__(self, term: Node) -> str:
        """Name of `term`; the whole IRI when no prefix fits."""
        iri = str(term)
        for prefix, namespace in self.names.prefixes.items():
            if iri.startswith(namespace):
                local = iri.removeprefix(namespace)
                return local if prefix == "jpstrat" else f"{prefix}:{local}"
        return iri


def instances(graph: Graph, kind: URIRef) -> list[URIRef]:
    """Named terms of a kind of the ontology, sorted."""
    return sorted(s for s in graph.subjects(RDF.type, kind) if isinstance(s, URIRef))


def pairs(graph: Graph, predicate: URIRef) -> list[Pair]:
    """Pairs of named terms that an axiom joins, sorted."""
    return sorted(
        (s, o)
        for s, o in graph.subject_objects(predicate)
        if isinstance(s, URIRef) and isinstance(o, URIRef)
    )


def members(graph: Graph, head: Node) -> list[URIRef]:
    """Members of an RDF list in order; empty when one of them has no name."""
    items = list(Collection(graph, head))
    named = [item for item in items if isinstance(item, URIRef)]
    return named if len(named) == len(items) else []


def _concludes(term: URIRef) -> bool:
    """Conclusions are about data: not owl:Thing, not datatypes."""
    return not str(term).startswith(_META)


def _hierarchy(graph: Graph, narrower: URIRef, equivalent: URIRef) -> list[Pair]:
    """Transitive closure of a hierarchy of terms, without reflexive pairs.

    Closed here rather than by the rules, so that data pass a hierarchy in one round.
    """
    above: dict[URIRef, set[URIRef]] = {}
    both = pairs(graph, equivalent)
    for low, high in chain(pairs(graph, narrower), both, ((b, a) for a, b in both)):
        above.setdefault(low, set()).add(high)
    return sorted(
        (low, high)
        for low in above
        for high in _reachable(above, low)
        if high != low and _concludes(high)
    )


def _reachable(above: Mapping[URIRef, set[URIRef]], start: URIRef) -> set[URIRef]:
    found: set[URIRef] = set()
    waiting = [start]
    while waiting:
        fresh = above.get(waiting.pop(), set()) - found
        found |= fresh
        waiting.extend(fresh)
    return found


def _relation_rule(
    identity: str, body: str, conclusion: tuple[str, URIRef, str], reads: Iterable[URIRef]
) -> Rule:
    subject, predicate, value = conclusion
    triple = f"{subject} {predicate.n3()} {value}"
    query = f"CONSTRUCT {{ {triple} }} WHERE {{ {body} FILTER NOT EXISTS {{ {triple} }} }}"
    return Rule(identity, query, frozenset(reads), frozenset({predicate}))


def _type_rule(identity: str, body: str, kind: URIRef, reads: URIRef) -> Rule:
    triple = f"?x a {kind.n3()}"
    query = f"CONSTRUCT {{ {triple} }} WHERE {{ {body} FILTER NOT EXISTS {{ {triple} }} }}"
    return Rule(identity, query, frozenset({reads}), frozenset({kind}))


def _sub_property_rules(graph: Graph, short: Shortener) -> Iterator[Rule]:
    for low, high in _hierarchy(graph, RDFS.subPropertyOf, OWL.equivalentProperty):
        body = f"?x {low.n3()} ?y ."
        identity = f"subPropertyOf({short(low)},{short(high)})"
        yield _relation_rule(identity, body, ("?x", high, "?y"), {low})


def _inverse_rules(graph: Graph, short: Shortener) -> Iterator[Rule]:
    stated = pairs(graph, OWL.inverseOf)
    for one, other in sorted({*stated, *((b, a) for a, b in stated)}):
        body = f"?x {one.n3()} ?y ."
        identity = f"inverseOf({short(one)},{short(other)})"
        yield _relation_rule(identity, body, ("?y", other, "?x"), {one})


def _symmetric_rules(graph: Graph, short: Shortener) -> Iterator[Rule]:
    for term in instances(graph, OWL.SymmetricProperty):
        body = f"?x {term.n3()} ?y ."
        yield _relation_rule(f"symmetric({short(term)})", body, ("?y", term, "?x"), {term})


def _transitive_rules(graph: Graph, short: Shortener) -> Iterator[Rule]:
    for term in instances(graph, OWL.TransitiveProperty):
        body = f"?x {term.n3()} ?y . ?y {term.n3()} ?z ."
        yield _relation_rule(f"transitive({short(term)})", body, ("?x", term, "?z"), {term})


def _chain_rules(graph: Graph, short: Shortener) -> Iterator[Rule]:
    stated = (
        (whole, members(graph, head))
        for whole, head in graph.subject_objects(OWL.propertyChainAxiom)
        if isinstance(whole, URIRef)
    )
    for whole, steps in sorted((whole, steps) for whole, steps in stated if steps):
        body = " ".join(f"?x{i} {step.n3()} ?x{i + 1} ." for i, step in enumerate(steps))
        identity = f"chain({'/'.join(map(short, steps))},{short(whole)})"
        yield _relation_rule(identity, body, ("?x0", whole, f"?x{len(steps)}"), steps)


def _domain_and_range_rules(graph: Graph, short: Shortener) -> Iterator[Rule]:
    for term, kind in pairs(graph, RDFS.domain):
        if _concludes(kind):
            body = f"?x {term.n3()} ?y ."
            yield _type_rule(f"domain({short(term)},{short(kind)})", body, kind, term)
    for term, kind in pairs(graph, RDFS.range):
        if _concludes(kind):
            body = f"?y {term.n3()} ?x ."
            yield _type_rule(f"range({short(term)},{short(kind)})", body, kind, term)


def _sub_class_rules(graph: Graph, short: Shortener) -> Iterator[Rule]:
    for low, high in _hierarchy(graph, RDFS.subClassOf, OWL.equivalentClass):
        body = f"?x a {low.n3()} ."
        yield _type_rule(f"subClassOf({short(low)},{short(high)})", body, high, low)
