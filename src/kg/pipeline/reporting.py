"""The report of a check in the forms that are written down."""

from collections.abc import Callable, Mapping

from kg.pipeline.forms import ReportForm
from kg.store.foreign import write_rdf
from kg.validate.output import (
    Outcome,
    as_annotations,
    as_csv,
    as_json,
    as_sarif,
    as_text,
    report_graph,
)

_IN_A_LANGUAGE: Mapping[ReportForm, Callable[[Outcome, str], str]] = {
    ReportForm.TEXT: as_text,
    ReportForm.CSV: as_csv,
    ReportForm.GITHUB: as_annotations,
    ReportForm.SARIF: as_sarif,
}


def write_report(outcome: Outcome, form: ReportForm, lang: str, *, both: bool = True) -> str:
    """The outcome in `form`, for people in `lang`; JSON has both languages, or else only `lang`.

    Turtle is empty where nothing could be checked: SHACL has no word for that.
    """
    if form is ReportForm.JSON:
        return as_json(outcome, ("ja", "en") if both else (lang,))
    if form is ReportForm.TURTLE:
        return "" if outcome.unreadable else report_rdf(outcome, "text/turtle").decode()
    return _IN_A_LANGUAGE[form](outcome, lang)


def report_rdf(outcome: Outcome, media: str) -> bytes:
    """SHACL's report as RDF of one of `kg.store.uploads.UPLOAD_FORMATS`; raises `KeyError`.

    Also raises `ValueError` where nothing could be checked.
    """
    return write_rdf(report_graph(outcome), media, outcome.names.prefixes)
