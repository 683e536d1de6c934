"""Adding and removing statements in the committed files of the data: every other line stays."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from rdflib import Graph, URIRef
from rdflib.namespace import RDF
from rdflib.term import Node

from kg.graph.canonical import refuse_comments, write_turtle
from kg.graph.drafts import class_file
from kg.graph.files import SourceFile
from kg.graph.replacing import replace_files
from kg.namespaces import NAMES

_Triple = tuple[Node, Node, Node]


def amended(
    folder: Path,
    added: Mapping[URIRef, Iterable[_Triple]],
    removed: Iterable[_Triple],
    known: Graph,
) -> dict[Path, str]:
    """Texts of the files `<graph>/<class>.ttl` below `folder` that change, by their path below it.

    A statement joins the file of its graph that describes its subject, else the one of the class
    of the subject, which `known` tells where `added` does not. Raises `CommentsLost` and what
    `SourceFile.read` raises.
    """
    gone = set(removed)
    classes = {s: o for each in added.values() for s, p, o in each if p == RDF.type}
    changed: dict[Path, str] = {}
    for graph in sorted(added):
        name = str(graph).removeprefix(str(NAMES.graph("")))
        files = _files(folder, name)
        before = {path: set(triples) for path, triples in files.items()}
        homes = {s: path for path, triples in files.items() for s, _, _ in triples}
        for path, triples in files.items():
            files[path] = triples - gone
        for subject, predicate, object_ in added[graph]:
            if subject not in homes:
                type_ = classes.get(subject) or known.value(subject, RDF.type)
                homes[subject] = Path(name) / class_file(type_)
            path = homes[subject]
            files.setdefault(path, set()).add((subject, predicate, object_))
        changed |= {
            path: write_turtle(triples)
            for path, triples in files.items()
            if triples != before.get(path)
        }
    refuse_comments(folder / path for path in changed if (folder / path).is_file())
    return changed


def amend(folder: Path, texts: Mapping[Path, str]) -> list[Path]:
    """Write what `amended` returns, all of it or nothing; returns the paths of the files."""
    if texts:
        replace_files(folder, texts)
    return sorted(folder / path for path in texts)


def _files(folder: Path, name: str) -> dict[Path, set[_Triple]]:
    found: dict[Path, set[_Triple]] = defaultdict(set)
    for path in sorted((folder / name).glob("*.ttl")):
        found[path.relative_to(folder)] = set(SourceFile(path, name).read(NAMES).triples)
    return dict(found)
