"""Shared fixtures: the project's files, the whole graph, the official documents."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rdflib import Graph
from tests.lacking import lacking
from tests.watch import Watch
from tests.watched.log import strace

from kg.pipeline.building import Built, build
from kg.pipeline.entries import Context, open_context
from kg.pipeline.importing import TableContext, open_tables
from kg.pipeline.project import Project, find_project


@pytest.fixture(scope="session", autouse=True)
def watch() -> Iterator[Watch]:
    """Fails the last test of the run if anything reached out of this machine in any of them."""
    watching = Watch()
    watching.install()
    yield watching
    assert watching.faults == []


@pytest.fixture(scope="session")
def project() -> Project:
    return find_project()


@pytest.fixture
def project_copy(project: Project, tmp_path: Path) -> Project:
    """The project's files, to be changed by the test."""
    copy = Project(tmp_path / "project")
    for folder in (project.ontology, project.shapes, project.data, project.queries):
        shutil.copytree(folder, copy.root / folder.name)
    return copy


@pytest.fixture(scope="session")
def whole_graph(project: Project) -> Built:
    """The whole graph with its closure, built once."""
    return build(project)


@pytest.fixture(scope="session")
def context(project: Project) -> Context:
    """What entries are checked against, opened once: a check leaves it as it was."""
    return open_context(project)


@pytest.fixture(scope="session")
def tables(context: Context) -> TableContext:
    """What tables are read with."""
    return open_tables(context)


@pytest.fixture(scope="session")
def union(whole_graph: Built) -> Graph:
    """The store's default graph in rdflib, the other engine."""
    graph = Graph()
    every = whole_graph.store.construct("CONSTRUCT WHERE { ?s ?p ?o }")
    graph.addN((s, p, o, graph) for s, p, o in every)
    return graph


def named_folder(variable: str) -> Path:
    """The folder that a variable of the environment names; skipped or failing without it."""
    folder = os.environ.get(variable)
    return Path(folder) if folder else lacking(f"{variable} names no folder")


@pytest.fixture(scope="session")
def sources() -> Path:
    """Folder with the official documents."""
    return named_folder("SENRYAKU_SOURCES")


@pytest.fixture(scope="session")
def suites() -> Path:
    """Folder with the suites of the W3C."""
    return named_folder("SENRYAKU_SUITES")


@pytest.fixture(scope="session")
def watcher() -> Callable[[Path], tuple[str, ...]]:
    """The command that writes a log of what another does."""
    if strace(Path(os.devnull)) is None:
        lacking("strace is not installed")
    return lambda log: strace(log) or ()
