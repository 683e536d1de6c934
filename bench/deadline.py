"""Seconds from the deadline of a query until its reader is killed and another one answers."""

import time
import urllib.error
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

from bench.load import LoadFailed, get
from bench.peers import senryaku

_SECONDS = 1.0
_ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
_HEADERS = {"Accept": "application/sparql-results+json"}


def measure(state: Path, rounds: int = 10) -> Sequence[float]:
    """Ask the only reader of a lane what takes for ever, and right after that what takes no time.

    Raises `LoadFailed` when the first is answered, or the second is not.
    """
    settings = {"readers": "1", "query_timeout": str(_SECONDS), "query_seconds": "100000"}
    with senryaku(state, **settings, cache_bytes="0") as url:
        return [_beyond(url) for _ in range(rounds)]


def _beyond(url: str) -> float:
    begin = time.perf_counter()
    try:
        get(_address(url, _ENDLESS), _HEADERS)
    except urllib.error.HTTPError as error:
        if error.code != HTTPStatus.GATEWAY_TIMEOUT:
            raise LoadFailed(str(error)) from None
    else:
        msg = f"{_ENDLESS} was answered"
        raise LoadFailed(msg)
    get(_address(url, "ASK {}"), _HEADERS)
    return time.perf_counter() - begin - _SECONDS


def _address(url: str, query: str) -> str:
    return f"{url}/sparql?{urlencode({'query': query})}"
