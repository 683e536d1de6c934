"""HTTP status and titles of each error: the only place that gives an error its HTTP status."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from api import errors as refusals
from api.errors import MediaTypeUnsupported, RequestError, RequestMalformed
from kg import errors
from kg.errors import KgError


@dataclass(frozen=True)
class Problem:
    """Status and titles of an error class."""

    status: HTTPStatus
    ja: str
    en: str


FAULT = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "サーバー側の誤り", "Fault of the server")
"""What clients are told of errors that are not theirs: no more than that there is one."""

PROBLEMS: Mapping[type[KgError], Problem] = {
    KgError: FAULT,
    errors.InputError: FAULT,
    errors.PathMissing: FAULT,
    errors.FileUnreadable: FAULT,
    errors.DocumentMissing: FAULT,
    errors.PathMismatched: FAULT,
    errors.OutputRefused: FAULT,
    errors.DocumentUnknown: FAULT,
    errors.DocumentTruncated: FAULT,
    errors.TurtleSyntaxError: FAULT,
    errors.LiteralIllTyped: FAULT,
    errors.BlankNodeRefused: FAULT,
    errors.WordingDamaged: FAULT,
    errors.FileMisplaced: FAULT,
    errors.UndefinedTerm: FAULT,
    errors.CurationError: FAULT,
    errors.ShapesInvalid: FAULT,
    errors.TableError: FAULT,
    errors.TableUnreadable: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "読めない表", "Table cannot be read"
    ),
    errors.TableRefused: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "許可されない表", "Table refused"
    ),
    errors.TableTooLarge: Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "表が大きすぎる", "Table too large"
    ),
    errors.HeadersMissing: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "見出しのない表", "Table without headers"
    ),
    errors.EditionUnknown: Problem(HTTPStatus.BAD_REQUEST, "版がない", "No such edition"),
    errors.ExtractionError: FAULT,
    errors.UnknownAbbreviation: FAULT,
    errors.Contradiction: FAULT,
    errors.RulesBroken: FAULT,
    errors.CheckAborted: FAULT,
    errors.CommentsLost: FAULT,
    errors.CatalogueError: FAULT,
    errors.QueryHeaderError: FAULT,
    errors.UnknownQuery: Problem(HTTPStatus.NOT_FOUND, "問い合わせがない", "No such query"),
    errors.UnknownParameter: Problem(HTTPStatus.BAD_REQUEST, "引数がない", "No such parameter"),
    errors.ParameterInvalid: Problem(
        HTTPStatus.BAD_REQUEST, "引数の値が正しくない", "Invalid parameter value"
    ),
    errors.SparqlError: Problem(HTTPStatus.BAD_REQUEST, "問い合わせの誤り", "Error in the query"),
    errors.QuerySyntaxError: Problem(
        HTTPStatus.BAD_REQUEST, "SPARQLの構文エラー", "SPARQL syntax error"
    ),
    errors.PrefixUndeclared: Problem(
        HTTPStatus.BAD_REQUEST, "宣言のない接頭辞", "Undeclared prefix"
    ),
    errors.QueryFailed: Problem(
        HTTPStatus.BAD_REQUEST, "実行できない問い合わせ", "Query cannot be evaluated"
    ),
    errors.DatasetConflict: Problem(
        HTTPStatus.BAD_REQUEST, "グラフの二重の指定", "Graphs chosen twice"
    ),
    errors.QueryRefused: Problem(HTTPStatus.FORBIDDEN, "許可されない問い合わせ", "Query refused"),
    errors.QueryTooLong: Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "問い合わせ文が長すぎる", "Query text too long"
    ),
    errors.QueryTooDeep: Problem(
        HTTPStatus.BAD_REQUEST, "入れ子が深すぎる", "Query nested too deeply"
    ),
    errors.QueryTooComplex: Problem(
        HTTPStatus.BAD_REQUEST, "複雑すぎる問い合わせ", "Query too complex"
    ),
    errors.StoreError: FAULT,
    errors.UnknownGraph: Problem(HTTPStatus.BAD_REQUEST, "グラフがない", "No such graph"),
    errors.UnknownDatasetGraph: Problem(HTTPStatus.BAD_REQUEST, "グラフがない", "No such graph"),
    errors.QueryTimeout: Problem(HTTPStatus.GATEWAY_TIMEOUT, "時間切れ", "Time limit exceeded"),
    errors.ResultTooLarge: Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "結果が大きすぎる", "Result too large"
    ),
    errors.ReaderLost: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, "問い合わせの異常終了", "Query ended abnormally"
    ),
    errors.ReaderOutdated: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, "大きなデータの読み込み直後", "Large data just loaded"
    ),
    errors.StoreBusy: Problem(HTTPStatus.SERVICE_UNAVAILABLE, "混雑", "Service busy"),
    errors.FormatUnavailable: Problem(
        HTTPStatus.NOT_ACCEPTABLE, "返せない形式", "Format not available"
    ),
    errors.RemoteFailed: Problem(
        HTTPStatus.BAD_GATEWAY, "問い合わせ先のエラー", "Engine behind the service failed"
    ),
    errors.RemoteTimeout: Problem(
        HTTPStatus.GATEWAY_TIMEOUT, "問い合わせ先の時間切れ", "Engine behind the service is slow"
    ),
    errors.RemoteUnavailable: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "問い合わせ先を利用できない",
        "Engine behind the service is not available",
    ),
    errors.RemoteOutdated: FAULT,
    errors.ReaderNotStarted: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, "問い合わせを始められない", "Query cannot be started"
    ),
    errors.SnapshotInvalid: FAULT,
    errors.FolderUnwritable: FAULT,
    errors.WritingError: FAULT,
    errors.WritingOff: Problem(HTTPStatus.FORBIDDEN, "書き込みは無効", "Writing is off"),
    errors.RemoteReadOnly: Problem(
        HTTPStatus.FORBIDDEN, "このサービスからは書き込めない", "Not writable through this service"
    ),
    errors.GraphReadOnly: Problem(HTTPStatus.FORBIDDEN, "読み取り専用のグラフ", "Read-only graph"),
    errors.GraphNotAllowed: Problem(HTTPStatus.FORBIDDEN, "許可のないグラフ", "Graph not allowed"),
    errors.GraphNotNamed: Problem(HTTPStatus.BAD_REQUEST, "グラフの指定がない", "No graph named"),
    errors.GraphMissing: Problem(HTTPStatus.NOT_FOUND, "グラフがない", "No such graph"),
    errors.GraphTooLarge: Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "グラフが大きすぎる", "Graph too large for this"
    ),
    errors.UpdateFailed: Problem(
        HTTPStatus.BAD_REQUEST, "実行できない更新", "Update cannot be carried out"
    ),
    errors.UploadInvalid: Problem(HTTPStatus.BAD_REQUEST, "RDFとして読めないデータ", "Invalid RDF"),
    errors.UploadRefused: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "許可されないデータ", "Upload refused"
    ),
    errors.UploadTooLarge: Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "データが大きすぎる", "Upload too large"
    ),
    errors.EntryRejected: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "規則を満たさないデータ", "Entry breaks the rules"
    ),
    errors.StorageFailed: Problem(
        HTTPStatus.INSUFFICIENT_STORAGE, "保存できない", "Cannot be saved"
    ),
    errors.StorageUncertain: Problem(HTTPStatus.INSUFFICIENT_STORAGE, "保存が不明", "Maybe saved"),
    errors.StorageConflict: FAULT,
    errors.StorageDamaged: FAULT,
    errors.StorageLocked: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, "書き込み中", "Another process writes"
    ),
    errors.EntryError: FAULT,
    errors.EntryEmpty: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "検査する内容がない", "Nothing to check"
    ),
    errors.EntryBroken: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "規則を満たさないデータ", "Entry breaks the rules"
    ),
    errors.EntryUncheckable: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "検査できないデータ", "Entry cannot be checked"
    ),
    errors.EntryTimeout: Problem(
        HTTPStatus.GATEWAY_TIMEOUT, "検査の時間切れ", "Check took too long"
    ),
    errors.EntryLost: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, "検査の異常終了", "Check ended abnormally"
    ),
    errors.ReportTooLarge: Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "結果が大きすぎる", "Report too large"
    ),
    errors.ShapesRefused: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "許可されないシェイプ", "Shapes refused"
    ),
    errors.PatternRefused: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "許可されない正規表現", "Pattern refused"
    ),
    errors.NotDescribed: Problem(HTTPStatus.NOT_FOUND, "記述がない", "Not described"),
    RequestError: Problem(HTTPStatus.BAD_REQUEST, "要求の誤り", "Error in the request"),
    RequestMalformed: Problem(HTTPStatus.BAD_REQUEST, "要求の誤り", "Malformed request"),
    MediaTypeUnsupported: Problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "本文の形式が対象外", "Body type not supported"
    ),
    refusals.FileTypeUnsupported: Problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "ファイルの形式が対象外", "File type not supported"
    ),
    refusals.FileForeign: Problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "ファイルの形式が対象外", "File type not supported"
    ),
    refusals.QuadsUnsupported: Problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "複数のグラフの形式", "A format of several graphs"
    ),
    refusals.UrlTooLong: Problem(HTTPStatus.REQUEST_URI_TOO_LONG, "URLが長すぎる", "URL too long"),
    refusals.HeaderTooLarge: Problem(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "ヘッダーが大きすぎる", "Header too large"
    ),
    refusals.AccessError: FAULT,
    refusals.TokenRequired: Problem(HTTPStatus.UNAUTHORIZED, "トークンが必要", "Token required"),
    refusals.TokenRejected: Problem(
        HTTPStatus.UNAUTHORIZED, "使えないトークン", "Token not accepted"
    ),
    refusals.TokenMisplaced: Problem(
        HTTPStatus.BAD_REQUEST, "トークンの場所の誤り", "Token in the wrong place"
    ),
    refusals.RoleInsufficient: Problem(
        HTTPStatus.FORBIDDEN, "権限のない役割", "Role not sufficient"
    ),
    refusals.ClientLimited: Problem(
        HTTPStatus.TOO_MANY_REQUESTS, "要求が多すぎる", "Too many requests"
    ),
    refusals.ClientBusy: Problem(
        HTTPStatus.TOO_MANY_REQUESTS, "同時の問い合わせが多すぎる", "Too many queries at once"
    ),
    refusals.ClientExhausted: Problem(
        HTTPStatus.TOO_MANY_REQUESTS, "使える時間の超過", "Query time used up"
    ),
    refusals.TokenInvalid: FAULT,
    refusals.TokenUnknown: FAULT,
    refusals.TokensDamaged: FAULT,
    refusals.NotReady: Problem(HTTPStatus.SERVICE_UNAVAILABLE, "準備中", "Not ready"),
}
"""Status and titles of every error class of the project."""
