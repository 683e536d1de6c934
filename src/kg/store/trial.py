"""Trying a write: what it would change is found out on a copy that ends with its process.

The engine does not say what an update changed, so the graphs that it may write are compared before
and after. A reader process uses this module.
"""

from dataclasses import dataclass, replace

import pyoxigraph as ox

from kg.errors import GraphMissing, GraphNotNamed, UpdateFailed
from kg.nearest import nearest_name
from kg.store.changes import Change, Content, compare, read_content
from kg.store.datasets import Chosen
from kg.store.evaluation import syntax_error
from kg.store.replica import Replica


def try_update(replica: Replica, text: str, using: Chosen | None) -> Change:
    """Carry out an update and return its change.

    `using` is the dataset of the request for its WHERE clauses. Raises `QuerySyntaxError`,
    `QueryRefused`, `UpdateFailed`, `GraphNotNamed`.
    """
    before = read_content(replica.engine, None)
    try:
        replica.engine.update(text, base_iri=replica.source.base)
    except SyntaxError as error:
        raise syntax_error(text, str(error), replica.source.prefixes, update=True) from None
    except (RuntimeError, OSError, ValueError) as error:
        raise UpdateFailed(detail=str(error)) from None
    return _checked(replica, compare(before, read_content(replica.engine, None)))


@dataclass(frozen=True)
class Upload:
    """RDF for a graph ("" is the default graph): bytes, media type, base of relative IRIs."""

    graph: str
    body: bytes
    media: str
    base: str


def try_upload(replica: Replica, upload: Upload, *, add: bool) -> Change:
    """Read RDF as the new content of a graph, or with `add` as more of it; return the change.

    Raises `UploadInvalid`, `UploadRefused`, `GraphNotNamed`.
    """
    graph = upload.graph
    name = ox.NamedNode(graph) if graph else ox.DefaultGraph()
    draft = ox.Store()
    draft.extend(
        ox.Quad(t.subject, t.predicate, t.object, name)
        for t in ox.parse(
            upload.body,
            ox.RdfFormat.from_media_type(upload.media),
            base_iri=upload.base,
            rename_blank_nodes=True,
        )
    )
    before = read_content(replica.engine, [graph])
    nothing = frozenset[bytes]()
    new = read_content(draft, [graph]).graphs.get(graph, nothing)
    kept = before.graphs.get(graph, nothing) if add else nothing
    return _checked(replica, _asked(compare(before, Content({graph: new | kept})), graph))


def try_drop(replica: Replica, graph: str) -> Change:
    """Remove a graph and return the change; raises `GraphMissing`, `GraphNotNamed`."""
    before = read_content(replica.engine, [graph])
    if graph not in before.graphs:
        graphs = [g.value for g in replica.engine.named_graphs()]
        raise GraphMissing(graph=graph, nearest=nearest_name(graph, graphs))
    after = Content() if graph else Content({"": frozenset()})
    return _checked(replica, _asked(compare(before, after), graph))


def _asked(change: Change, graph: str) -> Change:
    return replace(change, targets=(graph,))


def _checked(replica: Replica, change: Change) -> Change:
    if replica.source.layout.union and "" in (*change.graphs, *change.targets):
        raise GraphNotNamed
    return change
