"""Generated requests: by the OpenAPI description, and against the protocol by hand-made strategies.

No answer may be a 5xx that is not declared, nor break what is declared about it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS

CHOSEN = ("not_a_server_error", "content_type_conformance", "response_schema_conformance")
DECLARED = frozenset({502, 503, 504, 507})
"""5xx that an address may answer with; each of its answers says so in `/openapi.json`."""
_PROBLEM = "application/problem+json"


@dataclass
class Found:
    """Answers by status, and faults with their requests."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return self.statuses.total()


def by_description(url: str, token: str, number: int) -> Found:
    """Ask each operation of the description, evenly, in `number` requests."""
    found = Found()
    document = httpx.get(f"{url}/openapi.json", timeout=30).json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=url)
    operations = [result.ok() for result in schema.get_all_operations()]
    checks = CHECKS.get_by_names(list(CHOSEN))
    for place, operation in enumerate(operations):
        writes = {"Authorization": f"Bearer {token}"} if place % 2 else {}
        _ask_one(operation, max(1, number // len(operations)), writes, document, checks, found)
    return found


def _ask_one(
    operation: Any,
    number: int,
    headers: Mapping[str, str],
    document: Mapping[str, Any],
    checks: list[Any],
    found: Found,
) -> None:
    declared = document["paths"][operation.path][operation.method]["responses"]

    @seed(1)
    @_times(number)
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        # a header must be able to be sent at all, and a body that is no text is not
        case.headers.update(headers)
        response = case.call(timeout=30, allow_redirects=False)
        found.statuses[response.status_code] += 1
        what = f"{case.method} {case.formatted_path} {response.status_code}"
        if str(response.status_code) not in declared:
            found.faults.append(f"{what}: not declared: {response.text[:200]}")
            return
        if response.status_code in DECLARED:
            return
        try:
            case.validate_response(response, checks=checks)
        except schemathesis.errors.SchemathesisError as error:
            found.faults.append(f"{what}: {error}")
        except BaseExceptionGroup as errors:
            found.faults.append(f"{what}: {errors.exceptions[0]}")

    ask()


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
_PATHS = st.sampled_from(
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
) | _TEXT.map(lambda text: "/" + quote(text))
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
    with httpx.Client(timeout=30) as http:

        @seed(2)
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
            target = f"{url}{path}?{httpx.QueryParams(pairs)}" if pairs else f"{url}{path}"
            content = body if method in {"POST", "PUT", "PATCH"} else None
            response = http.request(method, target, headers=sent, content=content)
            found.statuses[response.status_code] += 1
            if wrong := fault(response):
                found.faults.append(f"{method} {path} {pairs} {headers} {kind}: {wrong}")

        ask()
    return found


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
