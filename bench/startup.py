"""From `senryaku serve` to the first SPARQL answer, against the bare cost of its libraries."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from kg.namespaces import NAMES
from kg.pipeline.building import write_graph
from kg.pipeline.project import find_project, wording_file
from kg.store.snapshot import read_snapshot

QUERY = "SELECT (COUNT(*) AS ?n) WHERE { ?s a <https://w3id.org/jpstrat/def#Measure> }"
_BARE = """
import sys
import fastapi, uvicorn, typer, rich.progress, rdflib, jinja2, yaml, rapidfuzz, platformdirs
import pydantic_settings
import pyoxigraph
store = pyoxigraph.Store()
store.load(path=sys.argv[1], format=pyoxigraph.RdfFormat.N_QUADS, lenient=True)
list(store.query(sys.argv[2]))
"""


@dataclass(frozen=True)
class Startup:
    """Medians in seconds."""

    served: float
    bare: float

    @property
    def ratio(self) -> float:
        """How many times longer the service takes than its libraries and triples alone."""
        return self.served / self.bare


def measure(rounds: int = 7) -> Startup:
    """Alternate both, so that the machine's mood hits both alike."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        snapshot, _ = write_graph(find_project(), state, NAMES, wording=wording_file(state))
        quads = state / "graph.nq"
        read_snapshot(snapshot).dump(str(quads), format=_n_quads())
        served, bare = [], []
        for _ in range(rounds):
            bare.append(_run_bare(quads))
            served.append(_run_served(state))
    return Startup(median(served), median(bare))


def _n_quads() -> object:
    import pyoxigraph  # noqa: PLC0415  (the peer's engine, only here)

    return pyoxigraph.RdfFormat.N_QUADS


def _run_bare(quads: Path) -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", _BARE, str(quads), QUERY], check=True)
    return time.perf_counter() - begin


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run_served(state: Path) -> float:
    port = _free_port()
    url = f"http://127.0.0.1:{port}/sparql?" + urllib.parse.urlencode({"query": QUERY})
    command = Path(sys.executable).with_name("senryaku")
    environment = os.environ | {"SENRYAKU_STATE_DIR": str(state)}
    begin = time.perf_counter()
    server = subprocess.Popen(
        [command, "serve", "--port", str(port)], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                with urllib.request.urlopen(url, timeout=5) as answer:
                    answer.read()
                return time.perf_counter() - begin
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.005)
    finally:
        server.terminate()
        server.wait(timeout=10)
