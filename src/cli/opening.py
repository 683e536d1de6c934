"""The prebuilt graph, built first where the files have changed."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, TypeVar

from cli.console import say, settings
from kg.errors import FolderUnwritable, PathMissing, SnapshotInvalid, reason
from kg.namespaces import Names

if TYPE_CHECKING:
    from kg.store.embedded import EmbeddedStore

_T = TypeVar("_T")


def find_graph() -> Path:
    """Path of the snapshot of the project's files; builds it when there is none.

    Raises what the build raises.
    """
    from kg.pipeline.project import find_project, find_snapshot, wording_file

    state = settings().state_dir
    path = find_snapshot(find_project(), state, Names(settings().base), wording_file(state))
    return path if path.is_file() else build_graph()


def build_graph() -> Path:
    """Build the graph of the project's files, whether or not there is one; returns its path.

    Raises what the build raises, and `FolderUnwritable`.
    """
    # only now, as the reasoner takes its time to be imported
    from kg.pipeline.building import write_graph
    from kg.pipeline.project import find_project, wording_file

    state, names = settings().state_dir, Names(settings().base)
    _try_to_write(state)
    say("グラフを構築しています…", "Building the graph …")
    path, _ = write_graph(find_project(), state, names, wording=wording_file(state))
    return path


def with_graph(work: Callable[[Path], _T]) -> _T:
    """Give `work` the path of the prebuilt graph; one that it cannot read is built anew, once.

    It may be damaged, or another process may just have removed it.
    """
    path = find_graph()
    try:
        return work(path)
    except (PathMissing, SnapshotInvalid):
        say(
            f"構築済みのグラフを読めないため、作り直します: {path}",
            f"The prebuilt graph cannot be read and is made anew: {path}",
        )
        return work(build_graph())


def open_graph() -> "EmbeddedStore":
    """The prebuilt graph in this process."""
    from kg.store.embedded import EmbeddedStore
    from kg.store.snapshot import read_snapshot

    return EmbeddedStore.of(with_graph(read_snapshot), names=Names(settings().base))


def _try_to_write(folder: Path) -> None:
    """Raise `FolderUnwritable` before the work, not after it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise FolderUnwritable(folder=folder, reason=reason(error)) from None
