"""The engine inside this process: in memory, or in a folder on disk."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pyoxigraph as ox
from rdflib import Dataset, URIRef
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.term import Identifier, Node

from kg.errors import Both, QueryFailed
from kg.model import Answer, Row
from kg.namespaces import NAMES, Names
from kg.store.evaluation import Result, evaluate, graph_names, serialise
from kg.store.guard import check_graphs, check_query
from kg.store.terms import from_engine, substitutions, to_engine

Triple = tuple[Identifier, Identifier, Identifier]


class EmbeddedStore:
    """A `kg.model.Store` on the engine in this process.

    The default graph really holds the union of the named graphs except `graph/shapes`. The
    engine's own union option returns a triple once for *each* graph that holds it, and silently
    disables FROM; a list of default graphs does the same and is three to four times slower.
    """

    def __init__(self, path: Path | None = None, *, names: Names = NAMES) -> None:
        """In memory without `path`, else in that folder (created if need be).

        Raises `OSError` when the folder cannot be used.
        """
        self._names = names
        self._shapes = ox.NamedNode(str(names.graph("shapes")))
        self.engine = ox.Store() if path is None else ox.Store(path)
        self._inserted: list[ox.Quad] | None = None

    @classmethod
    def of(cls, engine: ox.Store, *, names: Names = NAMES) -> Self:
        """A store around an engine that is already filled, such as that of a snapshot."""
        store = cls(names=names)
        store.engine = engine
        return store

    def load(self, dataset: Dataset) -> None:
        """Add all quads of `dataset`, or none when one of them is not valid RDF.

        Raises `ValueError` for a triple outside the named graphs.
        """
        self.engine.extend(self._with_union(_quads(dataset)))

    def insert(self, graph: URIRef, triples: Iterable[Triple]) -> int:
        """Add triples to a named graph; returns how many were new to that graph."""
        name = ox.NamedNode(str(graph))
        quads = dict.fromkeys(_quad(triple, name) for triple in triples)
        new = [quad for quad in quads if quad not in self.engine]
        with_union = list(self._with_union(new))
        if self._inserted is not None:
            self._inserted += [quad for quad in with_union if quad not in self.engine]
        self.engine.extend(with_union)
        return len(new)

    @contextmanager
    def trial(
        self, added: Mapping[URIRef, Iterable[Triple]], removed: Iterable[Triple] = ()
    ) -> Iterator[None]:
        """Within, the store has `added` by their graphs and lacks `removed` in every graph.

        What is inserted within goes at the end, too. Raises `ValueError` for what is no triple.
        """
        gone = [
            quad
            for triple in removed
            for quad in self.engine.quads_for_pattern(*_engine_triple(triple), None)
        ]
        inserted: list[ox.Quad] = []
        self._inserted = inserted
        try:
            for quad in gone:
                self.engine.remove(quad)
            for graph, triples in added.items():
                self.insert(graph, triples)
            yield
        finally:
            self._inserted = None
            for quad in inserted:
                self.engine.remove(quad)
            self.engine.extend(gone)

    def select(self, query: str, bindings: Mapping[str, Identifier] | None = None) -> list[Row]:
        """Return the rows of a SELECT of the project's own.

        Raises `QueryFailed` for another form.
        """
        result = self._evaluate(query, bindings)
        if not isinstance(result, ox.QuerySolutions):
            raise QueryFailed(detail=Both("SELECTではありません。", "It is no SELECT."))
        variables = [variable.value for variable in result.variables]
        return [
            {
                variable: None if term is None else from_engine(term)
                for variable, term in zip(variables, solution, strict=True)
            }
            for solution in result
        ]

    def construct(
        self, query: str, bindings: Mapping[str, Identifier] | None = None
    ) -> list[Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE of the project's own, each once.

        Raises `QueryFailed` for another form.
        """
        result = self._evaluate(query, bindings)
        if not isinstance(result, ox.QueryTriples):
            detail = Both("CONSTRUCTやDESCRIBEではありません。", "It is no CONSTRUCT or DESCRIBE.")
            raise QueryFailed(detail=detail)
        return [
            (from_engine(t.subject), from_engine(t.predicate), from_engine(t.object))
            for t in dict.fromkeys(result)
        ]

    def answer(
        self, query: str, accept: Iterable[str], bindings: Mapping[str, Identifier] | None = None
    ) -> Answer:
        """Serialise the result of a query that a person wrote, in the first fitting media type.

        Raises `QuerySyntaxError`, `QueryRefused`, `UnknownGraph`, `QueryFailed`,
        `FormatUnavailable`.
        """
        base = str(self._names.graph(""))
        check_query(query, allowed_graphs_base=base)
        check_graphs(query, base=base, graphs=graph_names(self.engine))
        result = self._evaluate(query, bindings)
        return Answer(*serialise(result, accept, self._names.prefixes))

    def count(self) -> int:
        """Count the quads in the named graphs."""
        (row,) = self.select("SELECT (COUNT(*) AS ?quads) { GRAPH ?graph { ?s ?p ?o } }")
        return int(str(row["quads"]))

    def _evaluate(self, query: str, bindings: Mapping[str, Identifier] | None) -> Result:
        return evaluate(
            self.engine,
            query,
            substitutions(bindings or {}),
            self._names.prefixes,
            base=self._names.base,
        )

    def _with_union(self, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
        for quad in quads:
            yield quad
            if quad.graph_name != self._shapes:
                yield ox.Quad(quad.subject, quad.predicate, quad.object)


def _quad(triple: tuple[Node, Node, Node], graph: ox.NamedNode) -> ox.Quad:
    return ox.Quad(*_engine_triple(triple), graph)


def _engine_triple(
    triple: tuple[Node, Node, Node],
) -> tuple[ox.NamedNode | ox.BlankNode, ox.NamedNode, ox.NamedNode | ox.BlankNode | ox.Literal]:
    subject, predicate, object_ = (to_engine(term) for term in triple)
    if isinstance(subject, ox.Literal) or not isinstance(predicate, ox.NamedNode):
        msg = f"not an RDF triple: {triple}"
        raise ValueError(msg)  # noqa: TRY004  (the terms are terms; their places are wrong)
    return subject, predicate, object_


def _quads(dataset: Dataset) -> Iterator[ox.Quad]:
    for *triple, graph in dataset.quads():
        if graph is None or graph == DATASET_DEFAULT_GRAPH_ID:
            msg = f"outside the named graphs: {triple}"
            raise ValueError(msg)
        subject, predicate, object_ = triple
        yield _quad((subject, predicate, object_), ox.NamedNode(str(graph)))
