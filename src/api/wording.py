"""Texts written once for both languages: help, summaries of routes, descriptions of settings."""

import re

from kg.errors import Both

_JAPANESE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


def split(pair: str | None) -> Both:
    """Parts of a text written as "English. 日本語。"; raises `ValueError` when one is missing."""
    words = " ".join((pair or "").split())
    japanese = _JAPANESE.search(words)
    end = words.rfind(". ", 0, japanese.start()) if japanese else -1
    if end < 0:
        msg = f"not a text in English and then Japanese: {words!r}"
        raise ValueError(msg)
    return Both(words[end + 2 :], words[: end + 1])
