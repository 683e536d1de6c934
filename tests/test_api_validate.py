"""POST /validate and its page, over real HTTP."""

import asyncio
import base64
import csv
import html
import io
import os
import re
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from openpyxl import load_workbook
from rdflib import URIRef
from rdflib.namespace import SH
from tests.engines import oxigraph, send

import mini
from api.rendering import _templates
from api.tokens import TokenStore
from kg.graph import read_dataset
from kg.namespaces import BASE, NAMES
from kg.pipeline.importing import TableContext, template_files
from kg.pipeline.project import find_project
from kg.store.pushing import Content
from kg.tables import RULES as TABLE_RULES
from kg.tables.template import offered
from kg.validate import read_checks, rule_name
from kg.validate.report import LISTED
from measure_tables import HEADERS, as_csv, as_workbook, measure
from test_api_pages import Page

TURTLE, HTML = "text/turtle", "text/html"
HEAD = f"""@prefix jpstrat: <{BASE}def#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@base <{BASE}> .
"""
BAD = f"""{HEAD}<id/measure/ai2019-fu2020/II-1-20-999> a jpstrat:Measure ;
  jpstrat:code "II-1-20-99" ;
  skos:prefLabel "<script>alert(1)</script>"@ja , "<b>&amp;"@en .
"""
NOTE = f'{HEAD}<id/org/mext> skos:editorialNote "Looked up again."@en .'
RULES = f"{HEAD}<my#Code> a sh:NodeShape ; sh:targetClass jpstrat:Measure ; sh:closed true ."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("validate")


@pytest.fixture(scope="module")
def token(folder: Path) -> str:
    return TokenStore(folder).add("steward", "validator", [], None, NAMES)[1]


@pytest.fixture(scope="module")
def client(folder: Path, token: str) -> Iterator[httpx.Client]:
    assert token
    with mini.client(folder, query_seconds=10_000.0, queries_at_once=8) as running:
        # the first starts the processes, which takes its time on a busy machine
        sent = running.post("/validate", content=BAD, headers={"Content-Type": TURTLE}, timeout=180)
        assert sent.status_code == 200
        yield running


def post(
    client: httpx.Client, body: str = BAD, query: str = "", media: str = TURTLE, **headers: str
) -> httpx.Response:
    sent = {"Content-Type": media, **{name.replace("_", "-"): v for name, v in headers.items()}}
    return client.post(f"/validate{query}", content=body.encode(), headers=sent)


def form(
    client: httpx.Client, accept: str = HTML, query: str = "", **fields: str
) -> httpx.Response:
    """A form with texts only, as browsers send it."""
    parts = {name: (None, value.encode()) for name, value in fields.items()}
    return client.post(f"/validate{query}", files=parts, headers={"Accept": accept})


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        (TURTLE, TURTLE),
        ("application/ld+json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/trig", "application/trig"),
        ("text/csv", "text/csv"),
        ("application/sarif+json", "application/sarif+json"),
        ("text/plain", "text/plain"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", HTML),
    ],
)
def test_a_report_comes_in_the_form_that_is_asked_for(
    client: httpx.Client, accept: str, media: str
) -> None:
    response = post(client, Accept=accept)
    assert response.status_code == 200
    assert response.headers["content-type"].split(";")[0] == media
    assert response.headers["cache-control"] == "no-store"
    assert "MeasureCode" in response.text
    short = {"application/json": "json", TURTLE: "turtle", "text/csv": "csv"}.get(media)
    if short:
        named = post(client, query=f"?format={short}", Accept=HTML)
        assert named.headers["content-type"].split(";")[0] == media


def test_a_finding_has_all_that_a_person_needs(client: httpx.Client) -> None:
    said = post(client, Accept_Language="ja").json()
    (wrong,) = (f for f in said["findings"] if f["rule"] == "MeasureCode")
    assert wrong["place"]["line"] == 6
    assert wrong["value"]["value"] == "II-1-20-99"
    assert "II-1-20-99" in wrong["problem"]["ja"]
    assert "番号" in wrong["requirement"]["ja"]
    assert wrong["documentation"] == f"{client.base_url}/shapes#MeasureCode"
    assert client.get("/shapes", headers={"Accept": HTML}).status_code == 200


def test_the_csv_is_one_row_for_each_finding(client: httpx.Client) -> None:
    response = post(client, Accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert len(rows) == len(post(client).json()["findings"])


@pytest.mark.parametrize(
    ("query", "hint"),
    [("?profile=entri", "entry"), ("?mode=merge", "merged"), ("?format=turtel", "turtle")],
)
def test_a_wrong_choice_is_answered_with_the_nearest(
    client: httpx.Client, query: str, hint: str
) -> None:
    response = post(client, query=query)
    assert (response.status_code, response.json()["hint"]) == (400, hint)


def test_the_page_shows_and_escapes_what_is_wrong(client: httpx.Client) -> None:
    for lang, verdict in (("ja", "このままでは登録できません"), ("en", "It cannot be loaded")):
        response = form(client, text=BAD, lang=lang)
        page = Page(response.text)
        assert (page.open, page.forbidden) == ([], [])
        assert verdict in response.text
        assert "<mark>II-1-20-99</mark>" in response.text
        assert "<script>" not in response.text
        assert f"/shapes?lang={lang}#MeasureCode" in page.links


def test_what_could_stand_for_an_unknown_name_is_told_in_every_form(client: httpx.Client) -> None:
    body = f"""{HEAD}<id/measure/ai2019-fu2020/II-1-20-999> a jpstrat:Measure ;
  jpstrat:status <vocab/status/foo> ; jpstrat:responsibleOrganization <id/org/nowhere> .
"""
    listing = "/queries/organisations"
    for lang, concept in (("ja", "「継続」（vstatus:continued）"), ("en", '"continued"')):
        said = post(client, body, f"?lang={lang}", Accept="application/json").json()
        told = [f["allowed"][lang] for f in said["findings"] if f["rule"] == "DefinedName"]
        assert any(concept in words for words in told)
        assert any(f"`{listing}`" in words for words in told)
        texts = [
            post(client, body, f"?lang={lang}", Accept=media).text for media in ("text/plain", HTML)
        ]
        assert all(concept in html.unescape(text) for text in texts)
        assert all(listing in text for text in texts)
        page = Page(texts[1])
        assert (page.open, page.forbidden) == ([], [])
        # the catalogue of this service has no such query
        assert listing not in page.links


def test_lists_that_a_service_has_are_links() -> None:
    module: Any = _templates().get_template("code.html").module
    text = "<b> see `senryaku query concepts`, `/queries/concepts?scheme=vocab/unit`, `/queries/x`"
    written = str(module.with_code(text, frozenset({"/queries/concepts"})))
    assert written == (
        "&lt;b&gt; see <code>senryaku query concepts</code>, "
        '<a href="/queries/concepts?scheme=vocab/unit">'
        "<code>/queries/concepts?scheme=vocab/unit</code></a>, <code>/queries/x</code>"
    )


def test_the_page_says_how_many_findings_it_leaves_out(client: httpx.Client) -> None:
    rows = (f"<id/measure/ai2019-fu2020/x{n}> a jpstrat:Measure .\n" for n in range(LISTED + 3))
    body = HEAD + "".join(rows)
    for lang, said in (
        ("ja", "同じ規則の指摘がほかに3件あります。"),
        ("en", "And 3 more of the same rule."),
    ):
        response = form(client, text=body, lang=lang)
        page = Page(response.text)
        assert (page.open, page.forbidden) == ([], [])
        assert response.text.count(said) == 9
        assert str(8 * (LISTED + 3)) in response.text


def test_a_page_sends_files_back_to_have_the_report_in_another_form(client: httpx.Client) -> None:
    files = [("file", (name, body.encode())) for name, body in (("a.ttl", BAD), ("b.ttl", NOTE))]
    page = client.post("/validate", files=files, headers={"Accept": HTML}).text
    # the forms that download the report hold the files first
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    kept = hidden[: [name for name, _ in hidden].index("profile")]
    assert [name for name, _ in kept] == ["name", "kept"] * 2
    assert [v if n == "name" else base64.b64decode(v).decode() for n, v in kept] == [
        *("a.ttl", BAD),
        *("b.ttl", NOTE),
    ]
    fields = [(name, (None, value.encode())) for name, value in [*kept, ("format", "csv")]]
    report = client.post("/validate", files=fields, headers={"Accept": HTML})
    assert report.headers["content-disposition"] == 'attachment; filename="report.csv"'
    assert "a.ttl" in report.text
    # what is chosen takes their place
    chosen = ("file", ("c.ttl", NOTE.encode()))
    fields = [(name, (None, value.encode())) for name, value in kept]
    assert client.post("/validate", files=[*fields, chosen]).json()["files"] == ["c.ttl"]
    refused = form(client, accept="*/*", kept="é", name="a.ttl")
    assert (refused.status_code, "Base64" in refused.json()["detail"]) == (400, True)
    assert form(client, accept="*/*", kept="YQ==").status_code == 400


def test_a_pasted_text_stands_in_the_form_again(client: httpx.Client) -> None:
    for text in (BAD, f"{BAD};"):
        answer = form(client, text=text)
        assert answer.headers["cache-control"] == "no-store"
        shown = answer.text.partition('<textarea id="text"')[2]
        assert "II-1-20-99" in shown.partition("</textarea>")[0]
    said = form(client, text=BAD, page="ja", syntax="trig", query="?lang=en")
    assert (said.status_code, said.headers["content-language"]) == (200, "ja")
    assert said.headers["cache-control"] == "no-store"
    assert '<option value="trig" selected>' in said.text
    assert "検査の結果" not in said.text
    assert form(client, accept="*/*", page="fr").status_code == 400


def test_nothing_of_a_form_is_ignored_in_silence(client: httpx.Client) -> None:
    twice = [("text", (None, BAD)), ("mode", (None, "alone")), ("mode", (None, "merged"))]
    for fields, word in (
        (twice, "mode is given 2 times"),
        ([("text", (None, BAD))] * 2, "text is given 2 times"),
        ([("file", (None, BAD))], "-F file=@"),
        ([("text", (None, BAD)), ("moed", (None, "alone"))], "Did you mean: mode?"),
        ([("text", (None, BAD)), ("other", ("a.ttl", BAD))], "It takes: file"),
    ):
        refused = client.post("/validate", files=fields)
        assert (refused.status_code, word in refused.json()["detail"]) == (400, True), word


def test_a_form_that_cannot_be_read_is_told_without_foreign_words(client: httpx.Client) -> None:
    boundary = "multipart/form-data; boundary=x"
    headers = {"Accept-Language": "ja"}
    many = client.post("/validate", files=[("file", ("a.ttl", BAD))] * 21, headers=headers)
    fields = client.post("/validate", files=[("text", (None, BAD))] * 99, headers=headers)
    damaged = post(client, "hello", media=boundary, Accept_Language="ja")
    nameless = post(client, "--x\r\n\r\na\r\n--x--\r\n", media=boundary, Accept_Language="ja")
    for answer, words in (
        (many, "ファイルは20個まで"),
        (fields, "欄は"),
        (damaged, "区切り"),
        (nameless, "見出し"),
    ):
        detail = answer.json()["detail"]
        assert (answer.status_code, words in detail) == (400, True), detail
        assert not re.search("[A-Za-z]", detail.replace("multipart/form-data", ""))


def test_cells_that_are_pasted_as_turtle_are_noticed(client: httpx.Client) -> None:
    hint = "If you copied cells"
    assert hint in form(client, text="code\ttitle\nII-1-20-1\tx\n").text
    assert hint not in form(client, text="code\ttitle\nII-1-20-1\tx\n", syntax="tsv").text
    assert hint not in form(client, text="<a>\t<b>").text


def test_errors_are_told_in_the_language_of_the_form(client: httpx.Client) -> None:
    for lang, words in (("ja", "読めません"), ("en", "no valid text/turtle")):
        refused = form(client, text="<a>", lang=lang, query="?lang=en", accept="*/*")
        assert (refused.status_code, refused.headers["content-language"]) == (400, lang)
        assert words in refused.json()["detail"]


def test_files_of_a_form_are_known_by_their_suffix(client: httpx.Client) -> None:
    files = [
        ("file", ("a.ttl", BAD.encode(), "application/octet-stream")),
        ("file", ("../../b.nt", b"<u:a> <u:b> <u:c> .", "text/plain")),
    ]
    response = client.post("/validate", files=files)
    assert response.json()["statements"] == 5
    response = client.post("/validate", files={"file": ("a.pdf", b"%PDF", "application/pdf")})
    assert response.status_code == 415
    assert "a.pdf" in response.json()["detail"]


FOREIGN = {
    "取組.xls": ("application/vnd.ms-excel", "表計算ソフトで .xlsx として", "Save it as .xlsx."),
    "a.ods": ("application/vnd.oasis.opendocument.spreadsheet", ".xlsx として", "Save it as"),
    "a.PDF": ("application/pdf", "PDFです。表の行をひな型に", "It is a PDF. Copy the rows"),
    "a.docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "文書ファイルです。",
        "It is a text document.",
    ),
    "a.zip": ("application/zip", "圧縮ファイルです。", "It is an archive. Unpack it"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_of_another_kind_is_named_with_what_to_send(client: httpx.Client, name: str) -> None:
    media, *words = FOREIGN[name]
    for lang, said in zip(("ja", "en"), words, strict=True):
        query = {"lang": lang}
        # by its name, also where a browser knows nothing of it; by its type alone; as a body
        by_name = {"file": (name, b"x", "application/octet-stream")}
        by_type = {"file": ("entry", b"x", media)}
        problems = [
            client.post("/validate", params=query, files=by_name),
            client.post("/validate", params=query, files=by_type),
            client.post("/validate", params=query, content=b"x", headers={"Content-Type": media}),
        ]
        for response in problems:
            problem = response.json()
            assert (response.status_code, problem["type"]) == (415, "/problems#FileForeign")
            assert said in problem["detail"]
            assert problem["expected"]
        assert name in problems[0].json()["detail"]
        page = client.post("/validate", params=query, files=by_name, headers={"Accept": HTML})
        assert (page.status_code, said in page.text) == (415, True)


def test_the_ending_that_is_nearest_to_a_mistyped_one_is_told(client: httpx.Client) -> None:
    sent = {"file": ("a.tlt", BAD.encode(), "application/octet-stream")}
    problem = client.post("/validate", files=sent).json()
    assert (problem["type"], problem["hint"]) == ("/problems#FileTypeUnsupported", ".ttl")


TEMPLATES = {
    "template.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "template.csv": "text/csv",
    "template.csv-metadata.json": "application/csvm+json",
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_an_empty_table_can_be_had_in_both_languages(
    client: httpx.Client, tables: TableContext, name: str
) -> None:
    first = "template.csv" if name.startswith("template.csv") else name
    bodies = {}
    for lang in ("ja", "en"):
        response = client.get(f"/validate/{name}", params={"lang": lang})
        assert response.status_code == 200
        assert response.headers["content-type"].split(";")[0] == TEMPLATES[name]
        assert response.headers["content-language"] == lang
        assert response.headers["content-disposition"] == f'attachment; filename="{name}"'
        own = template_files(tables, first, lang)[name]
        bodies[lang] = response.content
        if name != "template.xlsx":
            # the same as the command writes
            assert response.content == own
        tag = {"If-None-Match": response.headers["etag"]}
        again = client.get(f"/validate/{name}", params={"lang": lang}, headers=tag)
        assert (again.status_code, again.content) == (304, b"")
        head = client.head(f"/validate/{name}", params={"lang": lang})
        assert (head.status_code, head.content) == (200, b"")
    assert bodies["ja"] != bodies["en"]
    named = client.get(f"/validate/{name}", headers={"Accept-Language": "en"})
    assert named.content == bodies["en"]


def test_a_workbook_has_both_headers_and_lists_in_one_language(client: httpx.Client) -> None:
    for lang, status in (("ja", "新規"), ("en", "new")):
        response = client.get("/validate/template.xlsx", params={"lang": lang})
        book = load_workbook(io.BytesIO(response.content))
        rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows(max_row=2)]
        assert rows == [[c.name.ja for c in offered()], [c.name.en for c in offered()]]
        lists = {cell.value for row in book["lists"].iter_rows() for cell in row}
        assert status in lists


def test_a_csv_names_what_describes_it(client: httpx.Client) -> None:
    for lang in ("ja", "en"):
        table = client.get("/validate/template.csv", params={"lang": lang})
        (link,) = table.links.values()
        assert (link["rel"], link["type"]) == ("describedby", "application/csvm+json")
        described = client.get(f"/validate/{link['url']}").json()
        assert (described["url"], described["lang"]) == ("template.csv", lang)
        headers = next(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
        assert headers == [c["titles"][lang] for c in described["tableSchema"]["columns"]]


def test_a_template_that_is_filled_in_can_be_checked(client: httpx.Client) -> None:
    book = load_workbook(io.BytesIO(client.get("/validate/template.xlsx?lang=ja").content))
    sheet = book.worksheets[0]
    headers = {cell.value: cell.column for cell in sheet[1]}
    for name, value in measure(231).items():
        sheet.cell(4, headers[HEADERS[name]], str(value))
    written = io.BytesIO()
    book.save(written)
    sent = {"file": ("template.xlsx", written.getvalue())}
    report = client.post("/validate", files=sent, headers={"Accept": "application/json"}).json()
    assert (report["accepted"], report["counts"]["violation"]) == (True, 0)
    assert report["statements"] >= 8


@pytest.mark.parametrize("suffix", ["xls", "xlsm", "cvs", "csvw"])
def test_another_kind_of_template_is_answered_with_the_nearest(
    client: httpx.Client, suffix: str
) -> None:
    for lang, words in (("ja", "何もありません"), ("en", "Not Found")):
        response = client.get(f"/validate/template.{suffix}", params={"lang": lang})
        problem = response.json()
        assert response.status_code == 404
        assert words in problem["title"]
        assert problem["hint"].startswith("/validate/template.")
    wrong = client.get("/validate/template.xlsx?edition=ai2019")
    assert (wrong.status_code, wrong.json()["status"]) == (400, 400)


def test_the_form_offers_the_templates(client: httpx.Client) -> None:
    for lang in ("ja", "en"):
        page = Page(client.get("/validate", params={"lang": lang}, headers={"Accept": HTML}).text)
        assert (page.open, page.forbidden) == ([], [])
        links = {f"/validate/{name}?lang={code}" for name in TEMPLATES for code in ("ja", "en")}
        assert links <= set(page.links)
    said = client.get("/validate", headers={"Accept": "application/json"}).json()
    assert said["templates"] == [f"/validate/{name}" for name in TEMPLATES]
    paths = client.get("/openapi.json").json()["paths"]
    for name, media in TEMPLATES.items():
        operation = paths[f"/validate/{name}"]["get"]
        assert {p["name"] for p in operation["parameters"]} == {"lang"}
        assert set(operation["responses"]["200"]["content"]) == {media}


def test_the_form_needs_no_script(client: httpx.Client) -> None:
    for lang in ("ja", "en"):
        page = Page(client.get(f"/validate?lang={lang}", headers={"Accept": HTML}).text)
        assert (page.open, page.forbidden) == ([], [])
    said = client.get("/validate").json()
    assert (said["modes"], said["profiles"]) == (["merged", "alone"], ["entry", "import"])
    assert client.get("/validate", headers={"Accept": "image/png"}).status_code == 406
    assert client.put("/validate").status_code == 405


def test_shapes_are_for_holders_of_a_token(client: httpx.Client, token: str) -> None:
    files = {"file": ("a.ttl", BAD.encode(), TURTLE), "shapes": ("s.ttl", RULES.encode(), TURTLE)}
    assert client.post("/validate", files=files).status_code == 401
    bearer = {"Authorization": f"Bearer {token}"}
    response = client.post("/validate", files=files, headers=bearer)
    assert {f["component"].rpartition("#")[2] for f in response.json()["findings"]} == {
        "ClosedConstraintComponent"
    }
    files["shapes"] = ("s.ttl", RULES.replace("sh:closed true", "sh:sparql []").encode(), TURTLE)
    refused = client.post("/validate", files=files, headers={**bearer, "Accept-Language": "ja"})
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems#ShapesRefused")
    assert "sh:sparql" in refused.json()["detail"]


def test_an_entry_that_breaks_nothing_has_nothing_to_correct(client: httpx.Client) -> None:
    said = post(client, NOTE, query="?profile=import").json()
    assert (said["accepted"], said["findings"]) == (True, [])
    assert "直すところはありません" in form(client, text=NOTE, profile="import", lang="ja").text


@pytest.mark.parametrize(
    ("media", "body", "status", "kind"),
    [
        (TURTLE, "", 422, "EntryEmpty"),
        (TURTLE, "# nothing", 422, "EntryEmpty"),
        (TURTLE, "<a> <b>", 400, "UploadInvalid"),
        ("application/pdf", "%PDF", 415, "MediaTypeUnsupported"),
        ("text/turtle; charset=utf-16", "<a> <b> 1 .", 415, "MediaTypeUnsupported"),
        ("application/rdf+xml", "<!DOCTYPE a><a/>", 422, "UploadRefused"),
        (TURTLE, "#" * (2 * 2**20 + 1), 413, "UploadTooLarge"),
    ],
)
def test_what_is_no_entry_is_refused_with_a_reason(
    client: httpx.Client, media: str, body: str, status: int, kind: str
) -> None:
    for lang in ("ja", "en"):
        response = post(client, body, query=f"?lang={lang}", media=media)
        problem = response.json()
        assert (response.status_code, problem["type"]) == (status, f"/problems#{kind}")
        assert problem["detail"]


def test_a_syntax_error_names_its_line(client: httpx.Client) -> None:
    problem = post(client, f"{HEAD}<a> jpstrat:code ; .").json()
    assert problem["line"] == 5


def test_a_service_without_the_graph_checks_entries_by_themselves(tmp_path: Path) -> None:
    application = mini.plain_app(tmp_path)
    with mini.serve(application, mini.chosen(tmp_path)) as client:
        client.timeout = httpx.Timeout(180)
        assert client.get("/validate").json()["modes"] == ["alone"]
        assert post(client).json()["mode"] == "alone"
        refused = post(client, query="?mode=merged")
        assert (refused.status_code, "mode=alone" in refused.json()["detail"]) == (400, True)
        rules = client.get("/shapes", headers={"Accept": HTML}).text
        assert ('id="MeasureCode"' in rules, "/shapes.ttl" in rules) == (True, False)


def test_nothing_starts_before_the_first_entry(tmp_path: Path) -> None:
    with mini.client(tmp_path) as client:
        client.timeout = httpx.Timeout(180)
        before = _checking()
        client.get("/validate")
        assert _checking() == before
        assert post(client).status_code == 200
        assert len(_checking() - before) >= 2


def _checking() -> set[int]:
    """Processes below this one that check entries."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if "kg.pipeline.validating" in " ".join(process.cmdline()):
                found.add(process.pid)
    return found


PATTERN = f"""{HEAD}<my#Code> a sh:NodeShape ; sh:targetClass jpstrat:Measure ;
  sh:property <my#Slow> .
<my#Slow> sh:path skos:prefLabel ; sh:pattern "^.*.*!$" ."""
SLOW = f'{HEAD}<x> a jpstrat:Measure ; skos:prefLabel "{"a" * 100_000}"@en .'
"""A text so long that the square of its length is minutes of work."""
CATASTROPHIC = PATTERN.replace("^.*.*!$", "^(a+)+$")


def test_a_catastrophic_pattern_is_refused_at_once(client: httpx.Client, token: str) -> None:
    files = {"file": ("a.ttl", BAD.encode()), "shapes": ("s.ttl", CATASTROPHIC.encode())}
    for lang, words in (("ja", "繰り返しの中に繰り返しを置かず"), ("en", "Do not repeat what")):
        start = time.monotonic()
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": lang}
        refused = client.post("/validate", files=files, headers=headers)
        assert time.monotonic() - start < 1
        said = refused.json()
        assert (refused.status_code, said["type"]) == (422, "/problems#PatternRefused")
        assert said["line"] == CATASTROPHIC[: CATASTROPHIC.index("sh:pattern")].count("\n") + 1
        assert said["detail"].startswith(f"s.ttl:{said['line']}:")
        assert words in said["detail"]


def test_a_slow_pattern_is_stopped_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    token = TokenStore(tmp_path).add("steward", "validator", [], None, NAMES)[1]
    files = {"file": ("a.ttl", SLOW.encode()), "shapes": ("s.ttl", PATTERN.encode())}
    with mini.client(tmp_path, token_upload_timeout=3.0) as client, ThreadPoolExecutor() as pool:
        # so that the time to load does not count
        client.timeout = httpx.Timeout(180)
        assert post(client).status_code == 200
        bearer = {"Authorization": f"Bearer {token}"}
        slow = pool.submit(client.post, "/validate", files=files, headers=bearer)
        waits = []
        while not slow.done():
            begun = time.monotonic()
            assert client.get("/sparql?query=ASK{}").status_code == 200
            waits.append(time.monotonic() - begun)
            time.sleep(0.02)
        stopped = slow.result()
        assert (stopped.status_code, stopped.json()["type"]) == (504, "/problems#EntryTimeout")
        assert len(waits) > 20
        assert max(waits) < 1
        assert post(client).status_code == 200


def test_shares_of_a_client_count(tmp_path: Path) -> None:
    with mini.client(tmp_path, query_seconds=0.05) as client:
        client.timeout = httpx.Timeout(180)
        assert post(client).status_code == 200
        answers = {post(client).status_code for _ in range(3)}
        assert answers == {429}


def test_each_rule_has_a_readable_section(client: httpx.Client) -> None:
    dataset = read_dataset(*find_project().graph_folders, NAMES)
    shapes = dataset.graph(NAMES.graph("shapes"))
    named = {
        str(shape).partition("#")[2]
        for shape in shapes.subjects(SH.severity)
        if isinstance(shape, URIRef)
    }
    named |= {rule.name for rule in TABLE_RULES} | {"Consistency", "DefinedName"}
    checks = read_checks(find_project().shapes / "checks", NAMES)
    named |= {rule_name(check.shape(NAMES)) for check in checks}
    assert len(named) > 150
    for lang, words in (("ja", ("直し方", "番号")), ("en", ("How to correct it", "code"))):
        response = client.get("/shapes", params={"lang": lang}, headers={"Accept": HTML})
        assert (response.status_code, response.headers["content-language"]) == (200, lang)
        page, text = Page(response.text), response.text
        assert (page.open, page.forbidden) == ([], [])
        anchors = re.findall(r'id="([^"]+)"', text)
        assert len(anchors) == len(set(anchors))
        assert named <= set(anchors)
        assert {link[1:] for link in page.links if link.startswith("#")} <= set(anchors)
        section = text.partition('id="MeasureCode"')[2].partition("</div>")[0]
        assert all(word in section for word in (*words, "jpstrat:code", "sh:pattern", "^["))


def test_processes_that_check_show_in_the_figures(client: httpx.Client) -> None:
    lanes = client.get("/ready").json()["lanes"]
    assert {name for name in lanes if "checks" in name} == {"checks", "granted-checks"}
    time.sleep(1.1)  # the sampler looks once a second
    figures = client.get("/metrics").text
    assert re.search(r'senryaku_lane_started_total\{lane="checks"\} [1-9]', figures)
    assert 'senryaku_lane_readers{lane="granted-checks"}' in figures


def test_the_commands_of_the_guide_run(client: httpx.Client, token: str, tmp_path: Path) -> None:
    (tmp_path / "measure.ttl").write_text(BAD, encoding="utf-8")
    (tmp_path / "shapes.ttl").write_text(RULES, encoding="utf-8")
    (tmp_path / "measures.xlsx").write_bytes(as_workbook([measure(201, organisations="文化省")]))
    guides = sorted((find_project().root / "docs" / "how-to").glob("validate-over-http*.md"))
    assert len(guides) == 2
    for guide in guides:
        blocks = re.findall(r"```sh\n(.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL)
        script = "".join(blocks).replace("http://localhost:8000", str(client.base_url))
        assert script.count("curl") == 6
        script = script.replace("curl", r"curl -sS --fail-with-body -w '\nNEXT\n'")
        done = subprocess.run(
            ["bash", "-euc", script],  # noqa: S607 - the system's
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "TOKEN": token},
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        body, table, *empty, own, _ = done.stdout.decode().split("\nNEXT\n")
        assert empty == ["", "", ""]
        for name in TEMPLATES:
            # curl names a file as the path does
            assert (tmp_path / name).stat().st_size > 500
        assert '"MeasureCode"' in body
        assert "文部科学省" in table
        assert "ClosedConstraintComponent" in own


def test_a_service_in_front_of_an_engine_elsewhere_checks_as_any_other(tmp_path: Path) -> None:
    """Entries are checked against the project's files, wherever queries are answered."""
    content = Content.read(mini.snapshot(tmp_path), NAMES)
    with oxigraph() as running:
        asyncio.run(send(running, content))
        with mini.client(tmp_path, store=running.where.query) as client:
            client.timeout = httpx.Timeout(180)
            assert client.get("/sparql?query=ASK{?s ?p ?o}").json()["boolean"] is True
            assert client.get("/validate").json()["modes"] == ["merged", "alone"]
            entry = as_csv([measure(201, organisations="文化省")], encoding="cp932")
            said = client.post("/validate", content=entry, headers={"Content-Type": "text/csv"})
            found = [finding["rule"] for finding in said.json()["findings"]]
            assert (said.json()["mode"], "TableNameUnknown" in found) == ("merged", True)
            running.stop()
            # and it needs the engine for none of it
            assert client.get("/sparql?query=ASK{?other ?p ?o}").status_code == 502
            again = client.post("/validate", content=entry, headers={"Content-Type": "text/csv"})
            assert again.json() == said.json()
