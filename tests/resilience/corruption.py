"""Damaged files: the service starts with the right answers or refuses to start, and says why."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
from tests.resilience.server import Mode, Server, StartRefused, server

from kg.store.journal import Journal, Position

_GRAPHS = ("http://example.org/a", "http://example.org/b")
_WRITES = 6
RIGHT, REFUSED = "right answer", "refusal"

Damage = Callable[[Server], str]
"""Damages files of a service; returns what a refusal must name."""


def outcomes(folder: Path, mode: Mode, only: str = "") -> Iterator[tuple[str, str]]:
    """Name of each kind of damage, and what became of it: RIGHT, REFUSED, or a fault in words.

    `only` is a pattern for the names.
    """
    with server(folder / "served", mode) as served:
        token = served.token()
        served.start()
        for number in range(_WRITES):
            _write(served, token, number)
        whole = _content(served)
        served.stop()
        shutil.copytree(served.folder, folder / "copy")
        for name, damage in damages(mode).items():
            if not re.search(only, name):
                continue
            shutil.rmtree(served.folder)
            shutil.copytree(folder / "copy", served.folder)
            yield name, _outcome(served, damage, whole, token)


def damages(mode: Mode) -> dict[str, Damage]:
    """Kinds of damage that a mode can meet."""
    found: dict[str, Damage] = {
        "journal: cut": lambda s: _cut(s.journal / "journal"),
        "journal: one bit": lambda s: _flip(s.journal / "journal"),
        "journal: empty": lambda s: _empty(s.journal / "journal"),
        "journal: missing": lambda s: _remove(s.journal / "journal"),
        "position: cut": lambda s: _cut(s.journal / "committed"),
        "position: one bit": lambda s: _flip(s.journal / "committed"),
        "position: missing": lambda s: _remove(s.journal / "committed"),
        "position: an older one": _older_position,
        "journal: half an entry more": _half_an_entry,
        "tokens: cut": lambda s: _cut(s.state / "tokens.json"),
        "tokens: no JSON": lambda s: _empty(s.state / "tokens.json"),
    }
    if not mode.plain:
        snapshot = "graph-*.snapshot"
        found["built graph: cut"] = lambda s: _cut(_one(s.state, snapshot))
        found["built graph: one bit"] = lambda s: _flip(_one(s.state, snapshot))
        found["built graph: missing"] = lambda s: _remove(_one(s.state, snapshot))
    if mode.disk:
        for pattern in ("*.sst", "MANIFEST-*", "CURRENT", "OPTIONS-*"):
            found[f"store, {pattern}: cut"] = _engine(pattern, _cut)
            found[f"store, {pattern}: one bit"] = _engine(pattern, _flip)
            found[f"store, {pattern}: missing"] = _engine(pattern, _remove)
        found["store, seal: one bit"] = lambda s: _flip(_newest(s) / "seal.json")
        found["store, seal: missing"] = lambda s: _remove(_newest(s) / "seal.json")
        found["store: newest folder missing"] = lambda s: _remove(_newest(s))
        found["store: all folders missing"] = lambda s: _remove(s.disk)
        found["store: an older folder under the newest name"] = _older_folder
    return found


def _outcome(served: Server, damage: Damage, whole: str, token: str) -> str:
    named = damage(served)
    try:
        served.start()
    except StartRefused as refusal:
        served.up = False
        return _refusal(served, refusal, named)
    try:
        if _content(served) != whole:
            return "a wrong answer"
        answer = _send(served, token, _WRITES)
        if named == "tokens.json":
            return RIGHT if answer.status_code >= httpx.codes.BAD_REQUEST else "a write by nobody"
        return RIGHT if answer.is_success else f"no more writes: {answer.text}"
    finally:
        served.stop()


def _refusal(served: Server, refusal: StartRefused, named: str) -> str:
    """Whether a refusal names the file, in both languages, without a stack trace."""
    said = [refusal.said]
    japanese = Server(served.folder, served.mode, {"SENRYAKU_LANG": "ja"})
    with suppress(StartRefused):
        japanese.start()
        japanese.stop()
    said.append(japanese.said())
    for text in said:
        if named not in text or "Traceback" in text or refusal.code != 1:
            return f"an unclear refusal: {refusal.code} {text}"
    return REFUSED if said[0] != said[1] else f"a refusal in one language: {said[0]}"


def _write(served: Server, token: str, number: int) -> None:
    assert _send(served, token, number).is_success


def _send(served: Server, token: str, number: int) -> httpx.Response:
    graph = _GRAPHS[number % len(_GRAPHS)]
    facts = " ".join(f"<urn:{number}> <urn:p> '{n} of {number}' ." for n in range(30))
    return httpx.post(
        f"{served.url}/update",
        content=f"INSERT DATA {{ GRAPH <{graph}> {{ {facts} }} }}",
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/sparql-update",
        },
        timeout=60,
    )


def _content(served: Server) -> str:
    parts = []
    for graph in _GRAPHS:
        accept = {"Accept": "application/n-triples"}
        url = f"{served.url}/graphs"
        answer = httpx.get(url, params={"graph": graph}, headers=accept, timeout=60)
        parts.append(f"{answer.status_code}\n" + "\n".join(sorted(answer.text.splitlines())))
    return "\n".join(parts)


def _cut(path: Path) -> str:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    return path.name


def _flip(path: Path) -> str:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    return path.name


def _empty(path: Path) -> str:
    path.write_bytes(b"")
    return path.name


def _remove(path: Path) -> str:
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    return path.name


def _older_position(served: Server) -> str:
    """What a power cut may leave: the entries are on the disk, the position is not."""
    journal, path = served.journal / "journal", served.journal / "committed"
    whole = journal.read_bytes()
    opened = Journal(served.journal)
    *_, before, _ = [position for *_, position in opened.rows(Position(), opened.position())]
    opened.close()
    path.write_bytes(before.format())
    assert journal.read_bytes() == whole
    return path.name


def _half_an_entry(served: Server) -> str:
    """What a killed writer leaves: an entry that was never acknowledged."""
    path = served.journal / "journal"
    data = path.read_bytes()
    path.write_bytes(data + data[:100])
    return path.name


def _one(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def _engine(pattern: str, damage: Callable[[Path], str]) -> Damage:
    return lambda served: damage(max((_newest(served) / "engine").glob(pattern)))


def _newest(served: Server) -> Path:
    folders = [path for path in served.disk.iterdir() if path.name.startswith("senryaku-")]
    return max(folders, key=lambda path: int(path.name.split("-")[-2]))


def _older_folder(served: Server) -> str:
    newest = _newest(served)
    number = int(newest.name.split("-")[-2])
    (older,) = served.disk.glob(f"*-{number - 1}-*")
    shutil.rmtree(newest)
    shutil.copytree(older, newest)
    return newest.name
