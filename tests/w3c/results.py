"""Results and graphs, compared by the values that they hold.

Numbers and times are equal when their values are (`1.50` and `1.5`), blank nodes when some renaming
makes them so, rows in any order. Nothing here is the engine's own code.
"""

import csv
import io
import json
import re
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree as ET

from rdflib import RDF, BNode, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import XSD
from rdflib.term import Node
from rdflib.util import from_n3

_SRX = "{http://www.w3.org/2005/sparql-results#}"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_INTEGERS = {
    *("integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger"),
    *("nonPositiveInteger", "negativeInteger"),
    *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
}
_RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
_ROW = "urn:x-row:"

Row = Mapping[str, Node]
"""Terms of a solution by variable; the unbound are missing."""


@dataclass(frozen=True)
class Table:
    """Result of a SELECT."""

    variables: tuple[str, ...]
    rows: tuple[Row, ...]


Result = Table | Graph | bool


def parse_result(body: bytes, media: str) -> Result:
    """Read a result in one of the formats of SPARQL or in Turtle."""
    kind = media.partition(";")[0]
    if kind == "application/sparql-results+xml":
        return _from_xml(body)
    if kind == "application/sparql-results+json":
        return _from_json(body)
    if kind == "text/csv":
        return _from_csv(body.decode())
    if kind == "text/tab-separated-values":
        return _from_tsv(body.decode())
    graph = Graph().parse(data=body, format="turtle")
    described = graph.value(None, RDF.type, _RS.ResultSet)
    return graph if described is None else _from_graph(graph, described)


def same_result(found: Result, expected: Result) -> bool:
    """Whether two results are equal by value."""
    if isinstance(found, Graph) and isinstance(expected, Graph):
        return same_graph(found, expected)
    if isinstance(found, Table) and isinstance(expected, Table):
        return _same_table(found, expected)
    return found is expected


def same_graph(found: Iterable[tuple[Node, ...]], expected: Iterable[tuple[Node, ...]]) -> bool:
    """Whether two graphs are isomorphic, literals compared by value."""
    return isomorphic(_by_value(found), _by_value(expected))


def _same_table(found: Table, expected: Table) -> bool:
    if set(found.variables) != set(expected.variables) or len(found.rows) != len(expected.rows):
        return False
    if not any(isinstance(term, BNode) for row in expected.rows for term in row.values()):
        return _counted(found) == _counted(expected)
    return same_graph(_as_triples(found), _as_triples(expected))


def _counted(table: Table) -> Counter[frozenset[tuple[str, Node]]]:
    return Counter(frozenset((name, _value(t)) for name, t in row.items()) for row in table.rows)


def _as_triples(table: Table) -> Iterator[tuple[Node, ...]]:
    for row in table.rows:
        node = BNode()
        yield node, URIRef(_ROW), URIRef(_ROW)
        for name, term in row.items():
            yield node, URIRef(_ROW + name), term


def _by_value(triples: Iterable[tuple[Node, ...]]) -> Graph:
    graph = Graph()
    for subject, predicate, object_ in triples:
        graph.add((subject, predicate, _value(object_)))
    return graph


def _value(term: Node) -> Node:
    """A literal that is equal to another one of the same value, whatever its digits."""
    if not isinstance(term, Literal) or term.language:
        return term
    name = str(term.datatype or XSD.string).removeprefix(str(XSD))
    # the engine keeps the value of an xsd:int and not its type
    name = "integer" if name in _INTEGERS else name
    return Literal(f"{name} {_canonical(str(term), name)}", normalize=False)


def _canonical(text: str, name: str) -> str:
    try:
        return _CANONICAL[name](text) if name in _CANONICAL else text
    except (ValueError, InvalidOperation):
        # ill-typed, so equal to the same text only
        return text


def _single(text: str) -> str:
    return repr(struct.unpack("f", struct.pack("f", float(text)))[0])


def _time(text: str) -> str:
    return re.sub(r"(\.\d*?)0+(?=\D|\Z)", r"\1", text).replace("+00:00", "Z")


_CANONICAL: Mapping[str, Callable[[str], str]] = {
    "integer": lambda text: str(int(text)),
    "decimal": lambda text: f"{Decimal(text).normalize():f}",
    "double": lambda text: repr(float(text)),
    "float": _single,
    "boolean": lambda text: {"1": "true", "0": "false"}.get(text, text),
    "dateTime": _time,
    "time": _time,
}
"""Makes the one text of a value, by datatype."""


def _from_graph(graph: Graph, described: Node) -> Table:
    """A table in the vocabulary that the suite used before there were formats for it."""
    rows = [
        {
            str(graph.value(binding, _RS.variable)): _bound(graph, binding)
            for binding in graph.objects(solution, _RS.binding)
        }
        for solution in graph.objects(described, _RS.solution)
    ]
    names = (str(name) for name in graph.objects(described, _RS.resultVariable))
    return Table(tuple(names), tuple(rows))


def _bound(graph: Graph, binding: Node) -> Node:
    value = graph.value(binding, _RS.value)
    if value is None:
        raise ValueError(binding)
    return value


def _from_xml(body: bytes) -> Result:
    # the suite and our own service wrote it
    root = ET.fromstring(body)  # noqa: S314
    boolean = root.find(f"{_SRX}boolean")
    if boolean is not None:
        return (boolean.text or "").strip() == "true"
    names = tuple(v.attrib["name"] for v in root.iterfind(f"{_SRX}head/{_SRX}variable"))
    rows = (
        {b.attrib["name"]: _xml_term(b[0]) for b in result.iterfind(f"{_SRX}binding")}
        for result in root.iterfind(f"{_SRX}results/{_SRX}result")
    )
    return Table(names, tuple(rows))


def _xml_term(element: ET.Element) -> Node:
    text = element.text or ""
    kind = element.tag.removeprefix(_SRX)
    return _term(kind, text, element.get("datatype"), element.get(_XML_LANG))


def _from_json(body: bytes) -> Result:
    result = json.loads(body)
    if "boolean" in result:
        return bool(result["boolean"])
    rows = (
        {
            name: _term(t["type"], t["value"], t.get("datatype"), t.get("xml:lang"))
            for name, t in row.items()
        }
        for row in result["results"]["bindings"]
    )
    return Table(tuple(result["head"]["vars"]), tuple(rows))


def _term(kind: str, text: str, datatype: str | None, language: str | None) -> Node:
    if kind == "uri":
        return URIRef(text)
    if kind == "bnode":
        return BNode(text)
    type_ = None if datatype is None else URIRef(datatype)
    return Literal(text, lang=language, datatype=None if language else type_, normalize=False)


def _from_csv(text: str) -> Table:
    """CSV tells no numbers from strings, so a cell is a number when it looks like one."""
    head, *lines = csv.reader(io.StringIO(text, newline=""))
    rows = [{n: _cell(c) for n, c in zip(head, line, strict=True) if c} for line in lines]
    return Table(tuple(head), tuple(rows))


def _cell(text: str) -> Node:
    if text.startswith("_:"):
        return BNode(text[2:])
    number = re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text)
    return Literal(text, datatype=XSD.double if number else None, normalize=False)


def _from_tsv(text: str) -> Table:
    head, *lines = text.rstrip("\n").split("\n")
    names = [name.removeprefix("?") for name in head.rstrip("\r").split("\t")]
    rows = [
        {n: _n3(c) for n, c in zip(names, line.rstrip("\r").split("\t"), strict=True) if c}
        for line in lines
    ]
    return Table(tuple(names), tuple(rows))


def _n3(text: str) -> Node:
    """A term as Turtle writes it: numbers and truth values may stand bare."""
    for name, form in (
        ("integer", r"[-+]?\d+"),
        ("decimal", r"[-+]?\d*\.\d+"),
        ("double", r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+"),
        ("boolean", r"true|false"),
    ):
        if re.fullmatch(form, text):
            return Literal(text, datatype=XSD[name], normalize=False)
    term = from_n3(text)
    if not isinstance(term, Node):
        raise TypeError(text)
    return term
