"""Figures for Prometheus: of requests, lanes, cache and commits; nothing of clients or queries.

With several HTTP processes the library's own mode for that is used: where the variable
PROMETHEUS_MULTIPROC_DIR names a folder before the first import, all processes count into its
files, and each of them shows the sums.
"""

import os
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector

from kg.pipeline.project import software_version
from kg.store.pool import LaneFigures

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_CLASSES = {n: f"{n}xx" for n in range(1, 6)}


_LANE_GAUGES = {
    "readers": "Reader processes that are up.",
    "busy": "Readers that are answering.",
    "waiting": "Queries that wait for a reader.",
}
_LANE_COUNTERS = {
    "started": "Readers started, replacements among them.",
    "killed": "Readers killed, at a deadline or because nobody waits any more.",
    "lost": "Readers that died of their query; in the lane brief, of one that is long.",
    "timeouts": "Queries stopped at their deadline.",
    "refused": "Queries refused because too many waited.",
    "loans": "Times that a reader got connections of clients.",
}
"""Figures of a lane, named as `LaneFigures` names them."""


class _Registry:
    """Makes the figures of one app."""

    def __init__(self) -> None:
        self.own = CollectorRegistry()

    def counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"senryaku_{name}", text, labels, registry=self.own)

    def sum(self, name: str, text: str, *labels: str) -> Gauge:
        """A gauge whose values in several processes are added up."""
        return Gauge(
            f"senryaku_{name}", text, labels, registry=self.own, multiprocess_mode="livesum"
        )

    def largest(self, name: str, text: str, *labels: str) -> Gauge:
        """A gauge of which the largest value in several processes counts."""
        return Gauge(
            f"senryaku_{name}", text, labels, registry=self.own, multiprocess_mode="livemax"
        )


class Metrics:
    """All figures of one app; each app has its own registry."""

    def __init__(self) -> None:
        make = _Registry()
        self._registry = make.own
        self._requests = make.counter(
            "requests", "Requests by template of their path.", "route", "method", "status"
        )
        self._seconds = Histogram(
            "senryaku_request_seconds",
            "Seconds from the request to the end of its answer.",
            ("route",),
            buckets=_BUCKETS,
            registry=make.own,
        )
        # the library looks labels up under a lock, each time
        self._counter, self._histogram = cache(self._requests.labels), cache(self._seconds.labels)
        self.running = make.sum("requests_running", "Requests that are being answered.")
        self._problems = make.counter(
            "problems", "Answers that are a problem, by its type.", "problem"
        )
        self._cache = make.counter(
            "cache", "Answers that the cache had, had not, or the client had already.", "outcome"
        )
        self._commits = make.counter("commits", "Committed writes.")
        self._journal = make.largest("journal_version", "Position of the journal.")
        self._memory = make.sum(
            "memory_bytes",
            "Memory of the HTTP process and of its readers; shared pages are divided up.",
            "part",
        )
        make.largest("info", "Version of the software.", "version").labels(software_version()).set(
            1
        )
        self._lanes = {n: make.sum(f"lane_{n}", t, "lane") for n, t in _LANE_GAUGES.items()}
        self._counts = {n: make.counter(f"lane_{n}", t, "lane") for n, t in _LANE_COUNTERS.items()}
        self._last: dict[str, LaneFigures] = {}

    def answered(
        self, route: str, method: str, status: int, seconds: float, problem: str | None
    ) -> None:
        """Count a request; `route` is the template of its path, `status` 0 if it was cut off."""
        self._counter(route, method, _CLASSES.get(status // 100, "none")).inc()
        self._histogram(route).observe(seconds)
        if problem is not None:
            self._problems.labels(problem).inc()

    def cached(self, outcome: str) -> None:
        """Count an answer of the cache: "hit", "miss" or "not-modified"."""
        self._cache.labels(outcome).inc()

    def committed(self, version: int) -> None:
        """Count a committed write, with the position of the journal after it."""
        self._commits.inc()
        self._journal.set(version)

    def lane(self, name: str, figures: LaneFigures) -> None:
        """Take over the figures of a lane as they are now."""
        for field, gauge in self._lanes.items():
            gauge.labels(name).set(getattr(figures, field))
        last = self._last.get(name)
        for field, counter in self._counts.items():
            more = getattr(figures, field) - (getattr(last, field) if last else 0)
            counter.labels(name).inc(more)
        self._last[name] = figures

    def memory(self, part: str, size: int) -> None:
        """Take over the bytes that a part of the service holds: "front" or "readers"."""
        self._memory.labels(part).set(size)

    def text(self, accept: str | None) -> tuple[bytes, str]:
        """All figures in the format of Prometheus that the client likes, and its media type."""
        registry = self._registry
        if _FOLDER in os.environ:
            registry = CollectorRegistry()
            # the library has not given this constructor its types
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        encode, media_type = choose_encoder(accept or "")
        return encode(registry), media_type
