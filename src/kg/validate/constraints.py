"""SHACL-SPARQL constraints of node shapes, each asked once for all of its focus nodes.

The specification binds `$this` to one focus node after the other; an engine that does so parses and
plans the query each time. Our constraints are written so that the targets can be joined to the
pattern instead: decision 0029 says what they may not use, and tests hold both ways to each other.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, SH
from rdflib.term import Node

from kg.errors import Both, ShapesInvalid
from kg.model import Row, Store
from kg.namespaces import Names
from kg.validate.circles import components
from kg.validate.report import Finding, Severity, severity_of

_HEAD = re.compile(r"\A\s*SELECT\s+(?:DISTINCT\s+)?(?P<variables>(?:[$?]\w+\s+)+)WHERE\s*\{")
_NOT_JOINABLE = re.compile(
    r"\b(?:GRAPH|MINUS|ORDER|SERVICE|VALUES|LIMIT|OFFSET)\b|\$PATH|\bAS\s+\$this"
)
_TEMPLATE = re.compile(r"\{[$?](\w+)\}")
_RETURNING = re.compile(r"\?value (?P<path>\S+)\* \$this \.")
"""Asks whether a link leads back to its start; each start would go through the whole of a chain."""
_TARGETS = {
    SH.targetClass: "?this <{type}>/<{subclass}>* {term} .",
    SH.targetSubjectsOf: "?this {term} ?object_of_target .",
    SH.targetObjectsOf: "?subject_of_target {term} ?this .",
}


@dataclass(frozen=True)
class SparqlConstraint:
    """A `sh:sparql` constraint of a node shape with targets; `query` finds all that break it."""

    shape: URIRef
    query: str
    severity: Severity
    message: dict[str, str]
    links: str | None = None
    """Where `query` leaves out that a link leads back to its start, a query of all such links."""

    def findings(self, store: Store, names: Names) -> Iterator[Finding]:
        """What breaks the constraint in the default graph of `store`."""
        rows = store.select(self.query)
        if self.links is not None:
            rows = _on_circles(rows, store.select(self.links))
        for row in rows:
            focus = row["this"]
            if focus is not None:
                yield self._finding(focus, row, names)

    def _finding(self, focus: Node, row: Row, names: Names) -> Finding:
        path, value = row.get("path"), row.get("value")
        return Finding(
            focus=focus,
            path=None if path is None else names.short(str(path)),
            predicate=path if isinstance(path, URIRef) else None,
            value=focus if value is None else value,
            severity=self.severity,
            shape=self.shape,
            message={lang: _filled(text, row) for lang, text in self.message.items()},
            component=SH.SPARQLConstraintComponent,
            expected=row.get("expected"),
        )


def _on_circles(rows: Iterable[Row], links: Iterable[Row]) -> list[Row]:
    """The rows of which the link from `this` to `value` is part of a circle of `links`."""
    circles = components((link["this"], link["value"]) for link in links)
    return [row for row in rows if circles.get(row["this"]) == circles.get(row["value"], -1)]


def _filled(text: str, row: Row) -> str:
    """A message with the values of `{?variable}` (SHACL, 5.3.2)."""
    return _TEMPLATE.sub(lambda found: str(row.get(found[1]) or found[0]), text)


def read_constraints(shapes: Graph) -> tuple[SparqlConstraint, ...]:
    """SHACL-SPARQL constraints of `shapes`, sorted by shape.

    Raises `ShapesInvalid` for one that cannot be asked for all focus nodes at once.
    """
    pairs = sorted(shapes.subject_objects(SH.sparql), key=str)
    return tuple(
        _read(shapes, shape, node, target)
        for shape, node in pairs
        for target in _targets(shapes, shape)
    )


def _targets(shapes: Graph, shape: Node) -> list[str]:
    """Patterns that bind `?this` to the focus nodes of `shape`."""
    found = [
        form.format(type=RDF.type, subclass=RDFS.subClassOf, term=target.n3())
        for kind, form in _TARGETS.items()
        for target in sorted(shapes.objects(shape, kind), key=str)
    ]
    if not found or not isinstance(shape, URIRef):
        raise _refused(shape, "名前（IRI）と対象が必要です", "needs a name (an IRI) and a target")
    return found


def _read(shapes: Graph, shape: Node, node: Node, target: str) -> SparqlConstraint:
    select = str(shapes.value(node, SH.select))
    head, wrong = _HEAD.match(select), _NOT_JOINABLE.search(select)
    if head is None:
        raise _refused(shape, "SELECT $this … WHERE { で始まりません", "no SELECT $this … WHERE {")
    if wrong is not None:
        raise _refused(shape, f"{wrong[0]} は使えません", f"{wrong[0]} cannot be used")
    texts = {
        text.language: str(text)
        for holder in (shape, node)
        for text in shapes.objects(holder, SH.message)
        if isinstance(text, Literal)
    }
    where = f"WHERE {{ {target}\n"
    names = " ".join(dict.fromkeys(f"?{name}" for name in re.findall(r"\w+", head["variables"])))
    prefixes, links = _prefixes(shapes, node), None
    returning = _RETURNING.search(select, head.end())
    if returning is not None:
        links = f"{prefixes}SELECT ?this ?value WHERE {{ ?this {returning['path']} ?value }}"
        select = select.replace(returning[0], "")
    query = f"{prefixes}SELECT DISTINCT {names} {where}{select[head.end() :]}"
    return SparqlConstraint(
        shape=URIRef(str(shape)),
        query=query,
        severity=severity_of(shapes.value(shape, SH.severity)),
        message={lang: texts[lang] for lang in ("ja", "en")},
        links=links,
    )


def _prefixes(shapes: Graph, node: Node) -> str:
    lines = []
    for holder in shapes.objects(node, SH.prefixes):
        for declaration in shapes.objects(holder, SH.declare):
            prefix, space = (shapes.value(declaration, p) for p in (SH.prefix, SH.namespace))
            lines.append(f"PREFIX {prefix}: <{space}>\n")
    return "".join(sorted(lines))


def _refused(shape: Node, ja: str, en: str) -> ShapesInvalid:
    return ShapesInvalid(detail=Both(f"{shape.n3()}: {ja}", f"{shape.n3()}: {en}"))
