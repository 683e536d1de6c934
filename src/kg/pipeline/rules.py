"""The rules that data must keep, in words: what every page about them shows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, RDF, RDFS, SH, SKOS
from rdflib.term import Node

from kg.errors import Both
from kg.lookup import Lookup
from kg.namespaces import Names
from kg.tables import RULES
from kg.validate import Check, Explainer, Severity, rule_name
from kg.validate.explaining import COMPONENTS, components_of
from kg.validate.paths import path_text

_SEVERITIES = {SH[severity.value]: severity.name.lower() for severity in Severity}
_TARGETS = {
    SH.targetClass: Both("対象のクラス", "things of"),
    SH.targetSubjectsOf: Both("持つもの", "things that have"),
    SH.targetObjectsOf: Both("値となるもの", "values of"),
}
_PARTS = (SH.property, SH.node)
_SAID_ELSEWHERE = frozenset({"Property", "SPARQL"})
"""Constraints that stand as rules of their own, or that the message of their rule says."""


@dataclass(frozen=True)
class Constraint:
    """One constraint of a shape: its parameter with a prefix, and what it allows."""

    parameter: str
    allowed: Both


@dataclass(frozen=True)
class Target:
    """What a shape is applied to: in words, and the terms with their prefixes."""

    words: Both
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """A rule with a name, which is its anchor on a page.

    `field` is the path with prefixes, `severity` the name of one in small letters; both are ""
    where there is none. A rule without a severity only gathers its `parts`; those that stand in a
    section before it are named in `shared`.
    """

    name: str
    title: Both | None = None
    field: str = ""
    severity: str = ""
    profiles: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    message: Both | None = None
    fix: Both | None = None
    constraints: tuple[Constraint, ...] = ()
    parts: tuple["Rule", ...] = ()
    shared: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """Every rule with a name: profiles, shapes, checks of named graphs, rules about tables."""

    profiles: tuple[Rule, ...]
    shapes: tuple[Rule, ...]
    checks: tuple[Rule, ...]
    tables: tuple[Rule, ...]


def read_shape_rules(dataset: Dataset, checks: Iterable[Check], names: Names) -> Rules:
    """The rules of the graph `shapes` of a project, the `checks` and the rules about tables."""
    shapes = _Shapes(dataset, names)
    return Rules(
        profiles=tuple(shapes.profiles()),
        shapes=tuple(shapes.nodes()),
        checks=tuple(
            Rule(
                rule_name(check.shape(names)),
                message=Both(**check.message),
                fix=check.fix,
                severity="violation",
            )
            for check in checks
        ),
        tables=tuple(
            Rule(rule.name, message=rule.text, severity=_SEVERITIES[SH[rule.level.value]])
            for rule in RULES
        ),
    )


class _Shapes:
    """Reads rules from a shapes graph; a property shape is told once."""

    def __init__(self, dataset: Dataset, names: Names) -> None:
        self._graph, self._names = dataset.graph(names.graph("shapes")), names
        self._data = Graph()
        for name in ("def", "vocab"):
            self._data += dataset.graph(names.graph(name))
        self._told: set[Node] = set()

    @cached_property
    def _explainer(self) -> Explainer:
        data, names = self._data, self._names
        return Explainer(self._graph, data, Lookup(data, names), names)

    def profiles(self) -> Iterator[Rule]:
        """Each profile, with what its rules are for."""
        for profile in sorted(set(self._graph.objects(None, DCTERMS.isPartOf)), key=str):
            yield Rule(
                rule_name(profile),
                title=self._both(profile, RDFS.label),
                message=self._both(profile, SKOS.definition),
            )

    def nodes(self) -> Iterator[Rule]:
        """Each node shape by name, with those of its parts that were not told before."""
        for node in sorted(set(self._graph.subjects(RDF.type, SH.NodeShape)), key=str):
            if isinstance(node, URIRef):
                yield self._node(node)

    def _node(self, node: URIRef) -> Rule:
        parts = [
            part
            for predicate in _PARTS
            for part in sorted(self._graph.objects(node, predicate), key=str)
            if isinstance(part, URIRef)
        ]
        fresh = [part for part in parts if part not in self._told]
        self._told |= set(parts)
        return self._rule(
            node,
            title=self._both(node, RDFS.label),
            parts=tuple(self._part(part) for part in fresh),
            shared=tuple(rule_name(part) for part in parts if part not in fresh),
        )

    def _part(self, shape: URIRef) -> Rule:
        return self._rule(shape, title=self._both(shape, SH.name), parts=(), shared=())

    def _rule(
        self, shape: URIRef, title: Both | None, parts: tuple[Rule, ...], shared: tuple[str, ...]
    ) -> Rule:
        graph, path = self._graph, self._graph.value(shape, SH.path)
        severity = _SEVERITIES.get(URIRef(str(graph.value(shape, SH.severity))), "")
        return Rule(
            name=rule_name(shape),
            title=title,
            field=path_text(graph, path, self._names) if path else "",
            severity=severity,
            profiles=tuple(
                rule_name(p) for p in sorted(graph.objects(shape, DCTERMS.isPartOf), key=str)
            ),
            targets=tuple(self._targets(shape)),
            message=self._both(shape, SH.message),
            fix=self._both(shape, SH.description),
            constraints=tuple(self._constraints(shape)) if severity else (),
            parts=parts,
            shared=shared,
        )

    def _constraints(self, shape: URIRef) -> Iterator[Constraint]:
        for component in components_of(self._graph, shape):
            if component not in _SAID_ELSEWHERE:
                yield Constraint(
                    self._names.short(COMPONENTS[component]),
                    self._explainer.requirement(shape, component),
                )

    def _targets(self, shape: URIRef) -> Iterator[Target]:
        for predicate, words in _TARGETS.items():
            terms = sorted(self._graph.objects(shape, predicate), key=str)
            if terms:
                yield Target(words, tuple(self._names.short(str(term)) for term in terms))

    def _both(self, subject: Node, predicate: URIRef) -> Both | None:
        """Texts of a property; None where one of the languages is missing."""
        texts = {
            o.language: str(o)
            for o in self._graph.objects(subject, predicate)
            if isinstance(o, Literal)
        }
        return Both(texts["ja"], texts["en"]) if {"ja", "en"} <= set(texts) else None
