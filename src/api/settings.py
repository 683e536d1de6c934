"""Settings of the service: environment variables `SENRYAKU_…`, read by `api` and `cli` only."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

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


def _url(value: str) -> str:
    if value and not re.fullmatch(_IRI, value):
        msg = f"{value} is no URL"
        raise ValueError(msg)
    return value.rstrip("/")


Folder = Annotated[Path, AfterValidator(_folder)]
"""A folder that is there or can be made."""


class Settings(BaseSettings):
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
            "Folder for the built graph and the attached wording; by default the user's data "
            "folder of the system. "
            "構築したグラフと本文の置き場所（既定はシステムの利用者データフォルダー）。"
        ),
    )
    sources: Annotated[Folder, _FOLDER] = Field(
        default=Path("sources"),
        description=(
            "Folder with the official documents, for audit and sources attach. "
            "公式文書のフォルダー（auditとsources attachが使う）。"
        ),
    )
    workers: int = Field(
        default=2,
        ge=1,
        le=64,
        description=(
            "Reader processes in each of the two lanes. 二つの系統それぞれの読み取りプロセスの数。"
        ),
    )
    queue: int = Field(
        default=16,
        ge=0,
        le=1000,
        description=(
            "Queries that may wait for a reader in each lane. 系統ごとに待てる問い合わせの数。"
        ),
    )
    query_timeout: float = Field(
        default=10,
        gt=0,
        le=600,
        description="Seconds for a query of a visitor. 利用者が書いた問い合わせの制限時間（秒）。",
    )
    canned_timeout: float = Field(
        default=5,
        gt=0,
        le=600,
        description=(
            "Seconds for a query of the catalogue or a page. "
            "カタログの問い合わせとページの制限時間（秒）。"
        ),
    )
    result_rows: int = Field(
        default=50_000,
        ge=1,
        le=10_000_000,
        description="Rows or triples of a result at most. 結果の行又はトリプルの上限。",
    )
    result_bytes: int = Field(
        default=10 * 2**20,
        ge=1024,
        le=2**31,
        description="Bytes of a serialised result at most. 結果のバイト数の上限。",
    )
    worker_memory: int = Field(
        default=2 * 2**30,
        ge=64 * 2**20,
        le=2**40,
        description=(
            "Bytes that a reader may use beyond its data. "
            "読み取りプロセスがデータ以外に使えるバイト数。"
        ),
    )
    cache_bytes: int = Field(
        default=64 * 2**20,
        ge=0,
        le=2**40,
        description=(
            "Bytes of finished answers that each HTTP process keeps; 0: none. "
            "HTTPプロセスごとに保持する作成済みの応答のバイト数（0なら保持しない）。"
        ),
    )
    header_bytes: int = Field(
        default=16 * 1024,
        ge=1024,
        le=2**20,
        description="Bytes of all headers of a request at most. 要求の見出し全体のバイト数の上限。",
    )
    connections: int = Field(
        default=1000,
        ge=1,
        le=100_000,
        description=(
            "Connections at most in each HTTP process. HTTPプロセスごとの同時接続数の上限。"
        ),
    )
    header_timeout: float = Field(
        default=10,
        gt=0,
        le=600,
        description=(
            "Seconds in which the headers of a request must arrive. "
            "要求の見出しが届くまでの制限時間（秒）。"
        ),
    )
    body_timeout: float = Field(
        default=30,
        gt=0,
        le=3600,
        description=(
            "Seconds in which the body of a request must arrive. "
            "要求の本文が届くまでの制限時間（秒）。"
        ),
    )
    write_timeout: float = Field(
        default=30,
        gt=0,
        le=3600,
        description=(
            "Seconds without reading after which a client is left. "
            "応答を読まない利用者との接続を切るまでの時間（秒）。"
        ),
    )
    keep_alive: int = Field(
        default=5,
        ge=1,
        le=600,
        description=("Seconds that an idle connection is kept. 要求のない接続を保つ時間（秒）。"),
    )
