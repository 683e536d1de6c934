"""The commands about tokens."""

from typing import Annotated

import typer

from cli.console import language, say, settings


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(no_args_is_help=True, help="Tokens of the service. サービスのトークン。")
    group.command()(add)
    group.command(name="list")(list_tokens)
    group.command()(revoke)
    app.add_typer(group, name="token")


def add(
    name: Annotated[str, typer.Option(help="Name for people. 人のための名前。")],
    role: Annotated[
        str,
        typer.Option(
            help=(
                "validator (larger limits), editor (writes its graphs) or admin (writes all). "
                "validator（大きな上限）、editor（指定グラフに書く）、admin（全てに書く）。"
            )
        ),
    ],
    graph: Annotated[
        list[str] | None,
        typer.Option(help="IRI of a graph that an editor may write. editorが書けるグラフのIRI。"),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(help="Days until it expires; else never. 有効な日数（なければ無期限）。"),
    ] = None,
) -> None:
    """Make a token and print it, once. トークンを作り、一度だけ表示します。"""
    from api.tokens import TokenStore
    from kg.namespaces import Names

    store = TokenStore(settings().state_dir)
    token, secret = store.add(name, role, graph or [], days, Names(settings().base))
    say(
        f"トークン {token.id}（{token.name}）を作りました。二度と表示されません:",
        f"Token {token.id} ({token.name}) is made. It is not shown again:",
    )
    typer.echo(secret)


def list_tokens() -> None:
    """List the tokens, without their secrets. トークンを一覧します（秘密は含みません）。"""
    from api.tokens import TokenStore
    from cli.tables import token_table

    typer.echo(token_table(TokenStore(settings().state_dir).all(), language()))


def revoke(
    token: Annotated[str, typer.Argument(help="Id or name. 番号又は名前。")],
) -> None:
    """Revoke a token at once. トークンをすぐに無効にします。"""
    from api.tokens import TokenStore

    gone = TokenStore(settings().state_dir).revoke(token)
    say(f"トークン {gone.id}（{gone.name}）を取り消しました。", f"Revoked {gone.id} ({gone.name}).")
