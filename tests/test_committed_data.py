"""Rules about the committed files themselves: form of titles, wording, canonical Turtle."""

import re
import unicodedata
from pathlib import Path

import pytest
from rdflib import Dataset, Literal, URIRef
from rdflib.namespace import RDF, SKOS

from kg.graph import format_files, read_dataset
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.authoring import draft, write_draft
from kg.pipeline.project import Project

VERBATIM = 60
"""Characters (white space removed) of official text that no file may repeat."""
TITLED = (
    JPSTRAT.Measure,
    JPSTRAT.SubMeasure,
    JPSTRAT.SpecificTarget,
    JPSTRAT.BigGoal,
    JPSTRAT.StrategyGoal,
    JPSTRAT.AimClause,
    JPSTRAT.ResearchItem,
    JPSTRAT.ResearchEffort,
    JPSTRAT.Programme,
    JPSTRAT.Event,
    JPSTRAT.Milestone,
)


@pytest.fixture(scope="module")
def committed(project: Project) -> Dataset:
    return read_dataset(project.ontology, project.data, None, None, NAMES)


@pytest.mark.parametrize("type_", TITLED, ids=lambda t: str(t).partition("#")[2])
def test_titles_are_short_and_unique(committed: Dataset, type_: URIRef) -> None:
    titles: dict[tuple[str, str], list[str]] = {}
    things = {s for s, _, _, _ in committed.quads((None, RDF.type, type_, None))}
    assert things
    for thing in things:
        for _, _, title, _ in committed.quads((thing, SKOS.prefLabel, None, None)):
            assert isinstance(title, Literal)
            assert len(title) <= (60 if title.language == "ja" else 100), (thing, title)
            assert not re.search(r"[Ａ-Ｚａ-ｚ０-９ｦ-ﾟ\n]|^\s|\s$|。$|(?<!etc)\.$", title), (
                thing,
                title,
            )
            titles.setdefault((str(title), str(title.language)), []).append(str(thing))
    assert {t: who for t, who in titles.items() if len(who) > 1} == {}


def test_extraction_reproduces_the_committed_files(
    sources: Path, project: Project, tmp_path: Path
) -> None:
    dataset, _ = draft(sorted(sources.glob("*.txt")), project)
    written = write_draft(dataset, tmp_path, project)
    assert written.untitled == []
    assert len(written.paths) > 35
    drafted = {p.relative_to(tmp_path): p.read_text("utf-8") for p in written.paths}
    ttl = project.data / "ttl"
    for graph in {p.parts[0] for p in drafted}:
        for path in (ttl / graph).glob("*.ttl"):
            drafted.setdefault(path.relative_to(ttl), "")
    different = [p for p, text in drafted.items() if (ttl / p).read_text("utf-8") != text]
    assert different == []


def test_turtle_files_are_canonical(project: Project) -> None:
    files = project.turtle_files()
    assert len(files) > 60
    assert format_files(files, check=True) == [], "run: senryaku fmt"


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def test_no_passage_of_the_official_text_is_repeated(sources: Path, project: Project) -> None:
    official = "".join(squeezed(p.read_text("utf-8")) for p in sorted(sources.glob("*.txt")))
    passages = {official[i : i + VERBATIM] for i in range(len(official) - VERBATIM + 1)}
    assert len(passages) > 50_000
    skipped = {".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
    files = [p for p in project.root.rglob("*") if p.is_file() and not skipped & set(p.parts)]
    assert len(files) > 150
    for path in files:
        try:
            text = squeezed(path.read_text("utf-8"))
        except UnicodeDecodeError:
            continue
        found = [
            text[i : i + VERBATIM]
            for i in range(len(text) - VERBATIM + 1)
            if text[i : i + VERBATIM] in passages
        ]
        assert found == [], f"{path} repeats the official text"
