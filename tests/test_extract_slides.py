"""The slides read from the official text, and the tables that this needs."""

import re
from pathlib import Path

import pytest
from rdflib import RDF, Graph, URIRef
from rdflib.namespace import FOAF, ORG, SKOS

from kg.errors import ExtractionError
from kg.extract.curation import read_lookups
from kg.extract.slides import SLUG, read_slides
from kg.extract.slides.deck import split_slides
from kg.model import Draft, SourceText, digest
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.authoring import find_documents
from kg.pipeline.project import Project

ROOT = Path(__file__).parent.parent
CURATION = ROOT / "data" / "curation"
TABLES = (*sorted(CURATION.glob("slides-*.tsv")), CURATION / "organisations.tsv")
TABLE_COUNT = 15
LONGEST_JA = 60
LONGEST_ANCHOR = 20


# The tables


def test_every_table_is_checked() -> None:
    assert len(TABLES) == TABLE_COUNT


@pytest.mark.parametrize("path", TABLES, ids=lambda p: p.stem)
def test_tables_hold_anchors_names_and_reasons_but_no_sentences(path: Path) -> None:
    rows = read_lookups(CURATION, path.stem)
    assert rows
    for row in rows:
        assert "。" not in "".join(row.fields.values())
        for column in {"start", "end", "before", "after", "anchor"} & set(row.fields):
            assert len(row[column]) <= LONGEST_ANCHOR, row.fields


def test_another_document_is_not_split() -> None:
    with pytest.raises(ExtractionError, match=r"slides2021 as a whole: found .* × 0"):
        split_slides(SourceText(SLUG, "1 全く別の文書\n", ""), CURATION)


# The official text


@pytest.fixture(scope="module")
def official(sources: Path, project: Project) -> SourceText:
    return next(d for d in find_documents(sources, project) if d.slug == SLUG)


@pytest.fixture(scope="module")
def draft(official: SourceText) -> Draft:
    return read_slides(official, CURATION)


def changed(official: SourceText, old: str, new: str) -> SourceText:
    assert old in official.text
    return SourceText(SLUG, official.text.replace(old, new, 1), "changed")


def graph_of(draft: Draft) -> Graph:
    graph = Graph()
    for s, p, o, _ in draft.dataset().quads():
        graph.add((s, p, o))
    return graph


def test_official_nothing_is_unexpected(draft: Draft) -> None:
    assert draft.warnings == ()
    assert len(draft.records) == 216


def test_official_steps_are_reported(official: SourceText) -> None:
    steps: list[tuple[int, int]] = []
    again = read_slides(official, CURATION, lambda done, total: steps.append((done, total)))
    assert steps == [(n, len(steps)) for n in range(1, len(steps) + 1)]
    assert again.records == read_slides(official, CURATION).records


def test_official_every_span_holds_what_its_digest_says(draft: Draft) -> None:
    spans = [x for r in draft.records for s in r.statements for x in s.spans]
    assert len(spans) > 700
    for span in spans:
        assert span.digest == digest(draft.document.text[span.start : span.end])


def test_official_every_value_but_structure_is_proven(draft: Draft) -> None:
    structural = {JPSTRAT.edition, JPSTRAT.inSection, JPSTRAT.sourceDocument, SKOS.notation}
    unproven = {
        (r.iri, s.property)
        for r in draft.records
        for s in r.statements
        if not s.spans and s.property not in structural
    }
    assert unproven == set()


def test_official_every_term_of_ours_is_defined(draft: Draft) -> None:
    defined = Graph()
    files = [*(ROOT / "ontology").glob("*.ttl"), *(ROOT / "ontology" / "vocab").glob("*.ttl")]
    assert len(files) > 20
    for path in files:
        defined.parse(path)
    graph = graph_of(draft)
    known = set(defined.subjects()) | set(graph.subjects())
    elsewhere = {NAMES.id("source", SLUG), NAMES.id("strategy", "ai2019")}
    ministries = {
        NAMES.id(*path.split("/"))
        for row in read_lookups(CURATION, "organisations")
        if not row["class"] and (path := f"org/{row['slug']}")
    }
    used = {
        term
        for triple in graph
        for term in triple
        if isinstance(term, URIRef) and term.startswith(NAMES.base)
    }
    assert used - known - elsewhere - ministries == set()


def test_official_labels_are_short_clean_and_unique_in_their_class(draft: Draft) -> None:
    labels: dict[tuple[URIRef | None, object], set[URIRef]] = {}
    for record in draft.records:
        for statement in record.statements:
            if statement.property == SKOS.prefLabel and statement.value is not None:
                labels.setdefault((record.type, statement.value), set()).add(record.iri)
                text = str(statement.value)
                assert len(text) <= LONGEST_JA
                assert not re.search(r"[Ａ-Ｚａ-ｚ０-９ｦ-ﾟ\ue000-\uf8ff]|\s(?![!-~])", text), text
    assert [key for key, iris in labels.items() if len(iris) > 1] == []
    assert len(labels) > 70


def test_official_hubs_and_hosts(draft: Draft) -> None:
    graph = graph_of(draft)
    hosts = {
        (str(h).rpartition("/")[2], str(o).rpartition("/")[2])
        for h, o in graph.subject_objects(JPSTRAT.hostedBy)
    }
    assert hosts == {
        ("quantum-sensor", "titech"),
        ("quantum-materials", "nims"),
        ("quantum-security", "nict"),
        ("quantum-life", "qst"),
        ("quantum-software", "osaka-u"),
        ("quantum-device", "aist"),
        ("quantum-computing-applications", "u-tokyo-industry-consortium"),
        ("quantum-computing", "riken"),
    }
    assert set(graph.subject_objects(JPSTRAT.headquartersOf)) == {
        (NAMES.id("org", "riken"), NAMES.id("network", "quantum-innovation-hubs"))
    }


def test_official_pillars_areas_and_examples(draft: Draft) -> None:
    graph, strategy = graph_of(draft), NAMES.id("strategy", "quantum-innovation")
    assert len(set(graph.objects(strategy, JPSTRAT.strategyPillar))) == 5
    assert len(set(graph.objects(strategy, JPSTRAT.quantumArea))) == 7
    assert len(set(graph.objects(strategy, JPSTRAT.exampleHubField))) == 4


def test_official_money(draft: Draft) -> None:
    graph = graph_of(draft)
    amounts = sorted(float(str(a)) for a in graph.objects(None, JPSTRAT.amount))
    assert amounts == [3.4, 4.0, 4.0, 5.0, 14.0, 14.0, 14.4, 14.5, 15.0, 34.5, 113.4]
    for line in graph.subjects(RDF.type, JPSTRAT.BudgetLine):
        amount = graph.value(line, JPSTRAT.amount)
        yen = graph.value(line, JPSTRAT.amountInYen)
        assert round(float(str(amount)) * 100_000_000) == int(str(yen))
        assert len(list(graph.subjects(JPSTRAT.hasBudget, line))) == 1


def test_official_people(draft: Draft) -> None:
    graph = graph_of(draft)
    names = [str(graph.value(NAMES.id("person", f"p{n:03}"), FOAF.name)) for n in range(1, 21)]
    assert len(set(names)) == 20
    assert all(re.fullmatch(r"[一-鿿々]{2,5}", name) for name in names)
    chairs = NAMES.concept("role", "chair")
    # Six councils and committees print a chair with a name, and one a post without a name.
    assert len(list(graph.subjects(ORG.role, chairs))) == 7


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("（NICT）", ""),
        ("国内８拠点", "国内９拠点"),
        ("34.5億円", "35.5億円"),
        ("人材戦略", ""),
        ("②量子生命", ""),
        ("伊藤 公平 慶應義塾大学教授\n五神", "五神"),
        ("令和2年1月に", ""),
        ("量子技術イノベーション拠点\n（Head Quarter)", "量子技術イノベーション拠点\n"),
        ("4【参考】", "【参考】"),
    ],
)
def test_official_text_that_was_altered_is_refused(
    official: SourceText, old: str, new: str
) -> None:
    with pytest.raises(ExtractionError) as caught:
        read_slides(changed(official, old, new), CURATION)
    assert re.match("slides2021 (line|as a whole)", caught.value.message("en"))
    assert re.match("slides2021 の(\\d+行目|全体): ", caught.value.message("ja"))


def test_official_text_with_a_new_date_is_a_warning(official: SourceText) -> None:
    text = changed(official, "本戦略では、今後の推進方策", "令和3年1月 本戦略では、今後の推進方策")
    draft = read_slides(text, CURATION)
    assert [w.line for w in draft.warnings] == [282]
