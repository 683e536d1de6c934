"""Every error that the project raises on purpose.

```
KgError
├── InputError                 a file or folder that the user named
│   ├── PathMissing            it is not there
│   ├── DocumentUnknown        not one of the official documents (wrong file, other year)
│   ├── DocumentTruncated      an official document that ends early or was altered
│   ├── TurtleSyntaxError      Turtle that does not parse
│   ├── UndefinedTerm          a class, property or thing of ours that nothing describes
│   └── CurationError          a row of data/curation that cannot be used
├── ExtractionError            the document does not read as expected
│   └── UnknownAbbreviation    a ministry bracket that the legend does not explain
├── Contradiction              the data contradict the ontology
├── CatalogueError             a query of the catalogue
│   ├── QueryHeaderError       its file has a broken header
│   ├── UnknownQuery           there is no query of that name
│   ├── UnknownParameter       the query has no such parameter
│   └── ParameterInvalid       a parameter is missing or its value is of the wrong form
├── SparqlError                a SPARQL text that a user wrote
│   ├── QuerySyntaxError       it does not parse
│   └── QueryRefused           it asks for SERVICE, LOAD, FROM of a file, or an update
├── StoreError                 the store cannot answer
│   ├── QueryTimeout           the wall time is over
│   ├── ResultTooLarge         the answer is larger than the limit
│   ├── ReaderLost             the reading process died
│   └── SnapshotInvalid        a snapshot does not fit the files that it was built from
└── NotDescribed               an IRI of ours that the graph does not describe
```

Each class carries its facts as attributes and says in Japanese and English what was wrong, where,
what was expected and what to do. No HTTP status here: `api.problems` is the only table.
"""

from typing import ClassVar



class KgError(Exception):
    """Root of the tree; `message(lang)` with lang "ja" or "en"."""

    ja: ClassVar[str] = "エラーです。"
    en: ClassVar[str] = "An error occurred."

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.message("en"))

    def message(self, lang: str) -> str:
        """Text for people in `lang`; a nearest valid value is appended where there is one."""
        text = (self.ja if lang == "ja" else self.en).format_map(_Facts(self.facts))
        nearest = self.facts.get("nearest")
        if not nearest:
            return text
        hint = f"もしかして: {nearest}" if lang == "ja" else f"Did you mean: {nearest}?"
        return f"{text} {hint}"


class _Facts(dict[str, object]):
    """Facts for `str.format_map`; a fact that was not given is shown as a dash."""

    def __missing__(self, key: str) -> object:
        return "–"


class InputError(KgError):
    """A file or folder that the user named."""


class PathMissing(InputError):
    """Facts: path, expected."""

    ja = "{path} がありません。必要なもの: {expected}。"
    en = "{path} does not exist. Expected: {expected}."


class DocumentUnknown(InputError):
    """Facts: file, reason_ja, reason_en, expected."""

    ja = "{file} は対応している公式文書ではありません（{reason_ja}）。対応文書: {expected}。"
    en = "{file} is not an official document that we can read ({reason_en}). Known: {expected}."


class DocumentTruncated(InputError):
    """Facts: file, line, found, expected."""

    ja = "{file} は途中で切れているか改変されています（{line}行目まで、{found}、正しくは{expected}）。"
    en = "{file} is cut short or altered (up to line {line}: {found}; expected {expected})."


class TurtleSyntaxError(InputError):
    """Facts: file, line, column, detail."""

    ja = "{file}:{line}:{column}: Turtleの構文エラー: {detail}"
    en = "{file}:{line}:{column}: Turtle syntax error: {detail}"


class UndefinedTerm(InputError):
    """Facts: file, line, term, nearest."""

    ja = "{file}:{line}: 未定義の語です: {term}。"
    en = "{file}:{line}: nothing defines {term}."


class CurationError(InputError):
    """Facts: file, row, field, value, expected."""

    ja = "{file} の{row}行目、{field}欄の値「{value}」は使えません。正しくは{expected}。"
    en = "{file} row {row}, field {field}: {value!r} cannot be used. Expected: {expected}."


class ExtractionError(KgError):
    """Facts: document, line, found, expected."""

    ja = "{document} の{line}行目: {found}。正しくは{expected}。"
    en = "{document} line {line}: found {found}; expected {expected}."


class UnknownAbbreviation(ExtractionError):
    """Facts: document, line, value, nearest."""

    ja = "{document} の{line}行目: 略称「{value}」は凡例にありません。"
    en = "{document} line {line}: the legend does not explain the abbreviation {value!r}."


class Contradiction(KgError):
    """Facts: rule_ja, rule_en, nodes."""

    ja = "データがオントロジーと矛盾します。{rule_ja}: {nodes}"
    en = "The data contradict the ontology. {rule_en}: {nodes}"


class CatalogueError(KgError):
    """A query of the catalogue."""


class QueryHeaderError(CatalogueError):
    """Facts: file, field, detail."""

    ja = "{file} の見出しが正しくありません。{field}: {detail}"
    en = "{file} has a broken header. {field}: {detail}"


class UnknownQuery(CatalogueError):
    """Facts: name, nearest."""

    ja = "「{name}」という問い合わせはありません。"
    en = "There is no query named {name!r}."


class UnknownParameter(CatalogueError):
    """Facts: query, parameter, expected, nearest."""

    ja = "問い合わせ {query} に引数「{parameter}」はありません。使える引数: {expected}。"
    en = "Query {query} has no parameter {parameter!r}. It takes: {expected}."


class ParameterInvalid(CatalogueError):
    """Facts: query, parameter, value, expected, nearest."""

    ja = "問い合わせ {query} の引数「{parameter}」の値「{value}」は使えません。正しくは{expected}。"
    en = "Query {query}, parameter {parameter!r}: {value!r} cannot be used. Expected: {expected}."


class SparqlError(KgError):
    """A SPARQL text that a user wrote."""


class QuerySyntaxError(SparqlError):
    """Facts: line, column, detail."""

    ja = "SPARQLの構文エラー（{line}行{column}桁）: {detail}"
    en = "SPARQL syntax error at line {line}, column {column}: {detail}"


class QueryRefused(SparqlError):
    """Facts: feature, reason_ja, reason_en."""

    ja = "{feature} は受け付けません。{reason_ja}"
    en = "{feature} is refused. {reason_en}"


class StoreError(KgError):
    """The store cannot answer."""


class QueryTimeout(StoreError):
    """Facts: seconds."""

    ja = "制限時間（{seconds}秒）を超えたため中止しました。LIMITや条件を加えてください。"
    en = "Stopped after the time limit of {seconds} s. Add a LIMIT or narrower patterns."


class ResultTooLarge(StoreError):
    """Facts: limit, unit."""

    ja = "結果が上限（{limit} {unit}）を超えます。LIMITとOFFSETで分けてください。"
    en = "The result exceeds the limit of {limit} {unit}. Page it with LIMIT and OFFSET."


class ReaderLost(StoreError):
    """Facts: reason."""

    ja = "問い合わせの処理が異常終了しました（{reason}）。問い合わせを簡単にしてください。"
    en = "The reader that ran the query died ({reason}). Simplify the query."


class SnapshotInvalid(StoreError):
    """Facts: file, expected, found."""

    ja = "{file} は使えません（{found}、正しくは{expected}）。senryaku build で作り直してください。"
    en = "{file} cannot be used ({found}; expected {expected}). Rebuild it with senryaku build."


class NotDescribed(KgError):
    """Facts: iri, nearest."""

    ja = "{iri} の記述はありません。"
    en = "The graph does not describe {iri}."
