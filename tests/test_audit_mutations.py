"""One changed fact of each kind: the audit reports exactly this fact, for the right reason."""

import json
import shutil
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pytest
from rdflib import Dataset, Literal, URIRef
from rdflib.namespace import SKOS

from kg.audit import Printed, Report, audit
from kg.audit.comparison import OFFICIAL
from kg.audit.printed import Accounted
from kg.errors import CurationError
from kg.extract import extract
from kg.graph import Triple, read_dataset, read_turtle
from kg.graph.drafts import merge
from kg.model import Passage, ReadingWarning, SourceText
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.authoring import find_documents, printed_rules
from kg.pipeline.project import Project, find_project

AI, SLIDES = "ai2019-fu2020", "slides2021"
Quad = tuple[URIRef, URIRef, URIRef | Literal, URIRef]
Expected = set[tuple[str, str, str, str]]
"""Problem, subject, property, value."""

M, T, R = f"id/measure/{AI}/", f"id/target/{AI}/", f"id/research/{AI}/"
P, MEMBER, SPAN = "id/programme/", "id/membership/", f"id/source/{AI}#char="
B = f"id/big-goal/{AI}/"
# what is changed, its graph, thing and property, the value that is there and the false one; no
# value there: a fact is added; no false value: a fact is lost
CHANGES = [
    ("code", AI, f"{M}II-1-20-001", "jpstrat:code", '"II-1-20-001"', '"II-1-20-999"'),
    ("status", AI, f"{M}II-1-20-001", "jpstrat:status", "vstatus:updated", "vstatus:new"),
    ("deadline", AI, f"{M}II-1-20-002", "jpstrat:deadline", "fy2020", "fy2021"),
    ("fiscal for calendar", AI, f"{M}III-1-20-033", "jpstrat:deadline", "cy2030", "fy2030"),
    ("lost deadline", AI, f"{M}II-1-20-003", "jpstrat:deadline", "fy2021", ""),
    ("deadline text", AI, f"{M}II-1-20-002", "jpstrat:deadlineText", '"2020年度"', '"2020年"'),
    ("start", AI, f"{R}t1/4-2/2/e1", "jpstrat:startPeriod", "fy2019", "fy2020"),
    (
        "end",
        SLIDES,
        f"{P}global-quantum-network-satellite",
        "jpstrat:endPeriod",
        "fy2025",
        "fy2026",
    ),
    (
        "start of a programme",
        SLIDES,
        f"{P}global-quantum-network-satellite",
        "jpstrat:startPeriod",
        "fy2021",
        "fy2020",
    ),
    (
        "deferral",
        AI,
        f"{R}t1/2/3/e1",
        "jpstrat:deferredTo",
        "<id/strategy/quantum-innovation>",
        "<id/strategy/ai2019>",
    ),
    (
        "organisation",
        AI,
        f"{M}II-1-20-001",
        "jpstrat:responsibleOrganization",
        "<id/org/mext>",
        "<id/org/meti>",
    ),
    (
        "further organisation",
        AI,
        f"{M}II-1-20-002",
        "jpstrat:responsibleOrganization",
        "",
        "<id/org/mod>",
    ),
    (
        "sector",
        AI,
        f"{M}III-2-20-008",
        "jpstrat:responsibleSector",
        "vsector:other-ministries",
        "vsector:private-led",
    ),
    ("target", AI, f"{M}II-1-20-001", "jpstrat:addresses", f"<{T}II-1-1-t1>", f"<{T}II-1-1-t2>"),
    ("refined goal", AI, f"{T}II-1-1-t1", "jpstrat:refines", f"<{B}II-1>", f"<{B}II-2>"),
    (
        "repost",
        AI,
        f"{M}III-4-20-007",
        "jpstrat:repostReference",
        '"III－１（８）"',
        '"III－１（７）"',
    ),
    (
        "part",
        AI,
        f"{M}II-1-20-002/s1",
        "jpstrat:partOf",
        f"<{M}II-1-20-002>",
        f"<{M}II-1-20-003>",
    ),
    (
        "section",
        AI,
        f"{M}II-1-20-001",
        "jpstrat:inSection",
        f"<id/section/{AI}/II-1-1>",
        f"<id/section/{AI}/II-1-2>",
    ),
    (
        "figure",
        AI,
        f"{B}II-1/c2/q1",
        "jpstrat:value",
        '"250000"^^xsd:decimal',
        '"260000"^^xsd:decimal',
    ),
    ("figure text", AI, f"{B}II-1/c2/q1", "jpstrat:valueText", '"約25万人/年"', '"約26万人/年"'),
    ("unit", AI, f"{B}II-1/c2/q1", "jpstrat:unit", "vunit:person", "vunit:percent"),
    (
        "comparator",
        AI,
        f"{B}II-1/c2/q1",
        "jpstrat:comparator",
        "vcomparator:about",
        "vcomparator:at-least",
    ),
    ("target year", AI, f"{M}II-1-20-071/q1", "jpstrat:targetPeriod", "fy2022", "fy2023"),
    ("observed value", AI, "id/strategy-goal/ai2019/2/o4", "jpstrat:value", "47.5", "48.5"),
    ("progress", AI, f"id/progress/{AI}/II-1", "jpstrat:itemsOnSchedule", "27", "28"),
    (
        "section of a tally",
        AI,
        f"id/progress/{AI}/II-1",
        "jpstrat:coversSection",
        f"<id/section/{AI}/II-1>",
        f"<id/section/{AI}/II-2>",
    ),
    ("table row", AI, f"{R}t1/1/1", "jpstrat:researchArea", "varea:1", "varea:2"),
    ("year of a table row", AI, f"{R}t2/1", "jpstrat:deadline", "fy2022", "fy2021"),
    ("phase", AI, f"{R}t2/1", "jpstrat:cyberPhase", "vphase:prevention", "vphase:detection"),
    ("abbreviation", "org", "id/org/maff", "jpstrat:abbreviation", '"農"', '"林"'),
    ("official name", "org", "id/org/maff", "skos:prefLabel", '"農林水産省"@ja', '"農水省"@ja'),
    ("parent", "org", "id/org/cao-csti", "org:unitOf", "<id/org/cao>", "<id/org/cas>"),
    (
        "role",
        "org",
        f"{MEMBER}ai-executive-council/p004",
        "org:role",
        "vrole:chair",
        "vrole:member",
    ),
    (
        "member",
        "org",
        f"{MEMBER}ai-executive-council/p003",
        "org:member",
        "<id/person/p003>",
        "<id/person/p004>",
    ),
    (
        "body of a membership",
        "org",
        f"{MEMBER}ai-executive-council/p003",
        "org:organization",
        "<id/committee/ai-executive-council>",
        "<id/committee/ai-steering-committee>",
    ),
    ("name", "org", "id/person/p002", "foaf:name", '"須藤修"', '"須藤収"'),
    (
        "host",
        "org",
        "id/hub/quantum-computing",
        "jpstrat:hostedBy",
        "<id/org/riken>",
        "<id/org/aist>",
    ),
    (
        "hub field",
        "org",
        "id/hub/quantum-computing",
        "jpstrat:hubField",
        "vhub:computing",
        "vhub:sensor",
    ),
    (
        "amount",
        SLIDES,
        f"{P}global-quantum-network-terrestrial/b1",
        "jpstrat:amount",
        "14.5",
        "15.5",
    ),
    (
        "budget stage",
        SLIDES,
        f"{P}global-quantum-network-terrestrial/b1",
        "jpstrat:budgetStage",
        "vstage:draft",
        "vstage:initial",
    ),
    (
        "budget year",
        SLIDES,
        f"{P}global-quantum-network-terrestrial/b1",
        "jpstrat:budgetYear",
        "fy2021",
        "fy2020",
    ),
    (
        "event date",
        SLIDES,
        "id/event/ai2019-decided",
        "jpstrat:startDate",
        '"2019-06-01"^^xsd:date',
        '"2019-06-02"^^xsd:date',
    ),
    (
        "milestone",
        SLIDES,
        f"id/milestone/{SLIDES}/translation-2030",
        "jpstrat:deadline",
        "cy2030",
        "cy2031",
    ),
    (
        "heading",
        "source",
        f"id/section/{AI}/II-1-1-h2",
        "skos:notation",
        '"II-1-1-h2"',
        '"II-1-1-2"',
    ),
    ("lost evidence", AI, f"{M}II-1-20-001", "jpstrat:evidence", f"<{SPAN}12406,12409>", ""),
    ("false evidence", AI, f"{M}II-1-20-003", "jpstrat:evidence", "", f"<{SPAN}12482,12511>"),
    (
        "supported property",
        "source",
        f"{SPAN}12370,12374",
        "jpstrat:supports",
        "jpstrat:status",
        "jpstrat:deadline",
    ),
    ("extra fact", AI, f"{M}II-1-20-001", "jpstrat:deadline", "", "fy2022"),
]


@pytest.fixture(scope="module")
def documents(sources: Path, project: Project) -> tuple[SourceText, ...]:
    return find_documents(sources, project)


@pytest.fixture(scope="module")
def fresh(documents: tuple[SourceText, ...], project: Project) -> Dataset:
    return merge(extract(d, project.curation).dataset() for d in documents)


@pytest.fixture(scope="module")
def committed(project: Project) -> Dataset:
    return read_dataset(project.ontology, project.data, None, None, NAMES)


class Bench:
    """The committed graph in which something is changed for the time of one audit."""

    def __init__(
        self, fresh: Dataset, committed: Dataset, documents: tuple[SourceText, ...]
    ) -> None:
        self.fresh, self.committed, self.documents = fresh, committed, documents

    def audit(
        self,
        lost: Iterable[Quad],
        added: Iterable[Quad] = (),
        rules: Iterable[Printed] = (),
        warnings: Iterable[ReadingWarning] = (),
    ) -> Report:
        lost, added = list(lost), list(added)
        assert all(self._holds(quad) for quad in lost)
        assert not any(self._holds(quad) for quad in added)
        self._swap(lost, added)
        try:
            return audit(self.fresh, self.committed, self.documents, rules, warnings)
        finally:
            self._swap(added, lost)

    def _holds(self, quad: Quad) -> bool:
        return quad[:3] in self.committed.graph(quad[3])

    def _swap(self, out: list[Quad], in_: list[Quad]) -> None:
        for s, p, o, graph in out:
            self.committed.graph(graph).remove((s, p, o))
        for s, p, o, graph in in_:
            self.committed.graph(graph).add((s, p, o))


@pytest.fixture(scope="module")
def bench(fresh: Dataset, committed: Dataset, documents: tuple[SourceText, ...]) -> Bench:
    return Bench(fresh, committed, documents)


def found(report: Report) -> Expected:
    findings = {(f.problem, f.subject, str(f.property), f.value) for f in report.findings}
    assert len(findings) == len(report.findings)
    return findings


def expect(lost: list[Quad], added: list[Quad]) -> Expected:
    missing = {("missing", *map(str, quad[:3])) for quad in lost}
    return missing | {("unsupported", *map(str, quad[:3])) for quad in added}


def quads(graph: str, subject: str, property_: str, value: str) -> list[Quad]:
    """The quad that the words say; none where there is no value."""
    if not value:
        return []
    value = f"<id/period/{value}>" if value[:2] in ("fy", "cy") else value
    prefixes = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in NAMES.prefixes.items())
    text = f"{prefixes}@base <{NAMES.base}> .\n<{subject}> {property_} {value} ."
    triples: list[Triple] = read_turtle(text, file="change", names=NAMES).triples
    return [(s, p, o, NAMES.graph(graph)) for s, p, o in triples]


def change_of(change: tuple[str, ...]) -> tuple[list[Quad], list[Quad]]:
    _, graph, subject, property_, old, new = change
    return quads(graph, subject, property_, old), quads(graph, subject, property_, new)


@pytest.fixture(scope="module")
def findings(bench: Bench) -> Expected:
    """Findings of one audit after all changes; no two of them touch the same value."""
    assert len({change[2:4] for change in CHANGES}) == len(CHANGES) > 45
    changes = [change_of(change) for change in CHANGES]
    return found(bench.audit(*(chain(*column) for column in zip(*changes, strict=True))))


@pytest.mark.parametrize("change", CHANGES, ids=[c[0] for c in CHANGES])
def test_a_changed_fact_is_reported(findings: Expected, change: tuple[str, ...]) -> None:
    lost, added = change_of(change)
    ((subject, property_),) = {(str(s), str(p)) for s, p, _, _ in lost + added}
    assert {f for f in findings if f[1:3] == (subject, property_)} == expect(lost, added)


def test_nothing_but_the_changed_facts_is_reported(findings: Expected) -> None:
    assert findings == set().union(*(expect(*change_of(change)) for change in CHANGES))


def test_a_single_changed_fact_fails_the_audit(bench: Bench) -> None:
    lost, added = change_of(CHANGES[0])
    report = bench.audit(lost, added)
    assert found(report) == expect(lost, added)
    assert not report.passed


def test_a_changed_span_is_reported_by_both_routes(bench: Bench, committed: Dataset) -> None:
    source = committed.graph(NAMES.graph("source"))
    lost, added, wrong = [], [], set()
    spans = [NAMES.span(AI, *place) for place in ((12370, 12374), (12406, 12409), (12482, 12511))]
    for span, name in zip(spans, ("textDigest", "start", "end"), strict=True):
        old = source.value(span, JPSTRAT[name])
        assert isinstance(old, Literal)
        new = Literal(f"{old}0" if name == "textDigest" else int(old) + 1)
        lost.append((span, JPSTRAT[name], old, NAMES.graph("source")))
        added.append((span, JPSTRAT[name], new, NAMES.graph("source")))
        stated = new if name == "textDigest" else source.value(span, JPSTRAT.textDigest)
        wrong.add(("digest", str(span), str(JPSTRAT.textDigest), str(stated)))
    assert found(bench.audit(lost, added)) == wrong | expect(lost, added)


def test_a_span_without_its_place_is_reported(bench: Bench, committed: Dataset) -> None:
    """Also when the second route runs: it cannot use such a span, and does not fail over it."""
    span, source = NAMES.span(AI, 12370, 12374), NAMES.graph("source")
    lost = [
        (span, p, committed.graph(source).value(span, p), source)
        for p in (JPSTRAT.start, JPSTRAT.textDigest)
    ]
    problems = {f.problem for f in bench.audit(lost, (), RULES).findings}
    assert problems == {"missing", "digest", "uncovered"}


def test_a_change_of_every_property_is_reported(bench: Bench, committed: Dataset) -> None:
    """Nothing escapes for want of a mutation of its kind: all properties at once."""
    first: dict[URIRef, Quad] = {}
    for graph in map(NAMES.graph, OFFICIAL):
        for s, p, o in sorted(committed.graph(graph)):
            if p not in (SKOS.prefLabel, SKOS.editorialNote, JPSTRAT.population):
                first.setdefault(p, (s, p, o, graph))
    lost = list(first.values())
    assert len(lost) > 80
    added: list[Quad] = [(s, p, URIRef(f"{NAMES.base}id/false"), g) for s, p, _, g in lost]
    report = found(bench.audit(lost, added))
    assert expect(lost, added) <= report
    assert {problem for problem, *_ in report - expect(lost, added)} == {"digest"}


def test_facts_in_another_graph_are_reported(bench: Bench) -> None:
    """Moved to another official graph, or to one of other facts; and a second copy there."""
    places = [
        (AI, f"{M}II-1-20-002", "jpstrat:deadline", "fy2020", SLIDES),
        (AI, f"{M}II-1-20-003", "jpstrat:status", "vstatus:continued", "curated"),
        (SLIDES, "id/event/ai2019-decided", "rdf:type", "jpstrat:Event", AI),
        ("org", "id/org/maff", "jpstrat:abbreviation", '"農"', "source"),
    ]
    moved = [quads(*place[:4])[0] for place in places]
    added = [quads(place[4], *place[1:4])[0] for place in places]
    for lost in (moved, []):
        report = bench.audit(lost, added)
        assert found(report) == {("misplaced", *map(str, quad[:3])) for quad in added}
        assert {f.subject: f.graph for f in report.findings} == {
            str(quad[0]): place[4] for quad, place in zip(added, places, strict=True)
        }
        assert report.findings[-1].line("ja").startswith("別のグラフにある: ")
        assert report.findings[-1].line("en").endswith(" 農 (source)")


def test_a_moved_file_is_reported(bench: Bench, project: Project) -> None:
    lost = of_file(project, SLIDES, "milestone")
    assert len(lost) > 20
    moved = [(s, p, o, NAMES.graph(AI)) for s, p, o, _ in lost]
    report = bench.audit(lost, moved)
    titles = [quad for quad in lost if quad[1] == SKOS.prefLabel]
    assert {f.problem for f in report.findings} == {"misplaced"}
    assert len(report.findings) == len(lost) - len(titles)


def test_a_false_fact_in_a_graph_of_other_facts_is_reported(bench: Bench) -> None:
    fact = "jpstrat:responsibleOrganization", "<id/org/mod>"
    ((s, p, o, graph),) = added = quads("curated", f"{M}II-1-20-001", *fact)
    report = bench.audit([], added)
    assert found(report) == {("unsupported", str(s), str(p), str(o))}
    assert report.findings[0].graph == str(graph).rpartition("/")[2]


def test_missing_files_are_reported(bench: Bench, fresh: Dataset, project: Project) -> None:
    files = [
        (AI, "measure"),
        (AI, "research-item"),
        ("org", "membership"),
        (SLIDES, "budget-line"),
        ("source", "document-section"),
    ]
    lost = [quad for file in files for quad in of_file(project, *file)]
    assert len(lost) > 5_000
    printed = [quad for quad in lost if quad[:3] in fresh.graph(quad[3])]
    report = bench.audit(lost)
    assert found(report) == expect(printed, [])
    measures = {s.key: s.measures for s in report.sections}["II-1-1"]
    assert (measures.expected, measures.loaded, measures.agreeing) == (62, 0, 0)


def of_file(project: Project, graph: str, stem: str) -> list[Quad]:
    file = project.data / "ttl" / graph / f"{stem}.ttl"
    triples = read_turtle(file.read_text("utf-8"), file=str(file), names=NAMES).triples
    return [(s, p, o, NAMES.graph(graph)) for s, p, o in triples]


RULES = printed_rules(find_project())


def test_there_are_rules_for_both_documents() -> None:
    by_document: dict[str, int] = defaultdict(int)
    for rule in RULES:
        by_document[rule.document] += 1
    assert by_document == {AI: 30, SLIDES: 16}


def first_printed(rule: Printed, documents: Iterable[SourceText]) -> Passage:
    document = next(d for d in documents if d.slug == rule.document)
    return document.passage(0, len(document.text)).find_all(rule.pattern, rule.group)[0]


@pytest.fixture(scope="module")
def without_spans(
    bench: Bench, committed: Dataset, documents: tuple[SourceText, ...]
) -> dict[str, Accounted]:
    """What the rules find when nothing supports the first passage that each of them looks for."""
    source = committed.graph(NAMES.graph("source"))
    lost: set[Quad] = set()
    for rule in RULES:
        passage = first_printed(rule, documents)
        for property_ in rule.properties:
            for span in source.subjects(JPSTRAT.supports, property_):
                slug, _, offsets = str(span).rpartition("/")[2].partition("#char=")
                start, end = map(int, offsets.split(","))
                if slug == rule.document and start < passage.end and passage.start < end:
                    lost.add((span, JPSTRAT.supports, property_, source.identifier))
    assert len(lost) >= len(RULES)
    report = bench.audit(lost, (), RULES)
    assert {f.problem for f in report.findings} == {"missing", "uncovered"}
    return {a.printed.en: a for a in report.accounted}


@pytest.mark.parametrize("rule", RULES, ids=[r.en for r in RULES])
def test_the_second_route_finds_a_lost_span(
    without_spans: dict[str, Accounted], documents: tuple[SourceText, ...], rule: Printed
) -> None:
    passage, accounted = first_printed(rule, documents), without_spans[rule.en]
    assert (passage.line, passage.text) in accounted.uncovered
    assert accounted.found == rule.count
    assert not accounted.complete


def test_a_rule_about_an_unknown_document_is_refused(project: Project, tmp_path: Path) -> None:
    shutil.copytree(project.curation, tmp_path / "data" / "curation")
    table = tmp_path / "data" / "curation" / "printed.tsv"
    text = table.read_text("utf-8")
    for old, new, field in (
        (AI, "ai2019-fu2019", "document"),
        ("jpstrat:code", "jpstart:code", "properties"),
        ("\t272\t", "\tmany\t", "count"),
    ):
        table.write_text(text.replace(old, new, 1), "utf-8")
        with pytest.raises(CurationError) as error:
            printed_rules(Project(tmp_path))
        facts = error.value.facts
        assert (facts["file"], facts["row"], facts["field"]) == ("printed.tsv", 2, field)


def test_a_span_of_another_document_covers_nothing(bench: Bench, committed: Dataset) -> None:
    """Its offsets are the right ones, in the wrong text."""
    rule = next(r for r in RULES if r.en == "codes of measures")
    source, property_ = committed.graph(NAMES.graph("source")), JPSTRAT.sourceDocument
    spans = list(source.subjects(JPSTRAT.supports, JPSTRAT.code))
    lost, added = (
        [(s, property_, NAMES.id("source", slug), NAMES.graph("source")) for s in spans]
        for slug in (AI, SLIDES)
    )
    (accounted,) = bench.audit(lost, added, [rule]).accounted
    assert (accounted.found, len(accounted.uncovered)) == (rule.count, rule.count)


@pytest.mark.parametrize(("lang", "words"), [("ja", "取組の番号"), ("en", "codes of measures")])
def test_findings_are_in_one_language(bench: Bench, lang: str, words: str) -> None:
    rule = next(r for r in RULES if r.en == "codes of measures")
    fewer = Printed("取組の番号", rule.en, AI, "(?<!I)II-1-20-00[1-3]", 4, frozenset())
    warning = ReadingWarning(AI, 7, "読めない行", "a line that cannot be read")
    report = bench.audit([], [], [fewer], [warning])
    lines = {f.problem: f.line(lang) for f in report.findings}
    assert lines["miscounted"].endswith(f": <{AI}> {words} 3 ≠ 4")
    assert f"> {words} II-1-20-00" in lines["uncovered"]
    assert lines["unread"].endswith(f": <{AI}:7> {getattr(warning, lang)}")
    assert json.loads(json.dumps(report.as_json()))["findings"][-1] == {
        "problem": "unread",
        "subject": f"{AI}:7",
        "property": {"ja": warning.ja, "en": warning.en},
        "value": "",
        "graph": "",
    }


def test_a_rule_that_finds_another_number_is_reported(bench: Bench) -> None:
    rule = next(r for r in RULES if r.en == "codes of measures")
    fewer = Printed(rule.ja, rule.en, AI, "(?<!I)II-1-20-00[1-3]", rule.count, rule.properties)
    report = bench.audit([], [], [fewer])
    assert [(f.problem, f.value) for f in report.findings] == [("miscounted", "3 ≠ 272")]
