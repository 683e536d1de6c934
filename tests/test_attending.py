"""One loan from the side of the reader, with real sockets and a clerk that tests can direct."""

import json
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from kg.store.attending import Answered, Attendance, Evaluate, is_torn
from kg.store.frames import FRAME

SECONDS = 5.0


class Clerk:
    """Answers lines as `respond` says."""

    longest = 8192

    def __init__(self, respond: Callable[[bytes], Answered | None]) -> None:
        self._respond = respond

    def begin(self, facts: Mapping[str, Any], evaluate: Evaluate) -> None:
        del facts, evaluate

    def form(self, facts: Mapping[str, Any]) -> object:
        return facts

    def answer(self, form: Any, data: bytes) -> Answered | None:
        del form
        return self._respond(data)


class Service:
    """The other end of a loan."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel

    def send(self, message: Mapping[str, object], *given: socket.socket) -> None:
        text = json.dumps(message).encode()
        descriptors = [one.fileno() for one in given]
        socket.send_fds(self._channel, [FRAME.pack(len(text), 0) + text], descriptors)

    def receive(self) -> tuple[dict[str, Any], bytes]:
        head, body = FRAME.unpack(self._read(FRAME.size))
        return json.loads(self._read(head)), self._read(body)

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            data += self._channel.recv(size - len(data))
        return data


@contextmanager
def lending(
    respond: Callable[[bytes], Answered | None], holds: Callable[[], bool] = lambda: True
) -> Iterator[Service]:
    """A loan that runs in a thread; `respond` may keep it from ending for want of requests."""
    ours, theirs = socket.socketpair()
    results: list[object] = []
    with ours, theirs:
        ours.settimeout(SECONDS)
        loan = Attendance(theirs, Clerk(respond), select.epoll(), seconds=SECONDS, holds=holds)
        thread = threading.Thread(target=lambda: results.append(loan.run()))
        thread.start()
        service = Service(ours)
        assert service.receive()[0] == {"attending": True}
        yield service
        service.send({"close": True})
        thread.join(SECONDS)
    assert len(results) == 1, "it has failed"


@contextmanager
def connection() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connection of a client, over TCP: both ends, that of the service never waits."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname(), timeout=SECONDS)
        served, _ = listener.accept()
    served.setblocking(False)
    with client, served:
        yield client, served


def fill(served: socket.socket) -> int:
    """Send until the system takes not one byte more; gives how many bytes that were."""
    total = 0
    for size in (1000, 1):
        with suppress(BlockingIOError):
            while True:
                total += served.send(b"x" * size)
    return total


def read(client: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += client.recv(size - len(data))
    return data


def test_an_answer_for_which_there_is_no_room_comes_back() -> None:
    """As of a client that asks on and on, and reads nothing."""
    client, served = socket.socketpair()
    client.settimeout(SECONDS)
    served.setblocking(False)
    with client, served:
        filled = fill(served)
        client.sendall(b"hello")
        with lending(lambda data: Answered(data, [], True)) as service:
            service.send({"take": 7, "form": {}}, served)
            head, body = service.receive()
        assert head["seen"] == [[7]]
        # whoever is that slow keeps others waiting
        assert head["back"] == [[7, 5, True, 0.0]]
        assert body == b"hello"
        assert read(client, filled) == b"x" * filled


def test_what_is_left_of_a_large_answer_comes_back() -> None:
    answer = bytes(range(256)) * 50_000
    with connection() as (client, served), lending(lambda _: Answered(answer, [], True)) as service:
        client.sendall(b"hello")
        service.send({"take": 7, "form": {}}, served)
        head, body = service.receive()
        ((number, size, slow, _),) = head["back"]
        assert (number, size, slow) == (7, len(body), True)
        assert 0 < size < len(answer)
        # were this reader killed before it told that, nobody would know what is left
        assert is_torn(served)
        assert read(client, len(answer) - size) + body == answer


def test_a_whole_answer_leaves_a_whole_connection() -> None:
    with (
        connection() as (client, served),
        lending(lambda data: Answered(data, [], True)) as service,
    ):
        service.send({"take": 1, "form": {}}, served)
        client.sendall(b"hello")
        assert read(client, 5) == b"hello"
        service.receive()
        assert not is_torn(served)


def test_between_a_request_and_its_answer_a_connection_is_marked() -> None:
    with connection() as (client, served):
        seen: list[bool] = []

        def respond(data: bytes) -> Answered:
            # the request can still be answered by somebody else
            seen.append(is_torn(served))
            assert served.recv(5, socket.MSG_PEEK) == data
            return Answered(data, [], True)

        with lending(respond) as service:
            service.send({"take": 1, "form": {}}, served)
            client.sendall(b"hello")
            assert read(client, 5) == b"hello"
        assert seen == [False]


@pytest.mark.parametrize("how", ["reset", "closed"])
def test_who_leaves_while_being_answered_ends_no_loan(how: str) -> None:
    with connection() as (client, served), connection() as (other, others):

        def respond(data: bytes) -> Answered:
            if data == b"bye":
                if how == "reset":
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.close()
            return Answered(data * 10_000, [], True)

        with lending(respond) as service:
            service.send({"take": 1, "form": {}}, served)
            service.send({"take": 2, "form": {}}, others)
            client.sendall(b"bye")
            other.sendall(b"hello")
            assert read(other, 50_000) == b"hello" * 10_000
            back: list[int] = []
            while sorted(back) != [1, 2]:
                back += [number for number, *_ in service.receive()[0]["back"]]


def test_what_is_not_answered_comes_back_at_once_and_unread() -> None:
    """Also while others go on asking."""
    ended = threading.Event()
    with connection() as (client, served), connection() as (other, others):

        def go_on() -> None:
            while not ended.is_set():
                other.sendall(b"hello")
                assert read(other, 5) == b"hello"

        def respond(data: bytes) -> Answered | None:
            return Answered(data, [], True) if data == b"hello" else None

        with lending(respond) as service:
            service.send({"take": 2, "form": {}}, others)
            asking = threading.Thread(target=go_on)
            asking.start()
            try:
                service.send({"take": 1, "form": {}}, served)
                service.receive()
                client.sendall(b"what?")
                while not (head := service.receive()[0])["back"]:
                    pass
            finally:
                ended.set()
                asking.join()
            assert head["back"] == [[1, 0, False, 0.0]]
            # not only with the many others that are told together
            assert len(head["seen"]) < 32
        assert served.recv(100) == b"what?"


def test_after_a_write_all_come_back_unread() -> None:
    with connection() as (client, served):
        with lending(lambda data: Answered(data, [], True), holds=lambda: False) as service:
            client.sendall(b"hello")
            service.send({"take": 1, "form": {}}, served)
            head, _ = service.receive()
            assert head == {"seen": [], "back": [[1, 0, False, 0.0]], "over": True}
        assert served.recv(100) == b"hello"
        assert not is_torn(served)


def test_what_was_evaluated_in_vain_comes_back_unread_with_its_seconds() -> None:
    def respond(data: bytes) -> Answered:
        del data
        time.sleep(0.01)
        return Answered()

    with connection() as (client, served):
        with lending(respond) as service:
            client.sendall(b"hello")
            service.send({"take": 1, "form": {}}, served)
            head, _ = service.receive()
            ((number, size, slow, seconds),) = head["back"]
            assert (number, size, slow) == (1, 0, True)
            assert 0.01 <= seconds < 1
            assert head["seen"] == []
        assert served.recv(100) == b"hello"
