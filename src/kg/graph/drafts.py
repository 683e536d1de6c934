"""Drafts of several documents made into one dataset, and written as files by graph and class."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.namespace import FOAF, ORG, RDF, SKOS
from rdflib.term import Node

from kg.graph.canonical import refuse_comments, write_turtle
from kg.graph.files import SourceFile
from kg.graph.replacing import replace_files
from kg.namespaces import JPSTRAT, NAMES

LANGUAGE = (SKOS.prefLabel, SKOS.editorialNote, JPSTRAT.population)
"""Properties whose values people write; extraction keeps those that the data already has."""
UNTITLED = (
    JPSTRAT.SourceSpan,
    JPSTRAT.QuantitativeTarget,
    JPSTRAT.ObservedValue,
    JPSTRAT.BudgetLine,
    JPSTRAT.ProgressBlock,
    JPSTRAT.CuratedLink,
    ORG.Membership,
    FOAF.Person,
)
"""Classes whose members need no title of their own."""
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def merge(drafts: Iterable[Dataset]) -> Dataset:
    """One dataset with each triple in one graph: that of the draft that said it first."""
    merged = Dataset()
    said: set[tuple[object, ...]] = set()
    for draft in drafts:
        for subject, predicate, object_, graph in draft.quads():
            if (subject, predicate, object_) not in said:
                said.add((subject, predicate, object_))
                merged.graph(graph).add((subject, predicate, object_))
    return merged


def keep_language(draft: Dataset, committed: Dataset) -> None:
    """Give the things that `draft` describes the titles and notes that `committed` has for them.

    They stand where the type stands: a document that only says more of a thing has no title. Where
    the document itself prints an official name, the draft's own value stays.
    """
    homes = dict(_typed(draft))
    drafted = {graph.identifier for graph in draft.graphs()}
    for property_ in LANGUAGE:
        printed = {(s, _language(o)) for s, _, o, _ in draft.quads((None, property_, None, None))}
        for subject, _, value, graph in committed.quads((None, property_, None, None)):
            if graph in drafted and subject in homes and (subject, _language(value)) not in printed:
                draft.graph(homes[subject]).add((subject, property_, value))


def _typed(dataset: Dataset) -> Iterator[tuple[Node, URIRef]]:
    for s, _, _, g in dataset.quads((None, RDF.type, None, None)):
        if g is not None:
            yield s, URIRef(g)


def _language(value: object) -> str | None:
    return value.language if isinstance(value, Literal) else None


def without_title(draft: Dataset) -> list[tuple[URIRef, str]]:
    """Things that need a title and lack it, with the missing language; sorted."""
    titled = {(s, _language(o)) for s, _, o, _ in draft.quads((None, SKOS.prefLabel, None, None))}
    typed = draft.quads((None, RDF.type, None, None))
    things = {s for s, _, t, _ in typed if t not in UNTITLED and isinstance(s, URIRef)}
    return sorted((s, lang) for s in things for lang in ("en", "ja") if (s, lang) not in titled)


def write_dataset(
    dataset: Dataset, folder: Path, known: Dataset, graphs: Iterable[str]
) -> tuple[list[Path], list[Path]]:
    """Write `<graph>/<class>.ttl` files in canonical form under `folder`.

    `known` tells the class of things that `dataset` does not say. Other files of `graphs` are
    removed: what they held is in `dataset` or no longer so. Returns the paths of the files that
    were written and of those that were removed. Raises `CommentsLost` and what `replace_files`
    raises, with nothing changed.
    """
    held = list(_held(folder, graphs))
    refuse_comments(held)
    texts = {path: write_turtle(graph) for path, graph in _by_file(dataset, known).items()}
    written = sorted(folder / path for path in texts)
    removed = sorted(set(held) - set(written))
    replace_files(folder, texts, [path.relative_to(folder) for path in removed])
    return written, removed


def read_drafted(folder: Path, graphs: Iterable[str]) -> Dataset:
    """What the files `<graph>/*.ttl` under `folder` hold; empty where there are none.

    Raises `TurtleSyntaxError` and `BlankNodeRefused`.
    """
    dataset = Dataset()
    for name in graphs:
        graph = dataset.graph(NAMES.graph(name))
        for path in _held(folder, [name]):
            graph.addN((s, p, o, graph) for s, p, o in SourceFile(path, name).read(NAMES).triples)
    return dataset


def _held(folder: Path, graphs: Iterable[str]) -> Iterator[Path]:
    for name in graphs:
        yield from sorted((folder / name).glob("*.ttl"))


def _by_file(dataset: Dataset, known: Dataset) -> dict[Path, Graph]:
    stems = {
        s: class_file(t)
        for each in (known, dataset)
        for s, _, t, _ in each.quads((None, RDF.type, None, None))
    }
    parts: dict[Path, Graph] = defaultdict(Graph)
    home = str(NAMES.graph(""))
    for subject, predicate, object_, graph in dataset.quads():
        file = "concept.ttl" if "/vocab/" in str(subject) else stems.get(subject, "other.ttl")
        parts[Path(str(graph).removeprefix(home)) / file].add((subject, predicate, object_))
    return parts


def class_file(type_: object) -> str:
    """Name of the file for things of a class: `source-span.ttl` for `jpstrat:SourceSpan`."""
    stem = _WORD.sub("-", re.split("[#/]", str(type_))[-1]).lower()
    return f"{stem}.ttl"
