import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request

import mini
from api.clients import Clients
from api.errors import ClientBusy, ClientExhausted
from api.settings import Settings
from api.tokens import Role, Token, TokenStore
from kg.namespaces import NAMES

SMALL = "ASK { ?s ?p ?o }"


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def request(host: str | None) -> Request:
    return Request({"type": "http", "client": (host, 1) if host is not None else None})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def clients(clock: Clock) -> Clients:
    return Clients(Settings(), clock)


def spend(clients: Clients, clock: Clock, seconds: float, host: str = "192.0.2.1") -> None:
    with clients.turn(request(host)):
        clock.now += seconds


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("testclient", "unknown"),
        ("x" * 5000, "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_what_counts_as_one_client(host: str | None, client: str) -> None:
    turn = Clients(Settings()).turn(request(host))
    assert turn.client == client


def test_two_queries_at_once(clients: Clients) -> None:
    here, there = request("192.0.2.1"), request("192.0.2.2")
    with clients.turn(here):
        with clients.turn(here):
            with pytest.raises(ClientBusy) as caught, clients.turn(here):
                pytest.fail("three at once")
            assert caught.value.facts == {"limit": 2, "retry": 1}
            with clients.turn(there):
                pass
        with clients.turn(here):
            pass


def test_a_failing_query_gives_its_place_back(clients: Clients) -> None:
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), clients.turn(request("192.0.2.1")):
            raise ZeroDivisionError


def test_sixty_seconds_in_a_minute(clients: Clients, clock: Clock) -> None:
    # one query after the other is just that share
    for _ in range(30):
        spend(clients, clock, 10)
    clock.now += 60
    for _ in range(5):
        with clients.turn(request("192.0.2.1")):
            spend(clients, clock, 10)
    with pytest.raises(ClientExhausted) as caught:
        spend(clients, clock, 0)
    assert caught.value.facts["limit"] == "60"
    spend(clients, clock, 0, "192.0.2.2")
    clock.now += 60
    spend(clients, clock, 0)


def test_the_time_to_wait_is_right(clients: Clients, clock: Clock) -> None:
    with clients.turn(request("192.0.2.1")):
        clock.now += 100
    with pytest.raises(ClientExhausted) as caught:
        spend(clients, clock, 0)
    assert caught.value.facts["retry"] == 40
    clock.now += 39.9
    with pytest.raises(ClientExhausted):
        spend(clients, clock, 0)
    clock.now += 0.2
    spend(clients, clock, 0)


def test_a_token_has_its_own_and_larger_share(clients: Clients, clock: Clock) -> None:
    token = Token(
        id="00000001",
        name="v",
        role=Role.VALIDATOR,
        graphs=(),
        created=datetime.now(UTC),
        expires=None,
        sha256="0" * 64,
    )
    spend(clients, clock, 100)
    with ExitStack() as all_of_them:
        for _ in range(8):
            all_of_them.enter_context(clients.turn(request("192.0.2.1"), token))
        with pytest.raises(ClientBusy), clients.turn(request("192.0.2.9"), token):
            pytest.fail("nine at once")


def test_more_addresses_take_no_more_memory(clients: Clients, clock: Clock) -> None:
    def visit(first: int, count: int) -> int:
        for number in range(first, first + count):
            with clients.turn(request(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")):
                # long, so that none is forgotten for its age
                clock.now += 1e-3 if number % 100 else 1.0
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        some = visit(0, 25_000)
        many = visit(25_000, 75_000)
    finally:
        tracemalloc.stop()
    assert some < 30e6
    assert many < 1.2 * some


def test_what_no_longer_counts_is_forgotten(clients: Clients, clock: Clock) -> None:
    for number in range(200):
        spend(clients, clock, 0.01, f"192.0.2.{number}")
    clock.now += 60
    spend(clients, clock, 0.01, "198.51.100.1")
    # nothing else shows that memory is given back
    assert len(clients._used) == 1


# --- over HTTP -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clients")


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[httpx.Client]:
    limits = {"query_timeout": 1.0, "token_query_timeout": 1.0, "readers": 2}
    limits |= {"cache_bytes": 0, "query_seconds": 4.0, "queries_at_once": 1}
    with mini.client(folder, trusted_proxies="127.0.0.0/8, ::1", **limits) as running:
        yield running


def ask(client: httpx.Client, query: str, came_from: str, **headers: str) -> httpx.Response:
    sent = {"X-Forwarded-For": came_from, **headers}
    return client.post("/sparql", data={"query": query}, headers=sent)


def test_a_client_that_asks_too_much_is_told_when_to_come_again(client: httpx.Client) -> None:
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(ask, client, mini.SLOW, "192.0.2.1")
        # it must come first: the second one is refused
        time.sleep(0.3)
        busy = ask(client, SMALL, "192.0.2.1")
        assert busy.status_code == 429
        assert busy.json()["type"] == "/problems#ClientBusy"
        assert busy.headers["retry-after"] == "1"
        assert busy.headers["content-type"] == "application/problem+json"
        # others are not concerned, nor are the service's own queries
        assert ask(client, SMALL, "192.0.2.2").status_code == 200
        own = client.get("/queries/measures-of-organisation?organisation=mext")
        assert own.status_code == 200
        assert slow.result().status_code == 504
    for _ in range(5):
        last = ask(client, mini.SLOW, "192.0.2.1")
        if last.status_code == 429:
            break
    assert last.json()["type"] == "/problems#ClientExhausted"
    assert 1 <= int(last.headers["retry-after"]) <= 60
    assert "4 s" in last.json()["detail"]
    # a name in front of the proxy's own makes no other client of it
    assert ask(client, SMALL, "203.0.113.7, 192.0.2.1").status_code == 429
    # the page for browsers says the same
    page = ask(client, SMALL, "192.0.2.1", Accept="text/html", **{"Accept-Language": "ja"})
    assert page.status_code == 429
    assert "もう一度お試しください" in page.text


def test_a_token_lifts_the_share(client: httpx.Client, folder: Path) -> None:
    _, secret = TokenStore(folder).add("v", "validator", [], None, NAMES)
    bearer = {"Authorization": f"Bearer {secret}"}
    with ThreadPoolExecutor(2) as threads:
        slow = [threads.submit(ask, client, mini.SLOW, "192.0.2.5", **bearer) for _ in range(2)]
        assert [answer.result().status_code for answer in slow] == [504, 504]


def test_without_a_trusted_proxy_nobody_names_his_own_address(tmp_path: Path) -> None:
    with (
        mini.client(tmp_path, query_timeout=1.0, queries_at_once=1, readers=2) as client,
        ThreadPoolExecutor(1) as threads,
    ):
        slow = threads.submit(ask, client, mini.SLOW, "192.0.2.1")
        time.sleep(0.3)
        assert ask(client, SMALL, "192.0.2.2").status_code == 429
        assert slow.result().status_code == 504
