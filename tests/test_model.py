"""Which spans name the values that they prove: the three reasons of decision 0008."""

from collections.abc import Iterable

from rdflib import Literal
from rdflib.namespace import SKOS
from rdflib.term import Node

from kg.model import Draft, Record, SourceText, Span, Statement
from kg.namespaces import JPSTRAT, NAMES

DOCUMENT = SourceText("doc", "x" * 20, "0")
FIRST, SECOND = Span("doc", 0, 5, "d1"), Span("doc", 5, 9, "d2")
ONE, TWO = Literal("one"), Literal("two")


def record(name: str, *statements: Statement) -> Record:
    return Record(NAMES.id("org", name), JPSTRAT.Office, "org", statements)


def named(records: Iterable[Record]) -> dict[Node, set[Node]]:
    """Spans that name values, and these values."""
    source = Draft(DOCUMENT, tuple(records)).dataset().graph(NAMES.graph("source"))
    spans = set(source.subjects(JPSTRAT.supportsValue))
    return {span: set(source.objects(span, JPSTRAT.supportsValue)) for span in spans}


def test_a_span_that_proves_all_values_names_none() -> None:
    both = [Statement(JPSTRAT.abbreviation, value, (FIRST,)) for value in (ONE, TWO)]
    assert named([record("a", *both)]) == {}
    assert named([record("a", *both), record("b", *both)]) == {}


def test_a_span_that_proves_one_of_two_values_names_it() -> None:
    one = Statement(JPSTRAT.abbreviation, ONE, (FIRST,))
    two = Statement(JPSTRAT.abbreviation, TWO, (SECOND,))
    assert named([record("a", one, two)]) == {FIRST.iri: {ONE}, SECOND.iri: {TWO}}
    unproven = Statement(JPSTRAT.abbreviation, TWO)
    assert named([record("a", one, unproven)]) == {FIRST.iri: {ONE}}


def test_a_span_that_proves_different_properties_of_two_things_names_the_values() -> None:
    a = record("a", Statement(JPSTRAT.abbreviation, ONE, (FIRST,)))
    b = record("b", Statement(JPSTRAT.dateText, TWO, (FIRST,)))
    assert named([a, b]) == {FIRST.iri: {ONE, TWO}}
    assert named([a]) == named([b]) == {}


def test_a_printed_title_is_named_as_we_write_others_beside_it() -> None:
    title = Literal("名称", lang="ja")
    assert named([record("a", Statement(SKOS.prefLabel, title, (FIRST,)))]) == {FIRST.iri: {title}}


def test_the_wording_has_no_value_to_name() -> None:
    wording = Statement(JPSTRAT.wording, None, (FIRST,))
    one = Statement(JPSTRAT.abbreviation, ONE, (FIRST,))
    assert named([record("a", wording, one), record("b", wording)]) == {FIRST.iri: {ONE}}
