"""Who asks: tokens of requests, in the header Authorization and nowhere else (RFC 6750)."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import RoleInsufficient, TokenMisplaced, TokenRejected, TokenRequired
from api.problems import answer_problem
from api.service import Service, ServiceOf, names_parameter, read_service
from api.tokens import PREFIX, TOKEN, Role, Token
from kg.errors import Both, KgError, WritingOff
from kg.model import Agent

_HEADER = "authorization"
_RAW_HEADER = _HEADER.encode()
_MISPLACED = "access_token"
_PREFIX = PREFIX.encode()
_TWICE = Both("Authorizationが二つ以上あります。", "Authorization is given more than once.")
_SCHEME = Both("Authorizationの形式はBearerです。", "The scheme of Authorization is Bearer.")
_UNKNOWN = Both("知らないトークンです。", "It is unknown.")
_EXPIRED = Both("期限が切れています。", "It has expired.")


async def read_holder(request: Request, service: ServiceOf) -> Token | None:
    """Token of a request, of any role; None for a request without one.

    A token that is not valid is refused, never overlooked. Raises `TokenMisplaced`,
    `TokenRejected`, `TokensDamaged`.
    """
    refuse_misplaced(request)
    values = request.headers.getlist(_HEADER)
    if not values:
        return None
    if len(values) > 1:
        raise TokenRejected(detail=_TWICE)
    scheme, _, secret = values[0].partition(" ")
    if scheme.lower() != "bearer":
        raise TokenRejected(detail=_SCHEME)
    token = service.tokens.find(secret.strip())
    if token is None:
        raise TokenRejected(detail=_UNKNOWN)
    if token.expired(datetime.now(UTC)):
        raise TokenRejected(detail=_EXPIRED)
    # for the log: the id tells who, and is no secret
    request.state.agent = token.id
    return token


async def read_agent(request: Request, service: ServiceOf) -> Agent:
    """Who writes. Raises `WritingOff`, `TokenRequired`, `RoleInsufficient` and as `read_holder`."""
    refuse_misplaced(request)
    if not service.tokens.all():
        raise WritingOff
    token = await read_holder(request, service)
    if token is None:
        raise TokenRequired
    if token.role == Role.VALIDATOR:
        expected = f"{Role.EDITOR}, {Role.ADMIN}"
        raise RoleInsufficient(agent=token.name, role=token.role.value, expected=expected)
    return token.agent


def refuse_misplaced(request: Request) -> None:
    """Raise `TokenMisplaced` for a token in the URL, whatever its parameter is called."""
    path, encoded = request.scope["path"], request.scope["query_string"]
    if mentions_token(f"{path}?".encode() + encoded):
        raise TokenMisplaced
    if names_parameter(encoded, _MISPLACED.encode()) and _MISPLACED in request.query_params:
        raise TokenMisplaced


def mentions_token(url: bytes) -> bool:
    """Whether what may be a token stands in a URL."""
    # the expression alone would try each character
    return _PREFIX in url and TOKEN.search(url.decode("latin-1")) is not None


class ValidTokens:
    """Refuses whatever reads with a token that is not valid, on every path.

    Nobody is to believe that a token works which does not. Routes that write look by themselves.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        sent = scope["type"] == "http" and any(n == _RAW_HEADER for n, _ in scope["headers"])
        if sent and scope["method"] == "GET":
            request = Request(scope, receive)
            try:
                await read_holder(request, read_service(request))
            except KgError as error:
                response = await answer_problem(request, error)
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)


def confirm(request: Request, service: Service) -> None:
    """Look once more whether the token of a request holds: it may have waited long.

    Raises `TokenRejected`, `TokensDamaged`.
    """
    reference = getattr(request.state, "agent", None)
    if reference is None:
        return
    token = next((token for token in service.tokens.all() if token.id == reference), None)
    if token is None:
        raise TokenRejected(detail=_UNKNOWN)
    if token.expired(datetime.now(UTC)):
        raise TokenRejected(detail=_EXPIRED)


HolderOf = Annotated[Token | None, Depends(read_holder)]
AgentOf = Annotated[Agent, Depends(read_agent)]
