"""Commands about tables of measures: template and import."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import BROKEN, language, progress_bar, say, use_language
from cli.validating import say_how_it_went
from kg.entry import Profile

if TYPE_CHECKING:
    from kg.compare import Difference
    from kg.validate.output import Outcome

_EDITION = "ai2019-fu2020"
Edition = Annotated[str, typer.Option(help="Edition of the measures. 取組の版。")]
Lang = Annotated[
    str | None,
    typer.Option(callback=use_language, help="Language of texts, ja or en. 表示の言語。"),
]
_SHOWN = 200
"""Lines of a difference that are shown; the counts before them are always whole."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(template)
    app.command("import")(import_)


def template(
    file: Annotated[Path, typer.Argument(help="The .xlsx or .csv to write. 書き出すファイル。")],
    *,
    edition: Edition = _EDITION,
    lang: Lang = None,
) -> None:
    """Write an empty table of measures to fill in. 取組を書き込む表のひな型を作ります。"""
    from kg.pipeline.entries import open_context
    from kg.pipeline.importing import open_tables, write_template
    from kg.pipeline.project import project_of

    del lang  # its callback has done it
    tables = open_tables(open_context(project_of([Path.cwd()])))
    for path in write_template(tables, file, edition, language()):
        typer.echo(path)


def import_(
    file: Annotated[Path, typer.Argument(help="Table: .xlsx, .csv or .tsv. 取り込む表。")],
    *,
    edition: Edition = _EDITION,
    write: Annotated[
        bool, typer.Option("--write", help="Write into data/ttl. data/ttlに書き込む。")
    ] = False,
    sources: Annotated[
        Path | None,
        typer.Option(help="Folder with the documents, for passages. 公式文書のフォルダー。"),
    ] = None,
    profile: Annotated[
        Profile,
        typer.Option(help="Rules for what goes into data/ttl, or for imports. 適用する規則。"),
    ] = Profile.ENTRY,
    lang: Lang = None,
) -> None:
    """Check a table of measures and show what it changes. 取組の表を調べ、変わる点を示します。"""
    from kg.pipeline.importing import ImportRequest, import_file
    from kg.pipeline.project import project_of, writable_project

    del lang  # its callback has done it
    start = time.monotonic()
    project = writable_project() if write else project_of([Path.cwd()])
    request = ImportRequest(edition, profile, sources, write)
    with progress_bar() as on_step:
        outcome, difference, written = import_file(file, request, project, on_step)
    _show(outcome, difference)
    say_how_it_went(outcome, time.monotonic() - start)
    _say_what_happened(outcome, difference, written, write=write)
    if not outcome.accepted:
        raise typer.Exit(BROKEN)


def _show(outcome: "Outcome", difference: "Difference") -> None:
    from kg.validate.output import text_lines

    for line in text_lines(outcome, language()):
        typer.echo(line.text)
    if outcome.report.findings:
        typer.echo()
    lines = difference.lines(language())
    for text in lines[:_SHOWN]:
        typer.echo(text)
    if len(lines) > _SHOWN:
        more = f"{len(lines) - _SHOWN:,}"
        typer.echo(f"ほか{more}行" if language() == "ja" else f"and {more} more lines")


def _say_what_happened(
    outcome: "Outcome", difference: "Difference", written: list[Path], *, write: bool
) -> None:
    if not outcome.accepted:
        say("規則の違反があるため、書き込めません。", "Rules are broken: nothing can be written.")
    elif not difference:
        say("変わる点はありません。", "Nothing changes.")
    elif not write:
        say(
            "まだ書き込んでいません。書き込むには --write を付けます。",
            "Nothing was written yet. Add --write to do so.",
        )
    for path in written:
        say(f"書き込みました: {path}", f"Written: {path}")
