"""Reading tables: encodings, separators, years, numbers, headers, merged and hidden cells."""

from datetime import date
from io import BytesIO
from itertools import pairwise

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from tests.measure_tables import HEADERS, Rows, as_csv, as_workbook, measure

from cli.reference import pages
from kg.errors import HeadersMissing, TableTooLarge, TableUnreadable
from kg.namespaces import JPSTRAT, NAMES
from kg.pipeline.cells import TableImport
from kg.pipeline.importing import TableContext, read_table_entry
from kg.tables import CSV, RULES, TSV, XLSX, TableLimits, media_of, read_table
from kg.tables.measure_columns import BY_KEY
from kg.tables.resolving import Resolver
from kg.tables.values import is_damaged, read_code, read_number, read_year, repaired
from kg.validate import Explanation, Finding, Severity, rule_name


def rules(found: TableImport) -> list[str]:
    return [str(finding.shape).partition("#")[2] for finding in found.findings]


def nearest(finding: Finding) -> str | None:
    said = finding.explanation
    assert said is not None
    return said.nearest.ja if said.nearest else None


def from_csv(tables: TableContext, rows: Rows, encoding: str = "utf-8-sig") -> TableImport:
    return read_table_entry(as_csv(rows, encoding), "t.csv", CSV, tables)


def from_workbook(tables: TableContext, body: bytes) -> TableImport:
    return read_table_entry(body, "t.xlsx", XLSX, tables)


def values(table: TableImport, name: str, code: str = "II-1-20-211") -> list[str]:
    thing = NAMES.id("measure", "ai2019-fu2020", code)
    found = (o for s, p, o in table.entry.statements if s == thing and p == JPSTRAT[name])
    return sorted(str(value).rpartition("/")[2] for value in found)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2022年度", (2022, True)),
        ("２０２２年度", (2022, True)),
        ("令和４年度", (2022, True)),
        ("令和四年度", (2022, True)),
        ("令和元年度", (2019, True)),
        ("平成三十一年", (2019, False)),
        ("R4年度", (2022, True)),
        ("r4年", (2022, False)),
        ("H30年度", (2018, True)),
        ("昭和64年", (1989, False)),
        ("令和4年", (2022, False)),
        ("2022年", (2022, False)),
        ("FY2022", (2022, True)),
        ("fy2022", (2022, True)),
        ("2022FY", (2022, True)),
        ("CY2022", (2022, False)),
        ("2022年度末", (2022, True)),
        ("2022年度まで", (2022, True)),
        ("2022年度末まで", (2022, True)),
        ("令和４年度末までに", (2022, True)),
        ("2022年度以内", (2022, True)),
        ("2022年度（令和4年度）", (2022, True)),
        ("令和4年度（2022年度）", (2022, True)),
        ("令和４（2022）年度", (2022, True)),
        ("2022（R4）年", (2022, False)),
        ("令和4年度末（2023年3月）", (2022, True)),
        ("2023年3月末（2022年度末）", (2022, True)),
        ("R4", (2022, None)),
        ("2022", (2022, None)),
        ("https://w3id.org/jpstrat/id/period/cy2022", (2022, False)),
    ],
)
def test_years_of_either_calendar(text: str, year: tuple[int, bool | None]) -> None:
    found = read_year(text)
    assert found is not None
    assert (found.year, found.fiscal) == year


@pytest.mark.parametrize(
    "text",
    [
        *("", "元年度", "22年度", "2022年3月", "来年度", "令和", "～2022", "令和0年度", "平成0年"),
        *("2022年度（令和5年度）", "2022年度（令和4年）", "2022年度（予定）"),
    ],
)
def test_what_is_no_year(text: str) -> None:
    assert read_year(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("25万", "250000"),
        ("１，０００", "1000"),
        ("0.25", "0.25"),
        ("120%", "120"),
        ("1億", "100000000"),
        ("2千万", "20000000"),
        ("1億2000万", "120000000"),
        ("1万2千", "12000"),
        ("1,234,567.5", "1234567.5"),
        ("12 000", "12000"),
        ("-1,000", "-1000"),
    ],
)
def test_numbers(text: str, number: str) -> None:
    found = read_number(text)
    assert found is not None
    assert f"{found[0]:f}" == number


@pytest.mark.parametrize(
    "text", ["", "約100", "1e5", "NaN", "1..2", "百", "1,5", "1,00", "1,0000", "50 60", "2万3億"]
)
def test_what_is_no_number(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize("text", ["ＩＩ－１－２０－００１", "Ⅱ－1‐20−001", " II-1-20-001　"])
def test_codes_in_whatever_width(text: str) -> None:
    assert read_code(text) == "II-1-20-001"


@pytest.mark.parametrize("wrong", ["cp932", "cp1252", "latin-1"])
def test_text_of_a_wrong_encoding_is_seen(wrong: str) -> None:
    # a full character of three bytes that each of the encodings can show
    damaged = "あ".encode().decode(wrong, errors="replace")
    assert is_damaged(damaged)


def test_sound_text_is_not_damaged() -> None:
    for text in ("照明の交換", "Réseau", "plain", "①〜㎡", "ﾊﾝｶｸ", "ﾃｱ", "a\nb"):
        assert not is_damaged(text)
    assert repaired("Ã©tude") == "étude"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932", "euc_jp"])
def test_encodings(tables: TableContext, encoding: str) -> None:
    table = from_csv(tables, [measure(211), measure(212)], encoding)
    assert table.rows == 2
    assert values(table, "responsibleOrganization") == ["mext"]
    assert rules(table) == ([] if encoding.startswith("utf-8") else ["TableReadAs"])


def test_bytes_of_no_encoding_are_refused_with_their_line() -> None:
    with pytest.raises(TableUnreadable) as caught:
        read_table("番号,題名\n".encode() + b"\x80\xff\xfe\xa0\n", "t.csv", CSV)
    assert "2" in caught.value.message("ja")


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_separators_of_cells(tables: TableContext, delimiter: str) -> None:
    media = TSV if delimiter == "\t" else CSV
    body = as_csv([measure(211)], delimiter=delimiter)
    assert read_table_entry(body, "t.csv", media, tables).rows == 1


def test_a_cell_that_is_not_closed_is_refused() -> None:
    with pytest.raises(TableUnreadable):
        read_table(b'a,b\n"c,d\n', "t.csv", CSV)


@pytest.mark.parametrize(
    "text",
    [
        "文部科学省、経済産業省",
        "文・経",
        "【文・経】",
        "文科省/経産省",
        "文部科学省\n経済産業省",
        "文，経",
        "文;経",
        "文部科学省及び経済産業省",
    ],
)
def test_separators_of_names(tables: TableContext, text: str) -> None:
    table = from_csv(tables, [measure(211, organisations=text)])
    assert values(table, "responsibleOrganization") == ["meti", "mext"]
    assert rules(table) == []


def test_names_may_hold_a_separator(tables: TableContext) -> None:
    table = from_csv(tables, [measure(211, organisations="健康・医療戦略室・厚")])
    assert values(table, "responsibleOrganization") == ["cas-health", "mhlw"]


def test_a_name_with_commas_in_english(tables: TableContext) -> None:
    names = "Ministry of Education, Culture, Sports, Science and Technology, METI"
    table = from_csv(tables, [measure(211, organisations=names)])
    assert "mext" in values(table, "responsibleOrganization")


def test_parties_that_are_no_bodies_become_sectors(tables: TableContext) -> None:
    table = from_csv(tables, [measure(211, organisations="総務省、その他関係府省等")])
    assert values(table, "responsibleOrganization") == ["mic"]
    assert values(table, "responsibleSector") == ["other-ministries"]


def test_a_year_that_may_be_either_is_asked_for(tables: TableContext) -> None:
    table = from_csv(tables, [measure(211, deadline="R4")])
    assert rules(table) == ["TableYearUnknown"]
    assert nearest(table.findings[0]) == "2022年度、2022年"


def test_several_deadlines_are_printed_one_by_one(tables: TableContext) -> None:
    table = from_csv(tables, [measure(211, deadline="2020年、令和３年度")])
    assert values(table, "deadline") == ["cy2020", "fy2021"]
    assert values(table, "deadlineText") == ["2020年", "令和３年度"]


def test_a_period_beyond_the_graph_is_told(tables: TableContext) -> None:
    assert rules(from_csv(tables, [measure(211, deadline="2222年度")])) == ["TableYearUnknown"]


def test_headers_in_english_and_in_both_languages(tables: TableContext) -> None:
    for headers in ("Code,Title (English),Status", "番号 / Code,題名（英語）,状況\nCode,,Status"):
        body = f"{headers}\nII-1-20-211,A title,new\n".encode()
        table = read_table_entry(body, "t.csv", CSV, tables)
        assert values(table, "status") == ["new"]
        assert (table.rows, rules(table)) == (1, [])


def test_a_header_that_is_misspelt_names_the_nearest(tables: TableContext) -> None:
    body = "番号,題名（日本語）,達成次期,予算額\nII-1-20-211,題名,2022年度,5\n".encode()
    table = read_table_entry(body, "t.csv", CSV, tables)
    # the row has the code of no measure, and too little to describe one
    assert rules(table) == ["TableHeaderMisspelt", "TableHeaderUnknown", "TableCodeNew"]
    assert nearest(table.findings[0]) == "達成時期"


def test_a_header_that_stands_twice_is_told(tables: TableContext) -> None:
    body = "番号,状況,状況\nII-1-20-211,新規,更新\n".encode()
    table = read_table_entry(body, "t.csv", CSV, tables)
    assert rules(table) == ["TableHeaderTwice", "TableCodeNew"]


def test_a_table_without_headers_is_refused(tables: TableContext) -> None:
    with pytest.raises(HeadersMissing) as caught:
        read_table_entry("番合,たいとる\nx,y\n".encode(), "t.csv", CSV, tables)
    assert caught.value.facts["nearest"] == "番号"


def test_titles_above_the_headers_empty_rows_and_repeated_headers(tables: TableContext) -> None:
    head, *rest = as_csv([measure(211), measure(212)], "utf-8").decode().splitlines()
    lines = ["取組の一覧,,", "", head, rest[0], "", head, rest[1], ",,,"]
    table = read_table_entry("\n".join(lines).encode(), "t.csv", CSV, tables)
    assert (table.rows, rules(table)) == (2, [])
    thing = NAMES.id("measure", "ai2019-fu2020", "II-1-20-212")
    assert table.entry.subjects[thing].line == 7


def test_rows_without_a_code_are_told(tables: TableContext) -> None:
    table = from_csv(tables, [measure(211, code=""), measure(212)])
    assert rules(table) == ["TableCodeMissing"]
    assert table.findings[0].place is not None
    assert table.findings[0].place.text("ja") == "t.csv 2行「番号」列"


def test_examples_are_not_read(tables: TableContext) -> None:
    table = from_csv(tables, [measure(211, code="記入例 II-1-20-999"), measure(212)])
    assert table.rows == 1


def test_merged_cells_hold_for_every_row(tables: TableContext) -> None:
    def merge(sheet: Worksheet) -> None:
        sheet.cell(3, 7).value = None
        sheet.merge_cells("G2:G3")

    assert list(HEADERS)[6] == "organisations"
    rows = [measure(211, lead="", organisations="総務省"), measure(212)]
    table = from_workbook(tables, as_workbook(rows, merge))
    assert values(table, "responsibleOrganization", "II-1-20-212") == ["mic"]


def test_a_hidden_column_is_read_and_told(tables: TableContext) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.column_dimensions["D"].hidden = True

    table = from_workbook(tables, as_workbook([measure(211)], hide))
    assert rules(table) == ["TableColumnHidden"]
    assert values(table, "status") == ["new"]


def test_formulas_errors_and_dates_are_told_with_their_cell(tables: TableContext) -> None:
    rows = [
        measure(211, ja="=A1"),
        measure(212, ja="#REF!"),
        measure(213, deadline=date(2022, 4, 1)),
        measure(214, deadline=date(1905, 7, 14)),
    ]
    table = from_workbook(tables, as_workbook(rows))
    assert rules(table) == ["TableFormula", "TableFormula", "TableDateForText", "TableDateForText"]
    assert nearest(table.findings[2]) == "2022年度"
    assert nearest(table.findings[3]) == "2022年度"
    assert [finding.place.line for finding in table.findings if finding.place] == [2, 3, 4, 5]


def test_formulas_in_csv_are_told(tables: TableContext) -> None:
    assert rules(from_csv(tables, [measure(211, ja='=HYPERLINK("x")')])) == ["TableFormula"]


def test_numbers_of_a_workbook(tables: TableContext) -> None:
    def percent(sheet: Worksheet) -> None:
        column = [cell.value for cell in sheet[1]].index(HEADERS["value"]) + 1
        sheet.cell(2, column).value = 0.45
        sheet.cell(2, column).number_format = "0%"

    row = measure(211, value="1", unit="%", comparator="以上", printed="45%")
    table = from_workbook(tables, as_workbook([row], percent))
    target = NAMES.id("measure", "ai2019-fu2020", "II-1-20-211", "q1")
    (value,) = (o for s, p, o in table.entry.statements if s == target and p == JPSTRAT.value)
    assert str(value) == "45"


def test_several_sheets(tables: TableContext) -> None:
    book = load_workbook(BytesIO(as_workbook([measure(211)])))
    second, third, hidden = (book.create_sheet(name) for name in ("二枚目", "メモ", "隠し"))
    for row in book.worksheets[0].iter_rows(values_only=True):
        second.append(row)
        hidden.append(row)
    second.cell(2, 1).value = "II-1-20-212"
    third.append(["これはメモ"])
    hidden.sheet_state = "hidden"
    written = BytesIO()
    book.save(written)
    table = from_workbook(tables, written.getvalue())
    assert table.rows == 2
    assert rules(table) == ["TableSheetSkipped", "TableSheetHidden"]


def test_limits_are_told(tables: TableContext) -> None:
    rows = [measure(number) for number in range(100, 120)]
    for limits in (
        TableLimits(rows=10),
        TableLimits(columns=3),
        TableLimits(body=100),
        TableLimits(text=5),
    ):
        for body, media in ((as_csv(rows), CSV), (as_workbook(rows), XLSX)):
            with pytest.raises(TableTooLarge):
                read_table_entry(body, "t", media, tables, limits=limits)


def test_media_types_by_name() -> None:
    assert [media_of(name) for name in ("a.CSV", "a.tsv", "a.xlsx", "a.xls")] == [
        CSV,
        TSV,
        XLSX,
        None,
    ]


def test_every_rule_speaks_both_languages() -> None:
    assert len(RULES) == 22
    assert len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.text.ja
        assert rule.text.en.isascii()


def test_every_rule_is_in_the_reference() -> None:
    page = pages()["rules.md"]
    for rule in RULES:
        assert f'<a id="{rule.name}"></a>' in page
        assert rule.text.ja in page


def told(tables: TableContext, key: str, text: str) -> Explanation:
    """What is said of the cell of one column."""
    found = from_csv(tables, [measure(211) | {key: text}]).findings
    (said,) = (f.explanation for f in found)
    assert said is not None
    return said


def test_a_former_name_is_told_with_what_took_over(tables: TableContext) -> None:
    said = told(tables, "organisations", "科学技術庁")
    assert said.problem.ja == (
        "「科学技術庁」は2001年まであった組織の名前です。その後身は「文部科学省」です。"
    )
    assert "until 2001; its successor is Ministry of Education" in said.problem.en
    assert said.nearest is not None
    assert said.nearest.ja == "文部科学省"
    said = told(tables, "organisations", "大蔵省")
    assert said.problem.ja == (
        "「大蔵省」は2001年まであった組織の名前です。その後身は「財務省」です。"
    )
    assert said.nearest is None


@pytest.mark.parametrize(
    ("key", "text", "right"),
    [
        ("organisations", "文科省 経産省", "文科省、経産省"),
        ("organisations", "文科省　総務省 経産省", "文科省、総務省、経産省"),
        ("deadline", "2022年度 2024年度", "2022年度、2024年度"),
        ("organisations", "未定", "なし"),
        ("deadline", "未定", "なし"),
        ("deadline", "ＴＢＤ", "なし"),
        ("deadline", "FY22", "2022年度"),
        ("deadline", "CY22", "2022年"),
        ("deadline", "令和５年３月", "2022年度"),
        ("deadline", "令和五年4月末", "2023年度"),
        ("deadline", "2023年3月31日", "2022年度"),
        ("deadline", "2023-03-31", "2022年度"),
        ("deadline", "2023/3/31", "2022年度"),
        ("deadline", "R5.3", "2022年度"),
        ("deadline", "2023/3/31、2024年度", "2022年度"),
        ("targets", "II-1-1-t1 II-1-1-t2", "II-1-1-t1、II-1-1-t2"),
        ("organisations", "不明", "なし"),
        ("deadline", "要確認", "なし"),
        ("deadline", "2022年度頃", "2022年度"),
        ("deadline", "2022年夏頃", "2022年"),
        ("deadline", "2022年度上半期", "2022年度"),
        ("deadline", "西暦2022年度", "2022年度"),
        ("deadline", "2022年度を目途に", "2022年度"),
        ("deadline", "令和4年3月末まで", "2021年度"),
        ("deadline", "20220331", "2021年度"),
        ("deadline", "４年度", "2022年度"),
    ],
)
def test_the_right_text_is_told(tables: TableContext, key: str, text: str, right: str) -> None:
    said = told(tables, key, text)
    assert said.nearest is not None
    assert said.nearest.ja == right
    again = from_csv(tables, [measure(211) | {key: right}])
    assert [f for f in again.findings if f.severity is Severity.VIOLATION] == []


@pytest.mark.parametrize(
    ("text", "either"),
    [
        ("2022年上期", "2022年度、2022年"),
        ("2022年第1四半期", "2022年度、2022年"),
        ("22年度", "2022年度、2040年度"),
        ("31年度", "2031年度、2049年度、2019年度"),
    ],
)
def test_what_may_be_two_years_has_both(tables: TableContext, text: str, either: str) -> None:
    said = told(tables, "deadline", text)
    assert said.nearest is not None
    assert said.nearest.ja == either


@pytest.mark.parametrize("text", ["2022年度～", "～2022年度", "2022年度以降", "2022年度から"])
def test_a_year_to_begin_or_to_end_with_belongs_to_its_column(
    tables: TableContext, text: str
) -> None:
    said = told(tables, "deadline", text)
    assert "「開始時期」" in said.fix.ja


@pytest.mark.parametrize("text", ["N/A", "該当なし", "特になし", "無", "—", "–", "－", "-"])
@pytest.mark.parametrize("key", ["organisations", "deadline"])
def test_a_cell_may_say_that_there_is_nothing(tables: TableContext, key: str, text: str) -> None:
    table = from_csv(tables, [measure(211) | {key: text}])
    assert table.findings == ()
    assert values(table, "responsibleOrganization" if key == "organisations" else key) == []


@pytest.mark.parametrize("text", ["2022年度 来年", "2023年13月", "FY222", "1850年3月"])
def test_what_no_year_is_near_has_no_nearest(tables: TableContext, text: str) -> None:
    assert told(tables, "deadline", text).nearest is None


def test_a_date_of_the_spreadsheet_has_the_year_that_it_lies_in(tables: TableContext) -> None:
    def as_date(sheet: Worksheet) -> None:
        column = next(cell.column for cell in sheet[1] if cell.value == "達成時期")
        sheet.cell(2, column).value = date(2023, 3, 31)

    (found,) = from_workbook(tables, as_workbook([measure(211)], as_date)).findings
    assert (rule_name(found.shape), nearest(found)) == ("TableDateForText", "2022年度")


def test_the_lead_is_not_used_whoever_it_is(tables: TableContext) -> None:
    said = told(tables, "lead", "文化省")
    assert (said.allowed, said.nearest) == (None, None)
    assert "主担当" in said.problem.ja
    assert "underlines" in said.problem.en
    assert said.fix.ja == "この欄は空にしてください。"


def test_two_sections_are_not_read_as_one(tables: TableContext) -> None:
    table = from_csv(tables, [measure(211, section="II-1-1 II-1-2")])
    assert (values(table, "inSection"), rules(table)) == ([], ["TableNameUnknown"])


@pytest.mark.parametrize("column", ["status", "section"])
def test_one_of_several_names_is_not_taken_for_all(tables: TableContext, column: str) -> None:
    text = {"status": "New or continued", "section": "II-1-1 リテラシー教育、II-1-2"}[column]
    said = told(tables, column, text)
    assert said.nearest is not None
    assert "二つ以上" in said.problem.ja
    assert (
        said.nearest.ja
        == {
            "status": "新規、継続",
            "section": "II-1-1 リテラシー教育、II-1-2 応用基礎教育",
        }[column]
    )


def test_a_key_with_the_title_of_another_thing_is_not_read(tables: TableContext) -> None:
    said = told(tables, "section", "II-1-1 教育改革")
    assert said.nearest is not None
    assert said.nearest.ja == "II-1-1 リテラシー教育、II-1 教育改革"
    for text in ("II-1-1 リテラシー教育", "II-1-1 リテラシー", "II-1-1　Literacy education"):
        table = from_csv(tables, [measure(211, section=text)])
        assert (table.findings, values(table, "inSection")) == ((), ["II-1-1"])


@pytest.mark.parametrize("between", ["、", "\n", "・", " and "])
def test_every_choice_of_the_template_in_a_list_is_read(tables: TableContext, between: str) -> None:
    resolver = Resolver(tables.known, tables.lookup, tables.names, "ai2019-fu2020")
    choices = resolver.choices(BY_KEY["targets"])
    assert len(choices) > 80
    for first, second in pairwise(choices):
        for lang in ("ja", "en"):
            text = between.join(resolver.shown(each).of(lang) for each in (first, second))
            found = [found.thing for _, found in resolver.several(text, BY_KEY["targets"])]
            assert found == [first, second], text


@pytest.mark.parametrize(
    "text",
    [
        "MEXT and METI",
        "文科省､経産省",
        "文科省｜経産省",
        "文部科学省 及び 経済産業省",
        "MEXT / METI",
    ],
)
def test_all_bodies_of_a_list_are_read(tables: TableContext, text: str) -> None:
    table = from_csv(tables, [measure(211, organisations=text)])
    assert (table.findings, values(table, "responsibleOrganization")) == ((), ["meti", "mext"])


def test_a_code_is_told_as_read_only_where_it_is_one(tables: TableContext) -> None:
    said = told(tables, "code", "ＩＩ－１－２０－２１１")
    assert "II-1-20-211" in said.problem.ja
    assert from_csv(tables, [measure(211, code="II-1-20-211（新規）")]).findings == ()


@pytest.mark.parametrize("text", ["〃", "同上", '"', "々", "ditto"])
@pytest.mark.parametrize("key", ["ja", "organisations", "deadline", "value"])
def test_a_sign_for_the_value_above_is_told_with_that_value(
    tables: TableContext, key: str, text: str
) -> None:
    first = measure(211, value="12")
    rows = [first, *(measure(number) | {key: text} for number in (212, 213))]
    found = from_csv(tables, rows).findings
    assert [rule_name(each.shape) for each in found] == ["TableRepeated"] * 2
    assert {nearest(each) for each in found} == {first[key]}
    assert told(tables, key, text).nearest is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("約120", "120"), ("120人", "120"), ("約25万人", "250000"), ("１２０パーセント", "120")]
    + [(text, None) for text in ("３割", "50～60", "1/2", "1e3", "1,5", "半分")],
)
def test_the_number_inside_a_text_is_told(
    tables: TableContext, text: str, number: str | None
) -> None:
    said = told(tables, "value", text)
    assert (said.nearest.ja if said.nearest else None) == number
    assert "「数値目標の単位」" in said.fix.ja


@pytest.mark.parametrize(
    ("text", "problem"), [("-1", "0以上の整数"), ("1.5", "0以上の整数"), ("x", "数として")]
)
def test_a_position_is_a_whole_number(tables: TableContext, text: str, problem: str) -> None:
    said = told(tables, "from", text)
    assert problem in said.problem.ja
    assert said.nearest is None


def test_a_percentage_of_another_unit_is_told(tables: TableContext) -> None:
    (found,) = from_csv(tables, [measure(211, value="80%", unit="人")]).findings
    assert found.explanation is not None
    assert found.explanation.problem.ja == "値「80%」は百分率ですが、単位は「人」です。"
    assert from_csv(tables, [measure(211, value="80%", unit="パーセント")]).findings == ()


@pytest.mark.parametrize(
    "mark",
    ["※{}", "{}※", "{}＊", "{}【必須】", "{}（必須）", "１．{}", "(2) {}", "{} [required]", "●{}"],
)
def test_marks_around_headers_do_not_hide_them(tables: TableContext, mark: str) -> None:
    body = as_csv([measure(211)]).decode("utf-8-sig")
    line, _, rest = body.partition("\r\n")
    marked = ",".join(mark.format(header) for header in line.split(","))
    table = read_table_entry(f"{marked}\r\n{rest}".encode(), "t.csv", CSV, tables)
    assert (table.rows, table.findings) == (1, ())


def test_values_beside_the_headers_are_not_dropped_in_silence(tables: TableContext) -> None:
    body = as_csv([measure(211), measure(212)]).decode("utf-8-sig")
    torn = body.replace("文部科学省,2022年度", "文部科学省,経済産業省,2022年度", 1)
    table = read_table_entry(torn.encode(), "t.csv", CSV, tables)
    (beside,) = (f for f in table.findings if rule_name(f.shape) == "TableHeaderUnknown")
    assert beside.place is not None
    assert (beside.place.line, beside.place.header, beside.value) == (2, "K", None)
    assert beside.explanation is not None
    assert "引用符" in beside.explanation.fix.ja


def test_a_quote_that_is_not_closed_is_told_in_both_languages(tables: TableContext) -> None:
    for body, ja, en in (
        ('番号,題名\nII-1-20-211,"照明\n', '2行目の引用符（"）が', "opens in row 2"),
        ('番号,題名\nII-1-20-211,x\nII-1-20-212,"照"明\n', "3行目の引用符", "of row 3"),
    ):
        with pytest.raises(TableUnreadable) as caught:
            read_table_entry(body.encode(), "t.csv", CSV, tables)
        assert ja in caught.value.message("ja")
        assert en in caught.value.message("en")
        assert not {"expected", "end", "data"} & set(caught.value.message("ja").split())


def test_a_missing_code_is_told_whatever_else_is_wrong(tables: TableContext) -> None:
    table = from_csv(tables, [measure(211, code="", organisations="山田太郎")])
    assert rules(table) == ["TableCodeMissing", "TableNameUnknown"]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_of_measures_is_told(tables: TableContext, state: str) -> None:
    book = load_workbook(BytesIO(as_workbook([measure(211)])))
    other = book.copy_worksheet(book.worksheets[0])
    other.title, other.sheet_state = "旧版", state
    book.create_sheet("lists").append(["新規", "継続"])
    book["lists"].sheet_state = state
    book["lists"].cell(TableLimits().rows + 1, 1).value = "x"
    written = BytesIO()
    book.save(written)
    table = from_workbook(tables, written.getvalue())
    (found,) = table.findings
    assert (table.rows, rule_name(found.shape)) == (1, "TableSheetHidden")
    assert found.explanation is not None
    assert found.explanation.problem.ja == "シート「旧版」は非表示なので、読みませんでした。"


def test_a_code_of_another_sheet_is_told_with_that_sheet(tables: TableContext) -> None:
    book = load_workbook(BytesIO(as_workbook([measure(211)])))
    other = book.copy_worksheet(book.worksheets[0])
    other.title = "追加"
    written = BytesIO()
    book.save(written)
    (found,) = from_workbook(tables, written.getvalue()).findings
    assert found.explanation is not None
    assert found.explanation.problem.ja == (
        "番号 II-1-20-211 はシート「取組」の2行目にもあります。"
    )
    assert "row 2 of the sheet '取組'" in found.explanation.problem.en


@pytest.mark.parametrize(
    "text", ["2022", "R4", "2022年夏", "2022年上期", "22年", "22年度", "CY22", "2023/3/31"]
)
def test_every_year_that_is_proposed_can_be_read(tables: TableContext, text: str) -> None:
    said = told(tables, "deadline", text)
    assert said.nearest is not None
    for years in (said.nearest.ja.split("、"), said.nearest.en.split(" | ")):
        for year in years:
            again = from_csv(tables, [measure(211, deadline=year)])
            assert again.findings == ()
    assert len(said.nearest.ja.split("、")) == len(said.nearest.en.split(" | "))


def test_a_number_that_is_not_decided_may_be_left_out(tables: TableContext) -> None:
    (found,) = from_csv(tables, [measure(211, value="未定")]).findings
    assert (rule_name(found.shape), nearest(found)) == ("TableNumberUnknown", "なし")
