"""One document alone changes only its own facts; folders with other files are read all the same."""

import shutil
from pathlib import Path

import pytest
from rdflib.namespace import RDF

from kg.errors import (
    DocumentMissing,
    DocumentTruncated,
    DocumentUnknown,
    InputError,
    PathMismatched,
    PathMissing,
    TurtleSyntaxError,
)
from kg.graph.drafts import read_drafted
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.authoring import draft, find_documents, prove, write_draft
from kg.pipeline.project import Project

AI, SLIDES = "ai2019-fu2020", "slides2021"
GRAPHS = (AI, SLIDES, "org", "source")


@pytest.fixture(scope="module")
def files(sources: Path, project: Project) -> dict[str, Path]:
    """The official files by slug."""
    paths = sorted(sources.glob("*.txt"))
    documents = find_documents(sources, project)
    texts = {d.text: d.slug for d in documents}
    found = {texts[p.read_bytes().decode("utf-8")]: p for p in paths}
    assert set(found) == {AI, SLIDES}
    return found


@pytest.fixture
def copy(project: Project, tmp_path: Path) -> Path:
    """A folder with the committed graphs."""
    return Path(shutil.copytree(project.data / "ttl", tmp_path / "ttl"))


def content(folder: Path) -> dict[str, bytes]:
    found = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.ttl")}
    assert len(found) > 15
    return found


def extract_into(folder: Path, project: Project, *documents: Path) -> None:
    dataset, drafts = draft(documents, project)
    assert [w for d in drafts for w in d.warnings] == []
    write_draft(dataset, folder, project)


@pytest.mark.parametrize("order", [(AI, SLIDES), (SLIDES, AI)], ids=["ai-first", "slides-first"])
def test_one_document_after_the_other_gives_what_both_give(
    files: dict[str, Path], project: Project, copy: Path, tmp_path: Path, order: tuple[str, str]
) -> None:
    committed = content(copy)
    for slug in order:
        extract_into(copy, project, files[slug])
        assert content(copy) == committed
    new = tmp_path / "new"
    for slug in order:
        extract_into(new, project, files[slug])
    official = {p: text for p, text in committed.items() if p.startswith(GRAPHS)}
    assert content(new) == official


@pytest.mark.parametrize("slug", [AI, SLIDES])
def test_one_document_alone_into_an_empty_folder(
    files: dict[str, Path], project: Project, tmp_path: Path, slug: str
) -> None:
    extract_into(tmp_path, project, files[slug])
    other = SLIDES if slug == AI else AI
    found = content(tmp_path)
    assert not [p for p in found if p.startswith(other)]
    assert set(found) <= set(content(project.data / "ttl"))
    assert not [p for p, text in found.items() if f"source/{other}#char".encode() in text]


def test_what_a_document_no_longer_says_goes_and_all_else_stays(
    files: dict[str, Path], project: Project, copy: Path
) -> None:
    committed = content(copy)
    graph = (
        "@prefix jpstrat: <https://w3id.org/jpstrat/def#> .\n@base <https://w3id.org/jpstrat/> .\n"
    )
    false = f"{graph}<id/measure/{AI}/II-1-20-001> jpstrat:deadline <id/period/fy2021> .\n"
    (copy / AI / "false.ttl").write_text(false, "utf-8")
    kept = f"{graph}<id/org/own-office> a jpstrat:Office .\n"
    (copy / "org" / "office2.ttl").write_text(kept, "utf-8")
    slides = f"{graph}<id/event/ai2019-decided> jpstrat:concerns <id/org/mic> .\n"
    (copy / SLIDES / "unproven.ttl").write_text(slides, "utf-8")
    extract_into(copy, project, files[AI])
    found = content(copy)
    assert f"{AI}/false.ttl" not in found
    assert found[f"{AI}/measure.ttl"] == committed[f"{AI}/measure.ttl"]
    assert found[f"{SLIDES}/event.ttl"] != committed[f"{SLIDES}/event.ttl"]
    office = (NAMES.id("org", "own-office"), RDF.type, JPSTRAT.Office, NAMES.graph("org"))
    assert office in read_drafted(copy, GRAPHS)
    extract_into(copy, project, files[SLIDES])
    assert content(copy)[f"{SLIDES}/event.ttl"] == committed[f"{SLIDES}/event.ttl"]
    assert office in read_drafted(copy, GRAPHS)


def test_a_broken_file_in_the_way_is_named_and_nothing_changes(
    files: dict[str, Path], project: Project, copy: Path
) -> None:
    (copy / "org" / "ministry.ttl").write_text("<id/org/mext a", "utf-8")
    before = content(copy)
    with pytest.raises(TurtleSyntaxError) as error:
        extract_into(copy, project, files[SLIDES])
    assert error.value.facts["file"] == str(copy / "org" / "ministry.ttl")
    assert content(copy) == before


class TestFindingDocuments:
    def test_other_files_are_ignored_and_named(
        self, files: dict[str, Path], project: Project, tmp_path: Path
    ) -> None:
        for path in files.values():
            shutil.copy(path, tmp_path)
        (tmp_path / "0-cut.txt").write_bytes(files[AI].read_bytes()[:90_000])
        (tmp_path / "notes.txt").write_text("hello", "utf-8")
        ignored: list[InputError] = []
        documents = find_documents(tmp_path, project, ignored.append)
        assert [d.slug for d in documents] == [AI, SLIDES]
        assert [type(e) for e in ignored] == [DocumentTruncated, DocumentUnknown]
        assert [Path(str(e.facts["file"])).name for e in ignored] == ["0-cut.txt", "notes.txt"]
        assert prove(tmp_path, project).passed

    def test_the_missing_document_is_named(
        self, files: dict[str, Path], project: Project, tmp_path: Path
    ) -> None:
        shutil.copy(files[AI], tmp_path / "ai.txt")
        (tmp_path / "notes.txt").write_text("hello", "utf-8")
        with pytest.raises(DocumentMissing) as error:
            find_documents(tmp_path, project)
        assert "lacks the text of Slides on the AI" in error.value.message("en")
        assert "「総務省説明資料" in error.value.message("ja")
        assert "ai.txt, notes.txt" in error.value.message("ja")

    def test_a_damaged_copy_is_blamed_when_nothing_else_is_there(
        self, files: dict[str, Path], project: Project, tmp_path: Path
    ) -> None:
        shutil.copy(files[AI], tmp_path / "ai.txt")
        (tmp_path / "notes.txt").write_text("hello", "utf-8")
        (tmp_path / "slides.txt").write_bytes(files[SLIDES].read_bytes()[:-20])
        with pytest.raises(DocumentTruncated) as error:
            find_documents(tmp_path, project)
        assert error.value.facts["file"] == tmp_path / "slides.txt"

    def test_no_folder(self, project: Project, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(PathMismatched, match="is a file"):
            find_documents(tmp_path / "file", project)
        with pytest.raises(PathMissing, match="does not exist"):
            find_documents(tmp_path / "none", project)
        with pytest.raises(DocumentMissing, match="Files there: none"):
            find_documents(tmp_path, project)


class TestTheFirstDifference:
    """A damaged copy is told where it begins to differ, by the digests of the committed spans."""

    def message(self, path: Path, text: str, project: Project) -> tuple[int, int, str]:
        path.write_bytes(text.encode())
        with pytest.raises(DocumentTruncated) as error:
            draft([path], project)
        line, until = error.value.facts["line"], error.value.facts["until"]
        assert isinstance(line, int)
        assert isinstance(until, int)
        assert f"between lines {line} and {until}" in error.value.message("en")
        return line, until, error.value.message("ja")

    @pytest.mark.parametrize("slug", [AI, SLIDES])
    def test_where_a_character_was_changed(
        self, files: dict[str, Path], project: Project, tmp_path: Path, slug: str
    ) -> None:
        text = files[slug].read_bytes().decode()
        every = [n for n, c in enumerate(text) if c in "総令量"]
        offsets = every[4 :: len(every) // 7]
        assert len(offsets) > 5
        located = 0
        for offset in offsets:
            altered = text[:offset] + "誤" + text[offset + 1 :]
            line, until, _ = self.message(tmp_path / "copy.txt", altered, project)
            assert line <= text.count("\n", 0, offset) + 1 <= until
            located += until - line < 60
        assert located > len(offsets) / 2

    def test_where_a_measure_was_changed(
        self, files: dict[str, Path], project: Project, tmp_path: Path
    ) -> None:
        text = files[AI].read_bytes().decode()
        offset = text.index("【NISC・")
        altered = text[:offset] + "【IISC・" + text[offset + 6 :]
        line, until, _ = self.message(tmp_path / "copy.txt", altered, project)
        there = text.count("\n", 0, offset) + 1
        assert there - 8 <= line <= there <= until <= there + 8

    def test_where_a_copy_ends(
        self, files: dict[str, Path], project: Project, tmp_path: Path
    ) -> None:
        text = files[SLIDES].read_bytes().decode()[:5_000]
        line, until, ja = self.message(tmp_path / "copy.txt", text, project)
        assert line <= until == text.count("\n") + 1
        assert until - line < 30
        assert "番号" not in ja, "the slides have no codes of measures"
        assert "金額" in ja

    def test_converted_line_ends(
        self, files: dict[str, Path], project: Project, tmp_path: Path
    ) -> None:
        path = tmp_path / "copy.txt"
        text = files[SLIDES].read_bytes().decode()
        for converted in (text.replace("\n", "\r\n"), "\ufeff" + text):
            path.write_bytes(converted.encode())
            with pytest.raises(DocumentUnknown, match="were converted"):
                draft([path], project)
