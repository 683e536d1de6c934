"""Checks of the whole: how many records there must be, and what no record accounts for."""

from kg.extract.coverage import uncovered
from kg.extract.curation import number, pattern, term
from kg.extract.slides.reading import Reading

_FACTUAL = (
    r"(?:平成|令和)(?:元|\d+)年(?:度|\d+月)?"
    r"|20\d\d年(?:度|\d+月(?:\d+日)?)?"
    r"|20\d\d～20\d\d年度|[HR]\d+(?:～[HR]\d+)?年度"
    r"|本年.月|今月"
    r"|[\d,.]+億円|\d+拠点"
    r"|議長代理|副議長|副座長|議長|座長|チーム長|主査|事務局|構成員"
)


def check_counts(reading: Reading) -> None:
    """Raise `ExtractionError` unless there are as many records as `slides-counts.tsv` says."""
    types = [builder.type for builder in reading.builders.values()]
    for row in reading.lookups("slides-counts"):
        found = types.count(term(row, "class"))
        reading.expect(None, found, number(row, "count"), row["class"])


def check_coverage(reading: Reading) -> None:
    """Warn of every date, amount or role word that no passage of a record covers.

    `slides-left-out.tsv` lists what was left out on purpose. Raises `CurationError` for a row of
    it that is no longer needed.
    """
    excuses = [
        (passage, row)
        for row in reading.lookups("slides-left-out")
        for passage in reading.slide(row).passage.find_all(pattern(row, "printed"))
        or [reading.document.passage(0, 0)]
    ]
    printed = reading.document.passage(0, len(reading.document.text)).find_all(_FACTUAL)
    for passage in uncovered(printed, reading.builders.values(), excuses):
        text = passage.text
        reading.warn(
            passage, f"「{text}」に対応する記述がありません", f"no record accounts for {text!r}"
        )
