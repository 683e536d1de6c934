"""Clients that write, and remember what was sent and what was said to it.

A write is `SIZE` triples with its number as their subject, so that each graph tells which writes
are in it, and whether one is torn.
"""

import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from threading import Event, Thread
from urllib.parse import quote

import httpx

SIZE = 20
_LINE = re.compile(r'<urn:write:(\d+)> <urn:p> "(\d+)"')
_BETWEEN = 0.002
_AWAY = 0.05
_KINDS = 5
_DONE = (200, 201, 204)


class Said(Enum):
    """What became of a write as far as its client knows."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass
class Client:
    """Writes one after the other to two graphs: one that grows, one that is replaced.

    `address` gives the URL of the service, which changes with each start.
    """

    name: str
    token: str
    address: Callable[[], str]
    grown: dict[int, Said] = field(default_factory=dict)
    replaced: dict[int, Said] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    _number: int = 0

    @property
    def acknowledged(self) -> int:
        """Writes so far that were answered with success; may be asked while others are sent."""
        return sum(self.statuses[status] for status in _DONE)

    def graph(self, kind: str) -> str:
        return f"http://example.org/{self.name}/{kind}"

    def run(self, stop: Event) -> None:
        """Write until it is time to stop."""
        with httpx.Client(timeout=30) as http:
            while not stop.wait(_BETWEEN):
                self.write(http)

    def write(self, http: httpx.Client) -> None:
        """Send the next write."""
        self._number += 1
        number = self._number
        kept = self.replaced if number % _KINDS in {2, 3} else self.grown
        try:
            kept[number] = self._send(http, number)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            # it was never sent
            time.sleep(_AWAY)

    def _send(self, http: httpx.Client, number: int) -> Said:
        try:
            answer = http.send(self._request(number))
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError, httpx.ReadTimeout):
            return Said.UNKNOWN
        self.statuses[answer.status_code] += 1
        return Said.ACKNOWLEDGED if answer.is_success else Said.REFUSED

    def _request(self, number: int) -> httpx.Request:
        grown, replaced = self.graph("grown"), self.graph("replaced")
        facts = " ".join(f"<urn:write:{number}> <urn:p> {n} ." for n in range(SIZE))
        values = " ".join(map(str, range(SIZE)))
        match number % _KINDS:
            case 0:
                return self._update(f"INSERT DATA {{ GRAPH <{grown}> {{ {facts} }} }}")
            case 1:
                return self._upload("POST", grown, facts)
            case 2:
                return self._upload("PUT", replaced, facts)
            case 3:
                return self._update(
                    f"DELETE WHERE {{ GRAPH <{replaced}> {{ ?s ?p ?o }} }} ; "
                    f"INSERT DATA {{ GRAPH <{replaced}> {{ {facts} }} }}"
                )
            case _:
                return self._update(
                    f"INSERT {{ GRAPH <{grown}> {{ <urn:write:{number}> <urn:p> ?n }} }} "
                    f"WHERE {{ VALUES ?n {{ {values} }} }}"
                )

    def _update(self, text: str) -> httpx.Request:
        return self._made("POST", "/update", text, "application/sparql-update")

    def _upload(self, method: str, graph: str, text: str) -> httpx.Request:
        return self._made(method, f"/graphs?graph={quote(graph, safe='')}", text, "text/turtle")

    def _made(self, method: str, path: str, text: str, media: str) -> httpx.Request:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": media}
        return httpx.Request(method, self.address() + path, content=text, headers=headers)

    def faults(self, http: httpx.Client) -> list[str]:
        """What the graphs hold that they must not, or lack; one line each."""
        failed = self.statuses[httpx.codes.INTERNAL_SERVER_ERROR]
        found = [f"{self.name}: {failed} times 500"] if failed else []
        found += [
            f"{self.name}: {fault}" for fault in self.faults_grown(self._content(http, "grown"))
        ]
        return found + [
            f"{self.name}: {fault}"
            for fault in self.faults_replaced(self._content(http, "replaced"))
        ]

    def faults_grown(self, there: dict[int, int]) -> list[str]:
        """What is wrong with the graph that grows, given its writes and their triples."""
        faults = [f"write {n} is torn: {k} triples" for n, k in there.items() if k != SIZE]
        for number, said in self.grown.items():
            if said is Said.ACKNOWLEDGED and number not in there:
                faults.append(f"write {number} was acknowledged and is lost")
            if said is Said.REFUSED and number in there:
                faults.append(f"write {number} was refused and is there")
        return faults + [f"write {n} was never sent" for n in there.keys() - self.grown.keys()]

    def faults_replaced(self, there: dict[int, int]) -> list[str]:
        """What is wrong with the graph that is replaced."""
        kept = max((n for n, s in self.replaced.items() if s is Said.ACKNOWLEDGED), default=None)
        later = {
            n for n, s in self.replaced.items() if s is Said.UNKNOWN and (kept is None or n > kept)
        }
        allowed = [{n: SIZE} for n in later]
        allowed.append({} if kept is None else {kept: SIZE})
        return [] if there in allowed else [f"replaced graph holds {there}, expected {allowed}"]

    def _content(self, http: httpx.Client, kind: str) -> dict[int, int]:
        """Numbers of the writes in a graph, and the triples of each."""
        address = f"{self.address()}/graphs?graph={quote(self.graph(kind), safe='')}"
        answer = http.get(address, headers={"Accept": "application/n-triples"})
        assert answer.status_code in {200, 404}, answer.text
        lines = _LINE.findall(answer.text) if answer.status_code == 200 else []
        assert answer.status_code == 404 or len(lines) == answer.text.count("\n")
        return dict(Counter(int(number) for number, _ in lines))


def count(clients: list[Client], said: Said) -> int:
    """How many writes of all clients ended so."""
    return sum(
        one is said
        for client in clients
        for one in (*client.grown.values(), *client.replaced.values())
    )


class Writing:
    """Clients that write at the same time while the block runs."""

    def __init__(self, clients: list[Client]) -> None:
        self._stop = Event()
        self._threads = [Thread(target=client.run, args=(self._stop,)) for client in clients]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
