"""Axioms that forbid something, checked on the closed graph, and of classes before that."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS

from kg.errors import Both, Contradiction
from kg.model import Store
from kg.namespaces import Names
from kg.reason.rules import instances, members, pairs
from kg.reason.titles import Titles, listed

_SHOWN = 10
_ASSERTED_KIND = f"{RDF.type.n3()}/{RDFS.subClassOf.n3()}*"


Broken = Sequence[tuple[str, Both]]
"""Things that break an axiom: the IRI of each, and how it is shown."""


def find_contradictions(store: Store, ontology: Graph, names: Names) -> Iterator[Contradiction]:
    """Yield an error for each forbidding axiom that the store breaks.

    They come in this order: disjoint classes, different individuals, irreflexive and asymmetric
    properties, cycles of the properties with `jpstrat:acyclic true`. The errors' `things` are the
    IRIs of all that break the axiom.
    """
    titles = Titles(store, names)
    yield from _disjoint(store, ontology, titles)
    yield from _same(store, ontology, titles)
    yield from _irreflexive(store, ontology, titles)
    yield from _asymmetric(store, ontology, titles)
    yield from _cycles(store, ontology, titles, names)


def find_mixed(
    store: Store, ontology: Graph, names: Names, things: Collection[URIRef]
) -> Iterator[Contradiction]:
    """Yield an error for each axiom over disjoint classes that asserted classes of `things` break.

    Classes count with those above them; nothing else need be inferred. The errors come as those of
    `find_contradictions` do.
    """
    if things:
        nodes = f"VALUES ?node {{ {_values(sorted(things))} }}"
        yield from _disjoint(store, ontology, Titles(store, names), nodes, _ASSERTED_KIND)


def _contradiction(rule: Both, broken: Broken) -> Iterator[Contradiction]:
    if broken:
        nodes = listed([shown for _, shown in broken], _SHOWN)
        yield Contradiction(rule=rule, nodes=nodes, cases=tuple(broken))


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


def _disjoint(
    store: Store, ontology: Graph, titles: Titles, nodes: str = "", kind: str = RDF.type.n3()
) -> Iterator[Contradiction]:
    groups = _groups(ontology, OWL.AllDisjointClasses, OWL.members)
    for classes in chain(groups, map(list, pairs(ontology, OWL.disjointWith))):
        query = f"""
            SELECT DISTINCT ?node ?class WHERE {{
              {{ SELECT ?node WHERE {{
                   {nodes} VALUES ?kind {{ {_values(classes)} }} ?node {kind} ?kind
                 }} GROUP BY ?node HAVING (COUNT(DISTINCT ?kind) > 1) }}
              VALUES ?class {{ {_values(classes)} }} ?node {kind} ?class
            }} ORDER BY ?node ?class"""
        kinds: dict[str, list[Both]] = {}
        for row in store.select(query):
            kinds.setdefault(str(row["node"]), []).append(titles.kind(str(row["class"])))
        yield from _contradiction(
            Both(
                "互いに素な（同時には属せない）種類に属しています",
                "These belong to classes that exclude each other",
            ),
            [(node, _of_kinds(titles.thing(node), found)) for node, found in kinds.items()],
        )


def _of_kinds(thing: Both, kinds: Sequence[Both]) -> Both:
    ja, en = "と".join(kind.ja for kind in kinds), " and ".join(kind.en for kind in kinds)
    return Both(f"{thing.ja}は{ja}", f"{thing.en} is of the classes {en}")


def _same(store: Store, ontology: Graph, titles: Titles) -> Iterator[Contradiction]:
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
            Both(
                "異なるものとされた個体が同一とされています",
                "These are declared different and stated to be the same",
            ),
            _couples(store, query, "=", titles),
        )


def _irreflexive(store: Store, ontology: Graph, titles: Titles) -> Iterator[Contradiction]:
    for term in instances(ontology, OWL.IrreflexiveProperty):
        rule = Both("{term}で自分自身を指しています", "{term} leads from these to themselves")
        yield from _contradiction(
            rule.filled(term=titles.thing(str(term))), _returning(store, term.n3(), titles)
        )


def _asymmetric(store: Store, ontology: Graph, titles: Titles) -> Iterator[Contradiction]:
    for term in instances(ontology, OWL.AsymmetricProperty):
        query = f"""
            SELECT DISTINCT ?one ?other WHERE {{
              ?one {term.n3()} ?other . ?other {term.n3()} ?one
              FILTER(STR(?one) <= STR(?other))
            }} ORDER BY ?one ?other"""
        rule = Both("{term}で互いを指しています", "{term} leads both ways between these")
        yield from _contradiction(
            rule.filled(term=titles.thing(str(term))), _couples(store, query, "–", titles)
        )


def _cycles(store: Store, ontology: Graph, titles: Titles, names: Names) -> Iterator[Contradiction]:
    transitive = instances(ontology, OWL.TransitiveProperty)
    acyclic = ontology.subjects(names.def_.acyclic, Literal(True))
    for term in sorted(t for t in acyclic if isinstance(t, URIRef)):
        path = term.n3() if term in transitive else f"{term.n3()}+"
        rule = Both("{term}が循環しています", "{term} runs in a circle through these")
        yield from _contradiction(
            rule.filled(term=titles.thing(str(term))), _returning(store, path, titles)
        )


def _couples(store: Store, query: str, sign: str, titles: Titles) -> Broken:
    rows = store.select(query)
    return [
        (
            str(row["one"]),
            Both("{one} {sign} {other}", "{one} {sign} {other}").filled(
                one=titles.thing(str(row["one"])), sign=sign, other=titles.thing(str(row["other"]))
            ),
        )
        for row in rows
    ]


def _returning(store: Store, path: str, titles: Titles) -> Broken:
    """Nodes from which a property path leads back to the node."""
    rows = store.select(f"SELECT DISTINCT ?node WHERE {{ ?node {path} ?node }} ORDER BY ?node")
    return [(str(row["node"]), titles.thing(str(row["node"]))) for row in rows]
