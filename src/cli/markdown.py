"""Pieces of Markdown for generated pages."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows under a head; nothing without rows."""
    lines = [_line(row) for row in rows]
    return "\n".join([_line(head), _line(["---"] * len(head)), *lines]) if lines else ""


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    """One line of text in which a bar ends no cell."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: object) -> str:
    """Text as code; nothing for an empty text."""
    return f"`{text}`" if str(text) else ""


def page(title: str, *parts: str) -> str:
    """A page with a title; parts without text are left out."""
    note = "<!-- Written by `senryaku reference`. Do not edit; change what it describes. -->"
    return "\n\n".join([f"# {title}", note, *filter(None, parts)]) + "\n"
