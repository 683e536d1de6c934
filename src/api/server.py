"""The HTTP server around the application."""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
import uvloop
from fastapi import FastAPI

from api.connection import Bounds, bounded
from api.settings import Settings

_ENDS = (signal.SIGINT, signal.SIGTERM)


class _Server(uvicorn.Server):
    """A server that a signal ends in order; the original passes it on and is killed by it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let the signals end the server while the block runs."""
        loop = asyncio.get_running_loop()
        for number in _ENDS:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in _ENDS:
                loop.remove_signal_handler(number)


def run_server(
    app: FastAPI, listener: socket.socket, settings: Settings, on_ready: Callable[[], None]
) -> None:
    """Serve `app` on a listening socket until SIGINT or SIGTERM.

    Then no connection is taken any more, and requests that run have some seconds to end.
    `on_ready` is called as soon as requests are answered. Raises what starting the app raises;
    then the socket is still open.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(app, listener, settings, on_ready))


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """Set up the server: the fast parser, and connections within the bounds of `settings`."""
    bounds = Bounds(
        header_bytes=settings.header_bytes,
        connections=settings.connections,
        head=settings.header_timeout,
        body=settings.body_timeout,
        drain=settings.write_timeout,
        unsent=settings.unsent_bytes,
    )
    return uvicorn.Config(
        app,
        http=bounded(bounds, app.state.shortcut, app.state.express, app.state.lender),
        ws="none",
        # the app is started by whom runs it, as the server would only log why it did not start
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        # believing a proxy is a setting of the app
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=settings.keep_alive,
        timeout_graceful_shutdown=settings.shutdown,
    )


async def _serve(
    app: FastAPI, listener: socket.socket, settings: Settings, on_ready: Callable[[], None]
) -> None:
    async with app.router.lifespan_context(app):
        on_ready()
        await _Server(server_config(app, settings)).serve(sockets=[listener])
