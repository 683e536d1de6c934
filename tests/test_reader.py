import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from rdflib import Literal, URIRef

import mini
from kg.errors import (
    FormatUnavailable,
    KgError,
    PathMissing,
    PrefixUndeclared,
    QueryFailed,
    QueryRefused,
    QueryTimeout,
    ReaderLost,
    ReaderNotStarted,
    ResultTooLarge,
    SnapshotInvalid,
    StoreBusy,
    UnknownGraph,
)
from kg.model import QueryDataset
from kg.namespaces import NAMES
from kg.store.pool import ReaderPool

SMALL = "ASK { ?s ?p ?o }"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mini.snapshot(tmp_path_factory.mktemp("reader"))


def run(path: Path, work: Callable[[ReaderPool], Awaitable[object]], **settings: object) -> None:
    async def inside() -> None:
        async with mini.pool(path, **settings) as pool:
            await work(pool)

    asyncio.run(inside())


async def well(pool: ReaderPool, within: float = 20) -> None:
    """The pool answers; a busy machine may take seconds for what takes a fraction of one."""
    async with asyncio.timeout(within):
        while True:
            with suppress(StoreBusy, QueryTimeout):
                answer = await pool.answer(SMALL, [mini.JSON])
                break
    assert json.loads(answer.body)["boolean"] is True


async def complete(pool: ReaderPool, readers: int) -> None:
    """Wait until all readers are there: the first one lets the pool begin."""
    async with asyncio.timeout(20):
        while len(pool._all) < readers:
            await asyncio.sleep(0.01)


async def outcome(pool: ReaderPool, query: str) -> type[KgError] | None:
    try:
        await pool.answer(query, [mini.JSON, mini.TURTLE])
    except KgError as error:
        return type(error)
    return None


def test_answers_are_those_of_the_embedded_store(path: Path) -> None:
    query = f"{mini.PREFIXES} SELECT ?m ?code {{ ?m jpstrat:code ?code }} ORDER BY ?m"

    async def work(pool: ReaderPool) -> None:
        for media in (mini.JSON, mini.CSV):
            answer = await pool.answer(query, [media])
            assert answer == mini.store().answer(query, [media])

    run(path, work)


def test_bindings_cross_the_process_border(path: Path) -> None:
    async def work(pool: ReaderPool) -> None:
        for term, expected in (
            (Literal("教育", lang="ja"), 1),
            (Literal('"\n}'), 0),
            (Literal(9), 1),
            (NAMES.id("org", "mext"), 2),
        ):
            answer = await pool.answer("SELECT ?s ?o { ?s ?p ?o }", [mini.CSV], {"o": term})
            assert len(answer.body.splitlines()) == 1 + expected
        with pytest.raises(QueryFailed):
            await pool.answer("SELECT ?s { ?s ?p ?o }", [mini.CSV], {"s": URIRef("no iri")})
        await well(pool)

    run(path, work)


def test_a_name_that_is_no_iri_costs_no_reader(path: Path) -> None:
    async def work(pool: ReaderPool) -> None:
        with pytest.raises(QueryFailed):
            await pool.dump("http://[", mini.TURTLE)
        with pytest.raises(QueryFailed):
            await pool.answer(SMALL, [mini.JSON], dataset=QueryDataset(("http://a:b:c/",)))
        assert pool.figures().lost == 0

    run(path, work, checked=False)


def test_errors_cross_the_process_border(path: Path) -> None:
    async def work(pool: ReaderPool) -> None:
        with pytest.raises(PrefixUndeclared) as syntax:
            await pool.answer("SELECT ?s { ?s a jpstrat:X }", [mini.JSON])
        assert syntax.value.facts["column"] == 18
        assert "jpstrat" in syntax.value.message("ja")
        with pytest.raises(FormatUnavailable):
            await pool.answer(SMALL, [mini.CSV])
        with pytest.raises(QueryRefused):
            await pool.answer("SELECT * { SERVICE <http://x/> {} }", [mini.CSV])
        with pytest.raises(UnknownGraph) as graph:
            await pool.answer(f"ASK {{ GRAPH <{NAMES.graph('curatd')}> {{}} }}", [mini.JSON])
        assert graph.value.facts["nearest"] == str(NAMES.graph("curated"))
        await well(pool)

    run(path, work)


def test_a_trusted_lane_is_not_checked_but_has_no_network_either(path: Path) -> None:
    async def work(pool: ReaderPool) -> None:
        with pytest.raises(QueryFailed, match="Too many open files"):
            await pool.answer("SELECT * { SERVICE <http://127.0.0.1/> {} }", [mini.CSV])
        await well(pool)

    run(path, work, checked=False)


def test_time_limit(path: Path) -> None:
    async def work(pool: ReaderPool) -> None:
        start = time.perf_counter()
        with pytest.raises(QueryTimeout) as caught:
            await pool.answer(mini.SLOW, [mini.JSON])
        assert 0.3 <= time.perf_counter() - start < 10
        assert caught.value.facts["seconds"] == "0.3"
        await well(pool)

    run(path, work, seconds=0.3)


def test_result_limits(path: Path) -> None:
    async def work(pool: ReaderPool) -> None:
        query = "SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f }"
        with pytest.raises(ResultTooLarge) as caught:
            await pool.answer(query, [mini.CSV])
        assert caught.value.facts == {"limit": 100_000, "unit": "bytes"}
        with pytest.raises(ResultTooLarge) as caught:
            await pool.answer("SELECT ?x { ?a ?b ?c . ?d ?e ?f }", [mini.CSV])
        assert caught.value.facts == {"limit": 1000, "unit": "rows"}
        await well(pool)

    run(path, work)


BOMBS = {
    "braces": "SELECT * " + "{" * 3000 + "}" * 3000,
    "functions": "SELECT (" + "STR(" * 2000 + "1" + ")" * 2000 + " AS ?x) {}",
    "sum": "SELECT (" + "1+" * 12_500 + "1 AS ?x) {}",
    "negation": "SELECT (" + "!" * 60_000 + "true AS ?x) {}",
    "path": "SELECT * { ?s " + "/".join(["<x:p>"] * 2000) + " ?o }",
    "unions": "SELECT * { " + " UNION ".join(["{ ?s ?p ?o }"] * 4000) + " }",
    "optionals": "SELECT * { " + "OPTIONAL { ?s ?p ?o } " * 2900 + " }",
    "product": mini.SLOW,
    "sort": mini.BOMB,
    "concat": "SELECT (STRLEN(?x40) AS ?n) { BIND('aaaaaaaa' AS ?x0) "
    + " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(40))
    + " }",
}


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("lane", ["free", "trusted"])
def test_the_pool_survives_every_bomb(path: Path, name: str, lane: str) -> None:
    async def work(pool: ReaderPool) -> None:
        start = time.perf_counter()
        await outcome(pool, BOMBS[name])
        assert time.perf_counter() - start < 10
        await well(pool)

    run(path, work, seconds=0.5, checked=lane == "free")


def test_memory_is_capped(path: Path) -> None:
    async def work(pool: ReaderPool) -> None:
        assert await outcome(pool, mini.BOMB) is ReaderLost
        await well(pool)

    run(path, work, memory=64 * 2**20, seconds=20.0)


def test_a_killed_reader_is_replaced(path: Path) -> None:
    async def work(pool: ReaderPool) -> None:
        (reader,) = pool._all
        slow = asyncio.create_task(outcome(pool, mini.SLOW))
        await asyncio.sleep(0.2)
        os.kill(reader._pid, signal.SIGKILL)
        assert await slow is ReaderLost
        await well(pool)

    run(path, work)


def test_the_event_loop_stays_free_while_a_bomb_runs(path: Path) -> None:
    async def work(pool: ReaderPool) -> None:
        bomb = asyncio.create_task(outcome(pool, mini.SLOW))
        turns = 0
        while not bomb.done():
            await asyncio.sleep(0.001)
            turns += 1
        assert bomb.result() is QueryTimeout
        # a blocked loop gets one or two
        assert turns > 20

    run(path, work, seconds=1.0)


def test_a_cancelled_caller_does_not_leave_its_answer_to_the_next(path: Path) -> None:
    async def work(pool: ReaderPool) -> None:
        task = asyncio.create_task(pool.answer("SELECT ?s { ?s ?p ?o }", [mini.CSV]))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await well(pool)

    run(path, work)


def test_two_readers_answer_at_the_same_time_and_the_queue_is_bounded(path: Path) -> None:
    async def work(pool: ReaderPool) -> None:
        await complete(pool, 2)
        bombs = [asyncio.create_task(outcome(pool, mini.SLOW)) for _ in range(2)]
        await asyncio.sleep(0.05)
        waiting = asyncio.create_task(outcome(pool, SMALL))
        await asyncio.sleep(0.05)
        assert await outcome(pool, SMALL) is StoreBusy
        assert [await b for b in bombs] == [QueryTimeout, QueryTimeout]
        assert await waiting in {None, StoreBusy}
        await well(pool)

    run(path, work, readers=2, queue=1, seconds=0.7)


def test_many_callers_share_few_readers(path: Path) -> None:
    async def work(pool: ReaderPool) -> None:
        queries = [f"SELECT ({i} AS ?n) {{}}" for i in range(200)]
        answers = await asyncio.gather(*(pool.answer(q, [mini.CSV]) for q in queries))
        assert [a.body.split()[1] for a in answers] == [str(i).encode() for i in range(200)]

    run(path, work, readers=2, queue=200)


@pytest.mark.parametrize("seed", range(3))
def test_callers_that_leave_take_nobody_elses_answer(path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same callers in each run

    async def work(pool: ReaderPool) -> None:
        async def ask(number: int) -> int:
            answer = await pool.answer(f"SELECT ({number} AS ?n) {{}}", [mini.CSV])
            return int(answer.body.split()[1])

        callers = [asyncio.create_task(ask(number)) for number in range(150)]
        for _ in range(30):
            await asyncio.sleep(chance.random() / 1000)
            # those that a reader is answering, or will answer next
            chance.choice([caller for caller in callers if not caller.done()][:4]).cancel()
        found = await asyncio.gather(*callers, return_exceptions=True)
        answered = [(n, answer) for n, answer in enumerate(found) if isinstance(answer, int)]
        assert 120 <= len(answered) < 150
        assert all(number == answer for number, answer in answered)
        await well(pool)
        async with asyncio.timeout(20):
            while (pool.figures().readers, pool.figures().busy) != (2, 0):
                await asyncio.sleep(0.01)
        assert pool.figures().waiting == 0

    run(path, work, readers=2, queue=150)


def test_a_lost_fork_server_is_replaced(path: Path) -> None:
    async def work(pool: ReaderPool) -> None:
        process = pool._server._process
        assert process is not None
        process.kill()
        await asyncio.sleep(0.1)
        await well(pool)
        await complete(pool, 2)
        await well(pool)

    run(path, work, readers=2)


def test_a_pool_that_ends_while_a_query_runs_leaves_no_process(path: Path) -> None:
    pids: list[int] = []

    async def work(pool: ReaderPool) -> None:
        slow = asyncio.create_task(outcome(pool, mini.SLOW))
        await asyncio.sleep(0.1)
        pids.extend(reader._pid for reader in pool._all)
        slow.cancel()

    run(path, work, readers=3)
    assert len(pids) == 3
    assert not any(Path(f"/proc/{pid}/stat").exists() for pid in pids)


def test_a_reader_of_visitors_queries_yields_to_others(path: Path) -> None:
    async def niceness(pool: ReaderPool) -> int:
        (reader,) = pool._all
        tasks = Path(f"/proc/{reader._pid}/task").iterdir()
        return max(os.getpriority(os.PRIO_PROCESS, int(task.name)) for task in tasks)

    found: list[int] = []

    async def work(pool: ReaderPool) -> None:
        found.append(await niceness(pool))

    for nice in (0, 5):
        run(path, work, nice=nice)
    assert found[1] - found[0] == 5


def test_a_reader_that_does_not_start_says_so(path: Path, monkeypatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ReaderNotStarted, match="exit 1") as caught:
        run(path, well)
    assert "始められません" in caught.value.message("ja")
    monkeypatch.setattr(sys, "executable", shutil.which("yes"))
    monkeypatch.setattr("kg.store.forking._START_SECONDS", 0.2)
    with pytest.raises(ReaderNotStarted):
        run(path, well)


@pytest.mark.parametrize(
    ("spoil", "error"),
    [(Path.unlink, PathMissing), (lambda p: p.write_bytes(b"{}\n"), SnapshotInvalid)],
)
def test_a_snapshot_that_cannot_be_read_stops_the_start(
    tmp_path: Path, spoil: Callable[[Path], object], error: type[KgError]
) -> None:
    path = mini.snapshot(tmp_path)
    spoil(path)
    with pytest.raises(error):
        run(path, well, readers=2)


def test_a_lost_snapshot_is_retried_until_it_is_back(tmp_path: Path, caplog) -> None:
    path = mini.snapshot(tmp_path)

    async def work(pool: ReaderPool) -> None:
        hidden = path.rename(tmp_path / "hidden")
        process = pool._server._process
        assert process is not None
        process.kill()
        await asyncio.sleep(0.1)
        assert await outcome(pool, SMALL) is StoreBusy
        # on a busy machine a new fork server takes its time to find out
        deadline = time.monotonic() + 20
        while "did not start" not in caplog.text and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        assert f"({path} does not exist" in caplog.text
        hidden.rename(path)
        await asyncio.sleep(1.2)
        await well(pool)

    run(path, work, seconds=0.5)


def test_no_process_is_left_behind(path: Path) -> None:
    seen: list[int] = []

    async def work(pool: ReaderPool) -> None:
        seen.extend(reader._pid for reader in pool._all)
        await outcome(pool, mini.SLOW)
        await well(pool)
        seen.extend(reader._pid for reader in pool._all)

    run(path, work, seconds=1.0)
    assert len(set(seen)) == 2
    for pid in seen:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_reader_imports_neither_rdflib_nor_the_web_framework() -> None:
    code = (
        "import sys, kg.store.reader;"
        "print(*{m.split('.')[0] for m in sys.modules} & {'rdflib', 'fastapi', 'asyncio'})"
    )
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == ""
