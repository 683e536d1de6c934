"""The ontology's profile, OWL 2 RL by an explicit allow-list, and the concept schemes."""

from collections import Counter
from pathlib import Path

import pytest
from rdflib import BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, ORG, OWL, RDF, RDFS, SKOS, VANN, XSD
from rdflib.term import Node

from kg.namespaces import JPSTRAT, NAMES, SCHEME_PREFIXES

FOLDER = Path(__file__).parents[1] / "ontology"
FILES = sorted(FOLDER.rglob("*.ttl"))
SCHEME_FILES = sorted(set((FOLDER / "vocab").glob("*.ttl")) - {FOLDER / "vocab" / "period.ttl"})
LANGUAGES = ["en", "ja"]
LICENCE = URIRef("https://creativecommons.org/licenses/by/4.0/")

KINDS_OF_TERMS = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
CHARACTERISTICS = {
    OWL.TransitiveProperty,
    OWL.SymmetricProperty,
    OWL.IrreflexiveProperty,
    OWL.AsymmetricProperty,
}
AXIOMS_OF_LISTS = {OWL.AllDisjointClasses, OWL.AllDifferent}
# The constructs of OWL 2 RL that kg.reason compiles or checks, and none that it would pass over.
CLASS_AXIOMS = {RDFS.subClassOf, OWL.equivalentClass, OWL.disjointWith}
PROPERTY_AXIOMS = {RDFS.subPropertyOf, OWL.equivalentProperty, OWL.inverseOf}
OTHER_AXIOMS = {
    RDFS.domain,
    RDFS.range,
    OWL.propertyChainAxiom,
    OWL.members,
    OWL.distinctMembers,
    OWL.differentFrom,
}
ANNOTATIONS = {
    RDFS.label,
    RDFS.isDefinedBy,
    SKOS.definition,
    SKOS.editorialNote,
    DCTERMS.isReplacedBy,
    OWL.deprecated,
    JPSTRAT.acyclic,
}
HEADER = {
    DCTERMS.title,
    DCTERMS.description,
    DCTERMS.creator,
    DCTERMS.license,
    OWL.versionIRI,
    OWL.versionInfo,
    OWL.priorVersion,
    VANN.preferredNamespacePrefix,
    VANN.preferredNamespaceUri,
}
# From the profile's own list (https://www.w3.org/TR/owl2-profiles/#OWL_2_RL), which lacks xsd:date.
DATATYPES = {
    RDF.PlainLiteral,
    RDFS.Literal,
    XSD.anyURI,
    XSD.boolean,
    XSD.dateTime,
    XSD.dateTimeStamp,
    XSD.decimal,
    XSD.double,
    XSD.integer,
    XSD.language,
    XSD.nonNegativeInteger,
    XSD.positiveInteger,
    XSD.string,
}


def read(*paths: Path) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path)
    return graph


OWN = read(FOLDER / "jpstrat.ttl")
STUBS = read(FOLDER / "stubs.ttl")
ONTOLOGY = OWN + STUBS
TERMS = sorted({s for s in OWN.subjects() if isinstance(s, URIRef) and s in JPSTRAT})


def languages(graph: Graph, subject: Node, predicate: URIRef) -> list[str | None]:
    """Languages of the non-empty values, sorted; one entry for each value."""
    return sorted(value.language for value in graph.objects(subject, predicate) if str(value))


def kinds(term: Node) -> set[Node]:
    """As what a term is declared: class, object property, …"""
    return set(ONTOLOGY.objects(term, RDF.type)) & KINDS_OF_TERMS


def lists(predicate: URIRef) -> list[list[Node]]:
    return [list(Collection(ONTOLOGY, head)) for head in ONTOLOGY.objects(None, predicate)]


def joined(*predicates: URIRef) -> list[tuple[Node, Node, Node]]:
    """Axioms of the given predicates."""
    return [axiom for axiom in ONTOLOGY if axiom[1] in predicates]


# --- terms and header ----------------------------------------------------------------------------


def test_terms_are_found() -> None:
    assert len(TERMS) >= 130


@pytest.mark.parametrize("term", TERMS)
def test_own_term_is_described_in_both_languages(term: URIRef) -> None:
    assert languages(OWN, term, RDFS.label) == LANGUAGES
    assert languages(OWN, term, SKOS.definition) == LANGUAGES
    assert list(OWN.objects(term, RDFS.isDefinedBy)) == [NAMES.ontology]
    assert len(kinds(term)) == 1


def test_header() -> None:
    assert list(ONTOLOGY.subjects(RDF.type, OWL.Ontology)) == [NAMES.ontology]
    assert languages(OWN, NAMES.ontology, DCTERMS.title) == LANGUAGES
    assert languages(OWN, NAMES.ontology, DCTERMS.description) == LANGUAGES
    assert OWN.value(NAMES.ontology, DCTERMS.license) == LICENCE
    assert str(OWN.value(NAMES.ontology, DCTERMS.creator))
    version = str(OWN.value(NAMES.ontology, OWL.versionInfo))
    assert [int(part) >= 0 for part in version.split(".")] == [True] * 3
    assert OWN.value(NAMES.ontology, OWL.versionIRI) == NAMES.ontology + "/" + version
    assert str(OWN.value(NAMES.ontology, VANN.preferredNamespaceUri)) == str(JPSTRAT)


def test_files_declare_what_is_theirs() -> None:
    described = {s for s in OWN.subjects() if not isinstance(s, BNode)}
    assert described - set(TERMS) == {NAMES.ontology}
    foreign = {s for s in STUBS.subjects() if not isinstance(s, BNode)}
    assert foreign
    assert not {s for s in foreign if str(s).startswith(NAMES.base)}


# --- profile -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_file_imports_another(path: Path) -> None:
    assert not list(read(path).triples((None, OWL.imports, None)))


def test_only_allowed_constructs() -> None:
    allowed = KINDS_OF_TERMS | CHARACTERISTICS | AXIOMS_OF_LISTS | {OWL.Ontology}
    assert set(ONTOLOGY.objects(None, RDF.type)) - allowed == set()
    predicates = CLASS_AXIOMS | PROPERTY_AXIOMS | OTHER_AXIOMS | ANNOTATIONS | HEADER
    used = set(ONTOLOGY.predicates())
    assert used - predicates == {RDF.type, RDF.first, RDF.rest}
    assert not used & HEADER - set(OWN.predicates(NAMES.ontology))


def test_only_lists_and_axioms_over_lists_are_anonymous() -> None:
    anonymous = {s for s in ONTOLOGY.subjects() if isinstance(s, BNode)}
    heads = {o for p in (OWL.members, OWL.distinctMembers) for o in ONTOLOGY.objects(None, p)}
    heads |= set(ONTOLOGY.objects(None, OWL.propertyChainAxiom))
    nodes = {node for head in heads for node in ONTOLOGY.transitive_objects(head, RDF.rest)}
    axioms = {s for kind in AXIOMS_OF_LISTS for s in ONTOLOGY.subjects(RDF.type, kind)}
    assert axioms
    assert anonymous == (nodes | axioms) - {RDF.nil}
    for predicate in (OWL.members, OWL.distinctMembers, OWL.propertyChainAxiom):
        assert not [item for items in lists(predicate) for item in items if isinstance(item, BNode)]


def test_class_axioms_join_declared_classes() -> None:
    axioms = joined(*CLASS_AXIOMS)
    assert len(axioms) >= 25
    for low, _, high in axioms:
        assert kinds(low) == kinds(high) == {OWL.Class}


def test_property_axioms_join_properties_of_one_kind() -> None:
    axioms = joined(*PROPERTY_AXIOMS)
    assert len(axioms) >= 15
    for one, _, other in axioms:
        assert kinds(one) == kinds(other)
        assert kinds(one) in ({OWL.ObjectProperty}, {OWL.DatatypeProperty})
    for one, _, other in joined(OWL.inverseOf):
        assert kinds(one) == kinds(other) == {OWL.ObjectProperty}


def test_characteristics_belong_to_object_properties() -> None:
    terms = {s for kind in CHARACTERISTICS for s in ONTOLOGY.subjects(RDF.type, kind)}
    assert len(terms) >= 5
    assert {kind for term in terms for kind in kinds(term)} == {OWL.ObjectProperty}


def test_domains_are_declared_classes() -> None:
    axioms = joined(RDFS.domain)
    assert len(axioms) >= 25
    for term, _, kind in axioms:
        assert kinds(kind) == {OWL.Class}, term
        assert kinds(term) in ({OWL.ObjectProperty}, {OWL.DatatypeProperty})


def test_ranges_of_object_properties_are_declared_classes() -> None:
    axioms = [a for a in joined(RDFS.range) if kinds(a[0]) == {OWL.ObjectProperty}]
    assert len(axioms) >= 40
    assert {term: kinds(kind) for term, _, kind in axioms if kinds(kind) != {OWL.Class}} == {}


def test_ranges_of_datatype_properties_are_datatypes_of_the_profile() -> None:
    axioms = [a for a in joined(RDFS.range) if kinds(a[0]) != {OWL.ObjectProperty}]
    assert len(axioms) >= 20
    assert {str(term): str(kind) for term, _, kind in axioms if kind not in DATATYPES} == {}
    assert {kind for term, _, _ in axioms for kind in kinds(term)} == {OWL.DatatypeProperty}


def test_chains_are_regular() -> None:
    chains = [
        (whole, list(Collection(ONTOLOGY, head)))
        for whole, head in ONTOLOGY.subject_objects(OWL.propertyChainAxiom)
    ]
    assert len(chains) >= 5
    for whole, steps in chains:
        assert len(steps) >= 2
        assert {kind for step in [whole, *steps] for kind in kinds(step)} == {OWL.ObjectProperty}
        # a property may be built from itself only at one end of its chain
        assert whole not in steps[1:-1]
        assert steps.count(whole) <= 1


def test_members_of_axioms_over_lists() -> None:
    disjoint = lists(OWL.members)
    assert sorted(map(len, disjoint)) == [3, 5, 19, 36]
    for classes in disjoint:
        assert len(classes) == len(set(classes))
        assert all(kinds(member) == {OWL.Class} for member in classes)
    ((*individuals,),) = lists(OWL.distinctMembers)
    assert len(individuals) == len(set(individuals)) >= 12
    assert all(str(member).startswith(NAMES.id("org", "")) for member in individuals)


def test_disjoint_classes_are_not_below_each_other() -> None:
    for classes in lists(OWL.members):
        for member in classes:
            above = set(ONTOLOGY.transitive_objects(member, RDFS.subClassOf)) - {member}
            assert not above & set(classes)


def test_every_class_excludes_others() -> None:
    excluding = {member for classes in lists(OWL.members) for member in classes}
    for kind in ONTOLOGY.subjects(RDF.type, OWL.Class):
        above = set(ONTOLOGY.transitive_objects(kind, RDFS.subClassOf))
        assert above & excluding or kind == ORG.Role, kind


# --- concept schemes -----------------------------------------------------------------------------


def test_every_scheme_has_its_file_and_prefix() -> None:
    assert len(SCHEME_FILES) >= 20
    assert {path.stem for path in SCHEME_FILES} == set(SCHEME_PREFIXES.values())


@pytest.mark.parametrize("path", SCHEME_FILES, ids=lambda path: path.stem)
def test_scheme_is_described(path: Path) -> None:
    graph, scheme = read(path), NAMES.scheme(path.stem)
    assert list(graph.subjects(RDF.type, SKOS.ConceptScheme)) == [scheme]
    assert languages(graph, scheme, DCTERMS.title) == LANGUAGES
    assert languages(graph, scheme, SKOS.definition) == LANGUAGES
    assert graph.value(scheme, DCTERMS.license) == LICENCE


@pytest.mark.parametrize("path", SCHEME_FILES, ids=lambda path: path.stem)
def test_concepts_are_described(path: Path) -> None:
    graph, scheme = read(path), NAMES.scheme(path.stem)
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))
    assert concepts
    assert set(graph.subjects()) == concepts | {scheme}
    for concept in concepts:
        assert str(concept).startswith(f"{scheme}/")
        assert languages(graph, concept, SKOS.prefLabel) == LANGUAGES, concept
        assert languages(graph, concept, SKOS.definition) == LANGUAGES, concept
        assert list(graph.objects(concept, SKOS.inScheme)) == [scheme], concept


@pytest.mark.parametrize("path", SCHEME_FILES, ids=lambda path: path.stem)
def test_notations_and_labels_are_unique_in_a_scheme(path: Path) -> None:
    graph = read(path)
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))
    notations = Counter(str(o) for o in graph.objects(None, SKOS.notation))
    assert notations.total() == len(notations) == len(concepts)
    assert set(graph.subjects(SKOS.notation)) == concepts
    labels = Counter(graph.objects(None, SKOS.prefLabel))
    assert [label for label, count in labels.items() if count > 1] == []


@pytest.mark.parametrize("path", SCHEME_FILES, ids=lambda path: path.stem)
def test_each_concept_stands_on_top_or_below_one(path: Path) -> None:
    graph, scheme = read(path), NAMES.scheme(path.stem)
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))
    top = set(graph.subjects(SKOS.topConceptOf, scheme))
    below = set(graph.subjects(SKOS.broader))
    assert top
    assert (top | below, top & below) == (concepts, set())
    assert set(graph.objects(None, SKOS.broader)) <= concepts
    # these two are inferred
    assert not set(graph.predicates()) & {SKOS.narrower, SKOS.hasTopConcept}


def test_periods_are_described() -> None:
    # their days are rules of the shapes FiscalYearDays and CalendarYearDays
    graph = read(FOLDER / "vocab" / "period.ttl")
    periods = set(graph.subjects())
    assert len(periods) >= 50
    for period in periods:
        assert graph.value(period, RDF.type) in {JPSTRAT.FiscalYear, JPSTRAT.CalendarYear}
        assert languages(graph, period, SKOS.prefLabel) == LANGUAGES
