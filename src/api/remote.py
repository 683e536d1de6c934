"""The engine elsewhere, as the settings describe it."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from pydantic import SecretStr

from api.settings import Settings
from kg.namespaces import Names
from kg.store.connection import Connection, ConnectionLimits, Credentials
from kg.store.evaluation import Limits
from kg.store.pushing import Content, verify
from kg.store.remote import Engine, RemoteLane


def connect(settings: Settings) -> Connection:
    """A connection with the credentials and limits of the settings; nothing is sent yet."""
    credentials = Credentials(
        settings.remote_user,
        _secret(settings.remote_password),
        _secret(settings.remote_token),
        digest=settings.remote_digest,
    )
    limits = ConnectionLimits(
        connect_seconds=settings.remote_connect_timeout,
        size=settings.remote_bytes,
        # both lanes use it; what waits does so in its lane
        requests=2 * settings.remote_requests,
        failures=settings.remote_failures,
        pause=settings.remote_pause,
    )
    return Connection(credentials, limits)


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value() if value else ""


def trusted_lane(settings: Settings, url: str, names: Names, connection: Connection) -> RemoteLane:
    """A lane for queries of our own, whatever graphs the engine at `url` holds."""
    return _lane(settings, Engine(url, names, ()), connection, trusted=True)


async def open_lanes(
    stack: AsyncExitStack, settings: Settings, url: str, snapshot: Path
) -> tuple[RemoteLane, RemoteLane]:
    """The trusted and the free lane to the engine at `url`, which must hold this snapshot, whole.

    Raises `PathMissing`, `SnapshotInvalid`, `RemoteOutdated`, `RemoteFailed`, `RemoteTimeout`,
    `RemoteUnavailable`.
    """
    names = Names(settings.base)
    content = await asyncio.to_thread(Content.read, snapshot, names)
    connection = await stack.enter_async_context(connect(settings))
    await verify(connection, url, names, content, settings.query_timeout)
    engine = Engine(url, names, content.named(names))
    trusted, free = (_lane(settings, engine, connection, trusted=t) for t in (True, False))
    return trusted, free


def _lane(
    settings: Settings, engine: Engine, connection: Connection, *, trusted: bool
) -> RemoteLane:
    return RemoteLane(
        engine,
        connection,
        Limits(rows=settings.result_rows, size=settings.result_bytes),
        seconds=settings.canned_timeout if trusted else settings.query_timeout,
        trusted=trusted,
        requests=settings.remote_requests,
        queue=settings.queue,
    )
