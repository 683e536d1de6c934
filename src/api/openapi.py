"""The OpenAPI description: parameters, media types and statuses of each address.

The framework knows the addresses; what they take is read by `api.protocol` and `api.negotiation`,
and said here. Each query of the catalogue has an entry of its own.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.entry_description import CHOICES, REPORT_TYPES, entry_body
from api.negotiation import FORMATS, GRAPH_TYPES, HTML, LANGUAGES, RESULT_TYPES, TABLE_TYPES
from api.problem_page import MEDIA_TYPE
from api.protocol import FORM, QUERY, UPDATE
from kg.pipeline.forms import TEMPLATE
from kg.queries import CannedQuery, Catalogue, Parameter
from kg.store.uploads import UPLOAD_FORMATS

Operation = dict[str, Any]

_ALWAYS = (400, 414, 431)
"""What is wrong with a request at any address: parameters, their length, headers."""
_LANES = (502, 503, 504)
_READING = (*_ALWAYS, 406, 413, *_LANES)
_ASKING = (*_READING, 401, 403, 429)
_WRITING = (*_ALWAYS, 401, 403, 404, 413, 415, 422, 429, *_LANES, 507)
_JSON = ("application/json",)
_NAME = "/queries/{name}"
_TYPES: Mapping[str, Mapping[str, str]] = {
    "year": {"type": "string", "pattern": "^(19|20)[0-9]{2}$"},
    "integer": {"type": "string", "pattern": "^[+-]?[0-9]{1,18}$"},
}
"""Forms of values that a pattern can say; the others are checked against the graph."""

_STATUSES: Mapping[tuple[str, str], tuple[Mapping[int, Iterable[str]], Iterable[int]]] = {
    ("/health", "get"): ({200: _JSON}, _ALWAYS),
    ("/ready", "get"): ({200: _JSON}, (*_ALWAYS, 503)),
    ("/metrics", "get"): ({200: ("text/plain", "application/openmetrics-text")}, _ALWAYS),
    ("/limits", "get"): ({200: (*_JSON, HTML)}, (*_ALWAYS, 406)),
    ("/openapi.json", "get"): ({200: _JSON}, _ALWAYS),
    ("/version", "get"): ({200: _JSON}, _ALWAYS),
    ("/sparql", "get"): ({200: RESULT_TYPES, 303: (), 304: ()}, _ASKING),
    ("/sparql", "post"): ({200: RESULT_TYPES}, (*_ASKING, 415)),
    ("/update", "post"): ({200: _JSON}, _WRITING),
    ("/graphs", "get"): ({200: (*_JSON, *GRAPH_TYPES)}, (*_READING, 404)),
    ("/graphs/{path}", "get"): ({200: GRAPH_TYPES}, (*_READING, 404)),
    ("/.well-known/void", "get"): ({200: GRAPH_TYPES, 303: ()}, _READING),
    ("/catalog", "get"): ({200: GRAPH_TYPES}, _READING),
    ("/dumps/{path}", "get"): ({200: GRAPH_TYPES}, (*_READING, 404)),
    ("/shapes.{suffix}", "get"): ({200: GRAPH_TYPES, 304: ()}, (*_READING, 404)),
    ("/shapes", "get"): ({200: GRAPH_TYPES, 304: ()}, (*_READING, 404)),
    ("/validate", "get"): ({200: (*_JSON, HTML)}, (*_ALWAYS, 406)),
    ("/validate", "post"): ({200: REPORT_TYPES}, (*_ASKING, 415, 422)),
    **{
        (f"/validate/{name}", "get"): ({200: (media,), 304: ()}, (*_ALWAYS, *_LANES))
        for name, media in TEMPLATE.items()
    },
    ("/queries", "get"): ({200: (*_JSON, HTML)}, (*_ALWAYS, 406)),
    ("/queries/{name}.rq", "get"): ({200: (QUERY,)}, (*_ALWAYS, 404)),
    (_NAME, "get"): ({200: TABLE_TYPES, 304: ()}, (*_READING, 404)),
    ("/vocab/{path}", "get"): ({200: GRAPH_TYPES, 304: ()}, (*_READING, 404)),
    ("/id/{path}", "get"): ({200: GRAPH_TYPES, 304: ()}, (*_READING, 404)),
    ("/def.{suffix}", "get"): ({200: GRAPH_TYPES, 304: ()}, (*_READING, 404)),
    ("/def", "get"): ({200: GRAPH_TYPES, 304: ()}, (*_READING, 404)),
    **{
        (path, method): ({200: (), 201: (), 204: ()}, _WRITING)
        for path in ("/graphs", "/graphs/{path}")
        for method in ("put", "post", "delete")
    },
}
"""Statuses of success with their media types, and those of problems."""


def describe_api(app: FastAPI, catalogue: Catalogue) -> dict[str, Any]:
    """Describe all addresses of `app`, which has all of its routes."""
    document = get_openapi(
        title=app.title, version=app.version, summary=app.summary, routes=app.routes
    )
    paths: dict[str, dict[str, Operation]] = document["paths"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            _complete(path, method, operation)
    template = paths[_NAME]["get"]
    paths.update(
        {f"/queries/{query.name}": {"get": _canned(query, template)} for query in catalogue}
    )
    document["components"] = {
        "schemas": {"Problem": _PROBLEM},
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    }
    return document


def _complete(path: str, method: str, operation: Operation) -> None:
    fine, problems = _STATUSES[path, method]
    operation["responses"] = {
        **{str(status): _response(status, types) for status, types in fine.items()},
        **{str(status): _problem(status) for status in sorted({*problems})},
    }
    operation["parameters"] = [*_in_path(path), *_in_query(path, method)]
    if body := _body(path, method):
        operation["requestBody"] = body
    if "/graphs" in path or path in {"/sparql", "/update", "/validate"}:
        operation["security"] = [{}, {"token": []}]


def _response(status: int, types: Iterable[str]) -> dict[str, Any]:
    # what a form of result looks like is said by its own standard
    content: dict[str, Any] = {media: {} for media in types}
    found: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    return {**found, "content": content} if content else found


def _problem(status: int) -> dict[str, Any]:
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    content = {MEDIA_TYPE: schema, HTML: {}}
    return {"description": HTTPStatus(status).phrase, "content": content}


_PROBLEM = {
    "type": "object",
    "title": "RFC 9457",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "line": {"type": "integer"},
        "column": {"type": "integer"},
        "hint": {"type": "string"},
    },
}


def _in_path(path: str) -> Iterable[dict[str, Any]]:
    for name in ("name", "path", "suffix"):
        if f"{{{name}}}" in path:
            yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _in_query(path: str, method: str) -> Iterable[dict[str, Any]]:
    """Parameters of the URL, as `api.protocol` reads them."""
    if path in {"/health", "/ready", "/metrics", "/openapi.json", "/version"}:
        return
    if path == "/validate" and method == "post":
        for name, schema in CHOICES.items():
            yield _parameter(name, {"type": "string", **schema})
    if path == "/sparql" and method == "get":
        yield _parameter("query", {"type": "string"})
    dataset = {"/sparql": ("default-graph-uri", "named-graph-uri")}
    dataset["/update"] = ("using-graph-uri", "using-named-graph-uri")
    for name in dataset.get(path, ()):
        yield _parameter(name, {"type": "array", "items": {"type": "string", "format": "uri"}})
    if path == "/graphs":
        yield _parameter("graph", {"type": "string", "format": "uri"})
        yield _parameter("default", {"type": "string", "maxLength": 0})
    if method == "get" and path not in {
        "/dumps/{path}",
        "/queries/{name}.rq",
        "/def.{suffix}",
        "/shapes.{suffix}",
        *(f"/validate/{name}" for name in TEMPLATE),
    }:
        yield _parameter("format", {"type": "string", "enum": sorted(FORMATS)})
    yield _parameter("lang", {"type": "string", "enum": list(LANGUAGES)})


def _parameter(name: str, schema: Mapping[str, object]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": dict(schema)}


def _body(path: str, method: str) -> dict[str, Any] | None:
    text = {"schema": {"type": "string"}}
    if method == "post" and path == "/validate":
        return entry_body()
    if method == "post" and path in {"/sparql", "/update"}:
        name, media = ("query", QUERY) if path == "/sparql" else ("update", UPDATE)
        fields = {"type": "object", "required": [name], "properties": {name: {"type": "string"}}}
        return {"required": True, "content": {media: text, FORM: {"schema": fields}}}
    if path.startswith("/graphs") and method in {"put", "post"}:
        types = [media for media in UPLOAD_FORMATS if media not in _SEVERAL]
        return {"required": True, "content": dict.fromkeys(types, text)}
    return None


_SEVERAL = frozenset({"application/trig", "application/n-quads"})
"""Formats of several graphs, which no address takes."""


def _canned(query: CannedQuery, template: Operation) -> Operation:
    """Entry of a query of the catalogue."""
    own = [_of_query(parameter) for parameter in query.params]
    return {
        **template,
        "operationId": f"query_{query.name.replace('-', '_')}",
        "summary": f"{query.title['en']}. {query.title['ja']}。",
        "description": f"{query.question['en']}\n\n{query.question['ja']}",
        "parameters": [*own, *(one for one in template["parameters"] if one["in"] == "query")],
    }


def _of_query(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = dict(_TYPES.get(parameter.type, {"type": "string"}))
    if parameter.pattern:
        schema["pattern"] = f"^(?:{parameter.pattern})$"
    if parameter.default is not None:
        schema["default"] = parameter.default
    description = f"{parameter.description['en']} {parameter.description['ja']}"
    return {
        **_parameter(parameter.name, schema),
        "required": parameter.required,
        "description": description,
    }
