"""The command that serves the graph."""

import socket
from typing import Annotated

import typer

from cli.console import BROKEN, say, settings
from cli.opening import find_graph


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(serve)


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on. 待ち受けるアドレス。")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port. ポート番号。")] = 8000,
) -> None:
    """Serve the site and SPARQL. サイトとSPARQLを提供します。"""
    import uvicorn

    from api.app import create_app
    from kg.namespaces import Names
    from kg.pipeline.project import find_project
    from kg.queries import read_catalogue

    chosen = settings()
    catalogue = read_catalogue(find_project().queries, Names(chosen.base))
    app = create_app(chosen, find_graph(), catalogue)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False))
    with _listen(host, port) as listener:
        url = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/"
        say(f"{url} を開いてください。", f"Open {url}")
        server.run(sockets=[listener])
    if not server.started:
        raise typer.Exit(BROKEN)


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything is promised; raises `OSError` when it is in use."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)
