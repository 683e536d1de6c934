"""What pySHACL found, as findings: each result is read as it comes, without a graph of them all."""

from collections.abc import Iterable, Sequence
from typing import Any

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SH, NamespaceManager
from rdflib.term import Node

from kg.errors import Both
from kg.namespaces import Names
from kg.validate.paths import path_text
from kg.validate.report import Finding, severity_of

Result = tuple[str, Node, Sequence[tuple[Node, Node, Any]]]
"""A text, the node of a result, and its triples, followed by those of what only explains it. An
object is a term, or a graph and the term in it."""
_FOCUS, _VALUE, _PATH, _MESSAGE = SH.focusNode, SH.value, SH.resultPath, SH.resultMessage
_SEVERITY, _SHAPE = SH.resultSeverity, SH.sourceShape
_COMPONENT = SH.sourceConstraintComponent
_LANGUAGES = ("ja", "en")
_UNSAID = Both("規則を満たしません。", "A rule is broken.")
"""For a SPARQL constraint without a message; pySHACL has one for all others."""


class Results:
    """Reads results; what results of a rule share is worked out once."""

    def __init__(self, shapes: Graph, names: Names) -> None:
        """`shapes` are those that pySHACL judged by."""
        self._shapes, self._names = shapes, names
        self._paths: dict[Node, tuple[str, URIRef | None]] = {}
        self._texts: dict[tuple[Node, ...], dict[str, str]] = {}

    def finding(self, result: Result) -> Finding:
        """The finding that a result is; raises `ShapesInvalid` for a path that is none."""
        _, node, triples = result
        facts: dict[Node, Node] = {}
        messages: list[Node] = []
        for subject, predicate, object_ in triples:
            if subject != node:
                break
            value = object_[1] if isinstance(object_, tuple) else object_
            if predicate == _MESSAGE:
                messages.append(value)
            else:
                facts[predicate] = value
        path, first = self._path(facts.get(_PATH))
        return Finding(
            focus=facts[_FOCUS],
            path=path,
            predicate=first,
            value=facts.get(_VALUE),
            severity=severity_of(facts[_SEVERITY]),
            shape=facts[_SHAPE],
            component=facts[_COMPONENT],
            message=self._message(tuple(messages)),
        )

    def _path(self, path: Node | None) -> tuple[str | None, URIRef | None]:
        """A path as text, and the property that it begins with."""
        if path is None:
            return None, None
        if path not in self._paths:
            first: Node | None = path
            if (path, RDF.first, None) in self._shapes:
                first = self._shapes.value(path, RDF.first)
            text = path_text(self._shapes, path, self._names)
            self._paths[path] = text, first if isinstance(first, URIRef) else None
        return self._paths[path]

    def _message(self, messages: tuple[Node, ...]) -> dict[str, str]:
        if messages not in self._texts:
            self._texts[messages] = _by_language(messages)
        return self._texts[messages]


def _by_language(messages: Iterable[Node]) -> dict[str, str]:
    """Texts by language; where the shape has none in a language, the one it has stands in."""
    texts = sorted({m for m in messages if isinstance(m, Literal)})
    if not texts:
        return _UNSAID._asdict()
    by_language = {text.language: str(text) for text in reversed(texts)}
    return {lang: by_language.get(lang) or str(texts[0]) for lang in _LANGUAGES}


class Prefixes(NamespaceManager):
    """Remembers how IRIs are written: pySHACL writes those of every result, many times each."""

    def __init__(self, graph: Graph) -> None:
        """`graph` keeps the prefixes that it has."""
        super().__init__(graph, bind_namespaces="none")
        self._bound: set[tuple[str | None, str]] = set()
        self._written: dict[str, str] = {}

    def bind(self, prefix: str | None, namespace: Any, *how: Any, **named: Any) -> None:
        """Bind a prefix, once."""
        if (prefix, str(namespace)) not in self._bound:
            self._bound.add((prefix, str(namespace)))
            super().bind(prefix, namespace, *how, **named)
            self._written.clear()

    # rdflib has named it and its argument
    def normalizeUri(self, rdfTerm: str) -> str:  # noqa: N802, N803
        """The IRI with its prefix, or in angle brackets."""
        if rdfTerm not in self._written:
            self._written[rdfTerm] = super().normalizeUri(rdfTerm)
        return self._written[rdfTerm]


def view(graph: Graph) -> Graph:
    """The same statements and prefixes, with IRIs that are written faster."""
    shown = Graph(graph.store, graph.identifier, bind_namespaces="none")
    # which binds those prefixes of `graph` that it has from the start
    shown.namespace_manager = Prefixes(graph.namespace_manager.graph)
    return shown
