"""The W3C suite of SHACL through `kg.validate.validate`."""

from pathlib import Path

import pytest
from tests.w3c.report import expected_failures, failures_of_shacl
from tests.w3c.shacl import COUNTS, cases


@pytest.mark.filterwarnings("ignore::pyshacl.errors.ConstraintLoadWarning")
@pytest.mark.parametrize("part", COUNTS)
def test_what_fails_is_what_is_expected_to(part: str, suites: Path) -> None:
    assert sum(1 for _ in cases(suites / "shacl", part)) == COUNTS[part]
    failed = failures_of_shacl(suites / "shacl", part)
    assert failed.keys() == expected_failures(f"shacl-{part}").keys(), failed


def test_the_list_of_failures_may_only_shrink() -> None:
    reasons = [reason for part in COUNTS for reason in expected_failures(f"shacl-{part}").values()]
    assert len(reasons) <= 1
    assert all(reasons)
