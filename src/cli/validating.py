"""Command about entries that somebody wrote: validate."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import BROKEN, USAGE, language, say, settings, use_language
from kg.entry import Mode, Profile
from kg.pipeline.forms import Form, ReportForm

if TYPE_CHECKING:
    from kg.validate.output import Outcome

_STYLES = {
    "title": "bold",
    "unreadable": "bold red",
    "Violation": "red",
    "Warning": "yellow",
    "Info": "cyan",
}


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(validate)


def validate(
    files: Annotated[
        list[str], typer.Argument(help="Files that belong together; - is stdin. 一緒に調べる。")
    ],
    *,
    lang: Annotated[
        str | None,
        typer.Option(callback=use_language, help="Language of the report, ja or en. 報告の言語。"),
    ] = None,
    form: Annotated[
        ReportForm, typer.Option("--format", help="Form of the report. 報告の形式。")
    ] = ReportForm.TEXT,
    profile: Annotated[
        Profile,
        typer.Option(help="Rules for what goes into data/ttl, or for imports. 適用する規則。"),
    ] = Profile.ENTRY,
    mode: Annotated[
        Mode,
        typer.Option(help="As part of the graph, or with the vocabularies only. 検査の範囲。"),
    ] = Mode.MERGED,
    input_format: Annotated[
        Form | None,
        typer.Option(help="What the files are; else their names say it. 入力の形式。"),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit code 1 for warnings too. 警告も違反とする。")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File; stdout by default. 出力先。")
    ] = None,
) -> None:
    """Check entries against the rules. データを規則に照らして調べます。"""
    from kg.namespaces import Names
    from kg.pipeline.checking import STDIN, CheckRequest, check_files

    start = time.monotonic()
    stdin = sys.stdin.buffer.read() if STDIN in files else b""
    request = CheckRequest(tuple(files), stdin, input_format, profile, mode, strict)
    outcome = check_files(request, Names(settings().base))
    _write(outcome, form, output, both=lang is None)
    say_how_it_went(outcome, time.monotonic() - start)
    if not outcome.accepted:
        raise typer.Exit(USAGE if outcome.unreadable else BROKEN)


def _write(outcome: "Outcome", form: ReportForm, output: Path | None, *, both: bool) -> None:
    """Write the report; in colours where a person reads it in a terminal."""
    from kg.graph.replacing import replace_output
    from kg.pipeline.reporting import write_report

    if output is None and form is ReportForm.TEXT and sys.stdout.isatty():
        _show(outcome)
        return
    text = write_report(outcome, form, language(), both=both)
    if output is None:
        sys.stdout.buffer.write(text.encode())
        return
    # spreadsheets take a file without the mark for one in the encoding of the system
    mark = "\ufeff" if form is ReportForm.CSV else ""
    replace_output(output, mark + text)


def _show(outcome: "Outcome") -> None:
    from rich.console import Console

    from kg.validate.output import text_lines

    screen = Console(highlight=False, soft_wrap=True)
    for line in text_lines(outcome, language()):
        screen.print(line.text, style=_STYLES.get(line.kind), markup=False)


def say_how_it_went(outcome: "Outcome", seconds: float) -> None:
    """Say what was found, in numbers, and how long it took."""
    if outcome.unreadable:
        count = len(outcome.unreadable)
        say(
            f"読み取れない入力が{count}件あるため、検査していません（{seconds:.1f}秒）。",
            f"Nothing was checked: unreadable inputs: {count} ({seconds:.1f} s).",
        )
        return
    violations, warnings, remarks = outcome.counts.values()
    files = len(outcome.files)
    say(
        f"違反{violations}件、警告{warnings}件、情報{remarks}件"
        f"（ファイル{files}個、{seconds:.1f}秒）。",
        f"Violations: {violations}, warnings: {warnings}, information: {remarks}"
        f" (files: {files}; {seconds:.1f} s).",
    )
