"""Errors about documents that do not read as expected, and data that break a rule."""

from kg.errors.base import Both, KgError


class ExtractionError(KgError):
    """Facts: document, line (None where the whole document is meant), found, expected."""

    ja = "{document} の{place}: {found}。正しくは{expected}。"
    en = "{document} {place}: found {found}; expected {expected}."

    def __init__(self, *, line: int | None = None, **facts: object) -> None:
        place = Both("全体", "as a whole") if line is None else Both(f"{line}行目", f"line {line}")
        super().__init__(line=line, place=place, **facts)


class UnknownAbbreviation(ExtractionError):
    """Facts: document, line, value, nearest."""

    ja = "{document} の{line}行目: 略称「{value}」は凡例にありません。"
    en = "{document} line {line}: the legend does not explain the abbreviation {value!r}."


class Contradiction(KgError):
    """Facts: rule, nodes. `cases` are the IRIs of all that the rule is about, each with its words.

    `things` are the IRIs alone.
    """

    ja = "データがオントロジーと矛盾します。{rule}: {nodes}。"
    en = "The data contradict the ontology. {rule}: {nodes}."

    def __init__(self, *, cases: tuple[tuple[str, Both], ...] = (), **facts: object) -> None:
        self.cases = cases
        super().__init__(**facts)

    @property
    def things(self) -> tuple[str, ...]:
        """IRIs of all that the rule is about."""
        return tuple(iri for iri, _ in self.cases)

    def about(self, shown: Both) -> Both:
        """The text for one of the cases alone."""
        return Both(self.ja, self.en).filled(rule=self.facts["rule"], nodes=shown)


class RulesBroken(KgError):
    """Facts: count, lines."""

    ja = "データに規則の違反が{count}件あります。直してください。\n{lines}"
    en = "Places that break a rule about the data: {count}. Correct them:\n{lines}"


class CheckAborted(KgError):
    """Facts: shape (at which the engine broke off), detail."""

    ja = "シェイプによる検査が {shape} で中断しました。{detail}"
    en = "The check against the shapes broke off at {shape}. {detail}"


class CommentsLost(KgError):
    """Facts: places (a file and line each)."""

    ja = (
        "正規形にはコメントを残せません。場所: {places}。skos:editorialNote に書き直すか、"
        "senryaku fmt --drop-comments で消してください。"
    )
    en = (
        "The canonical form keeps no comments. They stand at {places}. Write them as"
        " skos:editorialNote, or drop them with senryaku fmt --drop-comments."
    )


class NotDescribed(KgError):
    """Facts: iri, nearest."""

    ja = "{iri} の記述はありません。"
    en = "The graph does not describe {iri}."
