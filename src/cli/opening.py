"""The prebuilt graph, built first where the files have changed."""

from pathlib import Path
from typing import TYPE_CHECKING

from cli.console import say, settings
from kg.namespaces import Names

if TYPE_CHECKING:
    from kg.store import EmbeddedStore


def find_graph(*, anew: bool = False) -> Path:
    """Path of the snapshot of the project's files; builds it when there is none, or `anew`.

    Raises what the build raises.
    """
    from kg.pipeline.project import find_project, find_snapshot, wording_file

    state, project, names = settings().state_dir, find_project(), Names(settings().base)
    path = find_snapshot(project, state, names, wording_file(state))
    if anew:
        path.unlink(missing_ok=True)
    if not path.is_file():
        # only now, as the reasoner takes its time to be imported
        from kg.pipeline.building import ready_snapshot

        # a folder that cannot be written to is known before the work
        state.mkdir(parents=True, exist_ok=True)
        say("グラフを構築しています…", "Building the graph …")
        path, _ = ready_snapshot(project, state, names, wording=wording_file(state))
    return path


def open_graph() -> "EmbeddedStore":
    """The prebuilt graph in this process."""
    from kg.store import EmbeddedStore
    from kg.store.snapshot import read_snapshot

    return EmbeddedStore.of(read_snapshot(find_graph()), names=Names(settings().base))
