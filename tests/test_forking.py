"""The fork server from the side of the service, with the event loop that the service uses."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
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


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_fork_server_that_is_stuck_keeps_no_service_from_ending(
    tmp_path: Path, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    pids: list[int] = []

    async def work() -> None:
        async with mini.pool(mini.snapshot(tmp_path), readers=2) as pool:
            pids.extend(reader._pid for reader in pool._all)
            process = pool._server._process
            assert process is not None
            pids.append(process.pid)
            process.send_signal(signal.SIGSTOP)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(asyncio.wait_for(work(), 15))
    assert len(pids) == 3
    for _ in range(100):
        if not any(_runs(pid) for pid in pids):
            return
        time.sleep(0.02)
    pytest.fail("processes are left")


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_reader_that_somebody_else_has_reaped_stops_nothing(tmp_path: Path) -> None:
    """Which the system says with ECHILD; the fork server must not ask for ever."""
    program = (
        "import socket, subprocess\n"
        "from kg.store.forkserver import _ForkServer\n"
        "from kg.store.replica import Source\n"
        "server = _ForkServer(socket.socketpair()[0], Source(None, {}, None), None)\n"
        "server._readers.add(2**22 + 1)\n"
        "server._reap()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=20, cwd=tmp_path)
