"""What is given in place of the text of an official document."""

from pathlib import Path

import pytest

from kg.errors import DocumentUnknown, PathMismatched
from kg.extract import read_document
from kg.pipeline.project import Project


def test_what_is_no_file_is_read_all_the_same(project: Project) -> None:
    with pytest.raises(DocumentUnknown, match="the file is empty"):
        read_document(Path("/dev/null"), project.curation)


@pytest.mark.parametrize(("count", "more"), [(3, ""), (4, ", …")])
def test_of_a_folder_a_few_files_are_proposed(
    project: Project, tmp_path: Path, count: int, more: str
) -> None:
    texts = [tmp_path / f"{name}.txt" for name in "abcd"[:count]]
    for text in texts:
        text.touch()
    with pytest.raises(PathMismatched) as error:
        read_document(tmp_path, project.curation)
    assert error.value.facts["nearest"] == ", ".join(map(str, texts[:3])) + more
