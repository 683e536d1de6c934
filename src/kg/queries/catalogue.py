"""The catalogue: each file `queries/<name>.rq` is one question with its query."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process
from rdflib.term import Identifier

from kg.errors import ParameterInvalid, PathMissing, UnknownParameter, UnknownQuery
from kg.header import read_text, refuse
from kg.namespaces import Names
from kg.queries.header import Header, ParameterHeader, read_header
from kg.queries.parameters import Parameter

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NEAR = 60
"""Least similarity (per cent) of a name that is worth suggesting."""


@dataclass(frozen=True)
class CannedQuery:
    """A query with what its header says; `text` is the whole file under the base of `names`.

    `title` and `question` map "ja" and "en" to texts.
    """

    name: str
    title: Mapping[str, str]
    question: Mapping[str, str]
    tags: tuple[str, ...]
    graphs: tuple[str, ...]
    params: tuple[Parameter, ...]
    text: str
    file: Path
    names: Names

    def bind(self, values: Mapping[str, str]) -> dict[str, Identifier]:
        """Terms for the variables that have a value or a default; an empty value is none.

        Raises `UnknownParameter`, and `ParameterInvalid` for a value of the wrong form or a
        required one that is missing.
        """
        expected = [parameter.name for parameter in self.params]
        for name in values:
            if name not in expected:
                raise UnknownParameter(
                    query=self.name,
                    parameter=name,
                    expected=", ".join(expected) or "–",
                    nearest=_nearest(name, expected),
                )
        bound = {p.name: self._term(p, values.get(p.name, "").strip()) for p in self.params}
        return {name: term for name, term in bound.items() if term is not None}

    def _term(self, parameter: Parameter, value: str) -> Identifier | None:
        value = value or parameter.default or ""
        if not value and not parameter.required:
            return None
        try:
            return parameter.term(value, self.names)
        except ValueError as error:
            raise ParameterInvalid(
                query=self.name,
                parameter=parameter.name,
                value=value,
                expected=parameter.expected,
            ) from error


@dataclass(frozen=True)
class Catalogue:
    """All queries, sorted by name."""

    queries: Mapping[str, CannedQuery]

    def __iter__(self) -> Iterator[CannedQuery]:
        return iter(self.queries.values())

    def __len__(self) -> int:
        return len(self.queries)

    def __contains__(self, name: object) -> bool:
        return name in self.queries

    def get(self, name: str) -> CannedQuery:
        """Query `name`; raises `UnknownQuery` with the nearest name."""
        if name not in self.queries:
            raise UnknownQuery(name=name, nearest=_nearest(name, list(self.queries)))
        return self.queries[name]


def read_catalogue(folder: Path, names: Names) -> Catalogue:
    """Read the headers of all `*.rq` files of `folder`; `check_catalogue` looks at the queries.

    One broken file is an error for all: no query vanishes. Raises `PathMissing` and
    `QueryHeaderError`.
    """
    if not folder.is_dir():
        raise PathMissing(path=folder, expected=f"{folder.name}/*.rq")
    queries = {path.stem: _read_query(path, folder, names) for path in sorted(folder.rglob("*.rq"))}
    for query in queries.values():
        for parameter in query.params:
            if parameter.choices is not None and parameter.choices not in queries:
                en, ja = (
                    f"no query {parameter.choices}",
                    f"問い合わせ {parameter.choices} がありません",
                )
                refuse(query.file, parameter.line, f"params.{parameter.name}.choices", en, ja)
    return Catalogue(dict(sorted(queries.items())))


def _read_query(path: Path, folder: Path, names: Names) -> CannedQuery:
    if path.parent != folder or not _NAME.fullmatch(path.stem):
        en, ja = "expected queries/<kebab-name>.rq", "queries/<kebab-name>.rq に置いてください"
        refuse(path, 1, "file", en, ja)
    text = names.rebase(read_text(path))
    header, lines = read_header(text, path)
    query = CannedQuery(
        name=path.stem,
        title=header.title.model_dump(),
        question=header.question.model_dump(),
        tags=tuple(header.tags),
        graphs=tuple(header.graphs),
        params=_parameters(header, lines),
        text=text,
        file=path,
        names=names,
    )
    _check_defaults(query)
    return query


def _parameters(header: Header, lines: Mapping[str, int]) -> tuple[Parameter, ...]:
    return tuple(_parameter(name, p, lines[name]) for name, p in header.params.items())


def _parameter(name: str, header: ParameterHeader, line: int) -> Parameter:
    return Parameter(
        name=name,
        type=header.type,
        label=header.label.model_dump(),
        description=header.description.model_dump(),
        required=header.required,
        default=None if header.default is None else str(header.default),
        choices=header.choices,
        pattern=header.pattern,
        prefix=header.prefix,
        line=line,
    )


def _check_defaults(query: CannedQuery) -> None:
    for parameter in query.params:
        if parameter.default is not None:
            try:
                parameter.term(parameter.default, query.names)
            except ValueError:
                en, ja = f"expected {parameter.expected}", f"正しくは {parameter.expected}"
                refuse(query.file, parameter.line, f"params.{parameter.name}.default", en, ja)


def _nearest(name: str, candidates: list[str]) -> str | None:
    found = process.extractOne(name, candidates, scorer=fuzz.ratio, score_cutoff=_NEAR)
    return found[0] if found else None
