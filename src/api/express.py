"""Requests that come whole and with headers that came before, answered around the application.

A small query takes less time than all layers around its endpoint, and than the parser. What these
make of a request depends on its headers alone, and what they make of a response on its headers and
those of the request. So both are learned from requests that went the long way: which headers some
bytes are, and which headers the layers make of those of a result. The query is run as by its
endpoint. Where that gives anything but a plain result (an error, something to compress), the
request goes the long way after all, and takes the response along.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus

from cachetools import LRUCache
from fastapi import FastAPI, Request, Response
from starlette.datastructures import Headers as HeadersByName
from starlette.types import Scope

from api import problems
from api.cache import Evaluated, Headers, Land, nobody_waits
from api.errors import RequestMalformed
from api.flights import Landing
from api.kept import Answers, Kept
from api.observation import Observer, Seen, identifier, template
from api.plain import Dress, Look, etag, header_lines, key, look, read_line
from api.results import Plain
from api.routes.queries import plain_canned
from api.routes.sparql import plain_query
from api.service import Service
from api.shortcut import is_repeatable, whole_request
from kg.errors import FormatUnavailable, KgError

_END = b"\r\n"
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


@dataclass(eq=False, slots=True)
class Form:
    """Headers of requests, whom they come from, and how the layers complete those of responses.

    `rest` is what follows the first line of such a request; `common` is part of its keys.
    """

    headers: Headers
    rest: bytes
    accept: str | None
    client: tuple[str, int] | None
    scheme: str
    common: str
    size: int
    dresses: dict[Look, Dress] = field(default_factory=dict)

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
    form: Form
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
        self._forms: LRUCache[tuple[str, bytes], Form] = LRUCache(
            _FORMS, getsizeof=lambda form: form.size
        )

    def learn(self, scope: Scope) -> None:
        """Note the headers of a request that no layer refuses."""
        request = whole_request(scope)
        if request is None or not is_repeatable(request, scope):
            return
        if any(name in _OTHERS for name, _ in scope["headers"]):
            return
        rest = request.data[request.data.index(_END) :]
        form = Form(
            headers=scope["headers"],
            rest=rest,
            accept=HeadersByName(raw=scope["headers"]).get("accept"),
            client=scope["client"],
            scheme=scope["scheme"],
            common=self._answers.common(scope),
            size=5 * len(rest) + _FORM_BYTES,
        )
        self._forms[request.peer, rest] = form

    def read(self, peer: str, data: bytes) -> Asked | None:
        """A request by its bytes and the address that they come from; None: it goes the long way.

        Whoever gets one must have it answered.
        """
        line = read_line(data)
        form = self._forms.get((peer, line[2])) if line else None
        if form is None or line is None:
            return None
        path, query_string, _ = line
        scope = form.scope(path, query_string)
        scope["app"] = self._app
        plain, version = self._plain(scope, form.accept), self._now()
        if plain is None or not version:
            return None
        digest = key(form.common, version, (path, query_string))
        land = self._lead(version, digest)
        if land is None:
            return None
        return Asked(scope, plain, form, version, digest, land)

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
        seen = look(given.answer.media_type, body)
        dress = asked.form.dresses.get(seen)
        usual = given.kept and not given.notices
        if dress is None or not usual or self._now() != asked.version:
            learn = partial(_learn_dress, asked.form, seen) if usual else _learn_nothing
            return _evaluated(asked, given.response(), learn)
        tag = etag(asked.key)
        self._keep(asked, dress, body, tag)
        return dress.answer(header_lines(first), body, tag, self._noted(asked, len(body)))

    def _plain(self, scope: Scope, accept: str | None) -> Plain | None:
        """How to answer a request, if nothing about it is unusual."""
        service: Service = self._app.state.service
        try:
            if scope["path"] == "/sparql":
                return plain_query(service, scope, accept)
            return plain_canned(service, scope, accept)
        except (RequestMalformed, FormatUnavailable, UnicodeDecodeError):
            return None

    def _keep(self, asked: Asked, dress: Dress, body: bytes, tag: str) -> None:
        if self._answers.on:
            headers = dress.kept(body, tag)
            start = {"type": "http.response.start", "status": HTTPStatus.OK, "headers": headers}
            kept = Kept(start, body, template(asked.scope))
            self._answers.keep(asked.version, asked.key, kept)
            asked.land(Landing(kept if self._answers.fits(kept.size) else None))

    def _noted(self, asked: Asked, size: int) -> str:
        """The identifier of a request, which is noted with the bytes of its answer."""
        state, given = asked.scope["state"], identifier(asked.scope)
        state.update(id=given, cached="miss")
        seconds = time.perf_counter() - state["started"]
        self._observer.note(asked.scope, Seen(HTTPStatus.OK, size), seconds)
        return given

    def _lead(self, version: str, digest: bytes) -> Land | None:
        """None where the answer is known, or somebody asks for it already."""
        if not self._answers.on:
            return nobody_waits
        if self._answers.find(version, digest) or digest in self._answers.flights:
            return None
        return self._answers.flights.begin(digest)

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


def _learn_dress(form: Form, seen: Look, headers: Headers) -> None:
    """Note what the layers made of the headers of a response."""
    names = {name for name, _ in headers}
    if len(form.dresses) < _DRESSES and b"content-length" in names and not names & _SINGULAR:
        form.dresses[seen] = Dress(list(headers))
