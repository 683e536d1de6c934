"""Commands that ask the graph: query, sparql."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import USAGE, complain, language, say, settings
from cli.opening import open_graph
from kg.errors import (
    Both,
    FormatUnavailable,
    PathMismatched,
    PathMissing,
    QuerySyntaxError,
    SparqlError,
)
from kg.header import broken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rdflib.term import Identifier

    from kg.namespaces import Names
    from kg.queries import CannedQuery, Things
    from kg.store.embedded import EmbeddedStore


class Format(StrEnum):
    """Forms of a table of rows."""

    table = "table"
    json = "json"
    xml = "xml"
    csv = "csv"
    tsv = "tsv"


class AnyFormat(StrEnum):
    """Forms of any answer; rows and graphs."""

    json = "json"
    xml = "xml"
    csv = "csv"
    tsv = "tsv"
    turtle = "turtle"
    ntriples = "ntriples"
    jsonld = "jsonld"
    rdfxml = "rdfxml"
    trig = "trig"


MEDIA_TYPES = {
    "json": "application/json",
    "xml": "application/xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdfxml": "application/rdf+xml",
    "trig": "application/trig",
}
_QUERY = Both(
    "問い合わせのファイル、又は「-」（標準入力）",
    "a file with a query, or - for standard input",
)
_BEST_FIRST = ("csv", "turtle", "json")
"""Without --format: rows as CSV, a graph as Turtle, yes or no as JSON."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(query)
    app.command()(sparql)


def query(
    name: Annotated[
        str | None, typer.Argument(help="Name of a query; none lists them. 問い合わせの名前。")
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", help="name=value, repeatable. 引数。")
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="Form of the answer; by default a table with the columns of your language."
            " 出力の形式（既定は表）。",
        ),
    ] = None,
    about: Annotated[
        bool,
        typer.Option("--about", help="Show the question and its parameters. 問いと引数を示す。"),
    ] = False,
) -> None:
    """Run a query of the catalogue. カタログの問い合わせを実行します。"""
    from cli.tables import catalogue_table, query_card
    from kg.namespaces import Names
    from kg.pipeline.project import find_project
    from kg.queries import read_catalogue

    catalogue = read_catalogue(find_project().queries, Names(settings().base))
    if name is None:
        _refuse(
            {"-p": param, "--format": form, "--about": about},
            Both("問い合わせの名前が必要です", "needs the name of a query"),
        )
        return typer.echo(catalogue_table(catalogue, language()))
    canned = catalogue.get(name)
    if about:
        _refuse(
            {"-p": param, "--format": form},
            Both("--about と一緒には使えません", "has no effect beside --about"),
        )
        return typer.echo(query_card(canned, language()))
    bindings = canned.bind(_pairs(param or []))
    _say_what_is_empty(param or [])
    graph = open_graph()
    if bindings:
        canned.check(bindings, _things(graph, canned.names))
    try:
        if form in (None, Format.table):
            return _print_rows(graph, canned, bindings)
        return _write(graph.answer(canned.text, [MEDIA_TYPES[form]], bindings).body)
    except SparqlError as error:
        raise broken(canned.file, error) from error


def _refuse(options: "Mapping[str, object]", why: Both) -> None:
    """End the command at the first of `options` that was given."""
    for option, given in options.items():
        if given:
            complain(f"{option}: {why.ja}。", f"{option} {why.en}.")
            raise typer.Exit(USAGE)


def _things(graph: "EmbeddedStore", names: "Names") -> "Things":
    from kg.queries import Things

    rows = graph.select(Things.question(names))
    return Things.of(((str(row["kind"]), str(row["things"])) for row in rows), names)


def _print_rows(
    graph: "EmbeddedStore", canned: "CannedQuery", bindings: "Mapping[str, Identifier]"
) -> None:
    """Print rows as a table; where there are none, say which query lists values worth trying."""
    from cli.tables import row_table

    rows = graph.select(canned.text, bindings)
    typer.echo(row_table(rows, canned.names, language()), nl=bool(rows))
    say(f"{len(rows):,}行", f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}")
    for choices in (p.choices for p in canned.params if p.choices and p.name in bindings):
        if not rows:
            say(f"値の例: senryaku query {choices}", f"Some values: senryaku query {choices}")


def sparql(
    file: Annotated[str, typer.Argument(help="File with a query, or - for stdin. 問い合わせ。")],
    form: Annotated[
        AnyFormat | None,
        typer.Option(
            "--format", help="Form; by default CSV or Turtle. 形式（既定はCSV又はTurtle）。"
        ),
    ] = None,
) -> None:
    """Run your own SPARQL on the graph. 自分のSPARQLを実行します。"""
    from kg.store.evaluation import is_empty

    wanted = (form,) if form else _BEST_FIRST
    text = _read_query(file)
    try:
        graph = open_graph()
        answer = graph.answer(text, [MEDIA_TYPES[name] for name in wanted])
    except FormatUnavailable as error:
        offered = str(error.facts["available"])
        fitting = [name for name, media in MEDIA_TYPES.items() if media in offered]
        raise FormatUnavailable(
            requested=", ".join(wanted), available=", ".join(fitting)
        ) from error
    _write(answer.body)
    if is_empty(answer.body, answer.media_type):
        _say_what_is_missing(text, graph)


def _say_what_is_missing(text: str, graph: "EmbeddedStore") -> None:
    """Name the IRIs of ours in a query that nothing describes: they may be why nothing came."""
    from kg.namespaces import Names
    from kg.store.iris import named_iris

    iris = (use.iri for use in named_iris(text) if use.prefix is None)
    for error in _things(graph, Names(settings().base)).missing(iris):
        say(error.message("ja"), error.message("en"))


def _say_what_is_empty(params: list[str]) -> None:
    for name, _, value in (param.partition("=") for param in params):
        if not value.strip():
            say(
                f"引数「{name}」は値が空なので、指定がないものとします。",
                f"Parameter {name!r} is empty and counts as not given.",
            )


def _read_query(file: str) -> str:
    if file != "-" and Path(file).is_dir():
        raise PathMismatched(path=file, found=Both("フォルダー", "a folder"), expected=_QUERY)
    if file != "-" and not Path(file).exists():
        raise PathMissing(path=file, expected=_QUERY)
    content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        raise QuerySyntaxError(
            line=before.count(b"\n") + 1,
            column=error.start - before.rfind(b"\n"),
            near=f"0x{content[error.start]:02X}",
            detail=Both("UTF-8ではありません。", "The text is not UTF-8."),
        ) from error


def _pairs(params: list[str]) -> dict[str, str]:
    pairs = {}
    for param in params:
        key, equals, value = param.partition("=")
        if not equals:
            complain(
                f"引数は 名前=値 の形で書いてください: {param}",
                f"Write a parameter as name=value: {param}",
            )
            raise typer.Exit(USAGE)
        if key in pairs:
            complain(
                f"引数「{key}」が二度以上あります。一つにしてください。",
                f"Parameter {key!r} is given more than once; give it once.",
            )
            raise typer.Exit(USAGE)
        pairs[key] = value
    return pairs


def _write(body: bytes) -> None:
    sys.stdout.buffer.write(body)
    if not body.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")
