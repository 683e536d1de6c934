"""Our service under load, beside `oxigraph serve` and rdflib-endpoint: same data, same queries."""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from math import exp, log
from pathlib import Path
from statistics import fmean

from bench import deadline, peers, workload
from bench.load import LoadFailed, Rate, drive, get
from bench.workload import Case
from kg.namespaces import NAMES
from kg.pipeline.building import write_graph
from kg.pipeline.project import find_project, wording_file
from kg.store.snapshot import read_snapshot

PLAIN, KEPT = "ours", "ours, kept answers"
DISK, MEMORY, RDFLIB = "oxigraph serve", "oxigraph serve, in memory", "rdflib-endpoint"
COLUMNS = (PLAIN, KEPT, DISK, MEMORY, RDFLIB)
_WORKERS = "2"
_ONE_ADDRESS = {"queries_at_once": "64", "query_seconds": "100000"}
"""All load comes from one address, which is a single client to us; peers know no such limit."""
_PATHS = {DISK: "/query?", MEMORY: "/query?", RDFLIB: "/sparql?"}


@dataclass(frozen=True)
class Row:
    """One query: requests for each second, by server."""

    case: Case
    rates: Mapping[str, float]


@dataclass(frozen=True)
class Service:
    """All figures: a row for each query of both lanes, milliseconds of a 304 (medians).

    `beyond` are the seconds beyond a deadline until a killed reader is replaced.
    """

    free: Sequence[Row]
    trusted: Sequence[Row]
    unchanged: Sequence[float]
    beyond: Sequence[float]


def ratio(rows: Sequence[Row], ours: str, peer: str, kind: str | None = None) -> float:
    """Geometric mean of the ratios of throughput, of all rows or those of a kind."""
    chosen = [row.rates for row in rows if kind in {None, row.case.kind}]
    return exp(fmean(log(rates[ours] / rates[peer]) for rates in chosen))


def measure(rounds: int = 2) -> Service:
    """Ask all servers in turn, query by query, so that the machine's mood hits them alike."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = stack.enter_context(_servers(folder))
        free = [_row(case, urls, COLUMNS, rounds) for case in workload.free()]
        canned = (PLAIN, KEPT, DISK, MEMORY)
        trusted = [_row(case, urls, canned, rounds) for case in workload.trusted()]
        unchanged = [_unchanged(case, urls[KEPT]) for case in workload.free()]
        beyond = deadline.measure(folder)
    return Service(free, trusted, unchanged, beyond)


@contextmanager
def _servers(folder: Path) -> Iterator[Mapping[str, str]]:
    with ExitStack() as stack:
        snapshot, _ = write_graph(find_project(), folder, NAMES, wording=wording_file(folder))
        data = folder / "graph.nq"
        data.write_bytes(b"".join(_lines(snapshot)))
        yield {
            PLAIN: stack.enter_context(_ours(folder, cache_bytes="0")),
            KEPT: stack.enter_context(_ours(folder)),
            DISK: stack.enter_context(peers.oxigraph(data, folder / "oxigraph")),
            MEMORY: stack.enter_context(peers.oxigraph(data, None)),
            RDFLIB: stack.enter_context(peers.rdflib_endpoint(data)),
        }


def _ours(folder: Path, **settings: str) -> AbstractContextManager[str]:
    return peers.senryaku(folder, "--workers", _WORKERS, **_ONE_ADDRESS, **settings)


def _lines(snapshot: Path) -> Iterator[bytes]:
    for quad in read_snapshot(snapshot):
        yield f"{quad} .\n".encode()


def _row(case: Case, urls: Mapping[str, str], columns: Sequence[str], rounds: int) -> Row:
    print(f"  {case.name}", file=sys.stderr)
    addresses = {name: urls[name] + _address(case, name) for name in columns}
    headers = {"Accept": case.accept}
    counts = {name: case.count(get(url, headers)[0]) for name, url in addresses.items()}
    if len(set(counts.values())) != 1:
        msg = f"{case.name}: different answers: {counts}"
        raise LoadFailed(msg)
    laps: dict[str, list[float]] = {name: [] for name in columns}
    for _ in range(rounds):
        for name, url in addresses.items():
            laps[name].append(drive(url, headers, seconds=1).requests)
    return Row(case, {name: fmean(rates) for name, rates in laps.items()})


def _address(case: Case, server: str) -> str:
    return _PATHS[server] + case.query if server in _PATHS else case.path


def _unchanged(case: Case, url: str) -> float:
    """Median milliseconds of a request of one client that has the answer already."""
    accept = {"Accept": case.accept}
    _, headers = get(url + case.path, accept)
    asked = {**accept, "If-None-Match": headers["etag"]}
    rate: Rate = drive(url + case.path, asked, seconds=1, connections=1)
    return rate.latency
