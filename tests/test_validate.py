"""kg.validate: findings, severities, paths, failures, and what it never does."""

import socket
from pathlib import Path

import pytest
import rdflib
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import OWL, SH, XSD

from kg.entry import Place
from kg.errors import CheckAborted, RulesBroken, ShapesInvalid
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.building import write_graph
from kg.pipeline.project import Project
from kg.validate import Finding, Report, Severity, validate
from kg.validate.engine import Engine
from test_graph import FILES, HEAD_LINES, write
from test_graph import HEAD as GRAPH_HEAD

HEAD = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in NAMES.prefixes.items())
HEAD += f"@base <{NAMES.base}> .\n"

SHAPES = """
<shapes#Measure> a sh:NodeShape ; sh:targetClass jpstrat:Action ;
  sh:property <shapes#Code> , <shapes#Deadline> , <shapes#Note> .
<shapes#Code> a sh:PropertyShape ; sh:path jpstrat:code ; sh:minCount 1 ; sh:pattern "^I" ;
  sh:message "番号が必要です。"@ja , "A code is needed."@en .
<shapes#Deadline> a sh:PropertyShape ; sh:path jpstrat:deadline ; sh:minCount 1 ;
  sh:severity sh:Warning ; sh:message "Without language." .
<shapes#Note> a sh:PropertyShape ; sh:path skos:note ; sh:maxCount 0 ; sh:severity sh:Info ;
  sh:message "Only English."@en .
"""
DATA = """
jpstrat:Measure rdfs:subClassOf jpstrat:Action .
<id/m/1> a jpstrat:Measure ; skos:note "x" .
<id/m/2> a jpstrat:Measure ; jpstrat:code "X-long" ; jpstrat:deadline <id/period/fy2020> .
<id/m/3> a jpstrat:Measure ; jpstrat:code "I-1" ; jpstrat:deadline <id/period/fy2020> .
"""


def graph(turtle: str) -> Graph:
    return Graph().parse(data=HEAD + turtle, format="turtle")


def found(report: Report) -> list[tuple[str, str, str]]:
    def short(term: object) -> str:
        return str(term).removeprefix(NAMES.base)

    return [(f.severity, short(f.focus), short(f.shape)) for f in report.findings]


def test_findings_stand_worst_first_and_each_once() -> None:
    report = validate(graph(DATA), graph(SHAPES), NAMES)
    assert found(report) == [
        ("Violation", "id/m/1", "shapes#Code"),
        ("Violation", "id/m/2", "shapes#Code"),
        ("Warning", "id/m/1", "shapes#Deadline"),
        ("Info", "id/m/1", "shapes#Note"),
    ]
    missing, wrong = report.of(Severity.VIOLATION)
    assert (missing.path, missing.value) == ("jpstrat:code", None)
    assert (wrong.path, wrong.value) == ("jpstrat:code", Literal("X-long"))
    assert wrong.message == {"ja": "番号が必要です。", "en": "A code is needed."}
    assert wrong.line("ja") == f'<{NAMES.base}id/m/2>: 番号が必要です。 ["X-long"]'
    assert missing.line("en") == f"<{NAMES.base}id/m/1>: A code is needed."


def test_a_message_in_one_language_serves_both() -> None:
    _, _, warning, remark = validate(graph(DATA), graph(SHAPES), NAMES).findings
    assert warning.message == {"ja": "Without language.", "en": "Without language."}
    assert remark.message == {"ja": "Only English.", "en": "Only English."}


def test_only_violations_are_raised() -> None:
    report = validate(graph(DATA), graph(SHAPES), NAMES)
    with pytest.raises(RulesBroken) as raised:
        report.raise_for_violations()
    assert "2件" in raised.value.message("ja")
    assert raised.value.message("ja").count("番号が必要です。") == 2
    assert raised.value.message("en").count("A code is needed.") == 2
    Report(report.of(Severity.WARNING) + report.of(Severity.INFO)).raise_for_violations()


def test_a_long_list_of_violations_says_how_many_it_leaves_out() -> None:
    message = {"ja": "不正", "en": "wrong"}
    findings = tuple(
        Finding(NAMES.id("m", str(n)), None, None, Severity.VIOLATION, SH.Shape, message)
        for n in range(25)
    )
    with pytest.raises(RulesBroken) as raised:
        Report(findings).raise_for_violations()
    assert raised.value.message("en").endswith("and 5 more")
    assert raised.value.message("ja").endswith("ほか5件")
    assert raised.value.message("ja").count("不正") == 20


def test_an_unknown_severity_is_a_violation() -> None:
    shapes = graph(SHAPES.replace("sh:Warning", "<shapes#Alarming>"))
    assert ("Violation", "id/m/1", "shapes#Deadline") in found(validate(graph(DATA), shapes, NAMES))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("jpstrat:code", "jpstrat:code"),
        ("<http://example.org/a/b>", "<http://example.org/a/b>"),
        ("( jpstrat:status skos:inScheme )", "jpstrat:status / skos:inScheme"),
        ("[ sh:inversePath jpstrat:hasBudget ]", "^jpstrat:hasBudget"),
        ("[ sh:alternativePath ( jpstrat:code rdfs:label ) ]", "jpstrat:code | rdfs:label"),
        ("[ sh:oneOrMorePath jpstrat:partOf ]", "jpstrat:partOf+"),
        ("[ sh:zeroOrOnePath jpstrat:partOf ]", "jpstrat:partOf?"),
        (
            """( [ sh:zeroOrMorePath [ sh:inversePath jpstrat:partOf ] ]
                [ sh:alternativePath ( jpstrat:code rdfs:label ) ] )""",
            "(^jpstrat:partOf)* / (jpstrat:code | rdfs:label)",
        ),
        (
            "[ sh:inversePath ( jpstrat:partOf jpstrat:code ) ]",
            "^(jpstrat:partOf / jpstrat:code)",
        ),
    ],
)
def test_paths_are_sparql(path: str, text: str) -> None:
    shapes = graph(f"""
<shapes#S> a sh:NodeShape ; sh:targetNode <id/m/1> ; sh:property <shapes#P> .
<shapes#P> a sh:PropertyShape ; sh:path {path} ; sh:minCount 9 .
""")
    (finding,) = validate(graph(DATA), shapes, NAMES).findings
    assert finding.path == text
    Graph().query(f"SELECT * {{ ?s {text} ?o }}", initNs=dict(NAMES.prefixes))


def test_a_shape_about_the_node_itself_has_no_path_but_a_closed_one_names_the_property() -> None:
    shapes = graph("""
<shapes#S> a sh:NodeShape ; sh:targetNode <id/m/3> ; sh:class jpstrat:Programme .
<shapes#T> a sh:NodeShape ; sh:targetNode <id/m/3> ; sh:closed true ;
  sh:ignoredProperties ( rdf:type jpstrat:code ) .
""")
    node, closed = validate(graph(DATA), shapes, NAMES).findings
    assert (node.path, closed.path) == (None, "jpstrat:deadline")


@pytest.mark.parametrize(
    "shapes",
    [
        '<shapes#S> a sh:NodeShape ; sh:targetNode <id/m/2> ; sh:pattern "(" .',
        "<shapes#S> a sh:NodeShape ; sh:targetNode <id/m/2> ; sh:property 5 .",
        "<shapes#S> a sh:NodeShape ; sh:targetNode <id/m/2> ; sh:not <shapes#S> .",
        "<shapes#S> a sh:PropertyShape ; sh:targetNode <id/m/2> ; sh:path [] ; sh:minCount 1 .",
    ],
    ids=["pattern", "property", "recursion", "path"],
)
def test_shapes_that_cannot_be_used(shapes: str) -> None:
    with pytest.raises(ShapesInvalid) as raised:
        validate(graph(DATA), graph(shapes), NAMES)
    assert "SHACL" in raised.value.message("ja")


def test_a_shape_that_uses_itself_is_said_to() -> None:
    shapes = "<shapes#S> a sh:NodeShape ; sh:targetSubjectsOf rdf:type ; sh:node <shapes#S> ."
    with pytest.raises(ShapesInvalid) as raised:
        validate(graph(DATA), graph(shapes), NAMES)
    assert "自分自身" in raised.value.message("ja")
    assert "uses itself" in raised.value.message("en")
    assert "Recursive" not in raised.value.message("ja")


def test_a_chain_of_classes_that_is_too_long_is_said_to_be() -> None:
    data = graph(
        "<id/x> a <c/0> ." + "".join(f"<c/{n}> rdfs:subClassOf <c/{n + 1}> ." for n in range(5000))
    )
    shapes = graph("<shapes#S> a sh:NodeShape ; sh:targetNode <id/x> ; sh:class <c/5000> .")
    with pytest.raises(CheckAborted) as raised:
        Engine(shapes, NAMES).validate(data, [NAMES.id("x")])
    assert "長すぎ" in raised.value.message("ja")


@pytest.mark.parametrize(
    ("data", "shape", "said"),
    [
        ('skos:note "1"', "sh:pattern 5", "TypeError: "),
        ('skos:note "1"', 'sh:sparql [ sh:select "SELECT nonsense" ]', "ParseException: "),
        (
            'skos:note "2018-13-40"^^xsd:date ; jpstrat:code "2018-01-01"^^xsd:date',
            "sh:lessThanOrEquals jpstrat:code",
            '"2018-13-40"^^<http://www.w3.org/2001/XMLSchema#date>',
        ),
    ],
    ids=["pattern", "sparql", "ill-typed"],
)
def test_a_check_that_breaks_off_says_where(data: str, shape: str, said: str) -> None:
    things = graph(f"<id/m/9> {data} .")
    shapes = graph(f"""
<shapes#S> a sh:NodeShape ; sh:targetNode <id/m/9> ; sh:property <shapes#P> .
<shapes#P> a sh:PropertyShape ; sh:path skos:note ; {shape} .
""")
    with pytest.raises(CheckAborted) as raised:
        validate(things, shapes, NAMES)
    for lang in ("ja", "en"):
        assert f"<{NAMES.base}shapes#P>" in raised.value.message(lang)
        assert said in raised.value.message(lang)
    assert rdflib.NORMALIZE_LITERALS is True


def test_a_finding_may_know_its_place() -> None:
    report = validate(graph(DATA), graph(SHAPES), NAMES).located(
        {NAMES.id("m", "2"): Place("m.ttl", 7)}
    )
    missing, wrong = report.of(Severity.VIOLATION)
    assert wrong.line("en") == f'm.ttl:7: <{NAMES.base}id/m/2>: A code is needed. ["X-long"]'
    assert missing.line("en") == f"<{NAMES.base}id/m/1>: A code is needed."


def test_the_number_of_violations_is_said_in_words_that_fit_every_number() -> None:
    one = Report(validate(graph(DATA), graph(SHAPES), NAMES).of(Severity.VIOLATION)[:1])
    with pytest.raises(RulesBroken) as raised:
        one.raise_for_violations()
    assert raised.value.message("en").startswith("Places that break a rule about the data: 1. ")


def test_nothing_is_changed_and_nothing_stays_patched() -> None:
    data, shapes = graph(DATA), graph(SHAPES)
    validate(data, shapes, NAMES)
    assert isomorphic(data, graph(DATA))
    assert isomorphic(shapes, graph(SHAPES))
    # pySHACL switches both off while it reads shapes
    assert rdflib.NORMALIZE_LITERALS is True
    assert Literal("1", datatype=XSD.boolean).value is True


def test_imports_are_not_fetched() -> None:
    data, shapes = graph(DATA), graph(SHAPES)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        for each in (data, shapes):
            there = URIRef(f"http://127.0.0.1:{port}/more.ttl")
            each.add((NAMES.ontology, OWL.imports, there))
        assert validate(data, shapes, NAMES).findings
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_build_names_the_file_and_line_of_a_thing_that_breaks_a_rule(tmp_path: Path) -> None:
    for name, text in FILES.items():
        write(tmp_path, name, GRAPH_HEAD + text)
    shape = "sh:property [ sh:path skos:note ; sh:minCount 1 ]"
    text = f"<shapes#Thing> a sh:NodeShape ; sh:targetClass jpstrat:Measure ; {shape} .\n"
    write(tmp_path, "shapes/measure.ttl", GRAPH_HEAD + text)
    (tmp_path / "ontology" / "rules").mkdir()
    (tmp_path / "shapes" / "checks").mkdir()
    with pytest.raises(RulesBroken) as raised:
        write_graph(Project(tmp_path), tmp_path)
    place = f"{tmp_path / 'data/ttl/ai2019-fu2020/measure.ttl'}:{HEAD_LINES + 1}"
    for lang in ("ja", "en"):
        assert f"{place}: <{NAMES.base}id/measure/m1>: " in raised.value.message(lang)
    assert not list(tmp_path.glob("*.snapshot"))


def test_a_value_that_breaks_two_constraints_of_a_shape_is_two_findings() -> None:
    shapes = graph(SHAPES.replace('sh:pattern "^I"', 'sh:pattern "^I" ; sh:maxLength 4'))
    report = validate(graph(DATA), shapes, NAMES)
    components = {f.component for f in report.findings if f.value == Literal("X-long")}
    assert components == {SH.PatternConstraintComponent, SH.MaxLengthConstraintComponent}
    assert {f.predicate for f in report.of(Severity.VIOLATION)} == {JPSTRAT.code}
