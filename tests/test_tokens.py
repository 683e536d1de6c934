import json
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from api.errors import TokenInvalid, TokensDamaged, TokenUnknown
from api.tokens import FILE, TOKEN, Role, TokenStore
from kg.errors import FolderUnwritable
from kg.namespaces import NAMES

GRAPH = "https://example.org/graph/a"
SENRYAKU = Path(sys.executable).with_name("senryaku")


@pytest.fixture
def store(tmp_path: Path) -> TokenStore:
    return TokenStore(tmp_path / "state")


def command(folder: Path, *words: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
    environment = {"SENRYAKU_STATE_DIR": str(folder), "SENRYAKU_LANG": lang}
    return subprocess.run(
        [SENRYAKU, "token", *words], capture_output=True, text=True, check=False, env=environment
    )


def test_a_token_is_found_by_its_secret_alone(store: TokenStore) -> None:
    token, secret = store.add("editors", "editor", [GRAPH, GRAPH], 30, NAMES)
    other, _ = store.add("root", "admin", [], None, NAMES)
    assert TOKEN.fullmatch(secret)
    assert store.find(secret) == token
    assert store.find(secret[:-1]) is None
    assert store.find(token.sha256) is None
    assert store.find("") is None
    assert token.agent.graphs == frozenset([GRAPH])
    assert other.agent.graphs is None
    assert (token.agent.id, token.agent.name) == (token.id, "editors")
    now = datetime.now(UTC)
    assert not token.expired(now + timedelta(days=29))
    assert token.expired(now + timedelta(days=30, seconds=1))
    assert not other.expired(now + timedelta(days=100_000))


def test_the_file_holds_hashes_and_is_for_its_owner_alone(
    store: TokenStore, tmp_path: Path
) -> None:
    secrets = [store.add(f"t{n}", "validator", [], None, NAMES)[1] for n in range(50)]
    assert len(set(secrets)) == 50
    path = tmp_path / "state" / FILE
    text = path.read_text("utf-8")
    assert not TOKEN.search(text)
    assert all(secret.removeprefix("senryaku_") not in text for secret in secrets)
    assert all(sha256(secret.encode()).hexdigest() in text for secret in secrets)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {p.name for p in path.parent.iterdir()} == {FILE, f"{FILE}.lock"}


def test_another_process_sees_new_and_revoked_tokens_at_once(
    store: TokenStore, tmp_path: Path
) -> None:
    running = TokenStore(tmp_path / "state")
    assert running.all() == ()
    for n in range(20):
        token, secret = store.add(f"t{n}", "admin", [], None, NAMES)
        assert running.find(secret) == token
        store.revoke(token.id if n % 2 else token.name)
        assert running.find(secret) is None


def test_adding_at_the_same_time_loses_nothing(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        adds = [
            threads.submit(TokenStore(tmp_path).add, f"t{n}", "admin", [], None, NAMES)
            for n in range(64)
        ]
    secrets = [add.result()[1] for add in adds]
    kept = TokenStore(tmp_path)
    assert sorted(token.name for token in kept.all()) == sorted(f"t{n}" for n in range(64))
    assert all(kept.find(secret) for secret in secrets)


@pytest.mark.parametrize(
    ("change", "field", "nearest"),
    [
        ({"role": "editr"}, "role", "editor"),
        ({"role": "editor", "graphs": []}, "graph", None),
        ({"role": "admin", "graphs": [GRAPH]}, "graph", None),
        ({"role": "validator", "graphs": [GRAPH]}, "graph", None),
        ({"role": "editor", "graphs": ["notes"]}, "graph", str(NAMES.graph("notes"))),
        ({"role": "editor", "graphs": ["file:///etc/passwd"]}, "graph", None),
        ({"role": "editor", "graphs": ["https://x/ y"]}, "graph", None),
        ({"name": "taken"}, "name", None),
        ({"name": ""}, "name", None),
        ({"name": "a\nb"}, "name", None),
        ({"name": " a"}, "name", None),
        ({"name": "x" * 65}, "name", None),
        ({"days": 0}, "days", None),
        ({"days": 10**9}, "days", None),
    ],
)
def test_what_is_no_token_is_refused(
    store: TokenStore, change: dict[str, object], field: str, nearest: str | None
) -> None:
    store.add("taken", "admin", [], None, NAMES)
    values = {"name": "n", "role": "admin", "graphs": [], "days": None, "names": NAMES}
    with pytest.raises(TokenInvalid) as caught:
        store.add(**{**values, **change})  # type: ignore[arg-type]  # values of every kind
    assert caught.value.facts["field"] == field
    assert caught.value.facts.get("nearest") == nearest
    assert [token.name for token in store.all()] == ["taken"]


def test_a_token_cannot_be_called_like_the_id_of_another(store: TokenStore) -> None:
    token, _ = store.add("first", "admin", [], None, NAMES)
    with pytest.raises(TokenInvalid):
        store.add(token.id, "admin", [], None, NAMES)


@pytest.mark.parametrize("text", ["", "{", '{"tokens": [{}]}', '{"other": 1}', "[]", "\x00" * 99])
def test_a_damaged_file_is_never_read_as_no_tokens(
    store: TokenStore, tmp_path: Path, text: str
) -> None:
    _, secret = store.add("a", "admin", [], None, NAMES)
    path = tmp_path / "state" / FILE
    path.write_text(text, encoding="utf-8")
    for attempt in (
        store.all,
        lambda: store.find(secret),
        lambda: store.add("b", "admin", [], None, NAMES),
        lambda: store.revoke("a"),
    ):
        with pytest.raises(TokensDamaged) as caught:
            attempt()
        assert str(path) in caught.value.message("ja")
    assert path.read_text("utf-8") == text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("expires", "2027-01-01T00:00:00"),
        ("created", "2026-01-01"),
        ("sha256", "é" * 64),
        ("sha256", "AB" * 32),
        ("sha256", ""),
    ],
)
def test_a_field_that_cannot_be_compared_is_damage(
    store: TokenStore, tmp_path: Path, field: str, value: str
) -> None:
    _, secret = store.add("a", "admin", [], 7, NAMES)
    path = tmp_path / "state" / FILE
    kept = json.loads(path.read_text("utf-8"))
    kept["tokens"][0][field] = value
    path.write_text(json.dumps(kept), encoding="utf-8")
    with pytest.raises(TokensDamaged) as caught:
        store.find(secret)
    assert f"tokens.0.{field}" in caught.value.message("en")


def test_a_folder_that_takes_nothing(tmp_path: Path) -> None:
    # nobody makes a folder there, not even root
    with pytest.raises(FolderUnwritable):
        TokenStore(Path("/proc/state")).add("a", "admin", [], None, NAMES)
    with pytest.raises(TokenUnknown):
        TokenStore(tmp_path).revoke("a")


def test_the_commands(tmp_path: Path) -> None:
    words = ("--name", "編集 team", "--role", "editor", "--graph", GRAPH, "--graph", f"{GRAPH}/2")
    added = command(tmp_path, "add", *words, "--days", "7")
    assert added.returncode == 0
    secret = added.stdout.strip()
    assert added.stdout == f"{secret}\n"
    assert TOKEN.fullmatch(secret)
    assert secret not in added.stderr
    token = TokenStore(tmp_path).find(secret)
    assert token is not None
    assert (token.role, token.graphs) == (Role.EDITOR, (GRAPH, f"{GRAPH}/2"))
    for lang, head in (("en", "expires"), ("ja", "期限")):
        listed = command(tmp_path, "list", lang=lang)
        assert head in listed.stdout
        assert re.search(rf"{token.id} +編集 team +editor ", listed.stdout)
        assert token.sha256 not in listed.stdout
    unknown = command(tmp_path, "revoke", "編集 tem")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "Did you mean: 編集 team?" in unknown.stderr
    revoked = command(tmp_path, "revoke", "編集 team", lang="ja")
    assert (revoked.returncode, revoked.stdout) == (0, "")
    assert "取り消しました" in revoked.stderr
    assert TokenStore(tmp_path).all() == ()


@pytest.mark.parametrize(
    ("words", "en"),
    [
        (("--name", "a", "--role", "editr"), "Did you mean: editor?"),
        (("--name", "a", "--role", "editor"), "at least one --graph"),
        (("--name", "a", "--role", "editor", "--graph", "org"), f"mean: {NAMES.graph('org')}?"),
        (("--role", "admin"), "Missing option"),
    ],
)
def test_wrong_usage_makes_no_token(tmp_path: Path, words: tuple[str, ...], en: str) -> None:
    done = command(tmp_path, "add", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert en in done.stderr
    assert not (tmp_path / FILE).exists()
