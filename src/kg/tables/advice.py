"""What rules say of properties, said of the columns of a table: for people who know no Turtle."""

import re

from rdflib import URIRef

from kg.entry import Place
from kg.errors import Both
from kg.lookup import folded
from kg.namespaces import Names
from kg.tables.columns import Column, Kind
from kg.tables.measure_columns import BY_KEY, COLUMNS, headers

_NAME = r"(?<![A-Za-z0-9_/])[a-z]+:[A-Za-z][A-Za-z0-9_-]*"
_ASIDE = re.compile(rf"（(?:{_NAME}|id/)[^（）]*）|\s?\((?:{_NAME}|id/)[^()]*\)")
_LANG = re.compile(r"(?<=[」\"])@(?:ja|en)(?![A-Za-z-])")
_TURTLE = re.compile(rf"{_NAME}|@(?:ja|en)(?![A-Za-z])|<[^>\s]*>|(?<![A-Za-z])(?:id/[a-z]|IRI)")
_PROPERTY = re.compile(_NAME)
_TEXT = re.compile(r'"(?P<text>(?:[^"\\]|\\.)*)"(?:@[a-z-]+|\^\^\S+)?')
_TITLED = re.compile(rf"(?P<title>.+?)\s+(?:{_NAME}|<[^>\s]*>|id/\S+)")
AS_NUMBERS = frozenset({Kind.NUMBER, Kind.POSITION})
"""Kinds of cells whose numbers are not written as Turtle asks for."""
_LINE_BREAK = re.compile(r"[\r\n]")
_JAPANESE = r"[\u3000-\u9fff\uff00-\uffef]"
_BREAK_IN_JAPANESE = re.compile(rf"(?<={_JAPANESE})\s*[\r\n]\s*(?={_JAPANESE})")
_CODE = r"id/(?:measure|section|target|big-goal)/[^/\s]+/(?P<code>[^/\s）)>]+)"
_CODED = re.compile(rf"（{_CODE}）")
_CODED_EN = re.compile(rf"\({_CODE}\)")
_CODE_IRI = re.compile(rf"<{_CODE}>")
_WHOLE_NUMBER = re.compile(r"(-?\d+)\.0+")
_OTHER_COLUMNS = {
    "evidence": "passage",
    "hasTarget": "value",
    "repostResolution": "repost-of",
    "responsibleSector": "sectors",
}
"""Properties of a measure that no column is named after."""


def column_of(
    place: Place, predicate: URIRef | None, path: str | None, names: Names
) -> Column | None:
    """The column that a finding is about: that of the property or of the path, else of the cell."""
    if predicate is None and path is not None:
        spelt = _PROPERTY.findall(path)
        named = (c for c in COLUMNS for name in spelt if c.property == name)
        if (first := next(named, None)) is not None:
            return first
    at = headed(place)
    if predicate is None or (at is not None and at.predicate(names) == predicate):
        return at
    local = predicate.removeprefix(str(names.def_))
    other = BY_KEY.get(_OTHER_COLUMNS.get(local, ""))
    return other or next((c for c in COLUMNS if c.predicate(names) == predicate), at)


def headed(place: Place) -> Column | None:
    """The column that a cell stands in; None without a header that is known."""
    return headers().get(folded(place.header or ""))


def in_words(text: Both) -> Both | None:
    """A text with the headers of columns for names of properties; None where others remain."""
    said = Both(_headed(text.ja, "ja"), _headed(text.en, "en"))
    return None if any(map(_TURTLE.search, said)) else said


def how_to_write(column: Column) -> Both:
    """What to write in a cell of a column."""
    if column.kind in {Kind.PASSAGE, Kind.POSITION}:
        return _PASSAGE
    return _WRITE.filled(header=column.name, note=column.note)


def fill(column: Column) -> Both:
    """That something is to be written in a cell of a column."""
    if column.kind in {Kind.PASSAGE, Kind.POSITION}:
        return _PASSAGE
    return _FILL.filled(header=column.name, note=column.note)


def fill_if_printed(column: Column) -> Both:
    """That a cell may stay without a value if the document has none."""
    return _IF_PRINTED.filled(header=column.name, note=column.note)


def in_one_line(text: str) -> str | None:
    """A text without its line breaks, of which those between Japanese characters leave no blank.

    None where it has none, or holds other characters that cannot be printed.
    """
    if not _LINE_BREAK.search(text):
        return None
    line = " ".join(_BREAK_IN_JAPANESE.sub("", text).split())
    return line if line.isprintable() else None


def as_written(value: Both) -> Both | None:
    """A value as a cell holds it, from its title or its Turtle; None where it has neither text."""
    ja, en = _written(value.ja), _written(value.en)
    return None if ja is None or en is None else Both(ja, en)


def _headed(text: str, lang: str) -> str:
    text = _CODED_EN.sub(r"(\g<code>)", _CODED.sub(r"（\g<code>）", text))
    text = _LANG.sub("", _ASIDE.sub("", text))
    for column in COLUMNS:
        # texts in two languages have a column for each; the name without the language is meant
        name = re.sub(r"（.*）| \(.*\)", "", column.name.of(lang)) if column.lang else None
        header = name or column.name.of(lang)
        spelt = f"「{header}」" if lang == "ja" else f"the column {header!r}"
        text = re.sub(rf"{re.escape(column.property)}(?![A-Za-z0-9_-])", spelt, text)
    return text


def _written(text: str) -> str | None:
    if found := _TEXT.fullmatch(text):
        return found["text"].replace('\\"', '"')
    if found := _WHOLE_NUMBER.fullmatch(text):
        return found[1]
    if (coded := _CODE_IRI.search(text)) and "id/measure/" in text:
        return coded["code"]
    if found := _TITLED.fullmatch(text):
        return found["title"].strip("「」'\"")
    return None if _TURTLE.search(text) else text


_WRITE = Both(
    "「{header}」の欄を書き直してください。書き方: {note}",
    "Correct the column {header!r}. What to write there: {note}",
)
_FILL = Both(
    "「{header}」の欄に書いてください。書き方: {note}",
    "Fill the column {header!r}. What to write there: {note}",
)
_IF_PRINTED = Both(
    "原文に記載がなければ、「なし」のまま又は空のままで構いません。"
    "あれば「{header}」の欄に書いてください。書き方: {note}",
    "If the document prints none, the cell may stay empty or say none. Else fill the column"
    " {header!r}. What to write there: {note}",
)
_PASSAGE = Both(
    "「原文」「開始位置」「終了位置」の欄をすべて書いてください。"
    "手元に文書があれば senryaku import --sources で位置を探せます。",
    "Fill the columns 'Passage', 'Start offset' and 'End offset'. With senryaku import"
    " --sources the position is found in your own documents.",
)
