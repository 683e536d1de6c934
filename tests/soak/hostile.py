"""The hostile corpus with the default limits: of strangers, of somebody who may write, and entries
of both to be checked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hostile.corpus import (
    CORPUS,
    ENTRIES,
    WRITES,
    evaluation,
    largest,
    own_shapes,
    updates,
    writes,
)
from tests.hostile.requests import Hostile, with_token
from tests.hostile.running import Campaign, begin, campaign, serve
from tests.resilience.reports import Part

from api.settings import Settings
from api.tokens import TokenStore
from kg.namespaces import NAMES

_SMALLER = {"SENRYAKU_TOKEN_READER_MEMORY": str(11 * 2**28)}
"""By default a single query with a token may take as much as all processes are to take; beside it
stand the readers of strangers, which hold 1.25 GiB when all of them wait."""
_PATIENT = {
    "SENRYAKU_TOKEN_READER_MEMORY": str(2 * 2**30),
    "SENRYAKU_QUERY_SECONDS": "99999",
    "SENRYAKU_TOKEN_QUERY_SECONDS": "99999",
}
"""All come from one address, one after the other: none is to be spared because of the others.

Beside a process that checks an entry there are those that wait, which share most of what they hold;
it is counted for each of them.
"""


def parts() -> Iterator[Part]:
    """Parts of the report: strangers, writers, and entries of strangers and of others."""
    with TemporaryDirectory() as state, serve(Path(state), _default("query_timeout")) as served:
        yield part("Strangers", campaign(served, [one for one in CORPUS if one not in ENTRIES]))
    limit = _default("query_timeout")
    with TemporaryDirectory() as state, serve(Path(state), limit, _SMALLER) as served:
        # a token's requests have more time than the others
        served.deadline = _default("token_query_timeout")
        token = TokenStore(Path(state)).add("hostile", "admin", [], None, NAMES)[1]
        yield part("With a token that may write", campaign(served, _with(token)))
    yield from entries()


def entries() -> Iterator[Part]:
    """Entries to be checked: of strangers, and with shapes and sizes of somebody with a token."""
    limit = _default("query_timeout")
    with TemporaryDirectory() as state, serve(Path(state), limit, _PATIENT) as served:
        begin(served, ENTRIES[0])
        served.deadline = _default("upload_timeout")
        yield part("Entries of strangers", campaign(served, ENTRIES))
    with TemporaryDirectory() as state, serve(Path(state), limit, _PATIENT) as served:
        begin(served, ENTRIES[0])
        served.deadline = _default("token_upload_timeout")
        token = TokenStore(Path(state)).add("hostile", "validator", [], None, NAMES)[1]
        mine = [with_token(one, token) for one in (*own_shapes(), *largest())]
        yield part("Entries and shapes with a token", campaign(served, mine))


def part(title: str, done: Campaign) -> Part:
    """What a corpus did, as a part of a report."""
    return Part(title, [done.row()], done.faults())


def _with(token: str) -> Iterable[Hostile]:
    # queries of somebody with a token have a lane and limits of their own, so they come along
    mine = (replace(one, expected=one.expected | WRITES) for one in updates())
    return [with_token(one, token) for one in (*writes(), *mine, *evaluation())]


def _default(name: str) -> float:
    return float(Settings.model_fields[name].default)
