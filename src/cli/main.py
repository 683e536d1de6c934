"""Entry point: the commands in the order of the pipeline."""

import sys
from typing import Annotated

import typer

from cli import (
    asking,
    authoring,
    building,
    importing,
    reference,
    serving,
    storing,
    tokens,
    validating,
)
from cli.console import LANGUAGE, fail, fail_system, fail_usage, use_language
from kg.errors import KgError

app = typer.Typer(
    help="Japan's AI and quantum strategies as a knowledge graph. 戦略の知識グラフ。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_INTERRUPTED = 130
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""Root of what the library refuses; the library does not export its name."""


def _print_version(value: bool) -> None:
    if value:
        from kg.pipeline.project import software_version

        typer.echo(software_version())
        raise typer.Exit


@app.callback()
def main(
    lang: Annotated[
        str | None,
        typer.Option(
            envvar=LANGUAGE,
            is_eager=True,
            callback=use_language,
            help="Language of messages, ja or en; else the terminal's. 表示の言語（ja又はen）。",
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            callback=_print_version,
            help="Print the version and stop. 版を表示して終わる。",
        ),
    ] = False,
) -> None:
    """Set what all commands share."""
    del lang, version  # their callbacks have done it, before a command that does not exist


for group in (
    authoring,
    importing,
    validating,
    building,
    asking,
    serving,
    storing,
    tokens,
    reference,
):
    group.register(app)


def run() -> None:
    """Run the command; errors become a line or two on stderr and an exit code."""
    try:
        sys.exit(app(standalone_mode=False))
    except KgError as error:
        sys.exit(fail(error))
    except _UsageError as error:
        sys.exit(fail_usage(error))
    except typer.Abort:
        sys.exit(_INTERRUPTED)
    except OSError as error:
        sys.exit(fail_system(error))
