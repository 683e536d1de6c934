"""The page /validate in Chromium: real pages, files and forms, with scripts and without."""

import csv
import io
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from rdflib import Graph
from rdflib.namespace import SH

import mini
from kg.namespaces import BASE
from measure_tables import HEADERS, TWELVE, as_csv, measure

ENTRY = f"""@prefix jpstrat: <{BASE}def#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@base <{BASE}> .
<id/measure/ai2019-fu2020/II-1-20-999> a jpstrat:Measure ;
  jpstrat:code "II-1-20-99" ;
  skos:prefLabel "<script>document.title='taken'</script>"@ja , "test"@en .
"""
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
_STARTING = 60_000
"""Milliseconds for a check, of which the first starts the processes."""
_HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with mini.client(tmp_path_factory.mktemp("browser"), query_seconds=10_000.0) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; a test is skipped without it, but not where everything is required."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("SENRYAKU_REQUIRE_DOCUMENTS"):
            pytest.fail("chromium is not installed although everything is required")
        pytest.skip("chromium is not installed")
    # a busy machine takes its time for a check
    expect.set_options(timeout=_STARTING)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield launched
        launched.close()


def opened(context: BrowserContext) -> Iterator[Page]:
    """A page that complains about nothing."""
    page = context.new_page()
    page.set_default_timeout(_STARTING)
    complaints: list[str] = []
    # a status that is no success is said there too, such as that of an icon that there is not
    page.on(
        "console",
        lambda message: (
            message.text.startswith("Failed to load resource") or complaints.append(message.text)
        ),
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []
    context.close()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def page(browser: Browser, client: httpx.Client, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of the service."""
    base, scripts = str(client.base_url), request.param
    yield from opened(browser.new_context(base_url=base, java_script_enabled=scripts, locale="ja"))


def drop(field: Locator, file: Path) -> None:
    """Drop a file as the system's file manager does."""
    box = field.bounding_box()
    assert box is not None
    session = field.page.context.new_cdp_session(field.page)
    data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "data": data, **place})


def downloaded(page: Page, button: str) -> tuple[str, bytes]:
    with page.expect_download() as download:
        page.get_by_role("button", name=button, exact=True).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_a_file_is_dropped_or_chosen_and_its_mistake_is_shown(
    page: Page, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    file = tmp_path / "取組.ttl"
    file.write_text(ENTRY, encoding="utf-8")
    page.goto("/validate")
    expect(page.locator("h1")).to_have_text("登録内容の検査")
    field = page.get_by_label("ファイルを選ぶか")
    if "no-scripts" in request.node.name:
        field.set_input_files(file)
    else:
        drop(field, file)
    page.get_by_role("button", name="検査する").click()
    expect(page.locator("h1")).to_have_text("検査の結果")
    expect(page.get_by_role("alert")).to_contain_text("このままでは登録できません")
    # so that a screen reader begins there
    expect(page.get_by_role("alert")).to_be_focused()
    assert re.match(r"違反\d+件：検査の結果", page.title())
    rule = page.get_by_role("link", name="MeasureCode", exact=True)
    wrong = page.locator(".finding").filter(has=rule).first
    expect(wrong.locator("pre mark")).to_have_text("II-1-20-99")
    expect(wrong).to_contain_text("取組.ttl:5")
    name, body = downloaded(page, "CSV")
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert (name, "II-1-20-99" in body.decode()) == ("report.csv", True)
    assert all(re.search("[ぁ-ん]", "".join(row.values())) for row in rows)
    name, body = downloaded(page, "JSON")
    findings = json.loads(body)["findings"]
    assert (name, len(findings)) == ("report.json", len(rows))
    assert all(set(finding["problem"]) == {"ja"} for finding in findings)
    name, body = downloaded(page, "Turtle")
    results = list(Graph().parse(data=body, format="turtle").subjects(SH.resultSeverity))
    assert (name, len(results)) == ("report.ttl", len(rows))
    # the report in the other language is about the same file
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("alert")).to_contain_text("It cannot be loaded")
    expect(wrong).to_contain_text("取組.ttl:5")
    _, body = downloaded(page, "CSV")
    translated = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert len(translated) == len(rows)
    assert not re.search("[ぁ-ん]", "".join(row["problem"] for row in translated))
    # and it is checked once more, with other rules, without being chosen anew
    page.get_by_label("Compared").select_option("alone")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_label("Compared")).to_have_value("alone")
    expect(wrong).to_contain_text("取組.ttl:5")
    rule.first.click()
    assert page.url.endswith("#MeasureCode")


@pytest.mark.parametrize("page", [False], ids=["no-scripts"], indirect=True)
@pytest.mark.parametrize(("lang", "label"), [("ja", "選択肢が日本語"), ("en", "lists in English")])
def test_a_template_is_downloaded_filled_in_and_checked(
    page: Page, tmp_path: Path, lang: str, label: str
) -> None:
    page.goto(f"/validate?lang={lang}")
    # what is in the language of the page goes first
    offered = page.locator("#template li").first
    expect(offered).to_contain_text(label)
    for name in ("XLSX", "CSV"):
        with page.expect_download() as download:
            offered.get_by_role("link", name=name, exact=True).click()
        suffix = name.lower()
        assert download.value.suggested_filename == f"template.{suffix}"
        download.value.save_as(tmp_path / f"template.{suffix}")
    written = (tmp_path / "template.csv").read_text(encoding="utf-8-sig")
    header = next(csv.reader(io.StringIO(written)))
    book = load_workbook(tmp_path / "template.xlsx")
    sheet = book.worksheets[0]
    row = 1 if lang == "ja" else 2
    assert [cell.value for cell in sheet[row]] == header
    columns = {cell.value: cell.column for cell in sheet[1]}
    for name, value in measure(241).items():
        sheet.cell(4, columns[HEADERS[name]], str(value))
    book.save(tmp_path / "filled.xlsx")
    page.locator("#file").set_input_files(tmp_path / "filled.xlsx")
    page.locator("#entry button").click()
    expect(page.get_by_role("status")).to_be_visible(timeout=_STARTING)
    expect(page.locator("main")).to_contain_text("II-1-20-241")


@pytest.mark.parametrize("page", [False], ids=["no-scripts"], indirect=True)
def test_a_text_is_pasted_corrected_and_added(page: Page) -> None:
    right = as_csv([measure(201)], encoding="utf-8", delimiter="\t").decode()
    page.goto("/validate?lang=en")
    page.get_by_label("Or paste a text").fill(right.replace("文部科学省", "文部化学省"))
    page.get_by_label("The text is written in").select_option("tsv")
    # another language of the form loses nothing of it
    page.get_by_role("button", name="日本語").click()
    expect(page.locator("h1")).to_have_text("登録内容の検査")
    expect(page.get_by_label("テキストの形式")).to_have_value("tsv")
    expect(page.get_by_label("又はテキストを貼り付ける")).to_have_value(re.compile("文部化学省"))
    page.get_by_label("結果の言語").select_option("en")
    page.get_by_role("button", name="検査する").click()
    expect(page.locator("h1")).to_have_text("Result of the check")
    expect(page.locator(".finding td mark")).to_have_text("文部化学省")
    expect(page.locator(".finding")).to_contain_text("Did you mean")
    text = page.get_by_label("Or paste a text")
    text.fill(text.input_value().replace("文部化学省", "文部科学省"))
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("status")).to_be_focused()
    expect(page.locator("#changes")).to_contain_text("Adds 1 measure.")
    name, body = downloaded(page, "Download the Turtle")
    assert (name, b"II-1-20-201" in body) == ("entry.ttl", True)
    page.get_by_role("button", name="日本語").click()
    expect(page.locator("#changes")).to_contain_text("取組を1件追加します。")


def test_what_cannot_be_read_is_answered_with_what_to_do(page: Page, tmp_path: Path) -> None:
    page.goto("/validate")
    with page.expect_navigation():
        page.get_by_role("button", name="検査する").click()
    expect(page.get_by_role("alert")).to_contain_text("ファイルを選ぶか")
    expect(page.get_by_role("alert")).to_be_focused()
    # the form is there again
    file = tmp_path / "写真.pdf"
    file.write_bytes(b"%PDF")
    page.get_by_label("又はテキストを貼り付ける").fill("<a> <b>")
    page.get_by_label("ファイルを選ぶか").set_input_files(file)
    page.get_by_role("button", name="検査する").click()
    expect(page.get_by_role("alert")).to_contain_text("写真.pdf")
    expect(page.get_by_role("alert")).to_contain_text(".xlsx")
    expect(page.get_by_label("又はテキストを貼り付ける")).to_have_value("<a> <b>")
    page.get_by_label("又はテキストを貼り付ける").fill(ENTRY.replace("a jpstrat:Measure ;", "a ;"))
    page.get_by_role("button", name="検査する").click()
    expect(page.get_by_role("alert")).to_contain_text("4行")
    expect(page.locator("#place mark")).to_have_text(";")
    # what was asked for as Turtle to add, and cannot be, is shown as a report next
    page.get_by_label("又はテキストを貼り付ける").fill(ENTRY)
    page.get_by_label("結果の形式").select_option("entry")
    page.get_by_role("button", name="検査する").click()
    expect(page.get_by_role("alert")).to_contain_text("検査の結果を見て")
    expect(page.get_by_label("結果の形式")).to_have_value("html")
    page.get_by_role("button", name="検査する").click()
    expect(page.locator(".finding pre mark").first).to_be_visible()


_CHECKS = (_HERE / "page_checks.js").read_text(encoding="utf-8")


_POOR = """<title></title><main><h1>a</h1><h3 id="a">b</h3><p id="a" aria-describedby="c">c</p>
<p style="color: #999; background: #fff">grey</p><input name="b"><button></button>
<table><tr><td>1</td></tr></table><p style="width: 200vw">wide</p></main>"""


def test_the_checks_of_pages_notice(browser: Browser) -> None:
    for page in opened(browser.new_context(viewport=PHONE)):
        page.set_content(_POOR)
        found = " ".join(page.evaluate(_CHECKS))
    for word in ("wider", "language", "title", "skips", "twice", "nothing: c", "label", "name:"):
        assert word in found, word
    assert "without headers" in found
    assert "contrast 2.85" in found


def test_pages_fit_a_phone_and_can_be_read_and_heard(
    browser: Browser, client: httpx.Client, tmp_path: Path
) -> None:
    file = tmp_path / "twelve.csv"
    file.write_bytes(as_csv(TWELVE, encoding="cp932"))
    for lang, viewport, scheme in (("ja", PHONE, "dark"), ("en", PHONE, "light")):
        context = browser.new_context(
            base_url=str(client.base_url), viewport=viewport, color_scheme=scheme
        )
        for page in opened(context):
            page.goto(f"/validate?lang={lang}")
            assert page.evaluate(_CHECKS) == []
            page.locator("#file").set_input_files(file)
            page.locator("main form button").click()
            expect(page.locator("#verdict")).to_be_focused()
            assert page.locator(".finding").count() == 12
            assert page.locator(".finding td mark").count() == 11
            assert page.evaluate(_CHECKS) == []
            page.set_viewport_size(DESKTOP)
            assert page.evaluate(_CHECKS) == []
            page.goto(f"/shapes?lang={lang}")
            page.set_viewport_size(PHONE)
            assert page.evaluate(_CHECKS) == []


@pytest.mark.parametrize("page", [True], ids=["scripts"], indirect=True)
def test_the_form_can_be_used_with_keys_alone(page: Page) -> None:
    page.goto("/validate?lang=en")
    seen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focused.evaluate("e => getComputedStyle(e).outlineStyle") != "none"
        seen.append(focused.get_attribute("id") or focused.inner_text())
        if seen[-1] == "text":
            page.keyboard.type("<a> <b> 1 .")
        if seen[-1] == "Check" and "text" in seen:
            break
    fields = ["file", "text", "syntax", "profile", "mode", "lang", "format", "Check"]
    assert [name for name in seen if name in fields][-len(fields) :] == fields
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_be_focused()
