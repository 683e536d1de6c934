"""How large the graphs are, and which classes and properties they use: computed by queries."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from api.graphs import graph_names
from api.service import JsonTerm, Service

_TOTALS = """SELECT %(key)s (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?subjects)
    (COUNT(DISTINCT ?o) AS ?objects)
{ %(pattern)s } %(group)s"""
_CLASSES = """SELECT %(key)s ?class (COUNT(DISTINCT ?s) AS ?entities)
    (MIN(IF(isIRI(?s), STR(?s), "~")) AS ?example)
{ %(pattern)s FILTER(isIRI(?class)) } GROUP BY %(key)s ?class ORDER BY ?class"""
_PROPERTIES = """SELECT %(key)s ?p (COUNT(*) AS ?triples)
{ %(pattern)s } GROUP BY %(key)s ?p ORDER BY ?p"""
_DEFAULT = {"key": "", "group": ""}
_NAMED = {"key": "?graph", "group": "GROUP BY ?graph"}


@dataclass
class Counts:
    """Of one graph: `classes` maps a class to its entities, `properties` to their triples.

    `examples` maps a class to one of its entities.
    """

    triples: int = 0
    subjects: int = 0
    objects: int = 0
    classes: dict[str, int] = field(default_factory=dict)
    properties: dict[str, int] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Statistics:
    """Counts of the default graph, and of each named graph by its IRI."""

    default: Counts
    graphs: Mapping[str, Counts]


async def statistics(service: Service) -> Statistics:
    """Statistics of the data as they are now, computed once for each version of them.

    Raises what a reader pool raises; then the next caller tries again.
    """
    version, tasks = service.version, service.statistics
    if version not in tasks or _failed(tasks[version]):
        tasks.clear()
        tasks[version] = asyncio.ensure_future(_compute(service))
    # who goes away must not take it from those who wait too
    found = await asyncio.shield(tasks[version])
    if not isinstance(found, Statistics):
        raise TypeError(found)
    return found


def _failed(task: asyncio.Future[object]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


async def _compute(service: Service) -> Statistics:
    default, graphs = Counts(), {name: Counts() for name in await graph_names(service)}
    for query, triple, read in _QUERIES:
        for row in await service.rows(query % {**_DEFAULT, "pattern": triple}):
            read(default, row)
        for row in await service.rows(query % {**_NAMED, "pattern": _in_graph(triple)}):
            # a graph may have come since, or have a blank node for a name
            if row["graph"]["value"] in graphs:
                read(graphs[row["graph"]["value"]], row)
    return Statistics(default, graphs)


def _in_graph(triple: str) -> str:
    return f"GRAPH ?graph {{ {triple} }}"


def _read_totals(counts: Counts, row: Mapping[str, JsonTerm]) -> None:
    counts.triples, counts.subjects, counts.objects = (
        int(row[name]["value"]) for name in ("triples", "subjects", "objects")
    )


def _read_class(counts: Counts, row: Mapping[str, JsonTerm]) -> None:
    name = row["class"]["value"]
    counts.classes[name] = int(row["entities"]["value"])
    counts.examples[name] = row["example"]["value"]


def _read_property(counts: Counts, row: Mapping[str, JsonTerm]) -> None:
    counts.properties[row["p"]["value"]] = int(row["triples"]["value"])


_QUERIES = (
    (_TOTALS, "?s ?p ?o", _read_totals),
    (_CLASSES, "?s a ?class", _read_class),
    (_PROPERTIES, "?s ?p ?o", _read_property),
)
"""Queries, the triples that they count, and what reads their rows."""
