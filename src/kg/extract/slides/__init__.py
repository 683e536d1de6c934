"""Extraction of the slides that outline the AI and quantum strategies.

`read_slides` is the whole interface. What the slides say is read from their text; where the text
layer has lost columns and arrows, rows of `data/curation/slides-*.tsv` and `organisations.tsv`
say what belongs together, each with a reason.
"""

from collections.abc import Callable
from pathlib import Path

from kg.extract.slides.budgets import read_budgets
from kg.extract.slides.coverage import check_counts, check_coverage
from kg.extract.slides.deck import split_slides
from kg.extract.slides.events import read_events, read_milestones
from kg.extract.slides.facts import read_facts, read_lists
from kg.extract.slides.hubs import read_hubs
from kg.extract.slides.organisations import read_organisations
from kg.extract.slides.programmes import read_programmes
from kg.extract.slides.reading import Reading
from kg.extract.slides.rosters import read_rosters
from kg.extract.slides.sections import read_sections
from kg.extract.slides.strategies import read_editions, read_figures, read_terms
from kg.model import Draft, SourceText

STEPS: tuple[Callable[[Reading], None], ...] = (
    read_sections,
    read_facts,
    read_terms,
    read_lists,
    read_editions,
    read_figures,
    read_organisations,
    read_rosters,
    read_hubs,
    read_programmes,
    read_budgets,
    read_milestones,
    read_events,
    check_counts,
    check_coverage,
)
"""The readers in the order in which they need each other."""

SLUG = "slides2021"


def read_slides(
    document: SourceText, curation: Path, on_step: Callable[[int, int], None] = lambda *_: None
) -> Draft:
    """Every fact of the slides with the passages that prove it, and what was unexpected.

    `on_step(done, total)` is called after each reader. Raises `ExtractionError` when the document
    does not read as expected, `CurationError` and `PathMissing` for the tables in `curation`.
    """
    reading = Reading(document, split_slides(document, curation), curation)
    for done, step in enumerate(STEPS, start=1):
        step(reading)
        on_step(done, len(STEPS))
    return reading.draft()
