"""Generated linked data: reports, their authors and organisations, as N-Triples of any length.

The same number of things gives the same bytes; memory does not grow with it.
"""

from collections.abc import Iterator
from random import Random

BASE = "https://example.org/large/"
GRAPH = f"{BASE}graph"
"""Named graph that the data are loaded into."""
TRIPLES = 10
"""Triples of one report."""

_A = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_DC = "http://purl.org/dc/terms/"
_LABEL = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_SUBJECTS = 200
_TOPICS = ("energy", "health", "quantum", "education", "mobility", "language", "materials")
_TOPICS_JA = ("エネルギー", "健康", "量子", "教育", "交通", "言語", "材料")


def write_reports(reports: int, seed: int = 1) -> Iterator[bytes]:
    """Yield `TRIPLES` lines for each report, some thousand reports at a time."""
    chance = Random(seed)  # noqa: S311  (data for a benchmark)
    for start in range(0, reports, 2000):
        yield "".join(
            _report(number, chance) for number in range(start, min(start + 2000, reports))
        ).encode()


def _report(number: int, chance: Random) -> str:
    topic = number % len(_TOPICS)
    # a few organisations have written most reports, as it is with real data
    organisation = int(5000 * chance.random() ** 3)
    year, pages = 1990 + int(35 * chance.random()), int(400 * chance.random())
    day = f"{year}-{1 + number % 12:02}-{1 + number % 28:02}"
    this = f"<{BASE}report/{number}>"
    return (
        f"{this} {_A} <{BASE}Report> .\n"
        f'{this} {_LABEL} "Report {number} on {_TOPICS[topic]}"@en .\n'
        f'{this} {_LABEL} "{_TOPICS_JA[topic]}に関する報告 {number}"@ja .\n'
        f'{this} <{_DC}identifier> "R-{number:09}" .\n'
        f"{this} <{_DC}creator> <{BASE}person/{int(200_000 * chance.random())}> .\n"
        f"{this} <{_DC}publisher> <{BASE}organisation/{organisation}> .\n"
        f'{this} <{_DC}issued> "{day}"^^<{_XSD}date> .\n'
        f'{this} <{_DC}extent> "{pages}"^^<{_XSD}integer> .\n'
        f"{this} <{_DC}subject> <{BASE}subject/{int(_SUBJECTS * chance.random())}> .\n"
        f"{this} <{_DC}references> <{BASE}report/{int((number + 1) * chance.random())}> .\n"
    )
