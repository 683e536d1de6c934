"""kg.graph: folders to named graphs, exact places of errors, names that nothing defines."""

import random
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import BNode, Dataset, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, SKOS, XSD

from kg.entry import Place
from kg.errors import (
    BlankNodeRefused,
    CurationError,
    FileMisplaced,
    KgError,
    PathMissing,
    TurtleSyntaxError,
    UndefinedTerm,
)
from kg.graph import (
    described_at,
    ontology_graph,
    read_dataset,
    read_turtle,
    source_files,
    undefined_terms,
    union_graph,
)
from kg.namespaces import JPSTRAT, NAMES, Names

ROOT = Path(__file__).parents[1]
ONTOLOGY_FILES = sorted((ROOT / "ontology").rglob("*.ttl"))

HEAD = """@prefix jpstrat: <https://w3id.org/jpstrat/def#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix vunit: <https://w3id.org/jpstrat/vocab/unit/> .
@base <https://w3id.org/jpstrat/> .
"""
HEAD_LINES = HEAD.count("\n")

FILES = {
    "ontology/jpstrat.ttl": """<def> a owl:Ontology ; owl:versionIRI <def/0.1.0> .
jpstrat:Measure a owl:Class .
jpstrat:responsibleOrganization a owl:ObjectProperty .
jpstrat:evidence a owl:ObjectProperty .
jpstrat:unit a owl:ObjectProperty .
[] a owl:AllDifferent ; owl:distinctMembers ( <id/org/mext> <id/org/meti> ) .
""",
    "ontology/stubs.ttl": "org:Organization a owl:Class .\n",
    "ontology/vocab/unit.ttl": """<vocab/unit> a skos:ConceptScheme .
vunit:person a skos:Concept .
""",
    "data/ttl/org/organization.ttl": """<id/org/mext> a org:Organization .
<id/org/meti> a org:Organization .
""",
    "data/ttl/ai2019-fu2020/measure.ttl": """<id/measure/m1> a jpstrat:Measure ;
    jpstrat:responsibleOrganization <id/org/mext> ;
    jpstrat:unit vunit:person ;
    jpstrat:evidence <id/source/s1#char=0,5> .
""",
    "data/ttl/source/span.ttl": "<id/source/s1#char=0,5> jpstrat:unit vunit:person .\n",
    "shapes/measure.ttl": """<shapes#Measure> a sh:NodeShape ; sh:targetClass jpstrat:Measure ;
    sh:property [ sh:path jpstrat:unit ; sh:in ( vunit:person ) ] .
""",
}
MAPPINGS = """#curie_map:
#  ror: https://ror.org/
subject_id\tpredicate_id\tobject_id\tpredicate_modifier
https://w3id.org/jpstrat/id/org/mext\tskos:exactMatch\tror:1\t
https://w3id.org/jpstrat/id/org/meti\tskos:exactMatch\tror:1\tNot
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        write(tmp_path, name, HEAD + text)
    write(tmp_path, "mappings/ror.sssom.tsv", MAPPINGS)
    return tmp_path


def write(project: Path, name: str, text: str) -> Path:
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def read(project: Path, names: Names = NAMES) -> Dataset:
    return read_dataset(
        project / "ontology", project / "data", project / "shapes", project / "mappings", names
    )


def undefined(project: Path) -> list[tuple[str, object, object, object]]:
    files = source_files(
        project / "ontology", project / "data", project / "shapes", project / "mappings"
    )
    return [
        (
            str(Path(str(e.facts["file"])).relative_to(project)),
            e.facts["line"],
            e.facts["term"],
            e.facts["nearest"],
        )
        for e in undefined_terms(read(project), files, NAMES)
    ]


def quads(dataset: Dataset) -> list[tuple[str, ...]]:
    return sorted(tuple(map(repr, quad)) for quad in dataset.quads())


def names_of(dataset: Dataset) -> set[str]:
    return {str(g.identifier).removeprefix(NAMES.graph("")) for g in dataset.graphs() if len(g) > 0}


# Folders to graphs


def test_each_folder_is_a_named_graph(project: Path) -> None:
    dataset = read(project)
    expected = {"def", "vocab", "org", "ai2019-fu2020", "source", "shapes", "mapping"}
    assert names_of(dataset) == expected
    assert NAMES.def_.Measure in set(dataset.graph(NAMES.graph("def")).subjects())
    assert NAMES.concept("unit", "person") in set(dataset.graph(NAMES.graph("vocab")).subjects())
    triple = (NAMES.id("measure", "m1"), JPSTRAT.unit, NAMES.concept("unit", "person"))
    assert triple in dataset.graph(NAMES.graph("ai2019-fu2020"))
    assert triple not in dataset.graph(NAMES.graph("source"))


def test_shapes_and_mappings_may_be_left_out(project: Path) -> None:
    dataset = read_dataset(project / "ontology", project / "data", None, None, NAMES)
    assert names_of(dataset) == {"def", "vocab", "org", "ai2019-fu2020", "source"}


def test_reading_twice_gives_the_same_quads_with_the_same_blank_nodes(project: Path) -> None:
    first = quads(read(project))
    assert first == quads(read(project))
    assert any("BNode" in subject for subject, *_ in first)


def test_another_base_renames_everything_of_ours(project: Path) -> None:
    other = Names("https://example.org/policy/")
    text = "\n".join(map(str, quads(read(project, other))))
    assert NAMES.base not in text
    expected = "\n".join(map(str, quads(read(project)))).replace(NAMES.base, other.base)
    assert sorted(text.split("\n")) == sorted(expected.split("\n"))


def test_the_union_is_all_but_the_shapes() -> None:
    dataset = Dataset()
    triples = [(NAMES.id("m", str(n)), RDF.type, NAMES.def_.Measure) for n in range(3)]
    for name, triple in zip(("org", "def", "shapes"), triples, strict=True):
        dataset.graph(NAMES.graph(name)).add(triple)
    assert set(union_graph(dataset, NAMES)) == set(triples[:2])
    # under another base the graph of that name is one of data
    assert set(union_graph(dataset, Names("https://example.org/"))) == set(triples)


def test_a_thing_is_found_where_it_is_first_described(project: Path) -> None:
    name = "data/ttl/org/organization.ttl"
    text = f"{HEAD}<id/org/meti> skos:related <id/org/mext> .\n\n<id/org/mext>\n    a org:Role .\n"
    write(project, name, text)
    files = source_files(project / "ontology", project / "data", project / "shapes", None)
    mext, measure = NAMES.id("org", "mext"), NAMES.id("measure", "m1")
    wanted = [mext, measure, NAMES.id("none"), BNode("b1")]
    assert described_at(wanted, files, NAMES) == {
        mext: Place(str(project / name), HEAD_LINES + 3),
        measure: Place(str(project / "data/ttl/ai2019-fu2020/measure.ttl"), HEAD_LINES + 1),
    }


def test_ontology_graph_is_a_copy_of_the_graph_def(project: Path) -> None:
    dataset = read(project)
    copy = ontology_graph(dataset, NAMES)
    home = dataset.graph(NAMES.graph("def"))
    assert set(copy) == set(home)
    copy.remove((None, None, None))
    assert len(home) > 0


@pytest.mark.parametrize(
    "missing",
    [
        "ontology/jpstrat.ttl",
        "ontology/stubs.ttl",
        "ontology/vocab",
        "data/ttl",
        "shapes",
        "mappings",
    ],
)
def test_a_missing_folder_or_file_is_named(project: Path, missing: str) -> None:
    (project / missing).rename(project / "away")
    with pytest.raises(PathMissing) as caught:
        read(project)
    assert caught.value.facts["path"] == project / missing


@pytest.mark.parametrize(
    "stray", ["ontology/extra.ttl", "data/ttl/loose.ttl", "data/ttl/org/deep/x.ttl", "data/x.ttl"]
)
def test_turtle_that_no_rule_reaches_is_refused(project: Path, stray: str) -> None:
    write(project, stray, HEAD)
    with pytest.raises(FileMisplaced) as caught:
        read(project)
    assert caught.value.facts["file"] == project / stray


@pytest.mark.parametrize("name", ["def", "vocab", "shapes", "mapping", "inferred", "source-text"])
def test_data_cannot_take_the_name_of_another_graph(project: Path, name: str) -> None:
    write(project, f"data/ttl/{name}/x.ttl", HEAD)
    with pytest.raises(FileMisplaced):
        read(project)


@pytest.mark.parametrize("blank", ["[ a org:Organization ]", "_:x", "( <id/org/mext> )"])
def test_data_have_no_blank_nodes(project: Path, blank: str) -> None:
    text = HEAD + f"<id/org/mext>\n    org:subOrganizationOf\n        {blank} .\n"
    write(project, "data/ttl/org/organization.ttl", text)
    with pytest.raises(BlankNodeRefused) as caught:
        read(project)
    assert caught.value.facts["line"] == HEAD_LINES + 3


# Mappings


def test_a_mapping_row_is_a_triple_unless_it_says_not(project: Path) -> None:
    mapping = read(project).graph(NAMES.graph("mapping"))
    mext, ror = NAMES.id("org", "mext"), URIRef("https://ror.org/1")
    assert list(mapping) == [(mext, SKOS.exactMatch, ror)]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("nope:a\tskos:exactMatch\tror:1\t", "subject_id"),
        ("jpstrat:a\towl:sameAs\tror:1\t", "predicate_id"),
        ("jpstrat:a\tskos:exactMatch\tvalue\t", "object_id"),
        ("jpstrat:a\tskos:exactMatch", "object_id"),
    ],
)
def test_an_unusable_mapping_row_names_its_field(project: Path, row: str, field: str) -> None:
    write(project, "mappings/ror.sssom.tsv", MAPPINGS + row + "\n")
    with pytest.raises(CurationError) as caught:
        read(project)
    assert (caught.value.facts["row"], caught.value.facts["field"]) == (6, field)


def test_a_mapping_table_needs_its_columns_and_a_readable_head(project: Path) -> None:
    write(project, "mappings/ror.sssom.tsv", "subject_id\tobject_id\n")
    with pytest.raises(CurationError) as caught:
        read(project)
    assert caught.value.facts["field"] == "predicate_id"
    write(project, "mappings/ror.sssom.tsv", "#curie_map: [\n")
    with pytest.raises(CurationError, match="YAML"):
        read(project)


# Syntax


@pytest.mark.parametrize(
    ("text", "line", "column", "word"),
    [
        ("<id/a> a org:Role\n<id/b> a org:Role .", 2, 1, "<id/b>"),
        ("<id/a> a org:Role ;\n", 1, 20, "EOF"),
        ("<id/a> a org:Role", 1, 18, "EOF"),
        ("<id/a> a orgg:Role .", 1, 10, "orgg:"),
        ('<id/a> a "数値" , @ .', 1, 17, "'@'"),
        ('<id/a> org:x "数値 .\n', 1, 14, "not closed"),
        ('<id/a> org:x """one\ntwo"" .\n', 1, 14, "not closed"),
        ('<id/a> org:x "a\\qb" .', 1, 16, "\\\\q"),
        ('<id/a> org:x "\\uD800" .', 1, 14, "escape"),
        ("<id/a b> a org:Role .", 1, 6, "' '"),
        ("<id/a%zz> a org:Role .", 1, 6, "%z"),
        ("<id/a", 1, 1, "not closed"),
        ("<:a> a org:Role .", 1, 1, "IRI"),
        ("<http://[x> a org:Role .", 1, 1, "IRI"),
        ('<id/a> org:x "a"@x .', 1, 17, "language"),
        ('<id/a> org:x "a"^^1 .', 1, 19, "datatype"),
        ('"a" org:x 1 .', 1, 1, "subject"),
        ("<id/a> 1 2 .", 1, 8, "predicate"),
        ("<id/a> org:x .", 1, 14, "object"),
        ("<id/a> org:x ( 1 .", 1, 18, "object"),
        ("<id/a> org:x [ org:y 1 .", 1, 24, "']'"),
        ("[] .", 1, 4, "predicate"),
        ("@prefix a:b <x> .", 1, 9, "prefix"),
        ("@prefix a: 1 .", 1, 12, "IRI"),
        ("@prefix a: <x>\n<id/a> a a:b .", 2, 1, "'.'"),
        ("<id/a> a org:Role . }", 1, 21, "expected subject, found }"),
        ("<id/a> org:x " + "[ org:x " * 60, 1, 14 + 8 * 50, "50"),
    ],
)
def test_a_syntax_error_has_its_exact_place(text: str, line: int, column: int, word: str) -> None:
    with pytest.raises(TurtleSyntaxError) as caught:
        read_turtle(HEAD + text, file="x.ttl", names=NAMES)
    facts = caught.value.facts
    assert (facts["file"], facts["line"], facts["column"]) == ("x.ttl", HEAD_LINES + line, column)
    assert word in caught.value.message("en")
    said = {lang: str(caught.value.fact("detail", lang)) for lang in ("ja", "en")}
    assert word in said["en"]
    assert said["ja"] in caught.value.message("ja")
    assert said["ja"] != said["en"]


@pytest.mark.parametrize(
    ("text", "wide", "narrow"),
    [
        ("<id/a> a org:Role；\n org:x 1 .", "；", ";"),
        ("<id/a> org:x 1 ；\n org:y 1 .", "；", ";"),
        ("<id/a> a org:Role 。", "。", "."),
        ("<id/a> org:x “a” .", "“", '"'),
        ("<id/a> org:x 1 ， 2 .", "，", ","),
        ("<id/a> org:x （ 1 ） .", "（", "("),
    ],
)
def test_a_full_width_sign_is_named(text: str, wide: str, narrow: str) -> None:
    with pytest.raises(TurtleSyntaxError) as caught:
        read_turtle(HEAD + text, file="x.ttl", names=NAMES)
    assert f"全角の {wide} は半角の {narrow} で書きます" in caught.value.message("ja")
    assert f"write {narrow} in place of the full-width {wide}" in caught.value.message("en")


def test_a_text_that_ends_too_early_is_told_in_japanese() -> None:
    with pytest.raises(TurtleSyntaxError) as caught:
        read_turtle(HEAD + "<id/a> a org:Role", file="x.ttl", names=NAMES)
    said = str(caught.value.fact("detail", "ja"))
    assert said == "'.'、';' 又は ',' が必要ですが、そこでファイルが終わっています"


@pytest.mark.parametrize(
    ("head", "used", "nearest"),
    [
        ("", "skos", f"@prefix skos: <{SKOS}> ."),
        ("", "jpstart", "jpstrat:"),
        (f"@prefix skos: <{SKOS}> .", "sksos", "skos:"),
        ("@prefix widget: <http://example.org/> .", "widgit", "widget:"),
        ("", "zzz", None),
        ("", "", None),
    ],
)
def test_an_undeclared_prefix_is_shown_with_the_nearest(
    head: str, used: str, nearest: str | None
) -> None:
    with pytest.raises(TurtleSyntaxError) as caught:
        read_turtle(f"{head}\n<id/a> a {used}:Concept .", file="x.ttl", names=NAMES)
    assert caught.value.facts["line"] == 2
    assert caught.value.facts["nearest"] == nearest
    assert (f"もしかして: {nearest}" in caught.value.message("ja")) is (nearest is not None)


def test_a_file_that_is_not_utf8_is_a_syntax_error_at_its_byte(project: Path) -> None:
    path = project / "data/ttl/org/organization.ttl"
    path.write_bytes(b"# \xe3\x81\x82\n# \xe3\x81\x82 \x8b\n")
    with pytest.raises(TurtleSyntaxError) as caught:
        read(project)
    assert (caught.value.facts["line"], caught.value.facts["column"]) == (2, 5)
    assert "0x8B" in caught.value.message("ja")


def test_a_byte_order_mark_is_no_error(project: Path) -> None:
    before = quads(read(project))
    path = project / "data/ttl/org/organization.ttl"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert quads(read(project)) == before


def test_lexical_forms_stay_as_they_stand() -> None:
    text = (
        '<a> <b> 01 , 1.50 , 0.0000001 , +5 , 1e3 , true , "01"^^<x> , '
        '"1"^^<http://www.w3.org/2001/XMLSchema#boolean> , '
        '"s"^^<http://www.w3.org/2001/XMLSchema#string> , "t"@ja-Hrkt .'
    )
    objects = [o for _, _, o in read_turtle(text, file="x", names=NAMES).triples]
    assert [(str(o), o.datatype) for o in objects if isinstance(o, Literal)] == [
        ("01", XSD.integer),
        ("1.50", XSD.decimal),
        ("0.0000001", XSD.decimal),
        ("+5", XSD.integer),
        ("1e3", XSD.double),
        ("true", XSD.boolean),
        ("01", URIRef(NAMES.base + "x")),
        ("1", XSD.boolean),
        ("s", None),
        ("t", None),
    ]


def test_a_prefix_or_base_declared_again_counts_from_there() -> None:
    text = """@prefix p: <http://a/> . @base <http://b/c/d> . p:x p:y <e#> , <../e> , <?q> , <> .
    PREFIX p: <http://z/> BASE <f/> p:x p:y <e> , <//h/i> , </j> , <./k/..> ."""
    triples = read_turtle(text, file="x", names=NAMES).triples
    assert [str(s) for s, _, _ in triples] == ["http://a/x"] * 4 + ["http://z/x"] * 4
    assert [str(o) for _, _, o in triples] == [
        *("http://b/c/e#", "http://b/e", "http://b/c/d?q", "http://b/c/d"),
        *("http://b/c/f/e", "http://h/i", "http://b/j", "http://b/c/f/"),
    ]


def test_blank_nodes_are_numbered_in_their_order() -> None:
    text = "_:z <p> [ <q> _:a ] , _:z , ( ) . [ <p> 1 ] ."
    triples = read_turtle(text, file="x", names=NAMES, blank="f7b").triples
    z, inner, a = BNode("f7b1"), BNode("f7b2"), BNode("f7b3")
    assert [(s, o) for s, _, o in triples[:4]] == [(inner, a), (z, inner), (z, z), (z, RDF.nil)]


def test_ontology_files_are_found() -> None:
    assert len(ONTOLOGY_FILES) >= 24


@pytest.mark.parametrize("path", ONTOLOGY_FILES, ids=lambda path: path.stem)
def test_rdflib_reads_the_same_graph(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    ours = Graph()
    for triple in read_turtle(text, file=str(path), names=NAMES).triples:
        ours.add(triple)
    assert len(ours) > 0
    assert isomorphic(ours, Graph().parse(data=text, format="turtle"))


def test_oxigraph_refuses_the_same_texts_on_the_same_lines() -> None:
    base = HEAD + FILES["ontology/jpstrat.ttl"] + FILES["shapes/measure.ttl"]
    base += '<id/x> jpstrat:unit """a\n"b" c"""@ja , "x\\u3042\\n"^^<id/z> , -3.50 , true .\n'
    chance = random.Random(20)  # noqa: S311 - the same mistakes in each run
    both: list[tuple[int, int]] = []
    for _ in range(500):
        at = chance.randrange(len(base))
        added = chance.choice([*".;,<>\"'@^[](){}:#\\ ab1?!%=\n", ""])
        text = base[:at] + added + base[at + (not added) :]
        ours, theirs = error_line(text), oxigraph_error_line(text)
        assert (ours is None) == (theirs is None), text
        both += [(ours, theirs)] if ours and theirs else []
    assert len(both) > 250
    # Where a quote or bracket stays open, Oxigraph points to its end and we to its beginning.
    assert all(ours <= theirs for ours, theirs in both)
    assert sum(ours == theirs for ours, theirs in both) > 0.95 * len(both)


def error_line(text: str) -> int | None:
    try:
        read_turtle(text, file="x", names=NAMES)
    except TurtleSyntaxError as error:
        return int(str(error.facts["line"]))
    return None


def oxigraph_error_line(text: str) -> int | None:
    try:
        list(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.TURTLE, base_iri=NAMES.base))
    except SyntaxError as error:
        return error.lineno
    return None


# Undefined terms


def test_a_sound_project_has_no_undefined_term(project: Path) -> None:
    assert undefined(project) == []


@pytest.mark.parametrize(
    ("old", "new", "term", "nearest"),
    [
        (
            "jpstrat:responsibleOrganization",
            "jpstrat:responsibleOrganisation",
            "jpstrat:responsibleOrganisation",
            "jpstrat:responsibleOrganization",
        ),
        ("jpstrat:Measure", "<def#Mesure>", "jpstrat:Mesure", "jpstrat:Measure"),
        ("vunit:person", "vunit:persons", "vunit:persons", "vunit:person"),
        ("vunit:person", "<vocab/units/person>", "<vocab/units/person>", "vunit:person"),
        ("<id/org/mext>", "<id/org/mex>", "<id/org/mex>", "<id/org/mext>"),
        (
            "<id/org/mext>",
            "<https://w3id.org/jpstrat/id/orgs/mext>",
            "<id/orgs/mext>",
            "<id/org/mext>",
        ),
        ("char=0,5", "char=0,6", "<id/source/s1#char=0,6>", None),
        ("<id/org/mext>", "<elsewhere>", "<elsewhere>", None),
        ("vunit:person", '"1"^^jpstrat:unite', "jpstrat:unite", "jpstrat:unit"),
        ("<id/org/mext>", "<graph/orgs>", "<graph/orgs>", "<graph/org>"),
    ],
)
def test_an_undefined_name_is_shown_with_its_line_and_the_nearest(
    project: Path, old: str, new: str, term: str, nearest: str | None
) -> None:
    name = "data/ttl/ai2019-fu2020/measure.ttl"
    text = FILES[name].replace(old, new)
    # Neither a comment nor a string is a use.
    write(project, name, HEAD + f'# {new}\n<id/org/mext> skos:note """\n {new!r} """ .\n' + text)
    line = next(n for n, part in enumerate(text.split("\n"), start=1) if new in part)
    assert undefined(project) == [(name, HEAD_LINES + 3 + line, term, nearest)]


def test_each_file_with_the_name_is_reported(project: Path) -> None:
    write(project, "ontology/vocab/unit.ttl", HEAD + "<vocab/unit> a skos:ConceptScheme .\n")
    found = undefined(project)
    assert [file for file, *_ in found] == [
        "data/ttl/ai2019-fu2020/measure.ttl",
        "data/ttl/source/span.ttl",
        "shapes/measure.ttl",
    ]
    assert {term for _, _, term, _ in found} == {"vunit:person"}


def test_terms_must_be_defined_in_their_own_graphs(project: Path) -> None:
    write(project, "data/ttl/org/term.ttl", HEAD + "jpstrat:invented a owl:Class .\n")
    assert [term for _, _, term, _ in undefined(project)] == ["jpstrat:invented"]


def test_a_mapping_describes_nothing(project: Path) -> None:
    row = "https://w3id.org/jpstrat/id/org/mxt\tskos:exactMatch\tror:1\t\n"
    write(project, "mappings/ror.sssom.tsv", MAPPINGS + row)
    assert undefined(project) == [("mappings/ror.sssom.tsv", 6, "<id/org/mxt>", "<id/org/mext>")]


def test_graphs_that_there_are_and_versions_need_no_description(project: Path) -> None:
    text = HEAD + "<id/org/mext> skos:note <graph/org> , <graph/inferred> , <def> , <def/9.9.9> .\n"
    write(project, "data/ttl/org/more.ttl", text)
    assert undefined(project) == []


def test_a_term_that_no_file_holds_is_not_passed_over(project: Path) -> None:
    dataset = read(project)
    dataset.graph(NAMES.graph("org")).add((NAMES.id("org", "mext"), JPSTRAT.unti, Literal(1)))
    (error,) = undefined_terms(dataset, [], NAMES)
    assert (error.facts["term"], error.facts["nearest"]) == ("jpstrat:unti", "jpstrat:unit")


def test_undefined_terms_speak_both_languages() -> None:
    error: KgError = UndefinedTerm(file="a.ttl", line=3, term="vunit:persn", nearest="vunit:person")
    assert "a.ttl:3" in error.message("ja")
    assert "もしかして: vunit:person" in error.message("ja")
    assert "Did you mean: vunit:person?" in error.message("en")
