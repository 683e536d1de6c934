"""Files change all together or not at all."""

import errno
import os
from pathlib import Path

import pytest

from kg.errors import OutputRefused, PathMismatched, reason
from kg.graph.replacing import replace_files, replace_output

NEW = {Path("ai/measure.ttl"): "new measure", Path("org/ministry.ttl"): "new ministry"}


def content(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


def folders(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_dir()}


def test_writes_replaces_and_removes(tmp_path: Path) -> None:
    (tmp_path / "ai").mkdir()
    (tmp_path / "ai/measure.ttl").write_text("old measure")
    (tmp_path / "ai/gone.ttl").write_text("no longer said")
    (tmp_path / "ai/notes.md").write_text("somebody's own")
    replace_files(tmp_path, NEW, [Path("ai/gone.ttl")])
    assert content(tmp_path) == {
        "ai/measure.ttl": "new measure",
        "ai/notes.md": "somebody's own",
        "org/ministry.ttl": "new ministry",
    }
    assert folders(tmp_path) == {"ai", "org"}


def test_a_file_that_cannot_be_replaced_leaves_all_as_they_were(tmp_path: Path) -> None:
    """The last graph is a folder of the system, in which nobody can write."""
    (tmp_path / "ai").mkdir()
    (tmp_path / "ai/measure.ttl").write_text("old measure")
    (tmp_path / "ai/gone.ttl").write_text("still there")
    (tmp_path / "source").symlink_to("/proc/self")
    before = content(tmp_path / "ai")
    texts = NEW | {Path("source/source-span.ttl"): "new span"}
    with pytest.raises(OutputRefused) as error:
        replace_files(tmp_path, texts, [Path("ai/gone.ttl")])
    assert error.value.facts["path"] == tmp_path / "source/source-span.ttl"
    assert "Nothing was changed" in error.value.message("en")
    assert "何も変更していません" in error.value.message("ja")
    assert content(tmp_path / "ai") == before
    assert {path.name for path in tmp_path.iterdir()} == {"ai", "source"}


class TestOneFile:
    def test_it_is_written_or_not_at_all(self, tmp_path: Path) -> None:
        replace_output(tmp_path / "new" / "a.nt", "one")
        assert content(tmp_path) == {"new/a.nt": "one"}
        replace_output(tmp_path / "new" / "a.nt", "two")
        with pytest.raises(UnicodeEncodeError):
            replace_output(tmp_path / "new" / "a.nt", "half\udc00")
        assert content(tmp_path) == {"new/a.nt": "two"}

    def test_a_link_stays_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "a.nt").write_text("one")
        (tmp_path / "link").symlink_to("a.nt")
        replace_output(tmp_path / "link", "two")
        assert (tmp_path / "link").is_symlink()
        assert content(tmp_path) == {"a.nt": "two", "link": "two"}

    def test_a_folder_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(PathMismatched, match="is a folder"):
            replace_output(tmp_path, "text")

    def test_a_pipe_is_written_to(self) -> None:
        reading, writing = os.pipe()
        replace_output(Path(f"/dev/fd/{writing}"), "text")
        os.close(writing)
        with os.fdopen(reading) as pipe:
            assert pipe.read() == "text"


def test_why_the_system_refuses_is_in_both_languages() -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert reason(full) == ("空き容量がありません", "No space left on device")
    assert reason(OSError(errno.EDOM, "odd")) == ("odd", "odd")
    assert reason(OSError("alone")) == ("alone", "alone")


@pytest.mark.parametrize("blocked", ["org/ministry.ttl", "org", ""])
def test_a_folder_or_file_in_the_way(tmp_path: Path, blocked: str) -> None:
    folder = tmp_path / "draft"
    place = folder / blocked
    if blocked.endswith(".ttl"):
        place.mkdir(parents=True)
        (place / "precious").write_text("kept")
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("kept")
    before = content(tmp_path), folders(tmp_path)
    with pytest.raises(PathMismatched) as error:
        replace_files(folder, NEW)
    assert error.value.facts["path"] == place
    assert (content(tmp_path), folders(tmp_path)) == before


def test_a_place_where_no_folder_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(OutputRefused) as error:
        replace_files(tmp_path / "file" / "below" / "it", NEW)
    assert str(tmp_path / "file" / "below") in error.value.message("en")
    assert content(tmp_path) == {"file": "kept"}
