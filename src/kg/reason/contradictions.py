"""Axioms that forbid something, checked on the closed graph."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF

from kg.errors import Both, Contradiction
from kg.model import Store
from kg.namespaces import Names
from kg.reason.rules import Shortener, instances, members, pairs

_SHOWN = 10


Broken = Sequence[tuple[str, str]]
"""Things that break an axiom: the IRI of each, and how it is shown."""


def find_contradictions(store: Store, ontology: Graph, names: Names) -> Iterator[Contradiction]:
    """Yield an error for each forbidding axiom that the store breaks.

    They come in this order: disjoint classes, different individuals, irreflexive and asymmetric
    properties, cycles of the properties with `jpstrat:acyclic true`. The errors' `things` are the
    IRIs of all that break the axiom.
    """
    short = Shortener(names)
    yield from _disjoint(store, ontology, short)
    yield from _same(store, ontology)
    yield from _irreflexive(store, ontology, short)
    yield from _asymmetric(store, ontology, short)
    yield from _cycles(store, ontology, short)


def _contradiction(rule_ja: str, rule_en: str, broken: Broken) -> Iterator[Contradiction]:
    if broken:
        more = f" … (+{len(broken) - _SHOWN})" if len(broken) > _SHOWN else ""
        listed = ", ".join(shown for _, shown in broken[:_SHOWN]) + more
        things = tuple(iri for iri, _ in broken)
        yield Contradiction(rule=Both(rule_ja, rule_en), nodes=listed, things=things)


def _groups(ontology: Graph, kind: URIRef, *lists: URIRef) -> Iterable[list[URIRef]]:
    """Members of the axioms of `kind`, whichever of the predicates `lists` names them.

    The longest list comes first: of two axioms that a node breaks, the one over the more specific
    classes says more.
    """
    heads = (
        head
        for axiom in ontology.subjects(RDF.type, kind)
        for predicate in lists
        for head in ontology.objects(axiom, predicate)
    )
    yield from sorted((members(ontology, head) for head in heads), key=lambda m: (-len(m), m))


def _values(terms: Iterable[URIRef]) -> str:
    return " ".join(term.n3() for term in terms)


def _disjoint(store: Store, ontology: Graph, short: Shortener) -> Iterator[Contradiction]:
    groups = _groups(ontology, OWL.AllDisjointClasses, OWL.members)
    for classes in chain(groups, map(list, pairs(ontology, OWL.disjointWith))):
        query = f"""
            SELECT DISTINCT ?node ?class WHERE {{
              {{ SELECT ?node WHERE {{ VALUES ?kind {{ {_values(classes)} }} ?node a ?kind }}
                 GROUP BY ?node HAVING (COUNT(DISTINCT ?kind) > 1) }}
              VALUES ?class {{ {_values(classes)} }} ?node a ?class
            }} ORDER BY ?node ?class"""
        kinds: dict[str, list[str]] = {}
        for row in store.select(query):
            kinds.setdefault(str(row["node"]), []).append(short(URIRef(str(row["class"]))))
        yield from _contradiction(
            "互いに素なクラスの両方に属しています",
            "These belong to classes that exclude each other",
            [(node, f"{node} ({', '.join(names)})") for node, names in kinds.items()],
        )


def _same(store: Store, ontology: Graph) -> Iterator[Contradiction]:
    groups = _groups(ontology, OWL.AllDifferent, OWL.distinctMembers, OWL.members)
    for individuals in chain(groups, map(list, pairs(ontology, OWL.differentFrom))):
        query = f"""
            PREFIX owl: <{OWL}>
            SELECT DISTINCT ?one ?other WHERE {{
              VALUES ?one {{ {_values(individuals)} }} VALUES ?other {{ {_values(individuals)} }}
              ?one (owl:sameAs|^owl:sameAs)+ ?other
              FILTER(STR(?one) < STR(?other))
            }} ORDER BY ?one ?other"""
        yield from _contradiction(
            "異なるものとされた個体が同一とされています",
            "These are declared different and stated to be the same",
            _couples(store, query, "="),
        )


def _irreflexive(store: Store, ontology: Graph, short: Shortener) -> Iterator[Contradiction]:
    for term in instances(ontology, OWL.IrreflexiveProperty):
        yield from _contradiction(
            f"{short(term)} で自分自身を指しています",
            f"{short(term)} leads from these to themselves",
            _returning(store, term.n3()),
        )


def _asymmetric(store: Store, ontology: Graph, short: Shortener) -> Iterator[Contradiction]:
    for term in instances(ontology, OWL.AsymmetricProperty):
        query = f"""
            SELECT DISTINCT ?one ?other WHERE {{
              ?one {term.n3()} ?other . ?other {term.n3()} ?one
              FILTER(STR(?one) <= STR(?other))
            }} ORDER BY ?one ?other"""
        yield from _contradiction(
            f"{short(term)} で互いを指しています",
            f"{short(term)} leads both ways between these",
            _couples(store, query, "–"),
        )


def _cycles(store: Store, ontology: Graph, short: Shortener) -> Iterator[Contradiction]:
    transitive = instances(ontology, OWL.TransitiveProperty)
    acyclic = ontology.subjects(short.names.def_.acyclic, Literal(True))
    for term in sorted(t for t in acyclic if isinstance(t, URIRef)):
        path = term.n3() if term in transitive else f"{term.n3()}+"
        yield from _contradiction(
            f"{short(term)} が循環しています",
            f"{short(term)} runs in a circle through these",
            _returning(store, path),
        )


def _couples(store: Store, query: str, sign: str) -> Broken:
    rows = store.select(query)
    return [(str(row["one"]), f"{row['one']} {sign} {row['other']}") for row in rows]


def _returning(store: Store, path: str) -> Broken:
    """Nodes from which a property path leads back to the node."""
    rows = store.select(f"SELECT DISTINCT ?node WHERE {{ ?node {path} ?node }} ORDER BY ?node")
    return [(str(row["node"]), str(row["node"])) for row in rows]
