"""What is said of a name or a year in a cell that means nothing known."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from rdflib import URIRef

from kg.errors import Both
from kg.lookup import Found
from kg.tables import findings as rules
from kg.tables import reading_wording as told
from kg.tables import year_wording as words
from kg.tables.columns import Column
from kg.tables.findings import TableRule
from kg.tables.resolving import Resolver
from kg.tables.values import (
    Year,
    figures,
    is_range,
    is_undecided,
    loose_year,
    number_within,
    read_number,
    read_year,
    short_years,
)

_LEAST = 2
"""Names that make a list."""
_FEW = 12
"""Names that are all listed where none is near."""


@dataclass(frozen=True)
class Unknown:
    """The rule that a text breaks, and what is said of it; as in `CellFinding`."""

    rule: TableRule
    problem: Both
    fix: Both
    allowed: Both | None = None
    nearest: Both | None = None


def unknown_name(text: str, found: Found, column: Column, resolver: Resolver) -> Unknown:
    """What is said of a name that means none of the things of a column."""
    rule, choices = rules.NAME_UNKNOWN, resolver.choices(column)
    if not column.offered:
        problem = told.NOT_USED.filled(value=text, field=column.name)
        return Unknown(rule, problem, told.LEAVE_EMPTY)
    near = tuple(resolver.written(each, column) for each in found.candidates)
    few = len(choices) <= _FEW
    written = (resolver.written(each, column) for each in choices) if few else ()
    allowed = listed(tuple(written)) or column.note
    fix = told.CHOOSE if near else told.CHOOSE_ALLOWED if few else told.CHOOSE_ELSEWHERE
    former = resolver.former(text) if "org:Organization" in column.of.split() else None
    if former is not None:
        after = near[0] if near else Both(former.successor, former.successor)
        problem = told.FORMER_NAME.filled(value=text, year=former.year, after=after)
        return Unknown(rule, problem, fix, allowed, listed(near))
    if is_undecided(text) and not column.required:
        return _undecided(rule, text, allowed)
    if parts := _names_between_blanks(text, column, resolver):
        return _blanks_between(rule, text, parts, allowed)
    if not column.many and len(resolver.named(text, column)) >= _LEAST:
        problem = told.SEVERAL.filled(value=text, field=column.name)
        return Unknown(rule, problem, told.ONE_ONLY, allowed, listed(near))
    problem = (told.NO_NAME if near or few else told.NOTHING_NEAR).filled(
        value=text, field=column.name
    )
    return Unknown(rule, problem, fix, allowed, listed(near))


def unknown_year(text: str, year: Year | None, periods: AbstractSet[URIRef]) -> Unknown:
    """What is said of a text that is no year (None), or may be of either kind."""
    rule, allowed = rules.YEAR_UNKNOWN, _allowed(periods)
    if year is not None:
        both = year.text(fiscal=True), year.text(fiscal=False)
        problem = words.EITHER_YEAR.filled(value=text)
        return Unknown(rule, problem, words.WRITE_YEAR, allowed, listed(both))
    if is_undecided(text):
        return _undecided(rule, text, allowed)
    if parts := years_between_blanks(text):
        return _blanks_between(rule, text, parts, allowed)
    if around := years_around(text, periods):
        problem = words.INSIDE_YEAR.filled(value=text)
        return Unknown(rule, problem, words.WRITE_YEAR, allowed, around)
    fix = words.TWO_COLUMNS if is_range(text) else words.WRITE_YEAR
    return Unknown(rule, words.NO_YEAR.filled(value=text), fix, allowed)


def unknown_number(text: str, *, whole: bool) -> Unknown:
    """What is said of a text that is no number, or no `whole` one."""
    rule = rules.NUMBER_UNKNOWN
    if is_undecided(text) and not whole:
        return _undecided(rule, text, None)
    within = number_within(text)
    near = None if within is None else figures(within)
    nearest = None if near is None or (whole and not near.isdecimal()) else Both(near, near)
    if whole and "字" not in text:
        nearest = None
    if whole:
        problem = told.NOT_WHOLE if read_number(text) else told.NO_NUMBER
        return Unknown(rule, problem.filled(value=text), told.AS_NUMBER, nearest=nearest)
    return Unknown(rule, told.NO_NUMBER.filled(value=text), told.AS_TARGET, nearest=nearest)


def far_year(text: str, periods: AbstractSet[URIRef]) -> Unknown:
    """What is said of a year that the graph has no period for."""
    problem = words.FAR_YEAR.filled(value=text)
    return Unknown(rules.YEAR_UNKNOWN, problem, words.WRITE_YEAR, _allowed(periods))


def years_around(text: str, periods: AbstractSet[URIRef]) -> Both | None:
    """The years that a part of one lies in, or that two figures may mean, if the graph has them."""
    loose = loose_year(text)
    years = short_years(text) if loose is None else [loose]
    keys = {str(period).rpartition("/")[2] for period in periods}
    return listed(
        tuple(
            year.text(fiscal=fiscal)
            for year in years
            for fiscal in ((True, False) if year.fiscal is None else (year.fiscal,))
            if f"{'fy' if fiscal else 'cy'}{year.year}" in keys
        )
    )


def years_between_blanks(text: str) -> list[str]:
    """Years with nothing but blanks between them; none where it is anything else."""
    parts = text.split()
    years = [read_year(part) for part in parts]
    return parts if len(parts) >= _LEAST and all(y and y.fiscal is not None for y in years) else []


def listed(texts: tuple[Both, ...]) -> Both | None:
    """Values as they are offered to people; None where there are none."""
    if not texts:
        return None
    return Both("、".join(t.ja for t in texts), " | ".join(t.en for t in texts))


def _names_between_blanks(text: str, column: Column, resolver: Resolver) -> list[str]:
    parts = text.split()
    if not column.many or len(parts) < _LEAST:
        return []
    return parts if all(resolver.one(part, column).thing for part in parts) else []


def _undecided(rule: TableRule, text: str, allowed: Both | None) -> Unknown:
    problem = told.UNDECIDED.filled(value=text)
    return Unknown(rule, problem, told.SAY_NOTHING, allowed, told.NO_VALUE)


def _blanks_between(rule: TableRule, text: str, parts: list[str], allowed: Both | None) -> Unknown:
    problem = told.BLANKS_BETWEEN.filled(value=text)
    right = Both("、".join(parts), ", ".join(parts))
    return Unknown(rule, problem, told.USE_COMMAS, allowed, right)


def _allowed(periods: AbstractSet[URIRef]) -> Both:
    years = sorted(str(period).rpartition("/")[2][2:] for period in periods)
    return words.YEARS.filled(first=years[0], last=years[-1])
