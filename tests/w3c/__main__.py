"""`python -m tests.w3c FOLDER`: run the whole suite over HTTP and print the table.

The folder of the suite is the argument, else `sparql11` in that of SENRYAKU_SUITES. Ends with 1
when other tests fail than those of `expected.yaml`.
"""

import os
import sys
from pathlib import Path

from tests.w3c.manifest import SUITES, Suite
from tests.w3c.report import expected_failures, failures, page
from tests.w3c.server import running_service
from tests.w3c.targets import Http


def main() -> int:
    """Run, print, and say whether all is as expected."""
    folder = sys.argv[1] if len(sys.argv) > 1 else f"{os.environ['SENRYAKU_SUITES']}/sparql11"
    suite = Suite(Path(folder))
    with running_service() as client:
        failed = {part: failures(part, suite, Http(client)) for part in SUITES}
    sys.stdout.write(page(failed))
    return int(any(failed[part].keys() != expected_failures(part).keys() for part in SUITES))


sys.exit(main())
