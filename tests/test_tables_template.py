"""The template: a workbook with lists, CSV with CSVW; what it offers can be read back."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from csvw import CSVW
from openpyxl import Workbook, load_workbook

from kg.errors import EditionUnknown, PathMismatched
from kg.pipeline.importing import TableContext, read_table_entry, write_template
from kg.tables import CSV, XLSX, read_table
from kg.tables.columns import Kind
from kg.tables.measure_columns import COLUMNS
from kg.tables.resolving import Resolver

EDITION = "ai2019-fu2020"


@pytest.fixture(scope="module", params=["ja", "en"])
def book(
    request: pytest.FixtureRequest, tables: TableContext, tmp_path_factory: pytest.TempPathFactory
) -> Workbook:
    path = tmp_path_factory.mktemp("template") / "measures.xlsx"
    assert write_template(tables, path, EDITION, request.param) == [path]
    return load_workbook(path)


def offered() -> list[tuple[str, str]]:
    return [column.name for column in COLUMNS if column.offered]


def test_both_headers_stand_above_every_column(book: Workbook) -> None:
    sheet = book.worksheets[0]
    rows = list(sheet.iter_rows(max_row=2, values_only=True))
    assert list(zip(*rows, strict=True)) == offered()
    assert len(offered()) == 32


def lists(book: Workbook) -> dict[str, list[str]]:
    """What each list offers, by the English header of its column."""
    sheet = book["lists"]
    found = {}
    for (_, name), column in zip(offered(), sheet.iter_cols(max_col=32), strict=True):
        found[name] = [str(cell.value) for cell in column if cell.value is not None]
    return found


def test_lists_offer_what_the_graph_has(book: Workbook) -> None:
    counts = {name: len(choices) for name, choices in lists(book).items() if choices}
    assert counts["Status"] == 4
    assert counts["Targets addressed"] >= 43
    assert counts["Deadlines"] == counts["Start period"] == 72
    assert counts["In section"] == counts["Theme"] == 53
    assert counts["Target unit"] == 12
    assert counts["Target comparator"] == 4
    assert counts["Responsible sectors"] == 2
    assert counts["Responsible organisations"] > 60
    assert book["lists"].sheet_state == "hidden"


def test_every_list_is_offered_by_its_column(book: Workbook) -> None:
    sheet = book.worksheets[0]
    formulas = {
        str(rule.sqref).rstrip("0123456789").partition("3")[0]: str(rule.formula1)
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
    }
    filled = [name for name, choices in lists(book).items() if choices]
    assert len(formulas) == len(filled)
    for letter, formula in formulas.items():
        assert formula.startswith(f"=lists!${letter}$1:${letter}$")


def test_every_choice_can_be_read_back(tables: TableContext, book: Workbook) -> None:
    rows: list[list[str]] = []
    headers = ["Code", *(name for name, choices in lists(book).items() if choices)]
    for header, choices in lists(book).items():
        for choice in choices:
            row = ["" for _ in headers]
            row[0] = f"II-1-20-{len(rows) + 1000}"
            row[headers.index(header)] = choice
            rows.append(row)
    assert len(rows) > 400
    filled = Workbook()
    sheet = filled.worksheets[0]
    for line in (headers, *rows):
        sheet.append(line)
    written = BytesIO()
    filled.save(written)
    table = read_table_entry(written.getvalue(), "t.xlsx", XLSX, tables)
    wrong = {f.value for f in table.findings if "改組" not in f.message["ja"]}
    unread = [f for f in table.findings if f.severity.value == "Violation"]
    assert [(str(f.value), f.place and f.place.header) for f in unread] == [], wrong


@pytest.mark.parametrize("edition", [EDITION, "slides2021"])
def test_every_choice_is_read_as_what_it_was_offered_for(
    tables: TableContext, edition: str
) -> None:
    resolver = Resolver(tables.known, tables.lookup, tables.names, edition)
    wrong, count = [], 0
    for column in COLUMNS:
        for choice in resolver.choices(column) if column.kind is Kind.THING else ():
            for text in resolver.written(choice, column):
                count += 1
                found = [found.thing for _, found in resolver.several(text, column)]
                if found != [choice]:
                    wrong.append((column.key, text, found))
    assert count > 400
    assert wrong == []


def test_a_title_that_means_another_body_is_not_offered(book: Workbook) -> None:
    bodies = lists(book)["Responsible organisations"]
    assert "CSTI" not in bodies
    assert "Council for Science, Technology and Innovation (CSTI)" in bodies
    assert len(bodies) == len(set(bodies))


def test_the_example_is_marked_and_not_read(tables: TableContext, book: Workbook) -> None:
    written = BytesIO()
    book.save(written)
    table = read_table_entry(written.getvalue(), "t.xlsx", XLSX, tables)
    assert (table.rows, table.findings) == (0, ())
    assert str(book.worksheets[0]["A3"].value).startswith(("記入例", "example"))


def test_the_notes_explain_every_column(book: Workbook) -> None:
    rows = [row[:2] for row in book["説明 Notes"].iter_rows(values_only=True)]
    assert set(offered()) <= set(rows)


@pytest.fixture(scope="module", params=["ja", "en"])
def csv_file(
    request: pytest.FixtureRequest, tables: TableContext, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("template") / "measures.csv"
    described = path.with_name("measures.csv-metadata.json")
    assert write_template(tables, path, EDITION, request.param) == [path, described]
    return path


def test_the_csvw_library_accepts_metadata_and_table(csv_file: Path) -> None:
    table = CSVW(str(csv_file), validate=True)
    assert table.is_valid, [str(warning) for warning in table.warnings]
    (row,) = table.tables[0].iterdicts(strict=False)
    assert row["code"].endswith("II-1-20-999")
    assert row["targets"] == ["II-1-1-t1", "II-1-1-t2"]
    assert row["value"] == 1000


def test_metadata_speak_both_languages(csv_file: Path) -> None:
    described = json.loads(Path(f"{csv_file}-metadata.json").read_text("utf-8"))
    columns = described["tableSchema"]["columns"]
    assert [(c["titles"]["ja"], c["titles"]["en"]) for c in columns] == offered()
    assert [c["name"] for c in columns if c["required"]] == [
        *("code", "title_ja", "title_en", "status", "section"),
    ]
    for column in columns:
        assert {text["@language"] for text in column["dc:description"]} == {"ja", "en"}


def test_the_csv_has_a_byte_order_mark_and_can_be_read(
    tables: TableContext, csv_file: Path
) -> None:
    body = csv_file.read_bytes()
    assert body.startswith(b"\xef\xbb\xbf")
    assert len(read_table(body, "t.csv", CSV).sheets[0].rows) == 2
    assert read_table_entry(body, "t.csv", CSV, tables).findings == ()


def test_other_files_and_editions_are_refused(tables: TableContext, tmp_path: Path) -> None:
    with pytest.raises(PathMismatched):
        write_template(tables, tmp_path / "measures.ods", EDITION, "ja")
    with pytest.raises(EditionUnknown):
        write_template(tables, tmp_path / "measures.csv", "ai2022", "ja")
    assert list(tmp_path.iterdir()) == []
