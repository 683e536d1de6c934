"""Why the operating system refuses something, in words of both languages."""

import errno

from kg.errors.base import Both, KgError

_JAPANESE = {
    errno.EACCES: "アクセス権がありません",
    errno.EADDRNOTAVAIL: "このマシンのアドレスではありません",
    errno.EBUSY: "使用中です",
    errno.EDQUOT: "割り当てられた容量を使い切りました",
    errno.EEXIST: "同じ名前のものが既にあります",
    errno.EFBIG: "ファイルが大きすぎます",
    errno.EIO: "入出力の誤りです",
    errno.EISDIR: "フォルダーです",
    errno.ELOOP: "シンボリックリンクが循環しています",
    errno.EMFILE: "開いているファイルが多すぎます",
    errno.ENAMETOOLONG: "名前が長すぎます",
    errno.ENOENT: "ファイル又はフォルダーがありません",
    errno.ENOMEM: "メモリーが足りません",
    errno.ENOSPC: "空き容量がありません",
    errno.ENOTDIR: "フォルダーではありません",
    errno.EPERM: "許可されていません",
    errno.EROFS: "読み取り専用の場所です",
}


_LATE = Both("時間切れです", "it took too long")


def reason(error: OSError) -> Both:
    """What the system says; a rare reason is in its own words in Japanese too."""
    if isinstance(error, TimeoutError):
        return _LATE
    en = error.strerror or str(error)
    return Both(_JAPANESE.get(error.errno or 0, en), en)


def in_words(error: KgError | OSError) -> Both:
    """What is wrong, for a line of the log."""
    return error.words() if isinstance(error, KgError) else reason(error)
