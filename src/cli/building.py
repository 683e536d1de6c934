"""Commands of the build line: reason, build, stats."""

from pathlib import Path
from typing import Annotated

import typer

from cli.console import language, say, settings
from cli.opening import build_graph, open_graph


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(reason)
    app.command()(build)
    app.command()(stats)


def reason(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File; stdout by default. 出力先。")
    ] = None,
) -> None:
    """Compute the closure as N-Triples. 推論の閉包をN-Triplesで出力します。"""
    from kg.graph.replacing import replace_output
    from kg.pipeline.building import build as read_and_reason
    from kg.pipeline.building import closure_text
    from kg.pipeline.project import find_project

    closure = read_and_reason(find_project()).closure
    text = closure_text(closure)
    if output is None:
        typer.echo(text, nl=False)
    else:
        replace_output(output, text)
    for rule, count in sorted(closure.counts.items(), key=lambda item: -item[1]):
        say(f"{count:6,}  {rule}", f"{count:6,}  {rule}")
    total = sum(closure.counts.values())
    say(f"{total:,}個のトリプルを推論しました。", f"{total:,} triples inferred.")


def build() -> None:
    """Build the graph and keep it as a snapshot. グラフを構築してスナップショットを作ります。"""
    from kg.namespaces import Names
    from kg.pipeline.project import find_project
    from kg.queries import read_catalogue
    from kg.queries.structure import check_catalogue

    check_catalogue(read_catalogue(find_project().queries, Names(settings().base)))
    path, count = build_graph(), open_graph().count()
    say(f"{path} に{count:,}個のトリプルがあります。", f"{path} holds {count:,} triples.")


def stats() -> None:
    """Count what the graph holds. グラフの内容を数えます。"""
    from cli.tables import text_table
    from kg.pipeline.building import class_counts, graph_counts

    store, lang = open_graph(), language()
    graph_head = ("グラフ", "トリプル") if lang == "ja" else ("graph", "triples")
    class_head = ("クラス", "名称", "件数") if lang == "ja" else ("class", "label", "things")
    typer.echo(text_table(graph_head, graph_counts(store)))
    typer.echo("\n" + text_table(class_head, class_counts(store, lang)))
