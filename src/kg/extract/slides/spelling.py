"""How printed words become labels and literals."""

import re
import unicodedata

_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
_SPACE_BESIDE_JAPANESE = re.compile(r"(?<![!-~]) | (?![!-~])")
_BAR_IN_KATAKANA = re.compile("(?<=[ァ-ヺ])―")
_JAPANESE_FORMS = str.maketrans({"(": "（", ")": "）", "~": "～"})


def name_of(raw: str) -> str:
    """Label of a printed name: NFKC, Japanese brackets, spaces only between Latin words."""
    text = unicodedata.normalize("NFKC", _PRIVATE_USE.sub("", raw))
    text = _SPACE_BESIDE_JAPANESE.sub("", " ".join(text.split()))
    # The slides print a horizontal bar for the long vowel mark in one katakana word.
    return _BAR_IN_KATAKANA.sub("ー", text).translate(_JAPANESE_FORMS)


def as_printed(raw: str) -> str:
    """Printed words with every stretch of white space as one space."""
    return " ".join(raw.split())
