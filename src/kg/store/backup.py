"""Backups of what people wrote: the journal and its bodies, in one file that proves itself.

The project's own graph is not in it, as the files of the project are its truth. A backup may be
made while the service runs: what counts in a journal never changes.
"""

import io
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from contextlib import closing
from dataclasses import asdict, dataclass
from gzip import BadGzipFile
from pathlib import Path
from typing import IO

from kg.errors import PathMissing, StorageDamaged
from kg.store.bodies import Body, bodies_of, check_body
from kg.store.durable import sync
from kg.store.journal import Journal, Position, unused

_FORMAT = 1
_WRONG = (ValueError, TypeError, KeyError)
_HEAD, _JOURNAL = "backup.json", "journal"


@dataclass(frozen=True)
class Backup:
    """What a backup holds: the position of its journal, and what the store began with."""

    position: Position
    plain: bool


def write_backup(folder: Path, file: Path, *, plain: bool) -> Backup:
    """Write the journal of `folder` to a new file; `plain` says that its store began empty.

    Raises `PathMissing` when there is no journal, `StorageDamaged`, `FileExistsError`, `OSError`;
    then there is no file.
    """
    if not (folder / _JOURNAL).exists():
        raise PathMissing(path=folder / _JOURNAL, expected="senryaku serve")
    position, bodies = _verified(folder)
    head = json.dumps({"format": _FORMAT, "plain": plain, "position": asdict(position)}).encode()
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}-") as unfinished:
        with tarfile.open(fileobj=unfinished, mode="w:gz", compresslevel=6) as archive:
            archive.addfile(_member(_HEAD, len(head)), io.BytesIO(head))
            with (folder / _JOURNAL).open("rb") as source:
                archive.addfile(_member(_JOURNAL, position.offset), source)
            for body in bodies:
                with body.path(folder).open("rb") as source:
                    archive.addfile(_member(_name(body, folder), body.size), source)
        unfinished.flush()
        os.fsync(unfinished.fileno())
        # a link, unlike a move, overwrites nothing
        file.hardlink_to(unfinished.name)
    sync(file.parent)
    return Backup(position, plain)


def restore_backup(file: Path, folder: Path, *, plain: bool) -> tuple[Backup, Path | None]:
    """Put the journal of a backup in the place of `folder`; returns where the old one is now.

    The old one stays beside it. Raises `StorageDamaged` when the backup is not as it was written
    or is one of the other kind, `StorageLocked` when a service uses the folder, `PathMissing`,
    `OSError`; then nothing has changed.
    """
    made = [path for path in folder.parents if not path.exists()]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".restore-") as unfinished:
        new = Path(unfinished, folder.name)
        backup = _unpacked(file, new)
        if backup.plain != plain:
            kind = {True: "--no-data", False: "–"}
            raise StorageDamaged(file=file, expected=kind[plain], found=kind[backup.plain])
        for path in (*new.rglob("*"), new):
            sync(path)
        old = None
        if not folder.exists():
            new.rename(folder)
        else:
            with unused(folder):
                old = _free_name(folder)
                folder.rename(old)
                new.rename(folder)
        for path in (folder, *made):
            sync(path.parent)
    return backup, old


def _unpacked(file: Path, folder: Path) -> Backup:
    """Write the journal of a backup to `folder` and check every entry."""
    try:
        with tarfile.open(file, "r:gz") as archive:
            head = json.loads(_content(archive, _HEAD).read())
            position = Position(**head["position"])
            folder.mkdir(mode=0o700)
            with (folder / _JOURNAL).open("xb") as target:
                shutil.copyfileobj(_content(archive, _JOURNAL), target)
            (folder / "committed").write_bytes(position.format())
            _unpack_bodies(archive, folder)
    except FileNotFoundError:
        raise PathMissing(path=file, expected="senryaku store backup") from None
    except (tarfile.TarError, EOFError, zlib.error, BadGzipFile, *_WRONG) as error:
        raise StorageDamaged(file=file, expected="senryaku store backup", found=error) from None
    found, _ = _verified(folder)
    size = (folder / _JOURNAL).stat().st_size
    if size != position.offset:
        raise StorageDamaged(file=file, expected=position.offset, found=size)
    return Backup(found, bool(head["plain"]))


def _unpack_bodies(archive: tarfile.TarFile, folder: Path) -> None:
    """Write the bodies that the journal refers to: no other name of the archive is followed."""
    with closing(Journal(folder)) as journal:
        bodies = _bodies(journal)
    for body in bodies:
        path = body.path(folder)
        path.parent.mkdir(exist_ok=True, mode=0o700)
        with path.open("xb") as target:
            shutil.copyfileobj(_content(archive, _name(body, folder)), target)


def _verified(folder: Path) -> tuple[Position, list[Body]]:
    """How far the journal of a folder counts, and its bodies; all of them are read."""
    with closing(Journal(folder)) as journal:
        position, bodies = journal.verify(), _bodies(journal)
    for body in bodies:
        check_body(body, folder)
    return position, bodies


def _bodies(journal: Journal) -> list[Body]:
    """The bodies that a journal refers to, each once; raises `StorageDamaged`."""
    found: dict[str, Body] = {}
    for _, rows, _ in journal.rows(Position(), journal.position()):
        found |= {body.sha256: body for body in bodies_of(rows)}
    return list(found.values())


def _name(body: Body, folder: Path) -> str:
    """Name of a body in the archive."""
    return str(body.path(folder).relative_to(folder))


def _content(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    content = archive.extractfile(name)
    if content is None:
        raise KeyError(name)
    return content


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o600
    return member


def _free_name(folder: Path) -> Path:
    number = 1
    while (name := folder.with_name(f"{folder.name}.before-restore-{number}")).exists():
        number += 1
    return name
