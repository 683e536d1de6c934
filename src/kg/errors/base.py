"""The root of the errors, and facts in two languages."""

from collections.abc import Mapping
from typing import ClassVar, NamedTuple


class Both(NamedTuple):
    """Words: one text for each language."""

    ja: str
    en: str

    def of(self, lang: str) -> str:
        """The text in `lang`: English for all but "ja"."""
        return self.ja if lang == "ja" else self.en

    def filled(self, **facts: object) -> "Both":
        """The texts with facts in their places, which may be words too."""
        texts = ((lang, self.of(lang)) for lang in ("ja", "en"))
        return Both(*(text.format_map(_said(facts, lang)) for lang, text in texts))

    def __str__(self) -> str:
        """In English, as whoever does not know of languages sees it."""
        return self.en


class KgError(Exception):
    """Root of the tree; `message(lang)` with lang "ja" or "en"."""

    ja: ClassVar[str] = "エラーです。"
    en: ClassVar[str] = "An error occurred."

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.message("en"))

    def message(self, lang: str) -> str:
        """Text for people in `lang`; a nearest valid value is appended where there is one."""
        facts = _Facts((name, self.fact(name, lang)) for name in self.facts)
        text = (self.ja if lang == "ja" else self.en).format_map(facts)
        nearest = self.facts.get("nearest")
        hint = f"もしかして: {nearest}" if lang == "ja" else f"Did you mean: {nearest}?"
        for sentence in (*self.advice(lang), *([hint] if nearest else [])):
            text += sentence if text.endswith("。") else f" {sentence}"
        return text

    def fact(self, name: str, lang: str) -> object:
        """One of the facts, in `lang` where it is in words; None when it was not given."""
        fact = self.facts.get(name)
        return fact.of(lang) if isinstance(fact, Both) else fact

    def words(self) -> Both:
        """Its texts for people."""
        return Both(self.message("ja"), self.message("en"))

    def advice(self, lang: str) -> tuple[str, ...]:
        """Sentences that a class adds to its text in `lang` where its facts call for them."""
        del lang
        return ()


def _said(facts: Mapping[str, object], lang: str) -> dict[str, object]:
    return {name: fact.of(lang) if isinstance(fact, Both) else fact for name, fact in facts.items()}


class _Facts(dict[str, object]):
    """Facts for `str.format_map`: one that was not given is shown as a dash."""

    def __missing__(self, key: str) -> object:
        return "–"
