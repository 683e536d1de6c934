"""Forms of a report: what each of them says of the same findings, and that nothing breaks out."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, RDFS, SH, XSD

from kg.entry import Place
from kg.errors import Both, RulesBroken
from kg.namespaces import NAMES
from kg.pipeline.forms import ReportForm
from kg.pipeline.reporting import report_rdf, write_report
from kg.store.foreign import read_rdf
from kg.store.uploads import UPLOAD_FORMATS
from kg.validate import Explanation, Finding, Further, Report, Severity, validate
from kg.validate.output import Outcome, Unreadable, report_graph, structured, text_lines
from kg.validate.report import LISTED

MEASURE = NAMES.id("measure", "demo", "II-1-20-001")
OTHER = NAMES.id("measure", "demo", "II-1-20-002")
EXACT = Literal("01", datatype=XSD.integer, normalize=False)
HOSTILE = '=HYPERLINK("http://x.example")\r\n::error::\x1b[31mred\u202egnp, 100%'
SHAPES = Graph().parse(
    format="turtle",
    data=f"""
    @prefix jpstrat: <{NAMES.def_}> . @prefix sh: <{SH}> . @base <{NAMES.base}> .
    <shapes#Ends> a sh:NodeShape ; sh:targetClass jpstrat:Measure ; sh:property <shapes#End> .
    <shapes#End> sh:path ( jpstrat:deadline [ sh:inversePath jpstrat:endDate ] ) ; sh:minCount 1 ;
      sh:message "An end."@en , "終わり。"@ja .
    """,
)


def finding(**facts: object) -> Finding:
    known: dict[str, object] = {
        "focus": MEASURE,
        "path": "jpstrat:code",
        "predicate": NAMES.def_.code,
        "value": Literal("II-1"),
        "severity": Severity.VIOLATION,
        "shape": URIRef(f"{NAMES.base}shapes#MeasureCode"),
        "component": SH.PatternConstraintComponent,
        "message": {"ja": "番号の形です。", "en": "A code has this form."},
        "place": Place("data/ttl/demo/measure.ttl", 12, 5),
        "explanation": Explanation(
            title=Both("照明の交換", "Replacing the lights"),
            field=Both("番号", "code"),
            problem=Both("「II-1」は番号の形ではありません。", "'II-1' is no code."),
            allowed=Both("II-1-20-001 の形", "the form of II-1-20-001"),
            nearest=Both("II-1-20-001", "II-1-20-001"),
            fix=Both("番号を直してください。", "Correct the code."),
        ),
    }
    return Finding(**(known | facts))


def outcome(*findings: Finding, **facts: object) -> Outcome:
    known: dict[str, object] = {
        "report": Report(findings),
        "files": ("data/ttl/demo/measure.ttl",),
        "profile": "entry",
        "mode": "merged",
        "rules_page": "docs/reference/rules.md",
        "shapes": SHAPES,
        "version": "1.2.3",
    }
    return Outcome(**(known | facts))


WARNING = finding(
    severity=Severity.WARNING,
    focus=OTHER,
    value=None,
    shape=URIRef(f"{NAMES.base}shapes#End"),
    path="jpstrat:deadline / ^jpstrat:endDate",
    predicate=None,
    component=SH.MinCountConstraintComponent,
    explanation=None,
    place=Place("new.ttl", 3),
)
CELL = finding(place=Place("取組 表.xlsx", 7, 4, "番号", "Sheet1"), severity=Severity.INFO)
ALL = outcome(finding(), WARNING, CELL)
UNREAD = outcome(
    unreadable=(Unreadable(Place("a.ttl", 2, 9), Both("構文エラー。", "Syntax error.")),)
)
NAUGHTY = finding(
    value=Literal(HOSTILE),
    explanation=replace(
        finding().explanation or pytest.fail("none"),
        title=Both(HOSTILE, HOSTILE),
        problem=Both(HOSTILE, HOSTILE),
        nearest=Both("@SUM(A1)", "@SUM(A1)"),
    ),
    place=Place("a,b:c%d.ttl", 1, 2),
)


# --- for people ----------------------------------------------------------------------------------


def test_text_has_the_place_first_and_is_grouped_by_thing() -> None:
    lines = write_report(outcome(finding(), WARNING, finding(value=None)), ReportForm.TEXT, "en")
    assert lines.splitlines() == [
        "Replacing the lights (id/measure/demo/II-1-20-001)",
        *(
            "data/ttl/demo/measure.ttl:12:5: violation code",
            "    'II-1' is no code.",
            "    Expected: the form of II-1-20-001",
            "    Did you mean: II-1-20-001",
            "    To fix it: Correct the code.",
            "    Rule: MeasureCode  docs/reference/rules.md#MeasureCode",
        )
        * 2,
        "",
        "id/measure/demo/II-1-20-002",
        "new.ttl:3: warning jpstrat:deadline / ^jpstrat:endDate",
        "    A code has this form.",
        "    Rule: End  docs/reference/rules.md#End",
    ]


def test_text_in_japanese_has_no_english_words() -> None:
    named = "id measure demo new jpstrat deadline endDate data ttl docs reference rules xlsx"
    named += " Sheet1 MeasureCode End"
    words = {w for line in text_lines(ALL, "ja") for w in re.findall(r"[A-Za-z]{3}\w*", line.text)}
    assert words - {*named.split()} == set()
    assert "違反" in {word for line in text_lines(ALL, "ja") for word in line.text.split()}
    assert "取組 表.xlsx Sheet1 7行「番号」列: 情報 番号" in write_report(
        ALL, ReportForm.TEXT, "ja"
    )


def test_text_of_what_cannot_be_read() -> None:
    assert write_report(UNREAD, ReportForm.TEXT, "en") == "a.ttl:2:9: unreadable: Syntax error.\n"
    assert write_report(UNREAD, ReportForm.TEXT, "ja").startswith("a.ttl:2:9: 読み取れません")


def test_nothing_in_a_value_moves_the_cursor_or_turns_the_direction() -> None:
    for form in (ReportForm.TEXT, ReportForm.GITHUB):
        written = write_report(outcome(NAUGHTY), form, "en")
        assert "[31mred" in written
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", written)


def test_a_long_value_is_shortened_for_people_and_whole_for_programs() -> None:
    long = outcome(finding(value=Literal("x" * 5000), explanation=None))
    assert "x" * 200 not in write_report(long, ReportForm.TEXT, "en")
    for form in (ReportForm.JSON, ReportForm.TURTLE):
        assert "x" * 5000 in write_report(long, form, "en")


# --- for spreadsheets ----------------------------------------------------------------------------


def test_csv_has_a_row_for_each_finding() -> None:
    text = write_report(ALL, ReportForm.CSV, "ja")
    assert text.count("\r\n") == 4
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["重大度"] for row in table] == ["違反", "警告", "情報"]
    assert table[0]["もしかして"] == "II-1-20-001"
    assert (table[0]["行"], table[0]["桁"], table[1]["桁"]) == ("12", "5", "")
    assert (table[2]["シート"], table[2]["列見出し"]) == ("Sheet1", "番号")
    unread = list(csv.reader(io.StringIO(write_report(UNREAD, ReportForm.CSV, "en"), newline="")))
    assert unread[1][:5] == ["unreadable", "a.ttl", "", "2", "9"]
    assert {len(row) for row in unread} == {16}


def test_no_cell_of_csv_is_a_formula() -> None:
    text = write_report(outcome(NAUGHTY), ReportForm.CSV, "en")
    (row,) = list(csv.DictReader(io.StringIO(text, newline="")))
    assert row["value"] == f"'{HOSTILE}"
    assert row["nearest"] == "'@SUM(A1)"
    assert not [cell for cell in row.values() if cell and cell[0] in "=+-@\t\r\n"]


# --- for programs --------------------------------------------------------------------------------


def test_json_says_everything_in_both_languages() -> None:
    read = json.loads(write_report(ALL, ReportForm.JSON, "ja"))
    assert (read["version"], read["generator"]["version"]) == (1, "1.2.3")
    assert (read["accepted"], read["conforms"]) == (False, False)
    assert read["counts"] == {"violation": 1, "warning": 1, "info": 1}
    first, second, third = read["findings"]
    assert first == {
        "severity": "violation",
        "title": {"ja": "照明の交換", "en": "Replacing the lights"},
        "field": {"ja": "番号", "en": "code"},
        "problem": {
            "ja": "「II-1」は番号の形ではありません。",
            "en": "'II-1' is no code.",
        },
        "allowed": {"ja": "II-1-20-001 の形", "en": "the form of II-1-20-001"},
        "nearest": {"ja": "II-1-20-001", "en": "II-1-20-001"},
        "fix": {"ja": "番号を直してください。", "en": "Correct the code."},
        "rule": "MeasureCode",
        "requirement": {"ja": "番号の形です。", "en": "A code has this form."},
        "documentation": "docs/reference/rules.md#MeasureCode",
        "shape": f"{NAMES.base}shapes#MeasureCode",
        "component": str(SH.PatternConstraintComponent),
        "focus": str(MEASURE),
        "path": "jpstrat:code",
        "predicate": str(NAMES.def_.code),
        "value": {"type": "literal", "value": "II-1"},
        "place": {
            "file": "data/ttl/demo/measure.ttl",
            "line": 12,
            "column": 5,
            "sheet": None,
            "row": None,
            "header": None,
        },
    }
    assert (second["fix"], second["value"], second["predicate"]) == (None, None, None)
    place = {"file": "取組 表.xlsx", "line": None, "column": 4, "sheet": "Sheet1", "row": 7}
    assert third["place"] == place | {"header": "番号"}


def test_json_in_one_language_has_the_same_structure() -> None:
    both, one = structured(ALL), json.loads(write_report(ALL, ReportForm.JSON, "ja", both=False))
    assert one["findings"][0]["title"] == {"ja": "照明の交換"}
    assert one["findings"][0].keys() == both["findings"][0].keys()


def test_json_tells_accepted_from_conforming_and_strict() -> None:
    for strict, accepted in ((False, True), (True, False)):
        read = structured(outcome(WARNING, strict=strict))
        assert (read["accepted"], read["conforms"]) == (accepted, False)
    assert structured(outcome())["conforms"] is True
    read = structured(UNREAD)
    assert (read["accepted"], read["conforms"]) == (False, False)
    assert json.loads(write_report(UNREAD, ReportForm.JSON, "en"))["unreadable"] == [
        {
            "place": {
                "file": "a.ttl",
                "line": 2,
                "column": 9,
                "sheet": None,
                "row": None,
                "header": None,
            },
            "problem": {"ja": "構文エラー。", "en": "Syntax error."},
        }
    ]


def test_terms_in_json_are_those_of_sparql() -> None:
    values = [Literal("a", lang="ja"), EXACT, BNode("b"), MEASURE]
    read = json.loads(
        write_report(outcome(*(finding(value=v) for v in values)), ReportForm.JSON, "en")
    )
    assert [f["value"] for f in read["findings"]] == [
        {"type": "literal", "value": "a", "xml:lang": "ja"},
        {"type": "literal", "value": "01", "datatype": str(XSD.integer)},
        {"type": "bnode", "value": "b"},
        {"type": "uri", "value": str(MEASURE)},
    ]


# --- for code forges -----------------------------------------------------------------------------


def test_annotations_of_github() -> None:
    first, second, third = write_report(ALL, ReportForm.GITHUB, "en").splitlines()
    assert first == (
        "::error file=data/ttl/demo/measure.ttl,line=12,col=5,title=MeasureCode::"
        "Replacing the lights, code: 'II-1' is no code."
        " Expected: the form of II-1-20-001. Did you mean: II-1-20-001."
        " To fix it: Correct the code.%0Adocs/reference/rules.md#MeasureCode"
    )
    assert second.startswith("::warning file=new.ttl,line=3,title=End::id/measure/demo/II-1-20-002")
    assert third.startswith(
        "::notice file=取組 表.xlsx,title=MeasureCode::取組 表.xlsx Sheet1 row 7"
    )
    (unread,) = write_report(UNREAD, ReportForm.GITHUB, "en").splitlines()
    assert unread == "::error file=a.ttl,line=2,col=9,title=unreadable::Syntax error."


def test_an_annotation_cannot_be_broken_out_of() -> None:
    (line,) = write_report(outcome(NAUGHTY), ReportForm.GITHUB, "en").splitlines()
    properties, message = re.fullmatch("::error (.*?)::(.*)", line).groups()
    assert properties == "file=a%2Cb%3Ac%25d.ttl,line=1,col=2,title=MeasureCode"
    assert "100%25" in message


def test_sarif_has_what_the_standard_requires() -> None:
    log = json.loads(write_report(ALL, ReportForm.SARIF, "ja"))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("/sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("senryaku", "1.2.3")
    assert [rule["id"] for rule in driver["rules"]] == ["MeasureCode", "End"]
    for rule in driver["rules"]:
        assert rule["helpUri"] == f"{NAMES.base}shapes#{rule['id']}"
        assert "番号の形です。" in rule["help"]["text"]
        assert "A code has this form." in rule["help"]["markdown"]
    assert [r["level"] for r in run["results"]] == ["error", "warning", "note"]
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        assert len(result["locations"]) == 1
    fingerprints = [r["partialFingerprints"]["finding/v1"] for r in run["results"]]
    assert fingerprints[0] != fingerprints[1]


def test_places_in_sarif() -> None:
    absolute = finding(place=Place("/srv/a b.ttl", 1))
    written = write_report(
        outcome(finding(), CELL, finding(place=None), absolute), ReportForm.SARIF, "en"
    )
    places = [r["locations"][0] for r in json.loads(written)["runs"][0]["results"]]
    assert places[0]["physicalLocation"] == {
        "artifactLocation": {"uri": "data/ttl/demo/measure.ttl", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 12, "startColumn": 5},
    }
    assert places[0]["logicalLocations"] == [
        {"fullyQualifiedName": str(MEASURE), "kind": "resource"}
    ]
    cell = places[1]["physicalLocation"]
    assert cell == {
        "artifactLocation": {
            "uri": "%E5%8F%96%E7%B5%84%20%E8%A1%A8.xlsx",
            "uriBaseId": "SRCROOT",
        }
    }
    assert "row 7" in places[1]["message"]["text"]
    # code scanning refuses a result without a file
    assert places[2]["physicalLocation"] == {
        "artifactLocation": {"uri": "data/ttl/demo/measure.ttl", "uriBaseId": "SRCROOT"}
    }
    assert places[3]["physicalLocation"]["artifactLocation"] == {"uri": "file:///srv/a%20b.ttl"}


def test_sarif_of_what_cannot_be_read() -> None:
    (run,) = json.loads(write_report(UNREAD, ReportForm.SARIF, "en"))["runs"]
    assert run["invocations"] == [{"executionSuccessful": False}]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("Unreadable", "error")
    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 2,
        "startColumn": 9,
    }


# --- the report of SHACL -------------------------------------------------------------------------


@pytest.mark.parametrize("media", sorted(UPLOAD_FORMATS))
def test_the_report_of_shacl_comes_back_from_each_form_of_rdf(media: str) -> None:
    checked = outcome(finding(value=EXACT), WARNING, finding(focus=BNode("x"), value=BNode("y")))
    read = Graph()
    for s, p, o, _ in read_rdf(report_rdf(checked, media), media, NAMES.base):
        read.add((s, p, o))
    (report,) = read.subjects(RDF.type, SH.ValidationReport)
    assert read.value(report, SH.conforms) == Literal(False)
    results = list(read.objects(report, SH.result))
    assert len(results) == 3
    (first,) = read.subjects(SH.value, EXACT)
    assert str(read.value(first, SH.value)) == "01"
    assert read.value(first, SH.resultPath) == NAMES.def_.code
    assert read.value(first, SH.sourceConstraintComponent) == SH.PatternConstraintComponent
    assert read.value(first, SH.sourceShape) == URIRef(f"{NAMES.base}shapes#MeasureCode")
    assert {
        m.language for m in read.objects(first, SH.resultMessage) if isinstance(m, Literal)
    } == {
        "ja",
        "en",
    }
    severities = {read.value(result, SH.resultSeverity) for result in results}
    assert severities == {SH.Violation, SH.Warning}


def test_rdflib_reads_the_same_report() -> None:
    read = Graph().parse(data=write_report(ALL, ReportForm.TURTLE, "en"), format="turtle")
    assert isomorphic(read, report_graph(ALL))


def test_the_path_of_several_steps_is_that_of_the_shape() -> None:
    data = Graph().add((MEASURE, RDF.type, NAMES.def_.Measure))
    found = validate(data, SHAPES, NAMES)
    assert len(found.findings) == 1
    read = Graph().parse(
        data=write_report(outcome(*found.findings), ReportForm.TURTLE, "en"), format="turtle"
    )
    parts: list[Graph] = []
    for graph, of in ((read, SH.resultPath), (SHAPES, SH.path)):
        part = Graph()
        todo = list(graph.objects(None, of))
        assert len(todo) == 1
        while todo:
            node = todo.pop()
            if isinstance(node, BNode):
                part += graph.triples((node, None, None))
                todo += graph.objects(node, None)
        parts.append(part)
    assert len(parts[0]) == 5
    assert isomorphic(*parts)


def test_a_report_without_findings_conforms_and_one_that_was_not_made_is_none() -> None:
    read = Graph().parse(data=write_report(outcome(), ReportForm.TURTLE, "en"), format="turtle")
    assert set(read.objects(None, SH.conforms)) == {Literal(True)}
    assert write_report(UNREAD, ReportForm.TURTLE, "en") == ""
    with pytest.raises(ValueError, match="nothing was checked"):
        report_rdf(UNREAD, "text/turtle")


def test_a_rule_of_somebody_else_has_no_page_of_ours() -> None:
    foreign = outcome(finding(shape=URIRef("https://example.org/s#A")), finding(shape=BNode("s")))
    read = json.loads(write_report(foreign, ReportForm.JSON, "en"))
    assert [f["rule"] for f in read["findings"]] == ["https://example.org/s#A", "–"]
    assert [f["documentation"] for f in read["findings"]] == [None, None]


def test_each_result_has_a_component_that_the_project_describes() -> None:
    """SHACL asks for exactly one, also of rules that no SHACL engine judges."""
    graph = report_graph(outcome(finding(component=None)))
    (result,) = graph.subjects(RDF.type, SH.ValidationResult)
    (component,) = graph.objects(result, SH.sourceConstraintComponent)
    shapes = Graph().parse(Path(__file__).parents[1] / "shapes" / "thing.ttl")
    assert (component, RDFS.comment, None) in shapes


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("form", ReportForm)
def test_every_form_says_how_many_findings_it_leaves_out(form: ReportForm, lang: str) -> None:
    one = finding()
    report = Report((one,), (Further(one, 13_800),))
    text = write_report(outcome(report=report), form, lang)
    said = {"ja": "同じ規則の指摘がほかに13,800件あります。", "en": "13,800 more of the same rule."}
    assert said[lang] in text
    assert outcome(report=report).counts[Severity.VIOLATION] == 13_801
    assert said[lang] not in write_report(outcome(one), form, lang)


def test_findings_of_each_rule_and_severity_are_listed_up_to_a_number() -> None:
    warned = {"severity": Severity.WARNING}
    many = [finding(value=Literal(n)) for n in range(LISTED + 2)]
    report = Report((*many, *(finding(value=Literal(n), **warned) for n in range(LISTED)))).listed()
    assert report.findings[:LISTED] == tuple(many[:LISTED])
    assert [(f.example.severity, f.number) for f in report.further] == [(Severity.VIOLATION, 2)]
    assert report.count(Severity.VIOLATION) == LISTED + 2
    assert report.count(Severity.WARNING) == len(report.of(Severity.WARNING)) == LISTED
    with pytest.raises(RulesBroken, match=f"(?s){LISTED + 2}.*and {LISTED + 2 - 20} more"):
        report.raise_for_violations()
