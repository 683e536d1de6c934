"""Japanese dates and year ranges as the documents print them."""

import calendar
import re
import unicodedata
from datetime import date

from rdflib import Literal
from rdflib.namespace import XSD

from kg.extract.builder import RecordBuilder, string
from kg.model import Passage
from kg.namespaces import JPSTRAT

_ERAS = {"平成": 1988, "H": 1988, "令和": 2018, "R": 2018, "": 0}
_YEAR = r"(平成|令和|H|R|)(\d+|元)"
_DATE = re.compile(rf"{_YEAR}年(?:(度)|(\d+)月(?:(\d+)日)?)?")
_RANGE = re.compile(rf"{_YEAR}～{_YEAR}年度")


def _year(era: str, number: str) -> int:
    return _ERAS[era] + (1 if number == "元" else int(number))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("~", "～")


def first_and_last_day(text: str) -> tuple[date, date]:
    """First and last day of a printed day, month, year or fiscal year (`令和元年6月`).

    Raises `ValueError` when `text` is no such date.
    """
    found = _DATE.fullmatch(_plain(text))
    if found is None:
        msg = f"no date: {text!r}"
        raise ValueError(msg)
    era, number, fiscal, month, day = found.groups()
    year = _year(era or "", number)
    if fiscal:
        return fiscal_years(year, year)
    if day:
        exact = date(year, int(month), int(day))
        return exact, exact
    first, last = (int(month), int(month)) if month else (1, 12)
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def year_range(text: str) -> tuple[int, int]:
    """First and last fiscal year of a printed range (`H30～R4年度`).

    Raises `ValueError` when `text` is no such range.
    """
    found = _RANGE.fullmatch(_plain(text))
    if found is None:
        msg = f"no range of fiscal years: {text!r}"
        raise ValueError(msg)
    return _year(found[1], found[2]), _year(found[3], found[4])


def year_of(text: str) -> int:
    """Western year of a printed year without its unit (`令和3`, `R2`, `2030`).

    Raises `ValueError` when `text` is no year.
    """
    found = re.fullmatch(_YEAR, _plain(text))
    if found is None:
        msg = f"no year: {text!r}"
        raise ValueError(msg)
    return _year(found[1], found[2])


def fiscal_years(first: int, last: int) -> tuple[date, date]:
    """First day of fiscal year `first` and last day of fiscal year `last`."""
    return date(first, 4, 1), date(last + 1, 3, 31)


def day(value: date) -> Literal:
    """`xsd:date` literal."""
    return Literal(value.isoformat(), datatype=XSD.date)


def say_dates(record: RecordBuilder, printed: Passage) -> None:
    """First and last day of a printed date, and the date as printed."""
    first, last = first_and_last_day(printed.text)
    record.say(JPSTRAT.startDate, day(first), printed).say(JPSTRAT.endDate, day(last), printed)
    record.say(JPSTRAT.dateText, string(printed.text), printed)
