"""`python -m tests.w3c FOLDER`: run the suites of SPARQL (over HTTP) and SHACL and print the table.

The folder of the suites is the argument, else that of SENRYAKU_SUITES. Ends with 1 when other tests
fail than those of `expected.yaml`.
"""

import os
import sys
from pathlib import Path

from tests.w3c.manifest import SUITES, Suite
from tests.w3c.report import expected_failures, failures, failures_of_shacl, page
from tests.w3c.server import running_service
from tests.w3c.shacl import COUNTS
from tests.w3c.targets import Http


def main() -> int:
    """Run, print, and say whether all is as expected."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ["SENRYAKU_SUITES"])
    suite = Suite(folder / "sparql11")
    with running_service() as client:
        failed = {part: failures(part, suite, Http(client)) for part in SUITES}
    failed |= {f"shacl-{part}": failures_of_shacl(folder / "shacl", part) for part in COUNTS}
    sys.stdout.write(page(failed))
    return int(any(failed[part].keys() != expected_failures(part).keys() for part in failed))


sys.exit(main())
