"""What a reader answers on a connection that is lent to it is what the service would answer."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lent import CANNED, Answer, Client, Watched, address, get, identifier, kept_busy, until

import mini
from kg.namespaces import NAMES
from test_express import LARGE, bearer, plain

ROWS = "SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 3"
QUERIES = (
    *("ASK {}", ROWS, LARGE, "SELECT ?s { ?s ?p 'nothing' }", "SELECT ('日本%20+' AS ?x) {}"),
    "CONSTRUCT WHERE { ?s <https://w3id.org/jpstrat/def#code> ?o }",
    "PREFIX org: <http://www.w3.org/ns/org#> DESCRIBE ?s { ?s a org:Organization }",
    "SELECT (COUNT(*) AS ?n) FROM <https://w3id.org/jpstrat/graph/org> { ?s ?p ?o }",
)
ACCEPT = (None, "*/*", mini.JSON, mini.CSV, mini.TURTLE, "text/tab-separated-values")
ACCEPT += ("application/n-triples, application/sparql-results+xml;q=0.5",)
OTHERS = ("", "Accept-Encoding: gzip\r\n", "Accept-Language: en\r\n", "Origin: https://a.org\r\n")
OTHERS += ("Cookie: a=b\r\nConnection: keep-alive\r\n",)
LIMITS = {"cache_bytes": 0, "query_seconds": 100_000, "queries_at_once": 10, "brief_cpu": 5}


class Pair(NamedTuple):
    watched: Watched
    lent: Client
    """A connection to a service that lends."""
    never: Client
    """One to a service that does not."""
    where: tuple[str, int]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("loans")
    (folder / "never").mkdir()
    ours = mini.app(folder, loan=10, **LIMITS)
    theirs = mini.app(folder / "never", loan=0, **LIMITS)
    watched, other = Watched(ours), Watched(theirs)
    with (
        mini.serve(ours) as client,
        mini.serve(theirs) as reference,
        Client(address(client)) as lent,
        Client(address(reference)) as never,
    ):
        yield Pair(watched, lent, never, address(client))
    assert not watched.twice
    assert not other.noted


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    accept, others = draw(st.sampled_from(ACCEPT)), draw(st.sampled_from(OTHERS))
    headers = others if accept is None else f"Accept: {accept}\r\n{others}"
    query = draw(st.sampled_from((*QUERIES, None)))
    if query is None:
        return get(None, headers, CANNED)
    return get(query, headers)


def test_generated_requests_are_answered_as_ever(pair: Pair) -> None:
    found: dict[bytes, list[str]] = {}

    @settings(max_examples=150, deadline=None, derandomize=True)
    @given(request=requests())
    def compare(request: bytes) -> None:
        expected = plain(pair.never.ask(request))
        for number in range(12):
            answer = pair.lent.ask(request)
            assert plain(answer) == expected, number
            found.setdefault(request, []).append(identifier(answer[0]))

    compare()
    by_readers = sum(any(i in pair.watched.noted for i in given) for given in found.values())
    assert by_readers > len(found) / 2
    assert {facts[0] for facts in pair.watched.noted.values()} == {"free", "trusted"}


TABLES = (None, mini.JSON, mini.CSV)
FORMS = [
    (query, accept)
    for query in QUERIES
    for accept in ((None, mini.TURTLE) if re.search("CONSTRUCT|DESCRIBE", query) else TABLES)
    if query != "ASK {}" or accept != mini.CSV
]


@pytest.mark.parametrize(("query", "accept"), FORMS)
def test_each_form_is_answered_by_a_reader(pair: Pair, query: str, accept: str | None) -> None:
    request = get(query, f"Accept: {accept}\r\n" if accept else "")
    answer = pair.watched.answered_by_reader(pair.lent, request, request)
    assert plain(answer) == plain(pair.never.ask(request))


def test_a_query_of_the_catalogue_is_answered_by_a_reader(pair: Pair) -> None:
    request = get(None, path=CANNED)
    answer = pair.watched.answered_by_reader(pair.lent, request, request)
    assert plain(answer) == plain(pair.never.ask(request))
    assert b"II-1" in answer[1]


def post(path: str, body: bytes, media: str) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {media}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


UNKNOWN = "SELECT ?p { <https://w3id.org/jpstrat/id/org/mextt> ?p ?o }"
NOT_PLAIN = {
    "another path": get(None, path="/version"),
    "no path": get(None, path="/nothing-here"),
    "a query of the catalogue": get(None, path=CANNED),
    "one of its parameters": get(None, path=f"{CANNED}?organisation=mext"),
    "a description": get(None),
    "a body": post("/sparql", b"ASK {}", "application/sparql-query"),
    "a form": post("/sparql", b"query=ASK%20%7B%7D", "application/x-www-form-urlencoded"),
    "other headers": get(ROWS, f"Accept: {mini.CSV}\r\nX-A: b\r\n"),
    "an identifier": get(ROWS, "X-Request-ID: mine\r\n"),
    "a page": get(ROWS, "Accept: text/html\r\n"),
    "a syntax error": get("SELECT ?s {"),
    "an update": get("INSERT DATA { <a:a> <a:b> <a:c> }"),
    "a graph that is not there": get("ASK FROM <https://w3id.org/jpstrat/graph/orgg> {}"),
    "a service elsewhere": get("ASK { SERVICE <http://127.0.0.1:9/> {} }"),
    "no Unicode": b"GET /sparql?query=ASK%20%7B%7D%20%23%ff HTTP/1.1\r\nHost: x\r\n\r\n",
    "a token": get(f"ASK {{}} # senryaku_{'a' * 43}"),
    "the beginning of a token": get("ASK {} # senryaku_"),
    "an unknown name": get(UNKNOWN),
    "another parameter": get(ROWS).replace(b" HTTP", b"&format=csv HTTP", 1),
    "a name that is none": get("CONSTRUCT { <a:a> <a:b> ?x } WHERE { BIND(IRI('a:c') AS ?x) } #["),
    "no host": b"GET /sparql?query=ASK%20%7B%7D HTTP/1.1\r\n\r\n",
    "an older protocol": get("ASK {}").replace(b"HTTP/1.1", b"HTTP/1.0"),
    "no HTTP": b"what is this?\r\n\r\n",
    "headers that are too long": get("ASK {}", f"A: {'a' * 9000}\r\n"),
}
ENDS = frozenset({"an older protocol", "no HTTP"})
"""After these a connection is closed."""


@pytest.fixture(scope="module")
def busy(pair: Pair) -> Iterator[Pair]:
    """The same, while a loan goes on."""
    with kept_busy(pair.watched, pair.where, get("ASK {}")):
        yield pair


@pytest.mark.parametrize("what", NOT_PLAIN)
def test_what_is_not_plain_comes_back_and_is_answered_as_ever(busy: Pair, what: str) -> None:
    request = NOT_PLAIN[what]
    with Client(busy.where) as lent, Client(busy.never.socket.getpeername()) as never:
        for _ in range(3):
            busy.watched.in_vain(lent, request)
            assert plain(lent.receive()) == plain(never.ask(request))
            if what in ENDS:
                with pytest.raises(ConnectionError):
                    lent.receive()
                break
            assert lent.ask(get("ASK {}"))[0].startswith(b"HTTP/1.1 200 ")


def status(answer: Answer) -> int:
    return int(answer[0].split()[1])


def test_what_has_another_answer_each_time_is_never_that_of_a_reader(busy: Pair) -> None:
    with Client(busy.where) as lent:
        for query in ("SELECT (NOW() AS ?t) {}", "SELECT (RAND() AS ?t) {}"):
            bodies = set()
            for _ in range(3):
                busy.watched.in_vain(lent, get(query))
                head, body = lent.receive()
                assert b"\r\ncache-control: no-store" in head
                assert b"\r\netag:" not in head
                bodies.add(body)
            assert len(bodies) == 3


def test_who_asks_for_the_head_gets_no_body(busy: Pair) -> None:
    with Client(busy.where) as lent:
        busy.watched.in_vain(lent, get(ROWS).replace(b"GET", b"HEAD", 1))
        head, _ = lent.receive(bodiless=True)
        assert re.search(rb"\r\ncontent-length: [1-9]", head)
        assert status(lent.ask(get("ASK {}"))) == 200


def test_who_has_an_answer_is_told_that_it_holds(busy: Pair) -> None:
    with Client(busy.where) as lent:
        head, _ = busy.watched.answered_by_reader(lent, get(ROWS), get(ROWS))
        tag = re.search(r"\r\netag: ([^\r]*)", head.decode())
        assert tag
        busy.watched.in_vain(lent, get(ROWS, f"If-None-Match: {tag[1]}\r\n"))
        assert status(lent.receive()) == 304
        assert status(lent.ask(get("ASK {}"))) == 200


def test_an_unknown_name_is_named_as_ever(busy: Pair) -> None:
    with Client(busy.where) as lent:
        busy.watched.in_vain(lent, get(UNKNOWN))
        assert b"\r\nlink: </problems#NotDescribed>" in lent.receive()[0].lower().replace(
            b"notdescribed", b"NotDescribed"
        )


def test_what_is_worth_compressing_is_compressed(busy: Pair) -> None:
    gzip = "Accept-Encoding: gzip\r\n"
    with Client(busy.where) as lent:
        for _ in range(3):
            busy.watched.in_vain(lent, get(LARGE, gzip), warm=get("ASK {}", gzip))
            assert b"\r\ncontent-encoding: gzip" in lent.receive()[0]


@pytest.mark.parametrize("place", [1, 3, 20, -3, -1])
def test_a_request_in_two_pieces(busy: Pair, place: int) -> None:
    request = get(ROWS)
    with Client(busy.where) as lent:
        expected = plain(busy.never.ask(request))
        for _ in range(3):
            busy.watched.in_vain(lent, request[:place])
            assert plain(lent.ask(request[place:])) == expected


def test_several_requests_in_one_piece(busy: Pair) -> None:
    with Client(busy.where) as lent:
        for _ in range(3):
            data = [get(f"SELECT ({n} AS ?n) {{}}", f"Accept: {mini.CSV}\r\n") for n in range(5)]
            busy.watched.in_vain(lent, b"".join(data))
            bodies = [lent.receive()[1] for _ in data]
            assert bodies == [b"n\r\n%d\r\n" % n for n in range(5)]


def test_empty_lines_and_what_follows_them(busy: Pair) -> None:
    with Client(busy.where) as lent:
        busy.watched.in_vain(lent, b"\r\n\r\n")
        assert status(lent.ask(get("ASK {}"))) == 200
        busy.watched.in_vain(lent, b"\r\n" + get("ASK {}"))
        assert status(lent.receive()) == 200


@dataclass(frozen=True)
class Counted:
    """How many statements an answer has counted, and when it was asked for and given."""

    asked: float
    given: float
    count: int
    tag: bytes
    identifier: str


def count(client: Client) -> Counted:
    asked = time.monotonic()
    query = "SELECT (COUNT(*) AS ?n) { ?s <x:p> ?o }"
    head, body = client.ask(get(query, f"Accept: {mini.CSV}\r\n"))
    tag = re.search(rb"\r\netag: ([^\r]*)", head)
    return Counted(
        asked, time.monotonic(), int(body.split()[1]), tag[1] if tag else b"", identifier(head)
    )


def write(client: httpx.Client, number: int, headers: dict[str, str]) -> tuple[float, float]:
    """Let there be so many statements; gives when that was begun, and acknowledged."""
    begun = time.monotonic()
    if number % 2:
        graph = NAMES.graph("notes")
        update = f"INSERT DATA {{ GRAPH <{graph}> {{ <x:a> <x:p> {number} }} }}"
        done = client.post("/update", data={"update": update}, headers=headers)
    else:
        content = "".join(f"<x:a> <x:p> {n} ." for n in range(1, number + 1))
        media = {"Content-Type": mini.TURTLE}
        done = client.put("/graphs/notes", content=content, headers=headers | media)
    assert done.is_success, done.text
    return begun, time.monotonic()


@pytest.mark.parametrize("place", ["memory", "disk"])
def test_what_is_acknowledged_is_in_the_next_answer(tmp_path: Path, place: str) -> None:
    more = {"store": tmp_path / "disk"} if place == "disk" else {}
    application = mini.app(tmp_path, loan=10, **LIMITS, **more)
    watched, answers, ended = Watched(application), list[Counted](), Event()
    by_readers: dict[int, int] = {}

    def ask() -> None:
        with Client(address(client)) as lent:
            while not ended.is_set():
                answers.append(count(lent))

    def answered(number: int) -> bool:
        found = [a for a in list(answers) if a.count == number and a.identifier in watched.noted]
        by_readers[number] = len(found)
        return len(found) >= 20

    with mini.serve(application) as client:
        headers, writes = bearer(tmp_path), [(0.0, 0.0)]
        thread = Thread(target=ask)
        thread.start()
        try:
            for number in range(1, 7):
                until(partial(answered, number - 1), f"no reader has counted {number - 1}")
                writes.append(write(client, number, headers))
            until(partial(answered, 6), "no reader has counted 6")
        finally:
            ended.set()
            thread.join()
    for answer in answers:
        assert writes[answer.count][0] <= answer.given, "it was not written yet"
        later = writes[answer.count + 1 :]
        assert not later or later[0][1] >= answer.asked, "another one was acknowledged before"
    tags = {(answer.count, answer.tag) for answer in answers if answer.tag}
    assert len(tags) == len({tag for _, tag in tags}) == len(writes)
    assert min(by_readers.values()) >= 20


def test_without_seconds_nothing_is_lent(tmp_path: Path) -> None:
    application = mini.app(tmp_path, loan=0, **LIMITS)
    watched = Watched(application)
    with mini.serve(application) as client, Client(address(client)) as never:
        for number in range(60):
            assert status(never.ask(get(f"ASK {{}} #{number}"))) == 200
            assert watched.number(never) is None
        pools = application.state.service.pools
        assert [pools[name].figures().loans for name in ("brief", "trusted")] == [0, 0]
    assert not watched.noted
