from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

import api.errors
import kg.errors
import mini
from api.problems import PROBLEMS
from kg.errors import Contradiction, KgError


def subclasses(error: type[KgError]) -> Iterator[type[KgError]]:
    yield error
    for child in error.__subclasses__():
        yield from subclasses(child)


def test_every_error_of_the_project_has_a_status_and_titles() -> None:
    ours = {e for e in subclasses(KgError) if e.__module__ in {kg.errors.__name__, "api.errors"}}
    assert len(ours) >= 36
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
        raise Contradiction(rule_ja="秘密", rule_en="a secret of the server", nodes="secret")

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
    assert "GET" in wrong.headers["allow"]
    for response in (missing, wrong):
        assert response.headers["content-type"] == "application/problem+json"


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
