"""A reader: a process that answers requests over a socket, and may be killed.

The engine has neither a timeout nor a way to cancel, and a hostile query overflows its stack or
takes all memory, which ends the process. So it happens here, where that costs a fork: with no more
memory than allowed, without core dumps, and without files or network (no new descriptors but
connections that it is lent, see `kg.store.attending`). What a write would change is found out here
too, on a copy of the store that ends with the process.

Neither rdflib nor a framework is imported, so that a fork server is ready at once.
"""

import json
import os
import select
import signal
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pyoxigraph as ox

from kg.errors import Both, KgError, QueryFailed, StorageFailed, reason
from kg.store.attending import DESCRIPTORS, Attendance, Clerk
from kg.store.changes import Change
from kg.store.complexity import ANONYMOUS, QueryLimits
from kg.store.confinement import confine
from kg.store.datasets import MERGED, Chosen, Merges, chosen_by
from kg.store.dumps import dump
from kg.store.evaluation import evaluate, graph_names, serialise
from kg.store.frames import FRAME
from kg.store.guard import check_dataset, check_graphs, check_query
from kg.store.journal import Position
from kg.store.nesting import start_on_a_large_stack
from kg.store.output import Limits
from kg.store.replica import Replica
from kg.store.trial import Upload, try_drop, try_update, try_upload
from kg.store.uploads import UploadLimits

_ALARM_MARGIN = 2
_AT_ONCE = 64 * 1024
"""Bytes that are copied rather than sent or received on their own."""
_UPLOAD = UploadLimits()
_KNOWN = 500
"""Checked texts that a reader remembers."""
Reply = tuple[dict[str, object], bytes]
"""The JSON head of an answer, and its body."""
Task = Callable[[Mapping[str, Any], bytes], Reply]
"""Answers a request, which has a head and a body; raises `KgError`."""


@dataclass(frozen=True)
class Lane:
    """What the readers of a lane are held to.

    `checked` says that each query is looked at before the engine sees it. `rows` and `size` (bytes)
    limit a result, `memory` is in bytes on top of the loaded store, `seconds` is the wall time of a
    request, `nice` is added to the priority number. `text` limits queries and updates, `upload`
    what is read as RDF. `cpu` is computing time in seconds after which the process ends. `lends`
    says that its readers may get connections of clients.
    """

    checked: bool
    rows: int
    size: int
    memory: int
    seconds: float
    nice: int = 0
    text: QueryLimits = ANONYMOUS
    upload: UploadLimits = _UPLOAD
    cpu: float = 0
    lends: bool = False

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Self:
        """Read what `asdict` made."""
        text, upload = QueryLimits(**fields["text"]), UploadLimits(**fields["upload"])
        return cls(**{**fields, "text": text, "upload": upload})


def serve(
    connection: socket.socket,
    replica: Replica,
    lane: Lane,
    clerk: Clerk | None = None,
    work: Task | None = None,
) -> None:
    """Answer the requests of `connection` until its other end closes.

    With a `clerk` connections of clients may be lent. `work` is what this process can do beside
    asking the store (`kg.store.working`).
    """
    start_on_a_large_stack(_Reader(connection, replica, lane, clerk, work).run).join()


class _Reader:
    def __init__(
        self,
        connection: socket.socket,
        replica: Replica,
        lane: Lane,
        clerk: Clerk | None,
        work: Task | None,
    ) -> None:
        self._connection = connection
        # to take new memory of this size for each request would cost more than to read it
        self._buffer = memoryview(bytearray(_AT_ONCE))
        self._replica = replica
        self._lane = lane
        self._compared = lane.upload.compared
        self._merges = Merges()
        self._known: dict[str, Chosen | None] = {}
        self._known_at = replica.position
        self._clerk = clerk
        self._events = select.epoll() if clerk else None
        self._tasks: dict[str, Task] = {
            "query": self._query,
            "attend": self._attend,
            "dump": self._dump,
            "update": self._update,
            "upload": self._upload,
            "drop": self._drop,
            **({"work": work} if work else {}),
        }

    def run(self) -> None:
        """Give up every right that is not needed, and answer until the parent is gone."""
        descriptors = DESCRIPTORS if self._clerk else 0
        confine(self._lane.memory, files=self._replica.source.on_disk, descriptors=descriptors)
        self._replica.confined = True
        os.nice(self._lane.nice)
        with suppress(ConnectionError):
            self._send({"ready": os.getpid()}, b"")
            while request := self._receive():
                # should the parent be stuck, the process ends all the same
                signal.alarm(int(self._lane.seconds) + _ALARM_MARGIN)
                signal.setitimer(signal.ITIMER_PROF, self._lane.cpu)
                reply = self._reply(*request)
                signal.setitimer(signal.ITIMER_PROF, 0)
                signal.alarm(0)
                self._send(*reply)

    def _reply(self, head: Mapping[str, Any], body: bytes) -> Reply:
        try:
            if head["position"] is not None:
                self._replica.follow(Position(*head["position"]))
            return self._tasks[head["do"]](head, body)
        except KgError as error:
            return problem(error), b""
        except ValueError as error:
            # a name that the engine does not take is no reason to end
            return problem(QueryFailed(detail=str(error))), b""
        except OSError as error:
            if not self._replica.source.writable:
                raise
            # the draft of a store on disk that is full
            folder = Path(self._replica.source.snapshot or "").parent.parent
            return problem(StorageFailed(folder=folder, reason=reason(error))), b""

    def _query(self, head: Mapping[str, Any], body: bytes) -> Reply:
        query, source = body.decode("utf-8", "surrogatepass"), self._replica.source
        dataset = None if head["dataset"] is None else _chosen(head["dataset"])
        in_text = self._checked(query)
        if dataset is not None and self._lane.checked and source.graphs is not None:
            graphs = graph_names(self._replica.engine)
            check_dataset((*dataset.default, *dataset.named), base=source.graphs, graphs=graphs)
        engine, dataset = self._dataset(dataset, in_text)
        bindings = _bindings(head["bindings"])
        result = evaluate(engine, query, bindings, source.prefixes, dataset, base=source.base)
        limits = Limits(rows=self._lane.rows, size=self._lane.size)
        answer, media = serialise(result, head["accept"], source.prefixes, limits)
        return {"media": media}, answer

    def _attend(self, head: Mapping[str, Any], body: bytes) -> Reply:
        """Answer on connections that are lent; each of their queries has the time of any other."""
        del body
        if self._clerk is None or self._events is None:
            raise QueryFailed(detail="attend")
        position, seconds = self._replica.position, head["seconds"]
        signal.alarm(int(seconds + self._lane.seconds) + _ALARM_MARGIN)
        self._clerk.begin(head["facts"], self._evaluate)
        attendance = Attendance(
            self._connection,
            self._clerk,
            self._events,
            seconds=seconds,
            holds=lambda: self._unchanged(position),
        )
        return attendance.run()

    def _unchanged(self, position: Position) -> bool:
        try:
            return self._replica.newest() == position
        except KgError:
            # what is damaged is said to whom asks the service
            return False

    def _evaluate(
        self, query: str, accept: list[str], bindings: Mapping[str, Any]
    ) -> tuple[str, bytes]:
        """Answer a query of a connection that is lent; raises `KgError`, `ValueError`."""
        signal.setitimer(signal.ITIMER_PROF, self._lane.cpu)
        head = {"accept": accept, "bindings": bindings, "dataset": None}
        try:
            media, answer = self._query(head, query.encode("utf-8", "surrogatepass"))
        finally:
            # nothing is to end the process between a request and its answer
            signal.setitimer(signal.ITIMER_PROF, 0)
        return str(media["media"]), answer

    def _checked(self, query: str) -> Chosen | None:
        """The dataset that a text chooses, once it is checked; texts that were are remembered."""
        if self._known_at != self._replica.position or len(self._known) > _KNOWN:
            self._known.clear()
            self._known_at = self._replica.position
        if query not in self._known:
            if self._lane.checked:
                self._check(query)
            self._known[query] = chosen_by(query, self._replica.source.base or "")
        return self._known[query]

    def _check(self, query: str) -> None:
        base = self._replica.source.graphs
        graphs = () if base is None else graph_names(self._replica.engine)
        check_query(query, self._lane.text, allowed_graphs_base=base, graphs=graphs)
        if base is not None:
            check_graphs(query, base=base, graphs=graphs)

    def _dataset(
        self, requested: Chosen | None, in_text: Chosen | None
    ) -> tuple[ox.Store, Chosen | None]:
        """The store to ask, and the graphs of it that the query sees (None: as the text says)."""
        chosen = requested or in_text
        if chosen is None or len(chosen.default) <= 1:
            return self._replica.engine, requested
        merged = self._merges.of(self._replica.engine, chosen, self._replica.position)
        return merged, Chosen((MERGED,), chosen.named)

    def _dump(self, head: Mapping[str, Any], body: bytes) -> Reply:
        del body
        source = self._replica.source
        data = dump(
            self._replica.engine,
            head["graph"],
            head["media"],
            source.prefixes,
            source.layout,
            size=self._lane.size,
        )
        return {"media": head["media"]}, data

    def _update(self, head: Mapping[str, Any], body: bytes) -> Reply:
        using = None if head["dataset"] is None else _chosen(head["dataset"])
        text = body.decode("utf-8", "surrogatepass")
        return self._tried(try_update(self._replica, text, using, self._lane.text, self._compared))

    def _upload(self, head: Mapping[str, Any], body: bytes) -> Reply:
        upload = Upload(head["graph"], body, head["media"], head["base"])
        return self._tried(try_upload(self._replica, upload, self._lane.upload, add=head["add"]))

    def _drop(self, head: Mapping[str, Any], body: bytes) -> Reply:
        del body
        return self._tried(try_drop(self._replica, head["graph"], self._compared))

    def _tried(self, change: Change) -> Reply:
        rows = change.rows()
        self._replica.finish(rows)
        return change.summary(), rows

    def _send(self, head: Mapping[str, object], body: bytes) -> None:
        text = json.dumps(head).encode()
        start = FRAME.pack(len(text), len(body)) + text
        if len(body) <= _AT_ONCE:
            self._connection.sendall(start + body)
        else:
            self._connection.sendall(start)
            self._connection.sendall(body)

    def _receive(self) -> tuple[dict[str, Any], bytes] | None:
        """Read the next request; None when the parent closed the connection."""
        # the parent sends one request and waits, so nothing of another one comes with it
        size = self._connection.recv_into(self._buffer)
        if not size:
            return None
        data = self._buffer[:size].tobytes()
        while len(data) < FRAME.size:
            data += self._read(FRAME.size - len(data))
        head, body = FRAME.unpack_from(data)
        while missing := FRAME.size + head + body - len(data):
            data += self._read(missing)
        return json.loads(data[FRAME.size : FRAME.size + head]), data[FRAME.size + head :]

    def _read(self, size: int) -> bytes:
        data = self._connection.recv(size, socket.MSG_WAITALL)
        if not data:
            raise ConnectionError
        return data


def _chosen(dataset: list[list[str]]) -> Chosen:
    default, named = dataset
    return Chosen(tuple(default), tuple(named))


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


def problem(error: KgError) -> dict[str, object]:
    """An error as the head of a message."""
    facts = {key: _plain(fact) for key, fact in error.facts.items()}
    return {"error": type(error).__name__, "facts": facts}


def _plain(fact: object) -> object:
    """A fact as JSON can hold it; one in words of both languages is an object."""
    if isinstance(fact, Both):
        return fact._asdict()
    return fact if fact is None or isinstance(fact, int) else str(fact)
