"""Generated requests against a real service, in short; `make soak` sends a hundred thousand."""

from collections.abc import Iterator

import httpx
import pytest
from tests.resilience import requests as generated
from tests.resilience.server import MODES, Server, server

SETTINGS = {
    "SENRYAKU_QUERY_SECONDS": "100000",
    "SENRYAKU_TOKEN_QUERY_SECONDS": "100000",
    "SENRYAKU_QUERY_TIMEOUT": "2",
}
PROJECT = MODES[2]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    with server(tmp_path_factory.mktemp("requests"), PROJECT, SETTINGS) as running:
        token = running.token()
        running.start()
        yield running, token


def test_no_request_by_the_protocol_is_a_fault_of_ours(served: tuple[Server, str]) -> None:
    running, token = served
    found = generated.by_protocol(running.url, token, 1000)
    assert found.faults == []
    assert found.requests >= 900
    assert {200, 400, 401, 404, 405} <= set(found.statuses)


def test_answers_are_as_the_description_says(served: tuple[Server, str]) -> None:
    running, token = served
    found = generated.by_description(running.url, token, 600)
    assert found.faults == []
    assert found.requests >= 300
    assert {200, 201, 400, 401, 404, 406} <= set(found.statuses)


def test_the_check_of_answers_notices() -> None:
    request = httpx.Request("GET", "http://x/")
    problem = {"content-type": "application/problem+json"}
    wrong = [
        httpx.Response(500, request=request),
        httpx.Response(200, request=request),
        httpx.Response(404, request=request, headers=problem, json={"status": 400}),
        httpx.Response(404, request=request, headers={"content-type": "text/csv"}),
        httpx.Response(204, request=request, content=b"x"),
    ]
    assert all(generated.fault(response) for response in wrong)
    assert not generated.fault(
        httpx.Response(503, request=request, headers=problem, json={"status": 503})
    )


def test_each_canned_query_is_described_with_typed_parameters(served: tuple[Server, str]) -> None:
    running, _ = served
    paths = httpx.get(f"{running.url}/openapi.json", timeout=30).json()["paths"]
    names = [entry["name"] for entry in httpx.get(f"{running.url}/queries", timeout=30).json()]
    assert len(names) >= 70
    assert {f"/queries/{name}" for name in names} <= paths.keys()
    year = paths["/queries/measures-due-in-year"]["get"]["parameters"][0]
    assert (year["name"], year["schema"]["pattern"]) == ("year", "^(19|20)[0-9]{2}$")
    identifiers = [one["operationId"] for path in paths.values() for one in path.values()]
    assert len(identifiers) == len(set(identifiers))
