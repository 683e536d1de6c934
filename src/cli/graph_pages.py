"""Reference pages about the graph: queries, terms and concept schemes, named graphs, prefixes."""

import re
from collections.abc import Iterable, Iterator

from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS
from rdflib.term import Node

from api.contents import CONTENTS, edition_content
from cli.markdown import code, page, table
from kg.errors import Both
from kg.namespaces import NAMES, SCHEME_PREFIXES, STANDARD_PREFIXES
from kg.queries import CannedQuery, Catalogue, Parameter

_QUERIES = """`senryaku query NAME -p PARAMETER=VALUE` runs a query,
`/queries/NAME?PARAMETER=VALUE` is the same over HTTP. Without a value the answer holds all;
an empty value (`year=`), as a form sends it, is none. In a script check that a variable is set.

`senryaku query 名前 -p 引数=値` で実行します。HTTPでは `/queries/名前?引数=値` です。値を省くと全件
が返ります。空の値（`year=`。フォームが送る形）も省いたものとみなすので、スクリプトでは変数が空でないこと
を確かめてください。"""
_TERMS = f"""The prefix `jpstrat:` is `{NAMES.def_}`. Under each term stand its axioms and the
queries that use it.

接頭辞 `jpstrat:` は `{NAMES.def_}` です。各用語の下に、公理と、それを使う問い合わせがあります。"""
_DEFAULT_GRAPH = """The default graph of a query is the union of all graphs but `shapes`.
`GRAPH <…> { … }` or `FROM <…>` asks one of them.

問い合わせの既定グラフは `shapes` を除く全グラフの和です。一つだけを調べるには `GRAPH <…> { … }` 又
は `FROM <…>` を使います。"""
_COMPUTED = ("inferred", "source-text")
"""Graphs that no file holds."""
_KINDS = {
    OWL.Class: "class / クラス",
    OWL.ObjectProperty: "object property / オブジェクトプロパティ",
    OWL.DatatypeProperty: "datatype property / データ型プロパティ",
    OWL.AnnotationProperty: "annotation property / 注釈プロパティ",
}
_TRAITS = (
    OWL.TransitiveProperty,
    OWL.SymmetricProperty,
    OWL.AsymmetricProperty,
    OWL.IrreflexiveProperty,
    OWL.FunctionalProperty,
)
_AXIOMS = (
    (RDFS.subClassOf, "⊑"),
    (RDFS.subPropertyOf, "⊑"),
    (OWL.inverseOf, "inverse of"),
    (RDFS.domain, "domain"),
    (RDFS.range, "range"),
)


def queries(catalogue: Catalogue) -> str:
    """The page of the catalogue."""
    return page("Queries / 問い合わせ", _QUERIES, *(_query(q) for q in catalogue))


def _query(query: CannedQuery) -> str:
    head = ("parameter", "form", "what", "内容", "some values / 値の例")
    parts = [
        f"## {query.name}",
        f"**{query.title['en']}** · {query.question['en']}",
        f"**{query.title['ja']}** · {query.question['ja']}",
        f"Graphs / グラフ: {', '.join(query.graphs)} · Tags / 札: {', '.join(query.tags)}",
        table(head, (_parameter(p) for p in query.params)),
    ]
    return "\n\n".join(filter(None, parts))


def _parameter(parameter: Parameter) -> tuple[str, ...]:
    name = code(parameter.name) + (" (required / 必須)" if parameter.required else "")
    default = f" = {parameter.default}" if parameter.default is not None else ""
    choices = f"[{parameter.choices}](#{parameter.choices})" if parameter.choices else ""
    en, ja = parameter.description["en"], parameter.description["ja"]
    return (name, code(parameter.expected + default), en, ja, choices)


def terms(dataset: Dataset, catalogue: Catalogue) -> str:
    """The page of our own classes and properties, and of the concept schemes."""
    ontology, vocab = (dataset.graph(NAMES.graph(name)) for name in ("def", "vocab"))
    own = sorted(s for s in ontology.subjects(RDFS.isDefinedBy) if isinstance(s, URIRef))
    schemes = sorted(vocab.subjects(RDF.type, SKOS.ConceptScheme), key=str)
    return page(
        "Terms / 用語",
        _TERMS,
        "## Classes and properties / クラスとプロパティ",
        *(_term(ontology, term, catalogue) for term in own),
        "## Concept schemes / 概念体系",
        *(_scheme(vocab, scheme) for scheme in schemes),
    )


def _term(ontology: Graph, term: URIRef, catalogue: Iterable[CannedQuery]) -> str:
    name = NAMES.short(term)
    label, definition = (_both(ontology, term, p) for p in (RDFS.label, SKOS.definition))
    # to be the class of a parameter, as a header says, is no use in the query itself
    written = re.compile(rf"^(?!#).*{re.escape(name)}(?![\w-])", re.MULTILINE)
    used = [q.name for q in catalogue if written.search(q.text)]
    links = ", ".join(f"[{q}](queries.md#{q})" for q in used)
    parts = [
        f"### {name}",
        f"{_kind(ontology, term)} · {label[0]} / {label[1]}",
        *definition,
        "; ".join(_axioms(ontology, term)),
        f"Queries / 問い合わせ: {links}" if used else "",
    ]
    return "\n\n".join(filter(None, parts))


def _kind(ontology: Graph, term: URIRef) -> str:
    return next(text for kind, text in _KINDS.items() if (term, RDF.type, kind) in ontology)


def _axioms(ontology: Graph, term: URIRef) -> Iterator[str]:
    for predicate, words in _AXIOMS:
        for value in sorted(o for o in ontology.objects(term, predicate) if isinstance(o, URIRef)):
            yield f"{words} {code(NAMES.short(value))}"
    for chain in ontology.objects(term, OWL.propertyChainAxiom):
        steps = " ∘ ".join(NAMES.short(str(step)) for step in Collection(ontology, chain))
        yield f"follows from {code(steps)}"
    for trait in _TRAITS:
        if (term, RDF.type, trait) in ontology:
            yield code(NAMES.short(trait))


def _scheme(vocab: Graph, scheme: Node) -> str:
    title, definition = (_both(vocab, scheme, p) for p in (DCTERMS.title, SKOS.definition))
    key = str(scheme).removeprefix(NAMES.base)
    prefix = next((p for p, s in SCHEME_PREFIXES.items() if NAMES.scheme(s) == scheme), "")
    concepts = sorted(vocab.subjects(SKOS.inScheme, scheme), key=_natural)
    rows = [
        (
            code(NAMES.short(str(c))),
            *_both(vocab, c, SKOS.prefLabel),
            *_both(vocab, c, SKOS.definition),
        )
        for c in concepts
    ]
    head = ("concept", "label", "名称", "definition", "定義")
    prefixed = f" · {code(prefix + ':')}" if prefix else ""
    intro = f"{title[0]} / {title[1]} · {code(key)}{prefixed}"
    return "\n\n".join([f"### {key.rpartition('/')[2]}", intro, *definition, table(head, rows)])


def _natural(term: Node) -> list[tuple[int, str]]:
    """Sort key in which 2 comes before 10."""
    return [(int(p) if p.isdigit() else -1, p) for p in re.split(r"(\d+)", str(term))]


def _both(graph: Graph, subject: Node, predicate: URIRef) -> tuple[str, str]:
    """Texts of a property in English and Japanese; empty where there is none."""
    texts = {
        o.language: str(o) for o in graph.objects(subject, predicate) if isinstance(o, Literal)
    }
    return texts.get("en", ""), texts.get("ja", "")


def graphs(dataset: Dataset, names: Iterable[str]) -> str:
    """The page of named graphs (`names` are those that files hold) and prefixes."""
    rows = [
        (code(name), code(f"<{NAMES.graph(name)}>"), *_about(dataset, name))
        for name in [*names, *_COMPUTED]
    ]
    own = {p: s for p, s in NAMES.prefixes.items() if p not in STANDARD_PREFIXES}
    prefixes = [f"PREFIX {p}: <{space}>" for p, space in (own | STANDARD_PREFIXES).items()]
    return page(
        "Named graphs and prefixes / 名前付きグラフと接頭辞",
        _DEFAULT_GRAPH,
        table(("graph", "IRI", "content", "内容"), rows),
        "## Prefixes / 接頭辞",
        "The service and the command declare none of them for you; copy the lines that you need.",
        "接頭辞は自動では宣言されません。必要な行を写してください。",
        "\n".join(["```sparql", *prefixes, "```"]),
    )


def _about(dataset: Dataset, name: str) -> tuple[str, str]:
    """What a graph holds; raises `LookupError` when nothing says so."""
    if name in CONTENTS:
        return CONTENTS[name].en, CONTENTS[name].ja
    label = _both(dataset.graph(NAMES.graph(name)), NAMES.id("edition", name), SKOS.prefLabel)
    if not all(label):
        msg = f"nothing says what the graph {name} holds"
        raise LookupError(msg)
    content = edition_content(Both(label[1], label[0]))
    return content.en, content.ja
