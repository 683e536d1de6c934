"""HTTP to an engine elsewhere: time and size limits, retries, and leaving it alone when it fails.

What comes back is not trusted: redirects are not followed, a body larger than allowed is not read,
and of an error only a line of plain text is passed on.
"""

import asyncio
import math
import re
import unicodedata
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpx
import stamina
from circuitbreaker import CircuitBreaker

from kg.errors import (
    RemoteFailed,
    RemoteTimeout,
    RemoteUnavailable,
    ResultTooLarge,
)

_ATTEMPTS = 3
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0
_LONGEST_REASON = 200
_READ_OF_ERROR = 4096
_TRANSIENT = frozenset(
    {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
)
_BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_SLOW = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT})


@dataclass(frozen=True)
class Credentials:
    """Who asks an engine: a bearer token, or user and password (Basic, or Digest on demand)."""

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    digest: bool = False

    def auth(self) -> httpx.Auth | None:
        """In the form that the HTTP client takes."""
        if self.token:
            return _Bearer(self.token)
        if not self.user:
            return None
        kind = httpx.DigestAuth if self.digest else httpx.BasicAuth
        return kind(self.user, self.password)


class _Bearer(httpx.Auth):
    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign a request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


@dataclass(frozen=True)
class ConnectionLimits:
    """Of a connection: seconds to connect, bytes of an answer, requests at the same time.

    After `failures` failed requests in a row nothing is sent for `pause` seconds.
    """

    connect_seconds: float = 5
    size: int = 64 * 2**20
    requests: int = 8
    failures: int = 5
    pause: int = 10


@dataclass(frozen=True)
class Reply:
    """A whole answer: its media type without parameters, its headers and its body."""

    media: str
    headers: Mapping[str, str]
    body: bytes


class _Transient(Exception):
    """Worth another try; says which error it is if that fails too."""

    def __init__(self, error: RemoteFailed | RemoteTimeout | RemoteUnavailable) -> None:
        super().__init__()
        self.error = error


class Rejected(Exception):
    """The engine says that the request itself is wrong (400); `reason` is its line of text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Connection:
    """Requests to one engine; used as `async with Connection(…)` in one event loop."""

    def __init__(self, credentials: Credentials, limits: ConnectionLimits) -> None:
        self.limits = limits
        self._breaker = CircuitBreaker(
            failure_threshold=limits.failures,
            recovery_timeout=limits.pause,
            expected_exception=(RemoteFailed, RemoteTimeout, RemoteUnavailable),
        )
        self._client = httpx.AsyncClient(
            auth=credentials.auth(),
            timeout=httpx.Timeout(None, connect=limits.connect_seconds),
            limits=httpx.Limits(max_connections=limits.requests),
            follow_redirects=False,
            # neither proxies nor passwords from the environment of the process
            trust_env=False,
            # a small body could unpack to a large one
            headers={"Accept-Encoding": "identity", "User-Agent": "senryaku"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def send(
        self,
        request: httpx.Request,
        seconds: float,
        *,
        again: bool = True,
    ) -> Reply:
        """Send a request and read the whole answer; with `again` several times if need be.

        Raises `Rejected` for a 400, `RemoteFailed`, `RemoteTimeout`, `RemoteUnavailable`,
        `ResultTooLarge`.
        """
        if self._breaker.opened:
            raise RemoteUnavailable(retry=max(1, math.ceil(self._breaker.open_remaining)))
        with self._breaker:
            try:
                async with asyncio.timeout(seconds):
                    return await self._retried(request, _ATTEMPTS if again else 1)
            except TimeoutError:
                raise RemoteTimeout(seconds=f"{seconds:g}") from None
            except _Transient as failure:
                raise failure.error from None

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes
    ) -> httpx.Request:
        """A request of this client."""
        return self._client.build_request(method, url, headers=dict(headers), content=content)

    async def _retried(self, request: httpx.Request, attempts: int) -> Reply:
        policy = stamina.AsyncRetryingCaller(
            attempts=attempts,
            timeout=None,
            wait_initial=_FIRST_PAUSE,
            wait_max=_LONGEST_PAUSE,
        )
        return await policy(_Transient, self._once, request)

    async def _once(self, request: httpx.Request) -> Reply:
        try:
            response = await self._client.send(request, stream=True)
            try:
                return await self._read(response)
            finally:
                await response.aclose()
        except httpx.ConnectTimeout:
            raise _Transient(RemoteTimeout(seconds=f"{self.limits.connect_seconds:g}")) from None
        except httpx.TransportError as error:
            raise _Transient(_failed("–", type(error).__name__)) from None

    async def _read(self, response: httpx.Response) -> Reply:
        status, media = response.status_code, _media(response)
        if response.is_success:
            return Reply(media, response.headers, await self._whole(response))
        reason = await _reason(response, media)
        if status == HTTPStatus.BAD_REQUEST:
            raise Rejected(reason)
        if status in _BUSY:
            raise _Transient(RemoteUnavailable(retry=_wait(response)))
        if status in _SLOW:
            raise _Transient(RemoteTimeout(seconds="–"))
        error = _failed(status, reason)
        raise _Transient(error) if status in _TRANSIENT else error

    async def _whole(self, response: httpx.Response) -> bytes:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise _failed(response.status_code, "Content-Encoding")
        # so Virtuoso marks an answer that its limit of time cut short
        if response.headers.get("x-sql-state"):
            raise _failed(response.status_code, "X-SQL-State: partial result")
        parts, size = [], 0
        async for part in response.aiter_raw():
            size += len(part)
            if size > self.limits.size:
                raise ResultTooLarge(limit=self.limits.size, unit="bytes")
            parts.append(part)
        return b"".join(parts)


def _failed(status: object, reason: str) -> RemoteFailed:
    return RemoteFailed(status=status, reason=reason)


def _media(response: httpx.Response) -> str:
    header: str = response.headers.get("content-type", "")
    return header.partition(";")[0].strip().lower()


def _wait(response: httpx.Response) -> int:
    """Seconds until the engine wants to be asked again."""
    stated: str = response.headers.get("retry-after", "")
    return int(stated) if re.fullmatch("[0-9]{1,4}", stated) else 1


async def _reason(response: httpx.Response, media: str) -> str:
    """First line of an error's text, without the page that surrounds it."""
    phrase = response.reason_phrase or "–"
    if media not in {"", "text/plain", "application/json", "application/problem+json"}:
        return phrase
    start = b""
    async for part in response.aiter_raw():
        start += part
        if len(start) >= _READ_OF_ERROR:
            break
    text = start[:_READ_OF_ERROR].decode("utf-8", "replace").strip()
    line = text.split("\n\n")[0]
    clean = "".join(" " if unicodedata.category(c).startswith("C") else c for c in line)
    shown = " ".join(clean.split())
    return shown[:_LONGEST_REASON] or phrase
