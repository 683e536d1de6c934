"""Rules about the whole graph: they find nothing in it, and each finds what breaks it.

`shapes/checks` are run by every build, `tests/checks` are about this repository's data alone.
`tests/checks/<check>.yaml` lists changes of the graph (TriG to insert or delete, with the prefixes
of the project) and the nodes that the check must then find; `tests/checks/<Shape>.yaml` does so
for a shape that is a query.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml
from rdflib import BNode, Dataset, URIRef
from rdflib.namespace import RDF
from rdflib.term import Identifier, Node

from kg.errors import PathMissing, QueryHeaderError, RulesBroken
from kg.namespaces import JPSTRAT, NAMES, Names
from kg.pipeline.building import Built, build
from kg.pipeline.project import Project
from kg.store.embedded import EmbeddedStore
from kg.store.terms import from_engine, to_engine
from kg.validate import Check, Profile, Rulebook, Severity, read_checks, run_checks
from kg.validate.constraints import SparqlConstraint

ROOT = Path(__file__).parents[1]
AT_BUILD = read_checks(ROOT / "shapes" / "checks", NAMES)
OF_PROJECT = read_checks(ROOT / "tests" / "checks", NAMES)
CHECKS = {check.id: check for check in (*AT_BUILD, *OF_PROJECT)}
HEADER = "".join(
    f"@prefix {prefix}: <{iri}> .\n"
    for prefix, iri in {**NAMES.prefixes, "graph": NAMES.graph("")}.items()
) + (f"@prefix measure: <{NAMES.id('measure', 'ai2019-fu2020', '')}> .\n@base <{NAMES.base}> .\n")


Triple = tuple[Identifier, Identifier, Identifier]
Quad = tuple[Triple, URIRef]


@dataclass(frozen=True)
class Change:
    """What somebody does to the graph, and what a check finds then."""

    check: str
    breaks: str
    finds: list[str]
    insert: str = ""
    delete: str = ""


def read_changes(path: Path) -> list[Change]:
    entries: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [Change(path.stem, **entry) for entry in entries]


FILES = sorted((ROOT / "tests" / "checks").glob("*.yaml"))
CHANGES = [change for path in FILES for change in read_changes(path)]


@dataclass(frozen=True)
class Both:
    """The whole graph in the store and in rdflib, to be changed by the tests."""

    store: EmbeddedStore
    dataset: Dataset

    @contextmanager
    def changed(self, *changes: Change) -> Iterator[None]:
        new = [quad for change in changes for quad in quads(change.insert)]
        old = [quad for change in changes for quad in quads(change.delete)]
        self._put(old, new)
        try:
            yield
        finally:
            self._put(new, old)

    def _put(self, out: list[Quad], into: list[Quad]) -> None:
        for triple, graph in out:
            assert triple in self.dataset.graph(graph), triple
            self.dataset.graph(graph).remove(triple)
            self._sync(triple, graph)
        for triple, graph in into:
            assert triple not in self.dataset.graph(graph), triple
            self.dataset.graph(graph).add(triple)
            self._sync(triple, graph)

    def _sync(self, triple: Triple, graph: URIRef) -> None:
        """Give the store what rdflib has, in the named graph and in the union."""
        for name, held in (
            (ox.NamedNode(str(graph)), triple in self.dataset.graph(graph)),
            (ox.DefaultGraph(), any(triple in g for g in self.dataset.graphs())),
        ):
            act = self.store.engine.add if held else self.store.engine.remove
            act(ox.Quad(*map(to_engine, triple), name))


def quads(trig: str) -> list[Quad]:
    return [
        (tuple(map(from_engine, quad.triple)), URIRef(str(quad.graph_name.value)))
        for quad in ox.parse(HEADER + trig, format=ox.RdfFormat.TRIG)
    ]


@pytest.fixture(scope="module")
def both(whole_graph: Built) -> Both:
    dataset = Dataset(default_union=True)
    shapes, inferred = NAMES.graph("shapes"), NAMES.graph("inferred")
    dataset.addN((s, p, o, dataset.graph(g)) for s, p, o, g in whole_graph.asserted.quads())
    dataset.addN((s, p, o, dataset.graph(inferred)) for s, p, o in whole_graph.closure.triples)
    store = EmbeddedStore()
    store.load(dataset)
    # no default graph of the project holds the shapes
    dataset.remove_graph(dataset.graph(shapes))
    return Both(store, dataset)


def written(term: Node | None) -> str | None:
    """N-Triples form; of a blank node, that it is one."""
    return "[]" if isinstance(term, BNode) else term and term.n3()


def found(both: Both, rule: Check | SparqlConstraint) -> list[str]:
    if isinstance(rule, Check):
        findings = run_checks(both.store, [rule], NAMES).findings
    else:
        findings = tuple(rule.findings(both.store, NAMES))
    return [str(finding.focus).removeprefix(NAMES.base) for finding in findings]


@pytest.fixture(scope="module")
def rules(whole_graph: Built) -> dict[str, Check | SparqlConstraint]:
    """Checks by their file, and shapes that are queries by their name."""
    shapes = whole_graph.asserted.graph(NAMES.graph("shapes"))
    constraints = Rulebook(shapes, NAMES, Profile.ENTRY).constraints
    by_name = {str(c.shape).rpartition("#")[2]: c for c in constraints}
    return {**CHECKS, **by_name}


def test_checks_and_changes_are_found() -> None:
    assert len(AT_BUILD) >= 7
    assert len(OF_PROJECT) >= 11
    assert len(CHECKS) == len(AT_BUILD) + len(OF_PROJECT)
    of_checks = {path.stem for path in FILES if path.stem == path.stem.lower()}
    assert of_checks == set(CHECKS)
    assert len(FILES) - len(of_checks) >= 14
    assert len(CHANGES) >= 50
    homes = {ROOT / "shapes" / "checks": AT_BUILD, ROOT / "tests" / "checks": OF_PROJECT}
    for folder, checks in homes.items():
        assert {path.stem for path in folder.rglob("*") if path.suffix != ".yaml"} == {
            check.id for check in checks
        }


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.id)
def test_nothing_breaks_the_rule(check: Check, both: Both) -> None:
    assert found(both, check) == []


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change.check}: {change.breaks}")
def test_a_breach_is_found(
    change: Change, both: Both, rules: dict[str, Check | SparqlConstraint]
) -> None:
    with both.changed(change):
        assert sorted(set(found(both, rules[change.check]))) == sorted(change.finds)


# rdflib's own evaluator of GRAPH uses what rdflib's Dataset deprecates
@pytest.mark.filterwarnings("ignore:Dataset.(default_context|contexts):DeprecationWarning")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_both_engines_agree(
    path: Path, both: Both, rules: dict[str, Check | SparqlConstraint]
) -> None:
    rule, change = rules[path.stem], read_changes(path)[0]
    with both.changed(change):
        rows = [[written(term) for term in row.values()] for row in both.store.select(rule.query)]
        result = both.dataset.query(rule.query)
        other = [[written(row.get(v)) for v in result.vars or ()] for row in result.bindings]
    assert rows
    if isinstance(rule, SparqlConstraint):
        assert sorted(map(str, other)) == sorted(map(str, rows))
    else:
        assert other == rows


def test_rules_read_well() -> None:
    messages = [(check.message["ja"], check.message["en"]) for check in CHECKS.values()]
    assert len(set(messages)) == len(messages)
    for ja, en in messages:
        assert ja.endswith("。")
        assert en.endswith(".")


def test_a_build_runs_the_checks(whole_graph: Built) -> None:
    assert [check.id for check in whole_graph.checks] == [check.id for check in AT_BUILD]


def test_a_finding_names_thing_value_and_rule() -> None:
    store = EmbeddedStore()
    line, label = NAMES.id("b"), {"ja": "円の規則。", "en": "The rule of yen."}
    store.insert(NAMES.graph("org"), [(line, RDF.type, JPSTRAT.BudgetLine)])
    query = "SELECT ?focus ?value { ?focus a ?value }"
    report = run_checks(store, [Check("amount-in-yen", query, label)], NAMES)
    (finding,) = report.findings
    assert (finding.focus, finding.value) == (line, JPSTRAT.BudgetLine)
    assert (finding.severity, finding.path) == (Severity.VIOLATION, None)
    assert finding.shape == URIRef(NAMES.base + "shapes#AmountInYen")
    assert finding.line("ja") == f"<{line}>: 円の規則。 [<{JPSTRAT.BudgetLine}>]"
    with pytest.raises(RulesBroken, match="The rule of yen"):
        (report + report).raise_for_violations()


def test_without_a_value_the_thing_alone_is_named() -> None:
    store = EmbeddedStore()
    store.insert(NAMES.graph("org"), [(NAMES.id("b"), RDF.type, JPSTRAT.BudgetLine)])
    check = Check("x", "SELECT ?focus { ?focus a ?kind }", {"ja": "規則。", "en": "Rule."})
    (finding,) = run_checks(store, [check], NAMES).findings
    assert finding.line("en") == f"<{NAMES.id('b')}>: Rule."


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("SELECT ?focus { ?focus ?p ?o }", 1, "#+"),
        ("", 1, "#+"),
        ("#+ en: Rule.\n#+ ja: 規則。\n", 1, "en"),
        ("#+ title:\n#+   en: Rule.\nSELECT ?focus { }", 1, "title.ja"),
        ("#+ title:\n#+   en: Rule.\n#+   ja: ' '\n", 3, "title.ja"),
    ],
)
def test_a_file_without_its_rule_is_refused(
    tmp_path: Path, text: str, line: int, field: str
) -> None:
    path = tmp_path / "rule.rq"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QueryHeaderError) as caught:
        read_checks(tmp_path, NAMES)
    assert caught.value.facts["file"] == path
    assert (caught.value.facts["line"], caught.value.facts["field"]) == (line, field)
    assert f"{path}:{line}:" in caught.value.message("ja")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(PathMissing, match="checks"):
        read_checks(tmp_path / "checks", NAMES)


def test_checks_hold_under_another_base(project: Project) -> None:
    names = Names("http://example.org/policy/")
    built = build(project, names)
    assert run_checks(built.store, built.checks, names).findings == ()
    assert len(built.checks) == len(AT_BUILD)
