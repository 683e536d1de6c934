"""Who may do what, over real HTTP: a route that writes, and one whose limits a token raises."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

import mini
from api.access import AgentOf, HolderOf
from api.tokens import FILE, Token, TokenStore
from kg.namespaces import NAMES

GRAPH = "https://example.org/graph/a"
ASK = {"query": "ASK {}"}


@pytest.fixture
def tokens(tmp_path: Path) -> TokenStore:
    return TokenStore(tmp_path)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    application = mini.app(tmp_path)

    async def write(agent: AgentOf) -> dict[str, object]:
        return {"id": agent.id, "name": agent.name, "graphs": sorted(agent.graphs or ())}

    async def read(holder: HolderOf) -> dict[str, object]:
        return {"holder": holder.id if holder else None}

    application.add_api_route("/write", write, methods=["POST"])
    application.add_api_route("/read", read)
    with mini.serve(application) as running:
        yield running


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def refused(response: httpx.Response, status: int, problem: str, challenge: str | None) -> bool:
    assert response.status_code == status, response.text
    assert response.json()["type"] == f"/problems#{problem}"
    assert response.headers.get("www-authenticate") == challenge
    return True


def test_writing_is_off_until_there_is_a_token(client: httpx.Client, tokens: TokenStore) -> None:
    for headers in ({}, bearer("senryaku_" + "x" * 43)):
        assert refused(client.post("/write", headers=headers), 403, "WritingOff", None)
    tokens.add("v", "validator", [], None, NAMES)
    challenge = 'Bearer realm="senryaku"'
    assert refused(client.post("/write"), 401, "TokenRequired", challenge)


def test_roles(client: httpx.Client, tokens: TokenStore) -> None:
    _, validator = tokens.add("v", "validator", [], None, NAMES)
    token, editor = tokens.add("e", "editor", [GRAPH], None, NAMES)
    _, admin = tokens.add("a", "admin", [], None, NAMES)
    challenge = 'Bearer realm="senryaku", error="insufficient_scope"'
    answer = client.post("/write", headers=bearer(validator))
    assert refused(answer, 403, "RoleInsufficient", challenge)
    written = client.post("/write", headers=bearer(editor)).json()
    assert written == {"id": token.id, "name": "e", "graphs": [GRAPH]}
    assert client.post("/write", headers=bearer(admin)).json()["graphs"] == []
    assert client.get("/read", headers=bearer(editor)).json() == {"holder": token.id}
    assert client.get("/read", headers=bearer(validator)).status_code == 200
    assert client.get("/read").json() == {"holder": None}


@pytest.mark.parametrize("path", ["/write", "/read", "/sparql"])
def test_an_invalid_token_is_never_overlooked(
    client: httpx.Client, tokens: TokenStore, path: str, tmp_path: Path
) -> None:
    old, expired = tokens.add("old", "admin", [], 1, NAMES)
    gone, revoked = tokens.add("gone", "admin", [], None, NAMES)
    tokens.revoke(gone.id)
    before = datetime.now(UTC) - timedelta(seconds=1)
    late = Token.model_validate({**old.model_dump(), "expires": before})
    # a day is over
    (tmp_path / FILE).write_text(f'{{"tokens": [{late.model_dump_json()}]}}', encoding="utf-8")
    method, params = ("POST", {}) if path == "/write" else ("GET", {})
    params = ASK if path == "/sparql" else params
    for value in (
        f"Bearer {expired}",
        f"Bearer {revoked}",
        "Bearer senryaku_" + "x" * 43,
        "Bearer",
        "Basic dXNlcjpwYXNz",
        f"Token {expired}",
        "é",
    ):
        answer = client.request(
            method, path, params=params, headers={"Authorization": value.encode("latin-1")}
        )
        challenge = 'Bearer realm="senryaku", error="invalid_token"'
        assert refused(answer, 401, "TokenRejected", challenge)
        assert expired not in answer.text
    twice = [("Authorization", f"Bearer {expired}")] * 2
    answer = client.request(method, path, params=params, headers=twice)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "path",
    ["/", "/graphs", "/graphs?default", "/dumps/all.nq", "/catalog", "/id/org/mext", "/limits"],
)
def test_an_invalid_token_is_refused_on_every_path(
    client: httpx.Client, tokens: TokenStore, path: str
) -> None:
    _, valid = tokens.add("v", "validator", [], None, NAMES)
    assert client.get(path).status_code == 200
    assert client.get(path, headers=bearer(valid)).status_code == 200
    challenge = 'Bearer realm="senryaku", error="invalid_token"'
    for value in ("Bearer senryaku_" + "x" * 43, "Basic dXNlcjpwYXNz"):
        answer = client.get(path, headers={"Authorization": value})
        assert refused(answer, 401, "TokenRejected", challenge)
        assert client.head(path, headers={"Authorization": value}).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("PUT", "/graphs/notes", {"Content-Type": "text/turtle"}),
        ("POST", "/update", {"Content-Type": "application/sparql-update"}),
    ],
)
def test_a_token_that_is_revoked_while_the_body_comes_writes_nothing(
    client: httpx.Client, tokens: TokenStore, method: str, path: str, sent: dict[str, str]
) -> None:
    token, secret = tokens.add("a", "admin", [], None, NAMES)
    tokens.add("other", "admin", [], None, NAMES)

    def body() -> Iterator[bytes]:
        yield b" "
        # the head has been judged by now
        time.sleep(0.5)
        tokens.revoke(token.id)
        yield b"# nothing"

    answer = client.request(method, path, headers=sent | bearer(secret), content=body())
    challenge = 'Bearer realm="senryaku", error="invalid_token"'
    assert refused(answer, 401, "TokenRejected", challenge)


def test_writes_count_as_queries_of_their_token(tmp_path: Path, tokens: TokenStore) -> None:
    _, secret = tokens.add("a", "admin", [], None, NAMES)
    with mini.client(tmp_path, token_query_seconds=0.001) as client:
        sent = {"Content-Type": "application/sparql-update"} | bearer(secret)
        update = "INSERT DATA { GRAPH <x:g> { <x:a> <x:b> %d } }"
        statuses = [
            client.post("/update", headers=sent, content=update % n).status_code for n in range(3)
        ]
    assert statuses == [200, 429, 429]


def test_a_new_and_a_revoked_token_count_at_once(client: httpx.Client, tokens: TokenStore) -> None:
    for n in range(5):
        token, secret = tokens.add(f"t{n}", "admin", [], None, NAMES)
        assert client.post("/write", headers=bearer(secret)).status_code == 200
        tokens.revoke(token.id)
        assert client.post("/write", headers=bearer(secret)).status_code in {401, 403}
        assert client.get("/read", headers=bearer(secret)).status_code == 401


@pytest.mark.parametrize("path", ["/write", "/read", "/sparql"])
def test_a_token_in_the_url_is_refused(client: httpx.Client, tokens: TokenStore, path: str) -> None:
    _, secret = tokens.add("a", "admin", [], None, NAMES)
    method = "POST" if path == "/write" else "GET"
    challenge = 'Bearer realm="senryaku", error="invalid_request"'
    for parameters in ({"access_token": "x"}, {"access_token": secret}, {"key": secret}):
        answer = client.request(method, path, params={**ASK, **parameters}, headers=bearer(secret))
        assert refused(answer, 400, "TokenMisplaced", challenge)
        assert secret not in answer.text


def test_a_token_in_a_form_is_refused(client: httpx.Client, tokens: TokenStore) -> None:
    _, secret = tokens.add("a", "admin", [], None, NAMES)
    answer = client.post("/sparql", data={**ASK, "access_token": secret})
    assert answer.status_code == 400
    assert secret not in answer.text


def test_a_damaged_token_file_is_a_fault_and_no_open_door(
    client: httpx.Client, tokens: TokenStore, tmp_path: Path
) -> None:
    _, secret = tokens.add("a", "admin", [], None, NAMES)
    (tmp_path / FILE).write_text("{", encoding="utf-8")
    for headers in ({}, bearer(secret)):
        answer = client.post("/write", headers=headers)
        assert answer.status_code == 500
        assert str(tmp_path) not in answer.text
    # who brings no token does not need the file
    assert client.get("/read").status_code == 200


def test_other_origins_may_read_but_not_send_a_token(client: httpx.Client) -> None:
    origin = {"Origin": "https://other.example"}
    answer = client.get("/sparql", params=ASK, headers=origin)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    for method, path in (("POST", "/update"), ("PUT", "/graphs/x"), ("DELETE", "/graphs/x")):
        written = client.request(method, path, headers=origin)
        assert written.status_code == 403
        asked = client.options(path, headers={**origin, "Access-Control-Request-Method": method})
        assert asked.status_code == 400
        for answer in (written, asked):
            assert not {h for h in answer.headers if h.startswith("access-control-allow-origin")}
    posted = client.post("/sparql", data=ASK, headers=origin)
    assert posted.headers["access-control-allow-origin"] == "*"
    asked = client.options("/sparql", headers={**origin, "Access-Control-Request-Method": "POST"})
    assert asked.headers["access-control-allow-origin"] == "*"
    preflight = client.options(
        "/write",
        headers={
            **origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization",
        },
    )
    assert preflight.status_code == 400
