"""What all commands share: the language, talk on stderr, progress bars, exit codes, settings."""

import locale
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from api.errors import TokenInvalid, TokenUnknown
from api.settings import Settings
from cli.usage import in_japanese
from cli.wording import expected
from kg.errors import (
    CatalogueError,
    FormatUnavailable,
    InputError,
    KgError,
    SparqlError,
    UnknownGraph,
    reason,
)

BROKEN, USAGE = 1, 2
"""Exit codes: rules or data are broken, or the system refuses; a wrong command or input."""
LANGUAGE = "SENRYAKU_LANG"
"""Environment variable that chooses the language of messages."""
_USAGE_ERRORS = (
    *(InputError, CatalogueError, SparqlError, UnknownGraph, FormatUnavailable),
    *(TokenInvalid, TokenUnknown),
)

talk = Console(stderr=True, highlight=False, soft_wrap=True)


def language() -> str:
    """`ja` or `en`: SENRYAKU_LANG, else the language of the terminal."""
    wanted = os.environ.get(LANGUAGE) or locale.getlocale()[0] or "en"
    return "ja" if wanted.lower().startswith(("ja", "japanese")) else "en"


def use_language(value: str | None) -> str | None:
    """Speak the language that an option names from here on; None leaves it as it is."""
    if value not in (None, "ja", "en"):
        raise typer.BadParameter("ja | en", param_hint=f"--lang / {LANGUAGE}")
    if value:
        os.environ[LANGUAGE] = value
    return value


def say(ja: str, en: str) -> None:
    """Talk to the person, not to a program that reads stdout."""
    talk.print(ja if language() == "ja" else en, markup=False)


def complain(ja: str, en: str) -> None:
    """Say what is wrong."""
    talk.print(ja if language() == "ja" else en, style="bold red", markup=False)


def exit_code(error: type[KgError]) -> int:
    """Exit code of the command when an error of this class ends it."""
    return USAGE if issubclass(error, _USAGE_ERRORS) else BROKEN


def fail(error: KgError) -> int:
    """Print an error for people; returns the exit code."""
    complain(error.message("ja"), error.message("en"))
    return exit_code(type(error))


def fail_usage(error: Exception) -> int:
    """Print what the command-line library refuses; returns the exit code.

    A command without its arguments has printed its help by then, and has no message.
    """
    message = error.format_message() if isinstance(error, typer.BadParameter) else str(error)
    if message:
        complain(in_japanese(message), message)
        say("--help を付けると使い方を表示します。", "Add --help to see how to use the command.")
    return USAGE


def fail_system(error: OSError) -> int:
    """Print what the operating system refuses, such as a full disk; returns the exit code."""
    place, why = f"{error.filename}: " if error.filename else "", reason(error)
    complain(f"できませんでした。{place}{why.ja}", f"That did not work. {place}{why.en}")
    return BROKEN


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each named task while the block runs; nothing where stderr is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=talk, disable=not sys.stderr.isatty()) as bars:
        tasks: dict[str, TaskID] = {}

        def on_step(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total)

        yield on_step


def settings() -> Settings:
    """Settings from the environment; a wrong one ends the command with its name and reason."""
    try:
        return Settings()
    except ValidationError as error:
        for problem in error.errors():
            field = str(problem["loc"][0])
            text = expected(Settings.model_fields[field])
            # a URL may hold a password
            value = re.sub(r"//[^/@]*@", "//…@", str(problem["input"]))
            name = f"SENRYAKU_{field.upper()}"
            complain(
                f"設定 {name} の値「{value}」は使えません。正しくは{text.ja}。",
                f"Setting {name}: {value!r} cannot be used. Expected: {text.en}.",
            )
        raise typer.Exit(USAGE) from None
