"""The RDF dataset of a query: the store's own, or one that its FROM clauses or its request choose.

A merge of several graphs holds each triple once. The engine returns it once for each graph that
holds it, so that counts and sums are wrong; here the merge is made as a store of its own, and kept
for the next query over the same graphs. A reader process uses this module.
"""

import re
from collections import OrderedDict
from typing import NamedTuple, TypedDict

import pyoxigraph as ox

from kg.store.iris import named_iris
from kg.store.journal import Position

_FROM = re.compile(r"FROM|\\", re.IGNORECASE)
MERGED = ""
"""Name of the default graph of a merge."""
_KEPT = 2
"""Merges that a reader keeps: each is a copy of the graphs in it."""


class Chosen(NamedTuple):
    """IRIs of the graphs that make up the default graph, and those of the named graphs."""

    default: tuple[str, ...]
    named: tuple[str, ...]


def chosen_by(query: str, base: str) -> Chosen | None:
    """Graphs after FROM and FROM NAMED, relative ones below `base`; None without them."""
    # an escaped letter has a backslash
    if not _FROM.search(query):
        return None
    default, named = [], []
    for use in named_iris(query, base):
        if use.after == "FROM":
            default.append(use.iri)
        elif use.after == "NAMED":
            named.append(use.iri)
    return Chosen(tuple(default), tuple(named)) if default or named else None


class Graphs(TypedDict, total=False):
    """Arguments of the engine's `query` that choose a dataset."""

    default_graph: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph]
    named_graphs: list[ox.NamedNode | ox.BlankNode]


def graphs_of(chosen: Chosen | None) -> Graphs:
    """The arguments for a dataset; none for that of the store or text.

    MERGED as the default graph stands for that of the store itself.
    """
    if chosen is None:
        return {}
    return {
        "default_graph": [
            ox.DefaultGraph() if g == MERGED else ox.NamedNode(g) for g in chosen.default
        ],
        "named_graphs": [ox.NamedNode(graph) for graph in chosen.named],
    }


class Merges:
    """Stores that hold the merge of several graphs of another store."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Chosen, Position], ox.Store] = OrderedDict()

    def of(self, engine: ox.Store, chosen: Chosen, position: Position) -> ox.Store:
        """A store whose dataset is the chosen one; `position` is that of `engine`."""
        key = (chosen, position)
        if key not in self._kept:
            self._kept[key] = _merge(engine, chosen)
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]


def _merge(engine: ox.Store, chosen: Chosen) -> ox.Store:
    merged = ox.Store()
    for graph in dict.fromkeys(chosen.default):
        quads = engine.quads_for_pattern(None, None, None, ox.NamedNode(graph))
        merged.extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    for graph in dict.fromkeys(chosen.named):
        merged.extend(engine.quads_for_pattern(None, None, None, ox.NamedNode(graph)))
    return merged
