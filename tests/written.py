"""The written pages of the project, for the tests of the documentation."""

import re
import textwrap
from pathlib import Path

from cli.main import app
from cli.program_pages import read_commands
from kg.namespaces import NAMES
from kg.queries import read_catalogue

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
WRITTEN = [path for path in PAGES if REFERENCE not in path.parents]
"""Pages that people write."""
COMMANDS = {command.name: command for command in read_commands(app)}
CATALOGUE = read_catalogue(ROOT / "queries", NAMES)

_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def blocks(path: Path, language: str) -> list[str]:
    """Code blocks of a page in a language, without their indentation."""
    found = _BLOCK.findall(path.read_text(encoding="utf-8"))
    return [textwrap.dedent(text) for _, name, text in found if name == language]


def without_blocks(path: Path) -> str:
    """Text of a page without its code blocks."""
    return _BLOCK.sub("", path.read_text(encoding="utf-8"))
