"""The statements of an entry as canonical Turtle, by the files of `data/ttl` they belong to."""

from collections import defaultdict
from collections.abc import Iterator

from rdflib import Graph, URIRef
from rdflib.namespace import RDF
from rdflib.term import Node

from kg.entry import Entry, Statement
from kg.graph.canonical import write_turtle
from kg.graph.drafts import class_file
from kg.namespaces import BASE, Names
from kg.pipeline.graphs import with_curated

_FOLDER = "data/ttl"


def entry_text(entry: Entry, known: Graph, names: Names) -> str:
    """What is new in `entry`, as it is written in `data/ttl`, whose base is the project's own.

    Where it belongs to several files, or takes statements of `known` away, comments say so: each
    part is then to be copied into its file. Where nothing says the graph of a statement, judgements
    and their reasons are of `curated`, what is about a thing of a document is of that document, and
    the rest is of a file that has no name yet. Raises `BlankNodeRefused`.
    """
    parts = _parts(with_curated(entry, known, names), known, names)
    gone = {statement for statement in entry.removed if statement in known}
    texts = [write_turtle(statements, names) for statements in parts.values()]
    if len(parts) > 1 or (gone and parts):
        texts = [f"# {path or '–'}\n{text}" for path, text in zip(parts, texts, strict=True)]
    lines = _commented(write_turtle(gone, names)) if gone else ()
    text = "\n".join([*texts, *(["".join(["# no longer said:\n", *lines])] if gone else [])])
    return text.replace(names.base, BASE)


def _parts(entry: Entry, known: Graph, names: Names) -> dict[str, list[Statement]]:
    """The new statements by the path of their file; the empty path where nothing says which."""
    classes: dict[Node, Node] = {s: o for s, p, o in entry.statements if p == RDF.type}
    parts: dict[str, list[Statement]] = defaultdict(list)
    for graph, statements in entry.graphs.items():
        for statement in statements:
            if statement not in known:
                type_ = classes.get(statement[0]) or known.value(statement[0], RDF.type)
                home = graph or _home(statement[0], known, names)
                parts[_path(home, type_, names)].append(statement)
    return dict(sorted(parts.items()))


def _home(thing: Node, known: Graph, names: Names) -> URIRef | None:
    """The graph of the document that the IRI of a thing names: `id/measure/{document}/…`."""
    kind, _, rest = str(thing).removeprefix(str(names.id(""))).partition("/")
    document = rest.partition("/")[0]
    described = (names.id("source", document), RDF.type, names.def_.SourceDocument) in known
    return names.graph(document) if kind != "source" and described else None


def _path(graph: URIRef | None, type_: Node | None, names: Names) -> str:
    if graph is None:
        return ""
    folder = str(graph).removeprefix(str(names.graph("")))
    return f"{_FOLDER}/{folder}/{class_file(type_)}"


def _commented(text: str) -> Iterator[str]:
    yield from (f"# {line}" for line in text.splitlines(keepends=True) if line.strip())
