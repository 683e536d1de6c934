"""Errors of a table as a whole; what is wrong with single cells is a finding, not an error."""

from kg.errors.inputs import InputError


class TableError(InputError):
    """A table of which nothing can be read."""


class TableUnreadable(TableError):
    """Facts: file, media, detail (`Both`)."""

    ja = "{file} は表として読めません。{detail}"
    en = "{file} cannot be read as a table. {detail}"


class TableRefused(TableError):
    """Facts: file, feature (`Both`), reason (`Both`)."""

    ja = "{file} に{feature}があるため、読み込みません。{reason}"
    en = "{file} is refused, as it holds {feature}. {reason}"


class TableTooLarge(TableError):
    """Facts: file, found, limit, unit (`Both`)."""

    ja = "{file} は大きすぎます（{found}{unit}、上限{limit}{unit}）。表を分けてください。"
    en = "{file} is too large ({found} {unit}; at most {limit}). Split the table."


class HeadersMissing(TableError):
    """Facts: file, expected (headers), nearest."""

    ja = (
        "{file} に見出しの行が見当たりません。1行に番号などの見出しが必要です: {expected}。"
        "ひな型は senryaku template で作れます。"
    )
    en = (
        "{file} has no row of headers. One row must hold headers such as: {expected}. "
        "senryaku template makes a table to start from."
    )


class EditionUnknown(TableError):
    """Facts: edition, expected, nearest."""

    ja = "版「{edition}」はありません。ある版: {expected}。"
    en = "There is no edition {edition!r}. Editions: {expected}."
