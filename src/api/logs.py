"""Logs on stderr: one line for each record, as text or JSON, without anybody's token.

What the project says itself is in words of both languages (`Both`): text is in the language of
whoever started the service, JSON has both. Facts of requests, and what libraries say, are as they
are.
"""

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime

from api.settings import LogForm
from api.tokens import PREFIX, TOKEN
from kg.errors import Both

REQUESTS = logging.getLogger("api.requests")
"""Logger of the lines about requests; their facts are the attribute `request` of a record."""


def configure_logs(form: LogForm, lang: str = "en") -> None:
    """Write all logs of this process in `form`; OFF leaves out only the lines about requests.

    Text for people is in `lang` ("ja" or "en").
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == LogForm.JSON else PlainLines(lang))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    REQUESTS.setLevel(logging.CRITICAL if form == LogForm.OFF else logging.INFO)


def log_request(facts: Mapping[str, object]) -> None:
    """Write the line of a request."""
    REQUESTS.info("request", extra={"request": facts})


def redact(text: str) -> str:
    """The text without the secrets of tokens, should one have strayed into it."""
    return TOKEN.sub(f"{PREFIX}[redacted]", text)


class JsonLines(logging.Formatter):
    """A JSON object on one line; times are UTC.

    `message` is in English, so that what searches for it need not know who started the service;
    `message_ja` stands beside it.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Render a record, whose members are escaped and therefore stay on one line."""
        facts = getattr(record, "request", None)
        line: dict[str, object] = {"time": _time(record), "level": record.levelname.lower()}
        line |= facts if facts is not None else {"logger": record.name} | _both(record)
        return redact(json.dumps(line, ensure_ascii=False))


class PlainLines(logging.Formatter):
    """A line for people in their language; facts that there are not are left out."""

    def __init__(self, lang: str = "en") -> None:
        super().__init__()
        self._lang = lang

    def format(self, record: logging.LogRecord) -> str:
        """Render a record; only a fault of the program takes more lines, those of its trace."""
        facts = getattr(record, "request", None)
        said = _said(record, self._lang) if facts is None else facts
        words = " ".join(
            str(v) if k in {"message", "trace"} else f"{k}={v}"
            for k, v in said.items()
            if v is not None
        )
        return redact(f"{_time(record)} {record.levelname} {words}")


def _both(record: logging.LogRecord) -> dict[str, object]:
    said = _said(record, "en")
    return said | {"message_ja": record.msg.ja} if isinstance(record.msg, Both) else said


def _said(record: logging.LogRecord, lang: str) -> dict[str, object]:
    words: object = record.msg
    message = words.of(lang) if isinstance(words, Both) else record.getMessage()
    said: dict[str, object] = {"message": message}
    if record.exc_info and record.exc_info[0]:
        said["trace"] = "".join(traceback.format_exception(*record.exc_info))
    return said


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
