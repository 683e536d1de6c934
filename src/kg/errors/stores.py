"""Errors of a store that cannot answer."""

from kg.errors.base import KgError
from kg.errors.system import in_words


class StoreError(KgError):
    """The store cannot answer."""


class UnknownGraph(StoreError):
    """Facts: graph, line, column, expected (names of all graphs), nearest."""

    ja = "{line}行{column}桁: グラフ <{graph}> はありません。あるグラフ: {expected}。"
    en = "Line {line}, column {column}: there is no graph <{graph}>. There are: {expected}."


class UnknownDatasetGraph(UnknownGraph):
    """Facts: graph, expected (names of all graphs), nearest."""

    ja = "グラフ <{graph}> はありません。あるグラフ: {expected}。"
    en = "There is no graph <{graph}>. There are: {expected}."


class QueryTimeout(StoreError):
    """Facts: seconds."""

    ja = "制限時間（{seconds}秒）を超えたため中止しました。LIMITや条件を加えてください。"
    en = "Stopped after the time limit of {seconds} s. Add a LIMIT or narrower patterns."


class ResultTooLarge(StoreError):
    """Facts: limit, unit."""

    ja = "結果が上限（{limit} {unit}）を超えます。LIMITとOFFSETで分けてください。"
    en = "The result exceeds the limit of {limit} {unit}. Page it with LIMIT and OFFSET."


class ReaderLost(StoreError):
    """Facts: reason."""

    ja = "問い合わせの処理が異常終了しました（{reason}）。問い合わせを簡単にしてください。"
    en = "The reader that ran the query died ({reason}). Simplify the query."


class ReaderNotStarted(StoreError):
    """Facts: reason."""

    ja = "問い合わせの処理を始められません（{reason}）。メモリーの空きを確認してください。"
    en = "A process that runs queries did not start ({reason}). Is there enough free memory?"

    @classmethod
    def because(cls, error: KgError | OSError) -> KgError:
        """The same with another error as its reason; one of this class is given back."""
        return error if isinstance(error, cls) else cls(reason=in_words(error))


class ReaderOutdated(StoreError):
    """No facts. The service replaces such a reader and asks again."""

    ja = "大きなデータが読み込まれたところです。もう一度お試しください。"
    en = "Large data have just been loaded. Try again."


class StoreBusy(StoreError):
    """Facts: waiting."""

    ja = "混み合っています（待ち{waiting}件）。少し待ってからもう一度お試しください。"
    en = "The service is busy ({waiting} queries are waiting). Try again in a moment."


class FormatUnavailable(StoreError):
    """Facts: requested, available."""

    ja = "結果を求められた形式（{requested}）で返せません。使える形式: {available}。"
    en = "The result is not available as {requested}. Available: {available}."


class SnapshotInvalid(StoreError):
    """Facts: file, expected, found."""

    ja = "{file} は使えません（{found}、正しくは{expected}）。senryaku build で作り直してください。"
    en = "{file} cannot be used ({found}; expected {expected}). Rebuild it with senryaku build."


class FolderUnwritable(StoreError):
    """Facts: folder, reason."""

    ja = (
        "{folder} に書き込めません（{reason}）。"
        "SENRYAKU_STATE_DIR で書き込めるフォルダーを指定してください。"
    )
    en = "{folder} cannot be written to ({reason}). Name another with SENRYAKU_STATE_DIR."
