"""Lines of the log: what a steward reads is there in both languages."""

import ast
import asyncio
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

import mini
from api.logs import JsonLines, PlainLines
from api.opening import open_service
from api.settings import Settings
from kg.errors import Both, KgError, ReaderNotStarted, StorageDamaged
from kg.namespaces import Names
from kg.queries import read_catalogue

ROOT = Path(__file__).parents[1]
_LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


def record(words: object, *args: object) -> logging.LogRecord:
    return logging.LogRecord("kg.store", logging.ERROR, "file", 1, words, args, None)


def test_text_is_in_the_language_of_the_command() -> None:
    line = record(Both("{n}件を削除", "{n} removed").filled(n=Both("三", "three")))
    assert PlainLines("ja").format(line).endswith("ERROR 三件を削除")
    assert PlainLines("en").format(line).endswith("ERROR three removed")
    assert PlainLines().format(line) == PlainLines("en").format(line)
    assert line.getMessage() == "three removed"


def test_json_has_both_languages() -> None:
    line = json.loads(JsonLines().format(record(Both("鍵 senryaku_" + "a" * 43, "a key"))))
    assert (line["message"], line["message_ja"]) == ("a key", "鍵 senryaku_[redacted]")


def test_what_a_library_says_is_as_it_is() -> None:
    line = record("%s of %d", "3", 7)
    assert PlainLines("ja").format(line).endswith("ERROR 3 of 7")
    read = json.loads(JsonLines().format(line))
    assert read["message"] == "3 of 7"
    assert "message_ja" not in read


@pytest.mark.parametrize(
    ("error", "ja", "en"),
    [
        (OSError(28, "No space left on device"), "空き容量がありません", "No space left"),
        (TimeoutError(), "時間切れです", "it took too long"),
        (StorageDamaged(file="f", expected="a", found="b"), "f", "f"),
        (ReaderNotStarted(reason=Both("終了コード 1", "exit 1")), "（終了コード 1）", "(exit 1)"),
    ],
)
def test_why_a_reader_does_not_start(error: KgError | OSError, ja: str, en: str) -> None:
    words = ReaderNotStarted.because(error).words()
    assert words.ja.startswith("問い合わせの処理を始められません（")
    assert words.en.startswith("A process that runs queries did not start (")
    assert ja in words.ja
    assert en in words.en
    assert words.en.count("did not start") == 1


def _calls() -> list[tuple[str, ast.Call]]:
    """Calls of the loggers of the project but the one for requests, which have no words."""
    return [
        (f"{path.name}:{node.lineno}", node)
        for path in sorted((ROOT / "src").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _LEVELS
        and isinstance(node.func.value, ast.Name)
        and "LOG" in node.func.value.id
    ]


def test_every_line_has_words_in_both_languages() -> None:
    lines = _calls()
    assert len(lines) >= 6
    for place, call in lines:
        # words that are ready, and nothing for the logger to put together
        (words,) = call.args
        assert isinstance(words, ast.Call), place
        assert isinstance(words.func, ast.Attribute), place
        assert words.func.attr in {"filled", "words"}, place


def test_a_service_that_only_reads_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    snapshot = mini.snapshot(tmp_path)
    # no folder can be made where a file lies, whatever rights this process has
    (tmp_path / "linked").touch()
    settings = Settings(state_dir=tmp_path)

    async def look() -> None:
        catalogue = read_catalogue(ROOT / "queries", Names(settings.base))
        async with open_service(settings, snapshot, catalogue) as service:
            assert service.writer is None

    asyncio.run(look())
    (line,) = [one for one in caplog.records if one.levelname == "WARNING"]
    assert PlainLines("ja").format(line).endswith("に書き込めません。読み取り専用で動きます")
    assert "cannot be written to: the service only reads" in caplog.text


def test_the_command_chooses_the_language(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    environment = os.environ | {"SENRYAKU_STATE_DIR": str(tmp_path), "SENRYAKU_READERS": "1"}
    command = [
        sys.executable,
        "-c",
        "from cli.main import run; run()",
        "--lang",
        "ja",
        "serve",
        "--no-data",
        "--port",
        "0",
    ]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stderr is not None
        try:
            lines = [process.stderr.readline()]
            while lines[-1] and "http://" not in lines[-1]:
                lines.append(process.stderr.readline())
        finally:
            process.terminate()
    assert "に書き込めません。読み取り専用で動きます" in lines[0]
    assert "を開いてください" in lines[-1]
