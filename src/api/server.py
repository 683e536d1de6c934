"""The HTTP server around the application."""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

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
    asyncio.run(_serve(app, listener, settings, on_ready))


async def _serve(
    app: FastAPI, listener: socket.socket, settings: Settings, on_ready: Callable[[], None]
) -> None:
    # the app is started here, as the server would only log why it did not start
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        log_level="warning",
        # believing a proxy is a setting of the app
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown,
    )
    async with app.router.lifespan_context(app):
        on_ready()
        await _Server(config).serve(sockets=[listener])
