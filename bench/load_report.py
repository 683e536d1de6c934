"""The service under load as a section of the report."""

# ruff: noqa: E501  (the page is text with long table rows)

import os
from collections.abc import Sequence
from math import exp, log
from statistics import fmean, median

from bench.report import Goal
from bench.service import COLUMNS, DISK, KEPT, MEMORY, PLAIN, RDFLIB, Row, Service, ratio
from bench.workload import POINT

HEADING = "## The service under load"


def load_goals(found: Service) -> tuple[Goal, ...]:
    """What has a bound; `oxigraph serve` is the one with its store on disk."""
    free, trusted = found.free, found.trusted
    return (
        _goal("catalogue, without kept answers", trusted, PLAIN, DISK, bound=1.5),
        _goal("look-ups by the catalogue", trusted, PLAIN, DISK, bound=0.8, kind=POINT),
        _goal("visitors' SPARQL, without kept answers", free, PLAIN, DISK, bound=0.9),
        _goal("visitors' SPARQL, kept answers", free, KEPT, DISK, bound=10),
        _goal("visitors' SPARQL, without kept answers", free, PLAIN, RDFLIB, bound=8),
        _goal("visitors' SPARQL, kept answers", free, KEPT, RDFLIB, bound=100),
        _unchanged(found),
        _beyond(found),
    )


def _goal(
    what: str, rows: Sequence[Row], ours: str, peer: str, *, bound: float, kind: str | None = None
) -> Goal:
    chosen = [row.rates for row in rows if kind in {None, row.case.kind}]
    mine, theirs = (exp(fmean(log(rates[name]) for rates in chosen)) for name in (ours, peer))
    text = f"{what}; {peer} as peer"
    return Goal(text, mine, theirs, ratio(rows, ours, peer, kind), bound, at_least=True, unit="/s")


def _unchanged(found: Service) -> Goal:
    spent = median(found.unchanged)
    return Goal(
        "a 304, median of one client; a millisecond as peer",
        spent,
        1,
        spent,
        1,
        at_least=False,
        unit="ms",
    )


def _beyond(found: Service) -> Goal:
    longest = max(found.beyond)
    return Goal(
        f"beyond a deadline until the reader is replaced, longest of {len(found.beyond)}; a second as peer",
        longest,
        1,
        longest,
        0.25,
        at_least=False,
    )


def section(found: Service, load: float) -> str:
    """Goals, and the throughput of each query; `load` is the load average before the run."""
    goals = "\n".join(goal.row for goal in load_goals(found))
    return f"""{HEADING}

Requests for each second by wrk with eight connections; geometric means of {len(found.free)} queries of visitors and {len(found.trusted)} of the catalogue. The processors ({os.cpu_count()}) are shared by servers and client; the load average before the run was {load:.1f}. Goals are judged by `oxigraph serve` on disk; in memory it is shown beside. Ours runs with two HTTP processes and two readers for each in a lane, `oxigraph serve` with a thread for each processor, rdflib-endpoint with two processes. All load comes from one address, so what one client may ask is not limited in this run.

| what | ours | peer | ratio | goal | |
| --- | --- | --- | --- | --- | --- |
{goals}

Ratios to `oxigraph serve` in memory: catalogue {ratio(found.trusted, PLAIN, MEMORY):.2f} ×, visitors' SPARQL {ratio(found.free, PLAIN, MEMORY):.2f} ×, with kept answers {ratio(found.free, KEPT, MEMORY):.2f} ×.

| query | {" | ".join(COLUMNS)} |
| --- |{" --- |" * len(COLUMNS)}
{_rows(found.free)}
{_rows(found.trusted)}
"""


def _rows(rows: Sequence[Row]) -> str:
    return "\n".join(
        f"| {row.case.name} | {' | '.join(_rate(row, name) for name in COLUMNS)} |" for row in rows
    )


def _rate(row: Row, name: str) -> str:
    rate = row.rates.get(name)
    return "–" if rate is None else f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"
