"""The command that serves the graph."""

import errno
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from api.settings import LogForm
from cli.console import BROKEN, complain, language, say, settings
from cli.opening import with_graph
from kg.errors import reason


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(serve)


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on. 待ち受けるアドレス。")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port. ポート番号。")] = 8000,
    log: Annotated[
        LogForm | None,
        typer.Option(
            help="Log of requests on stderr; else SENRYAKU_LOG. 要求の記録（なければ設定による）。"
        ),
    ] = None,
    workers: Annotated[
        int,
        typer.Option(
            min=1, max=64, help="HTTP processes, each with its readers. HTTPプロセスの数。"
        ),
    ] = 1,
    no_data: Annotated[
        bool,
        typer.Option(
            "--no-data",
            help=(
                "Begin with an empty store instead of the graph: a plain SPARQL server. "
                "グラフの代わりに空のストアを使う（普通のSPARQLサーバーになる）。"
            ),
        ),
    ] = False,
) -> None:
    """Serve the site and SPARQL. サイトとSPARQLを提供します。"""
    from api.app import create_app
    from api.logs import configure_logs
    from api.server import run_server
    from api.workers import run_workers
    from kg.namespaces import Names
    from kg.pipeline.project import find_project
    from kg.queries import read_catalogue

    chosen = settings()
    configure_logs(log or chosen.log, language())
    catalogue = read_catalogue(find_project().queries, Names(chosen.base))
    with _listen(host, port) as listener:
        url = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/"

        def run(snapshot: Path | None) -> None:
            def serve_once(ready: Callable[[], None]) -> None:
                run_server(create_app(chosen, snapshot, catalogue), listener, chosen, ready)

            if workers == 1:
                serve_once(lambda: _invite(url))
            else:
                run_workers(serve_once, workers, lambda: _invite(url))

        if no_data:
            run(None)
        else:
            with_graph(run)


def _invite(url: str) -> None:
    say(f"{url} を開いてください。", f"Open {url}")


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before the work; one that cannot be had ends the command."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            complain(
                f"ポート{port}は使用中です。--port で別の番号を指定してください"
                "（0なら空いている番号）。",
                f"Port {port} is in use. Name another with --port (0: any free one).",
            )
        else:
            why = reason(error)
            complain(
                f"{host} のポート{port}では待ち受けできません（{why.ja}）。",
                f"Cannot listen on {host} port {port}: {why.en}.",
            )
        raise typer.Exit(BROKEN) from None
