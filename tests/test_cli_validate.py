"""`senryaku validate` in processes of its own: files, formats, exit codes, what it judges."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.namespace import SH

from kg.pipeline.project import Project

SENRYAKU = Path(sys.executable).with_name("senryaku")
ROOT = Path(__file__).parents[1]
FINE, BROKEN, USAGE = 0, 1, 2
MEASURES = "data/ttl/ai2019-fu2020/measure.ttl"


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command in an empty folder; it must never show a traceback."""

    def run(
        *words: str | Path, stdin: str = "", cwd: Path = tmp_path, command: str = "validate"
    ) -> Done:
        kept = ("PATH", "HOME", "PYTHONPATH", "TMPDIR")
        env = {name: os.environ[name] for name in kept if name in os.environ}
        env |= {"SENRYAKU_LANG": "en", "LANG": "C.UTF-8", "COLUMNS": "200"}
        done = subprocess.run(
            [SENRYAKU, command, *map(str, words)],
            input=stdin.encode(),
            env=env,
            cwd=cwd,
            capture_output=True,
            check=False,
        )
        assert b"Traceback" not in done.stderr
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """The example of CONTRIBUTING.md, which breaks no rule."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(r"```turtle\n(.*?)```", text, re.DOTALL)
    assert found is not None
    assert "a jpstrat:Measure" in found[1]
    file = tmp_path / "whole.ttl"
    file.write_text(found[1], encoding="utf-8")
    return file


@pytest.fixture
def bad(tmp_path: Path, whole: Path) -> Path:
    """The same with a code that is none, a misspelt property, and an organisation that is none."""
    text = whole.read_text(encoding="utf-8")
    for old, new in (
        ('code "II-1-20-001"', 'code "II-1"'),
        ("jpstrat:deadline <", "jpstrat:deadLine <"),
        ("id/org/moe", "id/org/moee"),
    ):
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / "bad.ttl"
    file.write_text(text, encoding="utf-8")
    return file


# --- what it says --------------------------------------------------------------------------------


def test_a_whole_entry_is_fine(run: Run, whole: Path) -> None:
    done = run(whole)
    assert (done.code, done.out) == (FINE, "")
    assert re.fullmatch(r"Violations: 0, warnings: 0, .*\(files: 1; [\d.]+ s\)\.\n", done.err)


def test_each_mistake_has_its_place_in_the_language_of_the_option(run: Run, bad: Path) -> None:
    start = time.monotonic()
    done = run("--lang", "ja", bad.name)
    assert time.monotonic() - start < 60  # alone on two cores: 2 s
    assert done.code == BROKEN
    text = bad.read_text(encoding="utf-8")
    for words, column in (('"II-1"', 16), ("jpstrat:deadLine", 3), ("<id/org/moee>", 35)):
        line = text[: text.index(words)].count("\n") + 1
        assert f"bad.ttl:{line}:{column}: 違反" in done.out
    assert "もしかして: jpstrat:deadline\n" in done.out
    assert "もしかして: 環境省 <id/org/moe>\n" in done.out
    assert done.out.startswith("II-1 公民館の照明の交換（id/measure/demo2022/II-1-20-001）\n")
    # that there is no deadline goes without saying
    assert done.err.startswith("違反3件、警告0件")
    assert "violation" in run(bad.name).out


def test_forms_for_programs_tell_the_same(run: Run, bad: Path) -> None:
    counts = {
        "csv": lambda text: [r[0] for r in csv.reader(io.StringIO(text))].count("violation"),
        "github": lambda text: len(re.findall("^::error file=bad.ttl,line=", text, re.MULTILINE)),
        "turtle": lambda text: len(
            list(Graph().parse(data=text).subjects(SH.resultSeverity, SH.Violation))
        ),
    }
    for form, count in counts.items():
        done = run("--format", form, bad.name)
        assert (done.code, count(done.out)) == (BROKEN, 3)
        assert done.err.startswith("Violations: 3")


def test_json_is_in_one_language_only_when_asked(run: Run, bad: Path) -> None:
    titles = [
        json.loads(run("--format", "json", *more, bad).out)["findings"][0]["title"].keys()
        for more in ((), ("--lang", "ja"))
    ]
    assert titles == [{"ja", "en"}, {"ja"}]


def test_a_report_goes_into_a_file(run: Run, bad: Path, tmp_path: Path) -> None:
    done = run(bad, "--format", "csv", "-o", "out/report.csv", "--lang", "ja")
    assert (done.code, done.out) == (BROKEN, "")
    written = (tmp_path / "out" / "report.csv").read_bytes()
    # spreadsheets take it for UTF-8 by its mark
    assert written.startswith("\ufeff重大度,ファイル".encode())
    (tmp_path / "folder").mkdir()
    assert run(bad, "-o", "folder").code == USAGE


# --- what it reads -------------------------------------------------------------------------------


def test_other_files_that_an_input_asks_for_are_refused_with_its_line(
    run: Run, tmp_path: Path
) -> None:
    asks = "<u:a> <u:b> 1 ;\n  <http://www.w3.org/2002/07/owl#imports> <http://127.0.0.1:9/> ."
    (tmp_path / "asks.ttl").write_text(asks, encoding="utf-8")
    (tmp_path / "asks.jsonld").write_text('{"@context": "http://127.0.0.1:9/"}', encoding="utf-8")
    done = run("asks.ttl", "asks.jsonld")
    assert done.code == USAGE
    first, second = done.out.splitlines()
    assert re.match(r"asks\.ttl:2:\d+: unreadable: owl:imports is refused\.", first)
    assert second.startswith("asks.jsonld: unreadable: @context is refused.")


def test_every_unreadable_file_is_named_and_nothing_is_checked(
    run: Run, bad: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.ttl").write_text("<a> <b> .\n", encoding="utf-8")
    (tmp_path / "b.ttl").write_bytes("<a> <b> '文".encode("cp932"))
    (tmp_path / "c.jsonld").write_text('{"@id": "a",\n]', encoding="utf-8")
    (tmp_path / "d.rdf").write_text('<!DOCTYPE x [<!ENTITY a "b">]><x/>', encoding="utf-8")
    (tmp_path / "e.tll").write_text("", encoding="utf-8")
    names = ["a.ttl", "b.ttl", "c.jsonld", "d.rdf", "e.tll", "missing.ttl", "."]
    done = run(*names, bad)
    assert done.code == USAGE
    lines = done.out.splitlines()
    assert len(lines) == len(names)
    for line, start in zip(
        lines,
        ["a.ttl:1:9: ", "b.ttl:1:10: ", "c.jsonld:2:1: ", "d.rdf: ", "e.tll: ", "missing.ttl: "],
        strict=False,
    ):
        assert line.startswith(f"{start}unreadable: "), line
    assert "DOCTYPE" in lines[3]
    assert ".ttl" in lines[4]
    assert done.err.startswith("Nothing was checked: unreadable inputs: 7")
    read = json.loads(run(*names, "--format", "json").out)
    assert (read["accepted"], len(read["unreadable"]), read["findings"]) == (False, 7, [])
    assert read["unreadable"][0]["place"]["line"] == 1
    assert run(*names, "--format", "turtle").out == ""
    assert run(*names, "--format", "github").out.count("::error file=") == 7


def test_standard_input_needs_a_form(run: Run, whole: Path) -> None:
    text = whole.read_text(encoding="utf-8")
    assert run("-", "--input-format", "turtle", stdin=text).code == FINE
    broken = run("-", "--input-format", "turtle", stdin=text + "x")
    assert broken.code == USAGE
    assert re.match(r"-:\d+:1: unreadable: Turtle syntax error", broken.out)
    done = run("-", stdin=text)
    assert done.code == USAGE
    assert "--input-format" in done.out


def test_a_cell_of_a_table_has_its_row_and_heading(run: Run, tmp_path: Path) -> None:
    assert run("new.csv", "--lang", "en", command="template").code == FINE
    file = tmp_path / "new.csv"
    head, example, *_ = csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig")))
    row = dict(zip(head, example, strict=True))
    row[head[0]] = "II-1-20-999"
    row["Responsible organisations"] = "MIC、Ministry of the Environmint"
    text = io.StringIO()
    csv.writer(text).writerows([head, list(row.values())])
    file.write_text(text.getvalue(), encoding="utf-8")
    done = run(file.name, "--format", "json")
    assert done.code == BROKEN
    findings = json.loads(done.out)["findings"]
    (found,) = [f for f in findings if f["place"]["header"] == "Responsible organisations"]
    assert found["place"]["file"] == "new.csv"
    assert (found["place"]["row"], found["place"]["line"]) == (2, None)
    assert "Ministry of the Environment" in str(found["nearest"])
    csv_in = run("-", "--input-format", "csv", "--format", "json", stdin=text.getvalue())
    assert len(json.loads(csv_in.out)["findings"]) == len(findings)


def test_several_files_are_one_entry(run: Run, whole: Path, tmp_path: Path) -> None:
    head, *blocks = whole.read_text(encoding="utf-8").split("\n\n")
    assert len(blocks) > 3
    names = []
    for number, block in enumerate(blocks):
        names.append(f"{number}.ttl")
        (tmp_path / names[-1]).write_text(f"{head}\n\n{block}", encoding="utf-8")
    assert run(*names).code == FINE
    alone = run(names[0])
    assert alone.code == BROKEN
    assert "id/edition/demo2022" in alone.out


def test_warnings_count_only_when_strict(run: Run, whole: Path) -> None:
    text = whole.read_text(encoding="utf-8")
    text = re.sub(r"  jpstrat:deadline .*\n  jpstrat:deadlineText .*\n", "", text)
    whole.write_text(text, encoding="utf-8")
    done = run(whole)
    assert done.code == FINE
    assert done.err.startswith("Violations: 0, warnings: 1")
    assert run(whole, "--strict").code == BROKEN


def test_an_entry_alone_may_point_to_things_that_are_not_there(run: Run, bad: Path) -> None:
    done = run(bad, "--mode", "alone")
    assert done.code == BROKEN
    assert "jpstrat:deadLine" in done.out
    assert "Nothing defines <id/org/moee>" not in done.out


@pytest.mark.parametrize(
    "words", [[], ["--lang", "fr", "a.ttl"], ["--format", "pdf", "a.ttl"], ["--profile", "x", "a"]]
)
def test_wrong_usage(run: Run, words: list[str]) -> None:
    done = run(*words)
    assert (done.code, done.out) == (USAGE, "")
    assert "--help" in done.err or "ja | en" in done.err


# --- files of the project itself -----------------------------------------------------------------


def test_a_committed_file_is_fine_where_it_lies(run: Run, project_copy: Project) -> None:
    done = run(MEASURES, cwd=project_copy.root)
    assert done.code == FINE
    assert re.match(r"Violations: 0, warnings: [1-9]", done.err)


def test_an_edited_file_takes_the_place_of_what_it_said(run: Run, project_copy: Project) -> None:
    file = project_copy.root / MEASURES
    text = file.read_text(encoding="utf-8")
    line = text.splitlines().index('    jpstrat:code "II-1-20-007" ;') + 1
    file.write_text(text.replace('code "II-1-20-007"', 'code "II-1-20-8"'), encoding="utf-8")
    start = time.monotonic()
    done = run(MEASURES, cwd=project_copy.root)
    assert time.monotonic() - start < 60  # alone on two cores: 4 s
    assert done.code == BROKEN
    assert re.search(f"^{MEASURES}:{line}:18: violation", done.out, re.MULTILINE)
    assert done.err.startswith("Violations: 1,")


def test_what_others_still_point_to_must_not_go(run: Run, project_copy: Project) -> None:
    file = project_copy.root / "data" / "ttl" / "ai2019-fu2020" / "measure.ttl"
    text = file.read_text(encoding="utf-8")
    (block,) = re.findall(r"\n<id/measure/ai2019-fu2020/II-1-20-089>\n.*?\n\.\n", text, re.DOTALL)
    file.write_text(text.replace(block, "\n"), encoding="utf-8")
    done = run(MEASURES, cwd=project_copy.root)
    assert done.code == BROKEN
    assert "no longer describes <id/measure/ai2019-fu2020/II-1-20-089>" in done.out
    assert "Did you mean" not in done.out
    assert "sub-measure.ttl:" in done.out


def test_a_blank_node_in_a_file_of_the_project_is_refused(run: Run, project_copy: Project) -> None:
    file = project_copy.root / "data" / "ttl" / "demo" / "other.ttl"
    file.parent.mkdir()
    file.write_text("[] <http://www.w3.org/2004/02/skos/core#note> 'x' .\n", encoding="utf-8")
    done = run("data/ttl/demo/other.ttl", cwd=project_copy.root)
    assert (done.code, done.out.partition(" ")[0]) == (USAGE, "data/ttl/demo/other.ttl:1:")


def test_two_edited_files_are_judged_together(run: Run, project_copy: Project) -> None:
    """Neither is compared with what the other said before."""
    moved = project_copy.root / "data" / "ttl" / "ai2019-fu2020"
    names = ["measure.ttl", "measure-moved.ttl"]
    text = (moved / names[0]).read_text(encoding="utf-8")
    (block,) = re.findall(r"\n<id/measure/ai2019-fu2020/II-1-20-090>\n.*?\n\.\n", text, re.DOTALL)
    head = text.partition("\n\n")[0]
    (moved / names[0]).write_text(text.replace(block, "\n"), encoding="utf-8")
    (moved / names[1]).write_text(f"{head}\n{block}", encoding="utf-8")
    files = [f"data/ttl/ai2019-fu2020/{name}" for name in names]
    done = run(*files, cwd=project_copy.root)
    assert done.code == FINE, done.out


def test_a_code_that_is_taken_is_said_once(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "again.ttl"
    file.write_text(
        "@base <https://w3id.org/jpstrat/> . @prefix jpstrat: <def#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "<id/measure/ai2019-fu2020/II-1-20-096> a jpstrat:Measure ;\n"
        '  jpstrat:code "II-1-20-096" ; skos:prefLabel "試験"@ja , "Test"@en ;\n'
        "  jpstrat:status <vocab/measure-status/new> .\n",
        encoding="utf-8",
    )
    done = run("--lang", "ja", file)
    assert done.code == BROKEN
    assert done.out.count("は既にグラフにあります。") == 1
    assert done.out.index("は既にグラフにあります。") < done.out.index("2件あります")
    assert "別の番号（IRI）を付け" in done.out
