"""Trying a write: what it would change is found out on a copy that ends with its process.

The engine does not say what an update changed, so the graphs that it may write are compared before
and after; only INSERT DATA and DELETE DATA say it themselves. A graph that is too large for that is
dropped or replaced as a whole. A reader process uses this module.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import pyoxigraph as ox

from kg.errors import (
    DatasetConflict,
    GraphMissing,
    GraphNotNamed,
    QuerySyntaxError,
    UpdateFailed,
)
from kg.nearest import nearest_name
from kg.store.changes import (
    Change,
    Content,
    apply_rows,
    compare,
    compose,
    count,
    holds_more,
    read_content,
)
from kg.store.complexity import QueryLimits
from kg.store.datasets import Chosen
from kg.store.evaluation import syntax_error
from kg.store.guard import check_update
from kg.store.nesting import check_lines
from kg.store.replica import Replica
from kg.store.updates import Step, update_steps, update_targets, with_using, without_loads
from kg.store.uploads import UploadLimits, parse_upload

_NOTHING = frozenset[bytes]()


def try_update(
    replica: Replica, text: str, using: Chosen | None, limits: QueryLimits, compared: int
) -> Change:
    """Carry out an update and return its change.

    `using` is the dataset of the request for its WHERE clauses, `compared` the number of statements
    that a graph may have which an operation other than INSERT DATA and DELETE DATA writes.
    Raises `QuerySyntaxError`, `QueryRefused`, `DatasetConflict`, `UpdateFailed`, `GraphNotNamed`,
    `GraphTooLarge`; `OSError` where a store on disk cannot be written to.
    """
    check_update(text, limits)
    text = without_loads(text)
    try:
        return _try_steps(replica, text if using is None else with_using(text, using), compared)
    except (SyntaxError, DatasetConflict, GraphNotNamed, QuerySyntaxError) as error:
        # whatever else is wrong; its place in the whole text, not in a part
        _check_syntax(replica, text)
        if isinstance(error, SyntaxError):
            raise UpdateFailed(detail=str(error)) from None
        raise


def _try_steps(replica: Replica, text: str, compared: int) -> Change:
    """Carry out one operation after the other; raises `SyntaxError` too."""
    base = replica.source.base or ""
    steps = update_steps(text, base=base)
    if steps is None:
        steps = [Step(text, update_targets(text, base=base), None, text)]
    if len(steps) > 1 and "_:" in text:
        # two operations may not name the same blank node, which none of them alone shows
        _check_syntax(replica, text)
    targets = {graph for step in steps for graph in step.targets or ()}
    # before anything is evaluated, as a large default graph takes its time to compare
    _checked(replica, Change((), (), (), (), (), tuple(targets)))
    try:
        change = compose(_carried_out(replica, steps, compared))
    except OSError as error:
        if replica.source.writable:
            # its disk is full, which is no fault of the update
            raise
        raise UpdateFailed(detail=str(error)) from None
    return _checked(replica, replace(change, targets=tuple(sorted(targets))))


@dataclass(frozen=True)
class Upload:
    """RDF for a graph ("" is the default graph): bytes, media type, base of relative IRIs."""

    graph: str
    body: bytes
    media: str
    base: str


def try_upload(replica: Replica, upload: Upload, limits: UploadLimits, *, add: bool) -> Change:
    """Read RDF as the new content of a graph, or with `add` as more of it; return the change.

    A graph with more statements than are compared is replaced as a whole. Raises `UploadInvalid`,
    `UploadRefused`, `UploadTooLarge`, `GraphNotNamed`.
    """
    name = ox.NamedNode(upload.graph) if upload.graph else ox.DefaultGraph()
    draft = ox.Store()
    read = parse_upload(upload.body, upload.media, upload.base, limits)
    draft.extend(ox.Quad(quad.subject, quad.predicate, quad.object, name) for quad in read)
    if upload.graph:
        # an empty graph is one too
        draft.add_graph(ox.NamedNode(upload.graph))
    if add:
        change = _insertion(replica.engine, draft)
    elif holds_more(replica.engine, name, limits.compared):
        change = _replacement(replica.engine, name, draft)
    else:
        limit = limits.compared
        before = read_content(replica.engine, [upload.graph], limit)
        # what came in is bounded already
        change = compare(before, read_content(draft, [upload.graph], len(draft)))
    return _checked(replica, replace(change, targets=(upload.graph,)))


def try_drop(replica: Replica, graph: str, compared: int) -> Change:
    """Remove a graph and return the change; one of more than `compared` statements as a whole.

    Raises `GraphMissing`, `GraphNotNamed`.
    """
    name = ox.NamedNode(graph) if graph else ox.DefaultGraph()
    if holds_more(replica.engine, name, compared):
        dropped = (graph,) if graph else ()
        return _checked(replica, replace(_emptied(replica.engine, name), dropped=dropped))
    before = read_content(replica.engine, [graph], compared)
    if graph not in before.graphs:
        graphs = [g.value for g in replica.engine.named_graphs()]
        raise GraphMissing(graph=graph, nearest=nearest_name(graph, graphs))
    after = Content() if graph else Content({"": _NOTHING})
    return _checked(replica, replace(compare(before, after), targets=(graph,)))


def _check_syntax(replica: Replica, text: str) -> None:
    """Raise `QuerySyntaxError` with the place in the whole text, if the whole has an error.

    The engine reads all of a text before it carries out any of it.
    """
    try:
        ox.Store().update(text, base_iri=replica.source.base)
    except SyntaxError as error:
        raise syntax_error(text, str(error), replica.source.prefixes, update=True) from None
    except (RuntimeError, OSError, ValueError):
        # of the empty store; what the real one says comes next
        return


def _carried_out(replica: Replica, steps: Iterable[Step], compared: int) -> Iterator[Change]:
    layout = replica.source.layout
    for step in steps:
        change = _carry_out(replica.engine, step, replica.source.base, compared)
        # the union that the next step sees
        apply_rows(replica.engine, change.rows(), layout)
        yield change


def _carry_out(engine: ox.Store, step: Step, base: str | None, compared: int) -> Change:
    if step.data is not None:
        draft = ox.Store()
        if step.data == "DELETE":
            # it may not say all that INSERT DATA may
            _update(draft, step.text, base)
        _update(draft, step.inserted, base)
        return _insertion(engine, draft) if step.data == "INSERT" else _deletion(engine, draft)
    before = read_content(engine, step.targets, compared)
    _update(engine, step.text, base)
    return compare(before, read_content(engine, step.targets, compared))


def _update(engine: ox.Store, text: str, base: str | None) -> None:
    try:
        engine.update(text, base_iri=base)
    except (RuntimeError, ValueError) as error:
        raise UpdateFailed(detail=str(error)) from None


def _insertion(engine: ox.Store, draft: ox.Store) -> Change:
    """The change that adds all of `draft`."""
    new = [quad for quad in draft if quad not in engine]
    created = [g for g in draft.named_graphs() if not engine.contains_named_graph(g)]
    graphs = {_name(quad.graph_name) for quad in new} | {graph.value for graph in created}
    return Change(_lines(new), (), tuple(g.value for g in created), (), tuple(sorted(graphs)))


def _deletion(engine: ox.Store, draft: ox.Store) -> Change:
    """The change that removes all of `draft`."""
    gone = [quad for quad in draft if quad in engine]
    graphs = {_name(quad.graph_name) for quad in gone}
    return Change((), _lines(gone), (), (), tuple(sorted(graphs)))


def _replacement(
    engine: ox.Store, graph: ox.NamedNode | ox.DefaultGraph, draft: ox.Store
) -> Change:
    """The change that puts all of `draft` in the place of a graph that is too large to compare."""
    kept = sum(quad in engine for quad in draft)
    return replace(_emptied(engine, graph), added=_lines(list(draft)), kept=kept)


def _emptied(engine: ox.Store, graph: ox.NamedNode | ox.DefaultGraph) -> Change:
    name = _name(graph)
    gone = count(engine, graph)
    return Change((), (), (), (), (name,), targets=(name,), emptied=(name,), gone=gone)


def _lines(quads: list[ox.Quad]) -> tuple[bytes, ...]:
    text = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
    return tuple(sorted(text.splitlines(keepends=True)))


def _name(graph: ox.NamedNode | ox.BlankNode | ox.DefaultGraph) -> str:
    return "" if isinstance(graph, ox.DefaultGraph) else graph.value


def _checked(replica: Replica, change: Change) -> Change:
    if replica.source.layout.union and "" in (*change.graphs, *change.targets):
        raise GraphNotNamed
    # operations can nest terms that no text nests
    check_lines(change.added)
    return change
