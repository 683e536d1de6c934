"""The shape of the code: who imports whom, how long things are, which names there must not be."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "src").rglob("*.py"))
LINES, FUNCTION_LINES, MEDIAN = 350, 60, 10
MEANINGLESS = {"utils", "util", "helpers", "helper", "common", "core", "services", "manager"}
SKIPPED = {".hypothesis", ".git", ".venv", "node_modules", "dist", "build", ".import_linter_cache"}
MACHINE = re.compile(r"(?<![\w.])(/(?:home|root|Users|work|mnt|private)/[\w.-]|[A-Z]:\\\\?Users\\)")
"""Paths of somebody's machine."""


def tracked() -> list[Path]:
    """Files of the project but this one, whose examples are paths; not what tools leave behind."""
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and path != Path(__file__)
        and not SKIPPED & set(path.relative_to(ROOT).parts)
        and not any(part.endswith("cache") or part == "__pycache__" for part in path.parts)
    ]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Names of the functions of a module with their number of lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield f"{path.name}:{node.name}", node.end_lineno - node.lineno + 1


def test_import_contracts_hold() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    kept = re.search(r"Contracts: (\d+) kept, 0 broken", done.stdout)
    assert kept is not None
    assert int(kept[1]) >= 6


def test_modules_are_found() -> None:
    assert len(MODULES) >= 80
    assert {path.relative_to(ROOT / "src").parts[0] for path in MODULES} == {"kg", "api", "cli"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short_and_has_a_name_that_says_something(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES
    assert path.stem not in MEANINGLESS
    assert path.parent.name not in MEANINGLESS
    assert [f for f in functions(path) if f[1] > FUNCTION_LINES] == []


def test_most_functions_are_a_few_lines() -> None:
    lengths = [lines for path in MODULES for _, lines in functions(path)]
    assert len(lengths) > 500
    assert median(lengths) <= MEDIAN


def test_a_command_parses_calls_and_prints() -> None:
    """Statements of a command besides its imports and docstring; talk is part of it."""
    long = {}
    for path in (ROOT / "src" / "cli").glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                body = [s for s in node.body if not isinstance(s, ast.Import | ast.ImportFrom)]
                long[f"{path.name}:{node.name}"] = len(body)
    assert len(long) > 30
    assert {name: size for name, size in long.items() if size > 12} == {}


def test_nothing_points_outside_of_the_repository() -> None:
    outside = "../" + "shared"
    files = tracked()
    assert len(files) > 250
    naming, machine = [], []
    for path in files:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        naming += [str(path.relative_to(ROOT))] * (outside in text)
        machine += [f"{path.relative_to(ROOT)}: {m[0]}" for m in MACHINE.finditer(text)]
    assert set(naming) <= {".ci/run"}
    assert machine == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see /home/someone/x", True),
        ("open(r'C:\\Users\\someone')", True),
        ("/mnt/someone/x", True),
        ("https://example.org/home/page", False),
        ("GET /id/org/mext", False),
        ("file:///etc/passwd", False),
    ],
)
def test_paths_of_a_machine_are_recognised(text: str, *, found: bool) -> None:
    assert (MACHINE.search(text) is not None) is found
