"""A fork server: a process that has loaded the store and forks readers, each within a millisecond.

`python -m kg.store.forkserver SOURCE` with the JSON of a `Source`; standard input is a socket.
Its parent sends lines of JSON: `fork` with a lane, and with the reader's end of a socket as a file
descriptor; or `kill` with the pid of a reader. It answers with lines of JSON: `ready` or an error
once the store is loaded, `forked` or `failed` with the number of each fork, and `exited` with a
status for each reader that is gone. It ends, with all readers, when the parent closes the
connection.

It has one thread only: a fork copies no other.
"""

import json
import os
import selectors
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import Any, NoReturn

from kg.errors import KgError
from kg.store.reader import Lane, problem, serve
from kg.store.replica import Replica, Source

_LINE = 64 * 1024
_FIRST_OWN = 3
"""Descriptors below it are the standard ones."""


def main(argument: str) -> None:
    """Run until the parent closes the connection."""
    # a Ctrl-C is for the parent, whose end this process notices
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # uvloop lets copies of the connection slip in: readers would keep it open when this one dies
    os.closerange(_FIRST_OWN, os.sysconf("SC_OPEN_MAX"))
    source = Source(**json.loads(argument))
    with socket.socket(fileno=0) as control:
        try:
            replica = None if source.on_disk else _loaded(source)
        except KgError as error:
            _tell(control, problem(error))
            return
        size = len(replica.engine) if replica else None
        _tell(control, {"ready": os.getpid(), "size": size})
        _ForkServer(control, source, replica).run()


def _loaded(source: Source) -> Replica:
    replica = Replica(source)
    replica.follow()
    return replica


class _ForkServer:
    def __init__(self, control: socket.socket, source: Source, replica: Replica | None) -> None:
        self._control = control
        self._source = source
        self._replica = replica
        self._readers: set[int] = set()
        self._text = b""
        self._descriptors: list[int] = []

    def run(self) -> None:
        """Fork, kill and reap until the parent is gone."""
        woken, wake = socket.socketpair()
        wake.setblocking(False)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with selectors.DefaultSelector() as selector:
            selector.register(self._control, selectors.EVENT_READ)
            selector.register(woken, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is woken:
                        woken.recv(4096)
                        self._reap()
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
            else:
                self._fork(request, self._descriptors.pop(0))
        return True

    def _fork(self, request: dict[str, Any], descriptor: int) -> None:
        try:
            if self._replica is not None:
                self._replica.follow()
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
                serve(connection, replica, Lane.of(request["lane"]))
            status = 0
        finally:
            os._exit(status)

    def _kill(self, pid: int) -> None:
        # only children that were not reaped yet: their pids are still theirs
        if pid in self._readers:
            os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        while self._readers:
            with suppress(ChildProcessError):
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                self._readers.discard(pid)
                _tell(self._control, {"exited": pid, "code": os.waitstatus_to_exitcode(status)})

    def _end(self) -> None:
        for pid in self._readers:
            os.kill(pid, signal.SIGKILL)


def _tell(control: socket.socket, message: dict[str, object]) -> None:
    # a parent that is gone is noticed where its messages are read
    with suppress(BrokenPipeError, ConnectionError):
        control.sendall(json.dumps(message).encode() + b"\n")


def arguments(source: Source) -> tuple[str, ...]:
    """Command line of a fork server for `source`."""
    return (sys.executable, "-P", "-m", "kg.store.forkserver", json.dumps(asdict(source)))


if __name__ == "__main__":
    main(sys.argv[1])
