"""The hostile corpus with the default limits, of strangers and of somebody who may write."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hostile.corpus import CORPUS, writes
from tests.hostile.requests import with_token
from tests.hostile.running import campaign, printed, serve

from api.tokens import TokenStore
from kg.namespaces import NAMES

DEADLINE = 10.0
"""The default time limit of a query, in seconds."""
_WRITING = 60.0
"""The default time limit of a write."""


def main() -> bool:
    """Print the reports; false if there was a fault."""
    with TemporaryDirectory() as state, serve(Path(state), DEADLINE) as served:
        strangers = campaign(served, CORPUS)
    print(printed(strangers), flush=True)
    with TemporaryDirectory() as state:
        token = TokenStore(Path(state)).add("hostile", "admin", [], None, NAMES)[1]
        with serve(Path(state), _WRITING) as served:
            writers = campaign(served, [with_token(request, token) for request in writes()])
    print(printed(writers))
    return not strangers.faults() and not writers.faults()
