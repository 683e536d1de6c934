"""Servers under test, each started on a free port with the same data, and ended at the end."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_START_SECONDS = 60
_RDFLIB = """
import os, socket, sys, uvicorn
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint
graph = Dataset()
graph.parse(sys.argv[1], format="nquads")
config = uvicorn.Config(SparqlEndpoint(graph=graph, path="/sparql"), log_level="error")
listener = socket.create_server(("127.0.0.1", int(sys.argv[2])))
listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
os.fork()
uvicorn.Server(config).run(sockets=[listener])
"""


@contextmanager
def senryaku(state: Path, *options: str, **settings: str) -> Iterator[str]:
    """Our service on the graph that was built in `state`; yields its URL."""
    port = _free_port()
    environment = {f"SENRYAKU_{name.upper()}": value for name, value in settings.items()}
    command = [str(_program("senryaku")), "serve", "--port", str(port), *options]
    with _running(command, port, "/health", SENRYAKU_STATE_DIR=str(state), **environment) as url:
        yield url


@contextmanager
def oxigraph(data: Path | None, location: Path | None) -> Iterator[str]:
    """`oxigraph serve` on a file of N-Quads, on disk at `location` or in memory.

    Without `data` it serves what is there.
    """
    port = _free_port()
    where = [] if location is None else ["--location", str(location)]
    program = str(_program("oxigraph"))
    if location is not None and data is not None:
        load_oxigraph(data, location)
        subprocess.run([program, "optimize", *where], check=True, capture_output=True)
    command = [program, "serve", *where, "--bind", f"127.0.0.1:{port}"]
    with _running(command, port, "/query?query=ASK%7B%7D") as url:
        if location is None and data is not None:
            headers = {"Content-Type": "application/n-quads"}
            body = data.read_bytes()
            # the address is that of a server which this program has started
            post = urllib.request.Request(f"{url}/store", body, headers)  # noqa: S310
            urllib.request.urlopen(post).close()  # noqa: S310
        yield url


def load_oxigraph(data: Path, location: Path) -> None:
    """Load a file into a store of `oxigraph serve`."""
    load = [str(_program("oxigraph")), "load", "--location", str(location), "--file", str(data)]
    subprocess.run(load, check=True, capture_output=True)


@contextmanager
def rdflib_endpoint(data: Path) -> Iterator[str]:
    """rdflib-endpoint on a file of N-Quads: two processes, as many as we have readers in a lane."""
    port = _free_port()
    command = [sys.executable, "-c", _RDFLIB, str(data), str(port)]
    with _running(command, port, "/sparql?query=ASK%7B%7D") as url:
        yield url


def _program(name: str) -> Path:
    return Path(sys.executable).with_name(name)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: Sequence[str], port: int, path: str, **environment: str) -> Iterator[str]:
    url = f"http://127.0.0.1:{port}"
    settings: Mapping[str, str] = os.environ | environment
    server = subprocess.Popen(
        command,
        env=settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(server, url + path)
        yield url
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def _wait(server: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + _START_SECONDS
    while True:
        try:
            # as above
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if server.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return
