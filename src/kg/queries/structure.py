"""What the text of a query must be like so that its parameters can be bound by the engine."""

import re
from collections.abc import Iterable, Iterator

from pyparsing import ParseBaseException, ParseResults
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Variable

from kg.header import refuse
from kg.namespaces import Names
from kg.nearest import nearest_name
from kg.queries.catalogue import CannedQuery, Catalogue
from kg.queries.parameters import Parameter


def check_catalogue(catalogue: Catalogue) -> None:
    """Check every query: parses, is a SELECT with named columns and ORDER BY, projects parameters.

    Takes about 30 ms a query. Raises `QueryHeaderError` for the first that breaks a rule.
    """
    for query in catalogue:
        _check(query)


def _check(query: CannedQuery) -> None:
    try:
        prologue, body = parseQuery(query.text)
    except ParseBaseException as error:
        refuse(query.file, error.lineno, "SPARQL", str(error))
    line = _first_line(query)
    _check_prefixes(query, prologue, body)
    if body.name != "SelectQuery":
        refuse(query.file, line, "SELECT", f"{body.name} is none", "SELECTではありません")
    if not body.projection:
        refuse(query.file, line, "SELECT *", "name the columns", "列を明示してください")
    if not body.orderby:
        refuse(query.file, line, "ORDER BY", "is missing", "がありません")
    plain = {column.var for column in body.projection if column.var}
    visible = set(_visible(body.where))
    for parameter in query.params:
        _check_parameter(query, parameter, plain, visible)


def _check_parameter(
    query: CannedQuery, parameter: Parameter, plain: set[Variable], visible: set[Variable]
) -> None:
    variable, field = Variable(parameter.name), f"params.{parameter.name}"
    if variable not in plain:
        en = f"SELECT must list ?{variable} itself, without AS"
        ja = f"SELECTの列に ?{variable} をASなしで書いてください"
        refuse(query.file, parameter.line, field, en, ja)
    # An engine passes a value over in silence when only a sub-select uses the variable.
    if variable not in visible:
        en = f"WHERE does not use ?{variable} outside of sub-selects"
        ja = f"WHERE が ?{variable} を副問い合わせの外で使っていません"
        refuse(query.file, parameter.line, field, en, ja)


def _check_prefixes(query: CannedQuery, prologue: object, body: CompValue) -> None:
    declared = {d.prefix or "" for d in _parts(prologue) if d.name == "PrefixDecl"}
    for name in _parts(body):
        prefix = name.prefix or ""
        if name.name == "pname" and prefix not in declared:
            en, ja = f"{prefix}: is not declared", f"{prefix}: が宣言されていません"
            nearest = _nearest_prefix(prefix, declared, query.names)
            refuse(query.file, _line_of_prefix(query, prefix), "PREFIX", en, ja, nearest=nearest)


def _nearest_prefix(prefix: str, declared: set[str], names: Names) -> str | None:
    """The missing line for a prefix that we know, else a prefix of a similar name."""
    if prefix in names.prefixes:
        return f"PREFIX {prefix}: <{names.prefixes[prefix]}>"
    found = nearest_name(prefix, sorted(declared | names.prefixes.keys()))
    return found and f"{found}:"


def _visible(node: object) -> Iterator[Variable]:
    """Variables of a pattern; of a sub-select only those that it hands out."""
    if isinstance(node, Variable):
        yield node
    elif isinstance(node, CompValue) and node.name == "SubSelect" and node.projection:
        yield from (column.var or column.evar for column in node.projection)
    else:
        for child in _children(node):
            yield from _visible(child)


def _parts(node: object) -> Iterator[CompValue]:
    """Every node of the syntax tree."""
    if isinstance(node, CompValue):
        yield node
    for child in _children(node):
        yield from _parts(child)


def _children(node: object) -> Iterable[object]:
    if isinstance(node, CompValue):
        return node.values()
    return node if isinstance(node, list | ParseResults) else ()


def _first_line(query: CannedQuery) -> int:
    """Line after the header."""
    return 1 + sum(line.startswith("#+") for line in query.text.split("\n"))


def _line_of_prefix(query: CannedQuery, prefix: str) -> int:
    name = re.compile(rf"(?<![\w.-]){re.escape(prefix)}:")
    lines = enumerate(query.text.split("\n"), start=1)
    return next((n for n, line in lines if name.search(line) and not line.startswith("#")), 1)
