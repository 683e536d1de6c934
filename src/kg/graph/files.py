"""From the folders that people edit to one dataset: which file belongs to which named graph."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rdflib import Dataset, Graph, URIRef
from rdflib.term import Node

from kg.entry import Place
from kg.errors import BlankNodeRefused, Both, FileMisplaced, PathMissing, TurtleSyntaxError
from kg.graph.document import Document
from kg.graph.mappings import read_mappings
from kg.graph.turtle import read_turtle
from kg.namespaces import Names

_ONTOLOGY_FILES = ("jpstrat.ttl", "stubs.ttl")
NOT_DATA = frozenset({"def", "vocab", "shapes", "mapping", "inferred", "meta", "source-text"})
"""Graphs that are filled from elsewhere: no folder under `data/ttl` may have such a name."""


@dataclass(frozen=True)
class SourceFile:
    """A file and the name of the graph that it is asserted in."""

    path: Path
    graph: str

    def read(self, names: Names, *, blank: str = "b") -> Document:
        """Its triples under the base of `names`.

        Raises `PathMissing`, `TurtleSyntaxError`, `CurationError`; `BlankNodeRefused` for a blank
        node in data.
        """
        text, file = names.rebase(read_text(self.path)), str(self.path)
        if self.graph == "mapping":
            return read_mappings(text, file=file, names=names)
        document = read_turtle(text, file=file, names=names, blank=blank)
        if document.first_blank is not None and self.graph not in NOT_DATA:
            raise BlankNodeRefused(file=file, line=document.line(document.first_blank))
        return document


def source_files(
    ontology: Path, data: Path, shapes: Path | None, mappings: Path | None
) -> tuple[SourceFile, ...]:
    """Every file of the graph in a fixed order.

    `ontology/jpstrat.ttl` and `stubs.ttl` → `def`; `ontology/vocab/*.ttl` → `vocab`;
    `data/ttl/{graph}/*.ttl` → `{graph}`; `shapes/*.ttl`, `shapes/profiles/*.ttl` → `shapes`;
    `mappings/*.sssom.tsv` → `mapping`. Raises `PathMissing`, and `FileMisplaced` for Turtle that no
    rule reaches.
    """
    files = [SourceFile(_existing(ontology / name), "def") for name in _ONTOLOGY_FILES]
    files += _of_folder(ontology / "vocab", "vocab")
    for folder in sorted(p for p in _folder(data / "ttl").iterdir() if p.is_dir()):
        if folder.name in NOT_DATA:
            raise FileMisplaced(file=folder, expected=data / "ttl" / "{graph}")
        files += _of_folder(folder, folder.name)
    _refuse_strays(ontology, files, expected=ontology / "vocab" / "*.ttl")
    _refuse_strays(data, files, expected=data / "ttl" / "{graph}" / "*.ttl")
    if shapes is not None:
        files += _of_folder(shapes, "shapes")
        if (shapes / "profiles").is_dir():
            files += _of_folder(shapes / "profiles", "shapes")
    if mappings is not None:
        files += _of_folder(mappings, "mapping", "*.sssom.tsv")
    return tuple(files)


def read_dataset(
    ontology: Path,
    data: Path,
    shapes: Path | None,
    mappings: Path | None,
    names: Names,
    *,
    without: Container[Path] = (),
) -> Dataset:
    """All asserted triples, each in its named graph, but those of the files `without`.

    The same files give the same dataset, down to the labels of blank nodes. Raises what
    `source_files` and `SourceFile.read` raise.
    """
    dataset = Dataset()
    for number, file in enumerate(source_files(ontology, data, shapes, mappings), start=1):
        if file.path in without:
            continue
        graph = dataset.graph(names.graph(file.graph))
        document = file.read(names, blank=f"f{number}b")
        graph.addN((s, p, o, graph) for s, p, o in document.triples)
    return dataset


def described_at(
    things: Iterable[Node], files: Iterable[SourceFile], names: Names
) -> dict[Node, Place]:
    """Where the files first say something about each of `things`.

    Things that no file describes are left out.
    """
    places: dict[Node, Place] = {}
    wanted = {thing for thing in things if isinstance(thing, URIRef)}
    for file in files:
        document = file.read(names)
        for thing in (wanted - places.keys()) & document.first_subject.keys():
            line = document.line(document.first_subject[thing])
            places[thing] = Place(str(file.path), line)
    return places


def ontology_graph(dataset: Dataset, names: Names) -> Graph:
    """Copy the graph `def`: the own terms and the stubs."""
    copy = Graph()
    copy.addN((s, p, o, copy) for s, p, o in dataset.graph(names.graph("def")))
    return copy


def union_graph(dataset: Dataset, names: Names) -> Graph:
    """Copy all graphs but the shapes into one."""
    union = Graph()
    for graph in dataset.graphs():
        if graph.identifier != names.graph("shapes"):
            union.addN((s, p, o, union) for s, p, o in graph)
    return union


def read_text(path: Path) -> str:
    """Text of a UTF-8 file with its line ends as they are.

    Raises `PathMissing`, or `TurtleSyntaxError` at the first byte that is not UTF-8.
    """
    return decoded(_existing(path).read_bytes(), path)


def decoded(content: bytes, file: object) -> str:
    """Text of UTF-8 with or without a mark; raises `TurtleSyntaxError` at a byte that is not."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # Offsets of the error count after a byte order mark.
        before = error.object[: error.start].decode("utf-8-sig")
        byte = f"0x{error.object[error.start]:02X}"
        raise TurtleSyntaxError(
            file=file,
            line=before.count("\n") + 1,
            column=len(before) - before.rfind("\n"),
            detail=Both(f"バイト {byte} はUTF-8ではありません", f"byte {byte} is not UTF-8"),
        ) from error


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise PathMissing(path=path, expected=path.name)
    return path


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise PathMissing(path=path, expected=f"{path.name}/")
    return path


def _of_folder(folder: Path, graph: str, pattern: str = "*.ttl") -> Iterator[SourceFile]:
    yield from (SourceFile(path, graph) for path in sorted(_folder(folder).glob(pattern)))


def _refuse_strays(folder: Path, files: list[SourceFile], *, expected: Path) -> None:
    known = {file.path for file in files}
    for path in sorted(folder.rglob("*.ttl")):
        if path not in known:
            raise FileMisplaced(file=path, expected=expected)
