"""Tokens: who may write, and who has larger limits.

A token is a secret that is shown once. Kept is its SHA-256, which tells nothing about it because a
token has 256 random bits. The file is read again whenever it has changed, so a running service
knows new and revoked tokens at once.
"""

import fcntl
import hmac
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from api.errors import TokenInvalid, TokensDamaged, TokenUnknown
from kg.errors import Both, FolderUnwritable, reason
from kg.model import Agent
from kg.namespaces import Names
from kg.nearest import nearest_name

FILE = "tokens.json"
PREFIX = "senryaku_"
"""What each token begins with, so that programs which look for leaked secrets find it."""
TOKEN = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
"""A whole token wherever it stands."""
_RANDOM_BYTES = 32
_NAME = re.compile(r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,62}[^\s\x00-\x1f\x7f])?")
_SHORT_GRAPH = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_GRAPH = re.compile(r"(?:https?://[^\s<>\"{}|^`\\/?#]|urn:[a-z0-9-]+:)[^\s<>\"{}|^`\\]*")
_MAX_DAYS = 36_500
_FILE_MODE, _FOLDER_MODE = 0o600, 0o700


class Role(StrEnum):
    """What a token is for."""

    VALIDATOR = "validator"
    """larger limits; writes nothing"""
    EDITOR = "editor"
    """writes the graphs that it names"""
    ADMIN = "admin"
    """writes every graph that can be written"""


class Token(BaseModel):
    """What is kept of a token; `graphs` are IRIs, `expires` is None for one that stays valid."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    role: Role
    graphs: tuple[str, ...]
    # a time without a zone cannot be compared with now
    created: AwareDatetime
    expires: AwareDatetime | None
    sha256: Annotated[str, Field(pattern=r"\A[0-9a-f]{64}\z")]

    @property
    def agent(self) -> Agent:
        """Who writes with it."""
        graphs = None if self.role == Role.ADMIN else frozenset(self.graphs)
        return Agent(self.id, self.name, graphs)

    def expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires is not None and self.expires <= now


class _Kept(BaseModel):
    """Content of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tokens: tuple[Token, ...] = ()


class TokenStore:
    """The tokens of a state folder; safe for any number of processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / FILE
        self._state: tuple[int, ...] | None = None
        self._known: tuple[Token, ...] = ()

    def all(self) -> tuple[Token, ...]:
        """Every token, expired ones too, the oldest first. Raises `TokensDamaged`."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise TokensDamaged(file=self._path, detail=reason(error)) from None
        # each change is a new file
        state = (found.st_ino, found.st_mtime_ns, found.st_size)
        if state != self._state:
            self._known, self._state = self._read(), state
        return self._known

    def find(self, secret: str) -> Token | None:
        """The token of a secret, expired or not. Raises `TokensDamaged`."""
        digest, found = _digest(secret), None
        # all of them, and each in constant time: how long it takes tells nothing
        for token in self.all():
            if hmac.compare_digest(token.sha256, digest):
                found = token
        return found

    def add(
        self, name: str, role: str, graphs: Sequence[str], days: int | None, names: Names
    ) -> tuple[Token, str]:
        """Keep a new token; returns it with its secret, which nothing can show again.

        `days` is how long it is valid, None for ever. Raises `TokenInvalid`, `FolderUnwritable`,
        `TokensDamaged`.
        """
        checked = _check_role(role)
        _check_name(name)
        _check_graphs(checked, graphs, names)
        if days is not None and not 1 <= days <= _MAX_DAYS:
            expected = Both(f"1から{_MAX_DAYS}までの日数", f"days from 1 to {_MAX_DAYS}")
            raise TokenInvalid(field="days", value=days, expected=expected)
        secret, created = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES), datetime.now(UTC)
        token = Token(
            id=secrets.token_hex(4),
            name=name,
            role=checked,
            graphs=tuple(dict.fromkeys(graphs)),
            created=created,
            expires=None if days is None else created + timedelta(days=days),
            sha256=_digest(secret),
        )

        def with_it(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
            if name in {known for other in tokens for known in (other.name, other.id)}:
                expected = Both("まだ使われていない名前", "a name that is not taken")
                raise TokenInvalid(field="name", value=name, expected=expected)
            return (*tokens, token)

        self._change(with_it)
        return token, secret

    def revoke(self, reference: str) -> Token:
        """Forget the token of an id or name; returns it.

        Raises `TokenUnknown`, `FolderUnwritable`, `TokensDamaged`.
        """
        gone: list[Token] = []

        def without_it(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
            gone.extend(token for token in tokens if reference in {token.id, token.name})
            if not gone:
                known = [name for token in tokens for name in (token.name, token.id)]
                raise TokenUnknown(reference=reference, nearest=nearest_name(reference, known))
            return tuple(token for token in tokens if token not in gone)

        self._change(without_it)
        return gone[0]

    def _read(self) -> tuple[Token, ...]:
        try:
            return _Kept.model_validate_json(self._path.read_bytes()).tokens
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise TokensDamaged(file=self._path, detail=reason(error)) from None
        except ValidationError as error:
            # its text would show what stands in the file
            place = ".".join(map(str, error.errors()[0]["loc"])) or "JSON"
            detail = Both(f"{place} を読めません", f"{place} cannot be read")
            raise TokensDamaged(file=self._path, detail=detail) from None

    def _change(self, change: Callable[[tuple[Token, ...]], tuple[Token, ...]]) -> None:
        """Replace the file as a whole, one process at a time."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
            with self._locked():
                kept = _Kept(tokens=change(self._read()))
                self._write(kept.model_dump_json(indent=1) + "\n")
        except OSError as error:
            raise FolderUnwritable(folder=self._folder, reason=reason(error)) from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        lock = os.open(self._folder / f"{FILE}.lock", flags, _FILE_MODE)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _write(self, text: str) -> None:
        # such a file is for its owner alone from the beginning
        with NamedTemporaryFile(
            "w", encoding="utf-8", dir=self._folder, prefix=f".{FILE}.", delete=False
        ) as draft:
            try:
                draft.write(text)
                draft.flush()
                os.fsync(draft.fileno())
                Path(draft.name).replace(self._path)
            except BaseException:
                Path(draft.name).unlink(missing_ok=True)
                raise
        folder = os.open(self._folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _check_role(role: str) -> Role:
    if role not in set(Role):
        raise TokenInvalid(
            field="role", value=role, expected=", ".join(Role), nearest=nearest_name(role, Role)
        )
    return Role(role)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or TOKEN.search(name):
        expected = Both(
            "制御文字のない64字以内の名前", "a name of up to 64 characters, none of them a control"
        )
        raise TokenInvalid(field="name", value=TOKEN.sub("…", name), expected=expected)


def _check_graphs(role: Role, graphs: Sequence[str], names: Names) -> None:
    """An editor names its graphs, the others none."""
    for graph in graphs:
        if not _GRAPH.fullmatch(graph):
            near = str(names.graph(graph)) if _SHORT_GRAPH.fullmatch(graph) else None
            expected = Both("グラフのIRI", "the IRI of a graph")
            raise TokenInvalid(field="graph", value=graph, expected=expected, nearest=near)
    if (role == Role.EDITOR) != bool(graphs):
        expected = (
            Both("editorには --graph が一つ以上必要", "at least one --graph for an editor")
            if role == Role.EDITOR
            else Both(f"{role}には --graph を付けない", f"no --graph for a role of {role}")
        )
        raise TokenInvalid(field="graph", value=", ".join(graphs), expected=expected)
