"""Engines elsewhere, started by the tests: `oxigraph serve` and Virtuoso."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.lacking import lacking

from kg.namespaces import NAMES
from kg.store.connection import Connection, ConnectionLimits, Credentials
from kg.store.pushing import Content, Places, Sender, verify

OXIGRAPH = Path(sys.executable).with_name("oxigraph")
VIRTUOSO = Path("/usr/bin/virtuoso-t")
_START_SECONDS = 60
_VIRTUOSO_INI = """
[Database]
DatabaseFile = {folder}/v.db
ErrorLogFile = {folder}/v.log
LockFile = {folder}/v.lck
TransactionFile = {folder}/v.trx
xa_persistent_file = {folder}/v.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = {folder}/t.db
TransactionFile = {folder}/t.trx
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
DirsAllowed = {folder}
NumberOfBuffers = 4000
MaxDirtyBuffers = 2000
MaxClientConnections = 10
CheckpointInterval = 0
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {folder}
ServerThreads = 10
Charset = UTF-8
[SPARQL]
ResultSetMaxRows = {max_rows}
"""


@dataclass(frozen=True)
class Running:
    """An engine that answers: what it is, where, and who may write."""

    name: str
    where: Places
    credentials: Credentials
    stop: Callable[[], None] = lambda: None


async def send(running: Running, content: Content, where: Places | None = None) -> list[str]:
    """Send graphs and verify them; returns their IRIs in order."""
    sent: list[str] = []
    async with Connection(running.credentials, ConnectionLimits()) as connection:
        sender = Sender(connection, where or running.where, NAMES, seconds=60)
        await sender.push(content, lambda iri, _, __: sent.append(iri))
        await verify(connection, running.where.query, NAMES, content, 60)
    return sent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def oxigraph(*options: str) -> Iterator[Running]:
    port = free_port()
    command = [str(OXIGRAPH), "serve", "--bind", f"127.0.0.1:{port}", *options]
    base = f"http://127.0.0.1:{port}"
    with _running(command, f"{base}/query?query=ASK%7B%7D") as process:
        where = Places(f"{base}/query", f"{base}/update", f"{base}/store")
        yield Running("oxigraph", where, Credentials(), process.kill)


@contextmanager
def virtuoso(folder: Path, *, max_rows: int = 100_000) -> Iterator[Running]:
    if not VIRTUOSO.exists():
        lacking("Virtuoso is not installed: apt-get install virtuoso-opensource")
    port = free_port()
    ini = folder / "virtuoso.ini"
    text = _VIRTUOSO_INI.format(folder=folder, port=port, sql_port=free_port(), max_rows=max_rows)
    ini.write_text(text)
    command = [str(VIRTUOSO), "+foreground", "+configfile", str(ini)]
    base = f"http://127.0.0.1:{port}"
    with _running(command, f"{base}/sparql?query=ASK%7B%7D", folder):
        where = Places(f"{base}/sparql", f"{base}/sparql-auth", f"{base}/sparql-graph-crud-auth")
        # the password of a new database, which is reachable from this machine only
        yield Running("virtuoso", where, Credentials("dba", "dba", digest=True))


@contextmanager
def _running(
    command: list[str], url: str, folder: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, stdout=quiet, stderr=quiet)
    try:
        _wait(process, url)
        yield process
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"{process.args!r} does not answer")
