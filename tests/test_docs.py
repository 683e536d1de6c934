"""The reference pages against what they describe, and both languages of everything to read."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import URIRef
from rdflib.namespace import RDFS, SKOS
from typer.models import ArgumentInfo, OptionInfo

from api.routes import routers
from api.settings import Settings
from api.statuses import PROBLEMS
from api.wording import split
from cli.console import LANGUAGE
from cli.main import app
from cli.main import main as before_commands
from cli.reference import pages
from cli.wording import expected
from kg.errors import KgError
from kg.graph import read_dataset, source_files
from kg.namespaces import NAMES, SCHEME_PREFIXES
from kg.pipeline.project import Project
from written import CATALOGUE, COMMANDS, REFERENCE, ROOT, blocks


def read(page: str) -> str:
    return (REFERENCE / page).read_text(encoding="utf-8")


def subclasses(error: type[KgError]) -> Iterator[type[KgError]]:
    yield error
    for narrower in error.__subclasses__():
        yield from subclasses(narrower)


# --- reference -----------------------------------------------------------------------------------


def test_the_reference_is_up_to_date() -> None:
    old = [name for name, text in pages().items() if read(name) != text]
    assert old == [], "run: senryaku reference"
    assert {path.name for path in REFERENCE.iterdir()} == set(pages())


def test_the_reference_is_the_same_in_another_process(tmp_path: Path) -> None:
    code = "from cli.main import run; run()"
    # another order of sets and another time zone must change nothing
    environment = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", LANGUAGE: "ja"}
    command = [sys.executable, "-c", code, "reference", "--output", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, env=environment, cwd=tmp_path)
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == pages()


def test_no_page_names_this_machine() -> None:
    for name, text in pages().items():
        for place in (str(ROOT), str(Path.home())):
            assert place not in text, name


def test_every_command_and_option_is_in_the_reference() -> None:
    page = read("commands.md")
    assert len(COMMANDS) >= 11
    for name in COMMANDS:
        assert f"## `senryaku {name}`" in page
    assert {"`--lang`", "`--sources`", "`--json`", "`--param`, `-p`", f"`{LANGUAGE}`"} <= set(
        re.findall(r"`--param`, `-p`|`[\w-]+`", page)
    )


def test_every_setting_is_in_the_reference() -> None:
    page = read("settings.md")
    assert len(Settings.model_fields) >= 12
    for name, field in Settings.model_fields.items():
        (row,) = [line for line in page.splitlines() if f"`SENRYAKU_{name.upper()}`" in line]
        assert expected(field).ja in row
        if field.default_factory is None and field.default not in (None, ""):
            assert f"`{field.default}`" in row
    assert len([line for line in page.splitlines() if line.startswith(f"| `{LANGUAGE}`")]) == 1


def test_no_variable_of_the_environment_is_a_secret() -> None:
    sources = [path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py")]
    used = set(re.findall(r"SENRYAKU_[A-Z_]*[A-Z]", "".join(sources)))
    assert LANGUAGE in used
    known = read("settings.md") + read("commands.md")
    assert [name for name in used if f"`{name}`" not in known and f"{name}." not in known] == []


def test_every_route_is_in_the_reference() -> None:
    page = read("routes.md")
    paths = [str(getattr(route, "path", "")) for router in routers for route in router.routes]
    assert len(paths) >= 14
    assert [path for path in paths if f"`{path}`" not in page] == []


def test_every_query_and_parameter_is_in_the_reference() -> None:
    sections = read("queries.md").split("\n## ")[1:]
    assert [section.partition("\n")[0] for section in sections] == [q.name for q in CATALOGUE]
    for query, section in zip(CATALOGUE, sections, strict=True):
        for lang in ("ja", "en"):
            assert query.title[lang] in section
            assert " ".join(query.question[lang].split()) in section
        assert [p.name for p in query.params if f"`{p.name}`" not in section] == []


def test_every_error_is_in_the_reference() -> None:
    page = read("errors.md")
    known = [e for e in subclasses(KgError) if e.__module__.startswith(("kg.", "api."))]
    assert len(known) >= 35
    for error in known:
        (row,) = [line for line in page.splitlines() if f"`{error.__name__}`" in line]
        assert f"| {PROBLEMS[error].status.value} |" in row
        if error.ja != KgError.ja:
            assert " ".join(error.ja.split()) in row


def test_every_term_scheme_and_concept_is_in_the_reference(project: Project) -> None:
    page = read("terms.md")
    dataset = read_dataset(project.ontology, project.data, None, None, NAMES)
    own = set(dataset.graph(NAMES.graph("def")).subjects(RDFS.isDefinedBy))
    assert len(own) >= 130
    for term in own:
        assert f"### jpstrat:{str(term).rpartition('#')[2]}\n" in page
    vocab = dataset.graph(NAMES.graph("vocab"))
    concepts = {s for s in vocab.subjects(SKOS.inScheme) if isinstance(s, URIRef)}
    assert len(concepts) >= 170
    for prefix, scheme in SCHEME_PREFIXES.items():
        assert f"### {scheme}\n" in page
        for concept in concepts:
            if str(concept).rpartition("/")[0] == str(NAMES.scheme(scheme)):
                assert f"`{prefix}:{str(concept).rpartition('/')[2]}`" in page


def test_every_graph_and_prefix_is_in_the_reference(project: Project) -> None:
    page = read("graphs.md")
    files = source_files(project.ontology, project.data, project.shapes, None)
    names = {file.graph for file in files} | {"inferred", "source-text"}
    assert len(names) >= 10
    assert [name for name in names if f"`<{NAMES.graph(name)}>`" not in page] == []
    assert [p for p, s in NAMES.prefixes.items() if f"PREFIX {p}: <{s}>" not in page] == []


# --- both languages ------------------------------------------------------------------------------


def help_texts() -> Iterator[str | None]:
    yield app.info.help
    for function in [before_commands, *(c.callback for c in app.registered_commands)]:
        if function is not before_commands:
            yield function.__doc__ if function else None
        for annotation in (function.__annotations__ if function else {}).values():
            for note in getattr(annotation, "__metadata__", ()):
                if isinstance(note, OptionInfo | ArgumentInfo):
                    yield note.help


def test_help_is_in_both_languages() -> None:
    texts = list(help_texts())
    assert len(texts) >= 30
    for text in texts:
        parts = split(text)
        assert not re.search(r"[ぁ-んァ-ヶ一-龠]", parts.en)
        assert re.search(r"[ぁ-んァ-ヶ一-龠]", parts.ja)


@pytest.mark.parametrize("text", [None, "", "English only.", "日本語だけ。", "English 日本語。"])
def test_a_text_in_one_language_is_noticed(text: str | None) -> None:
    with pytest.raises(ValueError, match="English"):
        split(text)


def headings(path: Path) -> list[str]:
    return re.findall(r"^(#+) ", path.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        ("README.md", "README.ja.md"),
        ("docs/how-to/quickstart.md", "docs/how-to/quickstart.ja.md"),
        ("docs/how-to/import-a-table.md", "docs/how-to/import-a-table.ja.md"),
    ],
)
def test_the_japanese_page_has_what_the_english_one_has(english: str, japanese: str) -> None:
    en, ja = ROOT / english, ROOT / japanese
    assert headings(ja) == headings(en)
    assert len(blocks(ja, "sh")) == len(blocks(en, "sh")) > 0
    assert Path(japanese).name in en.read_text("utf-8")
    assert Path(english).name in ja.read_text("utf-8")
