"""What operators look at: readiness, figures, limits, the log, the end."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import httpx
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

import mini
from api.routes import routers
from api.settings import Settings
from api.tokens import TokenStore
from kg.namespaces import NAMES

SMALL = "ASK { ?s ?p ?o }"
SERVER = """
import socket, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import mini
from api.logs import configure_logs
from api.server import run_server
from api.settings import Settings
settings = Settings(state_dir=Path(sys.argv[2]), readers=1)
configure_logs(settings.log)
given = {name: getattr(settings, name) for name in settings.model_fields_set}
with socket.create_server(("127.0.0.1", 0)) as listener:
    app = mini.app(Path(sys.argv[2]), **given)
    port = listener.getsockname()[1]
    run_server(app, listener, settings, lambda: print(port, flush=True))
"""
"""The server as `senryaku serve` runs it, on the mini graph."""


@contextmanager
def server(folder: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """A server in a process of its own; killed at the end if it still runs."""
    environment = os.environ | {f"SENRYAKU_{k.upper()}": v for k, v in settings.items()}
    command = [sys.executable, "-c", SERVER, str(Path(__file__).parent), str(folder)]
    with (
        (folder / "stderr").open("w", encoding="utf-8") as log,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
        ) as process,
    ):
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                yield process, client
        finally:
            # in order, so that the log is whole
            process.terminate()
            try:
                process.wait(10)
            finally:
                process.kill()


def ask(client: httpx.Client, query: str, **headers: str) -> httpx.Response:
    return client.post("/sparql", data={"query": query}, headers=headers)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("operations")
    limits = {"query_timeout": 1.5, "header_bytes": 4096, "accept_bytes": 256}
    with mini.client(folder, queries_at_once=9, query_seconds=9999, **limits) as running:
        yield running


# --- ready ---------------------------------------------------------------------------------------


def test_ready_while_visitors_keep_their_lane_busy(client: httpx.Client) -> None:
    fine = {"trusted": "ok", "brief": "ok", "free": "ok", "granted": "ok"}
    assert client.get("/ready").json() == {"lanes": fine}
    with ThreadPoolExecutor(3) as threads:
        slow = [threads.submit(ask, client, mini.SLOW) for _ in range(3)]
        # they count as long once they have used some computing time
        free, took = "ok", []
        while free == "ok" and not slow[0].done():
            started = time.monotonic()
            answer = client.get("/ready")
            took.append(time.monotonic() - started)
            assert answer.status_code == 200
            free = answer.json()["lanes"]["free"]
        assert free == "busy"
        assert max(took) < 1
        assert [one.result().status_code for one in slow].count(504) >= 1
    assert client.get("/health").json() == {"status": "ok"}


def test_not_ready_when_no_reader_answers(tmp_path: Path) -> None:
    with server(tmp_path) as (process, client):
        assert client.get("/ready").status_code == 200
        readers = psutil.Process(process.pid).children(recursive=True)
        assert readers
        for reader in readers:
            reader.suspend()
        started = time.monotonic()
        answer = client.get("/ready", headers={"Accept-Language": "ja"})
        assert time.monotonic() - started < 2
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert answer.json()["type"] == "/problems#NotReady"
        assert "trusted, brief, free, granted" in answer.json()["detail"]
        assert client.get("/health").status_code == 200
        for reader in readers:
            if reader.is_running():
                reader.resume()
        deadline = time.monotonic() + 20
        while client.get("/ready").status_code != 200 and time.monotonic() < deadline:
            time.sleep(0.2)
        assert client.get("/ready").status_code == 200


# --- metrics -------------------------------------------------------------------------------------


def figures(client: httpx.Client) -> dict[tuple[str, ...], float]:
    """Samples by name and the values of their labels."""
    time.sleep(1.1)  # figures of lanes are kept for a second
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.text)
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_metrics_count_requests_lanes_and_problems(client: httpx.Client) -> None:
    before = figures(client)

    def more(after: dict[tuple[str, ...], float], *key: str) -> float:
        return after.get(key, 0) - before.get(key, 0)

    assert ask(client, SMALL).status_code == 200
    assert client.head("/sparql", params={"query": SMALL}).status_code == 200
    assert ask(client, mini.SLOW).status_code == 504
    for number in range(20):
        assert client.get(f"/nothing/{number}").status_code == 404
        client.get(f"/id/org/nobody-{number}")
        client.request("TRACE", f"/health?{number}")
    client.get("/queries/measures-of-organisation", params={"organisation": "mext"})
    after = figures(client)
    requests = "senryaku_requests_total"
    assert more(after, requests, "POST", "/sparql", "2xx") == 1
    assert more(after, requests, "HEAD", "/sparql", "2xx") == 1
    assert more(after, requests, "POST", "/sparql", "5xx") == 1
    assert more(after, requests, "GET", "/queries/{name}", "2xx") == 1
    assert more(after, requests, "GET", "none", "4xx") == 20
    assert more(after, requests, "other", "/health", "4xx") == 20
    assert more(after, "senryaku_problems_total", "QueryTimeout") == 1
    assert more(after, "senryaku_request_seconds_count", "/sparql") == 3
    # the slow one was tried as a brief one first, which ended its reader
    assert more(after, "senryaku_lane_lost_total", "brief") == 1
    assert more(after, "senryaku_lane_started_total", "brief") == 1
    assert more(after, "senryaku_lane_lost_total", "free") == 0
    assert after["senryaku_lane_readers", "brief"] == 2
    assert more(after, "senryaku_lane_timeouts_total", "free") == 1
    assert more(after, "senryaku_lane_killed_total", "free") == 1
    assert more(after, "senryaku_lane_started_total", "free") == 1
    assert after["senryaku_lane_readers", "trusted"] == 2
    assert after["senryaku_lane_waiting", "free"] == 0
    assert after["senryaku_memory_bytes", "front"] > 20e6
    assert after["senryaku_memory_bytes", "readers"] > 10e6
    assert after[("senryaku_requests_running",)] >= 1


def test_metrics_tell_nothing_of_clients_and_queries_and_stay_few(client: httpx.Client) -> None:
    marker = "a-word-that-only-one-client-uses"
    ask(
        client,
        f'ASK {{ ?s ?p "{marker}" }}',
        **{"User-Agent": marker, "X-Forwarded-For": "1.2.3.4"},
    )
    client.get(f"/id/org/{marker}", params={"lang": "ja"})
    client.get(f"/{marker}")
    text = client.get("/metrics").text
    for secret in (marker, "1.2.3.4", "127.0.0.1", "SELECT", "ASK"):
        assert secret not in text
    templates = {getattr(route, "path", "") for router in routers for route in router.routes} | {
        "none"
    }
    assert set(re.findall(r'route="([^"]*)"', text)) <= templates
    assert len(text.splitlines()) < 2000


def test_openmetrics_for_those_who_ask_for_it(client: httpx.Client) -> None:
    accept = "application/openmetrics-text; version=1.0.0"
    answer = client.get("/metrics", headers={"Accept": accept})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_several_processes_show_their_sums(tmp_path: Path) -> None:
    folder, state = tmp_path / "figures", tmp_path / "state"
    folder.mkdir()
    state.mkdir()
    code = (
        "from api.metrics import Metrics; m = Metrics();"
        "m.answered('/sparql', 'GET', 200, 0.1, None); m.cached('hit'); m.committed(7);"
        "print(m.text(None)[0].decode())"
    )
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
    for expected in (1.0, 2.0, 3.0):
        text = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        count = 'senryaku_requests_total{method="GET",route="/sparql",status="2xx"}'
        assert f"{count} {expected}" in text
        assert f'senryaku_cache_total{{outcome="hit"}} {expected}' in text
        assert f"senryaku_commits_total {expected}" in text


# --- limits --------------------------------------------------------------------------------------


def test_all_limits_are_shown_in_both_languages(client: httpx.Client) -> None:
    limits = client.get("/limits").json()["limits"]
    numbers = [n for n, f in Settings.model_fields.items() if f.annotation in {int, float}]
    assert [limit["setting"] for limit in limits] == [f"SENRYAKU_{n.upper()}" for n in numbers]
    assert len(limits) >= 28
    by_name = {limit["setting"]: limit for limit in limits}
    assert by_name["SENRYAKU_QUERY_TIMEOUT"] == {
        "setting": "SENRYAKU_QUERY_TIMEOUT",
        "value": 1.5,
        "unit": {"ja": "秒", "en": "seconds"},
        "answers": [504],
        "description": {
            "ja": "利用者が書いた問い合わせの制限時間（秒）。",
            "en": "Seconds for a query of a visitor.",
        },
    }
    for lang in ("ja", "en"):
        page = client.get("/limits", params={"lang": lang}, headers={"Accept": "text/html"})
        assert page.headers["content-language"] == lang
        for limit in limits:
            assert f"<code>{limit['setting']}</code>" in unescape(page.text)
            assert limit["description"][lang] in unescape(page.text)
        assert "10,485,760" in unescape(page.text)
    assert client.get("/limits", params={"format": "csv"}).status_code == 406


def test_headers_beyond_their_limit(client: httpx.Client) -> None:
    for headers, name in (
        ({"X-Padding": "x" * 5000}, "headers together"),
        ({f"X-{n}": "x" * 40 for n in range(100)}, "headers together"),
        ({"Accept": "text/html" + ", x/y" * 60}, "header Accept"),
    ):
        answer = client.get("/health", headers=headers)
        assert answer.status_code == 431
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert name in answer.json()["detail"]
    assert client.get("/health", headers={"X-Padding": "x" * 3000}).status_code == 200


# --- log -----------------------------------------------------------------------------------------


def visit(client: httpx.Client, secret: str) -> None:
    bearer = {"Authorization": f"Bearer {secret}"}
    query = 'SELECT ("private words" AS ?x) {}'
    assert ask(client, query, **bearer, **{"X-Request-ID": "abc-1"}).status_code == 200
    assert ask(client, query, Authorization=f"Bearer {secret}x").status_code == 401
    for params in ({"access_token": secret}, {"query": secret}, {"query": "BROKEN private words"}):
        assert client.get("/sparql", params=params).status_code == 400
    assert client.get(f"/id/{secret}").status_code in {400, 404}
    assert client.get("/a%0Ab%22").status_code == 404
    odd = {"X-Request-ID": "two words"}
    assert client.get("/queries/measures-of-organisation", headers=odd).status_code == 200
    assert ask(client, mini.SLOW).status_code == 504


def test_the_log_is_a_line_of_json_for_each_request_without_secrets(tmp_path: Path) -> None:
    token, secret = TokenStore(tmp_path).add("v", "validator", [], None, NAMES)
    with server(tmp_path, log="json", query_timeout="0.5") as (_, client):
        visit(client, secret)
        echoed = client.get("/health", headers={"X-Request-ID": "abc-2"})
        assert echoed.headers["x-request-id"] == "abc-2"
        made = client.get("/health").headers["x-request-id"]
        assert re.fullmatch(r"[0-9a-f]{32}", made)
    text = (tmp_path / "stderr").read_text("utf-8")
    assert secret not in text
    assert secret.removeprefix("senryaku_") not in text
    for word in ("private", "words", "SELECT", "?", "127.0.0.1"):
        assert word not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert len(lines) == 11
    first = lines[0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", first.pop("time"))
    assert 0 < first.pop("seconds") < 5
    assert first.pop("bytes") > 50
    assert first == {
        "level": "info",
        "id": "abc-1",
        "method": "POST",
        "path": "/sparql",
        "status": 200,
        "lane": "granted",
        "agent": token.id,
        "problem": None,
    }
    assert lines[1]["problem"] == "TokenRejected"
    assert lines[1]["agent"] is None
    assert lines[5]["path"] == "/id/senryaku_[redacted]"
    assert lines[6]["path"] == "/a%0Ab%22"
    assert lines[7]["lane"] == "trusted"
    assert re.fullmatch(r"[0-9a-f]{32}", lines[7]["id"])
    assert (lines[8]["status"], lines[8]["problem"]) == (504, "QueryTimeout")
    assert lines[8]["seconds"] > 0.5


def test_queries_are_logged_only_on_request_and_never_with_a_token(tmp_path: Path) -> None:
    _, secret = TokenStore(tmp_path).add("v", "validator", [], None, NAMES)
    with server(tmp_path, log="json", log_queries="true", query_timeout="0.5") as (_, client):
        visit(client, secret)
        ask(client, f'ASK {{ ?s ?p "{secret}" }}')
    text = (tmp_path / "stderr").read_text("utf-8")
    assert secret not in text
    queries = [json.loads(line)["query"] for line in text.splitlines()]
    assert queries[0] == 'SELECT ("private words" AS ?x) {}'
    assert queries[-1] == 'ASK { ?s ?p "senryaku_[redacted]" }'


def test_plain_lines_and_silence(tmp_path: Path) -> None:
    for form, count in (("plain", 2), ("off", 0)):
        with server(tmp_path, log=form) as (_, client):
            client.get("/health")
            client.get("/sparql", params={"query": "BROKEN"})
        lines = (tmp_path / "stderr").read_text("utf-8").splitlines()
        assert len(lines) == count
        if lines:
            assert "INFO id=" in lines[0]
            assert "method=GET path=/health status=200" in lines[0]
            assert "BROKEN" not in lines[1]


def test_a_fault_is_logged_and_has_the_identifier_of_its_request(tmp_path: Path) -> None:
    _, secret = TokenStore(tmp_path).add("a", "admin", [], None, NAMES)
    with server(tmp_path, log="json") as (_, client):
        (tmp_path / "tokens.json").write_text("{", encoding="utf-8")
        headers = {"Authorization": f"Bearer {secret}", "X-Request-ID": "fault-1"}
        answer = ask(client, SMALL, **headers)
        assert (answer.status_code, answer.headers["x-request-id"]) == (500, "fault-1")
    lines = [json.loads(line) for line in (tmp_path / "stderr").read_text("utf-8").splitlines()]
    assert [line["level"] for line in lines] == ["error", "info"]
    assert "tokens.json cannot be used" in lines[0]["message"]
    assert "tokens.json を使えません" in lines[0]["message_ja"]
    assert lines[1]["problem"] == "TokensDamaged"


# --- end -----------------------------------------------------------------------------------------


def connects(client: httpx.Client) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", client.base_url.port or 0), timeout=1):
            return True
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_running_query_is_finished_before_the_end(tmp_path: Path, number: signal.Signals) -> None:
    with (
        server(tmp_path, query_timeout="1.5", shutdown="10") as (process, client),
        ThreadPoolExecutor(1) as threads,
    ):
        readers = psutil.Process(process.pid).children(recursive=True)
        slow = threads.submit(ask, client, mini.SLOW)
        time.sleep(0.4)
        process.send_signal(number)
        time.sleep(0.3)
        assert not connects(client)
        assert process.poll() is None
        # its own limit ends the query, not the end of the service
        assert slow.result().status_code == 504
        assert process.wait(5) == 0
        assert not any(reader.is_running() for reader in readers)
    assert (tmp_path / "stderr").read_text("utf-8") == ""


def test_a_query_that_takes_too_long_does_not_keep_the_service_up(tmp_path: Path) -> None:
    with (
        server(tmp_path, query_timeout="60", shutdown="1") as (process, client),
        ThreadPoolExecutor(1) as threads,
    ):
        readers = psutil.Process(process.pid).children(recursive=True)
        slow = threads.submit(ask, client, mini.SLOW)
        time.sleep(0.4)
        started = time.monotonic()
        process.terminate()
        assert process.wait(10) == 0
        assert 0.9 < time.monotonic() - started < 4
        with pytest.raises(httpx.RemoteProtocolError):
            raise_for(slow.result())
        assert not any(reader.is_running() for reader in readers)


def raise_for(response: httpx.Response) -> None:
    """A server that ends may still say so."""
    if response.status_code >= 500:
        raise httpx.RemoteProtocolError(response.text)
