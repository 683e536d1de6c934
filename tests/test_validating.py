"""Entries, checked by what the processes of the service are prepared with."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rdflib import Graph
from rdflib.namespace import RDF, RDFS, SH, SKOS

from api.entry_description import REPORT_TYPES
from kg.errors import (
    EntryBroken,
    EntryEmpty,
    PatternRefused,
    ReportTooLarge,
    RulesBroken,
    ShapesRefused,
    UploadInvalid,
    UploadRefused,
)
from kg.graph.canonical import format_turtle
from kg.namespaces import BASE
from kg.pipeline.answers import FORMS, PAGE
from kg.pipeline.building import write_graph
from kg.pipeline.forms import ENTRY
from kg.pipeline.project import Project, find_project
from kg.pipeline.validating import Work
from kg.store.foreign import read_rdf
from kg.store.uploads import UploadLimits
from kg.validate.report import LISTED

TURTLE = "text/turtle"
HEAD = f"""@prefix jpstrat: <{BASE}def#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@base <{BASE}> .
"""
BAD = f"""{HEAD}<id/measure/ai2019-fu2020/II-1-20-999> a jpstrat:Measure ;
  jpstrat:code "II-1-20-99" ;
  skos:prefLabel "試験"@ja , "test"@en .
"""
PLACE = 6
"""Line of the wrong code."""


@pytest.fixture(scope="module")
def work() -> Work:
    return Work({"root": str(find_project().root), "base": BASE})


def ask(
    work: Work,
    body: str | bytes,
    sent: str = TURTLE,
    shapes: str = "",
    shapes_media: str = TURTLE,
    **changes: Any,
) -> tuple[str, bytes]:
    data = body.encode() if isinstance(body, str) else body
    part = {"name": "entry.ttl", "media": sent, "size": len(data)}
    rules = {"name": "rules.ttl", "media": shapes_media, "size": len(shapes.encode())}
    head = {
        "files": [part],
        "shapes": rules if shapes else None,
        "profile": "entry",
        "mode": "alone",
        "lang": "en",
        "media": "application/json",
        "documentation": "https://example.org/shapes",
        "depth": 100,
        "limit": 10**7,
        **changes,
    }
    told, answer = work.answer(head, data + shapes.encode())
    return str(told["media"]), answer


def told(work: Work, body: str | bytes, *args: Any, **changes: Any) -> Mapping[str, Any]:
    said: Mapping[str, Any] = json.loads(ask(work, body, *args, **changes)[1])
    return said


def test_a_finding_says_what_is_wrong_and_where(work: Work) -> None:
    said = told(work, BAD)
    assert said["accepted"] is False
    assert said["counts"]["violation"] == sum(
        finding["severity"] == "violation" for finding in said["findings"]
    )
    (wrong,) = (f for f in said["findings"] if f["rule"] == "MeasureCode")
    assert (wrong["value"]["value"], wrong["place"]["file"], wrong["place"]["line"]) == (
        "II-1-20-99",
        "entry.ttl",
        PLACE,
    )
    assert wrong["documentation"] == "https://example.org/shapes#MeasureCode"


def test_what_was_known_before_is_not_said_again(work: Work) -> None:
    """A warning about the committed data is none about an entry."""
    said = told(work, "<x> <http://www.w3.org/2000/01/rdf-schema#comment> 'x' .", mode="merged")
    assert {finding["focus"] for finding in said["findings"]} <= {f"{BASE}x"}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_tells_the_same_number(work: Work, form: str) -> None:
    expected = len(told(work, BAD)["findings"])
    media, body = ask(work, BAD, media=form)
    if form == PAGE:
        groups = json.loads(body)["groups"]
        assert sum(len(group["findings"]) for group in groups) == expected
    elif form == "application/json":
        assert len(json.loads(body)["findings"]) == expected
    elif form == "text/csv":
        assert body.decode("utf-8-sig").count("\r\n") == expected + 1
    elif form == "application/sarif+json":
        assert len(json.loads(body)["runs"][0]["results"]) == expected
    elif form == "text/plain":
        assert "MeasureCode" in body.decode()
    else:
        found = [o for _, p, o, _ in read_rdf(body, media, BASE) if p == RDF.type]
        assert found.count(SH.ValidationResult) == expected


def test_the_page_marks_the_wrong_value_in_its_line(work: Work) -> None:
    said = json.loads(ask(work, BAD, media=PAGE)[1])
    findings = [finding for group in said["groups"] for finding in group["findings"]]
    (wrong,) = (f for f in findings if f["rule"] == "MeasureCode")
    assert wrong["excerpt"] == ['jpstrat:code "', "II-1-20-99", '" ;']


def test_the_language_is_that_of_who_asks(work: Work) -> None:
    for finding in told(work, BAD, lang="ja")["findings"]:
        assert any("\u3040" <= sign <= "\u30ff" for sign in finding["problem"]["ja"]), finding
        assert set(finding["problem"]) == {"ja"}


RULES = f"""{HEAD}<my#Code> a sh:NodeShape ; sh:targetClass jpstrat:Measure ;
  sh:property <my#CodeForm> .
<my#CodeForm> sh:path jpstrat:code ; sh:pattern "^X" ; sh:message "begin with X"@en .
"""


@pytest.mark.parametrize("mode", ["alone", "merged"])
def test_shapes_of_ones_own_take_the_place_of_ours(work: Work, mode: str) -> None:
    (finding,) = told(work, BAD, TURTLE, RULES, mode=mode)["findings"]
    assert finding["requirement"]["en"] == "begin with X"
    assert finding["value"]["value"] == "II-1-20-99"
    assert finding["place"]["line"] == PLACE


@pytest.mark.parametrize(
    ("rules", "feature"),
    [
        ('<x> a sh:NodeShape ; sh:sparql [ sh:select "SELECT $this {}" ] .', "sh:s"),
        ("<x> a sh:NodeShape ; sh:rule [ a sh:TripleRule ] .", "sh:"),
        ("<x> a sh:NodeShape ; sh:js [] .", "sh:js"),
        ("<x> a sh:SPARQLFunction .", "sh:SPARQLFunction"),
        ("<x> a sh:NodeShape ; sh:target [ a sh:SPARQLTarget ] .", "sh:"),
        ("<x> a sh:ConstraintComponent .", "sh:ConstraintComponent"),
        ("<x> a sh:NodeShape ; sh:expression [] .", "sh:expression"),
        ("<x> a <y> .", "no shape"),
        ("<x> a", "rules.ttl"),
        ('<x> a sh:NodeShape ; sh:targetNode <y> ; sh:property [ sh:path "no path" ] .', "SHACL"),
        ('<x> a sh:NodeShape ; sh:targetNode <y> ; sh:pattern "((" .', "SHACL"),
    ],
)
def test_shapes_that_are_programs_or_none_are_refused(work: Work, rules: str, feature: str) -> None:
    with pytest.raises(ShapesRefused, match=feature):
        told(
            work, BAD.replace("<id/measure/ai2019-fu2020/II-1-20-999>", "<y>"), TURTLE, HEAD + rules
        )


@pytest.mark.parametrize(
    ("media", "rules", "place"),
    [
        (TURTLE, RULES.replace("^X", "^(a+)+$"), "rules.ttl:7:"),
        (
            "application/rdf+xml",
            """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
                xmlns:sh="http://www.w3.org/ns/shacl#"><sh:NodeShape>
                <sh:targetNode rdf:resource="u:a"/><sh:pattern>^(a+)+$</sh:pattern>
                </sh:NodeShape></rdf:RDF>""",
            "rules.ttl",
        ),
    ],
)
def test_a_pattern_that_may_take_for_ever_is_refused(
    work: Work, media: str, rules: str, place: str
) -> None:
    with pytest.raises(PatternRefused) as refused:
        ask(work, BAD, TURTLE, rules, shapes_media=media)
    for lang, words in (("ja", ("「(a+)+」", "「a+」")), ("en", ("(a+)+ can", "a+ for"))):
        said = refused.value.message(lang)
        assert said.startswith(place)
        assert all(word in said for word in ("^(a+)+$", *words))
    assert refused.value.facts["line"] == (7 if media == TURTLE else None)


IMPORTS = "<http://www.w3.org/2002/07/owl#imports> <http://127.0.0.1:9/>"


def test_imports_of_shapes_are_refused(work: Work) -> None:
    """What they would bring is not there, so a report would not be of all shapes."""
    with pytest.raises(ShapesRefused, match="owl:imports"):
        told(work, BAD, TURTLE, f"{RULES}<my> {IMPORTS} .")


@pytest.mark.parametrize("mode", ["alone", "merged"])
def test_an_entry_that_asks_for_other_files_is_refused_as_one_with_a_context_is(
    work: Work, mode: str
) -> None:
    with pytest.raises(UploadRefused) as refused:
        told(work, f"{BAD}<x>\n  {IMPORTS} .", mode=mode)
    line = BAD.count("\n") + 2
    assert (refused.value.facts["feature"], refused.value.facts["line"]) == ("owl:imports", line)
    for lang in ("ja", "en"):
        assert f"entry.ttl:{line}:" in refused.value.message(lang)
    nowhere = (
        '{"@id": "u:a", "http://www.w3.org/2002/07/owl#imports": {"@id": "http://h.invalid/"}}'
    )
    for body in (nowhere, '{"@context": "http://host.invalid/"}'):
        with pytest.raises(UploadRefused, match=r"entry\.ttl:"):
            told(work, body, "application/ld+json", mode=mode)


@pytest.mark.parametrize(
    ("body", "media", "error"),
    [
        ("", TURTLE, EntryEmpty),
        ("# nothing", TURTLE, EntryEmpty),
        ("<a> <b> .", TURTLE, UploadInvalid),
        ("<a> <http://x/b> 'x'^^<http://www.w3.org/2001/XMLSchema#int> .", TURTLE, UploadInvalid),
        ("<a> <b> 'é' .".encode("latin-1"), TURTLE, UploadInvalid),
        ("<a> <b> " + "(" * 200 + ")" * 200 + " .", TURTLE, UploadRefused),
        ('{"@context": "http://x/"}', "application/ld+json", UploadRefused),
        ("<!DOCTYPE a><a/>", "application/rdf+xml", UploadRefused),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(
    work: Work, body: str | bytes, media: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        told(work, body, media)


def test_a_table_is_an_entry_with_places_of_its_own(work: Work) -> None:
    table = "番号,題名\r\nII-1-20-99,試験\r\n"
    said = told(work, table, "text/csv")
    places = [finding["place"] for finding in said["findings"] if finding["place"]]
    assert {2} == {place["row"] for place in places if place["row"]}
    assert "番号" in {place["header"] for place in places}


def test_tables_and_texts_make_one_entry(work: Work) -> None:
    table = "番号,題名\r\nII-1-20-998,試験\r\n"
    heads = [
        {"name": "entry.ttl", "media": TURTLE, "size": len(BAD.encode())},
        {"name": "a.csv", "media": "text/csv", "size": len(table.encode())},
    ]
    said = told(work, BAD + table, files=heads)
    files = {finding["place"]["file"] for finding in said["findings"] if finding["place"]}
    assert files == {"entry.ttl", "a.csv"}


def test_what_would_change_is_said(work: Work) -> None:
    said = told(work, BAD, mode="merged")
    assert said["difference"]["statements"] == {"added": 4, "removed": 0}
    assert any("1" in line for line in said["difference"]["lines"])


def many(number: int) -> str:
    """Measures that have nothing but their class."""
    measures = (f"<id/measure/ai2019-fu2020/x{n:05}> a jpstrat:Measure .\n" for n in range(number))
    return HEAD + "".join(measures)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_tells_how_many_more_findings_of_a_rule_there_are(work: Work, form: str) -> None:
    body, rules = many(LISTED + 3), 9
    media, answer = ask(work, body, media=form)
    text = answer.decode("utf-8-sig" if form == "text/csv" else "utf-8")
    said = "And 3 more of the same rule."
    if form == PAGE:
        page = json.loads(text)
        assert [each["note"] for each in page["further"]] == [said] * rules
        assert page["counts"]["violation"] == (rules - 1) * (LISTED + 3)
        assert sum(len(group["findings"]) for group in page["groups"]) == 500
        assert page["hidden"] == rules * LISTED - 500
    elif form == "application/json":
        report = json.loads(text)
        assert report["counts"] == {"violation": 8 * (LISTED + 3), "warning": LISTED + 3, "info": 0}
        assert Counter(f["rule"] for f in report["findings"]) == {
            each["rule"]: LISTED for each in report["further"]
        }
        assert [(f["count"], f["note"]["en"]) for f in report["further"]] == [(3, said)] * rules
        assert all(finding["fix"] for finding in report["findings"])
    elif form == "application/sarif+json":
        (run,) = json.loads(text)["runs"]
        assert len(run["results"]) == rules * LISTED
        notes = run["invocations"][0]["toolExecutionNotifications"]
        assert [note["message"]["text"] for note in notes] == [said] * rules
        ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert ids == [note["associatedRule"]["id"] for note in notes]
    elif form == "text/csv":
        assert text.count("\r\n") == rules * LISTED + rules + 1
        assert text.count(said) == rules
    elif form == "text/plain":
        assert text.count(said) == rules
        assert f"violations: {8 * (LISTED + 3)}, " in text
    else:
        quads = list(read_rdf(answer, media, BASE, UploadLimits(bytes=2**24)))
        assert [o for _, p, o, _ in quads if p == RDF.type].count(SH.ValidationResult) == 1800
        told = [str(o) for _, p, o, _ in quads if p == RDFS.comment and o.language == "en"]
        assert len(told) == rules
        assert f"MeasureCode: {said}" in told


def test_findings_of_ones_own_shapes_are_counted_too(work: Work) -> None:
    rules = RULES.replace('sh:pattern "^X"', "sh:minCount 1")
    said = told(work, many(LISTED + 3), TURTLE, rules)
    assert said["counts"]["violation"] == LISTED + 3
    assert ([f["count"] for f in said["further"]], len(said["findings"])) == ([3], LISTED)


def test_the_first_rows_of_a_table_are_those_that_are_told(work: Work) -> None:
    rows = "".join(f"II-1-20-{n:03},試験{n}\n" for n in reversed(range(300, 300 + LISTED + 5)))
    said = told(work, f"番号,題名\n{rows}", "text/csv")
    places = [f["place"]["row"] for f in said["findings"] if f["rule"] == "MeasureStatus"]
    assert places == list(range(2, LISTED + 2))
    assert {f["rule"]: f["count"] for f in said["further"]}["MeasureStatus"] == 5


def test_cells_that_cannot_be_read_are_all_told_but_not_the_same_without_end(work: Work) -> None:
    numbers = range(300, 300 + LISTED + 5)
    different = "".join(f"II-1-20-{n},{n}省\n" for n in numbers)
    same = "".join(f"II-2-20-{n},文化省\n" for n in numbers)
    said = told(work, f"番号,担当府省等\n{different}{same}", "text/csv")
    cells = [f for f in said["findings"] if f["rule"] == "TableNameUnknown"]
    values = Counter(f["value"]["value"] for f in cells)
    assert values == {"文化省": LISTED, **{f"{n}省": 1 for n in numbers}}
    assert {f["rule"]: f["count"] for f in said["further"]}["TableNameUnknown"] == 5


def test_a_rule_that_a_misspelt_name_breaks_is_not_counted(work: Work) -> None:
    """Also beyond the names that are listed."""
    body = many(LISTED + 3).replace("Measure .", 'Measure ; jpstrat:codee "II-1-20-999" .')
    said = told(work, body)
    assert {f["rule"]: f["count"] for f in said["further"]}["DefinedName"] == 3
    assert "MeasureCode" not in {f["rule"] for f in said["findings"]}


def test_a_report_is_never_cut_off(work: Work) -> None:
    with pytest.raises(ReportTooLarge):
        told(work, BAD, limit=1000)


def test_the_service_knows_the_choices_without_loading_what_checks() -> None:
    code = "import api.app, sys; print([m for m in ('pyshacl', 'kg.validate') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
    assert set(REPORT_TYPES) == set(FORMS)


def test_the_page_shows_the_row_of_a_table_with_the_wrong_cell(work: Work) -> None:
    table = "番号,題名（日本語）,状況\nII-1-20-998,良い,新規\nII-1-20-999,試験,新奇\n"
    said = json.loads(ask(work, table, sent="text/csv", media=PAGE)[1])
    rows = [finding["row"] for group in said["groups"] for finding in group["findings"]]
    expected = [
        ["番号", "II-1-20-999", False],
        ["題名（日本語）", "試験", False],
        ["状況", "新奇", True],
    ]
    assert expected in rows
    text = json.loads(ask(work, BAD, media=PAGE)[1])
    assert not any(finding["row"] for group in text["groups"] for finding in group["findings"])


def test_an_entry_that_keeps_the_rules_comes_back_as_turtle_for_the_data(work: Work) -> None:
    with pytest.raises(EntryBroken):
        ask(work, BAD, media=ENTRY)
    table = "番号,注記（日本語）,注記（英語）\nII-1-20-012,試しの注記,A note for a test\n"
    media, body = ask(work, table, sent="text/csv", media=ENTRY, mode="merged")
    text = body.decode()
    assert media == TURTLE
    assert {str(note) for note in Graph().parse(data=text).objects(None, SKOS.editorialNote)} == {
        "試しの注記",
        "A note for a test",
    }
    assert format_turtle(text) == text


REPOST = f"""{HEAD}@prefix vstatus: <{BASE}vocab/measure-status/> .
@prefix vresolution: <{BASE}vocab/repost-resolution/> .
@prefix vbasis: <{BASE}vocab/basis/> .
<id/measure/ai2019-fu2020/II-1-20-101> a jpstrat:Measure ;
  jpstrat:code "II-1-20-101" ; jpstrat:status vstatus:reposted ;
  jpstrat:edition <id/edition/ai2019-fu2020> ;
  jpstrat:inSection <id/section/ai2019-fu2020/II-1-1> ;
  jpstrat:responsibleOrganization <id/org/mext> ; jpstrat:deadline <id/period/fy2022> ;
  jpstrat:evidence <id/source/ai2019-fu2020#char=12370,12374> ;
  jpstrat:addresses <id/target/ai2019-fu2020/II-1-1-t1> ;
  jpstrat:repostOf <id/measure/ai2019-fu2020/II-1-20-001> ;
  jpstrat:repostResolution vresolution:resolved ;
  skos:prefLabel "公民館の照明の交換"@ja , "Replacing the lights of community halls"@en .
"""
"""A repost, of which the entry says no graph."""
REASON = """<id/link/repost-II-1-20-101> a jpstrat:CuratedLink ; jpstrat:basis vbasis:same-wording ;
  jpstrat:linkSource <id/measure/ai2019-fu2020/II-1-20-101> ;
  jpstrat:linkProperty jpstrat:repostOf ;
  jpstrat:linkTarget <id/measure/ai2019-fu2020/II-1-20-001> ;
  jpstrat:rationale "同じ題名である。"@ja , "The titles are the same."@en .
"""


def test_a_judgement_without_a_graph_needs_its_reason(work: Work) -> None:
    said = told(work, REPOST, mode="merged")["findings"]
    (link, _) = [f for f in said if f["rule"] == "CuratedWithoutLink"]
    assert link["place"]["line"] == REPOST[: REPOST.index("jpstrat:repostOf")].count("\n") + 1
    assert "jpstrat:CuratedLink" in link["fix"]["en"]
    with pytest.raises(EntryBroken):
        ask(work, REPOST, media=ENTRY, mode="merged")
    lonely = told(work, HEAD + "@prefix vbasis: <vocab/basis/> .\n" + REASON, mode="merged")
    assert "CuratedLinkWithoutStatement" in {f["rule"] for f in lonely["findings"]}


def test_what_comes_back_passes_the_build_where_it_says(
    work: Work, project_copy: Project, tmp_path: Path
) -> None:
    """Each part is appended to the file that its comment names."""
    _, body = ask(work, REPOST + REASON, media=ENTRY, mode="merged")
    parts = re.split(r"^# (data/\S+)\n", body.decode(), flags=re.MULTILINE)
    assert parts.pop(0) == ""
    files = dict(zip(parts[::2], parts[1::2], strict=True))
    assert set(files) == {
        "data/ttl/ai2019-fu2020/measure.ttl",
        "data/ttl/curated/curated-link.ttl",
        "data/ttl/curated/measure.ttl",
    }
    for file, text in files.items():
        with (project_copy.root / file).open("a", encoding="utf-8") as out:
            out.write(text)
    write_graph(project_copy, tmp_path / "after")
    (project_copy.root / "data/ttl/curated/curated-link.ttl").write_text("", encoding="utf-8")
    with pytest.raises(RulesBroken):
        write_graph(project_copy, tmp_path / "none")


def test_what_is_added_to_a_reason_stands_with_it(work: Work) -> None:
    note = '<id/link/advances-II-1-1> skos:editorialNote "確かめた。"@ja , "Checked."@en .\n'
    _, body = ask(work, REPOST + REASON + note, media=ENTRY, mode="merged")
    parts = re.split(r"^# (\S+)\n", body.decode(), flags=re.MULTILINE)
    files = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert [file for file, text in files.items() if "Checked." in text] == [
        "data/ttl/curated/curated-link.ttl"
    ]


@pytest.mark.parametrize(
    ("graph", "statement", "rule"),
    [
        ("inferred", "jpstrat:parallelTo <id/measure/ai2019-fu2020/II-1-20-003>", "UnknownGraph"),
        ("entry", 'skos:altLabel "別の題名"@ja', "UnknownGraph"),
        ("evil", 'skos:altLabel "別の題名"@ja', "UnknownGraph"),
        ("external", 'jpstrat:code "II-1-20-001"', "TripleInTwoGraphs"),
        (
            "ai2019-fu2020",
            "jpstrat:parallelTo <id/measure/ai2019-fu2020/II-1-20-003>",
            "JudgementOutsideCurated",
        ),
    ],
)
def test_named_graphs_are_judged(work: Work, graph: str, statement: str, rule: str) -> None:
    thing = "<id/measure/ai2019-fu2020/II-1-20-001>"
    body = f"{HEAD}<graph/{graph}> {{\n {thing} {statement} .\n}}"
    said = told(work, body, "application/trig", mode="merged")["findings"]
    places = {f["rule"]: f["place"]["line"] for f in said}
    assert places[rule] == 6
    fixes = {f["rule"]: f["fix"]["en"] for f in said}
    assert "so that this rule holds" not in fixes[rule]
