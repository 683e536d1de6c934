"""The page /validate in Chromium: real pages, files and forms, with scripts and without."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

import mini
from kg.namespaces import BASE

ENTRY = f"""@prefix jpstrat: <{BASE}def#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@base <{BASE}> .
<id/measure/ai2019-fu2020/II-1-20-999> a jpstrat:Measure ;
  jpstrat:code "II-1-20-99" ;
  skos:prefLabel "<script>document.title='taken'</script>"@ja , "test"@en .
"""
_STARTING = 60_000
"""Milliseconds for the first check, which starts the processes."""


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
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def page(browser: Browser, client: httpx.Client, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of the service that complains about nothing."""
    context = browser.new_context(
        base_url=str(client.base_url), java_script_enabled=request.param, locale="ja"
    )
    opened = context.new_page()
    opened.set_default_timeout(_STARTING)
    complaints: list[str] = []
    # a status that is no success is said there too, such as that of an icon that there is not
    opened.on(
        "console",
        lambda message: (
            message.text.startswith("Failed to load resource") or complaints.append(message.text)
        ),
    )
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    assert complaints == []
    context.close()


def test_a_file_is_chosen_and_its_mistake_is_shown(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "取組.ttl"
    file.write_text(ENTRY, encoding="utf-8")
    page.goto("/validate")
    expect(page.locator("h1")).to_have_text("登録内容の検査")
    page.get_by_label("ファイルを選ぶか").set_input_files(file)
    page.get_by_role("button", name="検査する").click()
    expect(page.locator("h1")).to_have_text("検査の結果", timeout=_STARTING)
    expect(page.get_by_role("status")).to_contain_text("このままでは登録できません")
    rule = page.get_by_role("link", name="MeasureCode", exact=True)
    wrong = page.locator(".finding").filter(has=rule).first
    expect(wrong.locator("pre mark")).to_have_text("II-1-20-99")
    expect(wrong).to_contain_text("取組.ttl:5")
    assert "taken" not in page.title()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "report.csv"
    report = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert "II-1-20-99" in report
    rule.first.click()
    assert page.url.endswith("#MeasureCode")


def test_a_text_is_pasted_in_english(page: Page) -> None:
    page.goto("/validate?lang=en")
    page.get_by_label("Or paste a text").fill(ENTRY)
    page.get_by_label("Compared").select_option("alone")
    page.get_by_role("button", name="Check").click()
    expect(page.locator("h1")).to_have_text("Result of the check", timeout=_STARTING)
    expect(page.get_by_role("status")).to_contain_text("It cannot be loaded")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_label("Compared")).to_have_value("alone")


def test_an_empty_form_is_answered_with_what_to_do(page: Page) -> None:
    page.goto("/validate")
    with page.expect_navigation():
        page.get_by_role("button", name="検査する").click()
    expect(page.get_by_role("alert")).to_contain_text("ファイルを選ぶか")
