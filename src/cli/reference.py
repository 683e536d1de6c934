"""The command that writes the reference pages, each from what it describes."""

from pathlib import Path
from typing import Annotated

import typer

from cli.console import BROKEN, say

Output = Annotated[Path, typer.Option("--output", "-o", help="Folder for the pages. 出力先。")]
Check = Annotated[
    bool, typer.Option("--check", help="Write nothing; fail if a page is old. 書かずに確かめる。")
]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(reference)


def reference(output: Output = Path("docs/reference"), check: Check = False) -> None:
    """Write the reference pages. リファレンスのページを書きます。"""
    written = pages()
    old = {name: text for name, text in written.items() if _read(output / name) != text}
    extra = sorted(path.name for path in output.glob("*.md") if path.name not in written)
    for name, text in old.items():
        typer.echo(output / name)
        if not check:
            output.mkdir(parents=True, exist_ok=True)
            (output / name).write_text(text, encoding="utf-8")
    for name in extra:
        say(f"生成元のないページ: {output / name}", f"No source for this page: {output / name}")
    if extra or (old and check):
        say("senryaku reference を実行してください。", "Run senryaku reference.")
        raise typer.Exit(BROKEN)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def pages() -> dict[str, str]:
    """Every page by its file name."""
    from cli import graph_pages, program_pages, rule_pages
    from kg.graph import read_dataset, source_files
    from kg.namespaces import NAMES
    from kg.pipeline.project import find_project
    from kg.pipeline.rules import read_shape_rules
    from kg.queries import read_catalogue
    from kg.validate import read_checks

    project = find_project()
    folders = project.graph_folders
    dataset, catalogue = read_dataset(*folders, NAMES), read_catalogue(project.queries, NAMES)
    names = dict.fromkeys(file.graph for file in source_files(*folders))
    rules = read_shape_rules(dataset, read_checks(project.shapes / "checks", NAMES), NAMES)
    return {
        "commands.md": program_pages.commands(),
        "settings.md": program_pages.settings(),
        "routes.md": program_pages.routes(),
        "errors.md": program_pages.errors(),
        "queries.md": graph_pages.queries(catalogue),
        "terms.md": graph_pages.terms(dataset, catalogue),
        "rules.md": rule_pages.rules(rules),
        "graphs.md": graph_pages.graphs(dataset, names),
    }
