"""Settings of the service: environment variables `SENRYAKU_…`, read by `api` and `cli` only."""

import re
from contextlib import suppress
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import SettingsConfigDict

from api.connection_limits import ConnectionLimits
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
    """Empty means none; no engine is asked over the network."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", str(value)):
        msg = f"{value} is a URL"
        raise ValueError(msg)
    return value or None


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


class LogForm(StrEnum):
    """How the log of requests is written."""

    OFF = "off"
    PLAIN = "plain"
    JSON = "json"


class Settings(ConnectionLimits):
    """Everything that can be set; each has a default that works.

    A `Both` in an annotation says what a value may be, where kind and bounds do not.
    """

    model_config = SettingsConfigDict(env_prefix="SENRYAKU_", frozen=True, extra="forbid")

    store: Annotated[
        Folder | None,
        BeforeValidator(_store),
        Both("フォルダー（空ならメモリー上）", "folder, or nothing for a store in memory"),
    ] = Field(
        default=None,
        description=(
            "Folder of the store on disk; empty: in memory. "
            "ディスク上のストアのフォルダー（空ならメモリー上）。"
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
