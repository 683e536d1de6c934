"""Entries from each form of RDF: the same statements, and where they stand."""

import json
import time

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF as RDF_NS
from rdflib.namespace import SKOS

import kg.tables
from kg.entry import Entry, Place
from kg.errors import TurtleSyntaxError, UploadRefused, UploadTooLarge
from kg.namespaces import NAMES
from kg.pipeline.forms import MEDIA_TYPES, SUFFIXES, TABLES, Form
from kg.pipeline.reading import read_entry
from kg.store.uploads import UPLOAD_FORMATS, UploadLimits

RDF = [form for form in Form if form not in TABLES]
THING, OTHER = NAMES.id("measure", "demo", "II-1-20-001"), NAMES.id("org", "moe")
CODE = NAMES.def_.code
TURTLE = f"""@prefix jpstrat: <{NAMES.def_}> .
@prefix skos: <{SKOS}> .
@base <{NAMES.base}> .

<id/measure/demo/II-1-20-001>
    a jpstrat:Measure ;
    jpstrat:code
        "II-1-20-001" ,
        "II-1-20-002" ;
    skos:prefLabel "照明"@ja , "Lights"@en ;
.
<id/org/moe> skos:prefLabel "環境省"@ja .
"""
GRAPH = Graph().parse(data=TURTLE)


def read(text: str, form: Form, **options: object) -> Entry:
    return read_entry(text.encode(), MEDIA_TYPES[form], file="x", **options)


def test_every_form_has_a_suffix_and_is_one_that_can_be_read() -> None:
    assert set(MEDIA_TYPES) == set(Form) == set(SUFFIXES.values())
    assert {MEDIA_TYPES[form] for form in RDF} == set(UPLOAD_FORMATS)
    assert {MEDIA_TYPES[form] for form in TABLES} == set(kg.tables.SUFFIXES.values())
    assert {end: MEDIA_TYPES[form] for end, form in SUFFIXES.items() if form in TABLES} == {
        # text that is no table is called so too
        end: media
        for end, media in kg.tables.SUFFIXES.items()
        if end != ".txt"
    }


@pytest.mark.parametrize("form", RDF)
def test_each_form_gives_the_same_statements(form: Form) -> None:
    names = {Form.NTRIPLES: "nt", Form.RDFXML: "xml", Form.JSONLD: "json-ld"}
    text = GRAPH.serialize(format=names[form]) if form in names else TURTLE
    if form is Form.NQUADS:
        text = GRAPH.serialize(format="nt")
    entry = read(text, form)
    assert len(GRAPH) == 6
    assert set(entry.statements) == set(GRAPH)
    assert set(entry.graphs) == {None}
    assert set(entry.subjects) == {THING, OTHER}


def test_places_in_turtle() -> None:
    entry = read(TURTLE, Form.TURTLE)
    assert entry.place(THING, CODE, Literal("II-1-20-002")) == Place("x", 9, 9)
    # a value that is not there, and a property as a whole: where the property stands
    assert entry.place(THING, CODE, Literal("other")) == Place("x", 7, 5)
    assert entry.place(THING, CODE) == Place("x", 7, 5)
    # what is missing: where its thing stands
    assert entry.place(THING, NAMES.def_.deadline) == Place("x", 5, 1)
    assert entry.place(OTHER) == Place("x", 12, 1)
    assert entry.place(NAMES.id("org", "mext")) is None


def test_places_in_trig_and_nquads() -> None:
    head, _, body = TURTLE.partition("\n\n")
    entry = read(f"{head}\nGRAPH <graph/x> {{\n{body}}}\n", Form.TRIG)
    assert set(entry.graphs) == {URIRef(NAMES.graph("x"))}
    assert entry.place(THING, CODE, Literal("II-1-20-002")) == Place("x", 9, 9)
    lines = GRAPH.serialize(format="nt").splitlines()
    quads = [f"{line[:-1]}<{NAMES.graph('x')}> ." for line in lines]
    entry = read("\n".join(quads), Form.NQUADS)
    for statement in GRAPH:
        place = entry.places[statement]
        assert place.line is not None
        assert place.column is not None
        rest = quads[place.line - 1][place.column - 1 :]
        assert rest.startswith(statement[2].n3())


@pytest.mark.parametrize("quote", ['"', "'"])
def test_in_xml_a_thing_stands_where_its_name_first_does(quote: str) -> None:
    text = GRAPH.serialize(format="xml").replace('"', quote)
    entry = read(text, Form.RDFXML)
    lines = text.splitlines()
    for thing in (THING, OTHER):
        place = entry.place(thing, CODE)
        assert place is not None
        assert lines[place.line - 1][place.column - 1 :].startswith(thing)


def test_in_json_a_name_may_be_relative_or_have_a_prefix() -> None:
    document = {
        "@context": {"@base": NAMES.base, "vstatus": f"{NAMES.base}vocab/measure-status/"},
        "@graph": [
            {"@id": "id/org/moe", str(SKOS.note): "a"},
            {"@id": "vstatus:new", str(SKOS.note): "b"},
            {"@id": str(THING), str(SKOS.note): "c"},
        ],
    }
    text = json.dumps(document, indent=1)
    entry = read(text, Form.JSONLD)
    status = URIRef(f"{NAMES.base}vocab/measure-status/new")
    places = [entry.place(thing) for thing in (OTHER, status, THING)]
    lines = text.splitlines()
    found = [lines[p.line - 1][p.column - 1 :] for p in places if p]
    assert found == ['id/org/moe",', 'vstatus:new",', f'{THING}",']


def test_entries_are_joined() -> None:
    first = read(TURTLE, Form.TURTLE)
    second = read_entry(
        b"<id/org/moe> <p:p> <q:q> . [] <p:p> 1 .", "text/turtle", file="y", blank="e2b"
    )
    both = first + second
    assert len(list(both.statements)) == 8
    assert both.place(OTHER) == Place("x", 12, 1)
    assert both.place(OTHER, URIRef("p:p"), URIRef("q:q")) == Place("y", 1, 20)
    assert {str(s) for s in both.subjects} == {str(THING), str(OTHER), "e2b1"}


def test_what_cannot_be_read() -> None:
    for form in (Form.TURTLE, Form.TRIG, Form.NQUADS):
        with pytest.raises(TurtleSyntaxError) as caught:
            read_entry(b"<a:a> <b:b> 'c\xff' .", MEDIA_TYPES[form], file="x.ttl")
        assert caught.value.facts["column"] == 15
    for form in RDF:
        with pytest.raises(UploadTooLarge):
            read("<a:a> <b:b> <c:c> . ", form, limits=UploadLimits(bytes=19))


@pytest.mark.parametrize("form", RDF)
def test_a_text_is_as_long_as_a_cell_may_be(form: Form) -> None:
    texts = {
        Form.JSONLD: '[{{"@id": "a:a", "b:b": "{0}"}}]',
        Form.RDFXML: f'<r:RDF xmlns:r="{RDF_NS}" xmlns:b="b:"><r:Description '
        'r:about="a:a"><b:b>{0}</b:b></r:Description></r:RDF>',
    }
    text = texts.get(form, "<a:a> <b:b> '{0}' ." if form is Form.TURTLE else '<a:a> <b:b> "{0}" .')
    assert len(list(read(text.format("x" * 20_000), form).statements)) == 1
    with pytest.raises(UploadRefused) as caught:
        read(text.format("x" * 20_001), form)
    for lang, said in (("ja", "20001字の値"), ("en", "20001 characters")):
        assert said in caught.value.message(lang)
        assert "20000" in caught.value.message(lang)
    assert caught.value.facts["line"] == 1


def test_many_statements_are_placed_in_little_time() -> None:
    """20,000 lines: the place of each is not counted from the beginning."""
    text = "".join(f"<a:a{number}> <b:b> {number} .\n" for number in range(20_000))
    start = time.process_time()
    entry = read(text, Form.TURTLE)
    assert time.process_time() - start < 20  # 0.4 s; counting takes 30 s
    assert entry.place(URIRef("a:a19999")) == Place("x", 20_000, 1)
