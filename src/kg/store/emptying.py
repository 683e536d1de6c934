"""Emptying large graphs whole: an entry of the journal names them, and no statement of them.

To take out ten million statements one by one costs the engine more time and memory than there is;
on disk it holds them all in one transaction. So all that stays is copied to a new store, which
takes the place of the old one. A reader process uses this module.
"""

import shutil
from collections.abc import Collection
from pathlib import Path

import pyoxigraph as ox

from kg.store.changes import Layout, in_union

_NEW = "emptied"


def emptied(store: ox.Store, graphs: Collection[str], layout: Layout) -> ox.Store:
    """A store in memory with all that another one holds but the statements of some graphs."""
    new = ox.Store()
    _copy(store, new, graphs, layout)
    return new


def empty_on_disk(folder: Path, graphs: Collection[str], layout: Layout) -> None:
    """The same for a store on disk that nobody has open; raises `OSError`."""
    new = folder.with_name(_NEW)
    source, target = ox.Store.read_only(str(folder)), ox.Store(new)
    _copy(source, target, graphs, layout)
    target.flush()
    # closes them
    del source, target
    shutil.rmtree(folder)
    new.rename(folder)


def _copy(source: ox.Store, target: ox.Store, without: Collection[str], layout: Layout) -> None:
    for graph in source.named_graphs():
        # an empty graph is one too
        target.add_graph(graph)
        if graph.value not in without:
            quads = source.quads_for_pattern(None, None, None, graph)
            target.bulk_extend(in_union(quads, layout))
    if not layout.union and "" not in without:
        target.bulk_extend(source.quads_for_pattern(None, None, None, ox.DefaultGraph()))
