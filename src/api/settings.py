"""Settings of the service: environment variables `SENRYAKU_…`, read by `api` and `cli` only."""

import re
from contextlib import suppress
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from api.limits import Limit
from api.server_limits import ServerLimits
from kg.errors import Both
from kg.namespaces import BASE

_FOLDER = Both("フォルダー", "folder")
_IRI = r"https?://[^\s<>\"{}|^`\\#?]+"


def _folder(path: Path) -> Path:
    """Refuse what is a file, or lies below one: no folder can be made there."""
    with suppress(PermissionError):
        there = next((place for place in (path, *path.parents) if place.exists()), None)
        if there is not None and not there.is_dir():
            msg = f"{there} is a file"
            raise ValueError(msg)
    return path


def _store(value: object) -> object:
    """Empty means none, a URL an engine elsewhere, anything else a folder."""
    text = str(value or "")
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text):
        return _folder(Path(text)) if text else None
    if "@" in text.partition("://")[2].partition("/")[0]:
        msg = "a URL with a password; use SENRYAKU_REMOTE_USER and SENRYAKU_REMOTE_PASSWORD"
        raise ValueError(msg)
    return _url(text)


def _base(value: str) -> str:
    if not re.fullmatch(f"{_IRI}/", value):
        msg = f"{value} is no base of IRIs"
        raise ValueError(msg)
    return value


def _proxies(value: str) -> str:
    for part in filter(None, map(str.strip, value.split(","))):
        ip_network(part)
    return value


def _url(value: str) -> str:
    if value and not re.fullmatch(_IRI, value):
        msg = f"{value} is no URL"
        raise ValueError(msg)
    return value.rstrip("/")


Folder = Annotated[Path, AfterValidator(_folder)]
"""A folder that is there or can be made."""


_PLACE = Both("http又はhttpsのURL（空でもよい）", "http(s) URL, or nothing")
_ANY_TEXT = Both("文字列", "text")
_SECONDS = Both("秒", "seconds")


class LogForm(StrEnum):
    """How the log of requests is written."""

    OFF = "off"
    PLAIN = "plain"
    JSON = "json"


class Settings(ServerLimits):
    """Everything that can be set; each has a default that works.

    A `Both` in an annotation says what a value may be, where kind and bounds do not.
    """

    model_config = SettingsConfigDict(env_prefix="SENRYAKU_", frozen=True, extra="forbid")

    store: Annotated[
        Path | str | None,
        BeforeValidator(_store),
        Both(
            "フォルダー、http又はhttpsのURL（パスワードを含まない）、又は空（メモリー上）",
            "folder, http(s) URL without a password, or nothing for a store in memory",
        ),
    ] = Field(
        default=None,
        description=(
            "Folder of the store on disk, or URL at which an engine elsewhere takes queries; "
            "empty: in memory. "
            "ディスク上のストアのフォルダー、又は別のエンジンの問い合わせURL（空ならメモリー上）。"
        ),
    )
    store_update: Annotated[str, AfterValidator(_url), _PLACE] = Field(
        default="",
        description=(
            "URL at which the engine elsewhere takes updates; empty: as engines usually have it. "
            "別のエンジンの更新用URL（空なら通常のもの）。"
        ),
    )
    store_graphs: Annotated[str, AfterValidator(_url), _PLACE] = Field(
        default="",
        description=(
            "URL of the engine's Graph Store Protocol; empty: as engines usually have it. "
            "別のエンジンのGraph Store ProtocolのURL（空なら通常のもの）。"
        ),
    )
    remote_user: Annotated[str, _ANY_TEXT] = Field(
        default="", description="User at the engine elsewhere. 別のエンジンの利用者名。"
    )
    remote_password: Annotated[SecretStr | None, _ANY_TEXT] = Field(
        default=None,
        description="Password at the engine elsewhere. 別のエンジンのパスワード。",
    )
    remote_token: Annotated[SecretStr | None, _ANY_TEXT] = Field(
        default=None,
        description=(
            "Bearer token for the engine elsewhere, instead of user and password. "
            "別のエンジンのトークン（利用者名とパスワードの代わり）。"
        ),
    )
    remote_digest: Annotated[bool, Both("true又はfalse", "true or false")] = Field(
        default=False,
        description=(
            "Whether user and password are sent as HTTP Digest, as Virtuoso wants, not Basic. "
            "利用者名とパスワードをHTTP Digestで送るか（Virtuoso用）。"
        ),
    )
    remote_connect_timeout: Annotated[float, Limit(_SECONDS, (504,))] = Field(
        default=5,
        gt=0,
        le=600,
        description=(
            "Seconds to connect to the engine elsewhere. 別のエンジンへの接続の制限時間（秒）。"
        ),
    )
    remote_push_timeout: Annotated[float, Limit(_SECONDS)] = Field(
        default=300,
        gt=0,
        le=86_400,
        description=(
            "Seconds to send one graph to the engine elsewhere. "
            "別のエンジンに一つのグラフを送る制限時間（秒）。"
        ),
    )
    remote_bytes: Annotated[int, Limit(Both("バイト", "bytes"), (413,))] = Field(
        default=64 * 2**20,
        ge=1024,
        le=2**31,
        description=(
            "Bytes of an answer that are read from the engine elsewhere at most. "
            "別のエンジンの答えを読むバイト数の上限。"
        ),
    )
    remote_requests: Annotated[int, Limit(Both("件", "requests"), (503,))] = Field(
        default=8,
        ge=1,
        le=1000,
        description=(
            "Requests of a lane that the engine elsewhere gets at the same time. "
            "別のエンジンに系統ごとに同時に送る要求の数。"
        ),
    )
    remote_failures: Annotated[int, Limit(Both("回", "failures"), (503,))] = Field(
        default=5,
        ge=1,
        le=1000,
        description=(
            "Failures in a row after which the engine elsewhere is left alone. "
            "別のエンジンへの要求を止めるまでの連続失敗の数。"
        ),
    )
    remote_pause: Annotated[int, Limit(_SECONDS, (503,))] = Field(
        default=10,
        ge=1,
        le=3600,
        description=(
            "Seconds for which the engine elsewhere is left alone. "
            "別のエンジンへの要求を止める秒数。"
        ),
    )
    base: Annotated[
        str,
        AfterValidator(_base),
        Both("スラッシュで終わるhttp又はhttpsのIRI", "http(s) IRI that ends with a slash"),
    ] = Field(
        default=BASE,
        description=(
            "Base of all IRIs of the graph; ends with a slash. 全IRIの基底（末尾はスラッシュ）。"
        ),
    )
    public_url: Annotated[
        str,
        AfterValidator(_url),
        Both("http又はhttpsのURL（空でもよい）", "http(s) URL, or nothing"),
    ] = Field(
        default="",
        description=(
            "URL at which people reach the service; empty: as the request names it. "
            "利用者から見たサービスのURL（空なら要求のとおり）。"
        ),
    )
    state_dir: Annotated[Folder, _FOLDER] = Field(
        default_factory=lambda: user_data_path("senryaku", appauthor=False),
        description=(
            "Folder for the built graph, the attached wording and the tokens; by default the "
            "user's data folder of the system. "
            "構築したグラフ、本文、トークンの置き場所"
            "（既定はシステムの利用者データフォルダー）。"
        ),
    )
    sources: Annotated[Folder, _FOLDER] = Field(
        default=Path("sources"),
        description=(
            "Folder with the official documents, for audit and sources attach. "
            "公式文書のフォルダー（auditとsources attachが使う）。"
        ),
    )
    trusted_proxies: Annotated[
        str,
        AfterValidator(_proxies),
        Both(
            "コンマ区切りのIPアドレス又はネットワーク（空でもよい）",
            "IP addresses or networks with commas between them, or nothing",
        ),
    ] = Field(
        default="",
        description=(
            "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. "
            "X-Forwarded-ForとX-Forwarded-Protoを信用するプロキシ。"
        ),
    )
    log: Annotated[LogForm, Both("off、plain又はjson", "off, plain or json")] = Field(
        default=LogForm.OFF,
        description=("Form of the log of requests on stderr. 標準エラーに出す要求の記録の形式。"),
    )
    log_queries: Annotated[bool, Both("true又はfalse", "true or false")] = Field(
        default=False,
        description=(
            "Whether the log of requests holds the texts of queries. "
            "要求の記録に問い合わせ文を含めるかどうか。"
        ),
    )
