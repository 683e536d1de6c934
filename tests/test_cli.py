"""The real command in processes of its own: answers, messages in both languages, exit codes."""

import csv
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from rdflib.query import Result, ResultRow

from cli.asking import Format, query
from cli.opening import with_graph
from kg.errors import QueryHeaderError
from kg.namespaces import NAMES
from kg.pipeline.project import Project
from kg.store.snapshot import read_header
from written import CATALOGUE, COMMANDS

SENRYAKU = Path(sys.executable).with_name("senryaku")
KEPT = ("PATH", "HOME", "PYTHONPATH", "LANG", "TMPDIR")
PREFIX = f"PREFIX jpstrat: <{NAMES.def_}>\n"
CODES = PREFIX + "SELECT ?code { ?m jpstrat:code ?code } ORDER BY ?code LIMIT 2"
JAPANESE = {"SENRYAKU_LANG": "ja"}
BROKEN, USAGE = 1, 2


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


Run = Callable[..., Done]


def environment(state: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    base = {name: os.environ[name] for name in KEPT if name in os.environ}
    ours = {"SENRYAKU_STATE_DIR": str(state), "SENRYAKU_LANG": "en", "COLUMNS": "200"}
    return base | ours | dict(extra or {})


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder in which the graph is built, by the command itself."""
    folder = tmp_path_factory.mktemp("state")
    done = subprocess.run(
        [SENRYAKU, "build"], env=environment(folder), capture_output=True, text=True, check=True
    )
    (snapshot,) = folder.iterdir()
    assert done.stderr.startswith("Building the graph …\n")
    assert f"{snapshot} holds " in done.stderr
    return folder


@pytest.fixture
def run(state: Path, tmp_path: Path) -> Run:
    """Run the command in an empty folder; it must never show a traceback."""

    def run(*words: str | Path, stdin: str | bytes = b"", **extra: str) -> Done:
        content = stdin.encode() if isinstance(stdin, str) else stdin
        command = [SENRYAKU, *map(str, words)]
        env = environment(state, extra)
        done = subprocess.run(
            command, input=content, env=env, cwd=tmp_path, capture_output=True, check=False
        )
        assert b"Traceback" not in done.stderr
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


# --- help and usage ------------------------------------------------------------------------------


def test_help_lists_every_command(run: Run) -> None:
    done = run("--help")
    assert (done.code, done.err) == (0, "")
    assert len(COMMANDS) >= 11
    assert [name for name in COMMANDS if name.partition(" ")[0] not in done.out] == []
    assert "公式文書" in done.out
    assert "official documents" in done.out


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_names_its_options(run: Run, name: str) -> None:
    done = run(*name.split(), "--help")
    assert done.code == 0
    for row in COMMANDS[name].params:
        for option in (word for word in row[0].split("`") if word.startswith("--")):
            assert option in done.out


def test_without_a_command_there_is_help(run: Run) -> None:
    for words in ((), ("sources",)):
        done = run(*words)
        assert done.code == USAGE
        assert "Usage: senryaku" in done.out
        assert done.err == ""


def test_version(run: Run) -> None:
    assert run("--version").out == "0.1.0\n"


@pytest.mark.parametrize(
    ("words", "en", "ja"),
    [
        (["quary"], "No such command 'quary'. Did you mean 'query'?", "「quary」はありません"),
        (["serve", "--prt", "1"], "No such option: --prt", "オプション --prt はありません"),
        (["sparql"], "Missing argument", "を指定してください"),
        (["sparql", "a", "b"], "unexpected extra argument", "余分な引数があります: b"),
        (["extract", "a.txt"], "Missing option '--output'", "'--output' / '-o' を指定してください"),
        (["serve", "--port", "99999"], "--port", "65535以下にしてください"),
        (["query", "--format", "pdf"], "'pdf' is not one of", "「pdf」は次のどれでもありません"),
        (["query", "-p"], "requires an argument", "オプション -p には値が必要です"),
    ],
)
def test_wrong_usage(run: Run, words: list[str], en: str, ja: str) -> None:
    done = run(*words)
    assert (done.code, done.out) == (USAGE, "")
    assert en in done.err
    assert "Add --help" in done.err
    done = run("--lang", "ja", *words)
    assert (done.code, done.out) == (USAGE, "")
    assert ja in done.err
    assert "--help を付けると" in done.err


def test_a_language_that_there_is_not(run: Run) -> None:
    done = run("--lang", "fr", "stats")
    assert (done.code, done.out) == (USAGE, "")
    assert "Invalid value for --lang / SENRYAKU_LANG: ja | en" in done.err
    assert run("stats", SENRYAKU_LANG="fr").code == USAGE


# --- settings and system -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "en", "ja"),
    [
        ("SENRYAKU_READERS", "x", "whole number, at least 1, at most 64", "整数（1以上、64以下）"),
        ("SENRYAKU_READERS", "99", "'99' cannot be used", "「99」は使えません"),
        ("SENRYAKU_QUERY_TIMEOUT", "0", "number, above 0", "数（0より大きい"),
        ("SENRYAKU_STORE", "ftp://localhost/", "folder, http(s) URL", "フォルダー"),
        ("SENRYAKU_STORE", "/etc/passwd", "folder, http(s) URL", "フォルダー"),
        ("SENRYAKU_STATE_DIR", "/etc/passwd/state", "Expected: folder.", "正しくはフォルダー。"),
        ("SENRYAKU_SOURCES", "/etc/passwd", "Expected: folder.", "正しくはフォルダー。"),
        ("SENRYAKU_BASE", "foo", "ends with a slash.", "スラッシュで終わるhttp又はhttpsのIRI。"),
        ("SENRYAKU_PUBLIC_URL", "foo", "http(s) URL, or nothing.", "URL（空でもよい）。"),
    ],
)
def test_a_wrong_setting(run: Run, name: str, value: str, en: str, ja: str) -> None:
    done = run("stats", **{name: value})
    assert (done.code, done.out) == (USAGE, "")
    assert done.err.startswith(f"Setting {name}: ")
    assert en in done.err
    done = run("stats", **{name: value}, **JAPANESE)
    assert done.code == USAGE
    assert done.err.startswith(f"設定 {name} の値「{value}」は使えません。正しくは")
    assert ja in done.err
    # the words of one language only: no others follow the value, and no bare "text" stands for it
    assert not re.search(r"[A-Za-z]{6}", done.err.partition("」")[2])
    assert not re.search(r"[\u3040-\u30ff\u4e00-\u9fff]|text", run("stats", **{name: value}).err)


def test_a_read_only_state_folder(run: Run) -> None:
    # nobody makes a file there, not even root
    for words in (("serve", "--port", "0"), ("stats",), ("build",)):
        done = run(*words, SENRYAKU_STATE_DIR="/sys/kernel")
        assert (done.code, done.out) == (BROKEN, "")
        assert done.err.startswith("/sys/kernel cannot be written to (")
    assert (
        "/sys/kernel に書き込めません"
        in run("stats", SENRYAKU_STATE_DIR="/sys/kernel", **JAPANESE).err
    )


def test_a_reader_that_leaves_early(state: Path) -> None:
    command = [SENRYAKU, "query", "measures-by-organisation"]
    with subprocess.Popen(
        command, env=environment(state), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


# --- query ---------------------------------------------------------------------------------------


def test_the_list_of_queries(run: Run) -> None:
    for lang, head in (("en", "name"), ("ja", "名前")):
        done = run("query", SENRYAKU_LANG=lang)
        lines = done.out.splitlines()
        assert done.code == 0
        assert lines[0].split()[0] == head
        assert [line.split()[0] for line in lines[2:]] == [query.name for query in CATALOGUE]
        assert [q.name for q in CATALOGUE if q.title[lang] not in done.out] == []


def test_what_a_query_asks(run: Run) -> None:
    canned = CATALOGUE.get("measures-by-organisation")
    for lang in ("en", "ja"):
        done = run("query", canned.name, "--about", SENRYAKU_LANG=lang)
        assert canned.question[lang] in done.out
        for parameter in canned.params:
            assert parameter.name in done.out
            assert parameter.description[lang] in done.out
        assert f"senryaku query {canned.params[0].choices}" in done.out


def test_a_table_is_short_and_in_one_language(run: Run) -> None:
    words = ("query", "measures-by-organisation", "-p", "organisation=npa")
    en, ja = run(*words), run(*words, **JAPANESE)
    assert (en.code, en.err, ja.err) == (0, "7 rows\n", "7行\n")
    assert len(en.out.splitlines()) == len(ja.out.splitlines()) == 9
    assert "id/org/npa" in en.out
    assert "vstatus:updated" in en.out
    assert "https://" not in en.out
    assert "National Police Agency" in en.out
    assert "警察庁" not in en.out
    assert "警察庁" in ja.out
    assert "National Police Agency" not in ja.out


def test_every_format_has_the_same_rows(run: Run) -> None:
    def answer(form: str) -> str:
        words = ("query", "measures-due-in-year", "-p", "year=2023", "-p", "status=new")
        done = run(*words, "--format", form)
        assert (done.code, done.err) == (0, "")
        return done.out

    rows = list(csv.DictReader(io.StringIO(answer("csv"))))
    codes = [row["code"] for row in rows]
    assert codes == ["III-1-20-007", "III-1-20-067", "III-4-20-006"]
    assert rows[0]["measure_ja"] != rows[0]["measure_en"]
    found = json.loads(answer("json"))["results"]["bindings"]
    assert [row["code"]["value"] for row in found] == codes
    table = Result.parse(io.BytesIO(answer("xml").encode()), format="xml")
    assert [str(row.code) for row in table if isinstance(row, ResultRow)] == codes
    lines = answer("tsv").splitlines()
    column = lines[0].split("\t").index("?code")
    assert [line.split("\t")[column].strip('"') for line in lines[1:]] == codes


def test_no_rows(run: Run) -> None:
    words = ("query", "measures-by-organisation", "-p", "organisation=riken")
    done = run(*words)
    assert (done.code, done.out) == (0, "")
    assert done.err == "0 rows\nSome values: senryaku query abbreviations-legend\n"
    assert run(*words, **JAPANESE).err.startswith("0行\n値の例: ")


def test_an_empty_value_is_said_to_be_none(run: Run) -> None:
    words = ("query", "measures-due-in-year", "-p", "status=new", "-p")
    done, ja = run(*words, "year= "), run(*words, "year=", **JAPANESE)
    assert (done.code, done.out.count("\n") > 20) == (0, True)
    assert done.err.startswith("Parameter 'year' is empty and counts as not given.\n")
    assert ja.err.startswith("引数「year」は値が空なので、指定がないものとします。\n")
    assert "empty" not in run(*words, "year=2022").err


@pytest.mark.parametrize(
    ("words", "en", "ja"),
    [
        (["big-gaols"], "named 'big-gaols'. Did you mean: big-goals?", "もしかして: big-goals"),
        (
            ["big-goals", "-p", "x=1"],
            "has no parameter 'x'. It takes: none.",
            "に引数「x」はありません。使える引数: なし。",
        ),
        (
            ["measures-due-in-year", "-p", "yaer=2022"],
            "Did you mean: year?",
            "もしかして: year",
        ),
        (
            ["measures-due-in-year", "-p", "year"],
            "Write a parameter as name=value: year",
            "名前=値 の形で書いてください: year",
        ),
        (
            ["measures-due-in-year", "-p", "year=2022", "-p", "year=2023"],
            "Parameter 'year' is given more than once; give it once.",
            "引数「year」が二度以上あります。",
        ),
        (["-p", "a=b"], "-p needs the name of a query.", "-p: 問い合わせの名前が必要です。"),
        (["--format", "csv"], "--format needs the name of a query.", "--format: 問い合わせの"),
        (["--format", "table"], "--format needs the name of a query.", "--format: 問い合わせの"),
        (["--about"], "--about needs the name of a query.", "--about: 問い合わせの名前が"),
        (
            ["bodies", "-p", "x=1", "--about"],
            "-p has no effect beside --about.",
            "-p: --about と一緒には使えません。",
        ),
        (
            ["bodies", "--format", "csv", "--about"],
            "--format has no effect beside --about.",
            "--format: --about と一緒には使えません。",
        ),
        (
            ["measures-due-in-year", "-p", "year=22"],
            "'22' cannot be used. Expected: 1900…2099. Some values: query deadlines-by-year.",
            "値「22」は使えません。正しくは1900…2099。値の例: 問い合わせ deadlines-by-year。",
        ),
        (
            ["measures-by-organisation", "-p", "organisation=mex"],
            "'mex' cannot be used. Expected: org:Organization (id/org/… | IRI).",
            "もしかして: mext",
        ),
        (
            ["measures-by-organisation", "-p", "organisation=vocab/field/health"],
            "'vocab/field/health' cannot be used.",
            "値「vocab/field/health」は使えません。",
        ),
        (
            ["measures-by-organisation", "-p", "status=nwe", "--format", "csv"],
            "Expected: continued | new | reposted | updated. Did you mean: new?",
            "正しくはcontinued | new | reposted | updated。もしかして: new",
        ),
    ],
)
def test_a_query_asked_wrongly(run: Run, words: list[str], en: str, ja: str) -> None:
    for lang, message in (("en", en), ("ja", ja)):
        done = run("query", *words, SENRYAKU_LANG=lang)
        assert (done.code, done.out) == (USAGE, "")
        assert message in done.err


# --- sparql --------------------------------------------------------------------------------------


def test_sparql_from_a_file_and_from_stdin(run: Run, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("\ufeff" + CODES, encoding="utf-8")
    from_file, from_stdin = run("sparql", "q.rq"), run("sparql", "-", stdin=CODES)
    assert from_file == from_stdin
    assert (from_file.code, from_file.out.split(), from_file.err) == (
        0,
        ["code", "II-1-20-001", "II-1-20-002"],
        "",
    )


@pytest.mark.parametrize(
    ("query", "form", "start"),
    [
        (CODES, None, "code"),
        (CODES, "json", '{"head"'),
        (CODES, "xml", "<?xml"),
        (f"DESCRIBE <{NAMES.id('org', 'npa')}>", None, "@prefix"),
        (f"DESCRIBE <{NAMES.id('org', 'npa')}>", "ntriples", "<https://"),
        (f"DESCRIBE <{NAMES.id('org', 'npa')}>", "jsonld", "[{"),
        ("ASK { ?s ?p ?o }", None, '{"head":{},"boolean":true}'),
    ],
)
def test_forms_of_answers(run: Run, query: str, form: str | None, start: str) -> None:
    done = run("sparql", "-", *(("--format", form) if form else ()), stdin=query)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(start)
    assert done.out.endswith("\n")


def test_a_form_that_does_not_fit(run: Run) -> None:
    done = run("sparql", "-", "--format", "csv", stdin="DESCRIBE <https://example.org/>")
    assert (done.code, done.out) == (USAGE, "")
    assert "not available as csv. Available: json, xml, turtle" in done.err


@pytest.mark.parametrize(
    ("query", "en", "ja"),
    [
        ("SELECT *\n{ ?s ?p }", "line 2, column 9, near '}'", "2行9桁、「}」の付近"),
        ("SELECT * { ?s ?p ?o", "line 1, column 10", "対になる記号がありません"),
        (
            "SELECT * {\n ?s jpstrat:code ?o }",
            f"Line 2, column 5: the prefix jpstrat: is not declared. Did you mean: {PREFIX[:15]}",
            "2行5桁: 接頭辞 jpstrat: が宣言されていません",
        ),
        (b"SELECT\n ?x\xe9", "line 2, column 4, near '0xE9'. The text is not UTF-8.", "UTF-8では"),
        (
            "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }",
            "SERVICE is refused.",
            "SERVICE は受け付けません",
        ),
        ("SELCT * {}", "near 'SELCT'. SPARQL has no such word. Did you mean: SELECT?", "この語は"),
        ("INSERT DATA { <a:a> <a:b> <a:c> }", "INSERT is refused.", "読み取り専用です"),
        ("SELECT * FROM <file:///etc/passwd> {}", "is refused. Only the graphs", "使えるグラフは"),
        (
            f"DESCRIBE ?s FROM <{NAMES.graph('ai2019-fu2002')}> {{ ?s ?p ?o }}",
            f"Did you mean: {NAMES.graph('ai2019-fu2020')}?",
            f"グラフ <{NAMES.graph('ai2019-fu2002')}> はありません。",
        ),
    ],
)
def test_sparql_that_is_not_answered(run: Run, query: str | bytes, en: str, ja: str) -> None:
    for lang, message in (("en", en), ("ja", ja)):
        done = run("sparql", "-", stdin=query, SENRYAKU_LANG=lang)
        assert (done.code, done.out) == (USAGE, "")
        assert message in done.err


def test_an_empty_answer_names_what_is_not_described(run: Run) -> None:
    wrong = PREFIX + "SELECT ?m { ?m a jpstrat:Measur ; jpstrat:code ?code }"
    for form in ("csv", "tsv", "json", "xml"):
        done = run("sparql", "-", "--format", form, stdin=wrong)
        assert (done.code, len(done.out.strip()) > 0) == (0, True)
        assert done.err.startswith(f"The graph does not describe {NAMES.def_.Measur}. Did you ")
        assert done.err.endswith(f" mean: {NAMES.def_.Measure}?\n")
    done = run("sparql", "-", stdin=wrong, **JAPANESE)
    assert done.err.startswith(f"{NAMES.def_.Measur} の記述はありません。")
    assert f"もしかして: {NAMES.def_.Measure}\n" in done.err
    # right names whose answer is "nothing"
    right = PREFIX + "SELECT ?m { ?m a jpstrat:Measure, jpstrat:Ministry }"
    assert run("sparql", "-", stdin=right).err == ""


def test_a_graph_that_may_be_absent_may_be_asked(run: Run) -> None:
    query = f"SELECT ?s {{ GRAPH <{NAMES.graph('source-text')}> {{ ?s ?p ?o }} }}"
    assert run("sparql", "-", stdin=query) == Done(0, "s\r\n", "")


def test_a_query_file_that_is_missing(run: Run) -> None:
    done = run("sparql", "none.rq")
    expected = "Expected: a file with a query, or - for standard input.\n"
    assert (done.code, done.err) == (USAGE, f"none.rq does not exist. {expected}")
    wanted = "必要なもの: 問い合わせのファイル、又は「-」（標準入力）。\n"
    assert run("sparql", "none.rq", **JAPANESE).err == f"none.rq がありません。{wanted}"


def test_a_folder_in_place_of_a_query(run: Run, tmp_path: Path) -> None:
    done = run("sparql", tmp_path)
    assert (done.code, done.out) == (USAGE, "")
    assert done.err.startswith(f"{tmp_path} is a folder. Expected: a file with a query")
    assert run("sparql", tmp_path, **JAPANESE).err.startswith(f"{tmp_path} はフォルダーです。")


def test_a_query_from_a_pipe(run: Run, state: Path) -> None:
    """As the shell's `<( … )` gives it."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as pipe:
        pipe.write(CODES)
    done = subprocess.run(
        [SENRYAKU, "sparql", f"/dev/fd/{reading}"],
        env=environment(state),
        pass_fds=[reading],
        capture_output=True,
        check=True,
    )
    os.close(reading)
    assert done.stdout.decode() == run("sparql", "-", stdin=CODES).out


def test_a_broken_file_of_the_catalogue_is_named(
    state: Path, project_copy: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = project_copy.queries / "bodies.rq"
    text = file.read_text("utf-8")
    file.write_text(text.replace("ORDER BY", "ODER BY"), "utf-8")
    monkeypatch.setattr("kg.pipeline.project.find_project", lambda: project_copy)
    monkeypatch.setenv("SENRYAKU_STATE_DIR", str(state))
    line = text[: text.index("ORDER BY")].count("\n") + 1
    for form in (None, Format.csv):
        with pytest.raises(QueryHeaderError) as caught:
            query("bodies", form=form)
        assert caught.value.message("en").startswith(f"{file}:{line}: ")
        assert "near 'ODER'. SPARQL has no such word. Did you mean: ORDER?" in str(caught.value)
        assert "「ODER」の付近）。SPARQLにこの語はありません。" in caught.value.message("ja")
    header = text[: text.index("PREFIX")]
    file.write_text(f"{header}CONSTRUCT WHERE {{ ?s ?p ?o }}\n", "utf-8")
    with pytest.raises(QueryHeaderError, match="It is no SELECT") as caught:
        query("bodies", form=None)
    assert "SELECTではありません" in caught.value.message("ja")


# --- fmt and reference ---------------------------------------------------------------------------


def test_fmt(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "thing.ttl"
    text = f'<{NAMES.id("org", "x")}> <{NAMES.def_.code}> "x"  .'
    file.write_text(text)
    for lang, message in (
        ("en", "Not canonical: run senryaku fmt."),
        ("ja", "正規形ではありません"),
    ):
        done = run("fmt", "--check", file, SENRYAKU_LANG=lang)
        assert (done.code, done.out) == (BROKEN, f"{file}\n")
        assert message in done.err
        assert file.read_text() == text
    done = run("fmt", file)
    assert (done.code, done.out, done.err) == (0, f"{file}\n", "")
    assert "<id/org/x>\n    jpstrat:code" in file.read_text()
    for words in (("fmt", file), ("fmt", "--check", file), ("fmt", "--check")):
        assert run(*words) == Done(0, "", "")


def test_fmt_does_not_lose_comments(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "thing.ttl"
    text = f'# why\n<{NAMES.id("org", "x")}> <{NAMES.def_.code}> "x" .'
    file.write_text(text)
    for words in (("fmt", file), ("fmt", "--check", file)):
        done = run(*words)
        assert (done.code, done.out) == (BROKEN, "")
        assert f"{file}:1" in done.err
        assert file.read_text() == text
    assert run("fmt", "--drop-comments", file).code == 0
    assert "#" not in file.read_text().replace("def#", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [("<a> <b> .", ":1:9: Turtle syntax error"), (None, " does not exist")],
)
def test_fmt_of_a_file_that_cannot_be_read(
    run: Run, tmp_path: Path, text: str | None, message: str
) -> None:
    file = tmp_path / "thing.ttl"
    if text is not None:
        file.write_text(text)
    done = run("fmt", file)
    assert (done.code, done.out) == (USAGE, "")
    assert f"{file}{message}" in done.err


def test_reference(run: Run, tmp_path: Path) -> None:
    done = run("reference", "-o", tmp_path / "pages", "--check")
    assert (done.code, len(done.out.split())) == (BROKEN, 8)
    assert "Run senryaku reference." in done.err
    assert not (tmp_path / "pages").exists()
    assert run("reference", "-o", tmp_path / "pages").code == 0
    assert run("reference", "-o", tmp_path / "pages", "--check") == Done(0, "", "")
    (tmp_path / "pages" / "old.md").write_text("")
    done = run("reference", "-o", tmp_path / "pages", "--check", **JAPANESE)
    assert (done.code, done.out) == (BROKEN, "")
    assert "生成元のないページ" in done.err


# --- building ------------------------------------------------------------------------------------


def test_a_graph_that_is_built_is_used_again(run: Run, state: Path) -> None:
    before = {path: path.stat().st_ino for path in state.iterdir()}
    done = run("stats", **JAPANESE)
    assert (done.code, done.err) == (0, "")
    assert {path: path.stat().st_ino for path in state.iterdir()} == before


def test_two_bases_share_a_folder(run: Run, state: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(state, tmp_path / "state")
    ours, theirs = {}, {"SENRYAKU_BASE": "https://example.org/policy/"}
    built = []
    for base in (theirs, ours, theirs):
        done = run("stats", SENRYAKU_STATE_DIR=str(folder), **base)
        assert done.code == 0
        built.append("Building" in done.err)
    assert built == [True, False, False]
    assert len(list(folder.glob("graph-*.snapshot"))) == 2


def test_a_graph_that_vanishes_before_it_is_read(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SENRYAKU_STATE_DIR", str(state))
    seen: list[Path] = []

    def work(path: Path) -> int:
        seen.append(path)
        if len(seen) == 1:
            path.unlink()
        return read_header(path).statements

    assert with_graph(work) > 50_000
    assert seen[0] == seen[1]
    assert len(seen) == 2
    capsys.readouterr()


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda whole: whole[: len(whole) // 2],
    "empty": lambda _: b"",
    "garbage": lambda whole: b"\x00garbage\n" * (len(whole) // 9),
}


def test_a_damaged_graph_is_repaired_by_the_command_that_meets_it(run: Run, state: Path) -> None:
    (graph,) = state.glob("graph-*.snapshot")
    whole = graph.read_bytes()
    for name, command in (("empty", "stats"), ("truncated", "build")):
        graph.write_bytes(SPOILT[name](whole))
        done = run(command)
        assert done.code == 0
        assert ("cannot be read and is made anew" in done.err) == (command == "stats")
        assert "Building the graph" in done.err
        assert graph.read_bytes() == whole


def test_damaged_wording_is_named(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    (folder / "source-text.nt").write_text("<https://example.org/> <broken\n")
    for words in (("stats",), ("query", "big-goals"), ("serve", "--port", "0")):
        done = run(*words, SENRYAKU_STATE_DIR=str(folder))
        assert (done.code, done.out) == (USAGE, "")
        assert f"{folder / 'source-text.nt'}:1: the attached wording is damaged" in done.err
        assert "senryaku sources attach DIR" in done.err
    assert (
        "取り込んだ本文が壊れています"
        in run("stats", SENRYAKU_STATE_DIR=str(folder), **JAPANESE).err
    )


def test_stats(run: Run) -> None:
    done, ja = run("stats"), run("stats", **JAPANESE)
    assert (done.code, done.err) == (0, "")
    lines = [line.split() for line in done.out.splitlines()]
    assert ["Measure", "measure", "272"] in lines
    assert ["Measure", "取組", "272"] in [line.split() for line in ja.out.splitlines()]
    graphs = {line[0]: int(line[1].replace(",", "")) for line in lines[2 : lines.index([])]}
    assert {"ai2019-fu2020", "slides2021", "org", "source", "curated", "inferred"} <= set(graphs)
    total = run("build").err.split(" holds ")[1].split()[0]
    assert sum(graphs.values()) == int(total.replace(",", ""))


def test_reason(run: Run, tmp_path: Path) -> None:
    to_stdout, to_file = run("reason"), run("reason", "-o", tmp_path / "closure.nt")
    lines = to_stdout.out.splitlines()
    assert to_file.out == ""
    assert (tmp_path / "closure.nt").read_text("utf-8") == to_stdout.out
    assert lines == sorted(set(lines))
    assert all(line.startswith("<") and line.endswith(" .") for line in lines)
    assert to_stdout.err.endswith(f"{len(lines):,} triples inferred.\n")
    assert "  latest-date\n" in to_stdout.err


def test_a_full_disk_leaves_no_half_of_an_output(run: Run, state: Path, tmp_path: Path) -> None:
    output = tmp_path / "closure.nt"
    output.write_text("kept", "utf-8")
    done = subprocess.run(
        ["/bin/sh", "-c", f"ulimit -f 1; exec {SENRYAKU} reason -o {output}"],
        # Python would keep halves of its own files too, and stumble over them ever after
        env=environment(state, {"PYTHONDONTWRITEBYTECODE": "1"}),
        capture_output=True,
        text=True,
        check=False,
    )
    refused = f"{tmp_path} cannot be written (File too large). Nothing was changed.\n"
    assert (done.returncode, done.stdout, done.stderr) == (USAGE, "", refused)
    assert output.read_text("utf-8") == "kept"
    assert [path.name for path in tmp_path.iterdir()] == [output.name]
    full = run("reason", "-o", "/dev/full", **JAPANESE)
    assert (full.code, full.err) == (BROKEN, "できませんでした。空き容量がありません\n")


# --- the author's line ---------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"# readme", b"II-1-19-001\n", b"\xff\xfe"])
def test_extracting_another_file_writes_nothing(run: Run, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other.txt").write_bytes(content)
    for lang, message in (("en", "is not an official document"), ("ja", "公式文書ではありません")):
        done = run("extract", "other.txt", "-o", "draft", SENRYAKU_LANG=lang)
        assert (done.code, done.out) == (USAGE, "")
        assert message in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["other.txt"]


def test_a_missing_document(run: Run) -> None:
    done = run("extract", "none.txt", "-o", "draft", **JAPANESE)
    assert (done.code, done.out) == (USAGE, "")
    assert "none.txt がありません。必要なもの: 公式文書のテキスト" in done.err


@pytest.mark.parametrize("words", [("audit",), ("sources", "attach")])
def test_a_folder_without_documents(run: Run, words: tuple[str, ...]) -> None:
    for extra in ({}, {"SENRYAKU_SOURCES": "sources"}):
        done = run(*words, **extra)
        assert (done.code, done.out) == (USAGE, "")
        assert "sources does not exist" in done.err
        assert "SENRYAKU_SOURCES" in done.err
    assert "公式文書のフォルダー" in run(*words, **JAPANESE).err


def test_a_truncated_or_altered_copy_writes_nothing(
    run: Run, sources: Path, tmp_path: Path
) -> None:
    files = sorted(sources.glob("*.txt"))
    assert len(files) == 2
    for file in files:
        text = file.read_text("utf-8")
        for copy, ja in (
            (text.replace("2", "3"), "公式文書ではありません"),
            (text[:-1], "途中で切れているか改変されています"),
        ):
            (tmp_path / "copy.txt").write_text(copy, encoding="utf-8")
            done = run("extract", "copy.txt", "-o", "draft", **JAPANESE)
            assert (done.code, done.out) == (USAGE, "")
            assert ja in done.err
            assert not (tmp_path / "draft").exists()
        assert "is cut short or altered" in run("extract", "copy.txt", "-o", "draft").err


def test_extract(run: Run, sources: Path, project: Project, tmp_path: Path) -> None:
    done = run("extract", *sorted(sources.glob("*.txt")), "-o", "draft")
    assert (done.code, done.out) == (0, "")
    drafted = sorted(path.relative_to(tmp_path / "draft") for path in tmp_path.rglob("*.ttl"))
    assert f"records written to {len(drafted)} files" in done.err
    assert "warning" not in done.err
    assert [path for path in drafted if not (project.data / "ttl" / path).is_file()] == []


def test_extracting_beside_own_files(run: Run, sources: Path, tmp_path: Path) -> None:
    """A file that goes away is named; a comment is not dropped with it."""
    documents = sorted(sources.glob("*.txt"))
    own = tmp_path / "org" / "mine.ttl"
    own.parent.mkdir()
    remark = "# A remark that took me an hour.\n"
    fact = "<https://w3id.org/jpstrat/id/org/mine> a <https://w3id.org/jpstrat/def#Office> .\n"
    own.write_text(remark + fact, "utf-8")
    done = run("extract", *documents, "-o", tmp_path)
    assert (done.code, done.out) == (BROKEN, "")
    assert f"{own}:1" in done.err
    assert [path.name for path in tmp_path.rglob("*.ttl")] == ["mine.ttl"]
    assert own.read_text("utf-8") == remark + fact
    own.write_text(fact, "utf-8")
    done = run("extract", *documents, "-o", tmp_path, **JAPANESE)
    assert done.code == 0
    assert [line for line in done.err.splitlines() if str(own) in line] == [
        f"削除しました（内容は他のファイルに移したか、文書にありません）: {own}"
    ]
    assert not own.exists()
    assert "id/org/mine" in (tmp_path / "org" / "office.ttl").read_text("utf-8")


def test_extracting_a_folder_or_into_a_file(run: Run, sources: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("kept", "utf-8")
    done = run("extract", ".", "-o", "draft")
    assert (done.code, done.out) == (USAGE, "")
    assert ". is a folder. Expected: the text of an official document (a file)." in done.err
    assert ". はフォルダーです。" in run("extract", ".", "-o", "draft", **JAPANESE).err
    document = min(sources.glob("*.txt"))
    done = run("extract", document, "-o", file)
    assert (done.code, done.out, done.err) == (
        USAGE,
        "",
        f"{file} is a file. Expected: a folder.\n",
    )
    assert f"{file} はファイルです。" in run("extract", document, "-o", file, **JAPANESE).err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert file.read_text("utf-8") == "kept"


def test_an_audit_ignores_other_files_and_names_them(
    run: Run, sources: Path, tmp_path: Path
) -> None:
    for path in sources.glob("*.txt"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
        (tmp_path / f"cut-{path.name}").write_bytes(path.read_bytes()[:-100])
    (tmp_path / "notes.txt").write_text("hello", "utf-8")
    done = run("audit", "--sources", tmp_path)
    assert done.code == 0
    lines = done.err.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("Ignored: ") for line in lines)


def test_audit(run: Run, sources: Path) -> None:
    done = run("audit", "--sources", sources, **JAPANESE)
    assert (done.code, done.err) == (0, "")
    assert "（100.0 %）、不一致0件" in done.out
    report = json.loads(run("audit", "--json", SENRYAKU_SOURCES=str(sources)).out)
    assert (report["passed"], report["findings"]) == (True, [])
    assert {"ja": "取組", "en": "measures"} in [row["kind"] for row in report["coverage"]]


def test_an_audit_of_altered_data_fails(
    run: Run, sources: Path, project: Project, tmp_path: Path
) -> None:
    for file in (project.data / "ttl").rglob("*.ttl"):
        copy = tmp_path / "ttl" / file.relative_to(project.data / "ttl")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    measures = tmp_path / "ttl" / "ai2019-fu2020" / "measure.ttl"
    measures.write_text(measures.read_text("utf-8").replace("vstatus:new", "vstatus:updated", 1))
    done = run("audit", "--sources", sources, "--data", tmp_path)
    assert done.code == BROKEN
    assert "MISS" in done.out
    assert "(99.9 %), 2 misses" in done.out
    assert len(done.err.splitlines()) == 2
    assert "missing in the graph" in done.err
    assert "not in the document" in done.err
    done = run("audit", "--sources", sources, "--data", tmp_path, "--json", **JAPANESE)
    assert done.code == BROKEN
    assert len(json.loads(done.out)["findings"]) == 2
    assert "文書に根拠がない" in done.err


def test_attaching_the_wording(run: Run, sources: Path, tmp_path: Path) -> None:
    done = run("sources", "attach", sources, SENRYAKU_STATE_DIR=str(tmp_path / "state"))
    assert (done.code, done.out) == (0, "")
    *lines, last = (tmp_path / "state" / "source-text.nt").read_text("utf-8").splitlines()
    assert len(lines) > 400
    assert last.startswith("# sha256:")
    assert f"Wording of {len(lines)} things" in done.err


# --- serve ---------------------------------------------------------------------------------------


@contextmanager
def serving(state: Path, *, talk: int = 1) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A server that has said `talk` lines, the last one where it is; ended by the test."""
    command = [SENRYAKU, "serve", "--port", "0"]
    with subprocess.Popen(
        command, env=environment(state), stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stderr is not None
        lines = [server.stderr.readline() for _ in range(talk)]
        try:
            yield server, lines
        finally:
            server.kill()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_serve(state: Path, end: signal.Signals) -> None:
    with serving(state) as (server, (line,)):
        assert line.startswith("Open http://127.0.0.1:")
        # it answers from the moment of its invitation
        with urllib.request.urlopen(line.split()[1] + "version", timeout=30) as answer:
            assert json.load(answer)["version"] == "0.1.0"
        server.send_signal(end)
        assert server.stderr is not None
        assert server.stderr.read() == ""
        assert server.wait(30) in {0, 130}


# the service itself meets the first one, a reader process the second
@pytest.mark.parametrize("name", ["garbage", "truncated"])
def test_serve_repairs_a_damaged_graph(state: Path, name: str) -> None:
    (graph,) = state.glob("graph-*.snapshot")
    whole = graph.read_bytes()
    graph.write_bytes(SPOILT[name](whole))
    with serving(state, talk=3) as (_, lines):
        starts = ("The prebuilt graph cannot be read", "Building the graph", "Open http://")
        assert [line.startswith(start) for line, start in zip(lines, starts, strict=True)] == [
            True,
            True,
            True,
        ]
        with urllib.request.urlopen(lines[-1].split()[1] + "version", timeout=30) as answer:
            assert json.load(answer)["statements"] > 50_000
    assert graph.read_bytes() == whole


def test_a_port_that_is_taken(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = run("serve", "--port", port)
        assert (done.code, done.out) == (BROKEN, "")
        assert done.err == f"Port {port} is in use. Name another with --port (0: any free one).\n"
        assert f"ポート{port}は使用中です" in run("serve", "--port", port, **JAPANESE).err


def test_an_address_that_is_not_ours(run: Run) -> None:
    done = run("serve", "--host", "192.0.2.1", "--port", "0")
    assert (done.code, done.out) == (BROKEN, "")
    assert done.err.startswith("Cannot listen on 192.0.2.1 port 0: ")
    words = ("serve", "--host", "192.0.2.1", "--port", "0")
    assert "待ち受けできません" in run(*words, **JAPANESE).err
