"""Errors of an engine that is asked over the network."""

from kg.errors.stores import StoreError
from kg.errors.writing import WritingError


class RemoteFailed(StoreError):
    """Facts: status (of the engine's answer, or a dash), reason (what it said, shortened)."""

    ja = "問い合わせ先のSPARQLエンジンがエラーを返しました（{status}: {reason}）。"
    en = "The SPARQL engine behind this service failed ({status}: {reason})."


class RemoteTimeout(StoreError):
    """Facts: seconds."""

    ja = "問い合わせ先のSPARQLエンジンが{seconds}秒以内に答えませんでした。条件を加えてください。"
    en = "The SPARQL engine behind this service did not answer in {seconds} s. Narrow the query."


class RemoteUnavailable(StoreError):
    """Facts: retry (seconds until it is asked again)."""

    ja = "問い合わせ先のSPARQLエンジンを利用できません。{retry}秒後にもう一度お試しください。"
    en = "The SPARQL engine behind this service is not available. Try again in {retry} s."


class RemoteOutdated(StoreError):
    """Facts: graph, expected, found."""

    ja = (
        "問い合わせ先のSPARQLエンジンの <{graph}> はこのグラフと違います"
        "（{found}、正しくは{expected}）。senryaku store push で送ってください。"
    )
    en = (
        "<{graph}> in the SPARQL engine is not that of this graph ({found}; expected {expected}). "
        "Send it with senryaku store push."
    )


class RemoteReadOnly(WritingError):
    """No facts."""

    ja = (
        "グラフは別のSPARQLエンジンにあり、このサービスからは書き込めません。"
        "そのエンジンに書き込むか、senryaku store push を使ってください。"
    )
    en = (
        "The graph lies in another SPARQL engine and this service does not write to it. "
        "Write to that engine, or use senryaku store push."
    )
