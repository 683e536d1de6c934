"""TriG and N-Quads: graphs and places of statements; what is accepted is what Oxigraph accepts."""

import random
from collections.abc import Callable

import pytest
from rdflib import BNode, Dataset, URIRef
from rdflib.compare import isomorphic

from kg.errors import KgError, TurtleSyntaxError, UploadInvalid
from kg.graph import Document, read_nquads, read_trig
from kg.namespaces import NAMES
from kg.store.foreign import read_rdf

TRIG = """@prefix : <http://x.example/> .
:a :b :c , "d"@ja ; :e 1.50 .
[] :p 1 . [ :p 2 ] .
{ :d :e "x" }
:g { :a :b :c ; :d [ :e :f ] . (1 2) :x :y }
GRAPH <http://x.example/h> { [ :p 3 ] . :s :p :o . }
[] { :q :r :s }
_:g2 { :q :r :t . }
PREFIX v: <http://v.example/>
graph v:g { v:a a v:B }
:empty { }
() :p () .
"""
NQUADS = """<http://x.example/a> <http://x.example/b> "c" <http://x.example/g> .
_:a <http://x.example/b> "c"@ja .
_:a <http://x.example/b> _:b _:g . # a remark
"""
Reader = Callable[..., Document]


def dataset(quads: object) -> Dataset:
    made = Dataset()
    for subject, predicate, object_, graph in quads:  # quads of either reader
        made.graph(graph or URIRef("x:default")).add((subject, predicate, object_))
    return made


def by_us(text: str, reader: Reader) -> Dataset:
    read = reader(text, file="x", names=NAMES)
    assert len(read.triples) == len(read.graphs) == len(read.offsets)
    return dataset((*t, g) for t, g in zip(read.triples, read.graphs, strict=True))


def by_oxigraph(text: str, media: str) -> Dataset:
    return dataset(read_rdf(text.encode(), media, NAMES.base))


def same(ours: Dataset, theirs: Dataset) -> bool:
    graphs = {g.identifier for each in (ours, theirs) for g in each.graphs() if len(g)}
    return all(isomorphic(ours.graph(name), theirs.graph(name)) for name in graphs)


CASES = [(TRIG, read_trig, "application/trig"), (NQUADS, read_nquads, "application/n-quads")]


@pytest.mark.parametrize(("text", "reader", "media"), CASES, ids=["trig", "nquads"])
def test_each_statement_stands_in_its_graph(text: str, reader: Reader, media: str) -> None:
    ours, theirs = by_us(text, reader), by_oxigraph(text, media)
    assert same(ours, theirs)
    named = {str(g.identifier) for g in ours.graphs() if len(g)}
    assert "http://x.example/g" in named
    if reader is read_trig:
        assert {"http://x.example/h", "http://v.example/g", "x:default"} <= named


def test_places_of_statements() -> None:
    read = read_trig(TRIG, file="x", names=NAMES)
    places = {t: read.place(o) for t, o in zip(read.triples, read.offsets, strict=True)}
    at = {(str(s)[-1], str(o)[-1]): place for (s, _, o), place in places.items()}
    assert at["d", "x"] == (4, 9)
    assert at["q", "s"] == (7, 12)
    assert at["s", "o"] == (6, 47)
    assert read.place(read.first_subject[URIRef("http://v.example/a")]) == (10, 13)
    quads = read_nquads(NQUADS, file="x", names=NAMES)
    assert [quads.place(o) for o in quads.offsets] == [(1, 43), (2, 26), (3, 26)]
    fields = {quads.place(o) for o in quads.first_field.values()}
    assert fields == {(1, 22), (2, 5)}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (":g { :a :b :c", 1, 14),
        (":g :a { :a :b :c }", 1, 7),
        ("() { :a :b :c }", 1, 4),
        ("GRAPH () { }", 1, 7),
        ("GRAPH [ :p :q ] { }", 1, 17),
        ("[ :p :q ] { }", 1, 11),
        (":a :b :c }", 1, 10),
        ("{ { } }", 1, 3),
        (":a :b :c .\nGRAPH { :a :b :c }", 2, 7),
        ("{ @prefix x: <http://x/> . }", 1, 3),
    ],
)
def test_a_mistake_has_its_place(text: str, line: int, column: int) -> None:
    head = "@prefix : <http://x.example/> . "
    with pytest.raises(TurtleSyntaxError) as caught:
        read_trig(head + text, file="x.trig", names=NAMES)
    before = len(head) if line == 1 else 0
    assert (caught.value.facts["line"], caught.value.facts["column"]) == (line, column + before)
    with pytest.raises(UploadInvalid):
        by_oxigraph(head + text, "application/trig")


def test_what_is_accepted_is_what_oxigraph_accepts() -> None:
    """Copies of the text with one sign changed, added or removed."""
    chance = random.Random(4)  # noqa: S311 - the same copies in each run
    accepted = 0
    for _ in range(600):
        at, sign = chance.randrange(len(TRIG)), chance.choice("{}[]().;,:<>\"' ag_1\n")
        text = TRIG[:at] + chance.choice([sign, ""]) + TRIG[at + chance.randrange(2) :]
        try:
            theirs = by_oxigraph(text, "application/trig")
        except UploadInvalid:
            with pytest.raises(KgError):
                by_us(text, read_trig)
        else:
            accepted += 1
            assert same(by_us(text, read_trig), theirs), text
    assert 100 < accepted < 500


def test_blank_nodes_are_numbered_behind_what_the_caller_says() -> None:
    read = read_trig("[] <p:p> [] .", file="x", names=NAMES, blank="e7b")
    assert {str(t) for triple in read.triples for t in triple if isinstance(t, BNode)} == {
        "e7b1",
        "e7b2",
    }
