"""Every error that the project raises on purpose.

```
KgError
├── InputError                 a file or folder that the user named
│   ├── PathMissing            it is not there
│   │   └── DocumentMissing    a folder lacks one of the official documents
│   ├── PathMismatched         a folder where a file is wanted, or the other way round
│   ├── OutputRefused          files that the system does not let us write
│   ├── DocumentUnknown        not one of the official documents (wrong file, other year)
│   ├── DocumentTruncated      an official document that ends early or was altered
│   ├── TurtleSyntaxError      Turtle that does not parse
│   ├── LiteralIllTyped        a literal whose text is no value of its datatype
│   ├── BlankNodeRefused       a blank node where files must stay comparable
│   ├── WordingDamaged         the attached wording is not as it was written
│   ├── FileMisplaced          a file that nothing reads where it lies
│   ├── UndefinedTerm          a class, property or thing of ours that nothing describes
│   ├── CurationError          a row of data/curation that cannot be used
│   └── ShapesInvalid          SHACL shapes that cannot be used
├── ExtractionError            the document does not read as expected
│   └── UnknownAbbreviation    a ministry bracket that the legend does not explain
├── Contradiction              the data contradict the ontology
├── RulesBroken                the data do not satisfy the shapes
├── CheckAborted               the check against the shapes broke off
├── CommentsLost               comments that the canonical form would drop
├── CatalogueError             a query of the catalogue
│   ├── QueryHeaderError       its file has a broken header
│   ├── UnknownQuery           there is no query of that name
│   ├── UnknownParameter       a query, or an address of the service, has no such parameter
│   └── ParameterInvalid       a parameter is missing, or no such value can be
├── SparqlError                a SPARQL text that a user wrote
│   ├── QuerySyntaxError       it does not parse
│   │   └── PrefixUndeclared   a prefix that no PREFIX line declares
│   ├── QueryFailed            it parses and cannot be evaluated
│   └── QueryRefused           it asks for SERVICE, LOAD, FROM of a file, or an update
│       ├── QueryTooLong       its text is larger than the limit
│       └── QueryTooDeep       its brackets are nested deeper than the limit
├── StoreError                 the store cannot answer
│   ├── QueryTimeout           the wall time is over
│   ├── ResultTooLarge         the answer is larger than the limit
│   ├── ReaderLost             the reading process died
│   ├── ReaderNotStarted       a reading process did not come up
│   ├── StoreBusy              too many queries are waiting
│   ├── FormatUnavailable      the result does not exist in the wanted formats
│   ├── SnapshotInvalid        a snapshot does not fit the files that it was built from
│   └── FolderUnwritable       the folder for the built graph cannot be written to
└── NotDescribed               an IRI of ours that the graph does not describe
```

Each class carries its facts as attributes and says in Japanese and English what was wrong, where,
what was expected and what to do. No HTTP status here: `api.problems` is the only table.
"""

from typing import ClassVar, NamedTuple


class Both(NamedTuple):
    """A fact in words: one text for each language."""

    ja: str
    en: str


class KgError(Exception):
    """Root of the tree; `message(lang)` with lang "ja" or "en"."""

    ja: ClassVar[str] = "エラーです。"
    en: ClassVar[str] = "An error occurred."

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.message("en"))

    def message(self, lang: str) -> str:
        """Text for people in `lang`; a nearest valid value is appended where there is one."""
        text = (self.ja if lang == "ja" else self.en).format_map(_Facts(lang, self.facts))
        nearest = self.facts.get("nearest")
        hint = f"もしかして: {nearest}" if lang == "ja" else f"Did you mean: {nearest}?"
        return " ".join([text, *self.advice(lang), *([hint] if nearest else [])])

    def advice(self, lang: str) -> tuple[str, ...]:
        """Sentences that a class adds to its text in `lang` where its facts call for them."""
        del lang
        return ()


class _Facts(dict[str, object]):
    """Facts for `str.format_map`: in words of `lang` where there are such (`expected_ja`).

    A fact that was not given is shown as a dash.
    """

    def __init__(self, lang: str, facts: dict[str, object]) -> None:
        super().__init__(
            (key, getattr(fact, lang) if isinstance(fact, Both) else fact)
            for key, fact in facts.items()
        )
        self._lang = lang

    def __missing__(self, key: str) -> object:
        return self.get(f"{key}_{self._lang}", "–")


class InputError(KgError):
    """A file or folder that the user named."""


class PathMissing(InputError):
    """Facts: path, expected."""

    ja = "{path} がありません。必要なもの: {expected}。"
    en = "{path} does not exist. Expected: {expected}."


class DocumentMissing(PathMissing):
    """Facts: path, document (its title), others (the files that are there)."""

    ja = "{path} に「{document}」のテキストがありません。そこにあるファイル: {others}。"
    en = "{path} lacks the text of {document}. Files there: {others}."


class PathMismatched(InputError):
    """Facts: path, found, expected, nearest."""

    ja = "{path} は{found}です。必要なもの: {expected}。"
    en = "{path} is {found}. Expected: {expected}."


class OutputRefused(InputError):
    """Facts: path, reason."""

    ja = "{path} に書き込めません（{reason}）。何も変更していません。"
    en = "{path} cannot be written ({reason}). Nothing was changed."


class DocumentUnknown(InputError):
    """Facts: file, slug (of the document that it resembles, or none), reason, expected."""

    ja = "{file} は対応している公式文書ではありません（{reason}）。対応文書: {expected}。"
    en = "{file} is not an official document that we can read ({reason}). Known: {expected}."


class DocumentTruncated(InputError):
    """Facts: file, slug, line (last that agrees), until (first that differs), found, expected."""

    ja = (
        "{file} は途中で切れているか改変されています"
        "（{line}行目から{until}行目までの間で異なる。{found}、正しくは{expected}）。"
    )
    en = (
        "{file} is cut short or altered"
        " (it differs between lines {line} and {until}: {found}; expected {expected})."
    )


class TurtleSyntaxError(InputError):
    """Facts: file, line, column, detail, detail_ja, nearest."""

    ja = "{file}:{line}:{column}: Turtleの構文エラー: {detail_ja}。"
    en = "{file}:{line}:{column}: Turtle syntax error: {detail}."


class LiteralIllTyped(InputError):
    """Facts: file, line, column, value, datatype, expected (an example of the form)."""

    ja = "{file}:{line}:{column}: 「{value}」は {datatype} の値ではありません。形: {expected}。"
    en = "{file}:{line}:{column}: {value!r} is no value of {datatype}. Expected form: {expected}."


class BlankNodeRefused(InputError):
    """Facts: file, line."""

    ja = "{file}:{line}: ここには空白ノードを書けません。IRIを付けてください。"
    en = "{file}:{line}: a blank node cannot stand here. Give it an IRI."


class WordingDamaged(InputError):
    """Facts: file, line, detail (`Both`)."""

    ja = (
        "{file}:{line}: 取り込んだ本文が壊れています（{detail}）。"
        "senryaku sources attach で取り込み直すか、このファイルを消してください。"
    )
    en = (
        "{file}:{line}: the attached wording is damaged ({detail}). "
        "Attach it again with senryaku sources attach DIR, or remove the file."
    )


class FileMisplaced(InputError):
    """Facts: file, expected."""

    ja = "{file} は読み込まれない場所にあります。置き場所: {expected}。"
    en = "{file} lies where nothing reads it. Expected: {expected}."


class UndefinedTerm(InputError):
    """Facts: file, line, term, nearest."""

    ja = "{file}:{line}: 未定義の語です: {term}。"
    en = "{file}:{line}: nothing defines {term}."


class CurationError(InputError):
    """Facts: file, row, field, value, expected."""

    ja = "{file} の{row}行目、{field}欄の値「{value}」は使えません。正しくは{expected}。"
    en = "{file} row {row}, field {field}: {value!r} cannot be used. Expected: {expected}."


class ShapesInvalid(InputError):
    """Facts: detail."""

    ja = "SHACLシェイプを使えません: {detail}"
    en = "The SHACL shapes cannot be used: {detail}"


class ExtractionError(KgError):
    """Facts: document, line (None where the whole document is meant), found, expected."""

    ja = "{document} の{place}: {found}。正しくは{expected}。"
    en = "{document} {place}: found {found}; expected {expected}."

    def __init__(self, *, line: int | None = None, **facts: object) -> None:
        place = Both("全体", "as a whole") if line is None else Both(f"{line}行目", f"line {line}")
        super().__init__(line=line, place=place, **facts)


class UnknownAbbreviation(ExtractionError):
    """Facts: document, line, value, nearest."""

    ja = "{document} の{line}行目: 略称「{value}」は凡例にありません。"
    en = "{document} line {line}: the legend does not explain the abbreviation {value!r}."


class Contradiction(KgError):
    """Facts: rule_ja, rule_en, nodes."""

    ja = "データがオントロジーと矛盾します。{rule_ja}: {nodes}"
    en = "The data contradict the ontology. {rule_en}: {nodes}"


class RulesBroken(KgError):
    """Facts: count, lines_ja, lines_en."""

    ja = "データに規則の違反が{count}件あります。直してください。\n{lines_ja}"
    en = "Places that break a rule about the data: {count}. Correct them:\n{lines_en}"


class CheckAborted(KgError):
    """Facts: shape (at which the engine broke off), detail."""

    ja = "シェイプによる検査が {shape} で中断しました。{detail}"
    en = "The check against the shapes broke off at {shape}. {detail}"


class CommentsLost(KgError):
    """Facts: places (a file and line each)."""

    ja = (
        "正規形にはコメントを残せません。場所: {places}。skos:editorialNote に書き直すか、"
        "senryaku fmt --drop-comments で消してください。"
    )
    en = (
        "The canonical form keeps no comments. They stand at {places}. Write them as"
        " skos:editorialNote, or drop them with senryaku fmt --drop-comments."
    )


class CatalogueError(KgError):
    """A query of the catalogue."""


class QueryHeaderError(CatalogueError):
    """Facts: file, line, field, detail, detail_ja, nearest."""

    ja = "{file}:{line}: 問い合わせの見出し又は形が正しくありません。{field}: {detail_ja}"
    en = "{file}:{line}: the query's header or form is broken. {field}: {detail}"


class UnknownQuery(CatalogueError):
    """Facts: name, nearest."""

    ja = "「{name}」という問い合わせはありません。"
    en = "There is no query named {name!r}."


class UnknownParameter(CatalogueError):
    """Facts: owner (name of a query, or path), parameter, expected, nearest."""

    ja = "{owner} に引数「{parameter}」はありません。使える引数: {expected}。"
    en = "{owner} has no parameter {parameter!r}. It takes: {expected}."


class ParameterInvalid(CatalogueError):
    """Facts: query, parameter, value, expected, choices (query that lists the values), nearest."""

    ja = "問い合わせ {query} の引数「{parameter}」の値「{value}」は使えません。正しくは{expected}。"
    en = "Query {query}, parameter {parameter!r}: {value!r} cannot be used. Expected: {expected}."

    def advice(self, lang: str) -> tuple[str, ...]:
        """Name the query that lists the values, where there is one."""
        choices = self.facts.get("choices")
        ja, en = f"値の一覧: 問い合わせ {choices}。", f"All values: query {choices}."
        return ((ja if lang == "ja" else en),) if choices else ()


class SparqlError(KgError):
    """A SPARQL text that a user wrote."""


class QuerySyntaxError(SparqlError):
    """Facts: line, column, near (the text there), detail, detail_ja."""

    ja = "SPARQLの構文エラー（{line}行{column}桁、「{near}」の付近）。{detail_ja}"
    en = "SPARQL syntax error at line {line}, column {column}, near {near!r}. {detail}"


class PrefixUndeclared(QuerySyntaxError):
    """Facts: line, column, prefix, nearest."""

    ja = "{line}行{column}桁: 接頭辞 {prefix}: が宣言されていません。"
    en = "Line {line}, column {column}: the prefix {prefix}: is not declared."


class QueryRefused(SparqlError):
    """Facts: feature, reason_ja, reason_en."""

    ja = "{feature} は受け付けません。{reason_ja}"
    en = "{feature} is refused. {reason_en}"


class QueryFailed(SparqlError):
    """Facts: detail."""

    ja = "問い合わせを実行できません: {detail}"
    en = "The query cannot be evaluated: {detail}"


class QueryTooLong(QueryRefused):
    """Facts: limit, found (bytes)."""

    ja = "問い合わせ文が長すぎます（{found}バイト、上限{limit}バイト）。"
    en = "The query text is too long ({found} bytes; at most {limit})."


class QueryTooDeep(QueryRefused):
    """Facts: limit."""

    ja = "括弧の入れ子が深すぎます（上限{limit}段）。問い合わせを簡単にしてください。"
    en = "The brackets are nested more than {limit} deep. Simplify the query."


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


class ReaderNotStarted(StoreError):
    """Facts: reason."""

    ja = "問い合わせの処理を始められません（{reason}）。メモリーの空きを確認してください。"
    en = "A process that runs queries did not start ({reason}). Is there enough free memory?"


class StoreBusy(StoreError):
    """Facts: waiting."""

    ja = "混み合っています（待ち{waiting}件）。少し待ってからもう一度お試しください。"
    en = "The service is busy ({waiting} queries are waiting). Try again in a moment."


class FormatUnavailable(StoreError):
    """Facts: requested, available."""

    ja = "結果を求められた形式（{requested}）で返せません。使える形式: {available}。"
    en = "The result is not available as {requested}. Available: {available}."


class SnapshotInvalid(StoreError):
    """Facts: file, expected, found."""

    ja = "{file} は使えません（{found}、正しくは{expected}）。senryaku build で作り直してください。"
    en = "{file} cannot be used ({found}; expected {expected}). Rebuild it with senryaku build."


class FolderUnwritable(StoreError):
    """Facts: folder, reason."""

    ja = (
        "{folder} に書き込めません（{reason}）。"
        "SENRYAKU_STATE_DIR で書き込めるフォルダーを指定してください。"
    )
    en = "{folder} cannot be written to ({reason}). Name another with SENRYAKU_STATE_DIR."


class NotDescribed(KgError):
    """Facts: iri, nearest."""

    ja = "{iri} の記述はありません。"
    en = "The graph does not describe {iri}."
