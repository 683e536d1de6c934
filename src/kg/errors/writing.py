"""Errors of writing: what may not be written, cannot be read as RDF, or could not be kept."""

from kg.errors.base import KgError


class WritingError(KgError):
    """A write that did not happen; the graph is as it was before, where nothing else is said."""


class WritingOff(WritingError):
    """No facts."""

    ja = "書き込みはできません。管理者が senryaku token add でトークンを作ると使えます。"
    en = "Writing is off. It needs a token, which the operator makes with senryaku token add."


class GraphReadOnly(WritingError):
    """Facts: graph."""

    ja = "グラフ <{graph}> は書き換えられません。元のファイルを直して構築し直してください。"
    en = "The graph <{graph}> is read-only. It changes through the project's files."


class GraphNotAllowed(WritingError):
    """Facts: graph, agent (name of the token), expected (graphs that it may write)."""

    ja = "トークン「{agent}」では <{graph}> に書き込めません。書き込めるグラフ: {expected}。"
    en = "The token {agent!r} may not write <{graph}>. It may write: {expected}."


class GraphNotNamed(WritingError):
    """No facts."""

    ja = (
        "既定グラフは全グラフの和なので、直接は書き換えられません。"
        "GRAPH又はWITHでグラフを指定してください。"
    )
    en = (
        "The default graph is the union of all graphs and cannot be written to. "
        "Name a graph with GRAPH or WITH."
    )


class GraphMissing(WritingError):
    """Facts: graph, nearest."""

    ja = "グラフ <{graph}> はありません。"
    en = "There is no graph <{graph}>."


class GraphTooLarge(WritingError):
    """Facts: graph, limit (statements)."""

    ja = (
        "<{graph}> は{limit}件を超えるため、条件による更新やDROP、CLEARなどはできません。"
        "INSERT DATAとDELETE DATA、/graphs での追加（POST）、置き換え（PUT）、"
        "削除（DELETE）は使えます。"
    )
    en = (
        "<{graph}> has more than {limit} statements, so no update with WHERE, DROP, CLEAR or the "
        "like can change it. INSERT DATA and DELETE DATA do, and POST, PUT and DELETE at /graphs."
    )


class UpdateFailed(WritingError):
    """Facts: detail."""

    ja = "更新を実行できません: {detail}"
    en = "The update cannot be carried out: {detail}"


class UploadInvalid(WritingError):
    """Facts: media, line, column, detail."""

    ja = "{media} として読めません（{line}行{column}桁）。{detail}"
    en = "This is no valid {media} (line {line}, column {column}). {detail}"


class UploadRefused(WritingError):
    """Facts: feature (a word or `Both`), reason."""

    ja = "{feature} は受け付けません。{reason}"
    en = "{feature} is refused. {reason}"


class UploadTooLarge(WritingError):
    """Facts: limit (bytes), found."""

    ja = "送られたデータが大きすぎます（{found}バイト、上限{limit}バイト）。"
    en = "The upload is too large ({found} bytes; at most {limit} bytes)."


class EntryRejected(WritingError):
    """Facts: graph, detail (findings of the gate on that graph)."""

    ja = "グラフ <{graph}> の規則を満たさないため、書き込みませんでした。{detail}"
    en = "Nothing was written: the entry breaks the rules of graph <{graph}>. {detail}"


class StorageFailed(WritingError):
    """Facts: folder, reason."""

    ja = "{folder} に保存できないため、何も書き込みませんでした（{reason}）。"
    en = "Nothing was written: {folder} cannot be saved to ({reason})."


class StorageUncertain(WritingError):
    """Facts: folder, reason. Nobody can say whether the write counts after the next start."""

    ja = (
        "{folder} に保存できず、取り消しもできませんでした（{reason}）。"
        "書き込みが残ったかどうかは、ディスクを直して再起動した後に確かめてください。"
    )
    en = (
        "{folder} can neither be saved to nor set back ({reason}). Whether the write was kept is "
        "not known: mend the disk, restart, and look."
    )


class StorageDamaged(WritingError):
    """Facts: file, expected, found."""

    ja = (
        "{file} が壊れています（{found}、正しくは{expected}）。"
        "senryaku store restore で控えから戻してください。"
    )
    en = (
        "{file} is damaged ({found}; expected {expected}). "
        "Restore a backup with senryaku store restore."
    )


class StorageConflict(WritingError):
    """Facts: file, graph, time (of the write)."""

    ja = (
        "{file} に、公式のグラフになった <{graph}> への書き込み（{time}）があります。"
        "前の版で起動してそのグラフを別の名前に移してください。"
    )
    en = (
        "{file} holds a write ({time}) to <{graph}>, which is an official graph by now. "
        "Start the former version and move that graph to another name."
    )


class StorageLocked(WritingError):
    """Facts: folder."""

    ja = "{folder} は別のプロセスが書き込みに使っています。"
    en = "Another process writes to {folder}."
