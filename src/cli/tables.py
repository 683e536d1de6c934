"""Plain text tables for a terminal; East Asian characters take two columns."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rdflib import URIRef
from rich.cells import cell_len, set_cell_size

from kg.model import Row
from kg.namespaces import Names
from kg.queries import CannedQuery, Catalogue, Parameter

if TYPE_CHECKING:
    from api.tokens import Token
    from kg.audit import Report, SectionCount

_HEADS = {
    "ja": ("種類", "文書", "グラフ", "一致", "結果"),
    "en": ("kind", "document", "graph", "agree", "result"),
}
_SECTIONS = {
    "ja": ("節（下位の節を含む）", "取組", "グラフ", "記録", "グラフ", "一致", "結果"),
    "en": (
        "section (with its parts)",
        "measures",
        "in graph",
        "records",
        "in graph",
        "agree",
        "result",
    ),
}
_TITLE_WIDTH = 36
"""Columns that the key and title of a section may take in the table."""
_PRINTED = {
    "ja": ("印字された箇所", "文書", "根拠あり", "結果"),
    "en": ("printed in the document", "found", "covered", "result"),
}
_VERDICT = {"ja": ("一致", "不一致"), "en": ("ok", "MISS")}


def text_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows under a head; figures to the right, texts to the left."""
    cells = [[f"{c:,}" if isinstance(c, int) else str(c) for c in row] for row in rows]
    widths = [max(cell_len(line[i]) for line in [list(head), *cells]) for i in range(len(head))]
    right = [all(isinstance(row[i], int) for row in rows) for i in range(len(head))]

    def line(texts: Sequence[str]) -> str:
        parts = [
            " " * (w - cell_len(t)) + t if r else set_cell_size(t, w)
            for t, w, r in zip(texts, widths, right, strict=True)
        ]
        return "  ".join(parts).rstrip()

    return "\n".join([line(head), line(["-" * w for w in widths]), *map(line, cells)])


def catalogue_table(catalogue: Catalogue, lang: str) -> str:
    """Names and titles of all queries."""
    head = ("名前", "題名") if lang == "ja" else ("name", "title")
    return text_table(head, [(query.name, query.title[lang]) for query in catalogue])


def query_card(query: CannedQuery, lang: str) -> str:
    """The question of a query, and its parameters with the form of their values."""
    head = ("引数", "値の形", "説明") if lang == "ja" else ("parameter", "form", "description")
    rows = [(p.name, p.expected, _description(p, lang)) for p in query.params]
    question = f"{query.title[lang]}\n{query.question[lang]}"
    return f"{question}\n\n{text_table(head, rows)}" if rows else question


def _description(parameter: Parameter, lang: str) -> str:
    ja, en = [], []
    if parameter.required:
        ja, en = ["必須。"], ["Required."]
    if parameter.default is not None:
        ja, en = [f"既定は {parameter.default}。"], [f"Default: {parameter.default}."]
    if parameter.choices:
        ja.append(f"値の例: senryaku query {parameter.choices}")
        en.append(f"Some values: senryaku query {parameter.choices}")
    return " ".join([parameter.description[lang], *(ja if lang == "ja" else en)])


def row_table(rows: Sequence[Row], names: Names, lang: str) -> str:
    """Rows of a result for people: IRIs in short, and of texts in both languages only `lang`."""
    if not rows:
        return ""
    other = "_en" if lang == "ja" else "_ja"
    head = [v for v in rows[0] if not (v.endswith(other) and f"{v[:-3]}_{lang}" in rows[0])]
    return text_table(head, [[_cell(row[v], names) for v in head] for row in rows])


def _cell(term: object, names: Names) -> str:
    """Text of a term; an IRI of ours in a form that a parameter takes (`id/org/npa`)."""
    if isinstance(term, URIRef):
        return names.short(term)
    return "" if term is None else str(term)


def coverage_table(report: "Report", lang: str) -> str:
    """The audit's tables: kinds of facts, what stands in each section, what is printed."""
    good, bad = _VERDICT[lang]
    kinds = [
        (getattr(c.kind, lang), c.expected, c.loaded, c.agreeing, good if c.complete else bad)
        for c in report.coverage
    ]
    sections = [_section_row(section, lang) for section in report.sections]
    printed = [
        (
            getattr(a.printed.what, lang),
            a.found,
            a.found - len(a.uncovered),
            good if a.complete else bad,
        )
        for a in report.accounted
    ]
    expected = sum(c.expected for c in report.coverage)
    agreeing = sum(c.agreeing for c in report.coverage)
    # rounded down: 100.0 % means all
    share = 1000 * agreeing // expected / 10 if expected else 0
    misses = len(report.findings)
    total = {
        "ja": f"合計: {expected:,}件中{agreeing:,}件が一致（{share:.1f} %）、不一致{misses:,}件",
        "en": f"total: {agreeing:,} of {expected:,} facts agree ({share:.1f} %), {misses:,} misses",
    }
    return "\n".join(
        [
            text_table(_HEADS[lang], kinds),
            "",
            text_table(_SECTIONS[lang], sections),
            "",
            text_table(_PRINTED[lang], printed),
            "",
            total[lang],
        ]
    )


def _section_row(section: "SectionCount", lang: str) -> tuple[object, ...]:
    good, bad = _VERDICT[lang]
    title = f"{'  ' * section.depth}{section.key} {section.title.get(lang, '')}"
    measures, records = section.measures, section.records
    return (
        title if cell_len(title) <= _TITLE_WIDTH else set_cell_size(title, _TITLE_WIDTH - 1) + "…",
        *(measures.expected, measures.loaded),
        *(records.expected, records.loaded, records.agreeing),
        good if section.complete else bad,
    )


def token_table(tokens: Sequence["Token"], lang: str) -> str:
    """Tokens with what they are for and how long they are valid; times are UTC."""
    head = {
        "ja": ("番号", "名前", "役割", "作成", "期限", "グラフ"),
        "en": ("id", "name", "role", "created", "expires", "graphs"),
    }[lang]
    rows = [
        (
            *(token.id, token.name, token.role.value, _minute(token.created)),
            _minute(token.expires) if token.expires else "–",
            " ".join(token.graphs),
        )
        for token in tokens
    ]
    return text_table(head, rows)


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}Z"
