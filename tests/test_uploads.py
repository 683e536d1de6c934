"""Bodies of RDF: what is read, what is refused, and what the refusals say."""

import json
import time

import pyoxigraph as ox
import pytest

from kg.errors import UploadInvalid, UploadRefused, UploadTooLarge
from kg.store.uploads import UPLOAD_FORMATS, UploadLimits, parse_upload

BASE = "http://x/g/"
TURTLE, XML, JSON = "text/turtle", "application/rdf+xml", "application/ld+json"
RDF = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://x/'>"


def parse(text: str | bytes, media: str) -> list[ox.Quad]:
    return parse_upload(text.encode() if isinstance(text, str) else text, media, BASE)


SAME = {
    TURTLE: "<a> <http://x/p> 'v' .",
    "application/trig": "{ <a> <http://x/p> 'v' }",
    "application/n-triples": '<http://x/g/a> <http://x/p> "v" .',
    "application/n-quads": '<http://x/g/a> <http://x/p> "v" .',
    JSON: '{"@id": "a", "http://x/p": "v"}',
    XML: f"<?xml version='1.0' encoding='utf-8'?><!-- <!DOCTYPE --><?x <!DOCTYPE ?>{RDF}"
    "<rdf:Description rdf:about='a'><p><![CDATA[v]]></p></rdf:Description></rdf:RDF>",
}


@pytest.mark.parametrize("media", UPLOAD_FORMATS)
def test_every_format_gives_the_same_triple(media: str) -> None:
    (quad,) = parse(SAME[media], media)
    assert str(quad.triple) == '<http://x/g/a> <http://x/p> "v"'
    assert set(SAME) == set(UPLOAD_FORMATS)


BLANK = {
    TURTLE: "_:a <http://x/p> _:a .",
    "application/n-quads": "_:a <http://x/p> _:a .",
    JSON: '{"@id": "_:a", "http://x/p": {"@id": "_:a"}}',
    XML: f"{RDF}<rdf:Description rdf:nodeID='a'><p rdf:nodeID='a'/></rdf:Description></rdf:RDF>",
}


@pytest.mark.parametrize("media", BLANK)
def test_equal_labels_of_two_bodies_are_two_nodes(media: str) -> None:
    (first,), (second,) = parse(BLANK[media], media), parse(BLANK[media], media)
    assert first.subject == first.object
    assert first.subject != second.subject


def remote(context: object) -> str:
    return json.dumps({"@context": context, "http://x/p": 1})


REFUSED = {
    "doctype": (XML, f"<!DOCTYPE a [<!ENTITY x 'y'>]>{RDF}<A><b>&x;</b></A></rdf:RDF>"),
    "small doctype": (XML, f'<!doctype a [<!ENTITY x "y">]>{RDF}<A><b>&x;</b></A></rdf:RDF>'),
    "doctype after comment": (XML, f"<!-- --><!DOCTYPE a>{RDF}</rdf:RDF>"),
    "doctype after open comment": (XML, f"<!-- <!DOCTYPE a>{RDF}</rdf:RDF>"),
    "entity inside": (XML, f"{RDF}<!ENTITY x 'y'></rdf:RDF>"),
    "declared UTF-16": (XML, f"<?xml version='1.0' encoding='UTF-16'?>{RDF}</rdf:RDF>"),
    "declared UTF-7": (XML, f"<?xml version='1.0' encoding='UTF-7'?>+ADwAIQ-{RDF}</rdf:RDF>"),
    "nested elements": (XML, RDF + "<A><b>" * 60 + "</b></A>" * 60 + "</rdf:RDF>"),
    "nested with quoted >": (XML, RDF + "<A p='>/>'><b>" * 60 + "</b></A>" * 60 + "</rdf:RDF>"),
    "context": (JSON, remote("http://127.0.0.1/c")),
    "context in a list": (JSON, remote([{"a": "http://x/"}, "http://127.0.0.1/c"])),
    "import": (JSON, remote({"@import": "http://127.0.0.1/c"})),
    "scoped context": (JSON, remote({"a": {"@id": "http://x/a", "@context": "http://x/c"}})),
    "nested context": (JSON, '{"http://x/p": [{"@context": "file:///x", "http://x/q": 1}]}'),
    "first of two contexts": (JSON, '{"@context": "http://x/c", "@context": {}}'),
    "escaped context": (JSON, '{"@conte\\u0078t": "http://x/c"}'),
    "byte order mark": (JSON, '\ufeff{"@context": "http://x/c"}'),
    "nested lists": (JSON, "[" * 101 + "]" * 101),
    "nested objects": (JSON, '{"http://x/p":' * 101 + "1" + "}" * 101),
    "nested collections": (TURTLE, "<a> <b> " + "(" * 101 + ")" * 101 + " ."),
    "nested blank nodes": ("application/trig", "<a> <b> " + "[<b> " * 101 + "1" + "]" * 101 + "."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_asks_for_more_than_reading_is_refused(name: str) -> None:
    media, text = REFUSED[name]
    with pytest.raises(UploadRefused) as caught:
        parse(text, media)
    assert caught.value.fact("reason", "ja") != caught.value.fact("reason", "en")


INVALID = {
    "turtle": (TURTLE, "<a> <b> 1 .\n<a> <b> .\n", 2, 9),
    "triples": ("application/n-triples", "<a> <b> <c> .", 1, 1),
    "json": (JSON, '{\n "a": }', 2, 7),
    "end of json": (JSON, "[", 1, 2),
    "json in UTF-16": (JSON, "{}".encode("utf-16"), 1, 1),
    "xml in UTF-16": (XML, f"<!DOCTYPE a>{RDF}".encode("utf-16"), 1, 1),
    "xml in UTF-32": (XML, f"<!DOCTYPE a>{RDF}".encode("utf-32-le"), None, None),
    "Latin-1": (TURTLE, b"<a> <b>\n '\xe9' .", 2, 3),
    "xml": (XML, f"{RDF}<A><b></A></rdf:RDF>", None, None),
}


@pytest.mark.parametrize("name", INVALID)
def test_what_cannot_be_read_has_its_place(name: str) -> None:
    media, text, line, column = INVALID[name]
    with pytest.raises((UploadInvalid, UploadRefused)) as caught:
        parse(text, media)
    if line:
        assert isinstance(caught.value, UploadInvalid)
        assert (caught.value.facts["line"], caught.value.facts["column"]) == (line, column)
    assert "None" not in caught.value.message("ja")


def test_brackets_in_strings_comments_and_names_are_no_nesting() -> None:
    many = "(" * 200
    text = (
        f"# {many}\n<a{many}> <b> '{many}', \"{many}\"@en, '''' {many}''', <http://x/a\\u0028> .\n"
    )
    assert len(parse(text, TURTLE)) == 4
    assert len(parse(json.dumps({"http://x/p": f'"{many}['}), JSON)) == 1


def test_limits_of_size_and_number() -> None:
    with pytest.raises(UploadTooLarge) as caught:
        parse_upload(b"#" * 11, TURTLE, BASE, UploadLimits(bytes=10))
    assert caught.value.facts == {"limit": 10, "found": 11}
    text = b"<a> <b> 1, 2, 3 ."
    assert len(parse_upload(text, TURTLE, BASE, UploadLimits(quads=3))) == 3
    with pytest.raises(UploadRefused, match="more than 2 triples"):
        parse_upload(text, TURTLE, BASE, UploadLimits(quads=2))


@pytest.mark.parametrize(
    ("media", "unit"),
    [
        (XML, "<!--"),
        (XML, "<a '"),
        (XML, "<a"),
        (XML, "<?"),
        (XML, "<![CDATA["),
        (JSON, '"\\'),
        (JSON, "[],"),
        (TURTLE, "'''"),
        (TURTLE, "''''a"),
        (TURTLE, '"\\"'),
        (TURTLE, "<a"),
        (TURTLE, "[]"),
    ],
)
def test_the_checks_take_linear_time(media: str, unit: str) -> None:
    text = unit * (2**19 // len(unit))
    start = time.perf_counter()
    with pytest.raises((UploadInvalid, UploadRefused)):
        parse(text, media)
    assert time.perf_counter() - start < 5
