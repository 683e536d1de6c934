"""Whole graphs as files, beyond the limits of a query. A reader process uses this module."""

from collections.abc import Iterator, Mapping

import pyoxigraph as ox

from kg.errors import GraphMissing
from kg.nearest import nearest_name
from kg.store.changes import Layout
from kg.store.output import Capped
from kg.store.triples import TRIPLE_FORMATS, used_prefixes


def dump(
    store: ox.Store,
    graph: str | None,
    media: str,
    prefixes: Mapping[str, str],
    layout: Layout,
    *,
    size: int,
) -> bytes:
    """Write a graph ("" is the default one), or with None all that the store holds.

    All of a store with a union are its named graphs: the union follows from them. `media` is one of
    the media types of `TRIPLE_FORMATS`; N-Quads and TriG name the graph. Raises `GraphMissing`, and
    `ResultTooLarge` for more than `size` bytes.
    """
    format_ = TRIPLE_FORMATS[media]
    if graph is None:
        named = [quad for quad in store if not layout.union or quad.graph_name != _DEFAULT]
    else:
        named = list(_quads(store, graph))
    names_graphs = graph is None or format_ in _NAMING
    content = named if names_graphs else [quad.triple for quad in named]
    used = used_prefixes(prefixes, (quad.triple for quad in named))
    output = Capped(size)
    ox.serialize(content, output, format_, prefixes=used)
    body = output.getvalue()
    if format_ not in _PREFIXED:
        return body
    # the engine writes the declarations in a random order
    *declared, rest = body.split(b"\n", len(used))
    return b"\n".join([*sorted(declared), rest])


_DEFAULT = ox.DefaultGraph()
_PREFIXED = (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG)
_NAMING = (ox.RdfFormat.N_QUADS, ox.RdfFormat.TRIG)


def _quads(store: ox.Store, graph: str) -> Iterator[ox.Quad]:
    name = ox.NamedNode(graph) if graph else _DEFAULT
    if isinstance(name, ox.NamedNode) and not store.contains_named_graph(name):
        graphs = [g.value for g in store.named_graphs()]
        raise GraphMissing(graph=graph, nearest=nearest_name(graph, graphs))
    return store.quads_for_pattern(None, None, None, name)
