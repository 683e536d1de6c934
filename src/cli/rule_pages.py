"""The reference page about the rules that data must keep."""

from collections.abc import Iterable, Iterator

from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, RDF, RDFS, SH, SKOS
from rdflib.term import Node

from cli.markdown import code, page, table
from kg.lookup import Lookup
from kg.namespaces import NAMES
from kg.tables import RULES, TableRule
from kg.validate import Check, Explainer, rule_name
from kg.validate.explaining import COMPONENTS, components_of
from kg.validate.paths import path_text

_INTRO = """`senryaku validate` and each build check these rules. A **violation** cannot be loaded,
a warning is listed, an info is advice. A finding names its rule; its section here says what the
rule asks for and how to mend what breaks it.

`senryaku validate` と毎回の構築で、次の規則を確かめます。**違反**は読み込めません。警告は一覧に
示し、情報は助言です。検出結果には規則の名前が付き、ここの各節で、求められる内容と直し方を説明して
います。"""
_CHECKS = """These rules need the named graphs of the whole dataset, so only the build checks them.

名前付きグラフの全体が要る規則です。構築の時だけ確かめます。"""
_TABLES = """What is wrong with the cells of a table that is imported or checked.

取り込む表や調べる表のセルの規則です。"""
_SEVERITIES = {
    SH.Violation: "violation / 違反",
    SH.Warning: "warning / 警告",
    SH.Info: "info / 情報",
}
_PARTS = (SH.property, SH.node)


def rules(dataset: Dataset, checks: Iterable[Check]) -> str:
    """The page of every rule with a name: node shapes by name, each with its property shapes."""
    shapes, data = dataset.graph(NAMES.graph("shapes")), Graph()
    for name in ("def", "vocab"):
        data += dataset.graph(NAMES.graph(name))
    explainer = Explainer(shapes, data, Lookup(data, NAMES), NAMES)
    written: set[Node] = set()
    profiles = sorted(set(shapes.objects(None, DCTERMS.isPartOf)), key=str)
    nodes = sorted(set(shapes.subjects(RDF.type, SH.NodeShape)), key=str)
    sections = [_section(shapes, node, explainer, written) for node in nodes]
    return page(
        "Rules / 規則",
        _INTRO,
        *(_profile(shapes, profile) for profile in profiles),
        *sections,
        "## Rules about named graphs / 名前付きグラフの規則",
        _CHECKS,
        *(_check(check) for check in checks),
        "## Rules about tables / 表の規則",
        _TABLES,
        *(_table_rule(rule) for rule in RULES),
    )


def _profile(shapes: Graph, profile: Node) -> str:
    """What the rules of one profile are for."""
    name, label = rule_name(profile), _both(shapes, profile, RDFS.label)
    texts = (f"{_anchor(name)}\n## {name}", f"{label[0]} / {label[1]}")
    return "\n\n".join([*texts, *_both(shapes, profile, SKOS.definition)])


def _section(shapes: Graph, node: Node, explainer: Explainer, written: set[Node]) -> str:
    """A node shape, and each of its property shapes that stands in no section before it."""
    parts = [
        part
        for predicate in _PARTS
        for part in sorted(shapes.objects(node, predicate), key=str)
        if isinstance(part, URIRef)
    ]
    fresh = [part for part in parts if part not in written]
    written |= set(parts)
    again = ", ".join(f"[{rule_name(p)}](#{rule_name(p)})" for p in parts if p not in fresh)
    label = _both(shapes, node, RDFS.label)
    texts = [
        f"{_anchor(rule_name(node))}\n## {rule_name(node)}",
        f"{label[0]} / {label[1]}",
        _about(shapes, node),
        _body(shapes, node, explainer),
        f"Also / 共通の規則: {again}" if again else "",
        *(_rule(shapes, part, explainer) for part in fresh),
    ]
    return "\n\n".join(filter(None, texts))


def _rule(shapes: Graph, shape: Node, explainer: Explainer) -> str:
    name, path = _both(shapes, shape, SH.name), shapes.value(shape, SH.path)
    texts = [
        f"{_anchor(rule_name(shape))}\n### {rule_name(shape)}",
        f"{name[0]} / {name[1]} · {code(path_text(shapes, path, NAMES))}" if path else "",
        _body(shapes, shape, explainer),
    ]
    return "\n\n".join(filter(None, texts))


def _body(shapes: Graph, shape: Node, explainer: Explainer) -> str:
    """Severity, profile, message, advice and constraints of one shape."""
    severity = _SEVERITIES.get(URIRef(str(shapes.value(shape, SH.severity))))
    components = [c for c in components_of(shapes, shape) if c not in {"Property", "SPARQL"}]
    rows = [
        (code(NAMES.short(COMPONENTS[c])), *reversed(explainer.requirement(shape, c)))
        for c in components
    ]
    profiles = [rule_name(p) for p in sorted(shapes.objects(shape, DCTERMS.isPartOf), key=str)]
    facts = [severity or "", *(f"[{p}](#{p})" for p in profiles)]
    fix = _both(shapes, shape, SH.description)
    texts = [
        " · ".join(filter(None, facts)),
        *_both(shapes, shape, SH.message),
        *((f"To fix it: {fix[0]}", f"直し方: {fix[1]}") if severity and all(fix) else fix),
        table(("constraint / 制約", "allowed", "許されるもの"), rows) if severity else "",
    ]
    return "\n\n".join(filter(None, texts))


def _about(shapes: Graph, node: Node) -> str:
    """What the shape is applied to."""
    return "; ".join(_targets(shapes, node))


def _targets(shapes: Graph, node: Node) -> Iterator[str]:
    for predicate, words in (
        (SH.targetClass, "things of / 対象のクラス:"),
        (SH.targetSubjectsOf, "things that have / 持つもの:"),
        (SH.targetObjectsOf, "values of / 値となるもの:"),
    ):
        terms = sorted(shapes.objects(node, predicate), key=str)
        if terms:
            yield f"{words} {', '.join(code(NAMES.short(str(term))) for term in terms)}"


def _check(check: Check) -> str:
    name = rule_name(check.shape(NAMES))
    texts = (f"{_anchor(name)}\n### {name}", check.message["en"], check.message["ja"])
    return "\n\n".join(texts)


def _table_rule(rule: TableRule) -> str:
    severity = _SEVERITIES[SH[rule.level.value]]
    texts = (f"{_anchor(rule.name)}\n### {rule.name}", severity, rule.text.en, rule.text.ja)
    return "\n\n".join(texts)


def _anchor(name: str) -> str:
    """Headings get anchors in small letters; the addresses of rules have their capitals."""
    return f'<a id="{name}"></a>'


def _both(graph: Graph, subject: Node, predicate: URIRef) -> tuple[str, str]:
    """Texts of a property in English and Japanese; empty where there is none."""
    texts = {
        o.language: str(o) for o in graph.objects(subject, predicate) if isinstance(o, Literal)
    }
    return texts.get("en", ""), texts.get("ja", "")
