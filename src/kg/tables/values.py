"""Texts of cells → values: years of either calendar, numbers, codes, lists of names."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from math import prod

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
    r"(?P<unit>年度|年|FY|CY)?(?P<rest>[末中内]?(?:まで|迄)?に?|以内)",
    re.IGNORECASE,
)
_WESTERN = re.compile(r"(?P<unit>FY|CY)\s*(?P<number>\d{4})", re.IGNORECASE)
_IRI = re.compile(r"(?:[^、,;\s]*/)?(?P<unit>fy|cy)(?P<number>\d{4})")
_FIGURES_OF_A_YEAR = 4
_DASHES = re.compile(r"[‐‑‒–—―−ー－]")
_FIGURES_IN_THREES = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_TERM = rf"(?P<figures>{_FIGURES_IN_THREES})(?P<unit>[百千]?[万億兆]?)"
_TERMS = re.compile(rf"{_FIGURES_IN_THREES}[百千]?[万億兆]?")
_NUMBER = re.compile(rf"(?P<sign>[+-]?)(?P<terms>(?:{_TERMS.pattern})+)(?P<percent>%)?")
_WITHIN = re.compile(rf"(?<![\d.,-])({_TERMS.pattern})(?![\d.,/割分])")
_BLANK = re.compile(r" (?=\d{3}(?!\d))|(?<!\d) | (?!\d)")
_UNITS = {"百": 100, "千": 1_000, "万": 10_000, "億": 100_000_000, "兆": 1_000_000_000_000}
_SEPARATORS = re.compile(
    r"([、､,，;；・･&＆|｜\n\r]+|[/／](?![a-z]\d)|\s*(?:及び|並びに)\s*|\s+and\s+)"
)
"""What stands between names; not the stroke of a key such as II-1/c1."""
_DECORATION = "【】［］[]〔〕"
_MOST_PARTS = 60
_FIRST_OF_JAPANESE = "\u3000"
_MONTH = re.compile(
    r"(?P<era>令和|平成|昭和|大正|明治|R|H|S)?\.?(?P<year>\d{1,4}|元)[年./-]"
    r"(?P<month>\d{1,2})(?:月?|[月./-]\d{1,2}日?)[末中]?(?:まで|迄)?に?",
    re.IGNORECASE,
)
_DAY = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})\d{2}")
_HALVES = r"[上下]半?期|[前後]半|第?[1-4]四半期"
_PART_OF_YEAR = re.compile(
    rf"(?:西暦|約|概ね)?(?P<year>(?:令和|平成|R|H)?\d{{1,4}}年度?|FY\d{{4}})"
    rf"(?:頃|ごろ|初頭|半ば|予定|を?目[途処]に?|[春夏秋冬]|\?|(?P<half>{_HALVES}))*",
    re.IGNORECASE,
)
_OPEN_RANGE = re.compile(r"[~〜-](?P<to>.+)|(?P<of>.+?)(?:[~〜-]|から|以降|以後)")
_BRACKETS = re.compile(r"(?P<before>[^()]+)\((?P<inside>[^()]+)\)(?P<after>[^()]*)")
_SHORT_YEAR = re.compile(r"'?(?P<number>\d{1,2})(?P<unit>年度?)末?")
_TWO_FIGURES = re.compile(r"(?P<unit>FY|CY)\s*'?(?P<year>\d{2})", re.IGNORECASE)
_MONTHS, _FIRST_OF_FISCAL_YEAR = 12, 4
_UNDECIDED = frozenset(
    {"未定", "検討中", "調整中", "確認中", "要確認", "要検討", "未確定", "不明", "?", "tbd", "tbc"}
    | {"undecided", "unknown"}
)
_NOTHING = frozenset({"なし", "無し", "無", "-", "特になし", "該当なし", "none", "n/a"})
_DITTO = re.compile(r"[〃々\"”″]+|(?:同上|同じ|ditto)[.。]?", re.IGNORECASE)


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
        """The year in the usual form, which is read as that year in either language."""
        return Both(
            f"{self.year}年{'度' if fiscal else ''}", f"{'FY' if fiscal else 'CY'}{self.year}"
        )


def plain(text: str) -> str:
    """Text in NFKC without blanks around it."""
    return unicodedata.normalize("NFKC", text).strip()


def says_nothing(text: str) -> bool:
    """Whether a cell says that there is no value."""
    said = plain(text).casefold()
    return said in _NOTHING or _DASHES.fullmatch(said) is not None


def repeats(text: str) -> bool:
    """Whether a cell holds a sign for the value of the one above (〃)."""
    return _DITTO.fullmatch(plain(text)) is not None


def read_year(text: str) -> Year | None:
    """The year that a text means; None where it is none.

    Only 「年度」, `FY` or `fy2022` make a fiscal year, and 「年」 or `CY` a calendar year.
    """
    even = plain(text).replace(" ", "")
    for pattern in (_WESTERN, _IRI):
        if found := pattern.fullmatch(even):
            return Year(int(found["number"]), found["unit"].casefold() == "fy", False)
    if said := _BRACKETS.fullmatch(even):
        return _agreed(said["before"] + said["after"], said["inside"])
    found = _YEAR.fullmatch(_in_figures(even))
    if found is None or (found["number"] == "元" and not found["era"]):
        return None
    count = 1 if found["number"] == "元" else int(found["number"])
    if count == 0:
        return None
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


def _agreed(outside: str, inside: str) -> Year | None:
    """The year that is written twice (2022年度（令和4年度）, 令和4（2022）年度); None for two."""
    first, second = (read_year(text) or loose_year(text) for text in (outside, inside))
    if first is None or second is None or first.year != second.year:
        return None
    fiscal = second.fiscal if first.fiscal is None else first.fiscal
    if fiscal != second.fiscal is not None:
        return None
    return Year(first.year, fiscal, True)


def loose_year(text: str) -> Year | None:
    """The year of what is a part of it (2022年夏), or of FY22, CY22.

    That of a month or day is the fiscal one: 令和5年3月 is in FY2022.
    """
    even = _in_figures(plain(text).replace(" ", ""))
    if short := _TWO_FIGURES.fullmatch(even):
        return Year(2000 + int(short["year"]), short["unit"].casefold() == "fy", True)
    if (part := _PART_OF_YEAR.fullmatch(even)) and (year := read_year(part["year"])):
        # quarters and halves of fiscal years are often written without saying so
        fiscal = None if part["half"] and not year.fiscal else year.fiscal
        return Year(year.year, fiscal, True)
    return _year_of_month(even)


def _year_of_month(even: str) -> Year | None:
    found = _MONTH.fullmatch(even) or _DAY.fullmatch(even)
    if found is None or not 1 <= int(found["month"]) <= _MONTHS:
        return None
    year = read_year(f"{found.groupdict().get('era') or ''}{found['year']}年")
    if year is None:
        return None
    return Year(year.year - (int(found["month"]) < _FIRST_OF_FISCAL_YEAR), True, True)


def short_years(text: str) -> list[Year]:
    """The years that two figures or one may mean (22年度): of our century, or of two eras."""
    found = _SHORT_YEAR.fullmatch(plain(text).replace(" ", ""))
    if found is None:
        return []
    fiscal, number = found["unit"] == "年度", int(found["number"])
    return [Year(first + number, fiscal, True) for first in (2000, _ERAS["令和"], _ERAS["平成"])]


def is_range(text: str) -> bool:
    """Whether a text looks like years from one to another, or from or to one."""
    even = _in_figures(plain(text).replace(" ", ""))
    if _RANGE.fullmatch(even):
        return True
    found = _OPEN_RANGE.fullmatch(even)
    return found is not None and read_year(found["to"] or found["of"]) is not None


def _era(text: str) -> str:
    return text.upper() if text.isascii() else text


def _in_figures(text: str) -> str:
    """Numbers in figures: 令和四年 is 令和4年, 令和十年 is 令和10年."""

    def number(found: re.Match[str]) -> str:
        tens, ten, ones = found[0].translate(_FIGURES).partition("十")
        return f"{int(tens or 1) * 10 + int(ones or 0)}" if ten else tens

    return re.sub(r"[〇一二三四五六七八九十]+(?=年)", number, text)


def read_number(text: str) -> tuple[Decimal, bool] | None:
    """A number and whether it is a percentage; None where it is none.

    25万 is 250000, and a comma stands before three figures: 1,5 is none.
    """
    found = _NUMBER.fullmatch(_BLANK.sub("", plain(text)))
    if found is None:
        return None
    terms = [_term(term) for term in re.finditer(_TERM, found["terms"])]
    scales = [scale for _, scale in terms]
    if scales != sorted(set(scales), reverse=True):
        return None
    whole = sum((figures * scale for figures, scale in terms), Decimal(0))
    return -whole if found["sign"] == "-" else whole, bool(found["percent"])


def _term(found: re.Match[str]) -> tuple[Decimal, int]:
    scale = prod(_UNITS[unit] for unit in found["unit"])
    return Decimal(found["figures"].replace(",", "")), scale


def number_within(text: str) -> Decimal | None:
    """The only number of a text that holds more than it (約25万人); None where it has several."""
    parts = _WITHIN.split(plain(text).replace(" ", ""))
    if len(parts) != len(("before", "number", "after")) or re.search(r"\d", parts[0] + parts[2]):
        return None
    number = read_number(parts[1])
    return number and number[0]


def figures(number: Decimal) -> str:
    """A number as it is written in the graph."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


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
