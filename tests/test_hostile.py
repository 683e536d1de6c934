"""The hostile corpus against a real service with small limits; `make soak` has the others."""

from collections import Counter
from pathlib import Path

import pytest
from tests.hostile.corpus import (
    CORPUS,
    ENTRIES,
    LARGEST,
    SHAPES,
    canaries,
    largest,
    own_shapes,
    writes,
)
from tests.hostile.requests import MAX_BYTES, with_token
from tests.hostile.running import Campaign, Memory, Outcome, begin, campaign, serve

from api.settings import Settings
from api.tokens import TokenStore
from kg.namespaces import NAMES

SMALL = {"SENRYAKU_READER_MEMORY": str(256 * 2**20), "SENRYAKU_RESULT_BYTES": str(2**20)}


def test_the_corpus_has_every_kind_and_nothing_large() -> None:
    kinds = Counter(request.name.split("-")[0] for request in CORPUS)
    assert len(CORPUS) >= 120
    assert len({request.name for request in CORPUS}) == len(CORPUS)
    expected = {"nested", "chain", "work", "text", "headers", "chunks", "upload", "update"}
    assert expected | {"validate"} <= set(kinds)
    assert kinds["validate"] >= 36
    assert [request.name for request in CORPUS if request.size > MAX_BYTES] == []
    assert len(canaries("http://127.0.0.1/", Path("/secret"))) >= 40


def test_the_service_outlives_the_corpus(tmp_path: Path) -> None:
    with serve(tmp_path, 1.0, SMALL) as served:
        done = campaign(served, [r for r in CORPUS if r not in ENTRIES])
    assert done.faults() == [], done.row()


def test_the_service_outlives_hostile_entries(tmp_path: Path) -> None:
    small = {**SMALL, "SENRYAKU_UPLOAD_TIMEOUT": "8", "SENRYAKU_QUERY_SECONDS": "9999"}
    with serve(tmp_path, 8.0, small) as served:
        begin(served, ENTRIES[0])
        done = campaign(served, ENTRIES)
    assert done.faults() == [], done.row()
    assert {200, 400, 422} <= {outcome.status for outcome in done.outcomes}


def test_the_service_outlives_hostile_writes(tmp_path: Path) -> None:
    token = TokenStore(tmp_path).add("hostile", "admin", [], None, NAMES)[1]
    corpus = [with_token(request, token) for request in writes()]
    assert len(corpus) >= 25
    small = {
        **SMALL,
        "SENRYAKU_TOKEN_QUERY_TIMEOUT": "2",
        "SENRYAKU_TOKEN_READER_MEMORY": str(2**28),
    }
    with serve(tmp_path, 2.0, small) as served:
        done = campaign(served, corpus)
    assert done.faults() == [], done.row()
    statuses = {outcome.status for outcome in done.outcomes}
    assert {200, 400, 422} <= statuses


def test_the_service_outlives_hostile_shapes(tmp_path: Path) -> None:
    token = TokenStore(tmp_path).add("hostile", "validator", [], None, NAMES)[1]
    corpus = [with_token(request, token) for request in own_shapes()]
    assert len(corpus) >= 15
    small = {**SMALL, "SENRYAKU_TOKEN_UPLOAD_TIMEOUT": "4", "SENRYAKU_TOKEN_QUERY_SECONDS": "9999"}
    with serve(tmp_path, 4.0, small) as served:
        begin(served, ENTRIES[0])
        done = campaign(served, corpus)
    assert done.faults() == [], done.row()


def test_the_service_outlives_the_largest_entry_that_may_be_sent(tmp_path: Path) -> None:
    """With the sizes as they are and little time; `make soak` has all of both."""
    assert Settings.model_fields["token_upload_bytes"].default == LARGEST
    assert Settings.model_fields["shapes_bytes"].default == SHAPES
    token = TokenStore(tmp_path).add("hostile", "validator", [], None, NAMES)[1]
    named = {one.name: with_token(one, token) for one in largest()}
    assert len(named) >= 10
    names = ("large-comment", "large-beyond", "shapes-large-and", "shapes-large-too-many")
    corpus = [named[f"validate-{name}"] for name in names]
    assert corpus[0].size > LARGEST - 2**10
    assert corpus[2].parts[0].count(b"[]") == 100_000
    small = {"SENRYAKU_TOKEN_UPLOAD_TIMEOUT": "6", "SENRYAKU_TOKEN_QUERY_SECONDS": "9999"}
    with serve(tmp_path, 6.0, small) as served:
        begin(served, ENTRIES[0])
        done = campaign(served, corpus)
    assert done.faults() == [], done.row()
    assert {200, 413} <= {outcome.status for outcome in done.outcomes}


@pytest.mark.parametrize("text", ["", "HTTP/1.1 200 OK\r\n\r\n"])
def test_a_campaign_notices(text: str) -> None:
    """A wrong status, a late answer and a lost service are faults."""
    request = next(request for request in CORPUS if request.name == "nested-groups")
    bad = Outcome(request, 200, 3.0, text.encode(), None)
    faults = Campaign((bad,), Memory(5 * 2**30), same_process=False, deadline=1.0).faults()
    assert len(faults) == 5
