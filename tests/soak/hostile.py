"""The hostile corpus with the default limits, of strangers and of somebody who may write."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hostile.corpus import CORPUS, WRITES, evaluation, updates, writes
from tests.hostile.requests import Hostile, with_token
from tests.hostile.running import Campaign, campaign, serve
from tests.resilience.reports import Part

from api.settings import Settings
from api.tokens import TokenStore
from kg.namespaces import NAMES

_SMALLER = {"SENRYAKU_TOKEN_READER_MEMORY": str(3 * 2**30)}
"""By default a single query with a token may take as much as all processes are to take."""


def parts() -> Iterator[Part]:
    """A part of the report for strangers, and one for writers."""
    with TemporaryDirectory() as state, serve(Path(state), _default("query_timeout")) as served:
        yield part("Strangers", campaign(served, CORPUS))
    limit = _default("query_timeout")
    with TemporaryDirectory() as state, serve(Path(state), limit, _SMALLER) as served:
        # a token's requests have more time than the others
        served.deadline = _default("token_query_timeout")
        token = TokenStore(Path(state)).add("hostile", "admin", [], None, NAMES)[1]
        yield part("With a token that may write", campaign(served, _with(token)))


def part(title: str, done: Campaign) -> Part:
    """What a corpus did, as a part of a report."""
    return Part(title, [done.row()], done.faults())


def _with(token: str) -> Iterable[Hostile]:
    # queries of somebody with a token have a lane and limits of their own, so they come along
    mine = (replace(one, expected=one.expected | WRITES) for one in updates())
    return [with_token(one, token) for one in (*writes(), *mine, *evaluation())]


def _default(name: str) -> float:
    return float(Settings.model_fields[name].default)
