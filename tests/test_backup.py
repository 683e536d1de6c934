from pathlib import Path

import pytest

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
