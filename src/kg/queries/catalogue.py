"""The catalogue: each file `queries/<name>.rq` is one question with its query."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rdflib.term import Identifier

from kg.errors import Both, ParameterInvalid, PathMissing, UnknownParameter, UnknownQuery
from kg.header import read_text, refuse
from kg.namespaces import Names
from kg.nearest import nearest_name
from kg.queries.header import Header, ParameterHeader, read_header
from kg.queries.parameters import Parameter
from kg.queries.things import Things

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


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
        check_names(self.name, values, [parameter.name for parameter in self.params])
        bound = {p.name: self._term(p, values.get(p.name, "").strip()) for p in self.params}
        return {name: term for name, term in bound.items() if term is not None}

    def check(self, bound: Mapping[str, Identifier], things: Things) -> None:
        """Raise `ParameterInvalid` for an IRI that the graph does not describe as it must be."""
        for p in self.params:
            if p.name in bound and not p.takes(bound[p.name], things):
                raise ParameterInvalid(
                    query=self.name,
                    parameter=p.name,
                    value=p.short(str(bound[p.name]), self.names),
                    expected=p.values(things),
                    choices=p.choices,
                    nearest=p.nearest(bound[p.name], things),
                )

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
                choices=parameter.choices,
            ) from error


def check_names(owner: str, given: Iterable[str], known: Sequence[str]) -> None:
    """Raise `UnknownParameter` for the first of `given` that `owner` does not take."""
    for name in given:
        if name not in known:
            raise UnknownParameter(
                owner=owner,
                parameter=name,
                expected=", ".join(known) or Both("なし", "none"),
                nearest=nearest_name(name, known),
            )


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
            raise UnknownQuery(name=name, nearest=nearest_name(name, self.queries))
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
        params=_parameters(header, lines, path, names),
        text=text,
        file=path,
        names=names,
    )
    _check_defaults(query)
    return query


def _parameters(
    header: Header, lines: Mapping[str, int], path: Path, names: Names
) -> tuple[Parameter, ...]:
    for name, parameter in header.params.items():
        prefix = (parameter.class_ or "").partition(":")[0]
        if prefix and prefix not in names.prefixes:
            en, ja = f"there is no prefix {prefix}:", f"接頭辞 {prefix}: はありません"
            refuse(path, lines[name], f"params.{name}.class", en, ja)
    return tuple(_parameter(name, p, lines[name], names) for name, p in header.params.items())


def _parameter(name: str, header: ParameterHeader, line: int, names: Names) -> Parameter:
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
        class_name=header.class_,
        kind=_kind(header, names),
        line=line,
    )


def _kind(header: ParameterHeader, names: Names) -> str | None:
    """Class that an IRI must be of; of a concept, the scheme that its prefix names."""
    if header.class_:
        prefix, _, local = header.class_.partition(":")
        return names.prefixes[prefix] + local
    if header.type == "concept" and header.prefix:
        return names.base + header.prefix.removesuffix("/")
    return None


def _check_defaults(query: CannedQuery) -> None:
    for parameter in query.params:
        if parameter.default is not None:
            try:
                parameter.term(parameter.default, query.names)
            except ValueError:
                en, ja = f"expected {parameter.expected}", f"正しくは {parameter.expected}"
                refuse(query.file, parameter.line, f"params.{parameter.name}.default", en, ja)
