"""The hostile corpus against a real service with small limits; `make soak` has the others."""

from collections import Counter
from pathlib import Path

import pytest
from tests.hostile.corpus import CORPUS, canaries
from tests.hostile.requests import MAX_BYTES
from tests.hostile.running import Campaign, Outcome, campaign, printed, serve

SMALL = {"SENRYAKU_WORKER_MEMORY": str(256 * 2**20), "SENRYAKU_RESULT_BYTES": str(2**20)}


def test_the_corpus_has_every_kind_and_nothing_large() -> None:
    kinds = Counter(request.name.split("-")[0] for request in CORPUS)
    assert len(CORPUS) >= 120
    assert len({request.name for request in CORPUS}) == len(CORPUS)
    assert {"nested", "chain", "work", "text", "headers", "chunks", "upload", "update"} <= set(
        kinds
    )
    assert [request.name for request in CORPUS if request.size > MAX_BYTES] == []
    assert len(canaries("http://127.0.0.1/", Path("/secret"))) >= 40


def test_the_service_outlives_the_corpus(tmp_path: Path) -> None:
    with serve(tmp_path, 1.0, SMALL) as served:
        done = campaign(served, CORPUS)
    assert done.faults() == [], printed(done)


@pytest.mark.parametrize("text", ["", "HTTP/1.1 200 OK\r\n\r\n"])
def test_a_campaign_notices(text: str) -> None:
    """A wrong status, a late answer and a lost service are faults."""
    request = next(request for request in CORPUS if request.name == "nested-groups")
    bad = Outcome(request, 200, 3.0, text.encode(), None)
    faults = Campaign((bad,), 5 * 2**30, same_process=False, deadline=1.0).faults()
    assert len(faults) == 5
