"""Commands for stores: `store push`, `check`, `load`, `backup` and `restore`."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import BROKEN, USAGE, complain, language, progress_bar, say, settings
from cli.opening import open_graph, with_graph

if TYPE_CHECKING:
    from api.settings import Settings
    from kg.store.features import Finding
    from kg.store.loading import Loaded
    from kg.store.pushing import Content, Places

store = typer.Typer(
    help="Stores: loads, backups, engines elsewhere. ストア（読み込み、控え、別のエンジン）。",
    no_args_is_help=True,
)
_HEADS = {"ja": ("機能", "結果"), "en": ("feature", "result")}
_VERDICTS = {
    "ja": {"right": "正しい", "wrong": "誤り", "error": "エラー", "skipped": "未送信"},
    "en": {"right": "right", "wrong": "WRONG", "error": "ERROR", "skipped": "not sent"},
}
_JSON = "application/sparql-results+json"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(store, name="store")
    store.command()(push)
    store.command()(check)
    store.command()(load)
    store.command()(backup)
    store.command()(restore)


_NoData = Annotated[
    bool,
    typer.Option(
        "--no-data",
        help="The store of serve --no-data. serve --no-data のストア。",
    ),
]


def load(
    files: Annotated[
        list[Path],
        typer.Argument(help="N-Triples, Turtle, … by suffix, also .gz. RDFのファイル。"),
    ],
    graph: Annotated[
        str | None,
        typer.Option(help="IRI of the graph to add to. 追加先のグラフのIRI。"),
    ] = None,
    no_data: _NoData = False,
) -> None:
    """Load large files into the store. 大きなファイルをストアに読み込みます。"""
    if no_data:
        done = _load(None, files, graph)
    else:
        done = with_graph(lambda snapshot: _load(snapshot, files, graph))
    say(
        f"{done.statements:,}件を読み込みました（記録の{done.version}番）。",
        f"Loaded {done.statements:,} statements (entry {done.version} of the journal).",
    )


def _load(snapshot: Path | None, files: "Sequence[Path]", graph: str | None) -> "Loaded":
    from getpass import getuser

    from api.opening import open_loader
    from kg.model import Agent

    agent = Agent("command-line", getuser())
    with open_loader(settings(), snapshot) as loader, progress_bar() as on_step:
        return loader.load(files, graph, agent, on_step)


def backup(
    file: Annotated[Path, typer.Argument(help="New file, such as b.tar.gz. 作るファイル。")],
    no_data: _NoData = False,
) -> None:
    """Write all that people wrote into a file. 書き込まれた内容の控えを作ります。"""
    from api.opening import journal_folder
    from kg.store.backup import write_backup

    made = write_backup(journal_folder(settings().state_dir, plain=no_data), file, plain=no_data)
    say(
        f"{file} に控えを作りました（書き込み{made.position.sequence:,}件）。",
        f"The backup {file} holds {made.position.sequence:,} writes.",
    )


def restore(
    file: Annotated[Path, typer.Argument(help="File of store backup. 控えのファイル。")],
    no_data: _NoData = False,
) -> None:
    """Put a backup in the place of what people wrote. 控えから戻します。"""
    from api.opening import journal_folder
    from kg.store.backup import restore_backup

    folder = journal_folder(settings().state_dir, plain=no_data)
    found, old = restore_backup(file, folder, plain=no_data)
    count = f"{found.position.sequence:,}"
    say(f"{file} から書き込み{count}件を戻しました。", f"Restored {count} writes from {file}.")
    if old is not None:
        say(f"それまでの内容: {old}", f"What was there before: {old}")


def push(
    url: Annotated[
        str | None,
        typer.Option(
            help="URL at which the engine takes queries; else SENRYAKU_STORE. 問い合わせのURL。"
        ),
    ] = None,
) -> None:
    """Send the graph to an engine elsewhere and verify it. グラフを別のエンジンに送ります。"""
    from kg.namespaces import Names
    from kg.store.pushing import Content, places

    chosen = _with_url(url)
    where = places(str(chosen.store), chosen.store_update, chosen.store_graphs)
    if not (where.update or where.graphs):
        complain(
            "このエンジンの書き込み用URLが分かりません。"
            "SENRYAKU_STORE_GRAPHS か SENRYAKU_STORE_UPDATE を設定してください。",
            "Where this engine takes writes is not known. "
            "Set SENRYAKU_STORE_GRAPHS or SENRYAKU_STORE_UPDATE.",
        )
        raise typer.Exit(USAGE)
    names = Names(chosen.base)

    def run(snapshot: Path) -> "Content":
        return Content.read(snapshot, names)

    content = with_graph(run)
    asyncio.run(_push(chosen, where, content))
    counts = content.counts
    say(
        f"{len(counts)}個のグラフ（{sum(counts.values()):,}件）を送り、件数を確認しました。",
        f"Sent {len(counts)} graphs ({sum(counts.values()):,} triples); the counts are right.",
    )


async def _push(chosen: "Settings", where: "Places", content: "Content") -> None:
    from api.remote import connect
    from kg.namespaces import Names
    from kg.store.pushing import Sender

    async with connect(chosen) as connection:
        names, seconds = Names(chosen.base), chosen.remote_push_timeout
        sender = Sender(connection, where, names, seconds=seconds)
        with progress_bar() as on_step:
            await sender.push(content, lambda _, done, total: on_step("push", done, total))


def check(
    url: Annotated[
        str | None,
        typer.Argument(
            help="URL at which the engine takes queries; else SENRYAKU_STORE. 問い合わせのURL。"
        ),
    ] = None,
) -> None:
    """Ask an engine for all that our queries need. 問い合わせに必要な機能を確かめます。"""
    from cli.tables import text_table

    chosen = _with_url(url) if url else settings()
    elsewhere = isinstance(chosen.store, str)
    findings = asyncio.run(_elsewhere(chosen) if elsewhere else _here(chosen))
    words = _VERDICTS[language()]
    rows = [(f.feature.name.of(language()), words[_verdict(f)]) for f in findings]
    typer.echo(text_table(_HEADS[language()], rows))
    wrong = [finding for finding in findings if _verdict(finding) in {"wrong", "error"}]
    for finding in wrong:
        _explain(finding)
    _sum_up(findings, wrong)
    if wrong:
        raise typer.Exit(BROKEN)


def _with_url(url: str | None) -> "Settings":
    """The settings with another URL; without any the command ends."""
    if url:
        os.environ["SENRYAKU_STORE"] = url
    chosen = settings()
    if not isinstance(chosen.store, str):
        complain(
            "エンジンのURLを引数か SENRYAKU_STORE で指定してください。",
            "Name the URL of the engine, or set SENRYAKU_STORE.",
        )
        raise typer.Exit(USAGE)
    return chosen


async def _elsewhere(chosen: "Settings") -> "list[Finding]":
    from api.remote import connect, trusted_lane
    from kg.namespaces import Names
    from kg.store.features import examine

    names = Names(chosen.base)
    async with connect(chosen) as connection:
        lane = trusted_lane(chosen, str(chosen.store), names, connection)

        async def ask(query: str) -> bytes:
            return (await lane.answer(query, [_JSON])).body

        sent = b"true" in await ask("ASK { ?s ?p ?o }")
        return await examine(ask, names, sent=sent)


async def _here(chosen: "Settings") -> "list[Finding]":
    from kg.namespaces import Names
    from kg.store.features import examine

    graph = open_graph()

    async def ask(query: str) -> bytes:
        return graph.answer(query, [_JSON]).body

    return await examine(ask, Names(chosen.base), sent=True)


def _verdict(finding: "Finding") -> str:
    if finding.skipped:
        return "skipped"
    if finding.error is not None:
        return "error"
    return "right" if finding.right else "wrong"


def _explain(finding: "Finding") -> None:
    from kg.store.features import spelt_rows

    feature, error = finding.feature, finding.error
    expected = spelt_rows(feature.rows)
    ja = error.message("ja") if error else spelt_rows(finding.rows or ()) or "なし"
    en = error.message("en") if error else spelt_rows(finding.rows or ()) or "nothing"
    say(
        f"{feature.name.ja}: 正しくは {expected}、答えは {ja}",
        f"{feature.name.en}: expected {expected}; got {en}",
    )


def _sum_up(findings: "Sequence[Finding]", wrong: "Sequence[Finding]") -> None:
    skipped = sum(finding.skipped for finding in findings)
    say(
        f"{len(findings)}件中、誤り{len(wrong)}件、未送信のため省略{skipped}件。",
        f"{len(findings)} features: {len(wrong)} wrong, {skipped} not asked (graph not sent).",
    )
