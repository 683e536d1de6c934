"""Which files are the project's, and what makes a built graph another one."""

import os
from importlib.metadata import version
from pathlib import Path

import pytest

from kg.errors import FileMisplaced
from kg.namespaces import BASE, Names
from kg.pipeline import project as module
from kg.pipeline.building import read_asserted
from kg.pipeline.project import (
    Project,
    find_snapshot,
    project_key,
    project_of,
    remove_old_snapshots,
    software_version,
    writable_project,
)

NOTES = ["data/README.md", "shapes/.hidden", "queries/x.rq~", "ontology/#x#", "data/.cache/x.ttl"]
STRAYS = {
    "shapes/deeper/x.ttl": "shapes/*.ttl",
    "shapes/x.rq": "shapes/*.ttl",
    "queries/deeper/x.rq": "queries/*.rq",
    "queries/x.sparql": "queries/*.rq",
    "ontology/x.rq": "ontology/rules/*.rq",
    "ontology/rules/x.ttl": "ontology/vocab/*.ttl",
    "ontology/vocab/x.TTL": "ontology/vocab/*.ttl",
    "data/x.tsv": "data/curation/*.tsv",
    "data/mappings/x.tsv": "data/mappings/*.sssom.tsv",
    "data/mappings/deeper/x.sssom.tsv": "data/mappings/*.sssom.tsv",
    "data/ttl/x.ttl": "data/ttl/*/*.ttl",
    "data/ttl/org/x.nt": "data/ttl/*/*.ttl",
    "data/ttl/org/deeper/x.ttl": "data/ttl/*/*.ttl",
    "data/curation/deeper/x.tsv": "data/curation/*.tsv",
}


def write(project: Project, name: str, text: str = "") -> Path:
    path = project.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_every_file_of_the_project_is_read(project: Project) -> None:
    found = project.files()
    assert len(found) >= 230
    assert {path.suffix for path in found} == {".ttl", ".rq", ".tsv"}
    assert {path for path in found if path.suffix == ".ttl"} == set(project.turtle_files())


def test_every_curation_table_has_a_reader(project: Project) -> None:
    code = "".join(p.read_text("utf-8") for p in (module._CODE / "extract").rglob("*.py"))
    for name in ("authoring.py", "former.py"):
        code += (module._CODE / "pipeline" / name).read_text("utf-8")
    tables = [path.stem for path in project.curation.glob("*.tsv")]
    assert len(tables) >= 25
    assert [name for name in tables if f'"{name}"' not in code] == []


def test_notes_and_what_editors_leave_are_no_strays(project_copy: Project) -> None:
    before, key = project_copy.files(), project_key(project_copy)
    for name in NOTES:
        write(project_copy, name)
    assert project_copy.files() == before
    assert project_key(project_copy) == key


def test_a_file_that_nothing_reads_is_refused(project_copy: Project) -> None:
    for name, expected in STRAYS.items():
        stray = write(project_copy, name)
        for step in (project_copy.files, lambda: project_key(project_copy)):
            with pytest.raises(FileMisplaced) as caught:
                step()
            assert caught.value.facts["file"] == stray
            assert expected in str(caught.value.facts["expected"]).split(", ")
        stray.unlink()
    write(project_copy, "shapes/deeper/x.ttl")
    with pytest.raises(FileMisplaced, match="lies where nothing reads it"):
        read_asserted(project_copy)


@pytest.mark.parametrize(
    "name",
    [
        "ontology/jpstrat.ttl",
        "ontology/rules/x.rq",
        "ontology/vocab/unit.ttl",
        "shapes/measure.ttl",
        "data/ttl/org/x.ttl",
        "data/mappings/x.sssom.tsv",
    ],
)
def test_the_graph_depends_on_its_files(project_copy: Project, name: str) -> None:
    before = project_key(project_copy)
    write(project_copy, name, "# changed")
    assert project_key(project_copy) != before


@pytest.mark.parametrize("name", ["data/curation/x.tsv", "queries/x.rq", "data/notes.md"])
def test_the_graph_does_not_depend_on_other_files(project_copy: Project, name: str) -> None:
    before = project_key(project_copy)
    write(project_copy, name, "changed")
    assert project_key(project_copy) == before


def test_the_graph_depends_on_base_and_wording(project: Project, tmp_path: Path) -> None:
    key = project_key(project)
    assert project_key(project, Names(BASE)) == key
    assert project_key(project, Names("https://example.org/")) != key
    wording = tmp_path / "source-text.nt"
    assert project_key(project, wording=wording) == key
    wording.write_text("")
    assert project_key(project, wording=wording) != key


def test_the_graph_depends_on_the_code_of_its_stages(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in module._CODE.rglob("*.py"):
        copy = tmp_path / path.relative_to(module._CODE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    before = project_key(project)
    monkeypatch.setattr(module, "_CODE", tmp_path)
    assert project_key(project) == before
    for name in ("reason/closure.py", "graph/turtle.py", "validate/new.py", "namespaces.py"):
        with (tmp_path / name).open("a") as file:
            file.write("# changed\n")
        after = project_key(project)
        assert after != before
        before = after
    # what reads documents or asks questions makes no other graph
    for name in ("extract/documents.py", "audit/kinds.py", "queries/header.py"):
        with (tmp_path / name).open("a") as file:
            file.write("# changed\n")
    assert project_key(project) == before


def test_snapshots_of_other_bases_stay(project: Project, tmp_path: Path) -> None:
    bases = [Names(f"https://example.org/{number}/") for number in range(6)]
    paths = [find_snapshot(project, tmp_path, names, None) for names in bases]
    assert len(set(paths)) == 6
    for age, path in enumerate(paths):
        path.write_bytes(b"")
        os.utime(path, (age, age))
    # found again: as good as new
    assert find_snapshot(project, tmp_path, bases[0], None) == paths[0]
    (tmp_path / "source-text.nt").write_text("")
    remove_old_snapshots(tmp_path)
    left = [path for path in paths if path.exists()]
    assert len(left) == 4
    assert {paths[0], paths[5]} <= set(left)
    assert (tmp_path / "source-text.nt").exists()


def test_the_version_is_that_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    assert software_version() == version("senryaku")
    monkeypatch.setattr(module, "_DISTRIBUTION", "not-installed")
    assert software_version.__wrapped__() == "0"


def test_people_work_in_the_checkout_around_them(
    project_copy: Project, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project_copy.data / "ttl")
    assert writable_project().root == project_copy.root
    assert project_of([tmp_path, project_copy.shapes]).root == project_copy.root
    monkeypatch.chdir(tmp_path)
    assert project_of([Path.cwd()]).root == project.root
