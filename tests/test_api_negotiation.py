import pytest

from api.errors import RequestMalformed
from api.negotiation import FORMATS, RESULT_TYPES, language, media_types
from kg.errors import FormatUnavailable

OFFERED = ("application/json", "text/turtle", "text/csv", "text/html")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, OFFERED),
        ("", OFFERED),
        ("*/*", OFFERED),
        ("text/turtle", ("text/turtle",)),
        ("TEXT/Turtle", ("text/turtle",)),
        ("text/csv, text/turtle", ("text/turtle", "text/csv")),
        ("text/csv, text/turtle;q=0.9", ("text/csv", "text/turtle")),
        ("text/csv;q=0.1,text/turtle;q=0.12", ("text/turtle", "text/csv")),
        ("text/*", ("text/turtle", "text/csv", "text/html")),
        ("text/*;q=0.5, text/html", ("text/html", "text/turtle", "text/csv")),
        ("*/*, text/html;q=0", OFFERED[:3]),
        ("*/*;q=0.1, application/*;q=0.2, text/csv;q=0.3", ("text/csv", "application/json")),
        ('text/csv; header=present; q="0.5"', RequestMalformed),
        ('text/csv; note="a,b"; q=0.5, text/turtle', ("text/turtle", "text/csv")),
        ("text/csv ; q=1.000", ("text/csv",)),
        ("text/html,application/xhtml+xml,*/*;q=0.8", ("text/html",)),
        ("text/csv;q=0", FormatUnavailable),
        ("image/png", FormatUnavailable),
        ("image/*, text/x", FormatUnavailable),
        ("text", RequestMalformed),
        ("*/csv", RequestMalformed),
        ("text/csv;q=2", RequestMalformed),
        ("text/csv;q=high", RequestMalformed),
        ("text/csv;q=-1", RequestMalformed),
        ("text/csv, " * 200, RequestMalformed),
    ],
)
def test_accept(accept: str | None, expected: tuple[str, ...] | type[Exception]) -> None:
    if isinstance(expected, tuple):
        assert media_types(accept, None, OFFERED)[: len(expected)] == expected
    else:
        with pytest.raises(expected):
            media_types(accept, None, OFFERED)


def test_what_is_not_accepted_is_left_out() -> None:
    assert "text/html" not in media_types("*/*, text/html;q=0", None, OFFERED)
    assert media_types("text/csv", None, OFFERED) == ("text/csv",)


def test_format_overrules_the_header() -> None:
    assert media_types("text/csv", "turtle", OFFERED) == ("text/turtle",)
    assert media_types("no header", "json", OFFERED) == ("application/json",)


def test_unknown_format_names_those_there_are() -> None:
    with pytest.raises(RequestMalformed, match="use one of json, xml, csv"):
        media_types(None, "yaml", OFFERED)
    with pytest.raises(FormatUnavailable):
        media_types(None, "trig", OFFERED)


def test_every_short_name_is_offered_for_results() -> None:
    assert set(FORMATS) >= {
        *("json", "xml", "csv", "tsv", "turtle", "ntriples", "jsonld", "rdfxml", "trig")
    }
    for name in FORMATS:
        assert media_types(None, name, RESULT_TYPES)


@pytest.mark.parametrize(
    ("requested", "header", "expected"),
    [
        (None, None, "en"),
        (None, "ja", "ja"),
        (None, "ja-JP,ja;q=0.9,en;q=0.8", "ja"),
        (None, "en;q=0.5, ja;q=0.6", "ja"),
        (None, "fr, de;q=0.9", "en"),
        (None, "fr, ja;q=0.1", "ja"),
        (None, "ja;q=0", "en"),
        (None, "nonsense;;;q=q", "en"),
        (None, "*", "en"),
        ("ja", "en", "ja"),
        ("en", "ja", "en"),
        ("fr", "ja", "ja"),
        (None, "en;q=0, *;q=0.1", "ja"),
        (None, "en;q=0, ja;q=0", "en"),
        (None, "en-GB;q=0", "en"),
    ],
)
def test_language(requested: str | None, header: str | None, expected: str) -> None:
    assert language(requested, header) == expected
