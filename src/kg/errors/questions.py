"""Errors about queries: those of the catalogue, and those that a user wrote."""

from kg.errors.base import KgError


class CatalogueError(KgError):
    """A query of the catalogue."""


class QueryHeaderError(CatalogueError):
    """Facts: file, line, field, detail, nearest."""

    ja = "{file}:{line}: 問い合わせの見出し又は形が正しくありません。{field}: {detail}"
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
    """Facts: query, parameter, value, expected, choices (query that lists some), nearest."""

    ja = "問い合わせ {query} の引数「{parameter}」の値「{value}」は使えません。正しくは{expected}。"
    en = "Query {query}, parameter {parameter!r}: {value!r} cannot be used. Expected: {expected}."

    def advice(self, lang: str) -> tuple[str, ...]:
        """Name the query that lists values worth trying, where there is one."""
        choices = self.facts.get("choices")
        ja, en = f"値の例: 問い合わせ {choices}。", f"Some values: query {choices}."
        return ((ja if lang == "ja" else en),) if choices else ()


class SparqlError(KgError):
    """A SPARQL text that a user wrote."""


class QuerySyntaxError(SparqlError):
    """Facts: line, column, near (the text there), detail."""

    ja = "SPARQLの構文エラー（{line}行{column}桁、「{near}」の付近）。{detail}"
    en = "SPARQL syntax error at line {line}, column {column}, near {near!r}. {detail}"


class PrefixUndeclared(QuerySyntaxError):
    """Facts: line, column, prefix, nearest."""

    ja = "{line}行{column}桁: 接頭辞 {prefix}: が宣言されていません。"
    en = "Line {line}, column {column}: the prefix {prefix}: is not declared."


class QueryRefused(SparqlError):
    """Facts: feature, reason."""

    ja = "{feature} は受け付けません。{reason}"
    en = "{feature} is refused. {reason}"


class QueryFailed(SparqlError):
    """Facts: detail."""

    ja = "問い合わせを実行できません: {detail}"
    en = "The query cannot be evaluated: {detail}"


class QueryTooLong(QueryRefused):
    """Facts: limit, found (bytes)."""

    ja = "問い合わせ文が長すぎます（{found}バイト、上限{limit}バイト）。"
    en = "The query text is too long ({found} bytes; at most {limit})."


class QueryTooDeep(QueryRefused):
    """Facts: line, column, limit, found (levels)."""

    ja = (
        "{line}行{column}桁: 括弧の入れ子が深すぎます（上限{limit}段）。"
        "問い合わせを簡単にしてください。"
    )
    en = (
        "Line {line}, column {column}: the brackets are nested more than {limit} deep. "
        "Simplify the query."
    )


class QueryTooComplex(QueryRefused):
    """Facts: line, column (where the limit is passed), what (is counted), limit, found (so far)."""

    ja = "{line}行{column}桁で{what}が上限の{limit}を超えました。問い合わせを分けてください。"
    en = "Line {line}, column {column} goes over a limit: at most {limit} {what}. Split the query."


class DatasetConflict(SparqlError):
    """Facts: line, column, feature (WITH or USING)."""

    ja = (
        "{line}行{column}桁: {feature} と、要求の using-graph-uri・using-named-graph-uri は"
        "一緒に使えません。どちらか一方にしてください。"
    )
    en = (
        "Line {line}, column {column}: {feature} cannot be combined with the request's "
        "using-graph-uri or using-named-graph-uri. Use one of them."
    )
