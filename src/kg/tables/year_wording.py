"""What is said of years in cells."""

from kg.errors import Both

NO_YEAR = Both("「{value}」は年又は年度として読めません。", "{value!r} is no year.")
EITHER_YEAR = Both(
    "「{value}」が年度か暦年か分かりません。",
    "{value!r} may be a fiscal or a calendar year.",
)
FAR_YEAR = Both(
    "「{value}」の期間はグラフにありません。", "There is no period for {value!r} in the graph."
)
WRITE_YEAR = Both(
    "年度なら「2022年度」、暦年なら「2022年」の形で書いてください。",
    "Write FY2022 for a fiscal year, CY2022 for a calendar year.",
)
TWO_COLUMNS = Both(
    "期間は、始まりの年を「開始時期」の欄に、終わりの年を「達成時期」の欄に書いてください。",
    "Write the year in which it begins in the column Start period, its end in Deadlines.",
)
INSIDE_YEAR = Both(
    "「{value}」は年度又は暦年の書き方ではありません。月日、季節、四半期、2桁の年などは使えません。",
    "{value!r} is no year: parts of a year and years of two figures cannot be used.",
)
ERA_OVER = Both(
    "「{value}」の元号はその前の年までに改められているので、「{read}」と読みました。",
    "{value!r} is a year after the end of its era; it was read as {read}.",
)
CHECK_YEAR = Both("年が正しいか確かめてください。", "Check that this is the year that is meant.")
YEARS = Both("{first}年から{last}年までの年度か暦年", "fiscal or calendar years {first} to {last}")
