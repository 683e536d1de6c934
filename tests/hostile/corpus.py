"""The corpus: every request below 64 KiB, every kind of attack at least once.

`CORPUS` holds requests of all kinds, `CANARIES` those that try to reach a listener or a file.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from urllib.parse import quote

from tests.hostile.requests import HOST, NO_ANSWER, Hostile, fill, nest, query, request, upload

from kg.entry import LONGEST
from kg.pipeline.forms import MEDIA_TYPES, Form

COMPLEX = {400}
DEADLINE = {200, 413, 503, 504}
"""Statuses of queries that take time, memory or room: cut off, or done by a fast machine."""
OFF = {401, 403, 404, 405}
"""Writing is off, or not allowed to strangers."""
WRITES = {200, 201, 204, 400, 403, 413, 415, 422, 503, 504}
"""Writes of somebody with a token: done, refused, or cut off."""
UPLOAD = OFF | {400, 413, 415, 422}


def _filtered(expression: str) -> str:
    return f"SELECT * {{ FILTER({expression}) }}"


def nesting() -> Iterator[Hostile]:
    """Brackets of every kind, as deep as 64 KiB allow."""
    kinds = {
        "groups": nest("{", "}", "SELECT * ", ""),
        "subselects": nest("{SELECT*", "}", "SELECT * {", "}", "{}"),
        "parentheses": nest("(", ")", "SELECT * { FILTER(", ") }", "1"),
        "calls": nest("STR(", ")", "SELECT * { FILTER(", ") }", "1"),
        "conditions": nest("IF(1,1,", ")", "SELECT * { FILTER(", ") }", "1"),
        "optionals": nest("OPTIONAL{", "}", "SELECT * {", "}"),
        "exists": nest("FILTER EXISTS{", "}", "SELECT * {", "}"),
        "minus": nest("MINUS{", "}", "SELECT * {", "}"),
        "unions": nest("{}UNION{", "}", "SELECT * {", "}"),
        "graphs": nest("GRAPH ?g{", "}", "SELECT * {", "}"),
        "collections": nest("(", ")", "SELECT * { ?s ?p ", " }", "1"),
        "blank-nodes": nest("[?p ", "]", "SELECT * { ?s ?p ", " }", "1"),
        "paths": nest("(", ")*", "SELECT * { ?s ", " ?o }", "<u:p>"),
        "inverse-paths": nest("^(", ")", "SELECT * { ?s ", " ?o }", "<u:p>"),
        "triple-terms": nest("<< ?s ?p ", ">>", "SELECT * { ?s ?p ", " }", "1"),
        "annotations": nest("{| ?p ?o ", "|}", "SELECT * { ?s ?p ?o ", " }"),
        "hidden-in-an-iri": nest("(", ")", "SELECT * { FILTER(?a<", ">2) }", "1"),
        "unclosed": fill("{", "SELECT * ", ""),
    }
    for name, text in kinds.items():
        # what looks like an IRI to the standard is no syntax error of ours, and harmless
        expected = COMPLEX | ({200} if name == "hidden-in-an-iri" else set())
        yield query(f"nested-{name}", text, expected)


def chains() -> Iterator[Hostile]:
    """The same construct again and again, which the planner takes squared or cubed time for."""
    kinds = {
        "sum": fill("1+", "SELECT (", "1 AS ?x) {}"),
        "product": fill("1*", "SELECT (", "1 AS ?x) {}"),
        "or": fill("?a||", "SELECT * { FILTER(", "?a) }"),
        "and": fill("?a&&", "SELECT * { FILTER(", "?a) }"),
        "not": fill("!", "SELECT * { FILTER(", "?a) }"),
        "comparisons": fill("(?a<1)||", "SELECT * { FILTER(", "?a) }"),
        "filters": fill("FILTER(1)", "SELECT * {", "}"),
        "unions": fill("{}UNION", "SELECT * {", "{} }"),
        "optionals": fill("OPTIONAL{?s ?p ?o}", "SELECT * {", "}"),
        "minus": fill("MINUS{?s ?p ?o}", "SELECT * { ?s ?p ?o ", "}"),
        "groups": fill("{?s ?p ?o}", "SELECT * {", "}"),
        "graphs": fill("GRAPH ?g{}", "SELECT * {", "}"),
        "values-blocks": fill("VALUES ?a{1}", "SELECT * {", "}"),
        "subselects": fill("{SELECT*{?s ?p ?o}}", "SELECT * {", "}"),
        "triples": fill("?s ?p ?o.", "SELECT * {", "}"),
        "objects": fill("?o,", "SELECT * { ?s ?p ", "?o }"),
        "predicates": fill("?p ?o;", "SELECT * { ?s ", "}"),
        "collection": fill("1 ", "SELECT * { ?s ?p (", ") }"),
        "path-sequence": fill("<u:p>/", "SELECT * { ?s ", "<u:p> ?o }"),
        "path-alternative": fill("<u:p>|", "SELECT * { ?s ", "<u:p> ?o }"),
        "path-stars": fill("(<u:p>*)/", "SELECT * { ?s ", "<u:p> ?o }"),
        "group-conditions": fill("(1)", "SELECT (1 AS ?z) { ?s ?p ?o } GROUP BY ", ""),
        "order-conditions": fill("(?s+1)", "SELECT * { ?s ?p ?o } ORDER BY ", ""),
        "descriptions": fill("<u:a>", "DESCRIBE ", ""),
    }
    for name, text in kinds.items():
        yield query(f"chain-{name}", text, COMPLEX)


_ALL = " . ".join(f"?s{i} ?p{i} ?o{i}" for i in range(6))


def _doubling(step: str, count: int = 60) -> str:
    binds = " ".join(f"BIND({step.replace('X', f'?x{i}')} AS ?x{i + 1})" for i in range(count))
    return f"SELECT (STRLEN(?x{count}) AS ?n) {{ BIND('aaaaaaaaaaaaaaaa' AS ?x0) {binds} }}"


def evaluation() -> Iterator[Hostile]:
    """Short texts whose evaluation takes for ever, or all memory."""
    rows = " ".join(str(number) for number in range(1000))
    product = " ".join(f"VALUES ?v{i} {{ {rows} }}" for i in range(6))
    kinds = {
        "cross-product": f"SELECT (COUNT(*) AS ?n) {{ {_ALL} }}",
        "sort": f"SELECT * {{ {_ALL} }} ORDER BY ?o5 ?o4 ?o3",
        "distinct": f"SELECT DISTINCT * {{ {_ALL} }}",
        "huge-result": f"SELECT * {{ {_ALL} }}",
        "huge-construct": f"CONSTRUCT {{ ?s0 ?p1 ?o2 }} {{ {_ALL} }}",
        "concat": _doubling("CONCAT(X, X)"),
        "replace": _doubling("REPLACE(X, 'a', 'aaaaaaaa')", 30),
        "group-concat": f"SELECT (GROUP_CONCAT(?o0) AS ?x) {{ {_ALL} }}",
        "aggregates": f"SELECT ?s0 ?s1 ?s2 (SAMPLE(?o0) AS ?x) {{ {_ALL} }} GROUP BY ?s0 ?s1 ?s2",
        "regex-alternatives": _filtered(f"REGEX('{'a' * 5000}!', '{'(a|aa)+' * 30}$')"),
        "regex-counts": _filtered("REGEX('a', '" + "(((a{1,100}){1,100}){1,100}){1,100}" + "')"),
        "regex-nesting": nest("(", ")", "SELECT * { FILTER(REGEX('a', '", "')) }", "a"),
        "values-product": f"SELECT (COUNT(*) AS ?n) {{ {product} }}",
        "values-sort": f"SELECT * {{ {product} }} ORDER BY ?v5 ?v4",
        "star-paths": "SELECT (COUNT(*) AS ?n) { ?a (!<u:a>)* ?b . ?b (!<u:a>)* ?c . ?c ?p ?d }",
        "describe-all": "DESCRIBE ?s { ?s ?p ?o }",
        "arithmetic": f"SELECT (SUM(?x) AS ?n) {{ {_ALL} BIND(RAND() * STRLEN(STR(?o0)) AS ?x) }}",
        "exists": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o "
        f"FILTER NOT EXISTS {{ {_ALL} FILTER(?o0 = 'no') }} }}",
    }
    for name, text in kinds.items():
        yield query(f"work-{name}", text, DEADLINE | {400})


def texts() -> Iterator[Hostile]:
    """Bytes that are no text, and parameters that are no parameters."""
    ask, form = quote("ASK {}"), {"Content-Type": "application/x-www-form-urlencoded"}
    many = fill("a=1&", f"query={ask}&", "b=2").encode()
    yield query("text-nul", "ASK { ?s ?p '\0' } \0", {200, 400})
    body = b"ASK { ?s ?p '\xff\xfe\xc0\x80' }"
    sparql = {"Content-Type": "application/sparql-query"}
    yield request("text-invalid-utf8", {400}, method="POST", headers=sparql, body=body)
    wide = {"Content-Type": "application/sparql-query; charset=utf-16"}
    body = "ASK {}".encode("utf-16")
    yield request("text-utf16", {400, 415}, method="POST", headers=wide, body=body)
    yield request("text-percent", {400}, path="/sparql?query=%zz%")
    yield request("text-percent-utf8", {400}, path="/sparql?query=%ff%fe%00")
    yield request("text-overlong", {400}, path="/sparql?query=ASK%20%7B%7D%20%c0%ae")
    yield request("text-surrogate", {400}, path="/sparql?query=ASK%20%7B%7D%20%ed%a0%80")
    yield request("parameters-many", {400, 413}, method="POST", headers=form, body=many)
    twice = f"query={ask}&query={ask}".encode()
    yield request("parameters-twice", {400}, method="POST", headers=form, body=twice)
    deep = b"query" + b"[a]" * 10_000 + b"=1"
    yield request("parameters-brackets", {400}, method="POST", headers=form, body=deep)
    yield request("path-long", {404, 414, 400, 431}, path="/" + "a" * 60_000)
    yield request("path-traversal", {404}, path="/static/..%2f..%2f..%2f..%2fetc/passwd")
    yield request("path-dots", {400, 404}, path="/id/../../../../etc/passwd")
    yield request("path-nul", {400, 404}, path="/id/%00")
    gzip = {**sparql, "Content-Encoding": "gzip"}
    bomb = bytes.fromhex("1f8b080000000000020363") + b"\0" * 60_000
    yield request("body-gzip", {400, 415}, method="POST", headers=gzip, body=bomb)
    multi = {"Content-Type": "multipart/form-data; boundary=" + "x" * 70}
    parts = (b"--" + b"x" * 70 + b"\r\n\r\n") * 700
    yield request("body-multipart", {400, 415}, method="POST", headers=multi, body=parts)


def headers() -> Iterator[Hostile]:
    """Headers that are many, long, or senseless."""
    ask = f"/sparql?query={quote('ASK {}')}"
    many = {f"X-{number}": "a" * 10 for number in range(2500)}
    yield request("headers-many", {200, 400, 431}, path=ask, headers=many)
    yield request("headers-long", {200, 400, 431}, path=ask, headers={"X": "a" * 60_000})
    accept = ", ".join(f"a/b{number};q=0.{number % 999:03}" for number in range(3500))
    yield request("headers-accept", {200, 400, 406, 431}, path=ask, headers={"Accept": accept})
    quality = {"Accept": "*/*;q=" + "9" * 50_000}
    yield request("headers-quality", {200, 400, 406, 431}, path=ask, headers=quality)
    language = {"Accept-Language": ",".join(["ja-" + "a-" * 3] * 6000)}
    yield request("headers-language", {200, 400, 431}, path=ask, headers=language)
    ranges = {"Range": "bytes=" + ",".join(f"{i}-{i}" for i in range(5000))}
    yield request("headers-ranges", {200, 206, 400, 404, 416, 431}, path="/", headers=ranges)
    cookie = {"Cookie": "; ".join(["a=b"] * 10_000)}
    yield request("headers-cookies", {200, 400, 431}, path=ask, headers=cookie)
    tags = {"If-None-Match": ", ".join(['"a"'] * 10_000)}
    yield request("headers-tags", {200, 304, 400, 431}, path=ask, headers=tags)
    bearer = {"Authorization": "Bearer " + "a" * 50_000}
    yield request("headers-token", {200, 400, 401, 431}, path=ask, headers=bearer)
    host = {"Host": "a" * 30_000}
    yield request("headers-host", {200, 303, 400, 431}, path="/sparql", headers=host)
    forwarded = {"X-Forwarded-For": ",".join(["1.2.3.4"] * 7000)}
    yield request("headers-forwarded", {200, 400, 431}, path=ask, headers=forwarded)
    yield request("method-unknown", {400, 405, 501}, method="A" * 1000, path=ask)
    yield request("method-trace", {405}, method="TRACE", path=ask)


def connections() -> Iterator[Hostile]:
    """What breaks the rules of HTTP itself."""
    head = b"POST /sparql HTTP/1.1\r\nHost: " + HOST + b"\r\nConnection: close\r\n"
    typed = head + b"Content-Type: application/sparql-query\r\n"
    chunked = typed + b"Transfer-Encoding: chunked\r\n\r\n"
    odd = frozenset({NO_ANSWER, 400, 408, 411, 413, 501})
    tiny = tuple(b"1\r\n \r\n" for _ in range(40))
    query_ = b"6\r\nASK {}\r\n0\r\n\r\n"
    slow = tuple(bytes([letter]) for letter in b"GET /health HTTP/1.1\r\n")
    yield Hostile("chunks-tiny", (chunked, *tiny, query_), frozenset({200}))
    yield Hostile("chunks-many", (chunked + b"1\r\n \r\n" * 9000 + query_,), frozenset({200, 400}))
    yield Hostile("chunks-size", (chunked + b"f" * 20 + b"\r\n",), odd, ends=True)
    yield Hostile("chunks-no-number", (chunked + b"zz\r\nASK {}\r\n0\r\n\r\n",), odd, ends=True)
    yield Hostile("chunks-extension", (chunked + b"1;" + b"a" * 50_000 + b"\r\n",), odd, ends=True)
    both = typed + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n" + query_
    yield Hostile("length-and-chunks", (both,), odd | {200}, ends=True)
    twice = typed + b"Content-Length: 6\r\nContent-Length: 60\r\n\r\nASK {}"
    yield Hostile("length-twice", (twice,), odd, ends=True)
    yield Hostile("length-negative", (typed + b"Content-Length: -1\r\n\r\nASK {}",), odd, ends=True)
    yield Hostile(
        "length-huge", (typed + b"Content-Length: 99999999999999\r\n\r\nASK {}",), odd, ends=True
    )
    yield Hostile("length-too-short", (typed + b"Content-Length: 3\r\n\r\nASK {}",), odd, ends=True)
    yield Hostile("version-unknown", (b"GET / HTTP/9.9\r\n\r\n",), odd | {505, 200}, ends=True)
    yield Hostile(
        "no-http", (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 100,), odd, ends=True
    )
    yield Hostile("newlines", (b"\r\n" * 20_000,), odd, ends=True)
    yield Hostile(
        "header-fold", (b"GET /health HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",), odd | {200}, ends=True
    )
    yield Hostile("header-nul", (b"GET /health HTTP/1.1\r\nHost: a\0b\r\n\r\n",), odd, ends=True)
    yield Hostile("slow-head", slow, odd, pause=0.02, ends=True)
    slow_body = (typed + b"Content-Length: 60\r\n\r\n", *(b"A" for _ in range(20)))
    yield Hostile("slow-body", slow_body, odd, pause=0.02, ends=True)


_OWL = "http://www.w3.org/2002/07/owl#"
_RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://x/">'


def uploads() -> Iterator[Hostile]:
    """RDF that grows, nests or points elsewhere."""
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    xml, turtle = "application/rdf+xml", "text/turtle"
    bodies = {
        "laughs": (
            xml,
            f'<!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]>{_RDF}<A><p>&l9;</p></A></rdf:RDF>',
        ),
        "small-laughs": (
            xml,
            f'<!doctype a [<!ENTITY l0 "ha">{laughs}]>{_RDF}<A><p>&l9;</p></A></rdf:RDF>',
        ),
        "quadratic": (
            xml,
            fill(
                "&a;",
                f'<!DOCTYPE a [<!ENTITY a "{"a" * 20_000}">]>{_RDF}<A><p>',
                "</p></A></rdf:RDF>",
            ),
        ),
        "elements": (xml, nest("<A><b>", "</b></A>", _RDF, "</rdf:RDF>")),
        "json": ("application/ld+json", nest('[{"http://x/p":', "}]", "", "", "1")),
        "json-lists": ("application/ld+json", nest("[", "]", "", "")),
        "json-unclosed": ("application/ld+json", fill('{"a":')),
        "collections": (turtle, nest("(", ")", "<a> <b> ", " .")),
        "blank-nodes": (turtle, nest("[<b> ", "]", "<a> <b> ", " .", "1")),
        "graphs": ("application/trig", nest("<g> {", "}", "", "")),
        "no-rdf": (turtle, fill("\0\x01\x02")),
        "gzip": (turtle, "\x1f\x8b\x08"),
        "binary": ("application/octet-stream", fill("\x7f")),
    }
    for name, (media, body) in bodies.items():
        yield upload(f"upload-{name}", media, body, UPLOAD)


VALIDATED = {200, 400, 413, 415, 422, 503, 504}
"""Statuses of entries to be checked: a report, a refusal, or cut off."""
_REFUSED = {400, 413, 415, 422}
_HEAD = "@prefix j: <https://w3id.org/jpstrat/def#> . @prefix s: <http://www.w3.org/ns/shacl#> .\n"


def _entry(name: str, media: str, body: str | bytes, expected: set[int]) -> Hostile:
    data = body.encode() if isinstance(body, str) else body
    return request(
        f"validate-{name}",
        expected,
        method="POST",
        path="/validate",
        headers={"Content-Type": media},
        body=data,
    )


def validations() -> Iterator[Hostile]:
    """Entries of strangers that grow, nest, collide, or are none."""
    for hostile in uploads():
        head, _, body = hostile.parts[0].partition(b"\r\n\r\n")
        media = head.partition(b"Content-Type: ")[2].partition(b"\r\n")[0].decode()
        yield _entry(hostile.name, media, body, _REFUSED)
    turtle, json_, workbook = "text/turtle", "application/ld+json", MEDIA_TYPES[Form.XLSX]
    context = '{"@context": "http://host.invalid/", "a": 1}'
    owl = f"<https://w3id.org/jpstrat/id/x> <{_OWL}imports> <http://127.0.0.1:9/> ."
    measures = (f"<u:m{i}> a j:Measure; j:code 'II-1-20-{i:03}'." for i in range(900))
    for name, media, body, expected in (
        ("context", json_, context, {422}),
        ("imports", turtle, owl, {422}),
        ("blank-many", turtle, fill("[]<u:b>[]."), VALIDATED),
        (
            "blank-labels",
            turtle,
            "".join(f"_:b{i} <u:p> _:b{i + 1}." for i in range(2500)),
            VALIDATED,
        ),
        ("labels", turtle, _HEAD + fill("<u:a> j:code 'II-1-20-001'.")[:50_000], VALIDATED),
        ("measures", turtle, _HEAD + "".join(measures), VALIDATED),
        ("literal", turtle, f"<u:a> <u:b> '{fill('a')[:60_000]}' .", VALIDATED),
        ("number", turtle, f"<u:a> <u:b> {fill('9')[:60_000]} .", VALIDATED),
        ("years", turtle, _HEAD + f"<u:a> j:startDate '{fill('9')[:60_000]}' .", VALIDATED),
        ("predicates", turtle, "<u:a> " + fill("<u:b> 1;")[:60_000] + "<u:b> 2 .", VALIDATED),
        ("datatypes", turtle, _OF_ALL_KINDS, {200}),
        ("empty", turtle, " ", {422}),
        ("encoding", turtle, "<u:a> <u:b> 'é' .".encode("utf-16"), {400}),
        ("nul", turtle, "<u:a> <u:b> '\0' .", VALIDATED),
        ("csv-quotes", "text/csv", '"' + fill("a,")[:60_000], _REFUSED | {200}),
        ("csv-columns", "text/csv", fill("番号,")[:60_000], _REFUSED | {200}),
        ("csv-formula", "text/csv", '番号,題名\nII-1-20-999,"=HYPERLINK(""http://x"")"\n', {200}),
        ("csv-wide", "text/csv", "番号\n" + fill("文")[:60_000], VALIDATED),
        ("csv-bytes", "text/csv", bytes(range(256)) * 200, _REFUSED | {200}),
        ("xlsx-no-zip", workbook, fill("PK"), _REFUSED),
        ("xlsx-bomb", workbook, workbook_of("a" * 50_000_000), _REFUSED),
        ("xlsx-entities", workbook, workbook_of("&l9;", declaration=_LAUGHS), _REFUSED),
        ("form-parts", "multipart/form-data; boundary=x", "--x\r\n\r\n" * 6000, {400}),
        ("form-nothing", "multipart/form-data; boundary=x", "--x--\r\n", {422}),
        ("form-boundary", "multipart/form-data", "--x--\r\n", {400}),
    ):
        yield _entry(name, media, body, expected)


_OF_ALL_KINDS = "<u:a> <u:b> 1 ." + "".join(
    f" <u:a> <u:b> '{value}'^^<{space}{kind}> ."
    for space, kinds in (
        (
            "http://www.w3.org/2001/XMLSchema#",
            {"duration": "P1D", "gMonthDay": "--01-01", "dayTimeDuration": "PT1S", "int": "1"},
        ),
        (
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            {"HTML": "<p>&amp;", "XMLLiteral": "<a>&lt;</a>", "JSON": "[]", "unknown": "?"},
        ),
    )
    for kind, value in kinds.items()
)
_LAUGHS = (
    '<!DOCTYPE a [<!ENTITY l0 "ha">'
    + "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    + "]>"
)


def workbook_of(text: str, declaration: str = "") -> bytes:
    """A workbook with one cell, packed: a few bytes that may become very many."""
    main = "http://schemas.openxmlformats.org"
    head = f'<?xml version="1.0"?>{declaration}'
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{main}/package/2006/content-types">'
        f'<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}.worksheet+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{main}/package/2006/relationships"><Relationship '
        f'Id="r1" Type="{main}/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}/spreadsheetml/2006/main" '
        f'xmlns:r="{main}/officeDocument/2006/relationships">'
        '<sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{main}/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{main}/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{head}<worksheet xmlns="{main}/spreadsheetml/2006/main">'
        f'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>'
        "</sheetData></worksheet>",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return packed.getvalue()


def updates() -> Iterator[Hostile]:
    """Updates of strangers."""
    for name, text in {
        "drop": "DROP ALL",
        "load": "LOAD <http://127.0.0.1:9/>",
        "nested": nest("{", "}", "DELETE { } WHERE ", ""),
        "bomb": f"INSERT {{ ?s0 ?p1 ?o2 }} WHERE {{ {_ALL} }}",
    }.items():
        typed = {"Content-Type": "application/sparql-update"}
        body = text.encode()
        yield request(
            f"update-{name}", UPLOAD, method="POST", path="/update", headers=typed, body=body
        )
        # also where only queries belong
        yield request(f"query-{name}", UPLOAD, method="POST", headers=typed, body=body)


CORPUS = tuple(
    chain(
        *(nesting(), chains(), evaluation(), texts(), headers()),
        *(connections(), uploads(), updates(), validations()),
    )
)


ENTRIES = tuple(one for one in CORPUS if one.name.startswith("validate-"))
"""Those of them that are sent to be checked."""


def writes() -> Iterator[Hostile]:
    """What somebody with a token may send: updates and uploads that grow, nest or never end."""
    target = "http://example.org/hostile"
    into = f"INSERT {{ GRAPH <{target}> {{ ?s0 ?p1 ?o2 }} }}"
    insert = f"INSERT DATA {{ GRAPH <{target}> {{ <u:a> <u:b> 1 }} }};"
    for name, text in {
        "cross-product": f"{into} WHERE {{ {_ALL} }}",
        "concat": f"INSERT {{ GRAPH <{target}> {{ <u:a> <u:b> ?n }} }} "
        f"WHERE {{ {_doubling('CONCAT(X, X)')} }}",
        "chain": fill(insert),
        "chain-of-where": fill(
            f"INSERT {{ GRAPH <{target}> {{ <u:a> <u:b> ?s }} }} WHERE {{ ?s ?p ?o }};"
        ),
        "nested": nest("{", "}", f"{into} WHERE ", "", "{}"),
        "creates": fill("CREATE SILENT GRAPH <u:g>;"),
        "copies": fill(f"COPY <{target}> TO <{target}2>;ADD <{target}2> TO <{target}>;"),
        "drop-all": "DROP ALL",
        "clear-all": "CLEAR SILENT ALL",
        "literal": f"INSERT DATA {{ GRAPH <{target}> {{ <u:a> <u:b> '{fill('a')[:60_000]}' }} }}",
        "numbers": f"INSERT DATA {{ GRAPH <{target}> {{ <u:a> <u:b> {fill('9')[:60_000]} }} }}",
        "everything": f"INSERT {{ GRAPH <{target}> {{ ?s ?p ?o }} }} WHERE {{ ?s ?p ?o }}",
    }.items():
        typed = {"Content-Type": "application/sparql-update"}
        yield request(
            f"write-{name}",
            WRITES,
            method="POST",
            path="/update",
            headers=typed,
            body=text.encode(),
        )
    for hostile in uploads():
        yield replace(hostile, name=f"write-{hostile.name}", expected=frozenset(WRITES))
    for name, media, body in (
        ("literal", "text/turtle", f"<u:a> <u:b> '{fill('a')[:60_000]}' ."),
        ("many", "application/n-triples", fill("<u:a> <u:b> <u:c> .\n")),
        ("prefixes", "text/turtle", fill("@prefix a: <u:> .\n")),
        ("language", "text/turtle", f"<u:a> <u:b> 'a'@{fill('a-')[:60_000]}a ."),
    ):
        yield upload(f"write-upload-{name}", media, body, WRITES)


def own_shapes() -> Iterator[Hostile]:
    """Shapes that somebody with a token sends with an entry: programs, or without an end."""
    slow = "a" * 60
    data = f"{_HEAD}<u:a> a j:Measure ; j:code '{slow}!' ."
    shape = f"{_HEAD}<u:s> a s:NodeShape ; s:targetClass j:Measure ; s:property <u:p> . <u:p> "
    for name, rules, expected in (
        ("pattern", f'{shape} s:path j:code ; s:pattern "^(a+)+$" .', {422}),
        (
            "nested-pattern",
            f'{shape} s:path j:code ; s:pattern "{"(" * 5000}{")" * 5000}" .',
            {422},
        ),
        (
            "counted-pattern",
            f'{shape} s:path j:code ; s:pattern "((a{{1,99}}){{1,99}}){{1,99}}b" .',
            {422},
        ),
        (
            "sparql",
            f'{shape} s:path j:code . <u:s> s:sparql [ s:select "SELECT $this {{}}" ] .',
            {422},
        ),
        ("script", f"{shape} s:path j:code . <u:s> s:js [] .", {422}),
        ("rule", f"{shape} s:path j:code . <u:s> s:rule [] .", {422}),
        ("function", f"{shape} s:path j:code . <u:f> a s:SPARQLFunction .", {422}),
        ("recursion", f"{shape} s:path j:code ; s:node <u:s> .", {200, 422}),
        ("path-loop", f"{shape} s:path _:a . _:a s:inversePath _:a .", VALIDATED),
        ("list-loop", f"{shape} s:path j:code ; s:in _:l . _:l {_RDF_LIST} .", VALIDATED),
        (
            "star-path",
            f"{shape} s:path [ s:zeroOrMorePath [ s:alternativePath (j:code j:status) ] ] .",
            VALIDATED,
        ),
        (
            "many",
            f"{shape} s:path j:code . "
            + fill("<u:s> s:property [ s:path j:code ; s:minCount 1 ] .")[:40_000],
            VALIDATED,
        ),
        (
            "imports",
            f"{shape} s:path j:code . <u:o> <{_OWL}imports> <http://127.0.0.1:9/> .",
            {422},
        ),
        ("no-rdf", fill("\0\x01"), {422}),
        ("deep", f"{shape} s:path j:code . " + nest("[s:not ", "]", "<u:s> s:not ", " ."), {422}),
    ):
        yield _with_shapes(name, data, rules, expected)
    # a square of the length that no limit on patterns stops
    longest = "".join(f"<u:a{i}> a j:Measure ; j:code '{'a' * LONGEST}' .\n" for i in range(90))
    pattern = f'{shape} s:path j:code ; s:pattern "^.*.*!$" .'
    yield _with_shapes("slow-pattern", _HEAD + longest, pattern, {504})


def _with_shapes(name: str, data: str, rules: str, expected: set[int]) -> Hostile:
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="a.ttl"\r\n'
        f"Content-Type: text/turtle\r\n\r\n{text}\r\n"
        for field, text in (("file", data), ("shapes", rules))
    )
    form = "multipart/form-data; boundary=x"
    return _entry(f"shapes-{name}", form, f"{parts}--x--\r\n", expected)


LARGEST, SHAPES = 20 * 2**20, 512 * 2**10
"""Bytes of data, and of shapes, that somebody with a token may send by default."""


def largest() -> Iterator[Hostile]:
    """What somebody with a token sends to be checked, as large as it may be."""
    target = f"{_HEAD}<u:s> a s:NodeShape ; s:targetClass j:Measure ; "
    entry = f"{_HEAD}<u:a> a j:Measure ; j:code 'x' ."
    plain = f"{target} s:property [ s:path j:code ; s:pattern '^II' ] ."
    measures = _many(_HEAD, "<u:m{0}> a j:Measure ; j:code 'II-1-20-{0}' .\n")
    for name, data, rules, expected in (
        ("and", entry, f"{target} s:and ({'[]' * 100_000}) .", VALIDATED),
        ("xone", entry, f"{target} s:xone ({'[]' * 100_000}) .", VALIDATED),
        ("property", entry, target + _list("s:property ", "[s:path j:code]", " ."), VALIDATED),
        ("measures", measures, plain, VALIDATED),
        ("too-many", entry, f"{target} s:in ({'1 ' * (SHAPES // 2)}) .", {413}),
    ):
        yield _with_shapes(f"large-{name}", data, rules, expected)
    turtle = "text/turtle"
    values = _many(_HEAD, "<u:m> <u:p{0}> {0} .\n")
    literal = f"{_HEAD}<u:a> j:code '{'a' * (LARGEST - 400)}' ."
    literals = _many(_HEAD, "<u:a{0}> j:code '" + "a" * LONGEST + "' .\n")
    for name, body, expected in (
        ("measures", measures, VALIDATED),
        ("values", values, VALIDATED),
        ("literal", literal, _REFUSED),
        ("literals", literals, VALIDATED),
        ("comment", f"#{'#' * (LARGEST - 400)}\n{entry}", {200}),
        ("beyond", "#" * (LARGEST + 1), {413}),
    ):
        yield _entry(f"large-{name}", turtle, body, expected)


def _many(head: str, line: str) -> str:
    lines, room = [head], LARGEST - len(head) - 1024
    for number in count():
        lines.append(line.format(number))
        room -= len(lines[-1])
        if room < 0:
            return "".join(lines[:-1])
    raise AssertionError


def _list(before: str, item: str, after: str) -> str:
    room = SHAPES - 1024 - len(before) - len(after)
    return before + ",".join([item] * (room // (len(item) + 1))) + after


_RDF_LIST = (
    "<http://www.w3.org/1999/02/22-rdf-syntax-ns#first> 1 ; "
    "<http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> _:l"
)


def canaries(url: str, file: Path) -> tuple[Hostile, ...]:
    """Requests that try to make the service read `url` or `file`."""
    return tuple(_canaries(url, file.as_uri()))


def _canaries(url: str, file: str) -> Iterator[Hostile]:
    refused = {400, 403}
    for kind, place in (("http", url), ("file", file)):
        for name, text in {
            "service": f"SELECT * {{ SERVICE <{place}> {{ ?s ?p ?o }} }}",
            "service-silent": f"SELECT * {{ SERVICE SILENT <{place}> {{ ?s ?p ?o }} }}",
            "service-glued": f"PREFIX : <{place}> SELECT * {{ SERVICE:{{ ?s ?p ?o }} }}",
            "service-hidden": f"SELECT * {{ FILTER(1<1+'>'||true) SERVICE <{place}> {{}} #'\n }}",
            "service-variable": f"SELECT * {{ BIND(<{place}> AS ?u) SERVICE ?u {{ ?s ?p ?o }} }}",
            "from": f"SELECT * FROM <{place}> {{ ?s ?p ?o }}",
            "from-named": f"SELECT * FROM NAMED <{place}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
            "from-prefix": f"PREFIX f: <{place}> SELECT * FROM f: {{ ?s ?p ?o }}",
            "load": f"LOAD <{place}>",
        }.items():
            yield query(f"{kind}-{name}", text, refused)
        for name, text in {
            "graph": f"SELECT * {{ GRAPH <{place}> {{ ?s ?p ?o }} }}",
            "describe": f"DESCRIBE <{place}>",
            "imports": f"CONSTRUCT {{ <u:a> <{_OWL}imports> <{place}> }} {{}}",
        }.items():
            yield query(f"{kind}-{name}", text, {200, *refused})
        for parameter in ("default-graph-uri", "named-graph-uri"):
            address = f"/sparql?query={quote('ASK {?s ?p ?o}')}&{parameter}={quote(place, safe='')}"
            yield request(f"{kind}-{parameter}", {200, *refused}, path=address)
        typed = {"Content-Type": "application/sparql-update"}
        for name, text in {
            "update-load": f"LOAD <{place}> INTO GRAPH <http://example.org/hostile>",
            "update-service": f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{place}> {{ ?s ?p ?o }} }}",
            "update-using": f"INSERT {{ ?s ?p ?o }} USING <{place}> WHERE {{ ?s ?p ?o }}",
        }.items():
            yield request(
                f"{kind}-{name}",
                UPLOAD,
                method="POST",
                path="/update",
                headers=typed,
                body=text.encode(),
            )
        yield upload(f"{kind}-context", "application/ld+json", f'{{"@context": "{place}"}}', UPLOAD)
        imported = f'{{"@context": {{"@import": "{place}"}}}}'
        yield upload(f"{kind}-import", "application/ld+json", imported, UPLOAD)
        entity = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{place}">]>{_RDF}<A><p>&x;</p></A></rdf:RDF>'
        yield upload(f"{kind}-entity", "application/rdf+xml", entity, UPLOAD)
        dtd = f'<!DOCTYPE a SYSTEM "{place}">{_RDF}</rdf:RDF>'
        yield upload(f"{kind}-dtd", "application/rdf+xml", dtd, UPLOAD)
        owl = f"<> <{_OWL}imports> <{place}> ."
        yield upload(f"{kind}-owl-imports", "text/turtle", owl, UPLOAD)
