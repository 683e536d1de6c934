"""Limits of the connections to the service, and of what it remembers."""

from typing import Annotated

from pydantic import Field

from api.client_limits import ClientLimits
from api.limits import Limit
from kg.errors import Both

_SECONDS = Both("秒", "seconds")


class ServerLimits(ClientLimits):
    """Numbers that bound what a connection may cost before and after its request is answered."""

    cache_bytes: Annotated[int, Limit(Both("バイト", "bytes"))] = Field(
        default=64 * 2**20,
        ge=0,
        le=2**40,
        description=(
            "Bytes of finished answers that each HTTP process keeps; 0: none. "
            "HTTPプロセスごとに保持する作成済みの応答のバイト数（0なら保持しない）。"
        ),
    )
    brief_cpu: Annotated[float, Limit(_SECONDS)] = Field(
        default=0.1,
        gt=0,
        le=600,
        description=(
            "Seconds of computing time after which a visitor's query counts as long, and begins "
            "anew behind other long ones. "
            "匿名の問い合わせを長いものとして後回しにし、やり直すまでの計算時間（秒）。"
        ),
    )
    loan: Annotated[float, Limit(_SECONDS)] = Field(
        default=1,
        ge=0,
        le=10,
        description=(
            "Seconds for which a reader gets a connection on which one small query follows the "
            "other; 0: never. "
            "小さな問い合わせが続く接続を読み取りプロセスに預ける時間（秒、0なら預けない）。"
        ),
    )
    connections: Annotated[int, Limit(Both("件", "connections"), (503,))] = Field(
        default=1000,
        ge=1,
        le=100_000,
        description=(
            "Connections at most in each HTTP process. HTTPプロセスごとの同時接続数の上限。"
        ),
    )
    header_timeout: Annotated[float, Limit(_SECONDS, (408,))] = Field(
        default=10,
        gt=0,
        le=600,
        description=(
            "Seconds in which the headers of a request must arrive. "
            "要求の見出しが届くまでの制限時間（秒）。"
        ),
    )
    body_timeout: Annotated[float, Limit(_SECONDS, (408,))] = Field(
        default=30,
        gt=0,
        le=3600,
        description=(
            "Seconds in which the body of a request must arrive. "
            "要求の本文が届くまでの制限時間（秒）。"
        ),
    )
    write_timeout: Annotated[float, Limit(_SECONDS)] = Field(
        default=30,
        gt=0,
        le=3600,
        description=(
            "Seconds without reading after which a client is left. "
            "応答を読まない利用者との接続を切るまでの時間（秒）。"
        ),
    )
    unsent_bytes: Annotated[int, Limit(Both("バイト", "bytes"))] = Field(
        default=512 * 2**20,
        ge=2**20,
        le=2**40,
        description=(
            "Bytes of answers at most that clients have yet to read in each HTTP process; beyond "
            "them the address with most of them loses a connection. "
            "HTTPプロセスごとに、利用者がまだ読んでいない応答のバイト数の上限"
            "（超えると、最も多いアドレスの接続を切る）。"
        ),
    )
    keep_alive: Annotated[int, Limit(_SECONDS)] = Field(
        default=5,
        ge=1,
        le=600,
        description=("Seconds that an idle connection is kept. 要求のない接続を保つ時間（秒）。"),
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
