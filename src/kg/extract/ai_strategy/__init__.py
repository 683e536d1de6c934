"""Reading the follow-up of the AI Strategy 2019 (document `ai2019-fu2020`)."""

from collections.abc import Callable
from pathlib import Path

from kg.extract.ai_strategy.aims import read_aims
from kg.extract.ai_strategy.assembly import read_outline
from kg.extract.ai_strategy.facts import read_facts
from kg.extract.ai_strategy.figures import read_figures, read_observations
from kg.extract.ai_strategy.ideas import check_counts, check_dates, read_concepts, read_principles
from kg.extract.ai_strategy.legend import read_legend
from kg.extract.ai_strategy.measures import read_measures
from kg.extract.ai_strategy.progress import read_progress
from kg.extract.ai_strategy.reading import EDITION, Reading
from kg.extract.ai_strategy.sections import read_sections
from kg.extract.ai_strategy.tables import read_table_1, read_table_2
from kg.model import Draft, SourceText

STEPS: tuple[Callable[[Reading], None], ...] = (
    read_legend,
    read_sections,
    read_facts,
    read_aims,
    read_measures,
    read_table_1,
    read_table_2,
    read_figures,
    read_observations,
    read_progress,
    read_principles,
    read_concepts,
    check_counts,
    check_dates,
)
"""The readers in the order in which they need each other."""

SLUG = EDITION


def read_ai_strategy(
    document: SourceText, curation: Path, on_step: Callable[[int, int], None] = lambda *_: None
) -> Draft:
    """All records of the document; `on_step(done, total)` is called after each reader.

    Raises `ExtractionError` and `CurationError`.
    """
    outline = read_outline(document)
    reading = Reading(outline, curation)
    for done, step in enumerate(STEPS, start=1):
        step(reading)
        on_step(done, len(STEPS))
    return Draft(document, tuple(reading.records), (*outline.warnings, *reading.warnings))
