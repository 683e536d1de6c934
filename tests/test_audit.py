"""The audit passes on the committed graph and catches a change of one fact of every kind."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from rdflib import Dataset, Graph

from kg.audit import Printed, Report, audit
from kg.errors import DocumentTruncated, PathMissing
from kg.extract import extract
from kg.graph import Triple, read_dataset, read_turtle
from kg.graph.drafts import merge
from kg.model import ReadingWarning, SourceText
from kg.namespaces import JPSTRAT, NAMES
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


def test_every_section_has_its_measures(report: Report) -> None:
    assert sum(expected for _, expected, _ in report.sections) == 272
    assert len(report.sections) == 25
    assert all(expected == loaded for _, expected, loaded in report.sections)


def test_the_second_route_finds_what_the_document_prints(report: Report) -> None:
    found = {a.printed.en: a.found for a in report.accounted}
    assert found["codes of measures"] == 272
    assert found["status tags"] == 272
    assert found["marks of reposts"] == 15
    assert found["specific targets"] == 43
    assert found["hosts of hubs"] == 8
    assert found["amounts of money"] == 11
    assert len(found) == 13


MUTATIONS = [
    ("code", AI, "measure", 'jpstrat:code "II-1-20-001"', 'jpstrat:code "II-1-20-999"'),
    ("status", AI, "measure", "vstatus:continued", "vstatus:updated"),
    ("deadline", AI, "measure", "<id/period/fy2022>", "<id/period/fy2023>"),
    ("calendar year", AI, "measure", "<id/period/cy2030>", "<id/period/fy2030>"),
    ("organisation", AI, "measure", "<id/org/npa>", "<id/org/moj>"),
    ("sector", AI, "measure", "vsector:other-ministries", "vsector:private-led"),
    ("target", AI, "measure", "III-3-t2>", "III-3-t1>"),
    ("repost reference", AI, "measure", '"III－１（８）"', '"III－１（７）"'),
    ("sub-measure deadline", AI, "sub-measure", "<id/period/fy2025>", "<id/period/fy2024>"),
    ("figure", AI, "quantitative-target", '"250000"', '"260000"'),
    ("figure as printed", AI, "quantitative-target", '"約2,000人/年"', '"約2,100人/年"'),
    ("unit", AI, "quantitative-target", "vunit:percent", "vunit:person"),
    ("observed value", AI, "observed-value", "47.5", "48.5"),
    ("progress", AI, "progress-block", "jpstrat:itemsOnSchedule 27", "jpstrat:itemsOnSchedule 28"),
    ("effort", AI, "research-effort", "<id/period/fy2050>", "<id/period/fy2049>"),
    ("deferral", AI, "research-effort", "<id/strategy/quantum-innovation>", "<id/strategy/ai2019>"),
    ("item", AI, "research-item", "varea:1 ;", "varea:2 ;"),
    ("phase", AI, "research-item", "vphase:detection", "vphase:response"),
    ("abbreviation", "org", "ministry", 'jpstrat:abbreviation "農"', 'jpstrat:abbreviation "林"'),
    ("name", "org", "ministry", '"農林水産省"@ja', '"農水省"@ja'),
    ("parent", "org", "office", "org:unitOf <id/org/cas>", "org:unitOf <id/org/cao>"),
    (
        "host",
        "org",
        "research-hub",
        "jpstrat:hostedBy <id/org/nims>",
        "jpstrat:hostedBy <id/org/aist>",
    ),
    ("hub field", "org", "research-hub", "vhub:sensor", "vhub:life"),
    ("chair", "org", "membership", "vrole:chair", "vrole:member"),
    ("budget", SLIDES, "budget-line", "jpstrat:amount 14.5", "jpstrat:amount 15.5"),
    ("budget year", SLIDES, "budget-line", "<id/period/fy2021>", "<id/period/fy2020>"),
    ("event", SLIDES, "event", '"2019-12-16"', '"2019-12-17"'),
    ("milestone", SLIDES, "milestone", "<id/period/cy2030>", "<id/period/cy2031>"),
    (
        "digest",
        "source",
        "source-span",
        'jpstrat:textDigest "sha256:0',
        'jpstrat:textDigest "sha256:1',
    ),
    ("offset", "source", "source-span", "jpstrat:start 19", "jpstrat:start 18"),
    ("heading", "source", "document-section", '"リテラシー教育"@ja', '"リテラシ教育"@ja'),
]


@pytest.fixture(scope="module")
def reading(sources: Path, project: Project) -> tuple[tuple[SourceText, ...], Dataset]:
    documents = find_documents(sources, project)
    return documents, merge(extract(d, project.curation).dataset() for d in documents)


@pytest.fixture(scope="module")
def committed(project: Project) -> Dataset:
    return read_dataset(project.ontology, project.data, None, None, NAMES)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[m[0] for m in MUTATIONS])
def test_one_changed_fact_is_caught(
    reading: tuple[tuple[SourceText, ...], Dataset],
    committed: Dataset,
    project: Project,
    mutation: tuple[str, str, str, str, str],
) -> None:
    _, name, stem, old, new = mutation
    file = project.data / "ttl" / name / f"{stem}.ttl"
    text = file.read_text("utf-8")
    assert old in text
    before = set(read_turtle(text, file="before", names=NAMES).triples)
    after = set(read_turtle(text.replace(old, new, 1), file="after", names=NAMES).triples)
    graph = committed.graph(NAMES.graph(name))
    swap(graph, before - after, after - before)
    try:
        documents, fresh = reading
        report = audit(fresh, committed, documents)
    finally:
        swap(graph, after - before, before - after)
    assert not report.passed
    assert len(report.findings) <= 4, "only the changed fact is reported"


def swap(graph: Graph, out: Iterable[Triple], in_: Iterable[Triple]) -> None:
    for triple in out:
        graph.remove(triple)
    for triple in in_:
        graph.add(triple)


def test_a_lost_measure_is_caught(sources: Path, project: Project, tmp_path: Path) -> None:
    shutil.copytree(project.data / "ttl", tmp_path / "ttl")
    file = tmp_path / "ttl" / AI / "measure.ttl"
    head, _, rest = file.read_text("utf-8").partition("\n<id/measure/ai2019-fu2020/V-1-20-005>\n")
    assert rest
    file.write_text(head, "utf-8")
    report = prove(sources, project, tmp_path)
    assert {f.problem for f in report.findings} == {"missing"}
    assert ("V", 5, 4) in report.sections


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


def test_a_fact_of_the_documents_in_another_graph_is_caught(
    reading: tuple[tuple[SourceText, ...], Dataset], committed: Dataset
) -> None:
    graph = committed.graph(NAMES.graph("curated"))
    fact = (
        NAMES.id("measure", AI, "II-1-20-001"),
        JPSTRAT.responsibleOrganization,
        NAMES.id("org", "mod"),
    )
    documents, fresh = reading
    graph.add(fact)
    try:
        report = audit(fresh, committed, documents)
    finally:
        graph.remove(fact)
    assert [(f.problem, f.value) for f in report.findings] == [("unsupported", str(fact[2]))]


def test_what_extraction_could_not_read_fails_the_audit(
    reading: tuple[tuple[SourceText, ...], Dataset], committed: Dataset
) -> None:
    documents, fresh = reading
    warning = ReadingWarning(AI, 12, "読めない", "unreadable")
    report = audit(fresh, committed, documents, warnings=[warning])
    assert [f.problem for f in report.findings] == ["unread"]
    assert not report.passed


def test_the_second_route_fails_when_a_span_is_lost(
    reading: tuple[tuple[SourceText, ...], Dataset], committed: Dataset
) -> None:
    documents, fresh = reading
    rule = Printed("番号", "codes", AI, r"(?<!I)II-1-20-001", frozenset({"status"}))
    report = audit(fresh, committed, documents, [rule])
    assert [f.problem for f in report.findings] == ["uncovered"]
