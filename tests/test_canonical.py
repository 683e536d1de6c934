"""kg.graph.canonical: one text for a graph, and the same graph for the text."""

import random
import stat
import time
from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, SKOS, XSD

from kg.errors import BlankNodeRefused, CommentsLost, PathMissing, TurtleSyntaxError
from kg.graph import format_files, format_turtle, read_turtle, write_turtle
from kg.namespaces import JPSTRAT, NAMES, Names

ROOT = Path(__file__).parents[1]
ONTOLOGY_FILES = sorted((ROOT / "ontology").rglob("*.ttl"))

LOOSE = """# a comment
PREFIX s: <http://www.w3.org/2004/02/skos/core#>
PREFIX j: <https://w3id.org/jpstrat/def#>
<https://w3id.org/jpstrat/id/measure/e/s10> s:prefLabel "測定"@ja, "title"@en ; a j:Measure .
<https://w3id.org/jpstrat/id/measure/e/s2> j:start 5; j:supports j:code ;
 a j:Measure ; j:unit <https://w3id.org/jpstrat/vocab/ai-core-area/4-1>,
   <https://w3id.org/jpstrat/vocab/no/such/scheme>, <http://elsewhere.org/x> .
<https://w3id.org/jpstrat/id/source/d#char=9,12> j:start 9 .
<https://w3id.org/jpstrat/def> j:code "" .
"""
CANONICAL = """@prefix jpstrat: <https://w3id.org/jpstrat/def#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix varea: <https://w3id.org/jpstrat/vocab/ai-core-area/> .
@base <https://w3id.org/jpstrat/> .

<def>
    jpstrat:code "" ;
.

<id/measure/e/s2>
    a jpstrat:Measure ;
    jpstrat:start 5 ;
    jpstrat:supports jpstrat:code ;
    jpstrat:unit
        <http://elsewhere.org/x> ,
        <vocab/no/such/scheme> ,
        varea:4-1 ;
.

<id/measure/e/s10>
    a jpstrat:Measure ;
    skos:prefLabel
        "title"@en ,
        "測定"@ja ;
.

<id/source/d#char=9,12>
    jpstrat:start 9 ;
.
"""
TREES = """@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@base <https://w3id.org/jpstrat/> .
_:late a owl:AllDifferent ; owl:members _:list .
_:list <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> <id/org/b> ;
    <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> ( <id/org/a> ) .
[] a owl:AllDifferent ; owl:members () .
<shapes#S> sh:property [ sh:path <p2> ; sh:minCount 1 ] , [ sh:nodeKind [ ] ; sh:path <p1> ] ;
    sh:in ( "a" [ sh:path <p3> ] ) .
"""
TREES_CANONICAL = """@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@base <https://w3id.org/jpstrat/> .

<shapes#S>
    sh:in (
        "a"
        [
            sh:path <p3> ;
        ]
    ) ;
    sh:property
        [
            sh:path <p1> ;
            sh:nodeKind [] ;
        ] ,
        [
            sh:path <p2> ;
            sh:minCount 1 ;
        ] ;
.

[]
    a owl:AllDifferent ;
    owl:members ( <id/org/b> <id/org/a> ) ;
.

[]
    a owl:AllDifferent ;
    owl:members () ;
.
"""


def graph_of(text: str) -> Graph:
    """The graph as rdflib, which has no part in the formatting, reads it."""
    return Graph().parse(data=text, format="turtle", publicID=NAMES.base)


def test_a_loose_text_gets_its_canonical_form() -> None:
    assert format_turtle(LOOSE) == CANONICAL
    assert format_turtle(CANONICAL) == CANONICAL


def test_brackets_and_lists_have_a_fixed_order() -> None:
    assert format_turtle(TREES) == TREES_CANONICAL
    assert format_turtle(TREES_CANONICAL) == TREES_CANONICAL
    assert isomorphic(graph_of(TREES), graph_of(TREES_CANONICAL))


def test_ontology_files_are_found() -> None:
    assert len(ONTOLOGY_FILES) >= 24


@pytest.mark.parametrize("path", ONTOLOGY_FILES, ids=lambda path: path.stem)
def test_formatting_keeps_the_graph_and_is_done_after_once(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    canonical = format_turtle(text)
    assert isomorphic(graph_of(canonical), graph_of(text))
    assert format_turtle(canonical) == canonical


@pytest.mark.parametrize("name", ["jpstrat", "stubs"])
def test_the_order_of_the_statements_does_not_matter(name: str) -> None:
    text = (ROOT / "ontology" / f"{name}.ttl").read_text(encoding="utf-8")
    triples = list(read_turtle(text, file=name, names=NAMES).triples)
    expected = write_turtle(triples)
    random.Random(1).shuffle(triples)  # noqa: S311 - the same order in each run
    labels = {n: BNode() for t in triples for n in t if isinstance(n, BNode)}
    renamed = [(labels.get(s, s), p, labels.get(o, o)) for s, p, o in triples]
    assert write_turtle(renamed) == expected


def test_another_base_gives_the_same_text_but_for_the_base() -> None:
    other = Names("https://example.org/policy/")
    assert format_turtle(other.rebase(LOOSE), other) == other.rebase(CANONICAL)


@pytest.mark.parametrize(
    "text",
    [
        "",
        'say "x"',
        "back\\slash\\",
        "tab\tbell\x07del\x7f",
        "line\r\nline",
        'one\ntwo "quoted"',
        'ends\nwith "',
        '\n"""three"""\n""""',
        '""\n""',
        "\\n is not\n a line",
        "絵文字😀\u2028 and U+FFFD \ufffd",
        "0" * 5000 + "\n" + "9" * 5000,
    ],
)
def test_every_text_comes_back(text: str) -> None:
    triples = {
        (JPSTRAT.a, JPSTRAT.b, Literal(text)),
        (JPSTRAT.a, JPSTRAT.b, Literal(text, lang="ja")),
        (JPSTRAT.a, JPSTRAT.b, Literal(text, datatype=URIRef("http://elsewhere.org/type"))),
    }
    written = write_turtle(triples)
    assert set(graph_of(written)) == triples
    assert format_turtle(written) == written


def test_tags_of_languages_are_in_small_letters_and_sorted_so() -> None:
    texts = [Literal("a", lang="JA"), Literal("b", lang="EN-us"), Literal("c", lang="en")]
    written = write_turtle((JPSTRAT.a, JPSTRAT.b, text) for text in texts)
    assert written.index('"c"@en') < written.index('"b"@en-us') < written.index('"a"@ja')
    assert format_turtle(written) == written


@pytest.mark.parametrize(
    ("lexical", "datatype", "written"),
    [
        ("12", XSD.integer, "12"),
        ("-12", XSD.integer, "-12"),
        ("012", XSD.integer, '"012"^^xsd:integer'),
        ("+12", XSD.integer, '"+12"^^xsd:integer'),
        ("-0", XSD.integer, '"-0"^^xsd:integer'),
        ("1.50", XSD.decimal, "1.50"),
        ("1.", XSD.decimal, '"1."^^xsd:decimal'),
        ("0.0000001", XSD.decimal, '"0.0000001"^^xsd:decimal'),
        ("true", XSD.boolean, "true"),
        ("1", XSD.boolean, '"1"^^xsd:boolean'),
        ("1e3", XSD.double, '"1e3"^^xsd:double'),
        ("2022-04-01", XSD.date, '"2022-04-01"^^xsd:date'),
        ("text", XSD.string, '"text"'),
    ],
)
def test_a_value_keeps_its_lexical_form(lexical: str, datatype: URIRef, written: str) -> None:
    literal = Literal(lexical, datatype=datatype, normalize=False)
    text = write_turtle([(JPSTRAT.a, JPSTRAT.b, literal)])
    assert f"jpstrat:b {written} ;" in text
    ((_, _, read),) = read_turtle(text, file="x", names=NAMES).triples
    assert isinstance(read, Literal)
    assert (str(read), read.datatype or XSD.string) == (lexical, datatype)


@pytest.mark.parametrize(
    ("iri", "written"),
    [
        (NAMES.concept("unit", "person"), "vunit:person"),
        (NAMES.concept("ai-core-area", "4-1"), "varea:4-1"),
        (NAMES.base + "vocab/unit/a/b", "<vocab/unit/a/b>"),
        (NAMES.base + "vocab/unit/a.", "<vocab/unit/a.>"),
        (NAMES.base + "vocab/unit/-a", "<vocab/unit/-a>"),
        (NAMES.span("d", 1, 2), "<id/source/d#char=1,2>"),
        (NAMES.base, f"<{NAMES.base}>"),
        (NAMES.base + "a:b", f"<{NAMES.base}a:b>"),
        (NAMES.base + "/a", f"<{NAMES.base}/a>"),
        (NAMES.base + "id/../a", f"<{NAMES.base}id/../a>"),
        (NAMES.base + "?q", f"<{NAMES.base}?q>"),
        (str(SKOS), f"<{SKOS}>"),
        ("urn:isbn:1", "<urn:isbn:1>"),
    ],
)
def test_an_iri_has_one_way_to_be_written(iri: str, written: str) -> None:
    text = write_turtle([(JPSTRAT.a, JPSTRAT.b, URIRef(iri))])
    assert f"    jpstrat:b {written} ;\n" in text
    assert set(graph_of(text)) == {(JPSTRAT.a, JPSTRAT.b, URIRef(iri))}


def test_only_prefixes_in_use_are_declared() -> None:
    text = write_turtle([(JPSTRAT.a, RDF.type, JPSTRAT.b)])
    assert [line for line in text.split("\n") if line.startswith("@")] == [
        "@prefix jpstrat: <https://w3id.org/jpstrat/def#> .",
        "@base <https://w3id.org/jpstrat/> .",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<a> <p> _:x . <b> <p> _:x .",
        "<a> <p> _:x ; <q> _:x .",
        "_:x <p> _:y . _:y <p> _:x .",
        "<a> <p> 1 .\n\n_:x <p> _:x .",
    ],
)
def test_a_blank_node_without_a_place_in_a_tree_is_refused(text: str) -> None:
    with pytest.raises(BlankNodeRefused) as caught:
        format_turtle(text, file="x.ttl")
    line = text[: text.index("_:")].count("\n") + 1
    assert (caught.value.facts["file"], caught.value.facts["line"]) == ("x.ttl", line)


def test_lists_that_are_none_are_written_as_nodes() -> None:
    rdf = str(RDF)
    text = f"<a> <p> [ <{rdf}first> 1 , 2 ; <{rdf}rest> () ] , [ <{rdf}first> 1 ] ."
    assert isomorphic(graph_of(format_turtle(text)), graph_of(text))


def test_a_long_list_takes_a_line_for_each_member() -> None:
    members = [f"<id/org/organisation-{n}>" for n in range(5)]
    text = format_turtle(f"<a> <p> ( {' '.join(members)} ) .")
    assert [line.strip() for line in text.split("\n")].count("<id/org/organisation-3>") == 1
    assert all(len(line) <= 100 for line in text.split("\n"))


# Files

BARE = LOOSE.partition("\n")[2]
"""Without its comment."""


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    loose, canonical = tmp_path / "b.ttl", tmp_path / "a.ttl"
    loose.write_text(BARE, encoding="utf-8")
    canonical.write_text(CANONICAL, encoding="utf-8")
    return [loose, canonical]


def test_checking_names_files_and_changes_none(files: list[Path]) -> None:
    assert format_files(files, check=True) == [files[0]]
    assert files[0].read_text(encoding="utf-8") == BARE


def test_formatting_writes_what_was_not_canonical(files: list[Path]) -> None:
    files[0].chmod(0o640)
    untouched = files[1].stat()
    assert format_files(files, check=False) == [files[0]]
    assert files[0].read_bytes() == CANONICAL.encode()
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o640
    assert files[1].stat().st_ino == untouched.st_ino
    assert format_files(files, check=False) == []
    assert sorted(p.name for p in files[0].parent.iterdir()) == ["a.ttl", "b.ttl"]


@pytest.mark.parametrize(
    "content", [CANONICAL.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + CANONICAL.encode()]
)
def test_other_line_ends_and_byte_order_marks_go(files: list[Path], content: bytes) -> None:
    files[1].write_bytes(content)
    assert files[1] in format_files(files, check=False)
    assert files[1].read_bytes() == CANONICAL.encode()


def test_one_broken_file_leaves_all_untouched(files: list[Path]) -> None:
    broken = files[0].parent / "c.ttl"
    broken.write_text("<a> <b>", encoding="utf-8")
    with pytest.raises(TurtleSyntaxError):
        format_files([*files, broken], check=False)
    assert files[0].read_text(encoding="utf-8") == BARE


@pytest.mark.parametrize(
    ("added", "line"),
    [("# first\n", 1), ("\n<id/z> # two\n# three\n a <#Z> .\n", BARE.count("\n") + 2)],
)
@pytest.mark.parametrize("check", [True, False])
def test_comments_are_refused_with_their_places(
    files: list[Path], added: str, line: int, *, check: bool
) -> None:
    texts = [added + BARE if line == 1 else BARE + added, added + CANONICAL]
    for path, text in zip(files, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    with pytest.raises(CommentsLost) as caught:
        format_files(files, check=check)
    for lang in ("ja", "en"):
        for place in (f"{files[0]}:{line}", str(files[1]), "skos:editorialNote", "--drop-comments"):
            assert place in caught.value.message(lang)
    assert [path.read_text(encoding="utf-8") for path in files] == texts


def test_comments_are_dropped_when_told_to(files: list[Path]) -> None:
    files[1].write_text(CANONICAL + "# remark\n", encoding="utf-8")
    changed = format_files(files, check=True, drop_comments=True)
    assert changed == [files[1], files[0]]
    format_files(files, check=False, drop_comments=True)
    assert [path.read_text(encoding="utf-8") for path in files] == [CANONICAL] * 2


def test_a_sharp_in_a_string_or_an_iri_is_no_comment(files: list[Path]) -> None:
    text = '<id/a> <def#note> "# a" , """\n# b""" ; a <def#Thing> .\n'
    files[0].write_text(text, encoding="utf-8")
    assert files[0] in format_files(files, check=False)
    assert "# b" in files[0].read_text(encoding="utf-8")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PathMissing):
        format_files([tmp_path / "none.ttl"], check=True)


def test_three_thousand_spans_are_formatted_in_seconds() -> None:
    spans = "".join(
        f"<id/source/d#char={n},{n + 9}> a <def#SourceSpan> ; <def#start> {n} ; <def#end> {n + 9} ;"
        f' <def#sourceDocument> <id/source/d> ; <def#textDigest> "sha256:{n:064x}" ;'
        " <def#supports> <def#code> , <def#wording> .\n"
        for n in range(3000)
    )
    start = time.perf_counter()
    text = format_turtle(spans)
    assert time.perf_counter() - start < 5
    assert text.count("a jpstrat:SourceSpan ;") == 3000
