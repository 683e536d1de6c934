"""Dated occurrences and the stages of the roadmap."""

import re

from kg.extract.builder import string
from kg.extract.curation import pattern
from kg.extract.dates import say_dates, year_of
from kg.extract.slides.reading import Reading
from kg.namespaces import JPSTRAT, NAMES

_MILESTONE = r"(?P<year>20\d\d年)[^年]+?[（(]\w+Level[）)]"


def read_events(reading: Reading) -> None:
    """Events of `slides-events.tsv`: a printed date between the words before and after it.

    Several rows may tell of one event; the first one gives the date, the others are further
    evidence for it (a later slide may print only the month of a day). `topic` are other words on
    the slide that name what the event concerns.
    """
    for row in reading.lookups("slides-events"):
        date = re.escape(row["date"])
        whole = f"{pattern(row, 'before')}(?P<date>{date}){pattern(row, 'after')}"
        place = reading.slide(row).passage
        found = reading.matches(place, whole)
        reading.expect(place, len(found), 1, whole)
        event = reading.thing(f"event/{row['event']}", JPSTRAT.Event)
        if not event.statements:
            say_dates(event, found[0]["date"])
        topic = [reading.only(row, "topic")] if row["topic"] else []
        for path in row["concerns"].split():
            event.say(JPSTRAT.concerns, NAMES.id(*path.split("/")), found[0][0], *topic)


def read_milestones(reading: Reading) -> None:
    """Stages of the translation roadmap, each with the calendar year it is set for."""
    whole = reading.document.passage(0, len(reading.document.text))
    for match in reading.matches(whole, _MILESTONE):
        year = year_of(match.text("year")[:-1])
        slug = f"milestone/{reading.document.slug}/translation-{year}"
        milestone = reading.thing(slug, JPSTRAT.Milestone)
        printed = match["year"]
        milestone.say(JPSTRAT.deadline, NAMES.period(year=year, fiscal=False), printed)
        milestone.say(JPSTRAT.deadlineText, string(printed.text), printed)
        milestone.word(match[0])
