"""Errors of a request itself; their HTTP statuses are in `api.problems` with all others."""

from kg.errors import KgError


class RequestError(KgError):
    """A request that is wrong whatever the graph holds."""


class RequestMalformed(RequestError):
    """Facts: ja, en (what is wrong with the request), nearest."""

    ja = "{ja}"
    en = "{en}"


class MediaTypeUnsupported(RequestError):
    """Facts: found, expected."""

    ja = "{found} の本文は受け取れません。正しくは{expected}。"
    en = "A body of type {found} is not accepted. Expected: {expected}."


class QuadsUnsupported(MediaTypeUnsupported):
    """Facts: found, expected."""

    ja = (
        "{found} は複数のグラフを含む形式です。ここでは一つのグラフを受け取ります。"
        "正しくは{expected}。複数のグラフには /update を使ってください。"
    )
    en = (
        "{found} holds several graphs, and this address takes one. Expected: {expected}. "
        "Write several graphs with /update."
    )


class UrlTooLong(RequestError):
    """Facts: limit, found (bytes)."""

    ja = "URLの引数が長すぎます（{found}バイト、上限{limit}バイト）。POSTで送ってください。"
    en = "The parameters of the URL are too long ({found} bytes; at most {limit}). Send a POST."
