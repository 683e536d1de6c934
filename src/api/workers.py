"""Several HTTP processes on one listening socket: started, watched, replaced, ended together.

Each has its own readers and its own memory of answers. This parent serves nothing itself; it runs
neither threads nor an event loop, so that it can fork at any time.
"""

import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Self

import kg.errors
from kg.errors import Both, KgError

_LOG = logging.getLogger(__name__)
_ENDED = Both("HTTPプロセスが終了しました（{why}）", "an HTTP process has ended ({why})")
_EXIT = Both("終了コード {code}", "exit {code}")
_FORK = multiprocessing.get_context("fork")
_PAUSE_SECONDS = 1.0
"""Between the starts of two processes that end at once, so that a fault does not take the CPU."""
_END_SECONDS = 15.0
"""What a process has to end in order; then it is killed."""

Serve = Callable[[Callable[[], None]], None]
"""Serves until a signal; calls its argument as soon as requests are answered."""


class _EndError(Exception):
    """SIGTERM or SIGINT came."""


def run_workers(serve: Serve, count: int, on_ready: Callable[[], None]) -> None:
    """Run `serve` in `count` processes until SIGINT or SIGTERM; a lost one is replaced.

    `on_ready` is called once, when all of them answer. Raises what the start of one of them raises,
    and `ReaderNotStarted` when it ends without a word.
    """
    with _Lifeline() as lifeline, _ended_by_signals(), _all_ended() as running:
        try:
            for _ in range(count):
                running.append(_Worker(serve, lifeline))
            for worker in running:
                worker.wait_until_ready()
            on_ready()
            _watch(running, serve, lifeline)
        except _EndError:
            return


def _watch(running: "list[_Worker]", serve: Serve, lifeline: "_Lifeline") -> None:
    while True:
        wait([worker.process.sentinel for worker in running])
        for place, worker in enumerate(running):
            if not worker.process.is_alive():
                _LOG.error(_ENDED.filled(why=worker.last_words()))
                time.sleep(max(0.0, worker.started + _PAUSE_SECONDS - time.monotonic()))
                running[place] = _Worker(serve, lifeline)


class _Worker:
    """One HTTP process, and the pipe on which it says that it is ready, or why not."""

    def __init__(self, serve: Serve, lifeline: "_Lifeline") -> None:
        self._news, theirs = _FORK.Pipe(duplex=False)
        self.started = time.monotonic()
        self.process: BaseProcess = _FORK.Process(target=_run, args=(serve, theirs, lifeline))
        self.process.start()
        theirs.close()

    def wait_until_ready(self) -> None:
        """Raise what the start of the process raised."""
        try:
            news = self._news.recv()
        except EOFError:
            self.process.join()
            reason = _EXIT.filled(code=self.process.exitcode)
            raise kg.errors.ReaderNotStarted(reason=reason) from None
        if news is not None:
            name, facts = news
            raise getattr(kg.errors, name)(**facts)

    def last_words(self) -> Both:
        """Why a process that has ended did so: what it could not start with, or its exit code."""
        while self._news.poll():
            try:
                news = self._news.recv()
            except EOFError:
                break
            if news is not None:
                name, facts = news
                error: KgError = getattr(kg.errors, name)(**facts)
                return error.words()
        return _EXIT.filled(code=self.process.exitcode)


class _Lifeline:
    """A pipe that nobody writes to: who reads its end knows that the parent is gone."""

    def __enter__(self) -> Self:
        self._ours, self._theirs = _FORK.Pipe(duplex=False)
        return self

    def __exit__(self, *error: object) -> None:
        self._ours.close()
        self._theirs.close()

    def hold(self) -> None:
        """In a child: end this process in order when the parent has gone without a word."""
        self._theirs.close()
        Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        wait([self._ours])
        os.kill(os.getpid(), signal.SIGTERM)


def _run(serve: Serve, news: Connection, lifeline: _Lifeline) -> None:
    """What a process does; it ends with its parent."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    lifeline.hold()
    try:
        serve(lambda: news.send(None))
    except KgError as error:
        news.send((type(error).__name__, dict(error.facts)))


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    def end(*_: object) -> None:
        raise _EndError

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _all_ended() -> Iterator[list[_Worker]]:
    """Processes that are asked to end when the block does, and killed when they do not."""
    running: list[_Worker] = []
    try:
        yield running
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        for worker in running:
            worker.process.terminate()
        end = time.monotonic() + _END_SECONDS
        for worker in running:
            worker.process.join(max(0.0, end - time.monotonic()))
            worker.process.kill()
            worker.process.join()
