"""What a machine may lack: people may run the other tests, continuous integration may not."""

import os
from typing import NoReturn

import pytest


def lacking(what: str) -> NoReturn:
    """Skip a test for something that a machine may not have: people may run the others.

    Whoever has the documents, as `.ci/run`, sets SENRYAKU_REQUIRE_DOCUMENTS: there it fails.
    """
    if os.environ.get("SENRYAKU_REQUIRE_DOCUMENTS"):
        pytest.fail(f"{what}, although everything is required")
    # `what` is the reason: documents, a Debian package or a tool that this machine has not
    pytest.skip(what)
