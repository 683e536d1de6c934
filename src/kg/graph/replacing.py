"""Writing many files so that all of them change or none."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from kg.errors import Both, OutputRefused, PathMismatched, reason

_FOLDER, _FILE = Both("フォルダー", "a folder"), Both("ファイル", "a file")


def replace_files(
    folder: Path, texts: Mapping[Path, str | bytes], obsolete: Iterable[Path] = ()
) -> None:
    """Write `texts` (path below `folder` → content) and remove the files `obsolete` below it.

    New files are complete before any is put in its place, and the old ones go back when one
    cannot be replaced. Raises `PathMismatched` (a folder where a file must be, or the other way
    round) and `OutputRefused` (the system refuses), with everything as it was.
    """
    _refuse_other_kinds(folder, texts)
    made = _make_folders([folder, *sorted({(folder / path).parent for path in texts})])
    try:
        with TemporaryDirectory(dir=folder, prefix=".draft-") as scratch:
            new, old = Path(scratch) / "new", Path(scratch) / "old"
            for path, text in texts.items():
                (new / path).parent.mkdir(parents=True, exist_ok=True)
                (new / path).write_bytes(text.encode() if isinstance(text, str) else text)
            _swap(folder, new, old, sorted({*texts, *obsolete}))
    except OSError as error:
        _remove_folders(made)
        raise _refused(folder, error) from error
    except BaseException:
        _remove_folders(made)
        raise


def replace_output(path: Path, text: str) -> None:
    """Write one file that a person named, all of it or nothing; its folders are made.

    What is no file (`/dev/stdout`, a pipe) is written to. Raises what `replace_files` raises.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        path.write_text(text, encoding="utf-8", newline="")
        return
    target = path.resolve()
    replace_files(target.parent, {Path(target.name): text})


def _refuse_other_kinds(folder: Path, texts: Iterable[Path]) -> None:
    for path in sorted({folder, *((folder / text).parent for text in texts)}):
        if path.exists() and not path.is_dir():
            raise PathMismatched(path=path, found=_FILE, expected=_FOLDER)
    for path in sorted(folder / text for text in texts):
        if path.is_dir():
            raise PathMismatched(path=path, found=_FOLDER, expected=_FILE)


def _make_folders(folders: Iterable[Path]) -> list[Path]:
    """Make what is missing, parents too; returns what was made, outer folders first."""
    made: list[Path] = []
    for folder in folders:
        missing = [p for p in (folder, *folder.parents) if not p.exists()]
        for path in reversed(missing):
            try:
                path.mkdir()
            except OSError as error:
                _remove_folders(made)
                raise _refused(path, error) from error
            made.append(path)
    return made


def _remove_folders(made: list[Path]) -> None:
    for path in reversed(made):
        path.rmdir()


def _swap(folder: Path, new: Path, old: Path, paths: Iterable[Path]) -> None:
    """Put new files in the place of old ones; take all back when one cannot be replaced."""
    moves: list[tuple[Path, Path]] = []
    place = folder
    try:
        for path in paths:
            place = folder / path
            for source, target in ((place, old / path), (new / path, place)):
                if source.exists():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    source.replace(target)
                    moves.append((source, target))
    except BaseException as error:
        for source, target in reversed(moves):
            target.replace(source)
        if isinstance(error, OSError):
            raise _refused(place, error) from error
        raise


def _refused(path: Path, error: OSError) -> OutputRefused:
    return OutputRefused(path=path, reason=reason(error))
