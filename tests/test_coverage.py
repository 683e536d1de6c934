"""What a document prints and no record accounts for."""

from dataclasses import replace
from pathlib import Path

import pytest

from kg.errors import CurationError
from kg.extract import extract
from kg.extract.builder import RecordBuilder
from kg.extract.coverage import uncovered
from kg.extract.curation import Lookup
from kg.model import SourceText
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.authoring import find_documents
from kg.pipeline.project import Project

TEXT = SourceText("trial", "2019年3月に甲、2019年4月に乙、2019年5月に丙", "")
MONTHS = TEXT.passage(0, len(TEXT.text)).find_all(r"\d{4}年\d月")
ROW = Lookup("left-out.tsv", 2, {"printed": "2019年4月", "reason": "a reason"})


def record() -> RecordBuilder:
    return RecordBuilder(NAMES.id("event", "a"), JPSTRAT.Event, "trial").word(MONTHS[0])


def test_what_no_record_and_no_row_accounts_for_is_left() -> None:
    left = uncovered(MONTHS, [record()], [(MONTHS[1], ROW)])
    assert [passage.text for passage in left] == ["2019年5月"]


def test_a_row_that_excuses_what_a_record_tells_is_refused() -> None:
    with pytest.raises(CurationError, match=r"left-out\.tsv row 2"):
        list(uncovered(MONTHS[:1], [record()], [(MONTHS[0], ROW)]))


def test_a_month_that_nobody_tells_of_is_a_warning(sources: Path, project: Project) -> None:
    document = next(d for d in find_documents(sources, project) if d.slug == "ai2019-fu2020")
    place = document.text.index("おおむね計画通りに進捗している")
    text = f"{document.text[:place]}2031年1月の{document.text[place:]}"
    draft = extract(replace(document, text=text), project.curation)
    (warning,) = draft.warnings
    assert "2031年1月" in warning.message("ja")
    assert warning.line == document.line_number(place)
