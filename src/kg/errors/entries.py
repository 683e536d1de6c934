"""Errors of an entry that is sent to be checked, where there is no report about it."""

from kg.errors.base import KgError


class EntryError(KgError):
    """An entry that cannot be checked."""


class EntryEmpty(EntryError):
    """No facts."""

    ja = "検査する内容がありません。ファイルを選ぶか、テキストを貼り付けてください。"
    en = "There is nothing to check. Choose a file, or paste a text."


class EntryUncheckable(EntryError):
    """Facts: detail."""

    ja = "この内容は検査できません。{detail}"
    en = "This entry cannot be checked. {detail}"


class EntryBroken(EntryError):
    """Facts: count (of violations)."""

    ja = (
        "規則の違反が{count}件あるため、data/ttlに加える形では出力できません。"
        "検査の結果を見て直してください。"
    )
    en = (
        "Violations: {count}. An entry that breaks rules is not written for data/ttl. "
        "Have a report, and correct them."
    )


class EntryTimeout(EntryError):
    """Facts: seconds."""

    ja = (
        "検査が制限時間（{seconds}秒）を超えたため中止しました。小さく分けて送ってください。"
        "自分のシェイプのときは、繰り返しの中に繰り返しのあるパターン（sh:pattern）も簡単にしてください。"
    )
    en = (
        "The check was stopped after the time limit of {seconds} s. Send the entry in parts; in "
        "shapes of your own, simplify patterns (sh:pattern) that repeat what repeats."
    )


class EntryLost(EntryError):
    """Facts: reason."""

    ja = "検査の処理が異常終了しました（{reason}）。小さく分けて送ってください。"
    en = "The process that checked the entry died ({reason}). Send the entry in parts."


class ReportTooLarge(EntryError):
    """Facts: limit (bytes)."""

    ja = "検査の結果が上限（{limit}バイト）を超えます。小さく分けて送ってください。"
    en = "The report exceeds the limit of {limit} bytes. Send the entry in parts."


class ShapesRefused(EntryError):
    """Facts: feature, reason (`Both`)."""

    ja = "送られたシェイプの {feature} は使えません。{reason}"
    en = "The shapes that were sent cannot be used: {feature}. {reason}"


class PatternRefused(ShapesRefused):
    """Facts: place (file, line and column as far as known), line, pattern, reason, instead."""

    ja = (
        "{place}: 送られたシェイプの正規表現（sh:pattern）「{pattern}」は使えません。"
        "{reason}{instead}"
    )
    en = (
        "{place}: the pattern (sh:pattern) {pattern} of the shapes that were sent cannot be used. "
        "{reason} {instead}"
    )
