from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

import api.errors
import kg.errors
import mini
from api.statuses import PROBLEMS
from kg.errors import Both, Contradiction, KgError


def subclasses(error: type[KgError]) -> Iterator[type[KgError]]:
    yield error
    for child in error.__subclasses__():
        yield from subclasses(child)


def test_every_error_of_the_project_has_a_status_and_titles() -> None:
    homes = (kg.errors.__name__, api.errors.__name__)
    ours = {e for e in subclasses(KgError) if e.__module__.startswith(homes)}
    assert len(ours) >= 45
    assert set(PROBLEMS) == ours
    for problem in PROBLEMS.values():
        assert problem.ja
        assert problem.en
        assert problem.status >= HTTPStatus.BAD_REQUEST


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    application = mini.app(tmp_path_factory.mktemp("problems"))

    @application.get("/fault")
    async def fault() -> None:
        raise ZeroDivisionError("a secret of the server")

    @application.get("/contradiction")
    async def contradiction() -> None:
        raise Contradiction(rule=Both("秘密", "a secret of the server"), nodes="secret")

    with mini.serve(application) as running:
        yield running


@pytest.mark.parametrize("path", ["/fault", "/contradiction"])
@pytest.mark.parametrize(
    ("lang", "title"), [("ja", "サーバー側の誤り"), ("en", "Fault of the server")]
)
def test_faults_tell_nothing_of_the_inside(
    client: httpx.Client, path: str, lang: str, title: str
) -> None:
    # the server ends the connection after a fault: do not share it with other tests
    response = httpx.get(client.base_url.join(path), headers={"Accept-Language": lang})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {"type": "about:blank", "title": title, "status": 500}


def test_unknown_paths_and_methods_are_problems_too(client: httpx.Client) -> None:
    missing = client.get("/nothing", headers={"Accept-Language": "ja"})
    assert (missing.status_code, missing.json()["title"]) == (
        404,
        "このアドレスには何もありません",
    )
    wrong = client.put("/sparql")
    assert (wrong.status_code, wrong.json()["title"]) == (405, "Method Not Allowed")
    assert missing.json()["detail"] == "/nothing はありません。"
    detail = "/sparql does not take PUT. It takes: GET, HEAD, OPTIONS, POST."
    assert wrong.json()["detail"] == detail
    for response in (missing, wrong):
        assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/sparql", "GET, HEAD, OPTIONS, POST"),
        ("/", "GET, HEAD, OPTIONS"),
        ("/id/org/mext", "GET, HEAD, OPTIONS"),
        ("/queries/measures-of-organisation", "GET, HEAD, OPTIONS"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
        ("/static/site.css", "GET, HEAD, OPTIONS"),
    ],
)
def test_methods_of_an_address_are_all_named_and_work(
    client: httpx.Client, path: str, methods: str
) -> None:
    wrong, asked = client.delete(path), client.options(path)
    assert (wrong.status_code, wrong.headers["allow"]) == (405, methods)
    assert wrong.json()["detail"].endswith(f"It takes: {methods}.")
    assert (asked.status_code, asked.headers["allow"], asked.content) == (204, methods, b"")
    assert "default-src 'none'" in asked.headers["content-security-policy"]
    for method in methods.split(", "):
        assert client.request(method, path).status_code != 405
    assert client.options("/nothing").status_code == 404


def test_a_problem_has_the_members_of_rfc_9457_and_a_hint(client: httpx.Client) -> None:
    query = "SELECT ?s {\n ?s a jpstrat:Measure }"
    response = client.get("/sparql", params={"query": query}, headers={"Accept-Language": "ja"})
    body = response.json()
    assert response.status_code == body["status"] == 400
    assert response.headers["content-language"] == "ja"
    assert "Accept-Language" in response.headers["vary"]
    assert body["title"] == "宣言のない接頭辞"
    assert (body["line"], body["column"]) == (2, 7)
    assert body["hint"] == "PREFIX jpstrat: <https://w3id.org/jpstrat/def#>"
    assert body["hint"] in body["detail"]
    assert body["type"] == "/problems#PrefixUndeclared"
    assert 'id="PrefixUndeclared"' in client.get("/problems").text


def test_no_problem_names_a_file_of_the_server(client: httpx.Client, tmp_path: Path) -> None:
    for path in ("/queries/nothing", "/id/nothing", "/sparql?query=x", "/queries?format=x"):
        text = client.get(path).text
        assert str(tmp_path.parent) not in text
        assert "Traceback" not in text


def test_errors_of_requests_are_declared_in_one_module() -> None:
    assert api.errors.RequestMalformed in PROBLEMS


HTML, PROBLEM = "text/html", "application/problem+json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
WRONG = "SELECT ?s <b> {\n  ?s a jpstrat:Measure }"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (BROWSER, HTML),
        ("text/html", HTML),
        ("text/turtle, text/html;q=0.5", HTML),
        ("*/*", PROBLEM),
        ("application/json, text/html;q=0.5", PROBLEM),
        ("text/csv", PROBLEM),
        ("text/html, nonsense", PROBLEM),
        ("", PROBLEM),
    ],
)
def test_browsers_get_a_page_and_programs_json(
    client: httpx.Client, accept: str, media: str
) -> None:
    response = client.get("/nothing", headers={"Accept": accept})
    assert response.status_code == 404
    assert response.headers["content-type"].split(";")[0] == media
    assert response.headers["vary"].startswith("Accept, Accept-Language")
    assert "default-src 'none'" in response.headers["content-security-policy"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("lang", "heading", "place"),
    [
        ("ja", "宣言のない接頭辞", "2行8桁"),
        ("en", "Undeclared prefix", "line 2, column 8"),
    ],
)
def test_a_typo_in_the_form_loses_no_query(
    client: httpx.Client, method: str, lang: str, heading: str, place: str
) -> None:
    headers, sent = {"Accept": BROWSER, "Accept-Language": lang}, {"query": WRONG}
    if method == "GET":
        response = client.get("/sparql", headers=headers, params=sent)
    else:
        response = client.post("/sparql", headers=headers, data=sent)
    assert (response.status_code, response.headers["content-language"]) == (400, lang)
    text = response.text
    assert f'<html lang="{lang}">' in text
    assert f"<h1>{heading}</h1>" in text
    assert place in text
    assert "  ?s a <mark>jpstrat:Measure</mark> }</pre>" in text
    assert '<textarea id="query"' in text
    assert WRONG.replace("<", "&lt;").replace(">", "&gt;") + "</textarea>" in text
    assert f'href="/?lang={lang}"' in text
    assert f'href="/problems?lang={lang}#PrefixUndeclared"' in text


@pytest.mark.parametrize(
    "parameters",
    [
        {"query": WRONG, "fromat": "csv"},
        {"query": WRONG, "format": "cvs"},
        {"query": WRONG, "lang": "fr"},
        {"query": f"SERVICE {WRONG}"},
    ],
)
def test_no_error_loses_the_query(client: httpx.Client, parameters: dict[str, str]) -> None:
    response = client.get("/sparql", params=parameters, headers={"Accept": BROWSER})
    assert response.status_code in {400, 403}
    assert WRONG.replace("<", "&lt;").replace(">", "&gt;") + "</textarea>" in response.text


def test_a_wrong_value_stays_in_its_form(client: httpx.Client) -> None:
    path = "/queries/measures-of-organisation"
    page = client.get(path, params={"organisation": "<mex>"}, headers={"Accept": BROWSER}).text
    assert 'value="&lt;mex&gt;"' in page
    assert 'aria-invalid="true"' in page
    assert "<textarea" not in page
    good = client.get(path, params={"organisation": "mext"}, headers={"Accept": BROWSER}).text
    assert "aria-invalid" not in good


@pytest.mark.parametrize(
    ("path", "href"),
    [
        ("/id/org/MEXT", "/id/org/mext"),
        ("/queries/measures-of-organization", "/queries/measures-of-organisation"),
        ("/querys", "/queries"),
        ("/sparq", "/sparql"),
    ],
)
def test_a_missing_page_links_to_the_nearest(client: httpx.Client, path: str, href: str) -> None:
    response = client.get(path, headers={"Accept": BROWSER})
    assert response.status_code == 404
    assert f'<a href="{href}">' in response.text
    assert client.get(path).json()["hint"].endswith(href.removeprefix("/queries/"))


def test_a_fault_has_a_page_that_tells_nothing(client: httpx.Client) -> None:
    for path in ("/fault", "/contradiction"):
        response = httpx.get(client.base_url.join(path), headers={"Accept": BROWSER})
        assert response.status_code == 500
        assert "<h1>Fault of the server</h1>" in response.text
        assert "secret" not in response.text
        assert "default-src 'none'" in response.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/sparql?qury=ASK{}", "query"),
        ("/sparql?query=ASK{}&fromat=json", "format"),
        ("/sparql?query=ASK{}&LANG=ja", "lang"),
        ("/id/org/mext?formt=turtle", "format"),
        ("/id/org/mext.ttl?lng=ja", "lang"),
        ("/vocab/measure-status?format_=turtle", "format"),
        ("/def?langs=ja", "lang"),
        ("/queries?formats=json", "format"),
        ("/queries/measures-of-organisation.rq?lag=ja", "lang"),
        ("/?x=1", None),
        ("/docs?x=1", None),
        ("/problems?x=1", None),
        ("/health?x=1", None),
        ("/version?lang=ja", None),
        ("/openapi.json?x=1", None),
        ("/static/site.css?x=1", None),
    ],
)
def test_no_address_ignores_a_parameter(client: httpx.Client, path: str, hint: str | None) -> None:
    response = client.get(path, headers={"Accept-Language": "ja"})
    problem = response.json()
    assert (response.status_code, problem["type"]) == (400, "/problems#UnknownParameter")
    assert problem.get("hint") == hint
    assert path.partition("?")[0] in problem["detail"]
    assert "–" not in problem["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/sparql?query=ASK{}&query=ASK{}",
        "/sparql?query=ASK{}&lang=ja&lang=en",
        "/id/org/mext?format=turtle&format=turtle",
        "/queries?lang=ja&lang=ja",
        "/?lang=ja&lang=ja",
        "/?lang=fr",
        "/id/org/mext?lang=fr",
    ],
)
def test_a_parameter_is_given_once_and_right(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.json()["type"]) == (400, "/problems#RequestMalformed")


def test_a_mistyped_format_has_a_hint(client: httpx.Client) -> None:
    response = client.get("/queries", params={"format": "jsn"})
    assert (response.status_code, response.json()["hint"]) == (400, "json")
