"""What the header of a query file must say, as a strict model."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator
from pydantic import model_validator as check

import kg.header
from kg.header import Bilingual, Strict, Words

Kebab = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Folder = Annotated[str, StringConstraints(pattern=r"^(id|vocab)/[A-Za-z0-9/_-]*/$")]
Prefixed = Annotated[str, StringConstraints(pattern=r"^[a-z]+:[A-Za-z]+$")]
ParameterType = Literal["iri", "concept", "string", "code", "integer", "year"]

RESERVED = frozenset({"format", "lang"})
"""Names that a request uses itself: of the result's format, and of the page's language."""


class ParameterHeader(Strict):
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


class Header(Strict):
    """What a query file says about itself."""

    title: Bilingual
    question: Bilingual
    tags: list[Kebab]
    graphs: list[Kebab]
    params: dict[Variable, ParameterHeader] = Field(default_factory=dict)

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
    header, line = kg.header.read_header(text, file, Header)
    return header, {name: line(("params", name)) for name in header.params}
