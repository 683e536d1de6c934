"""Tests of the W3C suite for SHACL: a data graph, a shapes graph, and the report they must give."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

import rdflib
from rdflib import Graph, Literal, Namespace
from rdflib.collection import Collection
from rdflib.namespace import SH
from rdflib.term import Node
from tests.w3c.manifest import MF

from kg.errors import CheckAborted, ShapesInvalid
from kg.graph.datatypes import quiet_conversion
from kg.namespaces import NAMES
from kg.validate import Report, validate
from kg.validate.paths import path_text
from kg.validate.report import severity_of

SHT = Namespace("http://www.w3.org/ns/shacl-test#")
COUNTS = {"core": 98, "sparql": 22}
"""Number of tests in each part."""

Result = tuple[Node | None, ...]


@dataclass(frozen=True)
class Case:
    """One test: `name` is its path in the suite."""

    name: str
    file: Path
    node: Node

    @cached_property
    def manifest(self) -> Graph:
        return _read(self.file)

    def expected(self) -> set[Result] | None:
        """Results that the report must have; None where the shapes must be refused."""
        graph = self.manifest
        report = graph.value(self.node, MF.result)
        if report == SHT.Failure:
            return None
        return {
            (
                graph.value(result, SH.focusNode),
                _path(graph, graph.value(result, SH.resultPath)),
                graph.value(result, SH.value),
                severity_of(graph.value(result, SH.resultSeverity)),
                graph.value(result, SH.sourceShape),
                graph.value(result, SH.sourceConstraintComponent),
            )
            for result in graph.objects(report, SH.result)
        }

    def found(self) -> set[Result] | None:
        """Results of `kg.validate.validate`."""
        action = self.manifest.value(self.node, MF.action)
        data, shapes = (
            self._graph(self.manifest.value(action, p)) for p in (SHT.dataGraph, SHT.shapesGraph)
        )
        try:
            report = validate(data, shapes, NAMES)
        except ShapesInvalid:
            return None
        return _results(report)

    def problem(self) -> str:
        """What is wrong with what was found; empty where it is as expected."""
        try:
            found = self.found()
        except CheckAborted as error:
            return error.message("en")
        return "" if found == self.expected() else f"found {found}"

    def _graph(self, name: Node | None) -> Graph:
        path = Path(unquote(urlsplit(str(name)).path))
        return self.manifest if path == self.file else _read(path)


def cases(suite: Path, part: str) -> Iterator[Case]:
    """Tests that the manifest of a part of the suite leads to."""
    yield from _cases(suite / "tests" / part / "manifest.ttl", suite / "tests")


def _cases(file: Path, root: Path) -> Iterator[Case]:
    graph = _read(file)
    for included in sorted(graph.objects(None, MF.include)):
        yield from _cases(Path(unquote(urlsplit(str(included)).path)), root)
    for entries in graph.objects(None, MF.entries):
        for node in Collection(graph, entries):
            name = f"{file.parent.relative_to(root)}/{str(node).rpartition('/')[2]}"
            yield Case(name, file, node)


def _read(file: Path) -> Graph:
    """Read a file with its literals as they are spelt, also those that do not fit their type."""
    with quiet_conversion(), patch.object(rdflib, "NORMALIZE_LITERALS", new=False):
        return Graph().parse(file, format="turtle", publicID=file.as_uri())


def _path(graph: Graph, path: Node | None) -> Literal | None:
    return None if path is None else Literal(path_text(graph, path, NAMES))


def _results(report: Report) -> set[Result]:
    return {
        (
            f.focus,
            None if f.path is None else Literal(f.path),
            f.value,
            f.severity,
            f.shape,
            f.component,
        )
        for f in report.findings
    }
