"""The W3C suite of SPARQL 1.1: against the engine, and over HTTP against a store without data."""

import platform
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Graph
from tests.canary import canary
from tests.w3c.manifest import LANGUAGE, SUITES, Suite
from tests.w3c.report import EXPECTED, expected_failures, failures, page
from tests.w3c.results import Table, parse_result, same_graph, same_result
from tests.w3c.targets import Engine, Http

import mini
from api.access import read_agent
from kg.model import Agent

CSV, TSV, JSON = "text/csv", "text/tab-separated-values", "application/sparql-results+json"
XML = "application/sparql-results+xml"


@pytest.fixture(scope="module")
def suite(suites: Path) -> Suite:
    return Suite(suites / "sparql11")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Http]:
    application = mini.plain_app(tmp_path_factory.mktemp("w3c"))
    application.dependency_overrides[read_agent] = lambda: Agent("w3c", "w3c")
    with mini.serve(application) as client:
        yield Http(client)


@pytest.mark.parametrize("part", LANGUAGE)
def test_the_engine_fails_where_it_is_expected_to(part: str, suite: Suite) -> None:
    assert failures(part, suite, Engine()).keys() == expected_failures(part).keys()


@pytest.mark.parametrize("part", SUITES)
def test_the_service_fails_where_it_is_expected_to(part: str, suite: Suite, service: Http) -> None:
    found = failures(part, suite, service)
    assert {name: why for name, why in found.items() if name not in expected_failures(part)} == {}
    assert found.keys() == expected_failures(part).keys()


@pytest.mark.skipif(platform.system() != "Linux", reason="the filter is one of Linux")
def test_the_engine_in_this_process_reaches_nobody(tmp_path: Path) -> None:
    with canary(tmp_path) as laid:
        engine = Engine()
        assert engine.update(f"LOAD <{laid.url}>").problem == "UpdateFailed"
        assert engine.query(f"SELECT * {{ SERVICE <{laid.url}> {{ ?s ?p ?o }} }}").problem
    assert laid.hits == []


def test_the_list_of_failures_may_only_shrink() -> None:
    assert sum(len(expected_failures(part)) for part in SUITES) <= 10
    assert all(reason for part in SUITES for reason in expected_failures(part).values())
    assert EXPECTED.is_file()


def test_the_page_names_each_failure() -> None:
    parts = (*SUITES, "shacl-core", "shacl-sparql")
    failed = {part: {} for part in parts} | {"query": {"bindings/graph": "", "new": "other"}}
    text = page(failed)
    assert "| SHACL: sparql | 22 | 22 |" in text
    assert "| SPARQL 1.1 Query Language | 326 | 328 |" in text
    assert "- `bindings/graph`: The engine does not bind" in text
    assert "- `new`: **unexpected: other**" in text


def table(body: str, media: str = CSV) -> Table:
    result = parse_result(body.encode(), media)
    assert isinstance(result, Table)
    return result


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("a,b\n1,2\n3,4\n", "b,a\n4,3\n2,1\n", True),
        ("a\n1.50\n", "a\n1.5\n", True),
        ("a\n1\n", "a\n2\n", False),
        ("a\nx\nx\n", "a\nx\n", False),
        ("a\nx\n", "b\nx\n", False),
        ("a,b\n_:x,_:x\n", "a,b\n_:y,_:y\n", True),
        ("a,b\n_:x,_:x\n", "a,b\n_:y,_:z\n", False),
        ("a,b\n_:x,1\n_:x,2\n", "a,b\n_:z,2\n_:y,1\n", False),
    ],
)
def test_tables_are_compared_by_value(one: str, other: str, *, equal: bool) -> None:
    assert same_result(table(one), table(other)) is equal


def test_formats_are_read_alike() -> None:
    json = '{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"uri","value":"x:y"}}]}}'
    xml = (
        '<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="a"/></head>'
        '<results><result><binding name="a"><uri>x:y</uri></binding></result></results></sparql>'
    )
    same = [table(json, JSON), table(xml, XML), table("?a\n<x:y>\n", TSV)]
    assert all(same_result(one, same[0]) for one in same)
    assert parse_result(b'{"head":{},"boolean":true}', JSON) is True
    assert not same_result(True, table(json, JSON))


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("<x:a> <x:b> 01 .", "<x:a> <x:b> 1 .", True),
        ("<x:a> <x:b> 1.0 .", "<x:a> <x:b> 1 .", False),
        ("<x:a> <x:b> 1e0 .", "<x:a> <x:b> 1.0E0 .", True),
        ("<x:a> <x:b> 'a'@en .", "<x:a> <x:b> 'a' .", False),
        ("_:a <x:b> _:b .", "_:c <x:b> _:c .", False),
        ("_:a <x:b> _:b .", "_:c <x:b> _:d .", True),
    ],
)
def test_graphs_are_compared_by_value(one: str, other: str, *, equal: bool) -> None:
    graphs = [Graph().parse(data=text, format="turtle") for text in (one, other)]
    assert same_graph(*graphs) is equal
