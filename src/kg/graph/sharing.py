"""A draft of some documents beside what the same graphs already hold from other documents."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rdflib import Dataset, URIRef
from rdflib.namespace import RDF
from rdflib.term import Node

from kg.namespaces import JPSTRAT, NAMES

Quad = tuple[Node, Node, Node, URIRef]


def keep_others(draft: Dataset, held: Dataset, order: Sequence[str]) -> Dataset:
    """`draft` with what `held` has from documents that `draft` was not read from.

    `order` are the slugs of all documents: a triple that several of them say stands in the graph
    of the first. The result is that of a draft of all documents, but for one case: of a thing that
    several documents name, a fact without evidence of its own stays until all are drafted together.
    """
    owners = _Owners(draft, held, order)
    drafted = {quad[:3]: quad[3] for quad in _quads(draft)}
    kept = {}
    for quad in _quads(held):
        first = quad[:3] not in drafted or owners.before_draft(quad)
        if first and owners.others_say(quad):
            kept[quad[:3]] = quad[3]
    whole = Dataset()
    for (s, p, o), graph in (drafted | kept).items():
        whole.graph(graph).add((s, p, o))
    return whole


def _quads(dataset: Dataset) -> Iterable[Quad]:
    for s, p, o, graph in dataset.quads():
        yield s, p, o, URIRef(str(graph))


class _Owners:
    """Which documents say what: by the graph of a document, else by the spans of a thing."""

    def __init__(self, draft: Dataset, held: Dataset, order: Sequence[str]) -> None:
        source = draft.graph(NAMES.graph("source"))
        documents = source.subjects(RDF.type, JPSTRAT.SourceDocument)
        self._own = {URIRef(str(document)) for document in documents}
        self._documents = [NAMES.id("source", slug) for slug in order]
        graphs = (NAMES.graph(slug) for slug in order)
        self._of_graph = dict(zip(graphs, self._documents, strict=True))
        self._first = min(self._documents.index(d) for d in self._own)
        self._named = defaultdict(set)
        for thing, _, span, _ in held.quads((None, JPSTRAT.evidence, None, None)):
            self._named[thing].add(span)
        self._supported: dict[Node, set[Node]] = defaultdict(set)
        for span, _, property_, _ in held.quads((None, JPSTRAT.supports, None, None)):
            self._supported[span].add(property_)

    def before_draft(self, quad: Quad) -> bool:
        """Whether a document before those of the draft says what is held."""
        places = [self._documents.index(d) for d in self._sayers(quad) if d in self._documents]
        return min(places, default=len(self._documents)) < self._first

    def others_say(self, quad: Quad) -> bool:
        """Whether a held fact is not one that only the documents of the draft said."""
        sayers = self._sayers(quad)
        return not sayers or not sayers <= self._own

    def _sayers(self, quad: Quad) -> set[URIRef]:
        """Documents that say a held fact; none where nothing tells."""
        subject, property_, value, graph = quad
        if graph in self._of_graph:
            return {self._of_graph[graph]}
        if document := _document(subject) or _document(value):
            return {document}
        spans = self._named[subject]
        proof = {span for span in spans if property_ in self._supported[span]}
        return {document for span in proof or spans if (document := _document(span))}


def _document(term: Node) -> URIRef | None:
    """The document that an IRI of a span, or of the document itself, names."""
    iri = str(term).partition("#char=")[0]
    return URIRef(iri) if iri.startswith(str(NAMES.id("source", ""))) else None
