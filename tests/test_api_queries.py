from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import mini

NAME = "measures-of-organisation"
PATH = f"/queries/{NAME}"
BROWSER = {"Accept": "text/html,*/*;q=0.8"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with mini.client(tmp_path_factory.mktemp("queries")) as running:
        yield running


def codes(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [row["code"]["value"] for row in response.json()["results"]["bindings"]]


def test_the_list_names_each_query_with_its_parameters(client: httpx.Client) -> None:
    response = client.get("/queries")
    assert response.headers["content-type"] == "application/json"
    (entry,) = response.json()
    assert (entry["name"], entry["url"]) == (NAME, PATH)
    assert entry["title"] == {"ja": "組織の取組", "en": "Measures of an organisation"}
    (organisation,) = entry["params"]
    assert (organisation["name"], organisation["type"]) == ("organisation", "iri")
    assert organisation["expected"] == "org:Organization (id/org/… | IRI)"
    assert organisation["choices"] is None
    assert client.get("/queries", params={"format": "json"}).json() == [entry]
    assert client.get("/queries", headers={"Accept": "text/csv"}).status_code == 406


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ["II-2", "II-1", "II-2"]),
        ("", ["II-2", "II-1", "II-2"]),
        ("mext", ["II-1", "II-2"]),
        ("id/org/meti", ["II-2"]),
        ("https://w3id.org/jpstrat/id/org/meti", ["II-2"]),
    ],
)
def test_parameters_are_bound(client: httpx.Client, value: str | None, expected: list[str]) -> None:
    params = {} if value is None else {"organisation": value}
    assert codes(client.get(PATH, params=params)) == expected


@pytest.mark.parametrize("value", ["x> ?p ?o } #", '"', "a b", "https://x/<y>", "http://[", "日本"])
def test_a_value_cannot_change_the_query(client: httpx.Client, value: str) -> None:
    response = client.get(PATH, params={"organisation": value})
    assert response.status_code == 400
    assert response.json()["title"] in {"Invalid parameter value", "Query cannot be evaluated"}
    assert codes(client.get(PATH, params={"organisation": "meti"})) == ["II-2"]


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("mex", "mext"),
        ("MEXT", "mext"),
        ("id/org/metti", "meti"),
        ("nobody", None),
        # described, and no organisation
        ("vstatus:new", None),
        ("id/measure/m/II-1", None),
        ("https://example.org/mext", None),
    ],
)
def test_a_value_that_cannot_be_is_refused(
    client: httpx.Client, value: str, hint: str | None
) -> None:
    response = client.get(PATH, params={"organisation": value}, headers={"Accept-Language": "ja"})
    problem = response.json()
    assert (response.status_code, problem["type"]) == (400, "/problems#ParameterInvalid")
    assert problem["expected"] == "org:Organization (id/org/… | IRI)"
    assert problem["parameter"] == "organisation"
    assert problem.get("hint") == hint


def test_formats(client: httpx.Client) -> None:
    table = client.get(PATH, params={"format": "csv", "organisation": "meti"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.text.splitlines()[0] == "organisation,measure,code"
    assert client.get(PATH, headers={"Accept": "text/turtle"}).status_code == 406
    assert client.get(PATH, params={"format": "turtle"}).status_code == 406
    assert client.head(PATH).status_code == 200


def test_the_text_is_what_lies_in_the_folder(client: httpx.Client) -> None:
    response = client.get(f"{PATH}.rq")
    assert response.headers["content-type"] == "application/sparql-query; charset=utf-8"
    assert response.text == mini.QUERIES[NAME]


def test_mistakes_get_a_hint(client: httpx.Client) -> None:
    missing = client.get("/queries/measures-of-organization")
    assert (missing.status_code, missing.json()["hint"]) == (404, NAME)
    assert client.get("/queries/nothing-like-it.rq").status_code == 404
    wrong = client.get(PATH, params={"organization": "mext"}, headers={"Accept-Language": "ja"})
    assert (wrong.status_code, wrong.json()["hint"]) == (400, "organisation")
    own = client.get(PATH, params={"fromat": "csv"})
    assert (own.status_code, own.json()["hint"]) == (400, "format")
    assert "引数" in wrong.json()["detail"]
    assert client.get(f"{PATH}?organisation=a&organisation=b").status_code == 400


def test_pages(client: httpx.Client) -> None:
    listing = client.get("/queries", headers=BROWSER, params={"lang": "ja"}).text
    assert f'<a href="{PATH}?lang=ja">組織の取組</a>' in listing
    page = client.get(PATH, headers=BROWSER, params={"lang": "en", "organisation": "meti"}).text
    assert "Which measures is an organisation responsible for?" in page
    assert 'name="organisation" value="meti"' in page
    assert "<td>II-2" in page.replace("\n", "")
    assert "organisation=meti&amp;format=csv" in page


def test_a_broken_query_is_a_fault_of_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = {name: text.replace("SELECT", "SELCT") for name, text in mini.QUERIES.items()}
    monkeypatch.setattr(mini, "QUERIES", broken)
    with mini.client(tmp_path) as running:
        response = running.get(PATH)
    assert response.status_code == 500
    assert "SELCT" not in response.text
    assert f"{NAME}.rq" in caplog.text
    assert "SELCT" in caplog.text
