"""What is wrong with how a text is written, and the same text written well."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date

from rdflib import Literal, URIRef
from rdflib.namespace import RDF, XSD

from kg.errors import Both
from kg.validate.explaining.fitting import datatype_of

_WIDE = "０-９Ａ-Ｚａ-ｚ＃＄％＆＊＋－．／＜＝＞＠＼＾＿｜"
_JOINED = "\u2460-\u24ff\u3200-\u33ff"
_MARKS = "\u0300-\u036f\u3099\u309a"
_UNEVEN = re.compile(f"[{_WIDE}]|[｡-ﾟ]+|[⺀-⿕]|[{_JOINED}]|.[{_MARKS}]+")
_INVISIBLE = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_BREAKS = re.compile(r"[\r\n\t\u2028\u2029]")
_DEFECTS: tuple[tuple[re.Pattern[str], Both], ...] = (
    (re.compile(r"[\r\n\u2028\u2029]"), Both("改行", "a line break")),
    (re.compile(r"\t"), Both("タブ", "a tab")),
    (re.compile(r"\A[^\S\r\n\t]|[^\S\r\n\t]\Z"), Both("端の空白", "a blank at an end")),
    (re.compile(f"[{_WIDE}]"), Both("全角の英数字・記号", "full-width letters, digits or signs")),
    (re.compile(r"[｡-ﾟ]"), Both("半角の片仮名", "half-width katakana")),
    (re.compile(r"[⺀-⿕]"), Both("部首の字（康熙部首など）", "signs for radicals of characters")),
    (re.compile(f"[{_JOINED}]"), Both("組み文字", "signs made of several letters")),
    (re.compile(f".[{_MARKS}]"), Both("分かれた濁点などの印", "separate marks on letters")),
    (re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]"), Both("外字", "private-use characters")),
    (re.compile(f"[{_INVISIBLE}]"), Both("見えない文字", "invisible characters")),
    (re.compile(f"[{_CONTROLS}]"), Both("制御文字", "control characters")),
)
_UNUSABLE = re.compile(f"[\ue000-\uf8ff\U000f0000-\U0010ffff{_INVISIBLE}{_CONTROLS}]")
_DASHES = re.compile(r"[‐‑‒–—―−ー－]")
_DIGITS = re.compile(r"\d+")
_LONGEST_NUMBER = 14
_JAPANESE = re.compile(r"[぀-ヿ㐀-鿿豈-﫿々]")
_DAY = re.compile(
    r"(?:(?P<era>令和|平成|昭和|[RHS])\s*(?P<count>元|\d{1,2})|(?P<year>\d{4}))\s*[年./-]\s*"
    r"(?P<month>\d{1,2})\s*[月./-]\s*(?P<day>\d{1,2})\s*日?(?:[T ]00:00:00)?"
)
_FIRST_YEARS = {"令和": 2019, "R": 2019, "平成": 1989, "H": 1989, "昭和": 1926, "S": 1926}
_NUMBER = re.compile(r"(?:約|およそ)?(?P<number>[+-]?\d[\d,]*(?:\.\d+)?)\s*[^\d.千万億兆]*")
"""A number, perhaps with a unit that multiplies nothing."""
_YES_NO = {
    **dict.fromkeys(("true", "1", "はい", "有", "○", "yes"), "true"),
    **dict.fromkeys(("false", "0", "いいえ", "無", "×", "no"), "false"),
}


def defects(text: str) -> list[Both]:
    """What a text should not hold, each with the first sign of its kind."""
    return [_named(found[0], words) for sign, words in _DEFECTS if (found := sign.search(text))]


def _named(sign: str, words: Both) -> Both:
    shown = sign if sign.isprintable() and not sign.isspace() else f"U+{ord(sign):04X}"
    return Both(f"{words.ja}「{shown}」", f'{words.en} "{shown}"')


def cleaned(text: str) -> str:
    """Text on one line in the usual width, without what no reader can see.

    Brackets and punctuation keep the width that Japanese gives them.
    """
    even = _UNEVEN.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return " ".join(_UNUSABLE.sub("", _BREAKS.sub(" ", even)).split())


def spellings(text: str) -> Iterator[str]:
    """The text in other spellings, the gentlest change first: of a code that lost its form."""
    seen: set[str] = set()
    for case in _cases(cleaned(text)):
        for spelling in (case, *_padded(case)):
            if spelling not in seen:
                seen.add(spelling)
                yield spelling


def _cases(text: str) -> Iterator[str]:
    yield text
    tight = _DASHES.sub("-", unicodedata.normalize("NFKC", text)).replace(" ", "")
    yield tight
    yield tight.upper()
    yield tight.lower()
    yield tight.strip("「」'\"()[]<>.,、。")
    yield tight.upper().strip("「」'\"()[]<>.,、。")


def _padded(text: str) -> Iterator[str]:
    """The text with zeros before its last number, and before each of its numbers."""
    numbers = list(_DIGITS.finditer(text))
    for number in reversed(numbers):
        for width in range(len(number[0]) + 1, _LONGEST_NUMBER):
            yield f"{text[: number.start()]}{number[0].zfill(width)}{text[number.end() :]}"


def language_for(text: str) -> str:
    """The language that a text is probably in: "ja" with Japanese characters, else "en"."""
    return "ja" if _JAPANESE.search(text) else "en"


def converted(value: Literal, datatype: URIRef) -> Literal | None:
    """The same value in another datatype; None where it has no value there."""
    text = unicodedata.normalize("NFKC", cleaned(str(value)))
    if datatype == XSD.string:
        text = cleaned(str(value))
    if datatype == RDF.langString:
        return Literal(text, lang=language_for(text))
    read = _CONVERTED.get(datatype)
    found = read(text) if read else None
    if found is None or (found == str(value) and datatype_of(value) == datatype):
        return None
    literal = Literal(found, datatype=datatype)
    return None if literal.ill_typed else literal


def _same(text: str) -> str | None:
    return text


def _integer(text: str) -> str | None:
    found = _number(text)
    if found is None:
        return None
    whole, _, rest = found.partition(".")
    return None if rest.strip("0") else whole


def _number(text: str) -> str | None:
    found = _NUMBER.fullmatch(text)
    return found["number"].replace(",", "").lstrip("+") if found else None


def _day(text: str) -> str | None:
    """A day of the usual forms, of the years of Japanese eras too, as `2022-03-31`."""
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    if found["year"]:
        year = int(found["year"])
    else:
        count = 1 if found["count"] == "元" else int(found["count"])
        year = _FIRST_YEARS[found["era"]] + count - 1
    try:
        return date(year, int(found["month"]), int(found["day"])).isoformat()
    except ValueError:
        return None


def _yes_no(text: str) -> str | None:
    return _YES_NO.get(text.casefold())


_CONVERTED: dict[URIRef, Callable[[str], str | None]] = {
    XSD.integer: _integer,
    XSD.nonNegativeInteger: _integer,
    XSD.positiveInteger: _integer,
    XSD.decimal: _number,
    XSD.double: _number,
    XSD.date: _day,
    XSD.boolean: _yes_no,
    XSD.string: _same,
}
