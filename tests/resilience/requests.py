"""Generated requests: by the OpenAPI description, and against the protocol by hand-made strategies.

No answer may be a 5xx that is not declared, nor break what is declared about it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import quote

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS

CHOSEN = ("not_a_server_error", "content_type_conformance", "response_schema_conformance")
DECLARED = frozenset({502, 503, 504, 507})
"""5xx that an address may answer with; each of its answers says so in `/openapi.json`."""
_PROBLEM = "application/problem+json"
_CHUNK = 5000


@dataclass
class Found:
    """Answers by status, and faults with their requests."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return self.statuses.total()


def by_description(url: str, token: str, number: int) -> Found:
    """Ask each operation of the description, evenly, in `number` requests.

    An operation that has no more to ask than its share leaves the rest to the others.
    """
    found = Found()
    document = httpx.get(f"{url}/openapi.json", timeout=30).json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=url)
    operations = [result.ok() for result in schema.get_all_operations()]
    tokens = [{"Authorization": f"Bearer {token}"} if n % 2 else {} for n in range(len(operations))]
    open_ = list(zip(operations, tokens, strict=True))
    with requests.Session() as session:
        asking = Asking(session, document, CHECKS.get_by_names(list(CHOSEN)), found)
        for round_ in count(1):
            share = max(1, (number - found.requests) // max(1, len(open_)))
            open_ = [one for one in open_ if asking.ask(*one, share, round_) == share]
            if not open_ or found.requests >= number:
                return found
    raise AssertionError


@dataclass(frozen=True)
class Asking:
    """Asks operations of a description, over connections that stay open as long as they can."""

    session: requests.Session
    document: Mapping[str, Any]
    checks: list[Any]
    found: Found

    def ask(self, operation: Any, headers: Mapping[str, str], number: int, round_: int) -> int:
        """Ask one operation; returns how many different requests there were, at most `number`."""
        before = self.found.requests

        @seed(round_)
        @_times(number)
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            # a header must be able to be sent at all, and a body that is no text is not
            case.headers.update(headers)
            response = case.call(session=self.session, timeout=30, allow_redirects=False)
            # each request is of somebody new
            self.session.cookies.clear()
            self.found.statuses[response.status_code] += 1
            if wrong := self._fault(case, response):
                what = f"{case.method} {case.formatted_path} {response.status_code}"
                self.found.faults.append(f"{what}: {wrong}")

        ask()
        return self.found.requests - before

    def _fault(self, case: Any, response: Any) -> str:
        operation = case.operation
        declared = self.document["paths"][operation.path][operation.method]["responses"]
        if str(response.status_code) not in declared:
            return f"not declared: {response.text[:200]}"
        if response.status_code in DECLARED:
            return ""
        try:
            case.validate_response(response, checks=self.checks)
        except schemathesis.errors.SchemathesisError as error:
            return str(error)
        except BaseExceptionGroup as errors:
            return str(errors.exceptions[0])
        return ""


def _times(number: int) -> settings:
    return settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


_TEXT = st.text(max_size=60)
_LATIN = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"))
_KNOWN_PATHS = st.sampled_from(
    [
        *("/", "/sparql", "/update", "/graphs", "/graphs/x", "/queries", "/limits", "/version"),
        *("/queries/measures-due-in-year", "/queries/x.rq", "/id/org/meti", "/id/x", "/def.ttl"),
        *(
            "/vocab/measure-status",
            "/dumps/all.nq",
            "/dumps/x.ttl",
            "/.well-known/void",
            "/catalog",
        ),
        *(
            "/docs",
            "/problems",
            "/metrics",
            "/ready",
            "/static/site.css",
            "/static/../x",
            "/nothing",
        ),
    ]
)
# mostly addresses that there are: a choice among equal strategies would count them once
_PATHS = st.integers(0, 7).flatmap(
    lambda kind: _KNOWN_PATHS if kind else _TEXT.map(lambda text: "/" + quote(text))
)
_METHODS = st.sampled_from(
    ["GET"] * 4 + ["POST"] * 3 + ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"]
)
_QUERIES = st.sampled_from(
    [
        *("ASK {}", "SELECT * { ?s ?p ?o } LIMIT 3", "DESCRIBE <x:a>", "CONSTRUCT WHERE {}"),
        *(
            "SELECT",
            "ASK { x:a ?p ?o }",
            "DROP ALL",
            "INSERT DATA { GRAPH <x:g> { <x:a> <x:b> 1 } }",
        ),
        *("SELECT * FROM <x:g> { ?s ?p ?o }", "LOAD <http://x/>", "ASK { SERVICE <http://x/> {} }"),
        "DELETE WHERE { GRAPH <x:g> { ?s ?p ?o } }",
    ]
)
_NAMES = st.sampled_from(
    [
        *("query", "update", "format", "lang", "default-graph-uri", "named-graph-uri", "graph"),
        *("using-graph-uri", "using-named-graph-uri", "default", "year", "code", "access_token"),
    ]
)
_VALUES = _QUERIES | st.sampled_from(["json", "csv", "en", "ja", "x:g", "", "2020", "%zz"]) | _TEXT
_PAIRS = st.lists(st.tuples(_NAMES | _TEXT, _VALUES), max_size=4)
_TYPES = st.sampled_from(
    [
        *(
            "application/sparql-query",
            "application/sparql-update",
            "text/turtle",
            "application/json",
        ),
        *(
            "application/x-www-form-urlencoded",
            "application/rdf+xml",
            "application/ld+json",
            "x",
            "",
        ),
        *("text/turtle; charset=utf-16", "multipart/form-data; boundary=x", "application/trig"),
    ]
)
_ACCEPTS = st.sampled_from(
    ["*/*", "text/html", "application/json;q=0.5, */*;q=0", "a/b", "text/csv, text/*;q=0.3"]
)
_HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Accept": _ACCEPTS | _LATIN,
        "Accept-Language": st.sampled_from(["ja", "en;q=0", "x-y-z", "*"]) | _LATIN,
        "Content-Type": _TYPES | _LATIN,
        "If-None-Match": st.sampled_from(["*", '"a"', 'W/"b", "c"']) | _LATIN,
        "Range": _LATIN,
        "Origin": _LATIN,
        "Content-Encoding": st.sampled_from(["gzip", "identity", "br"]),
        "X-Request-ID": _LATIN,
        "X-Forwarded-For": _LATIN,
        "Cookie": _LATIN,
    },
)
_TOKENS = st.sampled_from(["none", "none", "right", "right", "wrong", "basic"])
_BODIES = (
    st.binary(max_size=200)
    | _QUERIES.map(str.encode)
    | _PAIRS.map(lambda pairs: str(httpx.QueryParams(pairs)).encode())
    | st.sampled_from([b"<x:a> <x:b> 1 .", b'{"@id": "x:a"}', b"<rdf:RDF", b"[" * 200])
)


def by_protocol(url: str, token: str, number: int) -> Found:
    """Send whatever HTTP allows: methods, paths, parameters, headers, bodies, tokens."""
    found = Found()
    with httpx.Client(base_url=url, timeout=30) as http:
        # what hypothesis remembers of a run grows with it, and slows it down
        for chunk, begin in enumerate(range(0, number, _CHUNK)):
            _send(http, token, min(_CHUNK, number - begin), chunk, found)
    return found


def _send(http: httpx.Client, token: str, number: int, chunk: int, found: Found) -> None:
    @seed(chunk)
    @_times(number)
    @given(_METHODS, _PATHS, _PAIRS, _HEADERS, _BODIES, _TOKENS)
    def ask(
        method: str,
        path: str,
        pairs: list[tuple[str, str]],
        headers: dict[str, str],
        body: bytes,
        kind: str,
    ) -> None:
        sent = {name: value.strip().encode("latin-1") for name, value in headers.items()}
        sent |= _authorization(kind, token)
        target = f"{path}?{httpx.QueryParams(pairs)}" if pairs else path
        content = body if method in {"POST", "PUT", "PATCH"} else None
        response = http.request(method, target, headers=sent, content=content)
        found.statuses[response.status_code] += 1
        if wrong := fault(response):
            found.faults.append(f"{method} {path} {pairs} {headers} {kind}: {wrong}")

    ask()


def _authorization(kind: str, token: str) -> dict[str, bytes]:
    values = {"right": f"Bearer {token}", "wrong": "Bearer senryaku_x", "basic": "Basic eDp4"}
    return {"Authorization": values[kind].encode()} if kind in values else {}


def fault(response: httpx.Response) -> str:
    """What is wrong with an answer; empty if nothing is."""
    status, media = response.status_code, response.headers.get("content-type", "").split(";")[0]
    if status >= 500 and status not in DECLARED:
        return f"{status}: {response.text[:200]}"
    empty = response.request.method == "HEAD" or status in {204, 304}
    if empty:
        return "" if not response.content else f"{status} with a body"
    if status < 400:
        return "" if media or status in {201, 303, 307} else f"{status} without a type"
    if media == _PROBLEM and response.json()["status"] != status:
        return f"{status} says {response.json()['status']}"
    known = media in {_PROBLEM, "text/html"} or (status == 400 and media == "text/plain")
    return "" if known else f"{status} of type {media!r}: {response.text[:100]}"
