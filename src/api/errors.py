"""Errors of a request itself; their HTTP statuses are in `api.statuses` with all others."""

from kg.errors import KgError, TableUnreadable


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


class FileTypeUnsupported(MediaTypeUnsupported):
    """Facts: found, expected (ends of file names), nearest."""

    ja = "{found} は受け取れない形式のファイルです。受け取れる形式: {expected}。"
    en = "Files such as {found} are not accepted. Accepted: {expected}."


class FileForeign(FileTypeUnsupported):
    """Facts: file (or the media type of a body), detail (`Both`: what to do), expected."""

    ja = f"{TableUnreadable.ja}受け取れる形式: {{expected}}。"
    en = f"{TableUnreadable.en} Accepted: {{expected}}."


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


class AccessError(KgError):
    """Who asks may not, may not yet, or did not say who it is."""


class TokenRequired(AccessError):
    """No facts."""

    ja = "トークンが必要です。Authorization: Bearer ヘッダーで送ってください。"
    en = "This needs a token. Send it in the header Authorization: Bearer."


class TokenRejected(AccessError):
    """Facts: detail (`Both`)."""

    ja = "トークンを受け付けられません。{detail}"
    en = "The token is not accepted. {detail}"


class TokenMisplaced(AccessError):
    """No facts."""

    ja = (
        "トークンはURLやフォームではなく、Authorization: Bearer ヘッダーで送ってください。"
        "URLに書いたトークンは漏れたものと考え、取り消してください。"
    )
    en = (
        "A token belongs in the header Authorization: Bearer, never in a URL or a form. "
        "Revoke one that stood in a URL: it may have leaked."
    )


class RoleInsufficient(AccessError):
    """Facts: agent (name of the token), role, expected."""

    ja = "トークン「{agent}」の役割 {role} ではできません。必要な役割: {expected}。"
    en = "The token {agent!r} has the role {role}. This needs the role: {expected}."


class ClientLimited(AccessError):
    """One client asks for more than its share."""


class ClientBusy(ClientLimited):
    """Facts: limit, retry (seconds)."""

    ja = "同時に実行できる問い合わせは{limit}件です。前の結果を待ってください。"
    en = "You may run {limit} queries at the same time. Wait for one to end."


class ClientExhausted(ClientLimited):
    """Facts: limit (seconds in a minute), retry (seconds)."""

    ja = "1分間に使える時間（{limit}秒）を超えました。{retry}秒後にもう一度お試しください。"
    en = "Your queries took more than {limit} s in a minute. Try again in {retry} s."


class HeaderTooLarge(RequestError):
    """Facts: header (`Both`), limit (bytes), found."""

    ja = "{header}が大きすぎます（{found}、上限{limit}バイト）。"
    en = "{header} too large ({found}; at most {limit} bytes)."


class NotReady(KgError):
    """Facts: lanes (those that do not answer)."""

    ja = "まだ問い合わせに答えられません（{lanes}）。"
    en = "The service cannot answer queries at present ({lanes})."


class TokenInvalid(AccessError):
    """Facts: field, value, expected, nearest."""

    ja = "トークンの {field} に「{value}」は使えません。正しくは{expected}。"
    en = "Token: {value!r} cannot be used as {field}. Expected: {expected}."


class TokenUnknown(AccessError):
    """Facts: reference (an id or a name), nearest."""

    ja = "トークン「{reference}」はありません。senryaku token list で確かめてください。"
    en = "There is no token {reference!r}. See senryaku token list."


class TokensDamaged(AccessError):
    """Facts: file, detail (`Both`)."""

    ja = "{file} を使えません（{detail}）。直すか、消してトークンを作り直してください。"
    en = "{file} cannot be used ({detail}). Mend it, or remove it and make the tokens anew."
