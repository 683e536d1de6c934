from pathlib import Path

import pytest
from annotated_types import Le
from pydantic import ValidationError

from api.limits import variable
from api.settings import Settings
from kg.namespaces import BASE
from kg.store.complexity import ANONYMOUS, GRANTED


def test_every_setting_has_a_default_and_a_description() -> None:
    assert Settings().base == BASE
    for name, field in Settings.model_fields.items():
        assert not field.is_required(), name
        assert field.description, name
        if field.annotation in {int, float}:
            assert any(isinstance(note, Le) for note in field.metadata), f"{name} has no bound"
    assert len(Settings.model_fields) == 65


def test_every_number_is_a_limit_that_is_shown() -> None:
    settings = Settings(query_timeout=2.5)
    shown = {limit.setting: limit for limit in settings.in_force()}
    numbers = {
        variable(name)
        for name, field in Settings.model_fields.items()
        if field.annotation in {int, float}
    }
    assert len(numbers) == 51
    assert set(shown) == numbers
    assert shown["SENRYAKU_QUERY_TIMEOUT"].value == 2.5
    assert shown["SENRYAKU_RESULT_BYTES"].value == 10 * 2**20
    for limit in shown.values():
        assert all(limit.description), limit.setting
        assert all(limit.unit), limit.setting


def test_settings_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SENRYAKU_QUERY_TIMEOUT", "2.5")
    monkeypatch.setenv("SENRYAKU_STORE", str(tmp_path))
    settings = Settings()
    assert (settings.query_timeout, settings.store) == (2.5, tmp_path)
    monkeypatch.setenv("SENRYAKU_STORE", "https://example.org/sparql")
    assert Settings().store == "https://example.org/sparql"
    monkeypatch.setenv("SENRYAKU_STORE", "")
    assert Settings().store is None


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("store", __file__, "is a file"),
        ("state_dir", f"{__file__}/state", "is a file"),
        ("sources", __file__, "is a file"),
        ("store", "http://user:word@localhost:7878/", "password"),
        ("store", "ftp://localhost/", "no URL"),
        ("base", "https://example.org/kg", "no base"),
        ("base", "ftp://example.org/", "no base"),
        ("public_url", "example.org", "URL"),
        ("query_timeout", "0", "greater than 0"),
        ("readers", "0", "greater than or equal to 1"),
        ("result_rows", "-1", "greater than or equal to 1"),
        ("trusted_proxies", "proxy.example.org", "does not appear"),
        ("trusted_proxies", "10.0.0.1/8", "has host bits set"),
        ("log", "yes", "Input should be"),
        ("wrong", "1", "Extra inputs"),
    ],
)
def test_wrong_values_are_explained(name: str, value: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Settings(**{name: value})


def test_public_url_has_no_trailing_slash() -> None:
    assert Settings(public_url="https://example.org/kg/").public_url == "https://example.org/kg"


def test_the_defaults_are_those_of_the_guard() -> None:
    settings = Settings()
    for prefix, limits in (("query", ANONYMOUS), ("token_query", GRANTED)):
        for measure in ("bytes", "patterns", "groups", "operators"):
            assert getattr(settings, f"{prefix}_{measure}") == getattr(limits, measure)
        assert settings.query_depth == limits.depth


def test_secrets_are_not_shown() -> None:
    secrets = {"remote_password": "correct horse", "remote_token": "battery"}
    settings = Settings(**secrets)
    shown = f"{settings!r} {settings.model_dump_json()}"
    assert "correct" not in shown
    assert "battery" not in shown
