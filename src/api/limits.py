"""Limits of the service: settings like all others, and each one shown at `/limits`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings

from api.wording import split
from kg.errors import Both

KIB, MIB, GIB = 2**10, 2**20, 2**30


@dataclass(frozen=True)
class Limit:
    """What a limit counts, and the statuses of HTTP that answer one who exceeds it."""

    unit: Both
    answers: tuple[int, ...] = ()


@dataclass(frozen=True)
class LimitInForce:
    """A limit as it is shown: the environment variable that sets it, and its value now."""

    setting: str
    value: float
    unit: Both
    answers: tuple[int, ...]
    description: Both


_NUMBER = Limit(Both("", ""))
_SECONDS = Limit(Both("秒", "seconds"), (504,))
_MEMORY = Limit(Both("バイト", "bytes"), (503,))
_RESULT = Limit(Both("バイト", "bytes"), (413,))
_ROWS = Limit(Both("行", "rows"), (413,))
_TEXT = Limit(Both("バイト", "bytes"), (413, 414))
_UPLOAD = Limit(Both("バイト", "bytes"), (413,))
_STEPS = Limit(Both("個", "patterns"), (400,))
_CLIENT = (429,)


class Limits(BaseSettings):
    """Numbers that bound what a request may cost; `token_…` holds for holders of a token."""

    readers: Annotated[int, Limit(Both("プロセス", "processes"))] = Field(
        default=2,
        ge=1,
        le=64,
        description="Reader processes in each lane. 系統ごとの読み取りプロセスの数。",
    )
    queue: Annotated[int, Limit(Both("件", "queries"), (503,))] = Field(
        default=16,
        ge=0,
        le=1000,
        description=(
            "Queries that may wait for a reader in each lane. 系統ごとに待てる問い合わせの数。"
        ),
    )
    queries_at_once: Annotated[int, Limit(Both("件", "queries"), _CLIENT)] = Field(
        default=2,
        ge=1,
        le=1000,
        description=(
            "Queries of a visitor's own that one address may run at the same time. "
            "一つのアドレスから同時に実行できる、利用者が書いた問い合わせの数。"
        ),
    )
    token_queries_at_once: Annotated[int, Limit(Both("件", "queries"), _CLIENT)] = Field(
        default=8,
        ge=1,
        le=1000,
        description=(
            "Queries that one token may run at the same time. "
            "一つのトークンで同時に実行できる問い合わせの数。"
        ),
    )
    query_seconds: Annotated[
        float, Limit(Both("秒（1分あたり）", "seconds per minute"), _CLIENT)
    ] = Field(
        default=60,
        gt=0,
        le=100_000,
        description=(
            "Seconds that the queries of one address may take together in a minute. "
            "一つのアドレスの問い合わせが1分間に使える時間の合計（秒）。"
        ),
    )
    token_query_seconds: Annotated[
        float, Limit(Both("秒（1分あたり）", "seconds per minute"), _CLIENT)
    ] = Field(
        default=600,
        gt=0,
        le=100_000,
        description=(
            "Seconds that the queries of one token may take together in a minute. "
            "一つのトークンの問い合わせが1分間に使える時間の合計（秒）。"
        ),
    )
    query_bytes: Annotated[int, _TEXT] = Field(
        default=64 * KIB,
        ge=1 * KIB,
        le=16 * MIB,
        description="Bytes of a visitor's query text. 利用者が書いた問い合わせ文のバイト数。",
    )
    token_query_bytes: Annotated[int, _TEXT] = Field(
        default=256 * KIB,
        ge=1 * KIB,
        le=16 * MIB,
        description=(
            "Bytes of a query or an update with a token. "
            "トークンを使う問い合わせ又は更新のバイト数。"
        ),
    )
    query_depth: Annotated[int, Limit(Both("段", "levels"), (400,))] = Field(
        default=100,
        ge=10,
        le=1000,
        description="Levels of nesting in a query or an update. 問い合わせ又は更新の入れ子の深さ。",
    )
    query_patterns: Annotated[int, _STEPS] = Field(
        default=150,
        ge=10,
        le=10_000,
        description=(
            "Triple patterns and steps of paths in a visitor's query. "
            "利用者が書いた問い合わせのトリプルパターンと経路の段の数。"
        ),
    )
    token_query_patterns: Annotated[int, _STEPS] = Field(
        default=300,
        ge=10,
        le=10_000,
        description=(
            "Triple patterns and steps of paths in a query or an update with a token. "
            "トークンを使う問い合わせ又は更新のトリプルパターンと経路の段の数。"
        ),
    )
    query_groups: Annotated[int, Limit(Both("個", "groups"), (400,))] = Field(
        default=100,
        ge=10,
        le=10_000,
        description=(
            "Groups in braces in a visitor's query. 利用者が書いた問い合わせの波括弧の組の数。"
        ),
    )
    token_query_groups: Annotated[int, Limit(Both("個", "groups"), (400,))] = Field(
        default=150,
        ge=10,
        le=10_000,
        description=(
            "Groups in braces in a query or an update with a token. "
            "トークンを使う問い合わせ又は更新の波括弧の組の数。"
        ),
    )
    query_operators: Annotated[int, Limit(Both("個", "operators"), (400,))] = Field(
        default=1000,
        ge=10,
        le=100_000,
        description="Operators in a visitor's query. 利用者が書いた問い合わせの演算子の数。",
    )
    token_query_operators: Annotated[int, Limit(Both("個", "operators"), (400,))] = Field(
        default=2000,
        ge=10,
        le=100_000,
        description=(
            "Operators in a query or an update with a token. "
            "トークンを使う問い合わせ又は更新の演算子の数。"
        ),
    )
    query_timeout: Annotated[float, _SECONDS] = Field(
        default=10,
        gt=0,
        le=600,
        description="Seconds for a query of a visitor. 利用者が書いた問い合わせの制限時間（秒）。",
    )
    token_query_timeout: Annotated[float, _SECONDS] = Field(
        default=60,
        gt=0,
        le=3600,
        description=(
            "Seconds for a query or an update with a token. "
            "トークンを使う問い合わせ又は更新の制限時間（秒）。"
        ),
    )
    canned_timeout: Annotated[float, _SECONDS] = Field(
        default=5,
        gt=0,
        le=600,
        description="Seconds for a query of the catalogue. カタログの問い合わせの制限時間（秒）。",
    )
    page_timeout: Annotated[float, _SECONDS] = Field(
        default=2,
        gt=0,
        le=600,
        description="Seconds for a query of a page. ページのための問い合わせの制限時間（秒）。",
    )
    dump_timeout: Annotated[float, _SECONDS] = Field(
        default=60,
        gt=0,
        le=3600,
        description="Seconds to write a download. ダウンロードを作る制限時間（秒）。",
    )
    dump_bytes: Annotated[int, _RESULT] = Field(
        default=512 * MIB,
        ge=1 * KIB,
        le=2**40,
        description=(
            "Bytes of a download at most, and of all downloads that are kept as files. "
            "ダウンロードのバイト数の上限。ファイルとして保持するダウンロードの合計の上限でもある。"
        ),
    )
    reader_memory: Annotated[int, _MEMORY] = Field(
        default=2 * GIB,
        ge=64 * MIB,
        le=2**40,
        description=(
            "Bytes that a reader may use beyond its data. "
            "読み取りプロセスがデータ以外に使えるバイト数。"
        ),
    )
    token_reader_memory: Annotated[int, _MEMORY] = Field(
        default=3 * GIB,
        ge=64 * MIB,
        le=2**40,
        description=(
            "Bytes that a reader may use beyond its data for a query with a token. "
            "トークンを使う問い合わせで読み取りプロセスがデータ以外に使えるバイト数。"
        ),
    )
    result_rows: Annotated[int, _ROWS] = Field(
        default=50_000,
        ge=1,
        le=10_000_000,
        description="Rows or triples of a result at most. 結果の行又はトリプルの上限。",
    )
    token_result_rows: Annotated[int, _ROWS] = Field(
        default=10_000_000,
        ge=1,
        le=1_000_000_000,
        description=(
            "Rows or triples of a result with a token at most. "
            "トークンを使う場合の結果の行又はトリプルの上限。"
        ),
    )
    result_bytes: Annotated[int, _RESULT] = Field(
        default=10 * MIB,
        ge=1 * KIB,
        le=2**31,
        description="Bytes of a serialised result at most. 結果のバイト数の上限。",
    )
    token_result_bytes: Annotated[int, _RESULT] = Field(
        default=200 * MIB,
        ge=1 * KIB,
        le=2**31,
        description=(
            "Bytes of a serialised result with a token at most. "
            "トークンを使う場合の結果のバイト数の上限。"
        ),
    )
    upload_bytes: Annotated[int, _UPLOAD] = Field(
        default=2 * MIB,
        ge=1 * KIB,
        le=2**31,
        description="Bytes of data sent without a token. トークンなしで送るデータのバイト数。",
    )
    token_upload_bytes: Annotated[int, _UPLOAD] = Field(
        default=20 * MIB,
        ge=1 * KIB,
        le=2**31,
        description="Bytes of data sent with a token. トークンを使って送るデータのバイト数。",
    )
    update_statements: Annotated[int, Limit(Both("件", "statements"), (413,))] = Field(
        default=1_000_000,
        ge=1000,
        le=100_000_000,
        description=(
            "Statements of a graph that an update with WHERE, a replacement or a removal may "
            "change; INSERT DATA and DELETE DATA change larger ones. "
            "条件による更新、置き換え、削除ができるグラフの件数"
            "（INSERT DATAとDELETE DATAは制限なし）。"
        ),
    )
    upload_timeout: Annotated[float, _SECONDS] = Field(
        default=20,
        gt=0,
        le=600,
        description=(
            "Seconds to read data sent without a token. "
            "トークンなしで送られたデータを読む制限時間（秒）。"
        ),
    )
    token_upload_timeout: Annotated[float, _SECONDS] = Field(
        default=60,
        gt=0,
        le=3600,
        description=(
            "Seconds to read data sent with a token. "
            "トークンを使って送られたデータを読む制限時間（秒）。"
        ),
    )
    header_bytes: Annotated[int, Limit(Both("バイト", "bytes"), (431,))] = Field(
        default=16 * KIB,
        ge=1 * KIB,
        le=1 * MIB,
        description="Bytes of all headers of a request together. 要求のヘッダー全体のバイト数。",
    )
    accept_bytes: Annotated[int, Limit(Both("バイト", "bytes"), (431,))] = Field(
        default=1 * KIB,
        ge=64,
        le=16 * KIB,
        description="Bytes of the header Accept. Acceptヘッダーのバイト数。",
    )
    shutdown: Annotated[int, Limit(Both("秒", "seconds"))] = Field(
        default=15,
        ge=0,
        le=600,
        description=(
            "Seconds that running requests get when the service is told to stop. "
            "停止の際に実行中の要求を待つ時間（秒）。"
        ),
    )

    def in_force(self) -> Iterator[LimitInForce]:
        """Yield every number among the settings with its value: each of them is a limit."""
        for name, field in type(self).model_fields.items():
            if field.annotation not in {int, float}:
                continue
            notes = (note for note in field.metadata if isinstance(note, Limit))
            limit = next(notes, _NUMBER)
            yield LimitInForce(
                setting=variable(name),
                value=_plain(getattr(self, name)),
                unit=limit.unit,
                answers=limit.answers,
                description=split(field.description),
            )


def _plain(value: float) -> float:
    """10 rather than 10.0."""
    return int(value) if float(value).is_integer() else value


def variable(name: str) -> str:
    """Environment variable of a setting."""
    return f"SENRYAKU_{name.upper()}"
