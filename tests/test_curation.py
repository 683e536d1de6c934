"""A row of a curation table that is not as it must be is named in words."""

from pathlib import Path

import pytest

from kg.errors import CurationError
from kg.extract.curation import read_lookups

HEAD = ["key", "ja", "en", "reason"]


@pytest.mark.parametrize(("found", "field"), [(1, "ja"), (3, "reason"), (5, "reason")])
def test_another_number_of_fields(tmp_path: Path, found: int, field: str) -> None:
    rows = [HEAD, ["a", "b", "c", "d", "e"][:found]]
    (tmp_path / "terms.tsv").write_text("".join("\t".join(row) + "\n" for row in rows), "utf-8")
    with pytest.raises(CurationError) as error:
        read_lookups(tmp_path, "terms")
    assert error.value.message("en") == (
        f"terms.tsv row 2, field {field}: '{found} fields in all' cannot be used."
        " Expected: 4 fields between tabs: key, ja, en, reason."
    )
    assert f"{field}欄の値「全部で{found}欄」は使えません。" in error.value.message("ja")


def test_a_column_of_another_name(tmp_path: Path) -> None:
    (tmp_path / "terms.tsv").write_text("key\tjp\treason\na\tb\tc\n", "utf-8")
    (row,) = read_lookups(tmp_path, "terms")
    assert row["key"] == "a"
    for name, value in (("reasons", "reason"), ("nothing-like-it", "key, jp, reason")):
        with pytest.raises(CurationError) as error:
            row[name]
        facts = error.value.facts
        assert (facts["row"], facts["field"], facts["value"]) == (1, name, value)


def test_a_table_of_no_line_has_no_rows(tmp_path: Path) -> None:
    (tmp_path / "terms.tsv").write_text("", "utf-8")
    assert read_lookups(tmp_path, "terms") == []
