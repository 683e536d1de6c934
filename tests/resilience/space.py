"""A full disk: writes are answered with 507, nothing changes, and afterwards all goes on."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import httpx
import psutil
from tests.hostile.running import tree
from tests.resilience.server import Mode, Server, server

_FACTS = 4000
_MOST = 400
_ALONE = {"Connection": "close"}


def fills(folder: Path, mode: Mode) -> list[str]:
    """Fill a small file system (only root may make one) below a service; returns faults."""
    with _small_file_system(folder), server(folder, mode) as served:
        return _run(served, _really_full(folder))


def limited(folder: Path, mode: Mode) -> list[str]:
    """The same with a limit on the size of files, which needs no rights; returns faults."""
    with server(folder, mode) as served:
        return _run(served, _no_more(served))


def may_mount() -> bool:
    """Whether this process can make a file system."""
    return os.geteuid() == 0


def _run(served: Server, full: AbstractContextManager[None]) -> list[str]:
    token = served.token()
    served.start()
    faults: list[str] = []
    with httpx.Client(base_url=served.url, timeout=60) as http:
        before = _write(http, token, 1)
        faults += [] if before.is_success else [f"first write: {before.status_code}"]
        state = _everything(http)
        with full:
            faults += _refused(http, token)
            if _everything(http) != state:
                faults.append("a refused write changed something")
        after = _write(http, token, 2)
        if not after.is_success:
            faults.append(f"with space again: {after.status_code} {after.text[:300]}")
    served.kill()
    served.start()
    with httpx.Client(base_url=served.url, timeout=60) as http:
        if _everything(http).count("\n") != state.count("\n") + _FACTS:
            faults.append("after a restart something else is there")
    served.stop()
    return faults


def _refused(http: httpx.Client, token: str) -> list[str]:
    """Send an upload and an update, neither of which there is room for."""
    graph, facts = "<http://example.org/g>", " ".join(f"'{n:09}'" for n in range(_FACTS))
    update = (
        f"INSERT {{ GRAPH {graph} {{ <urn:3> <urn:p> ?o }} }} WHERE {{ VALUES ?o {{ {facts} }} }}"
    )
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sparql-update"}
    answers = [
        _write(http, token, 3),
        http.post("/update", content=update, headers=headers | _ALONE),
    ]
    full = httpx.codes.INSUFFICIENT_STORAGE
    return [f"full: {a.status_code} {a.text[:300]}" for a in answers if a.status_code != full]


def _write(http: httpx.Client, token: str, number: int) -> httpx.Response:
    facts = "\n".join(
        f"<urn:{number}:{n}> <urn:p> '{os.urandom(8).hex()}' ." for n in range(_FACTS)
    )
    return http.post(
        "/graphs",
        params={"graph": "http://example.org/g"},
        content=facts,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "text/turtle"} | _ALONE,
    )


def _everything(http: httpx.Client) -> str:
    """All triples of the graph."""
    accept = {"Accept": "application/n-triples", **_ALONE}
    answer = http.get("/graphs", params={"graph": "http://example.org/g"}, headers=accept)
    assert answer.status_code == httpx.codes.OK, answer.text
    return "\n".join(sorted(answer.text.splitlines())) + "\n"


@contextmanager
def _small_file_system(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)]
    subprocess.run(command, check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def _really_full(folder: Path) -> Iterator[None]:
    filler = folder / "filler"
    descriptor = os.open(filler, os.O_WRONLY | os.O_CREAT)
    with suppress(OSError):
        while os.write(descriptor, b"\0" * 4096):
            pass
    os.close(descriptor)
    yield
    filler.unlink()


@contextmanager
def _no_more(served: Server) -> Iterator[None]:
    """No file may grow beyond what the journal has now."""
    size = (served.journal / "journal").stat().st_size + _MOST
    everybody = tree(served.pid)
    before = [_limit(one, size) for one in everybody]
    yield
    for one, soft in zip(everybody, before, strict=True):
        _limit(one, soft)


def _limit(process: psutil.Process, soft: int) -> int:
    try:
        old, hard = process.rlimit(resource.RLIMIT_FSIZE)
        process.rlimit(resource.RLIMIT_FSIZE, (soft, hard))
    except psutil.Error:
        return resource.RLIM_INFINITY
    return old
