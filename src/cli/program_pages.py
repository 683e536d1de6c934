"""Reference pages about the program: commands, settings, routes, errors."""

import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

import typer
from fastapi.routing import APIRoute
from pydantic.fields import FieldInfo
from starlette.routing import Mount
from typer.models import ArgumentInfo, OptionInfo

from api.app import create_app
from api.routes import routers
from api.settings import Settings
from api.statuses import PROBLEMS
from api.wording import split
from cli.console import LANGUAGE, exit_code
from cli.markdown import code, page, table
from cli.wording import expected
from kg.errors import Both, KgError
from kg.queries import Catalogue

_COMMANDS = """`senryaku COMMAND --help` says the same. Data go to stdout, talk to stderr.
Exit codes: 0 fine, 1 rules or data are broken or the system refuses, 2 wrong usage or a wrong
file, query or setting.

`senryaku コマンド --help` でも同じ説明が出ます。データは標準出力に、ほかは標準エラーに出ます。
終了コード：0は正常、1は規則違反・データの誤り又はシステムによる拒否、2は使い方の誤り又は正しくない
ファイル・問い合わせ・設定。"""
_SETTINGS = """Environment variables. A wrong value ends the command with exit code 2 and its name.

環境変数です。値が正しくなければ、その名前を示して終了コード2で終わります。"""
_ROUTES = """HEAD works wherever GET does, OPTIONS everywhere. `?lang=ja` or `?lang=en` chooses the
language and `?format=` the format; else the headers decide. No address ignores a parameter that it
does not know. Errors are RFC 9457 problems, for browsers as pages, see [errors](errors.md).

GETが使える所ではHEADも、OPTIONSはどこでも使えます。`?lang=` で言語、`?format=` で形式を選べ、なけ
ればヘッダーで決まります。知らない引数はどのアドレスでも無視せず、エラーとします。エラーはRFC 9457の
形で、ブラウザーにはページで返します（[エラー](errors.md)）。"""
_ERRORS = """A class stands below its parent, with one more dot. `exit` is the exit code of the
command, `HTTP` the status of the service. Words in braces stand for facts of the case.

クラスは親の下に、点を一つ増やして並べます。「exit」はコマンドの終了コード、「HTTP」はサービスの状態コード
です。波括弧の語にはその場の値が入ります。"""


@dataclass(frozen=True)
class _Command:
    """A command with its whole name (`sources attach`)."""

    name: str
    about: Both
    params: tuple[tuple[str, ...], ...]


def commands() -> str:
    """The page of all commands with their arguments and options."""
    from cli.main import app, main

    parts = [_COMMANDS, "## Before the command / 全コマンド共通", _params_table(_params(main))]
    for command in read_commands(app):
        parts += [f"## `senryaku {command.name}`", command.about.en, command.about.ja]
        parts.append(_params_table(command.params))
    return page("Commands / コマンド", *parts)


def _params_table(params: Iterable[tuple[str, ...]]) -> str:
    return table(("parameter", "form", "default", "what for", "内容"), params)


def read_commands(app: typer.Typer, above: str = "") -> Iterator[_Command]:
    """Yield every command of `app` and of its groups."""
    for info in app.registered_commands:
        if info.callback is not None:
            name = info.name or info.callback.__name__.replace("_", "-")
            about = split(inspect.getdoc(info.callback))
            yield _Command(above + name, about, tuple(_params(info.callback)))
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from read_commands(group.typer_instance, f"{above}{group.name} ")


def _params(function: Any) -> Iterator[tuple[str, ...]]:
    """Rows of a command's parameters: name, form, default, what for in both languages."""
    for parameter in inspect.signature(function, eval_str=True).parameters.values():
        kind, *notes = get_args(parameter.annotation)
        info = next(note for note in notes if isinstance(note, OptionInfo | ArgumentInfo))
        text = split(info.help)
        needed = parameter.default is inspect.Parameter.empty
        yield (
            _written(parameter.name, info),
            _form(kind, info),
            "required / 必須" if needed else code(_default(parameter.default)),
            text.en,
            text.ja,
        )


def _written(name: str, info: OptionInfo | ArgumentInfo) -> str:
    variable = f"; {code(info.envvar)}" if info.envvar else ""
    if isinstance(info, ArgumentInfo):
        return code(name.upper()) + variable
    # in an annotation the library keeps the first name where a default would stand
    first = [info.default] if isinstance(info.default, str) else []
    names = [*first, *(info.param_decls or ())] or [f"--{name.replace('_', '-')}"]
    return ", ".join(map(code, names)) + variable


def _form(kind: Any, info: OptionInfo | ArgumentInfo) -> str:
    """Form of a value: choices, bounds, or the kind of value; "…" for several."""
    options = [option for option in get_args(kind) or (kind,) if option is not type(None)]
    several = get_origin(kind) is list or any(get_origin(option) is list for option in options)
    plain = get_args(options[0])[0] if get_origin(options[0]) is list else options[0]
    if issubclass(plain, Enum):
        form = " | ".join(str(choice.value) for choice in plain)
    elif plain is bool:
        return "flag"
    elif info.min is not None:
        form = f"{info.min}…{info.max}"
    else:
        form = {Path: "PATH", int: "NUMBER"}.get(plain, "TEXT")
    return f"{form} …" if several else form


def _default(value: object) -> str:
    return "" if value in (None, False) else str(value.value if isinstance(value, Enum) else value)


def settings() -> str:
    """The page of all settings."""
    head = ("variable", "form", "値の形", "default", "what for", "内容")
    rows = [_setting(name, field) for name, field in Settings.model_fields.items()]
    rows.append(_language_row())
    return page("Settings / 設定", _SETTINGS, table(head, rows))


def _setting(name: str, field: FieldInfo) -> tuple[str, ...]:
    form, text = expected(field), split(field.description)
    # what a factory makes depends on the machine; the description says what it is
    computed = field.default_factory is not None
    default = "(see right)" if computed else code("" if field.default is None else field.default)
    return (code(f"SENRYAKU_{name.upper()}"), form.en, form.ja, default, text.en, text.ja)


def _language_row() -> tuple[str, ...]:
    """The variable that is an option of the command: the service goes by each request."""
    from cli.main import main

    (text,) = (row[-2:] for row in _params(main) if LANGUAGE in row[0])
    return (code(LANGUAGE), "ja, en", "ja, en", "", *text)


def routes() -> str:
    """The page of all addresses of the service."""
    app = create_app(Settings.model_construct(), Path(), Catalogue({}))
    own = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    rows = [_route(route) for route in own]
    files = (code(other.path) for other in app.routes if isinstance(other, Mount))
    rows += [(path, "GET", "Files of the pages.", "ページが使うファイル。") for path in files]
    head = ("path", "methods", "what", "内容")
    return page("Routes / アドレス", _ROUTES, table(head, sorted(rows)))


def _route(route: APIRoute) -> tuple[str, ...]:
    text = split(route.summary)
    return (code(route.path), " ".join(sorted(route.methods or ())), text.en, text.ja)


def errors() -> str:
    """The page of all error classes."""
    head = ("class", "exit", "HTTP", "title", "題名", "message", "メッセージ")
    return page("Errors / エラー", _ERRORS, table(head, _errors(KgError, 0)))


def _errors(error: type[KgError], depth: int) -> Iterator[tuple[str, ...]]:
    problem = PROBLEMS[error]
    group = error.en == KgError.en
    yield (
        "· " * depth + code(error.__name__),
        str(exit_code(error)),
        str(problem.status.value),
        problem.en,
        problem.ja,
        "" if group else error.en,
        "" if group else error.ja,
    )
    # a test may have made classes of its own
    own = (e for e in error.__subclasses__() if e.__module__.startswith(("kg.", "api.")))
    for narrower in sorted(own, key=lambda e: e.__name__):
        yield from _errors(narrower, depth + 1)
