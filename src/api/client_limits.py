"""Limits of a client: its share of the service, and what it may send."""

from typing import Annotated

from pydantic import Field

from api.answer_limits import AnswerLimits
from api.limits import KIB, MIB, Limit
from kg.errors import Both

_SECONDS = Limit(Both("秒", "seconds"), (504,))
_UPLOAD = Limit(Both("バイト", "bytes"), (413,))
_CLIENT = (429,)


class ClientLimits(AnswerLimits):
    """Numbers that bound what one client may ask for and send; `token_…` is for tokens."""

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
    shapes_bytes: Annotated[int, _UPLOAD] = Field(
        default=512 * KIB,
        ge=1 * KIB,
        le=64 * MIB,
        description=(
            "Bytes of a client's own shapes, sent with data to be checked. "
            "検査するデータとともに送る、利用者のシェイプのバイト数。"
        ),
    )
    update_statements: Annotated[int, Limit(Both("件", "statements"), (413,))] = Field(
        default=1_000_000,
        ge=1000,
        le=100_000_000,
        description=(
            "Statements of a graph that an update with WHERE, DROP, CLEAR or the like may change; "
            "INSERT DATA, DELETE DATA and requests to /graphs change larger ones. "
            "条件による更新やDROP、CLEARなどができるグラフの件数"
            "（INSERT DATA、DELETE DATA、/graphs への要求は制限なし）。"
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
