"""A connection that answers some requests itself, before its parser and the application.

Those that came before, byte for byte (`api.shortcut`), and those that came whole with headers that
came before (`api.express`).
"""

import asyncio
import logging
import socket
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from api.cache import Evaluated
from api.express import Asked, Express
from api.flights import Landing
from api.lending import Lender, Row
from api.shortcut import EXTENSION, Shortcut, Whole
from kg.errors import Both
from kg.store.attending import is_torn, mend

_LOG = logging.getLogger(__name__)
_LAST_SECONDS = 0.05
"""How long a connection that was lent is read when the service ends."""
_FAULT = Both("要求の処理に失敗しました", "a request failed")


class AnsweringProtocol(HttpToolsProtocol):
    """HTTP/1.1 by httptools, but for requests that need no parser."""

    shortcut: Shortcut
    express: Express
    lender: Lender

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._between = True
        self._request: bytes | None = None
        self._under_way: asyncio.Task[None] | None = None
        self._evaluated: Evaluated | None = None
        # what came after a request that is under way, and whether that is to be the last one
        self._held = b""
        self._last = False
        self._lent = False
        self.plain = Row()

    def on_whole_request(self) -> None:
        """A request is here that needs no parser."""

    def data_received(self, data: bytes) -> None:
        """Answer what needs no parser, and let it read the rest."""
        if self._under_way is not None:
            self._hold(data)
            return
        idle = self._between and (self.cycle is None or self.cycle.response_complete)
        if idle and not data.strip(b"\r\n"):
            # what the parser skips begins no request, and so must not end the time to begin one
            return
        ready = idle and not self.flow.write_paused
        if ready and (self._answer_at_once(data) or self._start_express(data)):
            return
        self._request = data if idle else None
        self.plain.end()
        super().data_received(data)

    def _answer_at_once(self, data: bytes) -> bool:
        """Answer a request that is known; False for any other."""
        first = self.server_state.default_headers
        answer = self.shortcut.answer(self.host, data, first)
        if answer is None:
            return False
        self.on_whole_request()
        self.plain.end()
        self.transport.write(answer)
        self.on_response_complete()
        return True

    def _start_express(self, data: bytes) -> bool:
        """Have a request answered that needs no parser; False for any other."""
        asked = self.express.read(self.host, data)
        if asked is None:
            return False
        self.on_whole_request()
        self._unset_keepalive_if_required()
        task = self._under_way = self.loop.create_task(self._answer_by_express(asked, data))
        self.tasks.add(task)
        task.add_done_callback(self._note_end)
        return True

    def _note_end(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            _LOG.error(_FAULT.filled(), exc_info=fault)

    async def _answer_by_express(self, asked: Asked, data: bytes) -> None:
        answer: bytes | Evaluated | None = None
        try:
            answer = await self.express.answer(asked, self.server_state.default_headers)
        except asyncio.CancelledError:
            # the server ends
            self.transport.close()
            raise
        finally:
            # a fault is found again by the application, which knows what to say
            self._under_way = None
            self._conclude(answer, asked, data)

    def _conclude(self, answer: bytes | Evaluated | None, asked: Asked, data: bytes) -> None:
        """Send an answer, or send the request the long way."""
        if self.transport.is_closing():
            if isinstance(answer, Evaluated):
                answer.land(Landing(left=True))
            return
        if isinstance(answer, bytes):
            self._send_whole(answer)
            self.lender.offer(self, asked, self.server_state.default_headers)
        else:
            self.plain.end()
            self._evaluated, before = answer, self.cycle
            self._request = data
            super().data_received(data)
            if isinstance(answer, Evaluated) and self.cycle is before:
                # the parser refused it
                answer.land(Landing(left=True))
            if self._last:
                super().shutdown()
        held, self._held = self._held, b""
        if held:
            self.data_received(held)

    def _send_whole(self, answer: bytes) -> None:
        if self._last:
            answer = answer.replace(b"\r\n", b"\r\nconnection: close\r\n", 1)
        self.transport.write(answer)
        self.on_response_complete()
        if self._last:
            self.transport.close()

    def _hold(self, data: bytes) -> None:
        """Keep what comes after a request that is under way, but not much of it."""
        self._held += data
        if len(self._held) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()

    def shutdown(self) -> None:
        """Close the connection, after the answer that is due."""
        if self._under_way is None and not self._lent:
            super().shutdown()
        self._last = True
        if self._lent:
            self.lender.recall()

    @property
    def idle(self) -> bool:
        """Whether nothing is under way, in either direction."""
        answered = self._between and (self.cycle is None or self.cycle.response_complete)
        waiting = self._under_way is not None or self._held or self._last or self._lent
        ready = answered and not waiting and not self.transport.is_closing()
        return bool(ready) and not self.transport.get_write_buffer_size()

    def lend(self) -> int:
        """Read no more until it is taken back; gives the descriptor."""
        self._lent = True
        self._unset_keepalive_if_required()
        self.flow.pause_reading()
        number: int = self._socket.fileno()
        return number

    def take_back(self, rest: bytes) -> None:
        """Send what is left of an answer, and go on reading."""
        self._lent = False
        if self.transport.is_closing():
            return
        if rest:
            mend(self._socket)
            self.transport.write(rest)
        elif is_torn(self._socket):
            # whoever had it was killed while answering: the client knows that it may ask again
            self.transport.abort()
            return
        self.on_response_complete()
        if self._last:
            # what has come meanwhile is read first
            self.loop.call_later(_LAST_SECONDS, self.shutdown)

    def on_message_begin(self) -> None:
        """Note that the parser is in the middle of a request."""
        super().on_message_begin()
        self._between = False

    def on_headers_complete(self) -> None:
        """Tell the application what is known about the request."""
        if self._request is not None:
            self.scope["extensions"] = {EXTENSION: {"whole": Whole(self.host, self._request)}}
        if self._evaluated is not None:
            done, self._evaluated = self._evaluated, None
            self.scope["state"].update(done.state, evaluated=done)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that the parser expects another request."""
        self._between = True
        super().on_message_complete()

    @property
    def _socket(self) -> socket.socket:
        opened: socket.socket = self.transport.get_extra_info("socket")
        return opened

    @property
    def host(self) -> str:
        """Address of the client; empty for a socket of this machine."""
        return self.client[0] if self.client else ""
