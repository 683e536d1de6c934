"""Ten million triples on disk: our service beside `oxigraph serve`, same data, same queries.

Takes some ten minutes and 5 GB of disk: `python -m bench large`. TMPDIR says where the files go.
"""

# ruff: noqa: E501  (the page is text with long table rows)

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import psutil

from bench import linked_data, peers
from bench.load import get

HEADING = "## Large linked data"
DEFAULT_TRIPLES = 10_000_000
_MIB = 2**20
_ACCEPT = {"Accept": "application/sparql-results+json"}
_PREFIXES = (
    "PREFIX dct: <http://purl.org/dc/terms/> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
)
_REPORT = f"<{linked_data.BASE}report/4711>"
QUERIES: Mapping[str, str] = {
    "point look-up": f"SELECT ?p ?o {{ {_REPORT} ?p ?o }}",
    "look-up by a value": 'SELECT ?r { ?r dct:identifier "R-000004711" }',
    "join": f"SELECT ?r ?n {{ {_REPORT} dct:creator ?a . ?r dct:creator ?a ; skos:prefLabel ?n }} ORDER BY ?r ?n",
    "count of a class": f"SELECT (COUNT(?r) AS ?n) {{ ?r a <{linked_data.BASE}Report> }}",
    "aggregate by subject": "SELECT ?s (COUNT(?r) AS ?n) { ?r dct:subject ?s } GROUP BY ?s ORDER BY DESC(?n) ?s",
    "sort and limit": f"SELECT ?r ?d {{ ?r dct:subject <{linked_data.BASE}subject/7> ; dct:issued ?d }} ORDER BY DESC(?d) ?r LIMIT 20",
    "sort of a twentieth": f"SELECT ?r ?d {{ ?r dct:publisher <{linked_data.BASE}organisation/0> ; dct:issued ?d }} ORDER BY ?d ?r LIMIT 10",
}


@dataclass(frozen=True)
class Server:
    """Figures of one server: seconds to load and to its first answer, bytes on disk, bytes of
    memory of the process that answers (PSS) before and after the queries, milliseconds of queries
    (medians).
    """

    load: float
    start: float
    disk: int
    idle: int
    used: int
    times: Mapping[str, float]


@dataclass(frozen=True)
class Large:
    """Figures of both on the same data."""

    triples: int
    ours: Server
    peer: Server


def measure(triples: int = DEFAULT_TRIPLES) -> Large:
    """Generate the data, load them into both, and ask both."""
    with tempfile.TemporaryDirectory(prefix="bench-large-") as name:
        folder = Path(name)
        data = folder / "data.nt"
        _say("generating")
        with data.open("wb") as file:
            file.writelines(linked_data.write_reports(triples // linked_data.TRIPLES))
        return Large(triples, _ours(data, folder), _peer(data, folder))


def _ours(data: Path, folder: Path) -> Server:
    state, store = folder / "state", folder / "store"
    settings = {
        "SENRYAKU_STATE_DIR": str(state),
        "SENRYAKU_STORE": str(store),
        "SENRYAKU_CACHE_BYTES": "0",
        "SENRYAKU_QUERY_TIMEOUT": "600",
    }
    program = Path(sys.executable).with_name("senryaku")
    _say("senryaku store load")
    begin = time.perf_counter()
    command = [str(program), "store", "load", "--no-data", str(data)]
    subprocess.run(command, check=True, env=os.environ | settings, stderr=subprocess.DEVNULL)
    load = time.perf_counter() - begin
    _say("senryaku serve")
    names = {name.removeprefix("SENRYAKU_").lower(): value for name, value in settings.items()}
    del names["state_dir"]
    begin = time.perf_counter()
    with peers.senryaku(state, "--no-data", **names) as url:
        get(f"{url}/sparql?query=ASK%7B%7D", _ACCEPT)
        start = time.perf_counter() - begin
        with _memory("kg.store.forkserver") as memory:
            times = _ask(f"{url}/sparql?")
    return Server(load, start, _size(store), *memory, times)


def _peer(data: Path, folder: Path) -> Server:
    store = folder / "oxigraph"
    _say("oxigraph load")
    begin = time.perf_counter()
    peers.load_oxigraph(data, store)
    load = time.perf_counter() - begin
    _say("oxigraph serve")
    begin = time.perf_counter()
    with peers.oxigraph(None, store) as url:
        start = time.perf_counter() - begin
        with _memory("oxigraph") as memory:
            times = _ask(f"{url}/query?")
    return Server(load, start, _size(store), *memory, times)


def _ask(url: str) -> Mapping[str, float]:
    """Milliseconds of each query: the median of as many rounds as fit into some seconds."""
    found = {}
    for name, query in QUERIES.items():
        _say(f"  {name}")
        times: list[float] = []
        while not times or (len(times) < 50 and sum(times) < 2):
            begin = time.perf_counter()
            get(url + urlencode({"query": _PREFIXES + query}), _ACCEPT)
            times.append(time.perf_counter() - begin)
        found[name] = median(times) * 1000
    return found


@contextmanager
def _memory(word: str) -> Iterator[list[int]]:
    """Memory of the largest process with `word` in its command line, before and after the block."""
    found = [_largest(word)]
    yield found
    found.append(_largest(word))


def _largest(word: str) -> int:
    running = psutil.Process().children(recursive=True)
    return max(
        p.memory_full_info().pss for p in running if any(word in part for part in p.cmdline())
    )


def _size(folder: Path) -> int:
    files = {
        path.stat().st_ino: path.stat().st_size for path in folder.rglob("*") if path.is_file()
    }
    return sum(files.values())


def _say(what: str) -> None:
    print(f"{what} …", file=sys.stderr)


def section(found: Large) -> str:
    """The figures as a section of the report."""
    ours, peer = found.ours, found.peer
    head = [
        ("load (seconds)", ours.load, peer.load, 1),
        ("start to the first answer (seconds)", ours.start, peer.start, 2),
        ("store on disk (MiB)", ours.disk / _MIB, peer.disk / _MIB, 0),
        (
            "memory of the process that answers, idle (MiB, PSS)",
            ours.idle / _MIB,
            peer.idle / _MIB,
            0,
        ),
        ("the same after the queries", ours.used / _MIB, peer.used / _MIB, 0),
        *((f"{name} (ms)", ours.times[name], peer.times[name], 1) for name in QUERIES),
    ]
    rows = "\n".join(
        f"| {what} | {a:,.{n}f} | {b:,.{n}f} | {a / b:.2f} × |" for what, a, b, n in head
    )
    return f"""{HEADING}

{found.triples:,} generated triples in a store on disk (`python -m bench large`, some ten minutes, not part of `make bench`), in one run. Ours reads the file twice (it keeps a copy beside the journal) and checks every hash of the store when it starts; queries go through a sandboxed reader, without kept answers. Medians of single requests.

| what | ours | oxigraph serve | ratio |
| --- | --- | --- | --- |
{rows}
"""
