"""Changes of the store: what a write would change, and carrying it out.

A change is written as rows (`kg.store.journal`). They name the graphs that people write to; the
union in the default graph follows by itself where the store has one. A reader process uses this
module.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, cast

import pyoxigraph as ox

from kg.errors import GraphTooLarge
from kg.store.bodies import OnBytes, bodies_of, load_body

_DEFAULT = ox.DefaultGraph()
_T = TypeVar("_T")
EMPTIED = b"E "
"""What the row of a graph begins with that loses all that it holds; such rows come first."""
_NO_NAME = b"DEFAULT"
_Graph = ox.NamedNode | ox.BlankNode | ox.DefaultGraph


@dataclass(frozen=True)
class Layout:
    """Which graphs make up the default graph.

    With `union` it holds every triple of the named graphs except those in `outside`; else it is a
    graph like the others.
    """

    union: bool
    outside: frozenset[str] = frozenset()

    def joins(self, graph: _Graph) -> bool:
        """Whether the triples of `graph` are in the default graph too."""
        return (
            self.union
            and not isinstance(graph, ox.DefaultGraph)
            and graph.value not in self.outside
        )


@dataclass(frozen=True)
class Content:
    """Graphs of a store with their statements, as N-Quads lines."""

    graphs: dict[str, frozenset[bytes]] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """What a write changes: N-Quads lines, and names of graphs ("" is the default graph).

    `targets` are graphs that it asks to change, whether or not anything in them does. Of a graph
    that is `emptied` as a whole the statements are not among `removed`: `gone` is their number, and
    `kept` that of those which come again at once.
    """

    added: tuple[bytes, ...]
    removed: tuple[bytes, ...]
    created: tuple[str, ...]
    dropped: tuple[str, ...]
    graphs: tuple[str, ...]
    targets: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
    gone: int = 0
    kept: int = 0

    def summary(self) -> dict[str, object]:
        """What changed, without the statements."""
        return {
            "graphs": self.graphs,
            "targets": self.targets,
            "created": self.created,
            "dropped": self.dropped,
            "added": len(self.added) - self.kept,
            "removed": len(self.removed) + self.gone - self.kept,
        }

    def rows(self) -> bytes:
        """As rows of the journal: what goes, then what comes."""
        return b"".join(
            (
                *(EMPTIED + _written(name) + b" .\n" for name in self.emptied),
                *(b"D " + line for line in self.removed),
                *(b"DG <" + name.encode() + b"> .\n" for name in self.dropped),
                *(b"AG <" + name.encode() + b"> .\n" for name in self.created),
                *(b"A " + line for line in self.added),
            )
        )


def emptied_by(rows: bytes) -> frozenset[str]:
    """The graphs that the rows of an entry empty as a whole; "" is the default graph."""
    found = set()
    while rows.startswith(EMPTIED):
        line, _, rows = rows.partition(b"\n")
        name = line.removeprefix(EMPTIED).removesuffix(b" .")
        found.add("" if name == _NO_NAME else name[1:-1].decode())
    return frozenset(found)


def _written(graph: str) -> bytes:
    return f"<{graph}>".encode() if graph else _NO_NAME


def read_content(store: ox.Store, graphs: Iterable[str] | None, limit: int) -> Content:
    """Content of the graphs of those names, or with None of all; "" is the default graph.

    Raises `GraphTooLarge` for a graph of more than `limit` statements, before it takes memory.
    """
    there = {graph.value: graph for graph in store.named_graphs()}
    names = (
        ["", *there] if graphs is None else [name for name in graphs if not name or name in there]
    )
    return Content({name: _lines(store, there.get(name, _DEFAULT), limit) for name in names})


def compare(before: Content, after: Content) -> Change:
    """Return what turns the one into the other."""
    names = sorted({*before.graphs, *after.graphs})
    added: list[bytes] = []
    removed: list[bytes] = []
    changed: list[str] = []
    nothing: frozenset[bytes] = frozenset()
    for name in names:
        old, new = before.graphs.get(name, nothing), after.graphs.get(name, nothing)
        if old != new or (name in before.graphs) != (name in after.graphs):
            changed.append(name)
        removed += sorted(old - new)
        added += sorted(new - old)
    named_before, named_after = {*before.graphs} - {""}, {*after.graphs} - {""}
    return Change(
        added=tuple(added),
        removed=tuple(removed),
        created=tuple(sorted(named_after - named_before)),
        dropped=tuple(sorted(named_before - named_after)),
        graphs=tuple(changed),
    )


def compose(changes: Iterable[Change]) -> Change:
    """Return the one change that several make, one after the other."""
    added: dict[bytes, None] = {}
    removed: dict[bytes, None] = {}
    created: dict[str, None] = {}
    dropped: dict[str, None] = {}
    targets: dict[str, None] = {}
    graphs: dict[str, None] = {}
    for change in changes:
        _undo_or_do(change.removed, added, removed)
        _undo_or_do(change.dropped, created, dropped)
        _undo_or_do(change.created, dropped, created)
        _undo_or_do(change.added, removed, added)
        targets |= dict.fromkeys(change.targets)
        graphs |= dict.fromkeys(change.graphs)
    return Change(
        added=tuple(added),
        removed=tuple(removed),
        created=tuple(created),
        dropped=tuple(dropped),
        graphs=tuple(graphs),
        targets=tuple(targets),
    )


def _undo_or_do(items: Iterable[_T], undoes: dict[_T, None], does: dict[_T, None]) -> None:
    for item in items:
        if item in undoes:
            del undoes[item]
        else:
            does[item] = None


def carry_out(
    store: ox.Store,
    rows: bytes,
    layout: Layout,
    journal: Path,
    on_bytes: OnBytes = lambda _: None,
) -> None:
    """Carry out an entry of the journal in a folder, but for graphs that it empties as a whole.

    Those are emptied before (`kg.store.emptying`). Raises `StorageDamaged`, `OSError`.
    """
    bodies = bodies_of(rows)
    for body in bodies:
        name = ox.NamedNode(body.graph) if body.graph else _DEFAULT
        targets = [name, _DEFAULT] if layout.joins(name) else [name]
        load_body(store, body, journal, targets, on_bytes)
    if not bodies:
        apply_rows(store, rows, layout)


def apply_rows(store: ox.Store, rows: bytes, layout: Layout) -> None:
    """Carry out the rows of a change, but for graphs that it empties as a whole."""
    by_action: dict[bytes, list[bytes]] = {}
    for line in rows.splitlines(keepends=True):
        action, _, statement = line.partition(b" ")
        by_action.setdefault(action, []).append(statement)
    dropped = [_named(statement) for statement in by_action.get(b"DG", ())]
    for graph in dropped:
        store.remove_graph(graph)
    _remove(store, by_action.get(b"D", ()), layout, dropped)
    for statement in by_action.get(b"AG", ()):
        store.add_graph(_named(statement))
    _add(store, by_action.get(b"A", ()), layout)


def _remove(
    store: ox.Store, lines: Iterable[bytes], layout: Layout, dropped: Iterable[ox.NamedNode]
) -> None:
    """Remove statements; those of `dropped` are only left in the union, where there is one."""
    ends = tuple(f" <{graph.value}> .\n".encode() for graph in dropped)
    if ends and not layout.union:
        lines = [line for line in lines if not line.endswith(ends)]
    for quad in _quads(lines):
        store.remove(quad)
        if layout.joins(quad.graph_name) and not _stays(store, quad, layout):
            store.remove(ox.Quad(quad.subject, quad.predicate, quad.object))


def _add(store: ox.Store, lines: Sequence[bytes], layout: Layout) -> None:
    if any(b"_:" in line for line in lines):
        # the engine would give blank nodes other labels
        store.extend(in_union(_quads(lines), layout))
    elif lines:
        # one transaction, during which the interpreter can do something else
        text = b"".join((*lines, *_joining(lines, layout)))
        store.load(text, ox.RdfFormat.N_QUADS, lenient=True)


def _joining(lines: Iterable[bytes], layout: Layout) -> Iterator[bytes]:
    """The statements that are in the union too, as statements of the default graph."""
    if layout.union:
        # each names its graph, as nobody writes to a union
        outside = tuple(f" <{name}> .\n".encode() for name in layout.outside)
        for line in lines:
            if not line.endswith(outside):
                yield line[: line.rindex(b" <")] + b" .\n"


def _stays(store: ox.Store, quad: ox.Quad, layout: Layout) -> bool:
    """Whether another graph of the union says the same."""
    others = store.quads_for_pattern(quad.subject, quad.predicate, quad.object)
    return any(layout.joins(other.graph_name) for other in others)


def in_union(quads: Iterable[ox.Quad], layout: Layout) -> Iterator[ox.Quad]:
    """Yield quads, each with its twin in the default graph where that is a union."""
    for quad in quads:
        yield quad
        if layout.joins(quad.graph_name):
            yield ox.Quad(quad.subject, quad.predicate, quad.object)


def _quads(lines: Iterable[bytes]) -> Iterator[ox.Quad]:
    return iter(ox.parse(b"".join(lines), ox.RdfFormat.N_QUADS, lenient=True))


def _named(statement: bytes) -> ox.NamedNode:
    return ox.NamedNode(statement.decode().strip()[1:-3])


def _lines(store: ox.Store, graph: _Graph, limit: int) -> frozenset[bytes]:
    _check_size(store, graph, limit)
    end = b"" if isinstance(graph, ox.DefaultGraph) else f" {graph} .\n".encode()
    dump = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph) or b""
    lines = dump.splitlines(keepends=True)
    return (
        frozenset(line.removesuffix(b" .\n") + end for line in lines) if end else frozenset(lines)
    )


def holds_more(store: ox.Store, graph: _Graph, limit: int) -> bool:
    """Whether a graph has more than `limit` statements; the engine counts without terms."""
    ask = f"ASK {{ SELECT * {{ ?s ?p ?o }} OFFSET {limit} LIMIT 1 }}"
    return bool(store.query(ask, default_graph=graph))


def count(store: ox.Store, graph: _Graph) -> int:
    """Number of the statements of a graph; ten million take some seconds."""
    result = store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", default_graph=graph)
    # as any SELECT has
    (row,) = cast("ox.QuerySolutions", result)
    return int(row["n"].value)


def _check_size(store: ox.Store, graph: _Graph, limit: int) -> None:
    """Raise `GraphTooLarge` for more than `limit` statements."""
    if holds_more(store, graph, limit):
        name = "DEFAULT" if isinstance(graph, ox.DefaultGraph) else graph.value
        raise GraphTooLarge(graph=name, limit=limit)
