"""Tables of measures from the file to data/ttl: twelve mistakes, the difference, writing."""

import os
import re
import subprocess
import sys
from pathlib import Path
from unicodedata import normalize

import pytest
from rdflib import URIRef
from rdflib.namespace import RDF
from tests.measure_tables import TWELVE, Rows, as_csv, as_workbook, measure

from kg.entry import Mode, Place
from kg.errors import Both, EditionUnknown, PathMismatched, PathMissing, TableUnreadable
from kg.graph import format_files
from kg.model import SourceText, digest
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.authoring import find_documents
from kg.pipeline.cells import TableImport
from kg.pipeline.checking import CheckRequest, check_files
from kg.pipeline.importing import (
    ImportRequest,
    TableContext,
    check_table,
    import_file,
    read_table_entry,
)
from kg.pipeline.project import Project
from kg.tables import CSV, XLSX
from kg.tables.measure_columns import COLUMNS
from kg.validate import Finding, Report, Severity, rule_name

MOJIBAKE = "照明の交換109".encode().decode("cp932", errors="replace")


def read(tables: TableContext, rows: Rows) -> TableImport:
    return read_table_entry(as_csv(rows), "t.csv", CSV, tables)


def report(tables: TableContext, rows: Rows) -> Report:
    return check_table(tables, read(tables, rows))


def thing_of(code: str) -> URIRef:
    return NAMES.id("measure", "ai2019-fu2020", code)


def rules(found: Report) -> list[str]:
    return sorted(str(finding.shape).partition("#")[2] for finding in found.findings)


def cell(finding: Finding) -> tuple[int | None, str | None]:
    place = finding.place
    assert isinstance(place, Place)
    return place.line, place.header


EXPECTED = {
    ("TableNameUnknown", 2, "担当組織"): "文化省",
    ("TableReadAs", 3, "達成時期"): "2022年度",
    ("TableReadAs", 4, "番号"): "II-1-20-103",
    ("TableCodeTwice", 5, "番号"): "2行目",
    ("Title", 6, "題名（日本語）"): "題名",
    ("ActionDeadlineOrder", 7, "達成時期"): "開始",
    ("TableNameUnknown", 8, "対応する目標"): "II-1-9-t9",
    ("QuantitativeTargetPercent", 9, "数値目標の値"): "100以下",
    ("TableReadAs", 11, "題名（日本語）"): "空白",
    ("MeasureRepostOfRepost", 12, "再掲の元"): "再掲",
    ("ActionLead", 13, "主担当組織"): "主担当組織",
}
"""Rule, row and column of each mistake but that of the encoding, and a word of its message."""


def told(found: Report, lang: str) -> dict[tuple[str, int | None, str | None], str]:
    """What is said of each cell: the problem, and the rule."""
    texts = {}
    for finding in found.findings:
        rule, said = str(finding.shape).partition("#")[2], finding.explanation
        text = finding.message[lang] + (said.problem.of(lang) if said else "")
        texts[rule, *cell(finding)] = text
    assert len(texts) == len(found.findings)
    return texts


def test_twelve_mistakes_in_shift_jis_are_twelve_messages(tables: TableContext) -> None:
    table = read_table_entry(as_csv(TWELVE, "cp932"), "取組.csv", CSV, tables)
    texts = told(check_table(tables, table), "ja")
    assert len(texts) == 12
    assert "Shift_JIS" in texts.pop(("TableReadAs", None, None))
    assert texts.keys() == EXPECTED.keys()
    for key, word in EXPECTED.items():
        assert word in texts[key]


def test_twelve_mistakes_in_a_workbook_are_twelve_messages(tables: TableContext) -> None:
    rows = [*TWELVE[:8], measure(109, ja=MOJIBAKE), *TWELVE[9:]]
    table = read_table_entry(as_workbook(rows), "取組.xlsx", XLSX, tables)
    found = check_table(tables, table)
    texts = told(found, "ja")
    assert len(texts) == 12
    assert "文字化け" in texts.pop(("TableEncodingBroken", 10, "題名（日本語）"))
    assert texts.keys() == EXPECTED.keys()
    assert {f.place.sheet for f in found.findings if f.place} == {"取組"}


def test_the_messages_exist_in_english(tables: TableContext) -> None:
    table = read_table_entry(as_csv(TWELVE, "cp932"), "t.csv", CSV, tables)
    for text in told(check_table(tables, table), "en").values():
        plain = text.replace("文化省", "").replace("令和４年度", "").replace("照明の交換の準備", "")
        assert not any("぀" <= sign <= "ヿ" for sign in plain), text


def test_the_nearest_name_is_told(tables: TableContext) -> None:
    found = [f for f in read(tables, TWELVE[:1]).findings if f.explanation]
    assert [f.explanation.nearest.ja for f in found if f.explanation and f.explanation.nearest] == [
        "文部科学省"
    ]


def test_sound_rows_break_no_rule(tables: TableContext) -> None:
    assert report(tables, [measure(201), measure(202)]).of(Severity.VIOLATION) == ()


def test_a_table_is_checked_alone(tables: TableContext) -> None:
    found = check_table(tables, read(tables, [measure(201)]), mode=Mode.ALONE)
    assert found.of(Severity.VIOLATION)


def test_a_deadline_takes_the_place_of_another(tables: TableContext) -> None:
    table = read(tables, [{"code": "II-1-20-012", "deadline": "2023年度"}])
    assert not check_table(tables, table).of(Severity.VIOLATION)
    assert table.difference.lines("en")[0] == (
        "Changes the deadline of II-1-20-012 from FY2022 to FY2023."
    )
    assert table.difference.lines("ja")[0] == (
        "II-1-20-012の達成時期を2022年度から2023年度に変更します。"
    )
    period = NAMES.period(year=2022, fiscal=True)
    thing = thing_of("II-1-20-012")
    assert (thing, JPSTRAT.deadline, period) in table.entry.removed


def committed_row(tables: TableContext, code: str) -> dict[str, object]:
    """A measure of the graph as a row."""
    thing = thing_of(code)

    def values(name: str) -> str:
        found = tables.known.objects(thing, JPSTRAT[name])
        return "、".join(sorted(str(value) for value in found))

    return {
        "code": code,
        "status": values("status"),
        "section": values("inSection"),
        "targets": values("addresses"),
        "organisations": values("responsibleOrganization"),
        "deadline": values("deadline"),
        "original": values("repostOf"),
        "reference": values("repostReference"),
    }


def test_rows_that_say_what_is_committed_change_nothing(tables: TableContext) -> None:
    measures = tables.known.subjects(RDF.type, JPSTRAT.Measure)
    codes = sorted(str(tables.known.value(thing, JPSTRAT.code)) for thing in measures)
    assert len(codes) == 272
    table = read(tables, [committed_row(tables, code) for code in codes])
    assert [f for f in table.findings if f.severity is Severity.VIOLATION] == []
    assert table.rows == 272
    assert table.difference.lines("en") == ["No change."]
    assert not table.difference


def test_an_empty_cell_says_nothing_and_none_removes(tables: TableContext) -> None:
    row: dict[str, object] = {"code": "II-1-20-012", "deadline": "2022年度", "targets": ""}
    assert read(tables, [row]).entry.removed == ()
    (gone,) = read(tables, [row | {"targets": "なし"}]).entry.removed
    assert gone[1] == JPSTRAT.addresses


def test_a_repost_needs_its_reason(tables: TableContext) -> None:
    row = measure(211, status="再掲", organisations="経済産業省", original="II-1-20-071")
    assert "TableReasonMissing" in rules(report(tables, [row]))
    row |= {"reason-ja": "同じ文言。", "reason-en": "The same wording."}
    table = read(tables, [row])
    assert "TableReasonMissing" not in rules(check_table(tables, table))
    curated = table.entry.graphs[NAMES.graph("curated")]
    thing = thing_of("II-1-20-211")
    original = thing_of("II-1-20-071")
    assert (thing, JPSTRAT.repostOf, original) in curated
    link = NAMES.id("link", "repost-II-1-20-211")
    assert (link, JPSTRAT.linkTarget, original) in curated


def test_a_repost_without_an_original_says_so(tables: TableContext) -> None:
    row = measure(
        211,
        status="再掲",
        original="未解決",
        reason_ja="見当たらない。",
        reason_en="None.",
    )
    table = read(tables, [row])
    thing = thing_of("II-1-20-211")
    unresolved = NAMES.concept("repost-resolution", "unresolved")
    curated = table.entry.graphs[NAMES.graph("curated")]
    assert (thing, JPSTRAT.repostResolution, unresolved) in curated
    assert table.findings == ()


def test_a_row_may_repost_one_of_a_row_below(tables: TableContext) -> None:
    first = measure(211, original="II-1-20-212", reason_ja="同じ。", reason_en="Same.")
    assert "TableNameUnknown" not in rules(report(tables, [first, measure(212)]))
    assert "TableNameUnknown" in rules(report(tables, [first]))


TEXT = "一つ目の文。\n二つ目の文、\n続き。二つ目の文。"
DOCUMENT = SourceText("ai2019-fu2020", TEXT, "0" * 64)


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"passage": "一つ目の文。"}, None),
        ({"passage": "二つ目の文、続き。", "from": "7", "to": "17"}, None),
        ({"passage": "二つ目の文"}, "TablePassageElsewhere"),
        ({"passage": "三つ目の文。"}, "TablePassageElsewhere"),
        ({"passage": "一つ目の文。", "from": "7", "to": "17"}, "TablePassageElsewhere"),
        ({"from": "7"}, "TablePositionMissing"),
    ],
)
def test_passages_are_looked_up_in_the_documents(
    tables: TableContext, cells: dict[str, object], rule: str | None
) -> None:
    row = measure(211, **{"from": "", "to": "", "passage": ""}) | cells
    body = as_csv([row])
    table = read_table_entry(body, "t.csv", CSV, tables, documents=[DOCUMENT])
    assert rules(Report(table.findings)) == ([rule] if rule else [])
    assert (NAMES.graph("source") in table.entry.graphs) == (rule is None)


def test_a_passage_is_kept_as_its_digest_only(tables: TableContext) -> None:
    words = "架空の計画の文である。"
    row = measure(211, passage=words) | {"from": "100", "to": "111"}
    table = read(tables, [row])
    source = table.entry.graphs[NAMES.graph("source")]
    span = NAMES.span("ai2019-fu2020", 100, 111)
    assert any(s == span and str(o) == digest(words) for s, _, o in source)
    everything = [*table.entry.statements, *table.findings]
    assert not any(words in repr(each) for each in everything)


def test_passages_of_the_official_document_are_found(
    tables: TableContext, project: Project, sources: Path
) -> None:
    documents = find_documents(sources, project)
    (document,) = (each for each in documents if each.slug == "ai2019-fu2020")
    source = tables.known.subjects(JPSTRAT.sourceDocument, NAMES.id("source", document.slug))
    spans = [str(span).partition("=")[2].split(",") for span in source if "#char=" in str(span)]
    long = sorted((int(start), int(end)) for start, end in spans if int(end) - int(start) > 80)
    assert len(long) > 100
    rows = [
        measure(300 + number, passage=document.text[start:end]) | {"from": "", "to": ""}
        for number, (start, end) in enumerate(long[:100])
    ]
    table = read_table_entry(as_csv(rows), "t.csv", CSV, tables, documents=documents)
    found = {str(o) for s, p, o in table.entry.statements if p == JPSTRAT.evidence}
    expected = {str(NAMES.span(document.slug, start, end)) for start, end in long[:100]}
    # a few passages stand in the document twice
    assert len(found & expected) > 90
    assert found <= expected
    assert {str(f.shape).partition("#")[2] for f in table.findings} <= {"TablePassageElsewhere"}


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"from": "100", "to": "105", "passage": "五文字よりは長い文"}, "TablePassageElsewhere"),
        ({"from": "11474", "to": "11484", "passage": "別の文"}, "TablePassageElsewhere"),
        ({"from": "100", "to": "105", "passage": ""}, "TablePositionMissing"),
        ({"from": "", "to": "105", "passage": "文"}, "TablePositionMissing"),
    ],
)
def test_evidence_without_documents_needs_all_of_it(
    tables: TableContext, cells: dict[str, object], rule: str
) -> None:
    row = measure(211, passage="") | cells
    assert rules(Report(read(tables, [row]).findings)) == [rule]


def test_an_edition_that_there_is_not_is_named(tables: TableContext) -> None:
    with pytest.raises(EditionUnknown) as caught:
        read_table_entry(b"", "t.csv", CSV, tables, edition="ai2019-fu2021")
    assert caught.value.facts["nearest"] == "ai2019-fu2020"


def content(project: Project) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(project.data.rglob("*")) if path.is_file()}


NEW = [
    measure(
        301,
        value="150",
        unit="講座",
        comparator="以上",
        population_ja="講座",
        population_en="courses",
        printed="150講座以上",
        passage="架空の文。",
    )
    | {"from": "72000", "to": "72005"},
    {"code": "II-1-20-012", "deadline": "2023年度"},
]


@pytest.fixture
def table_file(tmp_path: Path) -> Path:
    path = tmp_path / "新しい取組.xlsx"
    path.write_bytes(as_workbook(NEW))
    return path


def test_writing_adds_to_the_right_files_once(project_copy: Project, table_file: Path) -> None:
    before = content(project_copy)
    outcome, difference, written = import_file(table_file, ImportRequest(), project_copy)
    assert outcome.accepted
    assert difference
    assert written == []
    assert content(project_copy) == before
    outcome, difference, written = import_file(table_file, ImportRequest(write=True), project_copy)
    names = [str(path.relative_to(project_copy.data / "ttl")) for path in written]
    assert names == [
        "ai2019-fu2020/measure.ttl",
        "ai2019-fu2020/quantitative-target.ttl",
        "source/source-span.ttl",
    ]
    after = content(project_copy)
    assert {path for path in after if after[path] != before.get(path)} == set(written)
    _, difference, written = import_file(table_file, ImportRequest(write=True), project_copy)
    assert not difference
    assert written == []
    assert content(project_copy) == after


def test_what_was_written_is_canonical_and_small(project_copy: Project, table_file: Path) -> None:
    before = (project_copy.data / "ttl/ai2019-fu2020/measure.ttl").read_text("utf-8").splitlines()
    import_file(table_file, ImportRequest(write=True), project_copy)
    path = project_copy.data / "ttl/ai2019-fu2020/measure.ttl"
    assert format_files(project_copy.turtle_files(), check=True) == []
    after = path.read_text("utf-8").splitlines()
    assert [line for line in before if line not in after] == []
    assert len(after) - len(before) == 17


def test_nothing_is_written_where_a_rule_is_broken(project_copy: Project, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(as_csv([measure(301), measure(302, organisations="文化省")]))
    before = content(project_copy)
    outcome, _, written = import_file(path, ImportRequest(write=True), project_copy)
    assert not outcome.accepted
    assert written == []
    assert content(project_copy) == before


def test_a_file_that_is_no_table_is_refused(project: Project, tmp_path: Path) -> None:
    with pytest.raises(PathMismatched):
        import_file(tmp_path / "t.svg", ImportRequest(), project)
    with pytest.raises(PathMissing):
        import_file(tmp_path / "t.csv", ImportRequest(), project)


def run(*arguments: str, lang: str = "ja") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"SENRYAKU_LANG": lang}
    script = "import sys; sys.argv[0] = 'senryaku'; from cli.main import run; run()"
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_the_command_tells_what_changes(table_file: Path) -> None:
    done = run("import", str(table_file))
    assert done.returncode == 0, done.stderr
    assert "II-1-20-012の達成時期を2022年度から2023年度に変更します。" in done.stdout
    assert "取組を1件追加します。" in done.stdout
    assert "--write" in done.stderr


def test_the_command_tells_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "取組.csv"
    path.write_bytes(as_csv(TWELVE, "cp932"))
    done = run("import", str(path))
    assert done.returncode == 1
    for _, row, header in EXPECTED:
        assert f"{row}行「{header}」列" in done.stdout
    assert "Traceback" not in done.stderr


def test_the_command_refuses_what_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"PK\x03\x04 no package")
    done = run("import", str(path), lang="en")
    assert done.returncode == 2
    assert "cannot be read as a table" in done.stderr


def of_rule(found: Report, name: str) -> list[Finding]:
    return [each for each in found.findings if str(each.shape).endswith(f"#{name}")]


def test_positions_out_of_order_or_beyond_the_document_are_told(tables: TableContext) -> None:
    wrong = measure(201, **{"from": "20000", "to": "100"}, passage="あ")
    far = measure(202, **{"from": "5", "to": "999999999"}, passage="あ")
    found = report(tables, [wrong, far])
    positions = of_rule(found, "TablePositionInDocument")
    assert [cell(each) for each in positions] == [(2, "開始位置"), (3, "終了位置")]
    assert of_rule(found, "Evidence") == of_rule(found, "TablePositionMissing") == []


def test_a_column_of_few_choices_lists_them_all(tables: TableContext) -> None:
    (found,) = of_rule(report(tables, [measure(201, status="新しい")]), "TableNameUnknown")
    assert found.explanation is not None
    assert found.explanation.allowed is not None
    assert set(found.explanation.allowed.ja.split("、")) == {"新規", "継続", "更新", "再掲"}


def test_years_from_one_to_another_belong_in_two_columns(tables: TableContext) -> None:
    rows = [measure(201, deadline="2020～2022年度"), measure(202, deadline="平成35年度")]
    first, second = (f.explanation for f in read(tables, rows).findings)
    assert first is not None
    assert "開始時期" in first.fix.ja
    assert second is not None
    assert "元号" in second.problem.ja


def test_the_old_evidence_of_a_changed_deadline_is_named(tables: TableContext) -> None:
    (found,) = read(tables, [{"code": "II-1-20-012", "deadline": "2023年度"}]).findings
    assert (str(found.shape).partition("#")[2], found.severity) == (
        "TableEvidenceOld",
        Severity.WARNING,
    )
    assert found.explanation is not None
    assert re.search(r"（典拠文書の\d+〜\d+文字目）", found.explanation.problem.ja)
    assert re.search(r"characters \d+ to \d+ of the document", found.explanation.problem.en)


@pytest.mark.parametrize("text", ["なし", "none", "-"])
@pytest.mark.parametrize(
    ("key", "name"),
    [("deadline", "deadline"), ("status", "status"), ("organisations", "responsibleOrganization")],
)
def test_a_proven_value_can_be_taken_away(
    tables: TableContext, key: str, name: str, text: str
) -> None:
    found = read(tables, [{"code": "II-1-20-012", key: text}])
    removed = {predicate for _, predicate, _ in found.entry.removed}
    assert JPSTRAT[name] in removed
    (finding,) = found.findings
    assert str(finding.shape).endswith("#TableEvidenceOld")
    assert finding.value is None


def test_every_column_can_say_that_there_is_nothing(tables: TableContext) -> None:
    columns = [column for column in COLUMNS if column.key != "code"]
    assert len(columns) > 30
    for column in columns:
        for text in ("なし", "無し", "none", "-"):
            body = f"番号,{column.name.ja}\nII-1-20-012,{text}\n".encode()
            table = read_table_entry(body, "t.csv", CSV, tables)
            assert table.rows == 1


def test_findings_follow_the_rows_and_speak_of_columns(tables: TableContext) -> None:
    found = report(
        tables, [measure(201, ja=""), measure(202, section=""), measure(203, targets="")]
    )
    lines = [cell(each)[0] for each in found.findings]
    assert lines == sorted(lines, key=lambda line: line or 0)
    for each in found.findings:
        assert each.explanation is not None
        assert "jpstrat:" not in each.explanation.fix.ja + each.explanation.fix.en


def test_what_stands_below_a_misspelt_header_is_not_called_missing(tables: TableContext) -> None:
    body = as_csv([measure(201), measure(202)]).decode("utf-8-sig")
    for right, wrong in (
        ("担当組織", "担当機関組織"),
        ("達成時期", "達成期限"),
        ("番号", "取組番号コード"),
    ):
        table = read_table_entry(body.replace(right, wrong, 1).encode(), "t.csv", CSV, tables)
        (found,) = check_table(tables, table).findings
        assert rule_name(found.shape) == "TableHeaderMisspelt"
        assert found.explanation is not None
        assert found.explanation.nearest is not None
        assert found.explanation.nearest.ja == right


def test_a_passage_is_missed_once_for_a_measure_and_its_target(tables: TableContext) -> None:
    quantity = measure(
        201,
        value="120",
        unit="人",
        comparator="以上",
        population_ja="交換した照明",
        population_en="lights",
        printed="120人以上",
        passage="",
    ) | {"from": "", "to": ""}
    (found,) = report(tables, [quantity]).findings
    assert (rule_name(found.shape), found.severity) == ("Evidence", Severity.VIOLATION)


ASIDES = (
    "合計",
    "計",
    "小計",
    "〃",
    "同上",
    "※出典は各省の資料",
    "注：各省による",
    "注",
    "Total",
    "Note: x",
    "合　計",
    "合計（3件）",
    "計3件",
    "【合計】",
    "同上。",
    "Totals",
    "Grand total",
    "（注1）各省による",
)
HEADINGS = (
    "●II-1 教育",
    "II-1 教育改革",
    "1 教育改革",
    "注1 各省による",
    "備考欄参照",
    "以下余白",
    "2020年4月1日現在",
    "注：II-1-20を参照",
    "Notes on data for schools",
)


@pytest.mark.parametrize("key", ["code", "ja"])
@pytest.mark.parametrize("text", ASIDES)
def test_a_row_about_no_measure_is_told_once(tables: TableContext, key: str, text: str) -> None:
    aside = {"code": "", "ja": "", key: text, "value": "12"}
    table = read(tables, [measure(201), aside])
    assert table.rows == 1
    added = {s for s, p, o in table.difference.added if (p, o) == (RDF.type, JPSTRAT.Measure)}
    assert added == {thing_of("II-1-20-201")}
    (found,) = check_table(tables, table).findings
    assert rule_name(found.shape) == "TableCodeMissing"
    assert (found.place and found.place.line, str(found.value)) == (3, normalize("NFKC", text))
    assert found.explanation is not None
    assert "記入例" in found.explanation.fix.ja
    assert "example" in found.explanation.fix.en


@pytest.mark.parametrize("text", HEADINGS)
def test_a_heading_in_the_column_of_codes_is_told_once(tables: TableContext, text: str) -> None:
    found = report(tables, [measure(201), {"code": text}, measure(202)]).findings
    assert [(rule_name(each.shape), cell(each)) for each in found] == [
        ("TableCodeMissing", (3, "番号"))
    ]


@pytest.mark.parametrize(
    ("code", "rule"),
    [("※II-1-20-101", "MeasureCode"), ("新規1", "MeasureCode"), ("X", "MeasureCode")],
)
def test_a_measure_with_a_wrong_code_is_no_heading(
    tables: TableContext, code: str, rule: str
) -> None:
    table = read(tables, [measure(201, code=code)])
    assert table.rows == 1
    (found,) = check_table(tables, table).findings
    assert rule_name(found.shape) == rule


@pytest.mark.parametrize(
    ("code", "rule"), [("=A2&1", "TableFormula"), ("æ–‡éƒ¨", "TableEncodingBroken")]
)
def test_a_code_that_cannot_be_read_is_no_heading(
    tables: TableContext, code: str, rule: str
) -> None:
    (found,) = report(tables, [measure(201), {"code": code}]).findings
    assert rule_name(found.shape) == rule


@pytest.mark.parametrize(
    "title", ["計算機の整備", "合計特殊出生率の公表", "注意喚起", "資料の公開"]
)
def test_a_measure_without_a_code_is_no_note(tables: TableContext, title: str) -> None:
    table = read(tables, [measure(201, ja=title, code="")])
    assert table.rows == 1
    (found,) = table.findings
    assert found.explanation is not None
    assert found.explanation.problem.ja == "番号がありません。"


def test_a_missing_deadline_may_stay_so(tables: TableContext) -> None:
    for text in ("なし", ""):
        (found,) = report(tables, [measure(201, deadline=text)]).findings
        assert (rule_name(found.shape), found.severity) == ("MeasureDeadline", Severity.WARNING)
        assert found.explanation is not None
        assert "原文に記載がなければ" in found.explanation.fix.ja
        assert "may stay empty or say none" in found.explanation.fix.en
    (found,) = report(tables, [measure(201, status="")]).findings
    assert found.explanation is not None
    assert "原文に記載がなければ" not in found.explanation.fix.ja


def test_a_change_of_a_measure_that_is_not_there_names_the_nearest(tables: TableContext) -> None:
    found = report(tables, [{"code": "II-1-20-0755", "deadline": "2023年度"}]).findings[0]
    said = found.explanation
    assert (rule_name(found.shape), cell(found)) == ("TableCodeNew", (2, "番号"))
    assert said is not None
    assert said.problem == Both(
        "番号 II-1-20-0755 の取組はまだありません。", "There is no measure II-1-20-0755 yet."
    )
    assert said.nearest == Both("II-1-20-075", "II-1-20-075")
    # one that says most of what a new measure needs is a new one
    (found,) = report(tables, [measure(990, status="")]).findings
    assert rule_name(found.shape) == "MeasureStatus"


@pytest.mark.parametrize(
    ("text", "line"),
    [("照明の\n交換", "照明の交換"), ("照明の \r\n 交換", "照明の交換"), ("AIの\nLED", "AIの LED")],
)
def test_a_title_in_two_lines_is_proposed_in_one(
    tables: TableContext, text: str, line: str
) -> None:
    found = next(
        each
        for each in report(tables, [measure(201, ja=text)]).findings
        if rule_name(each.shape) == "TitleOneLine"
    )
    assert found.explanation is not None
    assert found.explanation.nearest == Both(line, line)


@pytest.mark.parametrize("name", ["a.xls", "a.XLSM", "a.xlsb", "a.ods", "a.numbers"])
def test_other_workbooks_are_to_be_saved_as_xlsx(
    project: Project, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"x")
    with pytest.raises(TableUnreadable) as caught:
        import_file(path, ImportRequest(), project)
    assert "表計算ソフトで .xlsx として保存" in caught.value.message("ja")
    assert "Save it as .xlsx" in caught.value.message("en")
    (unreadable,) = check_files(CheckRequest((str(path),))).unreadable
    assert "Save it as .xlsx" in unreadable.problem.en


@pytest.mark.parametrize(
    ("name", "ja", "en"),
    [
        ("取組.pdf", "PDFです。表の行をひな型に", "It is a PDF. Copy the rows into the template"),
        ("a.DOCX", "文書ファイルです。", "It is a text document."),
        ("a.pptx", "スライドです。", "It is a set of slides."),
        ("a.jpeg", "画像です。", "It is an image."),
        ("a.zip", "圧縮ファイルです。中のファイルを取り出して", "It is an archive. Unpack it"),
    ],
)
def test_what_is_no_table_is_named_with_what_to_do(
    project: Project, tmp_path: Path, name: str, ja: str, en: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"x")
    with pytest.raises(TableUnreadable) as caught:
        import_file(path, ImportRequest(), project)
    assert ja in caught.value.message("ja")
    assert en in caught.value.message("en")
    (unreadable,) = check_files(CheckRequest((str(path),))).unreadable
    assert (ja in unreadable.problem.ja, en in unreadable.problem.en) == (True, True)


def test_an_ending_that_only_resembles_is_not_offered(project: Project, tmp_path: Path) -> None:
    for name, near in (("a.pfd", None), ("a.docs", None), ("a.cvs", ".csv"), ("a.xlxs", ".xlsx")):
        with pytest.raises(PathMismatched) as caught:
            import_file(tmp_path / name, ImportRequest(), project)
        assert caught.value.facts["nearest"] == near
        (unreadable,) = check_files(CheckRequest((str(tmp_path / name),))).unreadable
        assert (f"Did you mean: {near}?" in unreadable.problem.en) == (near is not None)
        assert "Did you mean: .rdf" not in unreadable.problem.en
