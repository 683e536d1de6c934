"""The graphs of the store: which there are, and their whole content."""

from collections.abc import Iterable

from rdflib import URIRef

from api.contents import CONTENTS
from api.service import Service
from kg.errors import Both, DatasetGraphUnknown, GraphMissing, QueryRefused
from kg.model import Answer, QueryDataset
from kg.nearest import nearest_name

NQUADS, TRIG, NTRIPLES = "application/n-quads", "application/trig", "application/n-triples"
_NAMES = "SELECT ?graph { GRAPH ?graph {} } ORDER BY ?graph"
_EXISTS = "SELECT ?graph { GRAPH ?graph {} } LIMIT 1"
_TRIPLES = "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?graph { ?s ?p ?o } }"
_DEFAULT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


async def graph_names(service: Service) -> list[str]:
    """IRIs of the named graphs, sorted; graphs that a blank node names have none."""
    rows = await service.rows(_NAMES)
    return [row["graph"]["value"] for row in rows if row["graph"]["type"] == "uri"]


async def check_exists(service: Service, graph: str) -> None:
    """Raise `GraphMissing` with the nearest name when there is no such graph."""
    if not await service.rows(_EXISTS, {"graph": URIRef(graph)}):
        raise GraphMissing(
            graph=graph, nearest=_nearest(service, graph, await graph_names(service))
        )


async def check_dataset(service: Service, dataset: QueryDataset | None, names: str) -> None:
    """Refuse a dataset with a graph that there is not, which would look like an answer.

    `names` are the parameters that gave it, for the message. A plain SPARQL server has no such
    check: there an unknown graph is an empty one. Raises `DatasetGraphUnknown`, `QueryRefused`.
    """
    if dataset is None or service.plain:
        return
    base = str(service.names.graph(""))
    # to ask one of ours that this installation lacks is no mistake
    known = sorted({*await graph_names(service), *(base + name for name in CONTENTS)})
    for graph in (*dataset.default, *dataset.named):
        if graph in known:
            continue
        if not graph.startswith(base):
            raise QueryRefused(
                feature=f"{names}: <{graph}>",
                reason=Both(
                    f"使えるグラフは <{base}…> だけです。",
                    f"Only the graphs <{base}…> are available.",
                ),
            )
        expected = ", ".join(name.removeprefix(base) for name in known)
        near = _nearest(service, graph, known)
        raise DatasetGraphUnknown(parameter=names, graph=graph, expected=expected, nearest=near)


def _nearest(service: Service, graph: str, known: Iterable[str]) -> str | None:
    """The graph whose name is most like that of `graph`; what all have in common says nothing."""
    base = str(service.names.graph(""))
    by_name = {iri.removeprefix(base): iri for iri in known}
    near = nearest_name(graph.removeprefix(base), by_name)
    return near and by_name[near]


async def default_graph(service: Service, media_type: str) -> Answer:
    """Content of the default graph."""
    return await service.trusted.answer(_DEFAULT, [media_type])


async def dump(service: Service, graph: str | None, media_type: str) -> Answer:
    """Content of a graph, or of all named graphs as quads when `graph` is None.

    N-Quads and TriG name the graph. Raises `GraphMissing`, and what a reader pool raises.
    """
    if graph is not None:
        await check_exists(service, graph)
    if media_type not in {NQUADS, TRIG}:
        return await _triples(service, graph, media_type)
    graphs = await graph_names(service) if graph is None else [graph]
    parts = [_with_name(iri, media_type, await _triples(service, iri, NTRIPLES)) for iri in graphs]
    return Answer(b"".join(parts), media_type)


async def _triples(service: Service, graph: str | None, media_type: str) -> Answer:
    if graph is None:
        return await default_graph(service, media_type)
    return await service.trusted.answer(_TRIPLES, [media_type], {"graph": URIRef(graph)})


def _with_name(graph: str, media_type: str, triples: Answer) -> bytes:
    """N-Triples as N-Quads or TriG of one graph."""
    name = f"<{graph}>".encode()
    if media_type == TRIG:
        return name + b" {\n" + triples.body + b"}\n"
    lines = triples.body.splitlines(keepends=True)
    return b"".join(line.removesuffix(b" .\n") + b" " + name + b" .\n" for line in lines)
