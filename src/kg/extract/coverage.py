"""What a document prints and no record accounts for."""

from collections.abc import Iterable, Iterator, Sequence

from kg.errors import Both
from kg.extract.builder import RecordBuilder
from kg.extract.curation import Lookup
from kg.model import Passage, Record

Excuse = tuple[Passage, Lookup]
"""A passage that was left out on purpose, and the row that says why."""


def uncovered(
    printed: Iterable[Passage],
    records: Iterable[Record | RecordBuilder],
    excuses: Sequence[Excuse],
) -> Iterator[Passage]:
    """Passages of `printed` in no span of a record, but for those that a row excuses.

    Raises `CurationError` for a row that excuses nothing.
    """
    proven = {
        (span.start, span.end)
        for record in records
        for statement in record.statements
        for span in statement.spans
    }
    needed = set()
    for passage in printed:
        if any(start <= passage.start and passage.end <= end for start, end in proven):
            continue
        rows = {row.row for place, row in excuses if _within(passage, place)}
        needed |= rows
        if not rows:
            yield passage
    for _, row in excuses:
        if row.row not in needed:
            raise row.error(
                "printed", Both("どの記録にも含まれない語", "words that no record accounts for")
            )


def _within(passage: Passage, place: Passage) -> bool:
    return place.start <= passage.start and passage.end <= place.end
