"""Fork servers that are prepared for other work than queries: confined, killed, used once."""

import asyncio
import errno
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

import mini
from kg.errors import EntryEmpty, QueryTimeout, ReaderLost, ReaderNotStarted
from kg.store.forking import ForkServer
from kg.store.work_pool import WorkPool

FACTS = {"colour": "緑"}


@asynccontextmanager
async def chores(module: str = "chores", **changes: Any) -> AsyncIterator[WorkPool]:
    server = ForkServer(mini.source(None), work={"module": module, "facts": FACTS})
    async with server, WorkPool(server, mini.lane(**changes), readers=1, queue=4) as pool:
        yield pool


def test_each_piece_of_work_has_a_process_of_its_own() -> None:
    async def work() -> None:
        async with chores() as pool:
            first, body = await pool.do({"chore": "think"}, "本文".encode())
            second, _ = await pool.do({"chore": "think"}, b"")
            assert (first["facts"], first["said"], body.decode()) == (FACTS, "done", "本文")
            assert first["pid"] != second["pid"]
            # the first is gone by now, or about to be
            for _ in range(200):
                if not psutil.pid_exists(first["pid"]):
                    break
                await asyncio.sleep(0.01)
            assert not psutil.pid_exists(first["pid"])

    asyncio.run(work())


def test_it_opens_and_reaches_nothing() -> None:
    async def work() -> None:
        async with chores() as pool:
            for chore in ("open", "connect"):
                head, _ = await pool.do({"chore": chore}, b"")
                assert int(head["said"]) in {errno.EMFILE, errno.EPERM}, chore

    asyncio.run(work())


@pytest.mark.parametrize("chore", ["sleep", "compute"])
def test_it_is_killed_at_its_deadline_and_the_next_is_done(chore: str) -> None:
    async def work() -> None:
        async with chores(seconds=0.5) as pool:
            with pytest.raises(QueryTimeout):
                await pool.do({"chore": chore}, b"")
            head, _ = await pool.do({"chore": "think"}, b"")
            assert head["said"] == "done"

    asyncio.run(work())


def test_too_much_memory_ends_the_work_and_comes_back() -> None:
    async def work() -> None:
        async with chores(memory=2**27) as pool:
            with pytest.raises(ReaderLost, match="memory limit"):
                await pool.do({"chore": "eat"}, b"")
            head, _ = await pool.do({"chore": "think"}, b"")
            used = sum(p.memory_info().rss for p in psutil.Process().children(recursive=True))
            assert head["said"] == "done"
            assert used < 2**29

    asyncio.run(work())


def test_refusals_and_deaths_are_told_apart() -> None:
    async def work() -> None:
        async with chores() as pool:
            with pytest.raises(EntryEmpty):
                await pool.do({"chore": "refuse"}, b"")
            with pytest.raises(ReaderLost, match="exit 3"):
                await pool.do({"chore": "die"}, b"")

    asyncio.run(work())


def test_a_fork_server_that_is_lost_is_prepared_again() -> None:
    async def work() -> None:
        async with chores() as pool:
            children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
            os.kill(int(children[-1]), signal.SIGKILL)
            async with asyncio.timeout(20):
                while pool.figures().readers:
                    await asyncio.sleep(0.01)
                head, _ = await pool.do({"chore": "think"}, b"")
            assert head["facts"] == FACTS

    asyncio.run(work())


def test_work_that_cannot_be_prepared_is_said() -> None:
    async def work() -> None:
        async with chores("kg.no_such_module"):
            pass

    with pytest.raises(ReaderNotStarted, match="exit 1"):
        asyncio.run(work())
