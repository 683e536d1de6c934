"""From a statement to its passages: what the graph says about evidence is what was read."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SKOS, XSD
from rdflib.term import Identifier, Node

from kg.extract import extract
from kg.model import Draft, Record, SourceText, Span, Statement, digest
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.authoring import find_documents
from kg.pipeline.building import Built
from kg.pipeline.project import Project

Proof = tuple[Node, Node, Node | None, Node]
"""Thing, property, value (None for the wording) and the span that proves it."""

OF_THE_WHOLE_DOCUMENT = {JPSTRAT.edition, JPSTRAT.sourceDocument}
UNPRINTED = {NAMES.id("section", "slides2021", "s5"), NAMES.id("section", "slides2021", "s10")}
"""Slides whose number the text layer has lost."""


def proofs(graph: Graph) -> set[Proof]:
    """What a reader of the graph takes as proven, by the rule of `jpstrat:supportsValue`."""
    values: dict[tuple[Node, Node], set[Node]] = {}
    for s, p, o in graph:
        values.setdefault((s, p), set()).add(o)
    found: set[Proof] = set()
    for thing, span in graph.subject_objects(JPSTRAT.evidence):
        named = values.get((span, JPSTRAT.supportsValue), set())
        for property_ in values.get((span, JPSTRAT.supports), ()):
            if property_ == JPSTRAT.wording:
                found.add((thing, property_, None, span))
                continue
            found.update(
                (thing, property_, value, span)
                for value in values.get((thing, property_), ())
                if not named or value in named
            )
    return found


def read_proofs(drafts: list[Draft]) -> Iterator[Proof]:
    """What extraction read."""
    for draft in drafts:
        for record in draft.records:
            for statement in record.statements:
                for span in statement.spans:
                    yield record.iri, statement.property, statement.value, span.iri


@pytest.fixture(scope="module")
def drafts(sources: Path, project: Project) -> list[Draft]:
    return [extract(d, project.curation) for d in find_documents(sources, project)]


@pytest.fixture(scope="module")
def stated(union: Graph, whole_graph: Built) -> Graph:
    """The default graph without what is inferred."""
    inferred = f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{NAMES.graph('inferred')}> {{ ?s ?p ?o }} }}"
    graph = Graph()
    graph += union
    for triple in whole_graph.store.construct(inferred):
        graph.remove(triple)
    return graph


def test_the_graph_proves_each_statement_by_the_passages_read_for_it(
    drafts: list[Draft], stated: Graph
) -> None:
    committed = {by_value(proof) for proof in proofs(stated)}
    read = {by_value(proof) for proof in read_proofs(drafts)}
    assert len(read) > 5_000
    assert read - committed == set()
    sections = section_starts(drafts)
    for thing, property_, section, span in committed - read:
        # A passage of a thing that names a concept also proves in which section both stand.
        assert property_ == JPSTRAT.inSection, (thing, property_, section, span)
        assert stands_in(str(span), str(section), sections)


def by_value(proof: Proof) -> Proof:
    """The store writes decimals in a form of its own: 46 and 46.0 are one value."""
    thing, property_, value, span = proof
    if isinstance(value, Literal) and value.datatype == XSD.decimal:
        value = Literal(Decimal(value).normalize())
    return thing, property_, value, span


def section_starts(drafts: list[Draft]) -> dict[str, int]:
    """Offset of the heading of each section."""
    return {
        str(record.iri): statement.spans[0].start
        for draft in drafts
        for record in draft.records
        if record.type == JPSTRAT.DocumentSection
        for statement in record.statements
        if statement.property == SKOS.notation and statement.spans
    }


def stands_in(span: str, section: str, starts: dict[str, int]) -> bool:
    offset = int(span.partition("#char=")[2].partition(",")[0])
    home = section.rpartition("/")[0]
    before = [s for s, start in starts.items() if s.startswith(home) and start <= offset]
    nearest = max(before, key=starts.__getitem__)
    return nearest == section or nearest.startswith(f"{section}-")


def test_every_statement_of_a_document_is_proven(drafts: list[Draft]) -> None:
    unproven = {
        (record.iri, statement.property)
        for draft in drafts
        for record in draft.records
        for statement in record.statements
        if statement.value is not None and not statement.spans
    }
    others = {(s, p) for s, p in unproven if p not in OF_THE_WHOLE_DOCUMENT}
    assert {s for s, _ in others} == UNPRINTED


def test_a_span_names_its_values_only_where_it_must() -> None:
    first, second, third = (NAMES.id("org", slug) for slug in ("mext", "meti", "mic"))
    year, both = span(0, 4), span(5, 9)
    draft = Draft(
        SourceText("ai2019-fu2020", "2020 2021", ""),
        (
            record(first, said(first, year), said(second, both)),
            record(second, said(third, both)),
        ),
    )
    named = {
        (s, o) for s, _, o, _ in draft.dataset().quads((None, JPSTRAT.supportsValue, None, None))
    }
    # Both spans prove one of the two values that the first thing has.
    assert named == {(year.iri, first), (both.iri, second), (both.iri, third)}


def test_a_span_that_proves_the_same_for_all_names_nothing() -> None:
    first, second = (NAMES.id("org", slug) for slug in ("mext", "meti"))
    year = span(0, 4)
    draft = Draft(
        SourceText("ai2019-fu2020", "2020", ""),
        (record(first, said(second, year)), record(second, said(second, year))),
    )
    assert not list(draft.dataset().quads((None, JPSTRAT.supportsValue, None, None)))


def span(start: int, end: int) -> Span:
    return Span("ai2019-fu2020", start, end, digest("x"))


def said(value: Identifier, proof: Span) -> Statement:
    return Statement(JPSTRAT.responsibleOrganization, value, (proof,))


def record(iri: URIRef, *statements: Statement) -> Record:
    return Record(iri, JPSTRAT.Measure, "ai2019-fu2020", statements)
