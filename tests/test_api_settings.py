from pathlib import Path

import pytest
from pydantic import ValidationError

from api.settings import Settings
from kg.namespaces import BASE


def test_every_setting_has_a_default_and_a_description() -> None:
    assert Settings().base == BASE
    for name, field in Settings.model_fields.items():
        assert not field.is_required(), name
        assert field.description, name
        assert field.annotation not in {int, float} or field.metadata, f"{name} has no bounds"
    assert len(Settings.model_fields) == 24


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
        ("workers", "0", "greater than or equal to 1"),
        ("result_rows", "-1", "greater than or equal to 1"),
        ("wrong", "1", "Extra inputs"),
    ],
)
def test_wrong_values_are_explained(name: str, value: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Settings(**{name: value})


def test_public_url_has_no_trailing_slash() -> None:
    assert Settings(public_url="https://example.org/kg/").public_url == "https://example.org/kg"


def test_secrets_are_not_shown() -> None:
    secrets = {"remote_password": "correct horse", "remote_token": "battery"}
    settings = Settings(**secrets)
    shown = f"{settings!r} {settings.model_dump_json()}"
    assert "correct" not in shown
    assert "battery" not in shown
