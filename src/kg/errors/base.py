"""The root of the errors, and facts in two languages."""

from typing import ClassVar, NamedTuple


class Both(NamedTuple):
    """A fact in words: one text for each language."""

    ja: str
    en: str

    def of(self, lang: str) -> str:
        """The text in `lang`: English for all but "ja"."""
        return self.ja if lang == "ja" else self.en


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

    def advice(self, lang: str) -> tuple[str, ...]:
        """Sentences that a class adds to its text in `lang` where its facts call for them."""
        del lang
        return ()


class _Facts(dict[str, object]):
    """Facts for `str.format_map`: one that was not given is shown as a dash."""

    def __missing__(self, key: str) -> object:
        return "–"
