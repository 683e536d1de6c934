"""Commands of the author's line: extract, audit, sources attach, fmt."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.console import BROKEN, language, progress_bar, say, settings
from kg.errors import Both, InputError, PathMissing

sources = typer.Typer(no_args_is_help=True, help="Official documents of your own. 公式文書。")
Documents = Annotated[list[Path], typer.Argument(help="Text of an official document. 公式文書。")]
Output = Annotated[Path, typer.Option("--output", "-o", help="Folder for the Turtle. 出力先。")]
_FOLDER = Both(
    "公式文書のフォルダー（引数又はSENRYAKU_SOURCES）",
    "a folder with the official documents (argument or SENRYAKU_SOURCES)",
)
_WHERE = (
    "Folder with the documents; else SENRYAKU_SOURCES. 公式文書の場所（既定はSENRYAKU_SOURCES）。"
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(extract)
    app.command()(audit)
    app.command()(fmt)
    app.add_typer(sources, name="sources")


def extract(documents: Documents, output: Output) -> None:
    """Draft Turtle from official documents. 公式文書からTurtleの草案を作ります。"""
    from kg.pipeline.authoring import draft, write_draft
    from kg.pipeline.project import find_project

    project = find_project()
    with progress_bar() as on_step:
        dataset, drafts = draft(documents, project, on_step)
    written = write_draft(dataset, output, project)
    for warning in (w for d in drafts for w in d.warnings):
        say(f"警告 {warning.message('ja')}", f"warning {warning.message('en')}")
    for iri, lang in written.untitled:
        say(f"警告 題名（{lang}）がありません: {iri}", f"warning no title in {lang}: {iri}")
    records = sum(len(d.records) for d in drafts)
    say(
        f"{records:,}件の記録を{len(written.paths)}個のファイルに書きました: {output}",
        f"{records:,} records written to {len(written.paths)} files in {output}",
    )
    for path in written.removed:
        say(
            f"削除しました（内容は他のファイルに移したか、文書にありません）: {path}",
            f"Removed (what it held moved to other files, or no document says it): {path}",
        )


def audit(
    sources: Annotated[Path | None, typer.Option(help=_WHERE)] = None,
    data: Annotated[
        Path | None, typer.Option(help="Another data folder (with ttl/). 検査するdataフォルダー。")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write JSON to stdout. JSONで出力。")
    ] = False,
) -> None:
    """Prove the graph against the official documents. グラフを公式文書と照合します。"""
    from cli.tables import coverage_table
    from kg.pipeline.authoring import prove
    from kg.pipeline.project import find_project

    with progress_bar() as on_step:
        report = prove(_folder(sources), find_project(), data, on_step, _ignored)
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        typer.echo(coverage_table(report, language()))
    for finding in report.findings:
        say(finding.line("ja"), finding.line("en"))
    if not report.passed:
        raise typer.Exit(BROKEN)


@sources.command("attach")
def attach(
    folder: Annotated[Path | None, typer.Argument(help=_WHERE)] = None,
) -> None:
    """Add the official wording to your own graph. 公式の本文を手元のグラフに加えます。"""
    from kg.pipeline.authoring import attach as attach_wording
    from kg.pipeline.project import find_project

    path, things = attach_wording(_folder(folder), find_project(), settings().state_dir, _ignored)
    say(
        f"{things:,}件の本文を {path} に置きました。次の起動から graph/source-text に入ります。",
        f"Wording of {things:,} things put into {path}; served as graph/source-text from now on.",
    )


def _folder(given: Path | None) -> Path:
    folder = given or settings().sources
    if not folder.exists():
        raise PathMissing(path=folder, expected=_FOLDER)
    return folder


def _ignored(error: InputError) -> None:
    say(f"無視しました: {error.message('ja')}", f"Ignored: {error.message('en')}")


def fmt(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Turtle files; all by default. 既定はすべて。")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing. 書き換えない。")] = False,
    drop_comments: Annotated[
        bool,
        typer.Option("--drop-comments", help="Delete comments, else refused. コメントを消す。"),
    ] = False,
) -> None:
    """Bring Turtle files into canonical form. Turtleを正規形に整えます。"""
    from kg.graph import format_files
    from kg.pipeline.project import find_project

    files = paths or find_project().turtle_files()
    changed = format_files(files, check=check, drop_comments=drop_comments)
    for path in changed:
        typer.echo(path)
    if changed and check:
        say(
            "正規形ではありません。senryaku fmt を実行してください。",
            "Not canonical: run senryaku fmt.",
        )
        raise typer.Exit(BROKEN)
