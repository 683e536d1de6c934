"""Drafts of several documents made into one dataset, and written as files by graph and class."""

import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.namespace import FOAF, ORG, RDF, SKOS
from rdflib.term import Node

from kg.graph.canonical import write_turtle
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
    """Give the things of `draft` the titles and notes that `committed` has for them.

    Where the document itself prints an official name, the draft's own value stays.
    """
    homes = {s: g for s, _, _, g in draft.quads() if g is not None} | dict(_typed(draft))
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


def write_dataset(dataset: Dataset, folder: Path) -> list[Path]:
    """Write `<graph>/<class>.ttl` files in canonical form under `folder`; returns their paths.

    Files are complete before any is put in its place.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = _by_file(dataset)
    with TemporaryDirectory(dir=folder, prefix=".draft-") as scratch:
        for path, graph in parts.items():
            new = Path(scratch) / path
            new.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(write_turtle(graph), encoding="utf-8", newline="")
        for path in parts:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(Path(scratch) / path, target)
    return sorted(folder / path for path in parts)


def _by_file(dataset: Dataset) -> dict[Path, Graph]:
    stems = {s: _stem(t) for s, _, t, _ in dataset.quads((None, RDF.type, None, None))}
    parts: dict[Path, Graph] = defaultdict(Graph)
    home = str(NAMES.graph(""))
    for subject, predicate, object_, graph in dataset.quads():
        stem = stems.get(subject) or ("concept" if "/vocab/" in str(subject) else "other")
        parts[Path(str(graph).removeprefix(home)) / f"{stem}.ttl"].add(
            (subject, predicate, object_)
        )
    return parts


def _stem(type_: object) -> str:
    return _WORD.sub("-", re.split("[#/]", str(type_))[-1]).lower()
