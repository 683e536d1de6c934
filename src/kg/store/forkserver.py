"""A fork server: a process that has loaded the store and forks readers, each within a millisecond.

`python -m kg.store.forkserver SOURCE [WORK]` with the JSON of a `Source`, and of a module and facts
for work of another kind (`kg.store.working`); standard input is a socket.
Its parent sends lines of JSON: `fork` with a lane, and with the reader's end of a socket as a file
descriptor; `kill` with the pid of a reader; `follow`, when something was written; or `clerk`, the
name of a module that can answer on connections which are lent, and facts for it. It answers
with lines of JSON: `ready` or an error once the store is loaded, `forked` or `failed` with the
number of each fork, and `exited` with a status for each reader that is gone. It ends, with all
readers, when the parent closes the connection.

A fork copies no thread but its own, so none is made while another thread follows the journal; kills
do not wait for that.
"""

import importlib
import json
import os
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import Any, NoReturn

from kg.errors import KgError
from kg.store.attending import Clerk
from kg.store.nesting import on_a_large_stack, start_on_a_large_stack
from kg.store.reader import Lane, Task, problem, serve
from kg.store.replica import FAR, Replica, Source
from kg.store.working import do_work, prepare_work

_LINE = 64 * 1024
_FIRST_OWN = 3
"""Descriptors below it are the standard ones."""
_LONG_SECONDS, _LONG_BYTES = 2.0, 32 * 2**20
"""Beyond either, the next start is not to replay all that again."""
_POLITENESS = 10


def main(argument: str, work: str = "") -> None:
    """Run until the parent closes the connection; `work` is the JSON of what to prepare."""
    # a Ctrl-C is for the parent, whose end this process notices
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # uvloop lets copies of the connection slip in: readers would keep it open when this one dies
    os.closerange(_FIRST_OWN, os.sysconf("SC_OPEN_MAX"))
    source = Source(**json.loads(argument))
    with socket.socket(fileno=0) as control:
        try:
            replica, long = (None, False) if source.on_disk else _loaded(source)
            task = _prepared(work) if work else None
        except KgError as error:
            _tell(control, problem(error))
            return
        size = len(replica.engine) if replica else None
        _tell(control, {"ready": os.getpid(), "size": size})
        server = _ForkServer(control, source, replica, task)
        if long:
            server.write_checkpoint()
        server.run()


def _loaded(source: Source) -> tuple[Replica, bool]:
    """A replica of all that counts, and whether that took long."""
    replica = on_a_large_stack(partial(Replica, source))
    size, begun = replica.behind(), time.monotonic()
    on_a_large_stack(replica.follow)
    return replica, size > _LONG_BYTES or time.monotonic() - begun > _LONG_SECONDS


def _prepared(work: str) -> Task:
    return partial(do_work, prepare_work(**json.loads(work)))


class _ForkServer:
    def __init__(
        self,
        control: socket.socket,
        source: Source,
        replica: Replica | None,
        work: Task | None = None,
    ) -> None:
        self._control = control
        self._source = source
        self._replica = replica
        self._work = work
        self._clerk: Clerk | None = None
        self._readers: set[int] = set()
        self._text = b""
        self._descriptors: list[int] = []
        self._waiting: list[tuple[dict[str, Any], int]] = []
        self._following: threading.Thread | None = None
        self._done = threading.Event()
        self._failure: KgError | OSError | None = None
        self._woken, self._wake = socket.socketpair()
        self._wake.setblocking(False)

    def run(self) -> None:
        """Fork, kill and reap until the parent is gone."""
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # what has ended before
        self._reap()
        with selectors.DefaultSelector() as selector:
            selector.register(self._control, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self._woken:
                        self._woken.recv(4096)
                        self._reap()
                        self._fork_waiting()
                    elif not self._obey():
                        return self._end()

    def _obey(self) -> bool:
        """Carry out what the parent asks for; False when it is gone."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, _LINE, 1)
        except ConnectionError:
            return False
        if not data:
            return False
        self._descriptors += descriptors
        *lines, self._text = (self._text + data).split(b"\n")
        for line in lines:
            request = json.loads(line)
            if "kill" in request:
                self._kill(request["kill"])
            elif "follow" in request:
                self._fork_waiting()
            elif "clerk" in request:
                self._clerk = importlib.import_module(request["clerk"]).Clerk(request["facts"])
            else:
                self._waiting.append((request, self._descriptors.pop(0)))
                self._fork_waiting()
        return True

    def write_checkpoint(self) -> None:
        """Write a checkpoint in a process of its own, which a service that ends takes with it."""
        if self._replica is None:
            return
        pid = os.fork()
        if pid:
            self._readers.add(pid)
            return
        try:
            self._control.close()
            os.nice(_POLITENESS)
            # a start without one only takes longer
            with suppress(OSError):
                self._replica.write_checkpoint()
        finally:
            os._exit(0)

    def _fork_waiting(self) -> None:
        """Fork those that wait, unless the store is to follow the journal first."""
        enough = 0
        if self._following is None:
            self._failure = None
        elif self._done.is_set():
            self._following.join()
            self._following = None
            # what was written meanwhile, a reader can carry out
            enough = FAR if self._waiting else 0
        else:
            return
        if self._failure is None and self._follow(enough):
            return
        waiting, self._waiting = self._waiting, []
        for request, descriptor in waiting:
            self._fork(request, descriptor)

    def _follow(self, enough: int = 0) -> bool:
        """Carry out in a thread what was written; False when no more than `enough` bytes are new.

        Also when that cannot be known: then the failure is.
        """
        if self._replica is None:
            return False
        try:
            if self._replica.behind() <= enough:
                return False
        except KgError as error:
            self._failure = error
            return False
        self._done.clear()
        self._following = start_on_a_large_stack(partial(self._carry_out, self._replica))
        return True

    def _carry_out(self, replica: Replica) -> None:
        try:
            replica.follow()
        except (KgError, OSError) as error:
            self._failure = error
        finally:
            self._done.set()
            # a full buffer wakes it too
            with suppress(BlockingIOError):
                self._wake.send(b"\0")

    def _fork(self, request: dict[str, Any], descriptor: int) -> None:
        try:
            if self._failure is not None:
                raise self._failure
            pid = os.fork()
        except (KgError, OSError) as error:
            os.close(descriptor)
            reason = problem(error) if isinstance(error, KgError) else {}
            failed = {"failed": str(error), "number": request["number"], **reason}
            return _tell(self._control, failed)
        if not pid:
            self._become_reader(request, descriptor)
        os.close(descriptor)
        self._readers.add(pid)
        return _tell(self._control, {"forked": pid, "number": request["number"]})

    def _become_reader(self, request: dict[str, Any], descriptor: int) -> NoReturn:
        """Be a reader for the rest of this process."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._control.close()
            replica = self._replica or Replica(Source(**request["source"]))
            with socket.socket(fileno=descriptor) as connection:
                lane = Lane.of(request["lane"])
                serve(connection, replica, lane, self._clerk if lane.lends else None, self._work)
            status = 0
        finally:
            os._exit(status)

    def _kill(self, pid: int) -> None:
        # only children that were not reaped yet: their pids are still theirs
        if pid in self._readers:
            os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        # until there is none, or none that has ended
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = ended
                self._readers.discard(pid)
                _tell(self._control, {"exited": pid, "code": os.waitstatus_to_exitcode(status)})

    def _end(self) -> None:
        for pid in self._readers:
            os.kill(pid, signal.SIGKILL)


def _tell(control: socket.socket, message: dict[str, object]) -> None:
    # a parent that is gone is noticed where its messages are read
    with suppress(BrokenPipeError, ConnectionError):
        control.sendall(json.dumps(message).encode() + b"\n")


def arguments(source: Source, work: Mapping[str, object] | None = None) -> tuple[str, ...]:
    """Command line of a fork server for `source`, and for `work` (`module` and `facts`)."""
    more = () if work is None else (json.dumps(work),)
    return (sys.executable, "-P", "-m", "kg.store.forkserver", json.dumps(asdict(source)), *more)


if __name__ == "__main__":
    main(*sys.argv[1:])
