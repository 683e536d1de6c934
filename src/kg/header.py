"""The header of a SPARQL file: `#+ ` lines that hold YAML (grlc's convention).

A query and a rule are told apart by the model that their header must fit; how it is read, and how
an error names its line, is the same.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from yaml.constructor import SafeConstructor

from kg.errors import Both, QueryHeaderError, SparqlError

_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""The loader over libyaml is ten times as fast; not every build of PyYAML has it."""
_MARK = "#+"
_COMPLAINTS = {
    "missing": Both("必要な項目です", "is missing"),
    "extra_forbidden": Both("このような項目はありません", "there is no such field"),
    "string_type": Both("文字列を書いてください", "expected a text"),
    "string_too_short": Both("空です", "is empty"),
    "list_type": Both("[ ] で囲んだ一覧にしてください", "expected a list in [ ]"),
    "dict_type": Both("「項目: 値」の形で書いてください", "expected `field: value`"),
    "model_type": Both("「項目: 値」の形で書いてください", "expected `field: value`"),
}
"""What the commonest complaints of the model mean."""

Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Place = Callable[[tuple[str | int, ...]], int]
"""Line (from 1) of a field, which is named by its path in the header."""


class Strict(BaseModel):
    """Part of a header: no other fields, no conversions."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Bilingual(Strict):
    """A text for people."""

    ja: Words
    en: Words


_Model = TypeVar("_Model", bound=Strict)


def read_text(file: Path) -> str:
    """Text of a SPARQL file; raises `QueryHeaderError` at the line that is not UTF-8."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        refuse(file, line, "UTF-8", str(error))


def read_header(text: str, file: Path, model: type[_Model]) -> tuple[_Model, Place]:
    """Header of a file with the text `text`, and where its fields stand.

    Raises `QueryHeaderError` with the line of the first thing that is wrong.
    """
    lines = text.split("\n")
    end = next((i for i, line in enumerate(lines) if not line.startswith(_MARK)), len(lines))
    stray = next((i for i in range(end, len(lines)) if lines[i].startswith(_MARK)), None)
    if end == 0 or stray is not None:
        line = 1 if stray is None else stray + 1
        refuse(
            file,
            line,
            _MARK,
            "the file must begin with one block of `#+ ` lines",
            "ファイルは一続きの `#+ ` 行で始まる必要があります",
        )
    source = "\n".join(line.removeprefix(_MARK).removeprefix(" ") for line in lines[:end])
    root = _compose(source, file)
    content = _construct(root, file)
    try:
        header = model.model_validate(content)
    except ValidationError as error:
        # A misspelt field is also a missing one: the misspelling is the cause.
        errors = error.errors(include_url=False)
        found = min(errors, key=lambda e: e["type"] != "extra_forbidden")
        field = ".".join(str(part) for part in found["loc"] if part != "[key]") or _MARK
        said = _COMPLAINTS.get(found["type"], Both(found["msg"], found["msg"]))
        refuse(file, _line(root, found["loc"]), field, said.en, said.ja)
    return header, partial(_line, root)


def refuse(
    file: Path, line: int, field: str, en: str, ja: str | None = None, *, nearest: str | None = None
) -> NoReturn:
    """Raise `QueryHeaderError`; what the engines say is passed on in English."""
    raise QueryHeaderError(
        file=file, line=line, field=field, detail=Both(ja or en, en), nearest=nearest
    )


def broken(file: Path | str, error: SparqlError) -> QueryHeaderError:
    """The error of an engine, which knows nothing of files, as that of the file it was in."""
    said = Both(error.message("ja"), error.message("en"))
    line = error.facts.get("line", 1)
    return QueryHeaderError(file=file, line=line, field="SPARQL", detail=said)


def _compose(source: str, file: Path) -> yaml.Node | None:
    """Tree of the YAML text with the lines of its parts."""
    try:
        root = yaml.compose(source, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        _refuse_yaml(file, error)
    _refuse_keys(root, file)
    return root


def _construct(root: yaml.Node | None, file: Path) -> object:
    """What the tree stands for."""
    try:
        return SafeConstructor().construct_document(root) if root else None
    except yaml.MarkedYAMLError as error:
        _refuse_yaml(file, error)
    except ValueError as error:  # such as a month that there is not
        refuse(file, 1, "YAML", str(error))


def _refuse_yaml(file: Path, error: yaml.MarkedYAMLError) -> NoReturn:
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    refuse(file, line, "YAML", str(error.problem))


def _refuse_keys(node: yaml.Node | None, file: Path) -> None:
    """Refuse keys that are no words, and equal ones: YAML readers keep the last of them."""
    if not isinstance(node, yaml.MappingNode):
        return
    seen = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            refuse(file, line, "YAML", "a key must be a word", "項目名は一語にしてください")
        if key.value in seen:
            refuse(file, line, str(key.value), "given twice", "二度書かれています")
        seen.add(key.value)
        _refuse_keys(value, file)


def _line(node: yaml.Node | None, path: tuple[str | int, ...]) -> int:
    """Line of the deepest part of `path` that there is."""
    line = 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            pairs = [(k, v) for k, v in node.value if k.value == part]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            pairs = [(v, v) for v in node.value[part : part + 1]]
        else:
            pairs = []
        if not pairs:
            break
        line, node = pairs[0][0].start_mark.line + 1, pairs[0][1]
    return line
