"""The fork server from the side of the service, with the event loop that the service uses."""

import asyncio
import os
import signal
from pathlib import Path

import uvloop

import mini
from kg.store.forking import ForkServer
from kg.store.pool import ReaderPool


def test_a_lost_fork_server_is_noticed_although_its_readers_live(tmp_path: Path) -> None:
    snapshot = mini.snapshot(tmp_path)

    async def work() -> None:
        async with (
            ForkServer(mini.source(snapshot)) as server,
            ReaderPool(server, mini.lane(seconds=20), readers=2, queue=4) as pool,
        ):
            await pool.answer("ASK {}", [mini.JSON])
            (lost,) = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
            os.kill(int(lost), signal.SIGKILL)
            async with asyncio.timeout(10):
                while pool.figures().readers:
                    await asyncio.sleep(0.01)
                await pool.answer("ASK {}", [mini.JSON])

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work())
