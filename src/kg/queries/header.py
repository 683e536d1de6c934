"""The header of a query file: `#+ ` lines that hold YAML, checked by a strict model."""

import re
from pathlib import Path
from typing import Annotated, Literal, NoReturn, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)
from pydantic import model_validator as check

from kg.errors import QueryHeaderError

try:
    from yaml import CSafeLoader as _Loader  # ten times as fast
except ImportError:  # PyYAML without libyaml
    # the slow loader takes the place of the fast one; they share no type
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

_MARK = "#+"

Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Kebab = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Folder = Annotated[str, StringConstraints(pattern=r"^(id|vocab)/[A-Za-z0-9/_-]*/$")]
Prefixed = Annotated[str, StringConstraints(pattern=r"^[a-z]+:[A-Za-z]+$")]
ParameterType = Literal["iri", "concept", "string", "code", "integer", "year"]

RESERVED = frozenset({"format", "lang"})
"""Names that a request uses itself: of the result's format, and of the page's language."""


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Bilingual(_Strict):
    """A text for people."""

    ja: Words
    en: Words


class ParameterHeader(_Strict):
    """One parameter as its header declares it."""

    type: ParameterType
    label: Bilingual
    description: Bilingual
    default: str | int | None = None
    required: bool = False
    choices: Kebab | None = None
    pattern: Words | None = None
    prefix: Folder | None = None
    class_: Prefixed | None = Field(default=None, alias="class")

    @field_validator("pattern")
    @classmethod
    def _pattern_compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(str(error)) from error
        return pattern

    @check(mode="after")
    def _fields_fit(self) -> Self:
        names = self.type in {"iri", "concept"}
        if self.prefix and not names:
            raise ValueError("prefix is for the types iri and concept")
        if (self.type == "iri") != (self.class_ is not None):
            raise ValueError(
                "the type iri needs the class of its values, such as org:Organization (of any: "
                "rdfs:Resource), and no other type has one"
            )
        if self.pattern and self.type not in {"string", "code"}:
            raise ValueError("pattern is for the types string and code")
        if self.type == "concept" and not self.prefix:
            raise ValueError("a concept needs the prefix of its scheme, such as vocab/field/")
        if self.required and self.default is not None:
            raise ValueError("a required parameter has no default")
        return self


class Header(_Strict):
    """What a query file says about itself."""

    title: Bilingual
    question: Bilingual
    tags: list[Kebab]
    graphs: list[Kebab]
    params: dict[Variable, ParameterHeader] = {}

    @field_validator("tags", "graphs")
    @classmethod
    def _named_once(cls, names: list[str]) -> list[str]:
        if not names:
            raise ValueError("at least one is needed")
        if len(set(names)) < len(names):
            raise ValueError("one is named twice")
        return names

    @field_validator("params")
    @classmethod
    def _names_are_free(cls, params: dict[str, ParameterHeader]) -> dict[str, ParameterHeader]:
        taken = sorted(RESERVED & params.keys())
        if taken:
            raise ValueError(f"the name {taken[0]} is reserved")
        return params


def read_header(text: str, file: Path) -> tuple[Header, dict[str, int]]:
    """Header of a query file, and the line of each parameter.

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
    try:
        header = Header.model_validate(yaml.load(source, Loader=_Loader))
    except ValidationError as error:
        # A misspelt field is also a missing one: the misspelling is the cause.
        errors = error.errors(include_url=False)
        found = min(errors, key=lambda e: e["type"] != "extra_forbidden")
        field = ".".join(str(part) for part in found["loc"] if part != "[key]") or _MARK
        refuse(file, _line(root, found["loc"]), field, found["msg"])
    return header, {name: _line(root, ("params", name)) for name in header.params}


def refuse(file: Path, line: int, field: str, en: str, ja: str | None = None) -> NoReturn:
    """Raise `QueryHeaderError`; what the engines say is passed on in English."""
    raise QueryHeaderError(file=file, line=line, field=field, detail=en, detail_ja=ja or en)


def _compose(source: str, file: Path) -> yaml.Node | None:
    """Tree of the YAML text with the lines of its parts."""
    try:
        root = yaml.compose(source, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        refuse(file, line, "YAML", str(error.problem))
    _refuse_repeated_keys(root, file)
    return root


def _refuse_repeated_keys(node: yaml.Node | None, file: Path) -> None:
    """YAML readers keep the last of two equal keys without a word."""
    if not isinstance(node, yaml.MappingNode):
        return
    seen = set()
    for key, value in node.value:
        if key.value in seen:
            refuse(
                file, key.start_mark.line + 1, str(key.value), "given twice", "二度書かれています"
            )
        seen.add(key.value)
        _refuse_repeated_keys(value, file)


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
