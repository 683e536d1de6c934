"""Errors about a file or folder that the user named."""

from kg.errors.base import KgError


class InputError(KgError):
    """A file or folder that the user named."""


class PathMissing(InputError):
    """Facts: path, expected."""

    ja = "{path} がありません。必要なもの: {expected}。"
    en = "{path} does not exist. Expected: {expected}."


class DocumentMissing(PathMissing):
    """Facts: path, document (its title), others (the files that are there)."""

    ja = "{path} に「{document}」のテキストがありません。そこにあるファイル: {others}。"
    en = "{path} lacks the text of {document}. Files there: {others}."


class PathMismatched(InputError):
    """Facts: path, found, expected, nearest."""

    ja = "{path} は{found}です。必要なもの: {expected}。"
    en = "{path} is {found}. Expected: {expected}."


class OutputRefused(InputError):
    """Facts: path, reason."""

    ja = "{path} に書き込めません（{reason}）。何も変更していません。"
    en = "{path} cannot be written ({reason}). Nothing was changed."


class DocumentUnknown(InputError):
    """Facts: file, slug (of the document that it resembles, or none), reason, expected."""

    ja = "{file} は対応している公式文書ではありません（{reason}）。対応文書: {expected}。"
    en = "{file} is not an official document that we can read ({reason}). Known: {expected}."


class DocumentTruncated(InputError):
    """Facts: file, slug, line (last that agrees), until (first that differs), found, expected."""

    ja = (
        "{file} は途中で切れているか改変されています"
        "（{line}行目から{until}行目までの間で異なる。{found}、正しくは{expected}）。"
    )
    en = (
        "{file} is cut short or altered"
        " (it differs between lines {line} and {until}: {found}; expected {expected})."
    )


class TurtleSyntaxError(InputError):
    """Facts: file, line, column, detail, nearest."""

    ja = "{file}:{line}:{column}: Turtleの構文エラー: {detail}。"
    en = "{file}:{line}:{column}: Turtle syntax error: {detail}."


class LiteralIllTyped(InputError):
    """Facts: file, line, column, value, datatype, expected (an example of the form)."""

    ja = "{file}:{line}:{column}: 「{value}」は {datatype} の値ではありません。形: {expected}。"
    en = "{file}:{line}:{column}: {value!r} is no value of {datatype}. Expected form: {expected}."


class BlankNodeRefused(InputError):
    """Facts: file, line."""

    ja = "{file}:{line}: ここには空白ノードを書けません。IRIを付けてください。"
    en = "{file}:{line}: a blank node cannot stand here. Give it an IRI."


class WordingDamaged(InputError):
    """Facts: file, line, detail (`Both`)."""

    ja = (
        "{file}:{line}: 取り込んだ本文が壊れています（{detail}）。"
        "senryaku sources attach で取り込み直すか、このファイルを消してください。"
    )
    en = (
        "{file}:{line}: the attached wording is damaged ({detail}). "
        "Attach it again with senryaku sources attach DIR, or remove the file."
    )


class FileMisplaced(InputError):
    """Facts: file, expected."""

    ja = "{file} は読み込まれない場所にあります。置き場所: {expected}。"
    en = "{file} lies where nothing reads it. Expected: {expected}."


class UndefinedTerm(InputError):
    """Facts: file, line, term, nearest."""

    ja = "{file}:{line}: 未定義の語です: {term}。"
    en = "{file}:{line}: nothing defines {term}."


class CurationError(InputError):
    """Facts: file, row, field, value, expected."""

    ja = "{file} の{row}行目、{field}欄の値「{value}」は使えません。正しくは{expected}。"
    en = "{file} row {row}, field {field}: {value!r} cannot be used. Expected: {expected}."


class FileUnreadable(InputError):
    """Facts: file, line, column, detail (`Both`)."""

    ja = "{file}:{line}:{column}: RDFとして読めません。何も読み込んでいません。{detail}"
    en = "{file}:{line}:{column}: this is no valid RDF. Nothing was loaded. {detail}"


class ShapesInvalid(InputError):
    """Facts: detail."""

    ja = "SHACLシェイプを使えません: {detail}"
    en = "The SHACL shapes cannot be used: {detail}"
