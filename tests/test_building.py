"""The build line: mappings, the attached wording, checks that leave no trace, whole snapshots."""

from pathlib import Path

import pytest
from rdflib import Graph, Literal
from rdflib.namespace import SKOS

from kg.audit import attach_wording
from kg.errors import CurationError, ExtractionError, RulesBroken, UndefinedTerm, WordingDamaged
from kg.model import SourceText, digest
from kg.namespaces import JPSTRAT, NAMES, Names
from kg.pipeline import building
from kg.pipeline.building import Asserted, build, read_asserted, write_graph
from kg.pipeline.project import Project, wording_file
from kg.pipeline.wording import read_wording, write_wording
from kg.store.embedded import EmbeddedStore
from kg.store.snapshot import read_header, read_snapshot
from mini import dataset

OTHER = Names("https://example.org/policy/")
HEAD = """#curie_map:
#  ror: https://ror.org/
subject_id\tpredicate_id\tobject_id\tmapping_justification
"""
ROW = "https://w3id.org/jpstrat/id/org/{}\t{}\tror:{}\tsemapv:ManualMappingCuration\n"
GOOD = ROW.format("riken", "skos:exactMatch", "01sjwvz98")
MEXT = NAMES.id("org", "mext")


def add_mapping(project: Project, text: str) -> Path:
    path = project.data / "mappings" / "ror.sssom.tsv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEAD + text, encoding="utf-8")
    return path


# --- mappings ------------------------------------------------------------------------------------


def test_a_mapping_lands_in_its_graph_and_in_the_snapshot(
    project_copy: Project, tmp_path: Path
) -> None:
    assert project_copy.mappings is None
    add_mapping(project_copy, GOOD)
    assert project_copy.mappings is not None
    path, header = write_graph(project_copy, tmp_path / "state")
    assert read_header(path) == header
    store = EmbeddedStore.of(read_snapshot(path))
    rows = store.select(f"SELECT ?s ?p ?o {{ GRAPH <{NAMES.graph('mapping')}> {{ ?s ?p ?o }} }}")
    assert [list(map(str, row.values())) for row in rows] == [
        [str(NAMES.id("org", "riken")), str(SKOS.exactMatch), "https://ror.org/01sjwvz98"]
    ]
    # the default graph holds it too
    (row,) = store.select(f"SELECT ?s {{ ?s <{SKOS.exactMatch}> <https://ror.org/01sjwvz98> }}")
    assert str(row["s"]).endswith("/org/riken")


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (ROW.format("riken", "owl:sameAs", "01sjwvz98"), "predicate_id"),
        (GOOD.replace("ror:", "rro:"), "object_id"),
        (GOOD.replace("https://w3id.org/", "jpstart:"), "subject_id"),
        (GOOD.split("\t")[0] + "\n", "predicate_id"),
    ],
)
def test_a_bad_row_is_named(project_copy: Project, row: str, field: str) -> None:
    path = add_mapping(project_copy, GOOD + row)
    with pytest.raises(CurationError) as caught:
        read_asserted(project_copy)
    facts = caught.value.facts
    assert (facts["file"], facts["row"], facts["field"]) == (str(path), 5, field)


def test_a_mapping_of_something_unknown_is_named(project_copy: Project) -> None:
    path = add_mapping(project_copy, GOOD + GOOD.replace("riken", "rikne"))
    with pytest.raises(UndefinedTerm) as caught:
        read_asserted(project_copy)
    assert (caught.value.facts["file"], caught.value.facts["line"]) == (str(path), 5)
    assert "riken" in str(caught.value.facts["nearest"])


# --- checking ------------------------------------------------------------------------------------


def test_a_check_changes_nothing() -> None:
    asserted = Asserted(NAMES, dataset(), EmbeddedStore())
    asserted.store.load(asserted.dataset)
    before = set(asserted.dataset.quads())
    first = asserted.check()
    assert asserted.check() == first
    assert set(asserted.dataset.quads()) == before


def test_a_check_sees_the_data_and_not_the_shapes() -> None:
    asserted = dataset()
    shapes = asserted.graph(NAMES.graph("shapes"))
    shapes.parse(
        data="""
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix jpstrat: <https://w3id.org/jpstrat/def#> .
        <https://w3id.org/jpstrat/shapes#Ministry> a sh:NodeShape ;
          sh:targetClass jpstrat:Ministry , sh:NodeShape ;
          sh:property [ sh:path jpstrat:code ; sh:maxCount 0 ] .
        """,
        format="turtle",
    )
    assert Asserted(NAMES, asserted, EmbeddedStore()).check().findings == ()
    asserted.graph(NAMES.graph("org")).add((MEXT, JPSTRAT.code, Literal("x")))
    (finding,) = Asserted(NAMES, asserted, EmbeddedStore()).check().findings
    assert finding.focus == MEXT


def test_a_build_that_fails_leaves_everything_as_it_was(
    project_copy: Project, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    old = state / "graph-old.snapshot"
    old.write_bytes(b"old")
    measures = project_copy.data / "ttl" / "ai2019-fu2020" / "measure.ttl"
    text = measures.read_text("utf-8")
    measures.write_text(text.replace('"II-1-20-001"', '"one"', 1), encoding="utf-8")
    with pytest.raises(RulesBroken):
        write_graph(project_copy, state)
    assert [path.name for path in state.iterdir()] == [old.name]


def test_a_build_tells_first_of_classes_that_exclude_each_other(
    project_copy: Project, tmp_path: Path
) -> None:
    measures = project_copy.data / "ttl" / "ai2019-fu2020" / "measure.ttl"
    text = measures.read_text("utf-8")
    both = text.replace("    a jpstrat:Measure ;", "    a jpstrat:Measure , jpstrat:Ministry ;", 1)
    measures.write_text(both, encoding="utf-8")
    with pytest.raises(RulesBroken) as raised:
        write_graph(project_copy, tmp_path / "state")
    first, *rest = raised.value.message("ja").splitlines()[1:]
    assert first.endswith("は「取組」と「省庁」。")
    # nothing of the properties that a ministry has not, nor of those that only a ministry needs
    assert rest == []


# --- the attached wording ------------------------------------------------------------------------


@pytest.fixture
def wording(tmp_path: Path) -> Path:
    graph = Graph()
    for name in ("mext", "meti", "mic"):
        graph.add((NAMES.id("org", name), JPSTRAT.wording, Literal(f'省\n"{name}"')))
    path = wording_file(tmp_path)
    write_wording(graph, path)
    return path


def test_the_wording_comes_back_under_any_base(wording: Path) -> None:
    graph = read_wording(wording)
    assert graph.value(MEXT, JPSTRAT.wording) == Literal('省\n"mext"')
    assert len(graph) == 3
    other = read_wording(wording, OTHER)
    assert other.value(OTHER.id("org", "mext"), OTHER.def_.wording) == Literal('省\n"mext"')
    assert [path.name for path in wording.parent.iterdir()] == [wording.name]


def test_the_wording_is_a_graph_of_its_own(wording: Path, project: Project) -> None:
    built = build(project, OTHER, wording=read_wording(wording, OTHER))
    rows = built.store.select(
        f"SELECT ?g ?s {{ GRAPH ?g {{ ?s <{OTHER.def_.wording}> ?text }} }} ORDER BY ?s"
    )
    assert [str(row["s"]).rpartition("/")[2] for row in rows] == ["meti", "mext", "mic"]
    assert {row["g"] for row in rows} == {OTHER.graph("source-text")}


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda _: "", 1),
        (lambda text: text[: len(text) // 2], 2),
        (lambda text: text[: text.index("\n") + 1], 1),
        (lambda text: text[: text.index("# sha256")], 3),
        (lambda text: text.replace("mext", "mod", 1), 4),
        (lambda text: "\x00" + text, 1),
        (lambda text: text.replace("<", "", 1), 1),
    ],
    ids=["empty", "half", "one line", "no digest", "altered", "binary", "syntax"],
)
def test_damaged_wording_is_named_with_its_line(wording: Path, spoil, line: int) -> None:
    wording.write_text(spoil(wording.read_text("utf-8")), encoding="utf-8")
    with pytest.raises(WordingDamaged) as caught:
        read_wording(wording)
    assert (caught.value.facts["file"], caught.value.facts["line"]) == (wording, line)
    assert "senryaku sources attach DIR" in caught.value.message("en")
    assert "senryaku sources attach" in caught.value.message("ja")


def test_wording_that_is_no_text_is_named(wording: Path) -> None:
    wording.write_bytes(wording.read_bytes()[:70] + b"\xff\xfe")
    with pytest.raises(WordingDamaged, match="UTF-8"):
        read_wording(wording)


def test_damaged_wording_stops_the_build(
    wording: Path, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wording.write_text("")
    monkeypatch.setattr(building, "build", lambda *_, **__: pytest.fail("built"))
    with pytest.raises(WordingDamaged):
        write_graph(project, tmp_path, wording=wording)


def test_a_digest_that_does_not_agree_attaches_nothing() -> None:
    committed = dataset()
    text = SourceText("d", "0教育を進める。\n続き", "")
    span, source = NAMES.span("d", 1, 9), committed.graph(NAMES.graph("source"))
    source.add((span, JPSTRAT.supports, JPSTRAT.wording))
    source.add((span, JPSTRAT.textDigest, Literal(digest(text.text[1:9]))))
    measure = NAMES.id("measure", "m", "II-1")
    assert list(attach_wording(committed, [text])) == [
        (measure, JPSTRAT.wording, Literal("教育を進める。"))
    ]
    altered = SourceText("d", text.text.replace("教", "共"), "")
    with pytest.raises(ExtractionError) as caught:
        attach_wording(committed, [altered])
    assert (caught.value.facts["document"], caught.value.facts["line"]) == ("d", 1)
    assert str(span) in caught.value.message("en")
    assert "ダイジェスト" in caught.value.message("ja")
