"""Load by wrk: requests for each second, and what share of them was answered as it should be."""

import re
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_CONNECTIONS = 8
_TIMEOUT_SECONDS = 30
_SCRIPT = """
done = function(summary, latency, requests)
  io.write(string.format("result %d %d %f %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
"""


@dataclass(frozen=True)
class Rate:
    """Requests for each second, and the median latency in milliseconds."""

    requests: float
    latency: float


class LoadFailed(RuntimeError):
    """A server answered a request of the load with an error, or not at all."""


def drive(
    url: str, headers: Mapping[str, str], *, seconds: int, connections: int = _CONNECTIONS
) -> Rate:
    """Ask for `url` over and over; raises `LoadFailed` unless every answer is a success."""
    program = shutil.which("wrk")
    if program is None:
        msg = "wrk is missing; install the package of that name"
        raise LoadFailed(msg)
    size = ("-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={_TIMEOUT_SECONDS}s")
    fields = [part for item in headers.items() for part in ("-H", ": ".join(item))]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT)
        script.flush()
        found = _run([program, *size, "-s", script.name, *fields, url])
    count, micros, median, refused, failed = (float(value) for value in found)
    if refused or failed:
        msg = f"{url}: {refused:.0f} errors, {failed:.0f} without an answer"
        raise LoadFailed(msg)
    # one that needs longer than the round is timed once; it has a single process
    return Rate(count / micros * 1e6, median / 1000) if count else _once(url, headers)


def _run(command: Sequence[str]) -> tuple[str, ...]:
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"^result (\S+) (\S+) (\S+) (\S+) (\S+)$", output, re.MULTILINE)
    if found is None:
        raise LoadFailed(output)
    return found.groups()


def _once(url: str, headers: Mapping[str, str]) -> Rate:
    begin = time.perf_counter()
    get(url, headers)
    spent = time.perf_counter() - begin
    return Rate(1 / spent, spent * 1000)


def get(url: str, headers: Mapping[str, str]) -> tuple[bytes, Mapping[str, str]]:
    """Body and headers of one answer."""
    # the address is that of a server which this program has started
    request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return answer.read(), dict(answer.headers)
