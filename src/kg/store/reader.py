"""A reader process: loads a snapshot, answers queries over its standard input, and may be killed.

`python -m kg.store.reader CONFIG` with the JSON of a `Config`; standard input is a socket. The
engine has neither a timeout nor a way to cancel, and a hostile query overflows its stack or takes
all memory, which ends the process. So it happens here, where that costs a restart: with no more
memory than allowed, without core dumps, and without files or network (no new descriptors).

Only the engine and `kg.nearest` are imported, so that a new reader is ready at once.
"""

import json
import os
import re
import resource
import signal
import socket
import struct
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg.errors import Both, KgError, QueryFailed
from kg.store.evaluation import Limits, evaluate, graph_names, serialise
from kg.store.guard import check_graphs, check_query
from kg.store.snapshot import read_snapshot

FRAME = struct.Struct(">II")
"""Before each message: bytes of its JSON head, bytes of its body."""
_STACK = 256 * 1024 * 1024
_ALARM_MARGIN = 2


@dataclass(frozen=True)
class Config:
    """What a reader is started with.

    `snapshot` is a snapshot file, or the folder of a store on disk. `graphs_base` is None for a
    reader of trusted queries; else every query is checked, and FROM must name graphs below it.
    `seconds` is the wall time of the parent, `memory` in bytes on top of the loaded store, `nice`
    is added to the priority number.
    """

    snapshot: str
    prefixes: Mapping[str, str]
    graphs_base: str | None
    rows: int
    size: int
    memory: int
    seconds: float
    nice: int


def main(argument: str) -> None:
    """Run until the parent closes the socket."""
    config = Config(**json.loads(argument))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # a Ctrl-C is for the parent, whose end this process notices
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.stack_size(_STACK)
    thread = threading.Thread(target=_serve, args=(config,))
    thread.start()
    thread.join()


def _serve(config: Config) -> None:
    """Load, give up every right that is not needed, and answer until the end of the input."""
    with socket.socket(fileno=0) as connection:
        try:
            engine = _open(Path(config.snapshot))
        except KgError as error:
            _send(connection, _problem(error), b"")
            return
        _confine(config.memory)
        # not before: visitors wait for a reader that loads
        os.nice(config.nice)
        _send(connection, {"ready": len(engine)}, b"")
        while request := _receive(connection):
            # should the parent be gone or stuck, the process ends all the same
            signal.alarm(int(config.seconds) + _ALARM_MARGIN)
            head, body = _answer(engine, config, request)
            signal.alarm(0)
            _send(connection, head, body)


def _open(path: Path) -> ox.Store:
    return ox.Store.read_only(str(path)) if path.is_dir() else read_snapshot(path)


def _confine(memory: int) -> None:
    """Cap the memory and forbid new files and sockets; those already open stay usable."""
    status = Path("/proc/self/status")
    used = re.search(r"VmData:\s*(\d+) kB", status.read_text()) if status.exists() else None
    limit = memory + (int(used[1]) * 1024 if used else 0)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _answer(
    engine: ox.Store, config: Config, request: Mapping[str, Any]
) -> tuple[dict[str, object], bytes]:
    try:
        if config.graphs_base is not None:
            base, query = config.graphs_base, request["query"]
            check_query(query, allowed_graphs_base=base)
            check_graphs(query, base=base, graphs=graph_names(engine))
        bindings = _bindings(request["bindings"])
        result = evaluate(
            engine, request["query"], bindings, config.prefixes, request.get("dataset")
        )
        limits = Limits(rows=config.rows, size=config.size)
        body, media = serialise(result, request["accept"], config.prefixes, limits)
    except KgError as error:
        return _problem(error), b""
    return {"media": media}, body


def _bindings(
    values: Mapping[str, Mapping[str, str]],
) -> dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal]:
    try:
        return {ox.Variable(name): _term(value) for name, value in values.items()}
    except ValueError as error:
        raise QueryFailed(detail=str(error)) from None


def _term(value: Mapping[str, str]) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """Read a term as SPARQL's JSON results spell it."""
    if value["type"] == "uri":
        return ox.NamedNode(value["value"])
    if value["type"] == "bnode":
        return ox.BlankNode(value["value"])
    if "xml:lang" in value:
        return ox.Literal(value["value"], language=value["xml:lang"])
    datatype = ox.NamedNode(value["datatype"]) if "datatype" in value else None
    return ox.Literal(value["value"], datatype=datatype)


def _problem(error: KgError) -> dict[str, object]:
    facts = {key: _plain(fact) for key, fact in error.facts.items()}
    return {"error": type(error).__name__, "facts": facts}


def _plain(fact: object) -> object:
    """A fact as JSON can hold it; one in words of both languages is an object."""
    if isinstance(fact, Both):
        return fact._asdict()
    return fact if fact is None or isinstance(fact, int) else str(fact)


def _send(connection: socket.socket, head: Mapping[str, object], body: bytes) -> None:
    text = json.dumps(head).encode()
    connection.sendall(FRAME.pack(len(text), len(body)) + text + body)


def _receive(connection: socket.socket) -> dict[str, Any] | None:
    """Read the next request; None when the parent closed the connection."""
    prefix = _read(connection, FRAME.size)
    if not prefix:
        return None
    head, _ = FRAME.unpack(prefix)
    request: dict[str, Any] = json.loads(_read(connection, head))
    return request


def _read(connection: socket.socket, size: int) -> bytes:
    return connection.recv(size, socket.MSG_WAITALL)


if __name__ == "__main__":
    main(sys.argv[1])
