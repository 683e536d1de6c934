"""Texts of cells → values: years of either calendar, numbers, codes, lists of names."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from kg.errors import Both

_ERAS = {
    "令和": 2018,
    "平成": 1988,
    "昭和": 1925,
    "大正": 1911,
    "明治": 1867,
    "R": 2018,
    "H": 1988,
    "S": 1925,
}
"""Names of eras and the year before their first."""
_LAST_YEARS = {"平成": 2019, "H": 2019, "昭和": 1989, "S": 1989, "大正": 1926, "明治": 1912}
"""The year in which an era ended."""
_RANGE = re.compile(r"\D*\d{1,4}\D*(?:[~〜‐‑‒–—―−ー-]|から)\D*\d{1,4}\D*")
_FIGURES = str.maketrans("〇一二三四五六七八九", "0123456789")
_YEAR = re.compile(
    r"(?P<era>令和|平成|昭和|大正|明治|R|H|S)?\.?(?P<number>\d{1,4}|元)"
    r"(?P<unit>年度|年|FY|CY)?(?P<rest>末|中|内|まで|迄|までに|以内)?",
    re.IGNORECASE,
)
_WESTERN = re.compile(r"(?P<unit>FY|CY)\s*(?P<number>\d{4})", re.IGNORECASE)
_IRI = re.compile(r"(?:[^、,;\s]*/)?(?P<unit>fy|cy)(?P<number>\d{4})")
_FIGURES_OF_A_YEAR = 4
_DASHES = re.compile(r"[‐‑‒–—―−ー－]")
_NUMBER = re.compile(r"(?P<figures>[+-]?\d+(?:\.\d+)?)(?P<unit>千|万|億)?(?P<percent>%)?")
_UNITS = {None: 1, "千": 1_000, "万": 10_000, "億": 100_000_000}
_SEPARATORS = re.compile(r"([、,，;；/／・･&＆\n\r]+|\s+及び\s*|及び|並びに)")
_DECORATION = "【】［］[]〔〕"
_MOST_PARTS = 60
_FIRST_OF_JAPANESE = "\u3000"
_MONTH = re.compile(
    r"(?P<era>令和|平成|昭和|大正|明治|R|H|S)?\.?(?P<year>\d{1,4}|元)[年./-]"
    r"(?P<month>\d{1,2})(?:月?|[月./-]\d{1,2}日?)(?:末|中|まで|迄|までに)?",
    re.IGNORECASE,
)
_TWO_FIGURES = re.compile(r"(?P<unit>FY|CY)\s*'?(?P<year>\d{2})", re.IGNORECASE)
_MONTHS, _FIRST_OF_FISCAL_YEAR = 12, 4
_UNDECIDED = frozenset({"未定", "検討中", "調整中", "未確定", "tbd", "undecided"})
_NOTHING = frozenset({"なし", "無し", "-", "ー", "―", "none"})


@dataclass(frozen=True)
class Year:
    """A year of a cell: fiscal, calendar, or undecided (`fiscal` None).

    `unusual` says that it was not written in the usual form, `over` that its era has ended before.
    """

    year: int
    fiscal: bool | None
    unusual: bool
    over: bool = False

    def text(self, *, fiscal: bool) -> Both:
        """The year in the usual form."""
        return Both(
            f"{self.year}年{'度' if fiscal else ''}", f"{'FY' if fiscal else ''}{self.year}"
        )


def plain(text: str) -> str:
    """Text in NFKC without blanks around it."""
    return unicodedata.normalize("NFKC", text).strip()


def says_nothing(text: str) -> bool:
    """Whether a cell says that there is no value."""
    return plain(text).casefold() in _NOTHING


def read_year(text: str) -> Year | None:
    """The year that a text means; None where it is none.

    Only 「年度」, `FY` or `fy2022` make a fiscal year, and 「年」 or `CY` a calendar year.
    """
    even = plain(text).replace(" ", "")
    for pattern in (_WESTERN, _IRI):
        if found := pattern.fullmatch(even):
            return Year(int(found["number"]), found["unit"].casefold() == "fy", False)
    found = _YEAR.fullmatch(_in_figures(even))
    if found is None or (found["number"] == "元" and not found["era"]):
        return None
    count = 1 if found["number"] == "元" else int(found["number"])
    year = _ERAS[_era(found["era"])] + count if found["era"] else count
    if len(str(year)) != _FIGURES_OF_A_YEAR:
        return None
    fiscal = {"年度": True, "FY": True, "年": False, "CY": False}.get((found["unit"] or "").upper())
    usual = not (found["era"] or found["rest"]) and even == text.strip()
    over = bool(found["era"]) and year > _LAST_YEARS.get(_era(found["era"]), year)
    return Year(year, fiscal, not usual, over)


def is_undecided(text: str) -> bool:
    """Whether a cell says that a value is still to come."""
    return plain(text).casefold() in _UNDECIDED


def loose_year(text: str) -> Year | None:
    """The fiscal year of a month or day (令和5年3月 is in FY2022), or the year of FY22, CY22."""
    even = _in_figures(plain(text).replace(" ", ""))
    if short := _TWO_FIGURES.fullmatch(even):
        return Year(2000 + int(short["year"]), short["unit"].casefold() == "fy", True)
    found = _MONTH.fullmatch(even)
    if found is None or not 1 <= int(found["month"]) <= _MONTHS:
        return None
    year = read_year(f"{found['era'] or ''}{found['year']}年")
    if year is None:
        return None
    return Year(year.year - (int(found["month"]) < _FIRST_OF_FISCAL_YEAR), True, True)


def is_range(text: str) -> bool:
    """Whether a text looks like years from one to another."""
    return _RANGE.fullmatch(_in_figures(plain(text).replace(" ", ""))) is not None


def _era(text: str) -> str:
    return text.upper() if text.isascii() else text


def _in_figures(text: str) -> str:
    """Numbers in figures: 令和四年 is 令和4年, 令和十年 is 令和10年."""

    def number(found: re.Match[str]) -> str:
        tens, ten, ones = found[0].translate(_FIGURES).partition("十")
        return f"{int(tens or 1) * 10 + int(ones or 0)}" if ten else tens

    return re.sub(r"[〇一二三四五六七八九十]+(?=年)", number, text)


def read_number(text: str) -> tuple[Decimal, bool] | None:
    """A number and whether it is a percentage; None where it is none. 25万 is 250000."""
    found = _NUMBER.fullmatch(plain(text).replace(",", "").replace(" ", ""))
    if found is None:
        return None
    try:
        return Decimal(found["figures"]) * _UNITS[found["unit"]], bool(found["percent"])
    except InvalidOperation:
        return None


def read_code(text: str) -> str:
    """A code in half-width letters with plain hyphens."""
    return _DASHES.sub("-", plain(text)).replace(" ", "")


def parts_of(text: str) -> list[str]:
    """A list of names and what stands between them: name, separator, name."""
    return _SEPARATORS.split(text.strip().strip(_DECORATION), maxsplit=_MOST_PARTS)


def repaired(text: str) -> str | None:
    """The text that a wrong encoding has damaged, where it can be told; None if it looks sound."""
    for wrong in ("cp932", "cp1252", "latin-1"):
        try:
            right = text.encode(wrong).decode("utf-8")
        except UnicodeError:
            continue
        # Half-width kana can be valid UTF-8 by chance, but then of letters that nobody meant.
        if right != text and (wrong != "cp932" or max(right) > _FIRST_OF_JAPANESE):
            return right
    return None


def is_damaged(text: str) -> bool:
    """Whether a text holds characters that only a wrong encoding or a fault leaves behind."""
    if any(c == "\ufffd" or (unicodedata.category(c) == "Cc" and c not in "\t\n\r") for c in text):
        return True
    return not text.isascii() and repaired(text) is not None
