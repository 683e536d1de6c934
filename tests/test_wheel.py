"""The wheel, installed in an environment of its own, serves the same graph as the checkout."""

import json
import os
import subprocess
import sys
import sysconfig
import urllib.request
import venv
from pathlib import Path

import pytest

from kg.pipeline.building import Built
from kg.pipeline.project import Project
from kg.store.snapshot import write_snapshot

WHERE = "import kg, api, cli; print(*(p.__file__ for p in (kg, api, cli)), sep='\\n')"
PACKED = ("ontology", "shapes", "queries", "data")


@pytest.fixture(scope="module")
def installed(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment far from the checkout with the wheel in it.

    The libraries are those of this environment: their folder is on the path as it is, so that the
    link to the checkout, which is a `.pth` file in it, is not followed.
    """
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder]
    subprocess.run([*command, project.root], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", symlinks=True)
    site = site_packages(folder / "venv")
    pip = [sys.executable, "-m", "pip", "--python", folder / "venv" / "bin" / "python"]
    # nor with settings, a cache and compilers of whoever runs the tests
    alone = {"PATH": "", "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
    subprocess.run(
        [*pip, "install", "--quiet", "--no-deps", "--no-index", wheel],
        check=True,
        capture_output=True,
        env=os.environ | alone,
    )
    libraries = sysconfig.get_path("purelib")
    (site / "libraries.pth").write_text(f"{libraries}\n", encoding="utf-8")
    return folder / "venv"


def site_packages(environment: Path) -> Path:
    (found,) = environment.glob("lib/python*/site-packages")
    return found


def environment(installed: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    state = str(installed.parent / "state")
    return kept | {"SENRYAKU_STATE_DIR": state, "SENRYAKU_LANG": "en"}


def run(installed: Path, name: str, *arguments: str) -> str:
    done = subprocess.run(
        [installed / "bin" / name, *arguments],
        cwd=installed.parent,
        env=environment(installed),
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_the_packages_are_those_of_the_wheel(installed: Path) -> None:
    site = site_packages(installed)
    found = run(installed, "python", "-c", WHERE).split()
    assert found == [str(site / name / "__init__.py") for name in ("kg", "api", "cli")]
    # nothing of them comes from elsewhere, were it missing in the wheel
    missing = (
        "import importlib.util as u; print(u.find_spec('kg.nothing'), *__import__('kg').__path__)"
    )
    assert run(installed, "python", "-c", missing).split() == ["None", str(site / "kg")]
    paths = run(installed, "python", "-c", "import sys; print(*sys.path, sep='\\n')").split("\n")
    assert str(site) in paths
    assert not [path for path in paths if path.endswith("/src")]


def test_the_project_rides_inside(installed: Path, project: Project) -> None:
    site = site_packages(installed)
    packed = site / "kg" / "project"
    for folder in PACKED:
        ours = {
            p.relative_to(project.root) for p in (project.root / folder).rglob("*") if p.is_file()
        }
        theirs = {p.relative_to(packed) for p in (packed / folder).rglob("*") if p.is_file()}
        assert ours
        assert theirs == ours
    for package in ("kg", "api", "cli"):
        sources = project.root / "src" / package
        names = {p.relative_to(sources) for p in sources.rglob("*.*") if wanted(p)}
        assert len(names) >= 10
        assert names <= {p.relative_to(site / package) for p in (site / package).rglob("*.*")}


def wanted(path: Path) -> bool:
    return "__pycache__" not in path.parts


def test_the_installed_command_answers_from_its_own_files(installed: Path) -> None:
    code = "from kg.pipeline.project import find_project; print(find_project().root)"
    root = run(installed, "python", "-c", code).strip()
    assert root == str(site_packages(installed) / "kg" / "project")
    answer = run(installed, "senryaku", "query", "unused-abbreviations", "--format", "csv")
    assert [line.split(",")[1] for line in answer.split()[1:] if "id/org" in line] == ["防", "法"]


def test_the_installed_files_are_not_written(installed: Path) -> None:
    table = installed.parent / "new.csv"
    run(installed, "senryaku", "template", str(table))
    before = {p: p.read_bytes() for p in site_packages(installed).rglob("*.ttl")}
    assert len(before) > 60
    done = subprocess.run(
        [installed / "bin" / "senryaku", "import", str(table), "--write"],
        cwd=installed.parent,
        env=environment(installed),
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "Expected: the folder of a project with data/ttl" in done.stderr
    assert {p: p.read_bytes() for p in site_packages(installed).rglob("*.ttl")} == before


def test_the_installed_service_has_the_graph_of_the_checkout(
    installed: Path, whole_graph: Built, tmp_path: Path
) -> None:
    ours = write_snapshot(whole_graph.store.engine, tmp_path / "ours", "key")
    with subprocess.Popen(
        [installed / "bin" / "senryaku", "serve", "--port", "0"],
        cwd=installed.parent,
        env=environment(installed),
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stderr is not None
        try:
            lines = iter(server.stderr.readline, "")
            url = next(line for line in lines if line.startswith("Open ")).split()[1]
            with urllib.request.urlopen(url + "version", timeout=30) as answer:
                theirs = json.load(answer)
            with urllib.request.urlopen(url + "queries/big-goals", timeout=30) as answer:
                assert json.load(answer)["results"]["bindings"]
        finally:
            server.terminate()
        assert server.stderr.read() == ""
    assert (theirs["data"], theirs["statements"]) == (f"sha256:{ours.sha256}", ours.statements)
