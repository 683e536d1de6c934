"""The engine elsewhere, as the settings describe it."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from api.lanes import free_lane, granted_lane, own_lane
from api.settings import Settings
from kg.namespaces import Names
from kg.store.connection import Connection, ConnectionLimits, Credentials
from kg.store.output import Limits
from kg.store.pushing import Content, verify
from kg.store.reader import Lane
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
        # the lanes share it; what waits does so in its lane
        requests=3 * settings.remote_requests,
        failures=settings.remote_failures,
        pause=settings.remote_pause,
    )
    return Connection(credentials, limits)


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value() if value else ""


def trusted_lane(settings: Settings, url: str, names: Names, connection: Connection) -> RemoteLane:
    """A lane for queries of our own, whatever graphs the engine at `url` holds."""
    return _Lanes(settings, Engine(url, names, ()), connection).trusted()


async def open_lanes(
    stack: AsyncExitStack, settings: Settings, url: str, snapshot: Path
) -> tuple[RemoteLane, RemoteLane, RemoteLane]:
    """The trusted, free and granted lane to the engine at `url`.

    It must hold this snapshot, whole. Raises `PathMissing`, `SnapshotInvalid`, `RemoteOutdated`,
    `RemoteFailed`, `RemoteTimeout`, `RemoteUnavailable`.
    """
    names = Names(settings.base)
    content = await asyncio.to_thread(Content.read, snapshot, names)
    connection = await stack.enter_async_context(connect(settings))
    await verify(connection, url, names, content, settings.query_timeout)
    lanes = _Lanes(settings, Engine(url, names, content.named(names)), connection)
    return lanes.trusted(), lanes.free(), lanes.granted()


@dataclass(frozen=True)
class _Lanes:
    """The lanes to an engine, with the same limits as those of readers."""

    settings: Settings
    engine: Engine
    connection: Connection

    def trusted(self) -> RemoteLane:
        return self._lane(own_lane(self.settings))

    def free(self) -> RemoteLane:
        return self._lane(free_lane(self.settings))

    def granted(self) -> RemoteLane:
        return self._lane(granted_lane(self.settings))

    def _lane(self, lane: Lane) -> RemoteLane:
        return RemoteLane(
            self.engine,
            self.connection,
            Limits(rows=lane.rows, size=lane.size),
            seconds=lane.seconds,
            trusted=not lane.checked,
            requests=self.settings.remote_requests,
            queue=self.settings.queue,
            text=lane.text,
        )
