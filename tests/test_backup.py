import errno
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import test_loading as loading
import test_writing as writing
from kg.errors import PathMissing, StorageDamaged, StorageLocked
from kg.store.backup import restore_backup, write_backup
from kg.store.journal import Journal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    async def work(store: writing.Running) -> None:
        for n in range(3):
            await store.writer.update(f"INSERT DATA {{ <x:a> <x:p> {n} }}", writing.ADMIN)

    writing.run(tmp_path, work)
    return tmp_path / "journal"


def rows(folder: Path) -> list[str]:
    found: list[str] = []

    async def read(store: writing.Running) -> None:
        found.extend(await store.rows(writing.ALL))

    writing.run(folder.parent, read)
    return found


def add(folder: Path, number: int) -> None:
    async def work(store: writing.Running) -> None:
        await store.writer.update(f"INSERT DATA {{ <x:a> <x:p> {number} }}", writing.ADMIN)

    writing.run(folder.parent, work)


def test_a_backup_brings_back_what_was_written(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    assert write_backup(folder, file, plain=True).position.sequence == 3
    add(folder, 9)
    assert rows(folder) == ["0", "1", "2", "9"]
    backup, old = restore_backup(file, folder, plain=True)
    assert backup.position.sequence == 3
    assert rows(folder) == ["0", "1", "2"]
    assert old is not None
    with pytest.raises(FileExistsError):
        write_backup(folder, file, plain=True)
    empty = tmp_path / "elsewhere" / "journal"
    assert restore_backup(file, empty, plain=True)[1] is None
    assert rows(empty) == ["0", "1", "2"]


def test_a_backup_of_a_journal_in_use_is_whole(folder: Path, tmp_path: Path) -> None:
    open_one = Journal(folder)
    with (folder / "journal").open("ab") as torn:
        torn.write(b'{"sequence": 4')
    assert write_backup(folder, tmp_path / "b", plain=True).position.sequence == 3
    with pytest.raises(StorageLocked):
        restore_backup(tmp_path / "b", folder, plain=True)
    open_one.close()
    assert restore_backup(tmp_path / "b", folder, plain=True)[0].position.sequence == 3


def test_what_is_no_backup_changes_nothing(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "b"
    with pytest.raises(PathMissing):
        restore_backup(file, folder, plain=True)
    write_backup(folder, file, plain=True)
    whole = file.read_bytes()
    with pytest.raises(StorageDamaged, match="--no-data"):
        restore_backup(file, folder, plain=False)
    for damaged in (b"", b"x" * 100, whole[: len(whole) // 3], whole[: len(whole) // 2]):
        file.write_bytes(damaged)
        with pytest.raises(StorageDamaged):
            restore_backup(file, folder, plain=True)
    for at in range(20, len(whole) - 8, 29):
        flipped = bytearray(whole)
        flipped[at] ^= 4
        file.write_bytes(flipped)
        try:
            restore_backup(file, folder, plain=True)
        except StorageDamaged:
            continue
        # the byte did not matter, as one in a header of the archive's own
        assert rows(folder) == ["0", "1", "2"]
    assert rows(folder) == ["0", "1", "2"]
    with pytest.raises(PathMissing):
        write_backup(tmp_path / "nothing", tmp_path / "c", plain=True)
    assert not (tmp_path / "c").exists()


@dataclass
class Kept:
    """What the disk was told to keep, by inode: size and time of a file, names in a folder."""

    seen: dict[tuple[int, int], object] = field(default_factory=dict)

    def install(self, patch: pytest.MonkeyPatch) -> None:
        fsync = os.fsync

        def note(descriptor: int) -> None:
            fsync(descriptor)
            found = os.fstat(descriptor)
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            self.seen[found.st_dev, found.st_ino] = _state(path)

        patch.setattr(os, "fsync", note)

    def __contains__(self, path: Path) -> bool:
        """Whether a file, or a folder with all its names, is on the disk as it is now."""
        there = path.stat()
        seen, now = self.seen.get((there.st_dev, there.st_ino)), _state(path)
        if isinstance(now, set):
            return isinstance(seen, set) and now <= seen
        return seen == now


def _state(path: Path) -> object:
    if path.is_dir():
        return {inside.name for inside in path.iterdir()}
    found = path.stat()
    return found.st_size, found.st_mtime_ns


@pytest.fixture
def loaded(folder: Path) -> Path:
    """A journal with a body."""
    file = loading.written(folder.parent, "a.ttl", loading.TURTLE)
    loading.load(folder.parent, [file], "memory")
    return folder


def test_a_backup_is_on_the_disk_before_it_is_done(
    loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, file = Kept(), tmp_path / "b"
    kept.install(monkeypatch)
    write_backup(loaded, file, plain=True)
    assert file in kept
    assert tmp_path in kept


@pytest.mark.parametrize("place", ["journal", "new/folders/journal"])
def test_a_restored_journal_is_on_the_disk_before_it_is_done(
    loaded: Path, tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, folder = Kept(), tmp_path / place
    write_backup(loaded, tmp_path / "b", plain=True)
    kept.install(monkeypatch)
    restore_backup(tmp_path / "b", folder, plain=True)
    paths = [*folder.rglob("*"), folder, *folder.parents[: len(Path(place).parts)]]
    assert {path.name for path in paths} >= {"journal", "committed", "bodies"}
    assert [path for path in paths if path not in kept] == []


def _failing(_: int) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_what_the_disk_does_not_keep_is_no_backup_and_not_restored(
    loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_backup(loaded, tmp_path / "b", plain=True)
    add(loaded, 9)
    before = sorted(tmp_path.rglob("*"))
    with monkeypatch.context() as failing:
        failing.setattr(os, "fsync", _failing)
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            write_backup(loaded, tmp_path / "c", plain=True)
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            restore_backup(tmp_path / "b", loaded, plain=True)
    assert sorted(tmp_path.rglob("*")) == before
    assert "9" in rows(loaded)
