"""Findings for people who work with spreadsheets: CSV."""

import csv
import io
from collections.abc import Iterator

from kg.validate.output.outcome import SEVERITIES, UNREADABLE, Outcome, shown

HEADS = {
    "en": (
        *("severity", "file", "sheet", "line", "column", "header", "thing", "field", "problem"),
        *("value", "expected", "nearest", "fix", "rule", "documentation", "iri"),
    ),
    "ja": (
        *("重大度", "ファイル", "シート", "行", "桁", "列見出し", "対象", "項目", "問題"),
        *("値", "正しい値", "もしかして", "直し方", "規則", "説明", "IRI"),
    ),
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(outcome: Outcome, lang: str) -> str:
    """RFC 4180 with a row for each finding or unreadable input, headed in `lang`.

    The last rows say of which rules there are more findings.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(HEADS[lang])
    for row in (
        *_unreadable_rows(outcome, lang),
        *_rows(outcome, lang),
        *_further_rows(outcome, lang),
    ):
        rows.writerow([_harmless(cell) for cell in row])
    return text.getvalue()


def _harmless(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _unreadable_rows(outcome: Outcome, lang: str) -> Iterator[tuple[object, ...]]:
    for unread in outcome.unreadable:
        place = unread.place
        where = (place.file, place.sheet, place.line, place.column, place.header)
        problem = shown(unread.problem.of(lang))
        yield (UNREADABLE.of(lang), *where, None, None, problem, *(None,) * 7)


def _further_rows(outcome: Outcome, lang: str) -> Iterator[tuple[object, ...]]:
    for further in outcome.report.further:
        rule, page = outcome.rule(further.example), outcome.documentation(further.example)
        severity = SEVERITIES[further.example.severity].of(lang)
        more = outcome.more(further).of(lang)
        yield (severity, *(None,) * 7, more, *(None,) * 4, rule, page, None)


def _rows(outcome: Outcome, lang: str) -> Iterator[tuple[object, ...]]:
    for finding in outcome.report.findings:
        said, place = outcome.explained(finding), finding.place
        words = (said.allowed, said.nearest, said.fix)
        yield (
            SEVERITIES[finding.severity].of(lang),
            *((place.file, place.sheet, place.line, place.column) if place else (None,) * 4),
            place.header if place else None,
            said.title.of(lang),
            said.field.of(lang) if said.field else None,
            said.problem.of(lang),
            finding.value,
            *(text.of(lang) if text else None for text in words),
            outcome.rule(finding),
            outcome.documentation(finding),
            outcome.short(finding.focus),
        )
