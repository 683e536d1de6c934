"""Links, commands, examples, recipes and figures of the documentation, followed one by one."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml

from api.routes import routers
from kg.namespaces import NAMES
from kg.pipeline.building import Built, build, load_asserted
from kg.pipeline.project import Project
from kg.queries import read_catalogue
from kg.store.embedded import EmbeddedStore
from written import CATALOGUE, COMMANDS, PAGES, ROOT, WRITTEN, blocks, without_blocks

# --- links, commands, examples -------------------------------------------------------------------


def anchors(path: Path) -> set[str]:
    """Anchors of the headings, as code hosts make them, and those that a page has itself."""
    text = path.read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    made = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    return made | set(re.findall(r'<a id="([^"]+)"></a>', text))


LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = without_blocks(path)
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = unquote(link).partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_links_are_found() -> None:
    assert len(PAGES) >= 25
    assert sum(len(LINK.findall(path.read_text("utf-8"))) for path in PAGES) > 100


OURS = re.compile(r"(?:^|\| )(?:SENRYAKU_\w+=\S+ )*(senryaku .+?)\s*(?: #|$)", re.MULTILINE)


def command_lines() -> list[tuple[str, str]]:
    """Every line of a shell example that runs our command, with its page."""
    return [
        (path.name, line)
        for path in WRITTEN
        for block in blocks(path, "sh")
        for line in OURS.findall(block)
    ]


def test_command_lines_are_found() -> None:
    assert len(command_lines()) >= 35


@pytest.mark.parametrize(("page", "line"), command_lines())
def test_the_commands_of_the_pages_exist(page: str, line: str) -> None:
    words = shlex.split(line)[1:]
    words = words[2:] if words[:1] == ["--lang"] else words
    if words == ["--version"]:
        return
    name = next(n for n in (" ".join(words[:2]), words[0]) if n in COMMANDS)
    options = {o for row in COMMANDS[name].params for o in re.findall(r"`(-[\w-]+)`", row[0])}
    used = {word for word in words if re.fullmatch(r"--?[a-z][\w-]*", word)}
    assert used <= options | {"--help"}, page
    if name == "query" and len(words) > 1 and re.fullmatch(r"[a-z-]+", words[1]):
        given = re.findall(r"-p (\w+)=(\S+)", line)
        assert CATALOGUE.get(words[1]).bind(dict(given)).keys() == dict(given).keys()


def test_the_make_targets_of_the_pages_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = "\n".join(block for path in WRITTEN for block in blocks(path, "sh"))
    targets = set(re.findall(r"^make (\w+)", text, re.MULTILINE))
    assert {"serve", "test"} <= targets
    assert [target for target in targets if f"\n{target}:" not in makefile] == []


def examples() -> list[tuple[str, str]]:
    guides = [path for path in WRITTEN if path.parent.name in {"how-to", "explain"}]
    return [(path.name, block) for path in guides for block in blocks(path, "sparql")]


def test_sparql_examples_are_found() -> None:
    assert len(examples()) >= 9


@pytest.mark.parametrize(("page", "query"), examples())
def test_the_sparql_examples_answer(page: str, query: str, whole_graph: Built) -> None:
    assert whole_graph.store.select(query) != [], page


def test_the_query_of_the_readme_answers(whole_graph: Built) -> None:
    for name in ("README.md", "README.ja.md"):
        (block,) = [b for b in blocks(ROOT / name, "sh") if "data-urlencode" in b]
        query = block.partition("query=\n")[2].rpartition("'")[0]
        assert len(whole_graph.store.select(query)) > 5


def test_addresses_in_the_pages_exist() -> None:
    paths = [
        re.sub(r"\\{[^}]*\\}", "[^?]+", re.escape(str(getattr(route, "path", ""))))
        for router in routers
        for route in router.routes
    ]
    text = "\n".join(path.read_text("utf-8") for path in WRITTEN)
    found = set(re.findall(r"http://127\.0\.0\.1:8000(/[^\s'\"?>)]+)", text))
    assert len(found) >= 5
    assert [f for f in found if not any(re.fullmatch(path, f) for path in paths)] == []


def test_every_curation_table_and_column_is_explained() -> None:
    text = (ROOT / "docs/how-to/add-a-document.md").read_text(encoding="utf-8")
    tables = sorted((ROOT / "data" / "curation").glob("*.tsv"))
    assert len(tables) >= 25
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert sorted(row.split("`")[1] for row in rows) == [path.stem for path in tables]
    for path in tables:
        (row,) = [row for row in rows if row.startswith(f"| `{path.stem}` |")]
        columns = path.read_text("utf-8").partition("\n")[0].split("\t")
        assert [c for c in columns if f"`{c}`" not in row and c != "reason"] == [], path.name


# --- the recipes of CONTRIBUTING.md --------------------------------------------------------------


@pytest.fixture(scope="module")
def followed(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The graph after somebody followed the recipes for a measure, a term, a rule and a query."""
    root = tmp_path_factory.mktemp("recipes")
    for folder in (project.ontology, project.shapes, project.data, project.queries):
        shutil.copytree(folder, root / folder.name)
    page = ROOT / "CONTRIBUTING.md"
    measure, term, shape = blocks(page, "turtle")
    rule, query = blocks(page, "sparql")
    for path, text in {
        "data/ttl/demo2022/measure.ttl": measure,
        "shapes/event-year.ttl": shape,
        "ontology/rules/earliest-date.rq": rule,
        "queries/last-dates.rq": query,
    }.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    with (root / "ontology" / "jpstrat.ttl").open("a", encoding="utf-8") as ontology:
        ontology.write(f"\n{term}\n{term_of_the_rule(term)}")
    load_asserted(Project(root)).check().raise_for_violations()
    built = build(Project(root))
    built.check().raise_for_violations()
    return built


def term_of_the_rule(term: str) -> str:
    """The term of the recipe once more, as the property that the rule's recipe needs."""
    text = re.sub(r" ;\s+owl:inverseOf \S+ \.", " .", term)
    return text.replace("subjectOf", "earliestDate").replace("ObjectProp", "DatatypeProp")


def rows(store: EmbeddedStore, where: str) -> int:
    return len(store.select(f"PREFIX jpstrat: <{NAMES.def_}> SELECT * {{ {where} }}"))


def test_the_recipes_work(followed: Built, whole_graph: Built) -> None:
    measures = "?x a jpstrat:Measure"
    assert rows(followed.store, measures) == rows(whole_graph.store, measures) + 1
    (code,) = followed.store.select(
        f"SELECT ?code {{ <{NAMES.id('measure', 'demo2022', 'II-1-20-001')}> ?p ?code ."
        f" FILTER(?p = <{NAMES.def_.code}>) }}"
    )
    assert str(code["code"]) == "II-1-20-001"
    assert followed.closure.counts["inverseOf(concerns,subjectOf)"] > 10
    assert followed.closure.counts["earliest-date"] > 300


def test_the_query_recipe_gives_the_rows_of_its_recipe(tmp_path: Path, whole_graph: Built) -> None:
    page = ROOT / "CONTRIBUTING.md"
    (tmp_path / "last-dates.rq").write_text(blocks(page, "sparql")[1], encoding="utf-8")
    canned = read_catalogue(tmp_path, NAMES).get("last-dates")
    (text,) = blocks(page, "yaml")
    for case in yaml.safe_load(text):
        answer = whole_graph.store.select(canned.text, canned.bind(case["params"]))
        assert [{k: str(v) for k, v in row.items()} for row in answer] == case["rows"]
        assert case["count"] == len(answer)


def test_the_snippets_for_spans_and_digests_work(tmp_path: Path) -> None:
    plan = tmp_path / "plan.txt"
    plan.write_text("計画書の例\n・公民館の照明を交換する（2022年度）【環】\n", encoding="utf-8")
    guide = ROOT / "docs/how-to/add-a-document.md"
    snippets = [
        line
        for path in (ROOT / "CONTRIBUTING.md", guide)
        for block in blocks(path, "sh")
        for line in block.splitlines()
        if line.startswith("python -c")
    ]
    assert len(snippets) == 2
    printed = []
    for snippet in snippets:
        words = shlex.split(snippet)[1:]
        words = [str(plan) if word in {"plan.txt", "FILE.txt"} else word for word in words]
        done = subprocess.run(
            [sys.executable, *words], capture_output=True, text=True, check=True, cwd=ROOT / "src"
        )
        printed.append(done.stdout)
    digest = "sha256:798419650088a12b91131baafce3f635ecfb64291cedf1d0bf3bc421967d5689"
    assert f"start=6, end=29, digest='{digest}'" in printed[0]
    assert digest in (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert printed[1].startswith("30 sha256:")


# --- what modelling.md says of the data ----------------------------------------------------------

FIGURES = yaml.safe_load((ROOT / "tests" / "figures.yaml").read_text(encoding="utf-8"))


def test_figures_are_found() -> None:
    assert len(FIGURES) >= 19


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure["says"])
def test_the_figures_of_the_explanation(figure: dict[str, str], whole_graph: Built) -> None:
    text = (ROOT / "docs/explain/modelling.md").read_text(encoding="utf-8")
    assert figure["says"] in " ".join(text.split())
    prologue = f"BASE <{NAMES.base}> PREFIX jpstrat: <{NAMES.def_}>"
    query = f"{prologue} SELECT DISTINCT * {{ {figure['where']} }}"
    assert len(whole_graph.store.select(query)) == figure["count"]
