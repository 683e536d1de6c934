"""The audit passes on the committed graph, counts every section, and refuses other documents."""

import json
import shutil
from pathlib import Path

import pytest

from kg.audit import Report, audit
from kg.errors import DocumentTruncated, PathMissing
from kg.extract import extract
from kg.graph.drafts import merge
from kg.model import ReadingWarning
from kg.namespaces import NAMES
from kg.pipeline.authoring import attach, find_documents, prove
from kg.pipeline.project import Project

AI, SLIDES = "ai2019-fu2020", "slides2021"


@pytest.fixture(scope="module")
def report(sources: Path, project: Project) -> Report:
    return prove(sources, project)


def test_every_fact_agrees(report: Report) -> None:
    assert [f.line("en") for f in report.findings] == []
    assert report.passed
    assert sum(c.expected for c in report.coverage) > 20_000


def test_no_kind_of_fact_is_left_over(report: Report) -> None:
    kinds = [c.kind.en for c in report.coverage]
    assert len(kinds) > 30
    assert "other facts" not in kinds
    assert all(c.complete for c in report.coverage)


def test_every_section_of_both_documents_is_counted(report: Report) -> None:
    counts = {(s.document, s.key): s for s in report.sections}
    assert len(counts) == len(report.sections) == 53 + 10
    assert all(s.complete and s.title["ja"] and s.title["en"] for s in report.sections)
    slides = [s.key for s in report.sections if s.document == SLIDES]
    assert slides == [f"s{n}" for n in range(1, 11)]
    chapters = [s for s in report.sections if s.document == AI and s.depth == 0]
    keys = ["intro", "I", "II", "III", "IV", "V", "t1", "t2", "annex", "legend"]
    assert [s.key for s in chapters] == keys
    assert sum(s.measures.loaded for s in chapters) == 272
    assert sum(s.records.loaded for s in chapters) > 600
    assert counts[AI, "II-1-1"].measures.expected == 62
    assert counts[AI, "I-A"].records.expected == 0
    assert {c.name: c.loaded for c in counts[SLIDES, "s9"].classes} == {
        "BudgetLine": 8,
        "Programme": 5,
    }
    legend = {c.name: c.expected for c in counts[AI, "legend"].classes}
    assert legend == {"CabinetBody": 2, "GovernmentOrganization": 1, "Ministry": 12, "Office": 10}


def test_the_second_route_finds_what_the_document_prints(report: Report) -> None:
    found = {a.printed.en: a.found for a in report.accounted}
    assert len(found) == 46
    assert found["codes of measures"] == 272
    assert found["status tags"] == 272
    assert found["marks of reposts"] == 15
    assert found["specific targets"] == 43
    assert found["rows of table 2"] == 10
    assert found["hosts of hubs"] == found["hubs"] == 8
    assert found["amounts of money"] == 11
    assert all(a.complete for a in report.accounted)


def test_the_report_as_json(report: Report) -> None:
    content = json.loads(json.dumps(report.as_json()))
    assert content["passed"] is True
    section = next(s for s in content["sections"] if s["section"] == "III-4-2")
    assert section == {
        "document": AI,
        "section": "III-4-2",
        "title": section["title"],
        "expected": 4,
        "loaded": 4,
        "classes": {
            "Measure": {"expected": 1, "loaded": 1},
            "SpecificTarget": {"expected": 1, "loaded": 1},
            "SubMeasure": {"expected": 2, "loaded": 2},
        },
    }
    assert all(p["expected"] == p["found"] == p["covered"] > 0 for p in content["printed"])


def test_a_lost_measure_is_caught(sources: Path, project: Project, tmp_path: Path) -> None:
    shutil.copytree(project.data / "ttl", tmp_path / "ttl")
    file = tmp_path / "ttl" / AI / "measure.ttl"
    head, _, rest = file.read_text("utf-8").partition("\n<id/measure/ai2019-fu2020/V-1-20-005>\n")
    assert rest
    file.write_text(head, "utf-8")
    report = prove(sources, project, tmp_path)
    assert {f.problem for f in report.findings} == {"missing"}
    counts = {s.key: (s.measures.expected, s.measures.loaded) for s in report.sections}
    assert counts["V"] == (5, 4)
    assert counts["IV"] == (6, 6)


def test_documents_must_be_there(project: Project, tmp_path: Path) -> None:
    with pytest.raises(PathMissing):
        prove(tmp_path / "nowhere", project)
    with pytest.raises(PathMissing):
        prove(tmp_path, project)


def test_a_truncated_document_is_refused(sources: Path, project: Project, tmp_path: Path) -> None:
    for path in sources.glob("*.txt"):
        (tmp_path / path.name).write_text(path.read_text("utf-8")[:5000], "utf-8")
    with pytest.raises(DocumentTruncated):
        prove(tmp_path, project)


def test_wording_is_attached_after_the_digests_agree(
    sources: Path, project: Project, tmp_path: Path
) -> None:
    path, things = attach(sources, project, tmp_path)
    assert things > 400
    wording = path.read_text("utf-8")
    assert f"<{NAMES.id('measure', AI, 'II-1-20-001')}> <{NAMES.def_}wording>" in wording
    assert wording.count(f"<{NAMES.def_}wording>") == things


def test_what_extraction_could_not_read_fails_the_audit(
    report: Report, sources: Path, project: Project
) -> None:
    documents = find_documents(sources, project)
    fresh = merge(extract(d, project.curation).dataset() for d in documents)
    warning = ReadingWarning(AI, 12, "読めない", "unreadable")
    warned = audit(fresh, fresh, documents, warnings=[warning])
    assert [f.problem for f in warned.findings] == ["unread"]
    assert report.passed
    assert not warned.passed
