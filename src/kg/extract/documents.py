"""Which official document a file is, by its SHA-256; clear errors for every other file."""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from kg.errors import (
    Both,
    DocumentTruncated,
    DocumentUnknown,
    InputError,
    PathMismatched,
    PathMissing,
)
from kg.extract.curation import number, pattern, read_lookups
from kg.model import SourceText, Span, digest

_HEAD = 200
"""Characters (without white space) by which a cut or altered copy is recognised."""
_FEW = 3
"""Files at most that a message proposes."""
_EXPECTED = Both("公式文書のテキスト（ファイル）", "the text of an official document (a file)")
Places = Callable[[str], Iterable[Span]]
"""From the slug of a document to the passages that are known of it, in any order."""


@dataclass(frozen=True)
class KnownDocument:
    """A row of `documents.tsv`.

    `counted` is a pattern of something that tells copies apart, and `counted_name` its name. Where
    `year` is given, the pattern's first group is the year of the document that prints it.
    """

    slug: str
    title: Both
    sha256: str
    characters: int
    head_digest: str
    counted_name: Both
    counted: str
    year: str

    def years(self, text: str) -> set[str]:
        """Years of the documents of this kind that `text` may be."""
        return set(re.findall(self.counted, text)) if self.year else set()


def known_documents(curation: Path) -> list[KnownDocument]:
    """The official documents that `documents.tsv` knows; raises `CurationError`."""
    return [
        KnownDocument(
            row["slug"],
            Both(row["title_ja"], row["title_en"]),
            row["sha256"],
            number(row, "characters"),
            row["head_digest"],
            Both(row["counted_ja"], row["counted_en"]),
            pattern(row, "counted"),
            row["year"],
        )
        for row in read_lookups(curation, "documents")
    ]


def read_document(path: Path, curation: Path, places: Places = lambda _slug: ()) -> SourceText:
    """The official document in a file.

    Raises `PathMissing`, `PathMismatched` (a folder), `DocumentTruncated` (an official document
    cut short or altered; by `places` it says where) or `DocumentUnknown` (any other file, saying
    what it seems to be).
    """
    if path.is_dir():
        texts = [str(p) for p in sorted(path.glob("*.txt"))]
        raise PathMismatched(
            path=path,
            found=Both("フォルダー", "a folder"),
            expected=_EXPECTED,
            nearest=", ".join([*texts[:_FEW], *(["…"] if len(texts) > _FEW else [])]),
        )
    if not path.exists():
        raise PathMissing(path=path, expected=_EXPECTED)
    known = known_documents(curation)
    content = path.read_bytes()
    try:
        text = _decode(content)
    except UnicodeDecodeError as error:
        reason = Both(
            f"UTF-8のテキストではありません（{error.start}バイト目）",
            f"not UTF-8 text (byte {error.start})",
        )
        raise _unknown(path, known, reason) from error
    sha256 = hashlib.sha256(content).hexdigest()
    for document in known:
        if document.sha256 == sha256:
            return SourceText(document.slug, text, sha256)
    raise _what_is_wrong(path, text, known, places)


def _decode(content: bytes) -> str:
    """Text of UTF-8 bytes; a character cut in two at the very end is left out."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            raise
        return content[: error.start].decode("utf-8")


def _unknown(
    path: Path, known: list[KnownDocument], reason: Both, slug: str | None = None
) -> DocumentUnknown:
    expected = Both(*("; ".join(titles) for titles in zip(*(d.title for d in known), strict=True)))
    return DocumentUnknown(file=path, slug=slug, reason=reason, expected=expected)


def _what_is_wrong(path: Path, text: str, known: list[KnownDocument], places: Places) -> InputError:
    if not text.strip():
        return _unknown(path, known, Both("空のファイルです", "the file is empty"))
    plain = text.removeprefix("\ufeff").replace("\r", "")
    sha256 = hashlib.sha256(plain.encode()).hexdigest()
    head = digest(re.sub(r"\s+", "", plain)[:_HEAD])
    for document in known:
        if document.sha256 == sha256:
            reason = Both(
                "改行又は先頭の符号（BOM）が変換されています。元のファイルが必要です",
                "its line ends or byte order mark were converted; the original file is needed",
            )
            return _unknown(path, known, reason, document.slug)
        if years := sorted(document.years(plain) - {document.year}):
            reason = Both(
                f"別の年の文書です。{document.counted_name.ja}の年が{'・'.join(years)}です",
                f"a document of another year: {document.counted_name.en} of year"
                f" {', '.join(years)}",
            )
            return _unknown(path, known, reason, document.slug)
        if document.head_digest == head:
            return _altered(path, text, document, places(document.slug))
    return _unknown(path, known, Both("内容が一致しません", "its content is none that we know"))


def _altered(
    path: Path, text: str, document: KnownDocument, places: Iterable[Span]
) -> DocumentTruncated:
    start, end = _difference(text, document.characters, places)
    count = len(re.findall(document.counted, text))
    ja, en = document.counted_name
    found = SourceText(document.slug, text, "")
    return DocumentTruncated(
        file=path,
        slug=document.slug,
        line=found.line_number(start),
        until=found.line_number(end),
        found=Both(f"{len(text):,}文字、{ja}{count}件", f"{len(text):,} characters, {count} {en}"),
        expected=Both(
            f"{document.title.ja}の{document.characters:,}文字",
            f"{document.characters:,} characters of {document.title.en}",
        ),
    )


def _difference(text: str, characters: int, places: Iterable[Span]) -> tuple[int, int]:
    """Offsets between which `text` differs, as the digests of its passages tell.

    A changed character that stands in none of them, where no other is moved, can be anywhere.
    """
    start = 0
    for span in sorted(places, key=lambda s: (s.end, s.start)):
        if digest(text[span.start : span.end]) != span.digest:
            return start, min(span.end, len(text))
        start = span.end
    return 0 if len(text) == characters else start, len(text)
