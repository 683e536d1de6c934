"""Which official document a file is, by its SHA-256; clear errors for every other file."""

import hashlib
import re
from pathlib import Path

from kg.errors import Both, DocumentTruncated, DocumentUnknown, PathMissing
from kg.extract.curation import Lookup, read_lookups
from kg.model import SourceText, digest

_HEAD = 200
"""Characters (without white space) by which a cut or altered copy is recognised."""
_CODE = re.compile(r"^(?:I{1,3}|IV|V)-\d-(\d\d)-\d{3}\s*$", re.MULTILINE)
_OUR_YEAR = "20"


def known_documents(curation: Path) -> list[str]:
    """Slugs of the official documents that `documents.tsv` knows."""
    return [row["slug"] for row in read_lookups(curation, "documents")]


def read_document(path: Path, curation: Path) -> SourceText:
    """The official document in a file.

    Raises `PathMissing`, `DocumentTruncated` (an official document cut short or altered) or
    `DocumentUnknown` (any other file, saying what it seems to be).
    """
    if not path.is_file():
        raise PathMissing(
            path=path, expected=Both("公式文書のテキスト", "the text of an official document")
        )
    known = read_lookups(curation, "documents")
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        text = _decode(content)
    except UnicodeDecodeError as error:
        ja = f"UTF-8のテキストではありません（{error.start}バイト目）"
        en = f"not UTF-8 text (byte {error.start})"
        raise _unknown(path, known, ja, en) from error
    for row in known:
        if row["sha256"] == sha256:
            return SourceText(row["slug"], text, sha256)
    raise _what_is_wrong(path, text, known)


def _decode(content: bytes) -> str:
    """Text of UTF-8 bytes; a character cut in two at the very end is left out."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            raise
        return content[: error.start].decode("utf-8")


def _unknown(path: Path, known: list[Lookup], ja: str, en: str) -> DocumentUnknown:
    expected = "; ".join(f"{row['title_ja']} / {row['title_en']}" for row in known)
    return DocumentUnknown(file=path, reason_ja=ja, reason_en=en, expected=expected)


def _what_is_wrong(
    path: Path, text: str, known: list[Lookup]
) -> DocumentTruncated | DocumentUnknown:
    if not text.strip():
        return _unknown(path, known, "空のファイルです", "the file is empty")
    years = sorted(set(_CODE.findall(text)) - {_OUR_YEAR})
    if years:
        ja = f"別の年の文書です（番号の年が {'・'.join(years)}）"
        en = f"a document of another year (codes of year {', '.join(years)})"
        return _unknown(path, known, ja, en)
    head = digest(re.sub(r"\s+", "", text)[:_HEAD])
    for row in known:
        if row["head_digest"] == head:
            codes = len(_CODE.findall(text))
            found = Both(
                f"{len(text):,}文字、番号{codes}件", f"{len(text):,} characters, {codes} codes"
            )
            whole = int(row["characters"])
            return DocumentTruncated(
                file=path,
                line=text.count("\n") + 1,
                found=found,
                expected=Both(
                    f"{row['slug']}の{whole:,}文字", f"{whole:,} characters of {row['slug']}"
                ),
            )
    return _unknown(path, known, "内容が一致しません", "its content is none that we know")
