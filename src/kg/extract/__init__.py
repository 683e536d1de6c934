"""From the text of an official document to drafted records, each with its spans."""

from collections.abc import Callable
from pathlib import Path

from kg.errors import Both, DocumentUnknown
from kg.extract.ai_strategy import SLUG as AI_STRATEGY
from kg.extract.ai_strategy import read_ai_strategy
from kg.extract.documents import KnownDocument, known_documents, read_document
from kg.extract.slides import SLUG as SLIDES
from kg.extract.slides import read_slides
from kg.model import Draft, SourceText

Progress = Callable[[int, int], None]
_READERS: dict[str, Callable[[SourceText, Path, Progress], Draft]] = {
    AI_STRATEGY: read_ai_strategy,
    SLIDES: read_slides,
}
__all__ = ["KnownDocument", "extract", "known_documents", "read_document"]


def extract(document: SourceText, curation: Path, on_step: Progress = lambda *_: None) -> Draft:
    """Records of an official document; `on_step(done, total)` reports progress.

    Raises `ExtractionError`, `CurationError`, and `DocumentUnknown` when nothing reads it.
    """
    reader = _READERS.get(document.slug)
    if reader is None:
        raise DocumentUnknown(
            file=document.slug,
            slug=document.slug,
            reason=Both("読み取り方が登録されていません", "no reader is registered for it"),
            expected=", ".join(_READERS),
        )
    return reader(document, curation, on_step)
