import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

import mini
from api.routes.pages import EXAMPLES
from api.statuses import PROBLEMS

PAGES = ("/", "/docs", "/problems", "/queries", "/def", "/id/org/mext", "/sparql?query=ASK{}")
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with mini.client(tmp_path_factory.mktemp("pages")) as running:
        yield running


class Page(HTMLParser):
    """Links, assets, and what a strict page must not have."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.assets: list[str] = []
        self.forbidden: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag not in {"meta", "link", "br", "input"}:
            self.open.append(tag)
        if tag == "a":
            self.links.append(values["href"] or "")
        if tag in {"script", "iframe", "img", "object", "style"}:
            self.forbidden.append(tag)
        self.forbidden += [name for name, _ in attrs if name.startswith("on") or name == "style"]
        self.assets += [values["href"] or ""] if tag == "link" else []

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_page_is_well_formed_and_needs_nobody_else(client: httpx.Client) -> None:
    for path in PAGES:
        for lang in ("ja", "en"):
            response = client.get(path, headers=HTML | {"Accept-Language": lang})
            assert response.status_code == 200, path
            page = Page(response.text)
            assert page.open == []
            assert page.forbidden == []
            assert page.assets == ["/static/site.css"]
            assert f'<html lang="{lang}">' in response.text
            assert response.headers["content-language"] == lang
            assert "Accept-Language" in response.headers["vary"]


def test_every_internal_link_leads_somewhere(client: httpx.Client) -> None:
    seen: set[str] = set()
    queue = list(PAGES)
    while queue:
        path = queue.pop()
        response = client.get(path, headers=HTML)
        assert response.status_code == 200, path
        if not response.headers["content-type"].startswith("text/html"):
            continue
        for link in Page(response.text).links:
            target = str(response.url.join(link)).removeprefix(str(client.base_url).rstrip("/"))
            target = target.split("#")[0]
            if target.startswith("/") and target not in seen and len(seen) < 120:
                seen.add(target)
                queue.append(target)
    assert len(seen) >= 40


def test_language_is_chosen_by_the_header_and_overruled_by_the_parameter(
    client: httpx.Client,
) -> None:
    japanese = {"Accept-Language": "ja,en;q=0.5"}
    assert "知識グラフ" in client.get("/", headers=japanese).text
    assert "knowledge graph" in client.get("/").text
    assert "knowledge graph" in client.get("/?lang=en", headers=japanese).text
    page = client.get("/?lang=ja").text
    assert '<a href="?lang=en" lang="en" hreflang="en"' in page


def test_the_start_page_counts(client: httpx.Client) -> None:
    page = client.get("/?lang=en").text
    counts = dict(re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", page))
    assert counts["measures"] == "2"
    assert counts["organisations"] == "2"
    assert counts["passages of the sources"] == "1"
    assert counts["research hubs"] == "0"
    assert len(counts) == 8


def test_the_examples_run_and_find_something(client: httpx.Client) -> None:
    links = [link for link in Page(client.get("/").text).links if "query=" in link]
    assert len(links) == len(EXAMPLES) == 3
    for link in links:
        (query,) = parse_qs(urlsplit(link).query)["query"]
        result = client.get("/sparql", params={"query": query}).json()
        assert result["results"]["bindings"], query


def test_the_addresses_are_those_of_the_service(client: httpx.Client) -> None:
    page = client.get("/docs").text
    paths = client.get("/openapi.json").json()["paths"]
    assert len(paths) >= 10
    for path in paths:
        assert f"<code>{path}</code>" in page.replace("&#123;", "{")


def test_every_error_is_listed(client: httpx.Client) -> None:
    page = client.get("/problems").text
    for error in PROBLEMS:
        assert f'id="{error.__name__}"' in page


def test_headers_are_strict_everywhere(client: httpx.Client) -> None:
    for path in (*PAGES, "/static/site.css", "/health", "/nothing"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'")
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_the_style_sheet_loads_nothing(client: httpx.Client) -> None:
    response = client.get("/static/site.css")
    assert response.headers["content-type"].startswith("text/css")
    assert "url(" not in response.text
    assert "@import" not in response.text


def test_operations(client: httpx.Client) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    version = client.get("/version").json()
    assert version["key"] == "mini"
    assert version["statements"] == mini.QUADS + mini.UNION
    assert version["data"].startswith("sha256:")
