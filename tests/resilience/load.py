"""Many light clients beside a few attackers: what the light ones notice of it.

Each client has an address of its own (127.0.x.y), as limits are kept by address.
"""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count, cycle
from urllib.parse import quote, urlsplit

from tests.hostile.corpus import CORPUS
from tests.hostile.requests import Hostile

_THINK = (1.0, 3.0)
_TIMEOUT = 60.0
_HEAD = 4096
_STATUS = re.compile(rb"HTTP/1\.1 (\d+)")
_PAGES = (
    "/id/org/meti",
    "/id/org/mext.ttl",
    "/vocab/measure-status",
    "/queries/measures-due-in-year?year=2020&format=json",
    "/queries/measures-by-organisation?format=csv",
    "/queries",
    "/",
)
_SPARQL = (
    "SELECT ?s ?o {{ ?s <http://www.w3.org/2004/02/skos/core#notation> ?o }} LIMIT {n}",
    "ASK {{ ?s ?p {n} }}",
    "SELECT (COUNT(*) AS ?n) {{ ?s a ?c . FILTER(STRLEN(STR(?c)) > {n}) }}",
)
_UNIQUE = count(1)


@dataclass
class Figures:
    """Seconds of each light request, the statuses of failures, and requests of the attackers."""

    seconds: list[float] = field(default_factory=list)
    by_path: dict[str, list[float]] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)
    attacks: Counter[int] = field(default_factory=Counter)

    def quantile(self, share: float) -> float:
        """Seconds within which this share of the light requests was answered."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


async def run(url: str, seconds: float, *, light: int, attackers: int) -> Figures:
    """Let light clients and attackers ask for some seconds."""
    figures, end = Figures(), time.monotonic() + seconds
    place = urlsplit(url)
    port = place.port or 80
    corpus = [one for one in CORPUS if not one.pause]
    async with asyncio.TaskGroup() as group:
        for number in range(light):
            group.create_task(_visit(port, f"127.0.1.{number + 1}", end, figures))
        for number in range(attackers):
            shuffled = random.Random(number).sample(corpus, len(corpus))  # noqa: S311
            group.create_task(_attack(port, f"127.0.2.{number + 1}", end, shuffled, figures))
    return figures


async def _visit(port: int, address: str, end: float, figures: Figures) -> None:
    chance = random.Random(address)  # noqa: S311
    await asyncio.sleep(chance.uniform(0, _THINK[1]))
    while time.monotonic() < end:
        path = _path(chance)
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        begun = time.perf_counter()
        status = await _ask(port, address, (head.encode(),))
        taken = time.perf_counter() - begun
        figures.seconds.append(taken)
        figures.by_path.setdefault(path.partition("?")[0], []).append(taken)
        if status not in {200, 303}:
            figures.failures[f"{status} {path.partition('?')[0]}"] += 1
        await asyncio.sleep(chance.uniform(*_THINK))


def _path(chance: random.Random) -> str:
    if chance.random() < 0.5:
        return chance.choice(_PAGES)
    # no two are equal, so that none is answered from memory
    query = chance.choice(_SPARQL).format(n=next(_UNIQUE))
    return f"/sparql?query={quote(query)}"


async def _attack(
    port: int, address: str, end: float, corpus: Sequence[Hostile], figures: Figures
) -> None:
    for hostile in cycle(corpus):
        if time.monotonic() > end:
            return
        figures.attacks[await _ask(port, address, hostile.parts, ends=hostile.ends)] += 1


async def _ask(port: int, address: str, parts: Sequence[bytes], *, ends: bool = False) -> int:
    """Status of the answer; 0 without one."""
    head = b""
    try:
        async with asyncio.timeout(_TIMEOUT):
            incoming, sink = await asyncio.open_connection(
                "127.0.0.1", port, local_addr=(address, 0)
            )
            try:
                sink.writelines(parts)
                if ends:
                    sink.write_eof()
                while piece := await incoming.read(2**16):
                    head = head or piece[:_HEAD]
            finally:
                sink.transport.abort()
    except (OSError, TimeoutError):
        # closed in the middle; what was said before counts
        pass
    found = _STATUS.match(head)
    return int(found[1]) if found else 0
