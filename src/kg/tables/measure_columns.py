"""The columns of a table of measures, in the order of the template."""

from collections.abc import Iterator, Mapping
from functools import cache

from kg.errors import Both
from kg.lookup import folded
from kg.tables.columns import Column, Kind

_Names = tuple[str, ...]


_TONGUES = (
    ("ja", Both("（日本語）", " (Japanese)")),
    ("en", Both("（英語）", " (English)")),
)


def _in_both(
    key: str,
    name: Both,
    notes: tuple[Both, Both],
    property_: str,
    aliases: tuple[_Names, _Names] = ((), ()),
    *,
    required: bool = False,
) -> Iterator[Column]:
    """A column for a text in Japanese and one for it in English, with a note of each."""
    for (lang, mark), note, others in zip(_TONGUES, notes, aliases, strict=True):
        yield Column(
            f"{key}-{lang}",
            Both(name.ja + mark.ja, name.en + mark.en),
            note,
            Kind.TEXT,
            property_,
            lang=lang,
            required=required,
            aliases=others,
        )


COLUMNS = (
    Column(
        "code",
        Both("番号", "Code"),
        Both("例：II-1-20-001。行ごとに異なる番号。", "Such as II-1-20-001; one for each row."),
        Kind.CODE,
        "jpstrat:code",
        required=True,
        aliases=("取組番号", "コード", "No.", "measure code"),
    ),
    *_in_both(
        "title",
        Both("題名", "Title"),
        (
            Both(
                "自分の言葉で60文字まで。原文を写さない。",
                "In your own words, at most 60 characters.",
            ),
            Both("自分の言葉で100文字まで。", "In your own words, at most 100 characters."),
        ),
        "skos:prefLabel",
        (
            ("題名", "取組", "取組名", "題名（和）", "label ja"),
            ("題名（英）", "title", "label en"),
        ),
        required=True,
    ),
    Column(
        "status",
        Both("状況", "Status"),
        Both("一覧から選ぶ。", "Choose from the list."),
        Kind.THING,
        "jpstrat:status",
        "measure-status",
        required=True,
        aliases=("区分", "新規・継続の別"),
    ),
    Column(
        "section",
        Both("所在の節", "In section"),
        Both("取組が載っている節。", "Where the measure stands in the document."),
        Kind.THING,
        "jpstrat:inSection",
        "jpstrat:DocumentSection",
        required=True,
        aliases=("節", "section", "章節", "掲載箇所"),
    ),
    Column(
        "theme",
        Both("小見出し", "Theme"),
        Both("節の中の【】の見出し。", "The heading in brackets inside the section, if any."),
        Kind.THING,
        "jpstrat:theme",
        "jpstrat:DocumentSection",
        aliases=("見出し",),
    ),
    Column(
        "targets",
        Both("対応する目標", "Targets addressed"),
        Both("具体目標（なければ大目標）。", "Specific targets; else big goals."),
        Kind.THING,
        "jpstrat:addresses",
        "jpstrat:SpecificTarget jpstrat:BigGoal jpstrat:AimClause",
        many=True,
        aliases=("具体目標", "目標", "targets"),
    ),
    Column(
        "organisations",
        Both("担当組織", "Responsible organisations"),
        Both("原文の【】の組織。略称でもよい。", "Those printed in brackets; short forms will do."),
        Kind.THING,
        "jpstrat:responsibleOrganization",
        "org:Organization responsible-sector",
        many=True,
        aliases=(
            *("担当府省等", "担当", "担当府省", "府省"),
            *("organizations", "responsible organizations"),
        ),
    ),
    Column(
        "sectors",
        Both("担当主体の区分", "Responsible sectors"),
        Both(
            "組織の名がない担当：その他関係府省等、民間が主導。",
            "Parties printed without the name of a body.",
        ),
        Kind.THING,
        "jpstrat:responsibleSector",
        "responsible-sector",
        many=True,
        aliases=("組織でない担当",),
    ),
    Column(
        "deadlines",
        Both("達成時期", "Deadlines"),
        Both(
            "2022年度（年度）と2022年（暦年）を区別する。",
            "FY2022 for a fiscal year, CY2022 for a calendar year.",
        ),
        Kind.PERIOD,
        "jpstrat:deadline",
        "jpstrat:YearPeriod",
        many=True,
        aliases=("期限", "達成年度", "deadline"),
    ),
    Column(
        "deadline-text",
        Both("達成時期の記載", "Deadline text"),
        Both(
            "印字のとおり。空なら達成時期の欄のとおり。",
            "As printed. If empty, as in the column of deadlines.",
        ),
        Kind.PRINTED,
        "jpstrat:deadlineText",
        aliases=("達成時期（印字）", "deadline as printed"),
    ),
    Column(
        "start",
        Both("開始時期", "Start period"),
        Both("着手又は「～」の前の年。", "Year of the start."),
        Kind.PERIOD,
        "jpstrat:startPeriod",
        "jpstrat:YearPeriod",
        aliases=("着手時期", "開始年度", "start"),
    ),
    Column(
        "deferred",
        Both("検討を委ねた先", "Deferred to"),
        Both("時期の検討を委ねた戦略。", "Strategy that is to consider the date."),
        Kind.THING,
        "jpstrat:deferredTo",
        "jpstrat:Strategy",
    ),
    Column(
        "repost-of",
        Both("再掲の元", "Repost of"),
        Both("元の取組の番号。特定できなければ「未解決」。", "Its code, or: unresolved."),
        Kind.MEASURE,
        "jpstrat:repostOf",
        "jpstrat:Measure",
        aliases=("再掲元", "original of the repost"),
    ),
    Column(
        "repost-reference",
        Both("再掲の参照先の記載", "Repost reference"),
        Both("印字された参照先。", "The reference as printed."),
        Kind.PRINTED,
        "jpstrat:repostReference",
        aliases=("再掲の参照先（印字）", "repost reference as printed"),
    ),
    *_in_both(
        "reason",
        Both("再掲の元の判断理由", "Rationale for the original"),
        (
            Both("再掲の元を判断した理由。", "Why this is the original."),
            Both("同じ理由を英語で。", "The same in English."),
        ),
        "jpstrat:rationale",
        (
            (
                "再掲の元の理由（日本語）",
                "理由",
                "reason for the original (Japanese)",
                "rationale ja",
            ),
            ("再掲の元の理由（英語）", "reason for the original (English)", "rationale en"),
        ),
    ),
    Column(
        "response",
        Both("対応する事態", "Response to"),
        Both("新型コロナウイルス対応の取組なら選ぶ。", "COVID-19, if it responds to it."),
        Kind.THING,
        "jpstrat:responseTo",
        "response",
        aliases=("コロナ対応", "COVID response"),
    ),
    Column(
        "lead",
        Both("主担当組織", "Lead organisation"),
        Both("使えない。", "Not to be used."),
        Kind.THING,
        "jpstrat:leadOrganization",
        "org:Organization",
        many=True,
        offered=False,
        aliases=("主担当", "主務府省", "lead", "lead organization"),
    ),
    Column(
        "value",
        Both("数値目標の値", "Target value"),
        Both("数。25万とも書ける。", "A number."),
        Kind.NUMBER,
        "jpstrat:value",
        aliases=("数値目標", "目標値", "quantitative target"),
    ),
    Column(
        "unit",
        Both("数値目標の単位", "Target unit"),
        Both("一覧から選ぶ。", "Choose from the list."),
        Kind.THING,
        "jpstrat:unit",
        "unit",
        aliases=("単位", "unit"),
    ),
    Column(
        "comparator",
        Both("数値目標の比較の種類", "Target comparator"),
        Both("約、以上、以下、限定なし。", "About, at least, at most, or unqualified."),
        Kind.THING,
        "jpstrat:comparator",
        "comparator",
        aliases=("数値目標の比較", "比較", "comparator"),
    ),
    Column(
        "per",
        Both("数値目標の期間当たり", "Target per period"),
        Both("毎年の数なら「年」。", "For a number each year: year."),
        Kind.THING,
        "jpstrat:perPeriod",
        "per-period",
    ),
    Column(
        "target-period",
        Both("目標時期", "Target period"),
        Both("数値目標に時期があれば。", "If the figure has a year of its own."),
        Kind.PERIOD,
        "jpstrat:targetPeriod",
        "jpstrat:YearPeriod",
        aliases=("数値目標の時期", "target year"),
    ),
    *_in_both(
        "population",
        Both("数値目標の対象", "Target population"),
        (
            Both("何を数えるか。", "What is counted."),
            Both("何を数えるか（英語）。", "What is counted, in English."),
        ),
        "jpstrat:population",
    ),
    Column(
        "value-text",
        Both("数値目標の数値の記載", "Target value text"),
        Both("印字のとおり。", "As printed."),
        Kind.PRINTED,
        "jpstrat:valueText",
        aliases=("数値目標（印字）", "target as printed"),
    ),
    Column(
        "source",
        Both("典拠文書", "Source document"),
        Both("空なら版と同じ名の文書。", "If empty, the document of the edition."),
        Kind.THING,
        "jpstrat:sourceDocument",
        "jpstrat:SourceDocument",
        aliases=("出典", "document"),
    ),
    Column(
        "start-char",
        Both("開始位置", "Start offset"),
        Both("原文の最初の文字の前の文字数。", "Characters before the passage."),
        Kind.POSITION,
        "jpstrat:start",
        aliases=("start position",),
    ),
    Column(
        "end-char",
        Both("終了位置", "End offset"),
        Both("原文の最後の文字までの文字数。", "Characters up to the end of the passage."),
        Kind.POSITION,
        "jpstrat:end",
        aliases=("end position",),
    ),
    Column(
        "passage",
        Both("原文", "Passage"),
        Both(
            "公式の文を貼り付ける。照合のためだけに使い、保存しない。",
            "Paste the official words. They are compared and never kept.",
        ),
        Kind.PASSAGE,
        "jpstrat:textDigest",
        aliases=("本文", "wording"),
    ),
    *_in_both(
        "note",
        Both("注記", "Editorial note"),
        (
            Both("編集者の注記。", "A note of the editor."),
            Both("編集者の注記（英語）。", "The same in English."),
        ),
        "skos:editorialNote",
        (("注記", "備考"), ("note",)),
    ),
)
"""Every column, in the order of the template."""

BY_KEY: Mapping[str, Column] = {column.key: column for column in COLUMNS}


@cache
def headers() -> Mapping[str, Column]:
    """Every header that is understood, folded → its column."""
    return {
        folded(name): column
        for column in COLUMNS
        for name in (column.key, *column.name, *column.aliases, column.property)
        if not (name == column.property and column.lang)
    }
