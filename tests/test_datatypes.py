"""Literals whose text is no value of their datatype."""

import logging

import pytest
from rdflib import XSD, URIRef

from kg.errors import LiteralIllTyped
from kg.graph import format_turtle, read_turtle
from kg.graph.datatypes import typed_literal
from kg.namespaces import NAMES

HEAD = "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"


@pytest.mark.parametrize(
    ("lexical", "datatype", "expected"),
    [
        ("2018-13-40", "date", "YYYY-MM-DD"),
        ("2018-02-30", "date", "YYYY-MM-DD"),
        ("2018-1-1", "date", "YYYY-MM-DD"),
        ("2018-W01-1", "date", "YYYY-MM-DD"),
        ("", "date", "YYYY-MM-DD"),
        ("2018-01-01T25:00:00", "dateTime", "YYYY-MM-DDThh:mm:ss"),
        ("20x", "gYear", "YYYY"),
        ("2018-13", "gYearMonth", "YYYY-MM"),
        ("25O000", "decimal", "123.45"),
        ("1e3", "decimal", "123.45"),
        ("1_000", "integer", "123"),
        ("１２", "integer", "123"),
        ("-1", "nonNegativeInteger", "123"),
        ("300", "byte", "123"),
        ("yes", "boolean", "true | false"),
        ("TRUE", "boolean", "true | false"),
        ("zz", "hexBinary", "–"),
    ],
)
def test_an_ill_typed_literal_is_refused_with_its_place(
    lexical: str, datatype: str, expected: str, caplog: pytest.LogCaptureFixture
) -> None:
    text = f'{HEAD}<id/a> <def#b> "x" ,\n  "{lexical}"^^xsd:{datatype} .\n'
    for read in (read_turtle, format_turtle):
        with pytest.raises(LiteralIllTyped) as caught:
            read(text, file="x.ttl", names=NAMES)
        for lang in ("ja", "en"):
            message = caught.value.message(lang)
            assert message.startswith("x.ttl:3:3: ")
            assert f"xsd:{datatype}" in message
            assert expected in message
    assert "traceback" not in caplog.text.lower()
    assert caplog.records == []


@pytest.mark.parametrize(
    ("lexical", "datatype"),
    [
        ("2018-02-28", "date"),
        ("2020-02-29Z", "date"),
        ("2018-01-01T23:59:59.5+09:00", "dateTime"),
        ("2018", "gYear"),
        ("2018-12", "gYearMonth"),
        ("01.50", "decimal"),
        ("-.5", "decimal"),
        ("+007", "integer"),
        ("1.5e-3", "double"),
        ("INF", "double"),
        ("0", "boolean"),
        ("-5", "negativeInteger"),
        ("0aFF", "hexBinary"),
        ("x y", "anyURI"),
    ],
)
def test_a_value_keeps_its_lexical_form(lexical: str, datatype: str) -> None:
    literal = typed_literal(lexical, XSD[datatype])
    assert (str(literal), literal.datatype) == (lexical, XSD[datatype])


def test_a_datatype_that_nobody_knows_is_not_judged() -> None:
    assert str(typed_literal("anything", URIRef("http://example.org/t"))) == "anything"


def test_rdflib_may_log_again_afterwards(caplog: pytest.LogCaptureFixture) -> None:
    read_turtle("<a> <b> 1 .", file="x", names=NAMES)
    logging.getLogger("rdflib.term").warning("Failed to convert Literal lexical form")
    assert len(caplog.records) == 1
