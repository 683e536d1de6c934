"""The named graphs of an entry: where statements without a graph belong, and graphs that are none.

People write plain Turtle; into which file of `data/ttl` it goes, and so into which graph, is chosen
when it is written. That judgements stand in the graph `curated`, with a reason, is known before.
"""

from collections.abc import Iterator
from dataclasses import replace

from rdflib import Dataset, Graph, URIRef
from rdflib.namespace import RDF

from kg.entry import Entry, Statement
from kg.errors import Both
from kg.graph.files import NOT_DATA
from kg.namespaces import Names
from kg.validate import Finding

_JUDGEMENTS = ("advances", "bodyField", "parallelTo", "repostOf", "repostResolution")
"""Properties that `curated` alone may hold: those of `shapes/checks/judgement-outside-curated`."""
_RULE = "UnknownGraph"
UNNAMED = "entry"
"""The graph in which statements are judged of which nothing says the graph; no entry names it."""
_NONE = Both("名前付きグラフ {name} はありません。", "There is no graph {name}.")
_MADE = Both(
    "名前付きグラフ {name} は他のファイルから作られるので、記述を加えることはできません。",
    "The graph {name} is made from other files, so that no statements can be added.",
)
_ELSEWHERE = Both(
    "グラフの名前を除くか、curated、external、org、sourceか典拠文書のグラフにしてください。",
    "Name no graph, or curated, external, org, source or the graph of a source document.",
)


def with_curated(entry: Entry, known: Graph, names: Names) -> Entry:
    """`entry`, its judgements and curated links in the graph `curated` where nothing says which.

    Links of `known` are curated ones, too, where the entry only says more of them.
    """
    judgements = {names.def_[name] for name in _JUDGEMENTS}
    link = (RDF.type, names.def_.CuratedLink)
    links = {subject for subject, *said in entry.statements if tuple(said) == link}
    unnamed = entry.graphs.get(None, ())
    curated = [s for s in unnamed if s[1] in judgements or s[0] in links or (s[0], *link) in known]
    if not curated:
        return entry
    own, moved = names.graph("curated"), set(curated)
    graphs: dict[URIRef | None, tuple[Statement, ...]] = dict(entry.graphs)
    graphs[None] = tuple(statement for statement in unnamed if statement not in moved)
    graphs[own] = (*graphs.get(own, ()), *curated)
    return replace(entry, graphs={graph: some for graph, some in graphs.items() if some})


def made_graphs(entry: Entry, dataset: Dataset, names: Names) -> Iterator[Finding]:
    """One violation for each graph that no file of the data can hold and is to have more.

    What `dataset` has there already changes nothing.
    """
    made = {names.graph(name): _MADE.filled(name=name) for name in NOT_DATA}
    made[names.graph(UNNAMED)] = _NONE.filled(name=UNNAMED)
    for graph, statements in entry.graphs.items():
        if graph in made and not set(dataset.graph(graph)).issuperset(statements):
            message, rule = made[graph], names.rule(_RULE)
            yield Finding.of_rule(rule, graph, message, names, fix=_ELSEWHERE)
