"""What is said of single cells."""

from kg.errors import Both
from kg.tables.sheet import Form

FORMULA = {
    Form.FORMULA: (
        Both("セルに式「{value}」があります。", "The cell holds the formula {value}."),
        Both("式を計算した値に置き換えてください。", "Replace the formula by its value."),
    ),
    Form.ERROR: (
        Both("セルの値が計算エラー「{value}」です。", "The cell holds the error {value}."),
        Both("正しい値を入力してください。", "Enter the right value."),
    ),
}
DAMAGED = Both("文字化けがあります。", "The text is damaged by a wrong encoding.")
DAMAGED_TEXT = Both(
    "「{value}」は文字化けしています。", "{value!r} is damaged by a wrong encoding."
)
RETYPE = Both(
    "元のファイルをUTF-8で保存し直すか、入力し直してください。",
    "Save the original file as UTF-8, or type the text again.",
)
BLANKS = Both(
    "「{value}」の前後の空白を除いて読みました。", "Blanks around {value!r} were left out."
)
NOTHING = Both("このままで構いません。", "Nothing needs to be done.")
DATE = Both(
    "セルの値が表計算ソフトの日付（{value}）になっています。",
    "The cell holds a date of the spreadsheet ({value}).",
)
AS_TEXT = Both(
    "セルの書式を「文字列」にして入力し直してください。",
    "Format the cell as text and enter the value again.",
)
NO_NUMBER = Both("「{value}」は数として読めません。", "{value!r} is no number.")
AS_NUMBER = Both("数字だけを入力してください。", "Enter figures only.")
AS_TARGET = Both(
    "数字だけを入力してください。単位は「数値目標の単位」、約・以上・以下は「数値目標の比較の種類」の欄"
    "に書きます。",
    "Enter figures only. The unit goes into the column Target unit; about, at least and at most go"
    " into Target comparator.",
)
NOT_WHOLE = Both("「{value}」は0以上の整数ではありません。", "{value!r} is no whole number.")
OTHER_UNIT = Both(
    "値「{value}」は百分率ですが、単位は「{unit}」です。",
    "The value {value!r} is a percentage, but its unit is {unit!r}.",
)
ONE_UNIT = Both("値か単位を直してください。", "Correct the value or its unit.")
REPEATS = Both(
    "「{value}」は上の値を繰り返す記号で、値として読めません。",
    "{value!r} repeats what stands above and is no value.",
)
WRITE_AGAIN = Both("上のセルと同じ値を書いてください。", "Write the value of the cell above again.")
REORGANISED = Both(
    "「{value}」はその後「{after}」に改組されています。典拠のとおりの組織として読みました。",
    "{value!r} has since become {after}. It was read as the body that the source names.",
)
NO_NAME = Both(
    "「{value}」に当たる{field}がありません。", "{value!r} names nothing known ({field})."
)
SEVERAL = Both("「{value}」には{field}が二つ以上あります。", "{value!r} names several ({field}).")
ONE_ONLY = Both("一つだけ書いてください。", "Write one of them only.")
CHOOSE = Both("候補から選んで書き直してください。", "Write one of the candidates instead.")
NOTHING_NEAR = Both(
    "「{value}」に当たる{field}がなく、似た名前もありません。",
    "{value!r} names nothing known ({field}), and no name is near it.",
)
CHOOSE_ALLOWED = Both("その中から選んで書き直してください。", "Write one of these instead.")
LEAVE_EMPTY = Both("この欄は空にしてください。", "Leave this cell empty.")
CHOOSE_ELSEWHERE = Both(
    "ひな型（senryaku template で作るブック）の一覧から選んでください。"
    "一覧にないものは表からは加えられないので、データの管理者に登録を頼んでください。",
    "Choose from the lists of the template (the workbook that senryaku template makes). A table"
    " cannot add what is not in them: ask whoever keeps the data to describe it first.",
)
READ = Both("「{value}」を「{read}」と読みました。", "{value!r} was read as {read}.")
NOT_USED = Both(
    "「{field}」の欄は使えません（値: 「{value}」）。"
    "どれが主担当かは文書の下線でしか分からず、文字だけの典拠文書では確かめられません。",
    "The column {field!r} is not used (value: {value!r}). Only underlines of the document tell the"
    " lead, and a plain text has none to check.",
)
FORMER_NAME = Both(
    "「{value}」は{year}年まであった組織の名前です。その後身は「{after}」です。",
    "{value!r} names a body that there was until {year}; its successor is {after}.",
)
UNDECIDED = Both("「{value}」は値として読めません。", "{value!r} is no value: nothing is decided.")
SAY_NOTHING = Both(
    "原文に記載がなければ、「なし」と書くか、空にしてください。",
    "If the document says nothing, write none or leave the cell empty.",
)
NO_VALUE = Both("なし", "none")
BLANKS_BETWEEN = Both(
    "「{value}」は空白で区切られているので、一つの名前として読まれました。",
    "{value!r} has only blanks between its values and is taken for one name.",
)
USE_COMMAS = Both("「、」で区切ってください。", "Write commas between them.")
