"""Files that people send and nothing here reads: what each is, and what to send instead."""

from collections.abc import Mapping
from pathlib import PurePath
from types import MappingProxyType

from kg.errors import Both, TableUnreadable

_SAVE = Both("表計算ソフトで .xlsx として保存し直してください。", "Save it as .xlsx.")
_COPY = Both(
    "表の行をひな型に書き写し、.xlsx か .csv で送ってください。",
    "Copy the rows into the template, and send that as .xlsx or .csv.",
)


def _copied(ja: str, en: str) -> Both:
    return Both(f"{ja}です。{_COPY.ja}", f"It is {en}. {_COPY.en}")


_PDF, _TEXT = _copied("PDF", "a PDF"), _copied("文書ファイル", "a text document")
_SLIDES, _IMAGE = _copied("スライド", "a set of slides"), _copied("画像", "an image")
_ARCHIVE = Both(
    "圧縮ファイルです。中のファイルを取り出して送ってください。",
    "It is an archive. Unpack it and send the files in it.",
)
_SUFFIXES: Mapping[str, Both] = MappingProxyType(
    {
        **dict.fromkeys((".xls", ".xlsm", ".xlsb", ".ods", ".numbers"), _SAVE),
        ".pdf": _PDF,
        **dict.fromkeys((".doc", ".docx", ".odt", ".rtf", ".pages", ".jtd"), _TEXT),
        **dict.fromkeys((".ppt", ".pptx", ".odp", ".key"), _SLIDES),
        **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".heic", ".tif", ".tiff"), _IMAGE),
        **dict.fromkeys((".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".lzh"), _ARCHIVE),
    }
)
_OFFICE, _OPEN = (
    "application/vnd.openxmlformats-officedocument",
    "application/vnd.oasis.opendocument",
)
_MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "application/vnd.ms-excel": ".xls",
        f"{_OPEN}.spreadsheet": ".ods",
        "application/pdf": ".pdf",
        "application/msword": ".doc",
        f"{_OFFICE}.wordprocessingml.document": ".docx",
        f"{_OFFICE}.presentationml.presentation": ".pptx",
        "application/zip": ".zip",
        "application/gzip": ".gz",
        "image/png": ".png",
        "image/jpeg": ".jpg",
    }
)


def advice(file: str, media: str = "") -> Both | None:
    """What to do with a file by the end of its name, else by its media type.

    None for one of which nothing is known.
    """
    end = PurePath(file).suffix.lower()
    return _SUFFIXES.get(end) or _SUFFIXES.get(_MEDIA_TYPES.get(media, ""))


def refuse_foreign(file: str) -> None:
    """Raise `TableUnreadable` with what to do, for the name of a file that nothing here reads."""
    found = advice(file)
    if found is not None:
        raise TableUnreadable(file=file, media=PurePath(file).suffix.lower(), detail=found)
