"""The wheel carries data, shapes, queries and pages, and works outside the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from kg.pipeline.project import Project

RUN = "from cli.main import run; run()"


@pytest.fixture(scope="module")
def installed(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel unpacked far from the checkout; the libraries are those of this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder]
    subprocess.run([*command, project.root], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    target = folder / "site"
    zipfile.ZipFile(wheel).extractall(target)
    return target


def run(installed: Path, *arguments: str) -> str:
    environment = os.environ | {
        "PYTHONPATH": str(installed),
        "SENRYAKU_STATE_DIR": str(installed.parent / "state"),
        "SENRYAKU_LANG": "en",
    }
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=installed.parent,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_the_project_rides_inside(installed: Path, project: Project) -> None:
    packed = installed / "kg" / "project"
    for folder in ("ontology", "shapes", "queries", "data"):
        ours = {
            p.relative_to(project.root) for p in (project.root / folder).rglob("*") if p.is_file()
        }
        theirs = {p.relative_to(packed) for p in (packed / folder).rglob("*") if p.is_file()}
        assert theirs == ours
    assert (installed / "api" / "static" / "site.css").is_file()


def test_the_installed_command_answers_from_its_own_files(installed: Path) -> None:
    code = "from kg.pipeline.project import find_project; print(find_project().root)"
    root = subprocess.run(
        [sys.executable, "-c", code],
        cwd=installed.parent,
        env=os.environ | {"PYTHONPATH": str(installed)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    assert root == str(installed / "kg" / "project")
    answer = run(installed, "query", "unused-abbreviations", "--format", "csv")
    assert [line.split(",")[1] for line in answer.split()[1:] if "id/org" in line] == ["防", "法"]
