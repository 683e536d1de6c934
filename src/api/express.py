"""Requests that come whole and with headers that came before, answered around the application.

A small query takes less time than all layers around its endpoint, and than the parser. What these
make of a request depends on its headers alone, and what they make of a response on its headers and
those of the request. So both are learned from requests that went the long way: which headers some
bytes are, and which headers the layers make of those of a result. The query is run as by its
endpoint. Where that gives anything but a plain result (an error, something to compress), the
request goes the long way after all, and takes the response along.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus

from cachetools import LRUCache
from fastapi import FastAPI, Request, Response
from starlette.datastructures import Headers as HeadersByName
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from api import problems
from api.cache import Evaluated, Headers, Land, nobody_waits
from api.errors import RequestMalformed
from api.flights import Landing
from api.kept import Answers, Kept, etag
from api.observation import Observer, Seen, identifier, template
from api.results import Plain
from api.routes.queries import plain_canned
from api.routes.sparql import plain_query
from api.service import Service
from api.shortcut import LONGEST, is_repeatable, whole_request
from kg.errors import FormatUnavailable, KgError

WORTH_COMPRESSING = 1024
"""Bytes of a body from which on a client may get it compressed; what is smaller fits a packet."""
_LINE = re.compile(
    rb"GET (/sparql|/queries/[a-z0-9-]+)(?:\?([A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]*))? HTTP/1\.1"
)
"""Request lines that are read here: of what has no other meaning to any parser."""
_END = b"\r\n"
_LENGTH = b"content-length"
_OTHERS = frozenset({b"authorization", b"if-none-match", b"x-request-id"})
"""Headers of requests that go the long way: they say more than what the answer looks like."""
_SINGULAR = frozenset({b"content-encoding", b"link"})
"""Headers of responses that depend on their bodies."""
_FORMS = 4 * 2**20
"""Bytes of headers that are remembered."""
_DRESSES = 8
"""Sets of headers of responses that are remembered for those of a request."""
_FORM_BYTES = 8 * 1024
"""What these sets take, about."""


_Look = tuple[str, bool]
"""Media type of a result, and whether it is too small to compress."""


@dataclass(eq=False, slots=True)
class _Form:
    """Headers of requests, whom they come from, and how the layers complete those of responses."""

    headers: Headers
    accept: str | None
    client: tuple[str, int] | None
    scheme: str
    size: int
    dresses: dict[_Look, Headers] = field(default_factory=dict)

    def scope(self, path: bytes, query: bytes) -> Scope:
        """A request with these headers that has come just now."""
        return {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "root_path": "",
            "scheme": self.scheme,
            "client": self.client,
            "path": path.decode(),
            "raw_path": path,
            "query_string": query,
            "headers": self.headers,
            "state": {"started": time.perf_counter()},
        }


@dataclass(frozen=True, eq=False, slots=True)
class Asked:
    """A request that can be answered by `plain`; `land` ends what others wait for."""

    scope: Scope
    plain: Plain
    form: _Form
    version: str
    key: bytes
    land: Land


class Express:
    """Answers plain requests for the connection.

    `app` is what requests name as their application, `version` gives that of the data.
    """

    def __init__(
        self, app: FastAPI, answers: Answers, observer: Observer, version: Callable[[], str]
    ) -> None:
        self._app = app
        self._answers = answers
        self._observer = observer
        self._version = version
        self._forms: LRUCache[tuple[str, bytes], _Form] = LRUCache(
            _FORMS, getsizeof=lambda form: form.size
        )

    def learn(self, scope: Scope) -> None:
        """Note the headers of a request that no layer refuses."""
        request = whole_request(scope)
        if request is None or not is_repeatable(request, scope):
            return
        if any(name in _OTHERS for name, _ in scope["headers"]):
            return
        block = request.data[request.data.index(_END) :]
        size = 4 * len(block) + _FORM_BYTES
        accept = HeadersByName(raw=scope["headers"]).get("accept")
        form = _Form(scope["headers"], accept, scope["client"], scope["scheme"], size)
        self._forms[request.peer, block] = form

    def read(self, peer: str, data: bytes) -> Asked | None:
        """A request by its bytes and the address that they come from; None: it goes the long way.

        Whoever gets one must have it answered.
        """
        end = data.find(_END)
        line = _LINE.fullmatch(data, 0, end) if 0 < len(data) <= LONGEST else None
        form = self._forms.get((peer, data[end:])) if line else None
        if form is None or line is None:
            return None
        scope = form.scope(line[1], line[2] or b"")
        scope["app"] = self._app
        plain, version = self._plain(scope, form.accept), self._now()
        if plain is None or not version:
            return None
        key = self._answers.key(scope, b"", version)
        land = self._lead(version, key)
        if land is None:
            return None
        return Asked(scope, plain, form, version, key, land)

    async def answer(self, asked: Asked, first: Headers) -> bytes | Evaluated:
        """The whole answer to a request, or what its endpoint gave, with which it goes on.

        `first` are the headers that the server puts before all others.
        """
        concluded = False
        self._observer.metrics.running.inc()
        try:
            answer = await self._answer(asked, first)
            concluded = True
        finally:
            self._observer.metrics.running.dec()
            if not concluded:
                asked.land(Landing(left=True))
        return answer

    async def _answer(self, asked: Asked, first: Headers) -> bytes | Evaluated:
        try:
            given = await asked.plain()
        except KgError as error:
            request = Request(asked.scope)
            return _evaluated(asked, await problems.answer_problem(request, error), _learn_nothing)
        body = given.answer.body
        look = given.answer.media_type, len(body) < WORTH_COMPRESSING
        dress = asked.form.dresses.get(look)
        usual = given.kept and not given.notices
        if dress is None or not usual or self._now() != asked.version:
            learn = partial(_learn_dress, asked.form, look) if usual else _learn_nothing
            return _evaluated(asked, given.response(), learn)
        length, tag = b"%d" % len(body), etag(asked.key).encode()
        headers = [(name, length if name == _LENGTH else value) for name, value in dress]
        headers.append((b"etag", tag))
        self._keep(asked, headers, body)
        return self._answered(asked, [*first, *headers], body)

    def _plain(self, scope: Scope, accept: str | None) -> Plain | None:
        """How to answer a request, if nothing about it is unusual."""
        service: Service = self._app.state.service
        try:
            if scope["path"] == "/sparql":
                return plain_query(service, scope, accept)
            return plain_canned(service, scope, accept)
        except (RequestMalformed, FormatUnavailable, UnicodeDecodeError):
            return None

    def _keep(self, asked: Asked, headers: Headers, body: bytes) -> None:
        if self._answers.on:
            start = {"type": "http.response.start", "status": HTTPStatus.OK, "headers": headers}
            kept = Kept(start, body, template(asked.scope))
            self._answers.keep(asked.version, asked.key, kept)
            asked.land(Landing(kept if self._answers.fits(kept.size) else None))

    def _answered(self, asked: Asked, headers: Headers, body: bytes) -> bytes:
        """Bytes of an answer, which is noted."""
        state, given = asked.scope["state"], identifier(asked.scope)
        state.update(id=given, cached="miss")
        lines = b"".join(b"%b: %b\r\n" % item for item in headers)
        seconds = time.perf_counter() - state["started"]
        self._observer.note(asked.scope, Seen(HTTPStatus.OK, len(body)), seconds)
        parts = (STATUS_LINE[200], lines, b"x-request-id: %b\r\n\r\n" % given.encode(), body)
        return b"".join(parts)

    def _lead(self, version: str, key: bytes) -> Land | None:
        """None where the answer is known, or somebody asks for it already."""
        if not self._answers.on:
            return nobody_waits
        if self._answers.find(version, key) or key in self._answers.flights:
            return None
        return self._answers.flights.begin(key)

    def _now(self) -> str:
        """Version of the data; empty where the journal is damaged, which the long way reports."""
        try:
            return self._version()
        except KgError:
            return ""


def _evaluated(asked: Asked, response: Response, learn: Callable[[Headers], None]) -> Evaluated:
    return Evaluated(response, asked.scope["state"], asked.version, asked.land, learn)


def _learn_nothing(headers: Headers) -> None:
    """Take headers of which others depend on more."""
    del headers


def _learn_dress(form: _Form, look: _Look, headers: Headers) -> None:
    """Note what the layers made of the headers of a response."""
    if len(form.dresses) < _DRESSES and not any(name in _SINGULAR for name, _ in headers):
        form.dresses[look] = list(headers)
